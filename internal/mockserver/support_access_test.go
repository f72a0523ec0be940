package mockserver_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

const (
	supportPath     = "/identity/api/authentication/support"
	informationPath = "/identity/api/authentication/information"
)

func TestSupportAccess(t *testing.T) {
	t.Parallel()
	clock := now
	d := newDomain(t, mockserver.Options{Clock: func() time.Time { return clock }})
	caller := d.get(mePath).text(t, "id")
	information := func(support any, byRole ...any) {
		t.Helper()
		want := map[string]any{
			"issuerUrl": strings.TrimSuffix(d.TokenURL(d.url), "/v1/token"), "fallbackIssuerUrls": []any{}, "samlIdentityProviderId": nil, "status": true,
			"supportAccessExpiryWithRole": append([]any{}, byRole...),
		}
		if support != nil {
			want["support"] = support
		}
		if diff := cmp.Diff(want, d.get(informationPath).wantStatus(t, http.StatusOK).object(t)); diff != "" {
			t.Errorf("information (-want +got):\n%s", diff)
		}
	}
	information(nil)

	granted := d.post(supportPath,
		`{"duration":"PT24H","description":"Ticket 0604","permittedRoles":["3"]}`).wantStatus(t, http.StatusCreated).object(t)
	const tomorrow = "2026-09-02T12:00:00.1234567+00:00"
	want := map[string]any{
		"id": granted["id"], "duration": "PT24H", "description": "Ticket 0604", "permittedRoles": []any{"3"}, "createdAt": nowText, "createdBy": caller,
		"expiry": tomorrow, "terminated": false, "terminatedAt": nil, "terminatedBy": nil,
	}
	if diff := cmp.Diff(want, granted); diff != "" {
		t.Errorf("granted (-want +got):\n%s", diff)
	}
	d.post(supportPath, `{"duration":"PT1H"}`).wantStatus(t, http.StatusCreated)
	information(map[string]any{"expiry": tomorrow}, map[string]any{"permittedRole": "3", "expiry": tomorrow})

	// A grant that has expired is not terminated too.
	clock = now.Add(2 * time.Hour)
	ended := decode[[]map[string]any](t, d.delete(supportPath).wantStatus(t, http.StatusOK))
	want["terminated"], want["terminatedAt"], want["terminatedBy"] = true, "2026-09-01T14:00:00.1234567+00:00", caller
	if diff := cmp.Diff([]map[string]any{want}, ended); diff != "" {
		t.Errorf("ended (-want +got):\n%s", diff)
	}
	information(nil)
	if got := d.delete(supportPath).wantStatus(t, http.StatusOK).body; got != "[]" {
		t.Errorf("got %s for the second termination, want no grants", got)
	}

	for query, want := range map[string][]string{
		"":                            {"PT24H", "PT1H"},
		"?start=2026-09-02T00:00:00Z": {"PT24H"},
		"?end=2026-09-02T00:00:00Z":   {"PT1H"},
		"?start=2026-09-01T00:00:00Z&end=2026-09-03T00:00:00Z": {"PT24H", "PT1H"},
		"?end=2026-09-01T00:00:00Z":                            {},
	} {
		if diff := cmp.Diff(want, d.texts(supportPath+query, "duration")); diff != "" {
			t.Errorf("history %s (-want +got):\n%s", query, diff)
		}
	}
	d.get(supportPath+"?start=2026-02-30T00:00:00Z").wantProblem(t, http.StatusBadRequest, 151)
}

func TestSupportAccess_durations(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{Clock: func() time.Time { return now }})
	const day = 24 * time.Hour
	for duration, want := range map[string]time.Duration{
		"P1D": day, "P2W": 14 * day, "PT90M": 90 * time.Minute, "P1DT12H": 36 * time.Hour, "P0.5D": 12 * time.Hour, "PT1.5H": 90 * time.Minute,
		"P1Y2M3W4DT5H6M7S": 365*day + 60*day + 21*day + 4*day + 5*time.Hour + 6*time.Minute + 7*time.Second, "PT0S": 0,
	} {
		expiry, err := time.Parse(time.RFC3339,
			d.post(supportPath, `{"duration":"`+duration+`"}`).wantStatus(t, http.StatusCreated).text(t, "expiry"))
		if err != nil || !expiry.Equal(now.Add(want)) {
			t.Errorf("%s: got the expiry %s and the error %v, want %s", duration, expiry, err, now.Add(want))
		}
	}
	for _, duration := range []string{"P", "PT", "P1DT", "1D", "P1H", "PT1D", "P1.5DT1H", "P.5D", "P1.D", "P1D2W", "-P1D", "P1d", "P1D ", "P1D\\n", "P99999999999Y", ""} {
		problem := d.post(supportPath, `{"duration":"`+duration+`"}`).wantProblem(t, http.StatusBadRequest, 151)
		if errors, _ := problem["errors"].(map[string]any); errors["duration"] == nil {
			t.Errorf("%q: got the errors %v, want an error for duration", duration, errors)
		}
	}
}

func TestSupportAccess_roles(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	roles := decode[struct {
		SupportRoles []struct {
			InternalIdentifier, Label, Description string
			RoleIdentifier                         map[string]string
		}
	}](t, d.get("/identity/api/authentication/support-roles").wantStatus(t, http.StatusOK)).SupportRoles
	codes := map[string]string{}
	for _, role := range roles {
		codes[role.RoleIdentifier["code"]] = role.InternalIdentifier
		d.post(supportPath, `{"duration":"P1D","permittedRoles":["`+role.InternalIdentifier+`"]}`).wantStatus(t, http.StatusCreated)
	}
	want := map[string]string{
		"support-iam-readonly": "1", "support-iam-administrator": "2", "support-lusid-readonly": "3", "support-lusid-document-sharer": "4", "lusid-administrator": "5",
	}
	if diff := cmp.Diff(want, codes); diff != "" {
		t.Errorf("roles (-want +got):\n%s", diff)
	}
	problem := d.post(supportPath,
		`{"duration":"P1D","permittedRoles":["1","support-lusid-readonly"]}`).wantProblem(t, http.StatusBadRequest, 151)
	if errors, _ := problem["errors"].(map[string]any); errors["permittedRoles.1"] == nil || len(errors) != 1 {
		t.Errorf("got the errors %v, want only one for permittedRoles.1", errors)
	}
}

package mockserver_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

const accessMePath = "/access/api/me"

func TestAccessMe_policies(t *testing.T) {
	t.Parallel()
	d, signIn := newAnalyst(t)
	bearer := signIn()
	held := func(query string) []string {
		t.Helper()
		found := []string{}
		for _, policy := range decode[[]map[string]any](t, d.as(bearer, http.MethodGet, accessMePath+query, "").wantStatus(t, http.StatusOK)) {
			id, _ := policy["id"].(map[string]any)
			source, _ := policy["sourceRole"].(map[string]any)
			found = append(found, fmt.Sprint(source["code"], ": ", id["code"]))
		}
		return found
	}
	want := func(query string, policies ...string) {
		t.Helper()
		if diff := cmp.Diff(append([]string{}, policies...), held(query)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", query, diff)
		}
	}
	want("")

	d.createPolicies("for-all")
	d.post(policiesPath, policyBody("for-drive", `"applications":["drive"]`, `"description":"Drive"`, `"how":{"type":"kept"}`,
		`"templateMetadata":{"buildAsAt":"2024-01-01T00:00:00Z"}`)).wantStatus(t, http.StatusCreated)
	d.post(policyCollectionsPath, `{"code":"both","policies":[{"code":"for-drive"},{"code":"for-all"}]}`).wantStatus(t, http.StatusCreated)
	d.post(accessRolesPath, accessRoleBody("analyst", "for-all")).wantStatus(t, http.StatusCreated)
	want("", "analyst: for-all")
	d.post(accessRolesPath+"/default/analyst/policycollections", `{"policyCollections":[{"code":"both"}]}`).wantStatus(t, http.StatusOK)
	d.post(userRolesPath+"/analyst/policies", `{"policies":[{"code":"for-drive"}]}`).wantStatus(t, http.StatusOK)
	want("", "analyst: for-all", "analyst: for-drive", "analyst: for-drive")
	want("?applications=LUSID", "analyst: for-all")
	want("?applications=LUSID&applications=Drive", "analyst: for-all", "analyst: for-drive", "analyst: for-drive")

	policies := decode[[]map[string]any](t, d.as(bearer, http.MethodGet, accessMePath, ""))
	role := d.get(accessRolesPath + "/analyst").object(t)
	attached := d.get(policiesPath + "/for-drive").object(t)
	delete(attached, "templateMetadata")
	maps.Copy(attached, map[string]any{
		"sourceRole":         reference("analyst"),
		"roleHierarchyIndex": role["roleHierarchyIndex"],
		"policyType":         "Entitlement",
	})
	if diff := cmp.Diff(attached, policies[1]); diff != "" {
		t.Errorf("policy of the role (-want +got):\n%s", diff)
	}
	delete(attached, "roleHierarchyIndex")
	if diff := cmp.Diff(attached, policies[2]); diff != "" {
		t.Errorf("policy of the user role (-want +got):\n%s", diff)
	}

	d.delete(policiesPath+"/for-drive").wantStatus(t, http.StatusNoContent)
	want("", "analyst: for-all")
	if got := d.get(accessMePath).wantStatus(t, http.StatusOK).body; got != "[]" {
		t.Errorf("got the policies %s for an administrator, want none", got)
	}
}

func TestAccessMe_evaluate(t *testing.T) {
	t.Parallel()
	d, signIn := newAnalyst(t)
	bearer := signIn()
	ask := func(activity, entity, id, dates string) string {
		return `{"request":{"action":{"scope":"default","activity":"` + activity + `","entityCode":"` + entity + `"}` + dates + `},"resource":{"id":{` + id + `}}}`
	}
	d.post(policiesPath,
		policyBody("portfolios", `"applications":["LUSID"]`,
			`"for":[{"effectiveRange":{"from":"2020-01-01T00:00:00Z"}}]`)).wantStatus(t, http.StatusCreated)
	d.post(accessRolesPath, accessRoleBody("analyst", "portfolios")).wantStatus(t, http.StatusCreated)
	const main = `"scope":"official","code":"main"`
	body := `{
		"read": ` + ask("Read", "Portfolio", main, "") + `,
		"in 2021": ` + ask("Read", "Portfolio", main, `,"fromEffectiveDate":"2021-01-01T00:00:00Z"`) + `,
		"from 2019": ` + ask("Read", "Portfolio", main,
		`,"fromEffectiveDate":"2019-01-01T00:00:00Z","toEffectiveDate":"2021-01-01T00:00:00Z"`) + `,
		"quotes": ` + ask("Read", "Quote", main, "") + `}`
	results := func(query string) map[string]string {
		t.Helper()
		found := map[string]string{}
		for key, response := range decode[map[string]map[string]any](t, d.as(bearer, http.MethodPost, accessMePath+query, body).wantStatus(t, http.StatusOK)) {
			result, _ := response["result"].(string)
			message, _ := response["detailedMessage"].(string)
			if denied := result == "Denied"; denied != strings.HasPrefix(message, "No policy allows") {
				t.Errorf("%s: got %s with the message %q, want a reason if and only if it is denied", key, result, message)
			}
			found[key] = result
		}
		return found
	}
	want := map[string]string{"read": "Granted", "in 2021": "Granted", "from 2019": "Denied", "quotes": "Denied"}
	for _, query := range []string{"", "?applications=LUSID", "?applications=Drive&applications=lusid"} {
		if diff := cmp.Diff(want, results(query)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", query, diff)
		}
	}
	for key, result := range results("?applications=Drive") {
		if result != "Denied" {
			t.Errorf("%s for Drive: got %s, want Denied", key, result)
		}
	}

	// The sample asks for permission to use a feature.
	sample := encode(t, readSample(t, accessSamples(t, "evaluate-*.json")[0]))
	evaluation := func() any {
		t.Helper()
		k1, _ := d.as(bearer, http.MethodPost, accessMePath, sample).wantStatus(t, http.StatusOK).object(t)["k1"].(map[string]any)
		return k1["result"]
	}
	if got := evaluation(); got != "Denied" {
		t.Errorf("got %v for the sample, want Denied", got)
	}
	d.put(accessRolesPath+"/analyst", accessRoleBody("", "allow-standard-lusid-features-access")).wantStatus(t, http.StatusOK)
	if got := evaluation(); got != "Granted" {
		t.Errorf("got %v for the sample with permission for all features, want Granted", got)
	}
	d.post(accessMePath, sample).wantStatus(t, http.StatusOK).wantObject(t, map[string]any{"k1": map[string]any{"result": "Granted", "detailedMessage": nil}})
	d.as(bearer, http.MethodPost, accessMePath,
		`{"k":`+ask("Read", "Portfolio", main, `,"fromEffectiveDate":"2021-02-30T00:00:00Z"`)+`}`).wantProblem(t, http.StatusBadRequest, 151)
	d.as(bearer, http.MethodPost, accessMePath, `{}`).wantStatus(t, http.StatusOK).wantObject(t, map[string]any{})
}

// Every user may ask about their own policies. Only administrators may call the other operations.
func TestAccessMe_rights(t *testing.T) {
	t.Parallel()
	d, signIn := newAnalyst(t)
	bearer := signIn()
	d.as(bearer, http.MethodGet, accessMePath, "").wantStatus(t, http.StatusOK)
	d.as(bearer, http.MethodPost, accessMePath, `{}`).wantStatus(t, http.StatusOK)
	for _, path := range []string{policiesPath, accessRolesPath, policyCollectionsPath, policyTemplatesPath, userRolesPath, "/access/api/metadata/access/resources"} {
		d.as(bearer, http.MethodGet, path, "").wantProblem(t, http.StatusForbidden, 186)
		d.get(path).wantStatus(t, http.StatusOK)
	}
	d.as(d.Credentials().NoRightsToken, http.MethodGet, accessMePath, "").wantProblem(t, http.StatusForbidden, 186)
}

func TestAccessMe_faults(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	d.InjectFault(mockserver.Fault{Operation: "access.GetOwnPolicies", Status: http.StatusServiceUnavailable})
	d.InjectFault(mockserver.Fault{Operation: "portfolios", Status: http.StatusServiceUnavailable})
	for _, path := range []string{accessMePath, "/api/portfolios"} {
		d.get(path).wantStatus(t, http.StatusServiceUnavailable)
		d.get(path).wantStatus(t, http.StatusOK)
	}
	want := map[string]int{"access.GetOwnPolicies": 2, "portfolios": 2}
	if diff := cmp.Diff(want, d.Counts()); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
}

package mockserver_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

const issuersPath = "/identity/api/externaltokenissuers"

const mappings = `"userId":"sub","login":"mail","email":"mail","firstName":"\"CI\"","lastName":"\"Pipeline\""`

// issuerBody returns a request that creates an issuer with the required fields and the given ones.
func issuerBody(code, audience string, fields ...string) string {
	return `{"code":"` + code + `","issuer":"https://ci.example.com","audience":"` + audience + `","logoutUrl":"https://example.com/bye"` + strings.Join(append([]string{""},
		fields...),
		",") + "}"
}

func TestExternalTokenIssuers_lifecycle(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	want := map[string]any{
		"code":        "ci",
		"issuer":      "https://ci.example.com",
		"audience":    "lusid",
		"logoutUrl":   "https://example.com/bye",
		"description": nil,
	}
	path := issuersPath + "/ci"
	check := func(what string, got map[string]any) {
		t.Helper()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	check("created", d.post(issuersPath, issuerBody("ci", "lusid")).wantStatus(t, http.StatusCreated).object(t))
	check("read", d.get(path).wantStatus(t, http.StatusOK).object(t))
	check("listed", decode[[]map[string]any](t, d.get(issuersPath).wantStatus(t, http.StatusOK))[0])

	// An update keeps the fields that it does not contain.
	want["description"] = "CI"
	check("described", d.put(path, `{"description":"CI"}`).wantStatus(t, http.StatusOK).object(t))
	want["claimMappings"] = map[string]any{
		"userId": "sub", "login": "mail", "email": "mail", "firstName": `"CI"`, "lastName": `"Pipeline"`, "userType": `"Service"`, "groups": "roles",
	}
	check("mapped",
		d.put(path, `{"claimMappings":{`+mappings+`,"userType":"\"Service\"","groups":"roles"}}`).wantStatus(t, http.StatusOK).object(t))
	want["issuer"], want["audience"], want["logoutUrl"], want["description"] = "https://other.example.com", "other", "https://example.com", ""
	check("changed",
		d.put(path,
			`{"issuer":"https://other.example.com","audience":"other","logoutUrl":"https://example.com","description":""}`).wantStatus(t, http.StatusOK).object(t))
	check("read after the updates", d.get(path).object(t))
	d.put(path, `{"code":"other"}`).wantProblem(t, http.StatusBadRequest, 151)

	d.delete(path).wantStatus(t, http.StatusNoContent)
	d.get(path).wantProblem(t, http.StatusNotFound, -1)
	d.put(path, `{}`).wantProblem(t, http.StatusNotFound, -1)
	d.delete(path).wantProblem(t, http.StatusNotFound, -1)
	if diff := cmp.Diff([]string{}, d.texts(issuersPath, "code")); diff != "" {
		t.Errorf("listed after the deletion (-want +got):\n%s", diff)
	}
}

func TestExternalTokenIssuers_refused(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	d.post(issuersPath, issuerBody("ci", "lusid")).wantStatus(t, http.StatusCreated)
	for body, code := range map[string]int{
		issuerBody("ci", "other"):    144,
		issuerBody("other", "lusid"): 144,
		issuerBody("a b", "other"):   151,
		`{"code":"other"}`:           151,
		strings.Replace(issuerBody("other", "other"), "https://example.com/bye", "bye", 1):                      151,
		issuerBody("other", "other", `"claimMappings":{`+mappings+`}`):                                          151,
		issuerBody("other", "other", `"claimMappings":null`):                                                    151,
		issuerBody("other", "other", `"claimMappings":{`+mappings+`,"userType":"\"service\""}`):                 151,
		issuerBody("other", "other", `"claimMappings":{`+mappings+`,"userType":"type","groups":"\"traders\""}`): 151,
		issuerBody("other", strings.Repeat("x", 501)):                                                           151,
	} {
		d.post(issuersPath, body).wantProblem(t, http.StatusBadRequest, code)
	}
	for i := range 4 {
		d.post(issuersPath, issuerBody(fmt.Sprint("ci-", i), fmt.Sprint(i))).wantStatus(t, http.StatusCreated)
	}
	d.post(issuersPath, issuerBody("one-more", "more")).wantProblem(t, http.StatusBadRequest, 157)
	d.put(issuersPath+"/ci-1", `{"audience":"lusid"}`).wantProblem(t, http.StatusBadRequest, 144)
	d.put(issuersPath+"/ci-1", `{"audience":"1"}`).wantStatus(t, http.StatusOK)
	d.as(d.Credentials().NoRightsToken, http.MethodGet, issuersPath, "").wantProblem(t, http.StatusForbidden, 186)
}

// TestExternalTokens signs in with tokens of an external identity provider.
func TestExternalTokens(t *testing.T) {
	t.Parallel()
	clock := now
	claims := map[string]string{
		"userId": "sub", "login": "mail", "email": "mail", "firstName": `"CI"`, "lastName": `"Pipeline"`, "userType": `"Service"`,
	}
	literal := maps.Clone(claims)
	literal["login"] = `"fixed@example.com"`
	issuer := mockserver.ExternalTokenIssuer{
		Code:          "ci",
		Issuer:        "https://ci.example.com",
		Audience:      "lusid",
		LogoutURL:     "https://example.com",
		ClaimMappings: claims,
	}
	fixed, bare := issuer, issuer
	fixed.Code, fixed.Audience, fixed.ClaimMappings = "fixed", "fixed", literal
	bare.Code, bare.Audience, bare.ClaimMappings = "bare", "bare", nil
	d := newDomain(t, mockserver.Options{
		Clock: func() time.Time { return clock },
		Seed: mockserver.Seed{
			ExternalTokenIssuers: []mockserver.ExternalTokenIssuer{issuer, fixed, bare},
			Users: []mockserver.User{
				{Username: "ci@example.com", Roles: []string{"lusid-administrator"}},
				{Username: "fixed@example.com"},
				{Username: "gone@example.com", Status: mockserver.UserDeprovisioned},
			},
		},
	})
	issue := func(issuer, audience string, claims map[string]string) string {
		t.Helper()
		token, err := d.IssueExternalToken(mockserver.ExternalToken{Issuer: issuer, Audience: audience, Claims: claims})
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	const ci = "https://ci.example.com"
	mail := map[string]string{"mail": "CI@example.com"}
	good := issue(ci, "lusid", mail)
	for bearer, user := range map[string]string{good: "ci@example.com", issue(ci, "fixed", nil): "fixed@example.com"} {
		if got := d.as(bearer, http.MethodGet, mePath, "").wantStatus(t, http.StatusOK).text(t, "emailAddress"); got != user {
			t.Errorf("got the user %s, want %s", got, user)
		}
	}
	// The token has the rights of its user.
	d.as(good, http.MethodGet, issuersPath, "").wantStatus(t, http.StatusOK)
	d.as(issue(ci, "fixed", nil), http.MethodGet, issuersPath, "").wantProblem(t, http.StatusForbidden, 186)

	for what, bearer := range map[string]string{
		"another issuer":   issue("https://evil.example.com", "lusid", mail),
		"another audience": issue(ci, "other", mail),
		"no mappings":      issue(ci, "bare", mail),
		"no claim":         issue(ci, "lusid", map[string]string{"email": "ci@example.com"}),
		"unknown user":     issue(ci, "lusid", map[string]string{"mail": "nobody@example.com"}),
		"a deleted user":   issue(ci, "lusid", map[string]string{"mail": "gone@example.com"}),
		"no signature":     good[:strings.LastIndexByte(good, '.')+1],
	} {
		if got := d.as(bearer, http.MethodGet, mePath, ""); got.status != http.StatusUnauthorized {
			t.Errorf("%s: got status %d, want 401", what, got.status)
		}
	}

	// After a change of the issuer, LUSID rejects its tokens at once. A token also expires.
	d.put(issuersPath+"/ci", `{"audience":"other"}`).wantStatus(t, http.StatusOK)
	d.as(good, http.MethodGet, mePath, "").wantProblem(t, http.StatusUnauthorized, 2153)
	d.put(issuersPath+"/ci", `{"audience":"lusid"}`).wantStatus(t, http.StatusOK)
	d.as(good, http.MethodGet, mePath, "").wantStatus(t, http.StatusOK)
	clock = clock.Add(time.Hour)
	d.as(good, http.MethodGet, mePath, "").wantProblem(t, http.StatusUnauthorized, 2153)
}

func TestExternalTokens_control(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	d.post(issuersPath, issuerBody("ci", "lusid", `"claimMappings":{`+mappings+`,"userType":"type"}`)).wantStatus(t, http.StatusCreated)
	token := d.post("/_mock/external-tokens",
		`{"issuer":"https://ci.example.com","audience":"lusid","claims":{"mail":"`+d.Credentials().Username+`"}}`).
		wantStatus(t, http.StatusOK).text(t, "access_token")
	d.as(token, http.MethodGet, mePath, "").wantStatus(t, http.StatusOK)
	for _, body := range []string{`{}`, `{"issuer":"https://ci.example.com"}`, `{"issuer":"a","audience":"b","user":"c"}`, ``} {
		d.post("/_mock/external-tokens", body).wantStatus(t, http.StatusBadRequest)
	}
}

package provider_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

const issuerType = "lusid_external_token_issuer"

// issuerBody is ExternalTokenIssuerResponse; the provider's own type would hide a wrong JSON tag.
type issuerBody struct {
	Code          string            `json:"code"`
	Issuer        string            `json:"issuer"`
	Audience      string            `json:"audience"`
	LogoutURL     string            `json:"logoutUrl"`
	Description   *string           `json:"description,omitempty"`
	ClaimMappings map[string]string `json:"claimMappings,omitempty"`
}

// issuerConfig trusts a CI system, with other attributes or more.
func issuerConfig(more ...object) object {
	config := object{
		"code": "acme-ci", "issuer": "https://gitlab.acme.com", "audience": "https://acme.lusid.com", "logout_url": "https://acme.lusid.com/bye",
		"claim_mappings": issuerClaims(),
	}
	for _, m := range more {
		maps.Copy(config, m)
	}
	return config
}

func issuerClaims(more ...object) object {
	claims := object{
		"user_id": "user_id", "login": "user_email", "email": "user_email", "first_name": `"CI"`, "last_name": `"Pipeline"`, "user_type": `"Service"`,
	}
	for _, m := range more {
		maps.Copy(claims, m)
	}
	return claims
}

// foreignIssuer is another than issuerConfig's.
var foreignIssuer = issuerBody{
	Code: "foreign", Issuer: "https://sso.acme.com", Audience: "lusid", LogoutURL: "https://sso.acme.com/bye",
	ClaimMappings: map[string]string{"userId": "sub", "login": "email", "email": "email", "firstName": "given_name", "lastName": "family_name", "userType": `"Personal"`, "groups": "roles"},
}

// createIssuer creates an issuer behind Terraform's back.
func (d domain) createIssuer(t *testing.T, issuer issuerBody) {
	t.Helper()
	d.mustCall(t, http.MethodPost, "/externaltokenissuers", issuer, nil)
}

func (d domain) issuers(t *testing.T) []issuerBody {
	t.Helper()
	var issuers []issuerBody
	d.mustCall(t, http.MethodGet, "/externaltokenissuers", nil, &issuers)
	return issuers
}

// checkNoIssuer is for the end of tests through the CLI. They all need the mock: FINBOURNE enables
// the feature on demand.
func (d domain) checkNoIssuer(t *testing.T) resource.TestCheckFunc {
	return func(*terraform.State) error {
		if left := d.issuers(t); len(left) > 0 {
			return fmt.Errorf("issuers are left: %v", left)
		}
		return nil
	}
}

const issuerAddress = issuerType + ".test"

func issuerHCL(more string) string {
	return fmt.Sprintf(`
resource "lusid_external_token_issuer" "test" {
  code       = "acme-ci"
  issuer     = "https://gitlab.acme.com"
  audience   = "https://acme.lusid.com"
  logout_url = "https://acme.lusid.com/bye"
  %s
}
`, more)
}

const issuerClaimsHCL = `
  claim_mappings = {
    user_id    = "user_id"
    login      = "user_email"
    email      = "user_email"
    first_name = "\"CI\""
    last_name  = "\"Pipeline\""
    user_type  = "\"Service\""
  }
`

func externalTokenIssuerLifecycle(t *testing.T, d domain) lifecycle {
	drifted := map[string]any{"audience": "lusid", "claimMappings": foreignIssuer.ClaimMappings}
	return lifecycle{
		config:              issuerConfig(),
		drift:               func() { d.mustCall(t, http.MethodPut, "/externaltokenissuers/acme-ci", drifted, nil) },
		drifted:             []string{`~ audience = "lusid" -> "https://acme.lusid.com"`, `~ login = "email" -> "user_email"`},
		mended:              map[string]int{"identity.UpdateExternalTokenIssuer": 1},
		vanish:              func() { d.mustCall(t, http.MethodDelete, "/externaltokenissuers/acme-ci", nil, nil) },
		deletedAndMadeAgain: map[string]int{"identity.CreateExternalTokenIssuer": 1},
		replacement:         issuerConfig(object{"code": "acme-cd"}),
		replacedBy:          "code",
		replaced:            map[string]int{"identity.DeleteExternalTokenIssuer": 1, "identity.CreateExternalTokenIssuer": 1},
		update:              issuerConfig(object{"description": "CI"}),
		refusedCreate:       "Unable to create external token issuer",
		refusedRead:         "Unable to read external token issuer acme-ci",
		refusedUpdate:       "Unable to update external token issuer acme-ci",
		refusedDelete:       "Unable to delete external token issuer acme-ci",
	}
}

func TestAccExternalTokenIssuer_basic(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	known := func(attribute string, check knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue(issuerAddress, tfjsonpath.New(attribute), check)
	}
	updates := resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(issuerAddress, plancheck.ResourceActionUpdate)}}
	literal := map[string]knownvalue.Check{"user_type": knownvalue.StringExact(`"Service"`), "login": knownvalue.StringExact("user_email"), "groups": knownvalue.Null()}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: factories,
		CheckDestroy:             d.checkNoIssuer(t),
		Steps: []resource.TestStep{
			{
				// What LUSID makes of no mappings is for LUSID to say.
				Config: d.config(issuerHCL("")),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectUnknownValue(issuerAddress, tfjsonpath.New("claim_mappings")),
				}},
				ConfigStateChecks: []statecheck.StateCheck{known("claim_mappings", knownvalue.Null())},
			},
			{
				Config:            d.config(issuerHCL("description = \"CI\"")),
				ConfigPlanChecks:  updates,
				ConfigStateChecks: []statecheck.StateCheck{known("description", knownvalue.StringExact("CI")), known("claim_mappings", knownvalue.Null())},
			},
			{
				Config:            d.config(issuerHCL(issuerClaimsHCL)),
				ConfigPlanChecks:  updates,
				ConfigStateChecks: []statecheck.StateCheck{known("description", knownvalue.Null()), known("claim_mappings", knownvalue.ObjectPartial(literal))},
			},
			{ResourceName: issuerAddress, ImportState: true, ImportStateId: "acme-ci", ImportStateVerify: true, ImportStateVerifyIdentifierAttribute: "code"},
			{
				// No longer configured, the mappings stay.
				Config:            d.config(issuerHCL("description = \"CI\"")),
				ConfigPlanChecks:  updates,
				ConfigStateChecks: []statecheck.StateCheck{known("claim_mappings", knownvalue.ObjectPartial(literal))},
			},
			{Config: d.config(issuerHCL("description = \"CI\"\n" + issuerClaimsHCL)), PlanOnly: true},
		},
	})
}

// TestAccExternalTokenIssuer_import takes over an issuer that was made by hand, as it is.
func TestAccExternalTokenIssuer_import(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	d.createIssuer(t, foreignIssuer)
	w := newWorkspace(t, d.config(`
resource "lusid_external_token_issuer" "test" {
  code       = "foreign"
  issuer     = "https://sso.acme.com"
  audience   = "lusid"
  logout_url = "https://sso.acme.com/bye"
  claim_mappings = {
    user_id    = "sub"
    login      = "email"
    email      = "email"
    first_name = "given_name"
    last_name  = "family_name"
    user_type  = "\"Personal\""
    groups     = "roles"
  }
}
`))
	w.mustFail([]string{`Unable to import external token issuer "missing"`, "HTTP 404"}, "import", issuerAddress, "missing")
	d.forget()
	w.mustRun("import", issuerAddress, "foreign")
	w.mustPlanEmpty()
	d.mustCount(t, map[string]int{"identity.GetExternalTokenIssuer": 3})
	w.mustRun("destroy", "-auto-approve")
	if left := d.issuers(t); len(left) > 0 {
		t.Errorf("issuers are left: %v", left)
	}
}

func TestExternalTokenIssuer_lifecycle(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	issuers := d.protocol(t).resource(issuerType)
	config := issuerConfig(object{"description": "CI"})
	made := issuers.mustCreate(config)
	d.mustCount(t, map[string]int{"identity.ListExternalTokenIssuers": 1, "identity.CreateExternalTokenIssuer": 1})
	if diff := cmp.Diff(map[string]string{"code": "acme-ci"}, issuers.identityOf(made)); diff != "" {
		t.Errorf("identity (-want +got):\n%s", diff)
	}
	whole := func(change func(*issuerBody)) {
		t.Helper()
		want := issuerBody{
			Code: "acme-ci", Issuer: "https://gitlab.acme.com", Audience: "https://acme.lusid.com", LogoutURL: "https://acme.lusid.com/bye", Description: new("CI"),
			ClaimMappings: map[string]string{
				"userId": "user_id", "login": "user_email", "email": "user_email", "firstName": `"CI"`, "lastName": `"Pipeline"`, "userType": `"Service"`,
			},
		}
		change(&want)
		if diff := cmp.Diff([]issuerBody{want}, d.issuers(t)); diff != "" {
			t.Errorf("LUSID has (-want +got):\n%s", diff)
		}
	}
	whole(func(*issuerBody) {})

	d.forget()
	read := issuers.mustRead(made)
	issuers.mustPlanNothing(read, config)
	d.mustCount(t, map[string]int{"identity.GetExternalTokenIssuer": 1})

	for _, test := range []struct {
		change object
		want   func(*issuerBody)
	}{
		{object{"issuer": "https://other.acme.com"}, func(i *issuerBody) { i.Issuer = "https://other.acme.com" }},
		{object{"audience": "other"}, func(i *issuerBody) { i.Audience = "other" }},
		{object{"logout_url": "https://acme.com"}, func(i *issuerBody) { i.LogoutURL = "https://acme.com" }},
		{object{"description": nil}, func(i *issuerBody) { i.Description = new("") }},
		{object{"claim_mappings": issuerClaims(object{"groups": "groups", "login": `"ci@acme.com"`})}, func(i *issuerBody) {
			i.ClaimMappings["groups"], i.ClaimMappings["login"] = "groups", `"ci@acme.com"`
		}},
	} {
		d.forget()
		changed := maps.Clone(config)
		maps.Copy(changed, test.change)
		updated, diags := issuers.update(read, changed)
		diags.mustBeQuiet(t)
		d.mustCount(t, map[string]int{"identity.UpdateExternalTokenIssuer": 1})
		whole(test.want)
		updated = issuers.mustRead(updated)
		issuers.mustPlanNothing(updated, changed)
		read, diags = issuers.update(updated, config)
		diags.mustBeQuiet(t)
		whole(func(*issuerBody) {})
	}
	// What LUSID is not told is no call.
	d.forget()
	config["timeouts"] = object{"update": "1m"}
	read, diags := issuers.update(read, config)
	diags.mustBeQuiet(t)
	d.mustCount(t, map[string]int{})

	change, diags := issuers.plan(read, issuerConfig(object{"code": "other"}))
	diags.mustBeQuiet(t)
	if diff := cmp.Diff([]string{"code"}, change.replaces); diff != "" {
		t.Errorf("replaced because of (-want +got):\n%s", diff)
	}

	d.mustCall(t, http.MethodDelete, "/externaltokenissuers/acme-ci", nil, nil)
	issuers = d.protocol(t).resource(issuerType)
	if gone := issuers.mustRead(read); gone.exists() {
		t.Error("an issuer that is gone stays in the state")
	}
	d.forget()
	issuers.destroy(read).mustBeQuiet(t)
	// LUSID has no error code for an issuer that is gone, so the list decides.
	d.mustCount(t, map[string]int{"identity.DeleteExternalTokenIssuer": 1, "identity.ListExternalTokenIssuers": 2})
}

// TestExternalTokenIssuer_sendsAll looks at what an update says: the mock keeps what it leaves out,
// and LUSID may clear that.
func TestExternalTokenIssuer_sendsAll(t *testing.T) {
	t.Parallel()
	var sent issuerBody
	d := newMockBehind(t, mockserver.Options{}, func(mock http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPut {
				body, _ := io.ReadAll(r.Body)
				sent = issuerBody{}
				_ = json.Unmarshal(body, &sent)
				r.Body = io.NopCloser(bytes.NewReader(body))
			}
			mock.ServeHTTP(w, r)
		})
	})
	issuers := d.protocol(t).resource(issuerType)
	made := issuers.mustCreate(issuerConfig(object{"description": "CI"}))
	made, diags := issuers.update(made, issuerConfig())
	diags.mustBeQuiet(t)
	want := d.issuers(t)[0]
	want.Code, want.Description = "", new("")
	if diff := cmp.Diff(want, sent); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
	// What the configuration leaves to LUSID too.
	_, diags = issuers.update(made, issuerConfig(object{"claim_mappings": nil, "audience": "other"}))
	diags.mustBeQuiet(t)
	want.Audience = "other"
	if diff := cmp.Diff(want, sent); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
}

// TestExternalTokenIssuer_mappings leaves the mappings to LUSID, whatever it makes of that.
func TestExternalTokenIssuer_mappings(t *testing.T) {
	t.Parallel()
	for name, mappings := range map[string]any{
		"absent":         nil,
		"all empty":      map[string]any{"login": "", "email": nil},
		"of LUSID's own": map[string]any{"userId": "sub", "login": "email", "email": "email", "firstName": "given_name", "lastName": "family_name", "userType": "type", "groups": nil},
		"incomplete":     map[string]any{"login": "email"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var w rewriter
			d := newMockBehind(t, mockserver.Options{}, w.front)
			w.set(func(_ *http.Request, body any) any {
				if issuer, ok := body.(map[string]any); ok && mappings != nil {
					issuer["claimMappings"] = mappings
				}
				return body
			})
			issuers := d.protocol(t).resource(issuerType)
			config := issuerConfig(object{"claim_mappings": nil})
			made := issuers.mustCreate(config)
			read := issuers.mustRead(made)
			if names := made.differences(read); names != nil {
				t.Errorf("the refresh changed %s", names)
			}
			issuers.mustPlanNothing(read, config)
			// The mock wants mappings whole.
			if name != "incomplete" {
				config["description"] = "Changed"
				updated, diags := issuers.update(read, config)
				diags.mustBeQuiet(t)
				issuers.mustPlanNothing(issuers.mustRead(updated), config)
			}
		})
	}
}

// TestExternalTokenIssuer_absent takes away all that the contract lets an answer leave out.
func TestExternalTokenIssuer_absent(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"absent", "null"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var w rewriter
			d := newMockBehind(t, mockserver.Options{}, w.front)
			w.set(func(_ *http.Request, body any) any {
				issuer, ok := body.(map[string]any)
				if !ok {
					return body
				}
				bare := map[string]any{"code": issuer["code"]}
				if name == "null" {
					for key := range issuer {
						if key != "code" {
							bare[key] = nil
						}
					}
				}
				return bare
			})
			issuers := d.protocol(t).resource(issuerType)
			read := issuers.mustRead(issuers.mustCreate(issuerConfig()))
			read.mustHave(t, map[string]string{"code": "acme-ci", "issuer": "null", "audience": "null", "logout_url": "null", "description": "null", "claim_mappings": "null"})
			updated, diags := issuers.update(read, issuerConfig())
			diags.mustBeQuiet(t)
			w.set(nil)
			issuers.mustPlanNothing(issuers.mustRead(updated), issuerConfig())
		})
	}
}

func TestExternalTokenIssuer_manyReads(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	issuers := d.protocol(t).resource(issuerType)
	var made []instance
	for i := range 5 {
		made = append(made, issuers.mustCreate(issuerConfig(object{"code": fmt.Sprint("ci-", i), "audience": fmt.Sprint(i)})))
	}
	issuers = d.protocol(t).resource(issuerType)
	d.mustCall(t, http.MethodPut, "/externaltokenissuers/ci-4", map[string]any{"description": "Drifted"}, nil)
	d.forget()
	for i, issuer := range made {
		read := issuers.mustRead(issuer)
		if i < 4 {
			issuers.mustPlanNothing(read, issuerConfig(object{"code": fmt.Sprint("ci-", i), "audience": fmt.Sprint(i)}))
		} else {
			read.mustHave(t, map[string]string{"description": "Drifted"})
		}
	}
	// The last differs from the list, and is read once more.
	d.mustCount(t, map[string]int{"identity.GetExternalTokenIssuer": 3 + 1, "identity.ListExternalTokenIssuers": 1})
}

func TestExternalTokenIssuer_taken(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	d.createIssuer(t, foreignIssuer)
	issuers := d.protocol(t).resource(issuerType)
	for attribute, config := range map[string]object{
		"code":   issuerConfig(object{"code": "foreign"}),
		"issuer": issuerConfig(object{"issuer": "https://sso.acme.com", "audience": "lusid"}),
	} {
		made, diags := issuers.create(config)
		if made.exists() {
			t.Error("something is in the state")
		}
		diags.mustFail(t, attribute, "Unable to create external token issuer", `issuer "https://sso.acme.com", audience "lusid"`,
			"import {\n  to = lusid_external_token_issuer.NAME\n  id = \"foreign\"\n}", "HTTP 400")
	}
	d.mustCount(t, map[string]int{"identity.ListExternalTokenIssuers": 3, "identity.CreateExternalTokenIssuer": 2})
	// Half of it may be another's.
	issuers.mustCreate(issuerConfig(object{"issuer": "https://sso.acme.com"}))
	// A domain that is full says so.
	for i := range 3 {
		another := foreignIssuer
		another.Code, another.Audience = fmt.Sprint("issuer-", i), fmt.Sprint(i)
		d.createIssuer(t, another)
	}
	_, diags := issuers.create(issuerConfig(object{"code": "one-more", "audience": "more"}))
	diags.mustFail(t, "", "Unable to create external token issuer", "5 external token issuers at most")
}

func TestExternalTokenIssuer_lostAnswer(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault   mockserver.Fault
		lag     int
		adopted bool
	}{
		"reset after":            {mockserver.Fault{Reset: mockserver.ResetAfter}, 0, true},
		"reset before":           {mockserver.Fault{Reset: mockserver.ResetBefore}, 0, false},
		"500 after":              {mockserver.Fault{Status: 500, AfterWrite: true}, 0, true},
		"truncated":              {mockserver.Fault{Truncate: true}, 0, true},
		"reset after, under lag": {mockserver.Fault{Reset: mockserver.ResetAfter}, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newMock(t, mockserver.Options{ListLag: test.lag})
			test.fault.Operation = "identity.CreateExternalTokenIssuer"
			d.mock.InjectFault(test.fault)
			issuers := d.protocol(t).resource(issuerType)
			made, diags := issuers.create(issuerConfig())
			if test.adopted {
				diags.mustWarn(t, "", "The answer to the creation of external token issuer acme-ci was lost", "this run or another one created it")
			} else {
				diags.mustBeQuiet(t)
			}
			if got := d.issuers(t); test.lag == 0 && len(got) != 1 {
				t.Errorf("the domain has %v", got)
			}
			issuers.mustPlanNothing(issuers.mustRead(made), issuerConfig())
		})
	}
	t.Run("another's", func(t *testing.T) {
		t.Parallel()
		d := newMock(t, mockserver.Options{})
		d.createIssuer(t, foreignIssuer)
		d.mock.InjectFault(mockserver.Fault{Operation: "identity.CreateExternalTokenIssuer", Reset: mockserver.ResetAfter})
		made, diags := d.protocol(t).resource(issuerType).create(issuerConfig(object{"code": "foreign"}))
		if made.exists() {
			t.Error("a foreign issuer was taken over")
		}
		diags.mustFail(t, "code", "lusid_external_token_issuer.NAME")
	})
	t.Run("of a code that this process deleted", func(t *testing.T) {
		t.Parallel()
		d := newMock(t, mockserver.Options{})
		d.createIssuer(t, foreignIssuer)
		issuers := d.protocol(t).resource(issuerType)
		old, diags := issuers.importState("foreign")
		diags.mustBeQuiet(t)
		issuers.mustCreate(issuerConfig())
		issuers.destroy(old).mustBeQuiet(t)
		d.mock.InjectFault(mockserver.Fault{Operation: "identity.CreateExternalTokenIssuer", Reset: mockserver.ResetAfter})
		_, diags = issuers.create(issuerConfig(object{"code": "foreign", "audience": "other"}))
		diags.mustWarn(t, "", "foreign was lost")
	})
}

func TestExternalTokenIssuer_errors(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	issuers := d.protocol(t).resource(issuerType)
	config := issuerConfig()
	made := issuers.mustCreate(config)
	forbidden := d.noRights(t).resource(issuerType)
	words := []string{"HTTP 403", "lusid-administrator"}

	kept, diags := forbidden.read(made)
	diags.mustFail(t, "", append(words, "Unable to read external token issuer acme-ci")...)
	if names := made.differences(kept); names != nil {
		t.Errorf("a failed read changed %s", names)
	}
	_, diags = forbidden.update(made, issuerConfig(object{"description": "New"}))
	diags.mustFail(t, "", append(words, "Unable to update external token issuer acme-ci")...)
	forbidden.destroy(made).mustFail(t, "", append(words, "Unable to delete external token issuer acme-ci")...)
	_, diags = forbidden.create(issuerConfig(object{"code": "other", "audience": "other"}))
	diags.mustFail(t, "", append(words, "Unable to create external token issuer", "FINBOURNE has to enable")...)
	_, diags = forbidden.importState("acme-ci")
	diags.mustFail(t, "", append(words, `Unable to import external token issuer "acme-ci"`)...)

	// A domain without the feature.
	d.mock.InjectFault(mockserver.Fault{Operation: "identity.CreateExternalTokenIssuer", Status: http.StatusNotFound})
	_, diags = issuers.create(issuerConfig(object{"code": "other"}))
	diags.mustFail(t, "", "FINBOURNE has to enable", "HTTP 404")

	// Only LUSID's own 404 means gone.
	d.mock.InjectFault(mockserver.Fault{Operation: "identity.GetExternalTokenIssuer", Status: http.StatusNotFound, HTML: true})
	_, diags = issuers.read(made)
	diags.mustFail(t, "", "HTML page")

	mustRefuseOtherDomain(t, d, issuerType, made, config, "acme-ci")
	mustDoWithoutCredentials(t, d, issuerType, made, config)
}

func TestExternalTokenIssuer_import(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{Seed: mockserver.Seed{ExternalTokenIssuers: []mockserver.ExternalTokenIssuer{
		{Code: "bare", Issuer: "https://a.acme.com", Audience: "a", LogoutURL: "https://a.acme.com/bye"},
	}}})
	d.createIssuer(t, foreignIssuer)
	issuers := d.protocol(t).resource(issuerType)
	claims := issuerClaims(object{
		"user_id": "sub", "login": "email", "email": "email", "first_name": "given_name", "last_name": "family_name", "user_type": `"Personal"`, "groups": "roles",
	})
	for code, config := range map[string]object{
		"bare":    {"code": "bare", "issuer": "https://a.acme.com", "audience": "a", "logout_url": "https://a.acme.com/bye"},
		"foreign": {"code": "foreign", "issuer": "https://sso.acme.com", "audience": "lusid", "logout_url": "https://sso.acme.com/bye", "claim_mappings": claims},
	} {
		imported, diags := issuers.importState(code)
		diags.mustBeQuiet(t)
		issuers.mustPlanNothing(imported, config)
		imported, diags = issuers.importIdentity(object{"code": code})
		diags.mustBeQuiet(t)
		issuers.mustPlanNothing(imported, config)
	}
	for key, part := range map[string]string{"missing": "HTTP 404", "a b": "1 to 64 letters", "": "1 to 64 letters"} {
		_, diags := issuers.importState(key)
		diags.mustFail(t, "", fmt.Sprintf("Unable to import external token issuer %q", key), part)
	}
}

func TestExternalTokenIssuer_validation(t *testing.T) {
	t.Parallel()
	issuers := newProtocol(t).resource(issuerType)
	for name, test := range map[string]struct {
		change    object
		attribute string
		part      string
	}{
		"an empty issuer":     {object{"issuer": ""}, "issuer", ""},
		"an empty audience":   {object{"audience": ""}, "audience", ""},
		"no scheme":           {object{"logout_url": "acme.com/bye"}, "logout_url", "must be a URI"},
		"a path":              {object{"logout_url": "/bye"}, "logout_url", "must be a URI"},
		"a scheme alone":      {object{"logout_url": "https://"}, "logout_url", "must be a URI"},
		"a timeout of zero":   {object{"timeouts": object{"create": "0s"}}, "timeouts.create", ""},
		"a claim left open":   {object{"claim_mappings": issuerClaims(object{"login": `"ci@acme.com`})}, "claim_mappings.login", "begins and ends with one"},
		"a claim left to end": {object{"claim_mappings": issuerClaims(object{"login": `ci@acme.com"`})}, "claim_mappings.login", "begins and ends with one"},
		"a quote alone":       {object{"claim_mappings": issuerClaims(object{"login": `"`})}, "claim_mappings.login", "begins and ends with one"},
		"a quote in quotes":   {object{"claim_mappings": issuerClaims(object{"first_name": `"a "b" c"`})}, "claim_mappings.first_name", "none in between"},
		"a quote in a name":   {object{"claim_mappings": issuerClaims(object{"user_id": `a"b`})}, "claim_mappings.user_id", "none at all"},
		"nothing in quotes":   {object{"claim_mappings": issuerClaims(object{"email": `""`})}, "claim_mappings.email", "It is empty"},
		"an empty type":       {object{"claim_mappings": issuerClaims(object{"user_type": `""`})}, "claim_mappings.user_type", "It is empty"},
		"spaces":              {object{"claim_mappings": issuerClaims(object{"email": " "})}, "claim_mappings.email", "It is empty"},
		"no such type":        {object{"claim_mappings": issuerClaims(object{"user_type": `"service"`})}, "claim_mappings.user_type", "Personal or Service, not service"},
		"groups in quotes":    {object{"claim_mappings": issuerClaims(object{"groups": `"traders"`})}, "claim_mappings.groups", "no value in double quotes here"},
		"empty groups":        {object{"claim_mappings": issuerClaims(object{"groups": ""})}, "claim_mappings.groups", "leave the attribute out"},
	} {
		t.Run(name, func(t *testing.T) { issuers.validate(issuerConfig(test.change)).mustFail(t, test.attribute, test.part) })
	}
	for _, kind := range []string{"Personal", "Service"} {
		issuers.validate(issuerConfig(object{"claim_mappings": issuerClaims(object{"user_type": kind})})).mustWarn(t, "claim_mappings.user_type",
			"This is the name of a claim", `user_type = "\"`+kind+`\""`)
		issuers.validate(issuerConfig(object{"claim_mappings": issuerClaims(object{"user_type": `"` + kind + `"`})})).mustBeQuiet(t)
	}
	for _, valid := range []object{
		{"claim_mappings": nil},
		{"claim_mappings": unknown},
		{"claim_mappings": issuerClaims(object{"groups": "https://acme.com/claims/groups", "user_type": "kind", "first_name": `"ü 'n'"`})},
		{"claim_mappings": issuerClaims(object{"groups": unknown, "user_type": unknown, "login": unknown})},
		{"code": unknown, "issuer": unknown, "audience": unknown, "logout_url": unknown, "description": unknown},
		{"issuer": "acme", "logout_url": "com.acme.app:bye"},
	} {
		issuers.validate(issuerConfig(valid)).mustBeQuiet(t)
	}
}

// TestExternalTokenIssuer_own changes the issuer of the token that the provider signs in with.
func TestExternalTokenIssuer_own(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	config := issuerConfig(object{"claim_mappings": issuerClaims(object{"login": `"` + d.mock.Credentials().Username + `"`})})
	made := d.protocol(t).resource(issuerType).mustCreate(config)
	token, err := d.mock.IssueExternalToken(mockserver.ExternalToken{Issuer: "https://gitlab.acme.com", Audience: "https://acme.lusid.com"})
	if err != nil {
		t.Fatal(err)
	}
	other, err := d.mock.IssueExternalToken(mockserver.ExternalToken{Issuer: "https://gitlab.acme.com", Audience: "other"})
	if err != nil {
		t.Fatal(err)
	}
	change := func(change object) object {
		changed := maps.Clone(config)
		maps.Copy(changed, change)
		return changed
	}
	for credential, own := range map[string]object{
		"an access token from":      {"access_token": token},
		"an access token file from": {"access_token": nil, "access_token_file": fileIn(t, "token", token+"\n")},
	} {
		issuers := d.protocol(t, own).resource(issuerType)
		issuers.mustPlanNothing(issuers.mustRead(made), config)
		for _, test := range []struct {
			doing   string
			changed object
		}{
			{"Deleting", nil},
			{"Replacing", change(object{"code": "other"})},
			{"Changing", change(object{"audience": "other"})},
			{"Changing", change(object{"issuer": "other"})},
			{"Changing", change(object{"claim_mappings": issuerClaims()})},
		} {
			_, diags := issuers.plan(made, test.changed)
			diags.mustWarn(t, "", test.doing+" the issuer of the token that this provider signs in with", credential, "acme-ci")
		}
		_, diags := issuers.plan(made, change(object{"description": "Changed", "logout_url": "https://acme.com"}))
		diags.mustBeQuiet(t)
	}
	for _, bearer := range []string{d.token, other, "a.b.c", "e30.e30.e30"} {
		_, diags := d.protocol(t, object{"access_token": bearer}).resource(issuerType).plan(made, nil)
		diags.mustBeQuiet(t)
	}
	_, diags := d.protocol(t, object{"access_token": nil, "access_token_file": "/nowhere"}).resource(issuerType).plan(made, nil)
	diags.mustBeQuiet(t)
}

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
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// foreignIssuer is an issuer with other values than IssuerConfig's.
var foreignIssuer = providertest.IssuerBody{
	Code: "foreign", Issuer: "https://sso.acme.com", Audience: "lusid", LogoutURL: "https://sso.acme.com/bye",
	ClaimMappings: map[string]string{
		"userId":    "sub",
		"login":     "email",
		"email":     "email",
		"firstName": "given_name",
		"lastName":  "family_name",
		"userType":  `"Personal"`,
		"groups":    "roles",
	},
}

// checkNoIssuer checks that no issuer is left at the end of a test through the CLI. All of these tests need the mock,
// because FINBOURNE enables the feature only on request.
func checkNoIssuer(d providertest.Domain, t *testing.T) resource.TestCheckFunc {
	return func(*terraform.State) error {
		if left := d.Issuers(t); len(left) > 0 {
			return fmt.Errorf("got the issuers %v, want none", left)
		}
		return nil
	}
}

const issuerAddress = providertest.ExternalTokenIssuerType + ".test"

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

func TestAccExternalTokenIssuer_basic(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	known := func(attribute string, check knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue(issuerAddress, tfjsonpath.New(attribute), check)
	}
	updates := resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(issuerAddress,
		plancheck.ResourceActionUpdate)}}
	literal := map[string]knownvalue.Check{
		"user_type": knownvalue.StringExact(`"Service"`),
		"login":     knownvalue.StringExact("user_email"),
		"groups":    knownvalue.Null(),
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providertest.Factories,
		CheckDestroy:             checkNoIssuer(d, t),
		Steps: []resource.TestStep{
			{
				// Without claim_mappings, LUSID chooses the mappings.
				Config: d.Config(issuerHCL("")),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectUnknownValue(issuerAddress, tfjsonpath.New("claim_mappings")),
				}},
				ConfigStateChecks: []statecheck.StateCheck{known("claim_mappings", knownvalue.Null())},
			},
			{
				Config:           d.Config(issuerHCL("description = \"CI\"")),
				ConfigPlanChecks: updates,
				ConfigStateChecks: []statecheck.StateCheck{
					known("description", knownvalue.StringExact("CI")), known("claim_mappings", knownvalue.Null()),
				},
			},
			{
				Config:           d.Config(issuerHCL(issuerClaimsHCL)),
				ConfigPlanChecks: updates,
				ConfigStateChecks: []statecheck.StateCheck{
					known("description", knownvalue.Null()), known("claim_mappings", knownvalue.ObjectPartial(literal)),
				},
			},
			{
				ResourceName:                         issuerAddress,
				ImportState:                          true,
				ImportStateId:                        "acme-ci",
				ImportStateVerify:                    true,
				ImportStateVerifyIdentifierAttribute: "code",
			},
			{
				// If claim_mappings is removed from the configuration, the mappings stay.
				Config:            d.Config(issuerHCL("description = \"CI\"")),
				ConfigPlanChecks:  updates,
				ConfigStateChecks: []statecheck.StateCheck{known("claim_mappings", knownvalue.ObjectPartial(literal))},
			},
			{Config: d.Config(issuerHCL("description = \"CI\"\n" + issuerClaimsHCL)), PlanOnly: true},
		},
	})
}

// TestAccExternalTokenIssuer_import imports an issuer that was created by hand, without changing it.
func TestAccExternalTokenIssuer_import(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	d.CreateIssuer(t, foreignIssuer)
	w := providertest.NewWorkspace(t, d.Config(`
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
	w.MustFail([]string{`Unable to import external token issuer "missing"`, "HTTP 404"}, "import", issuerAddress, "missing")
	d.Forget()
	w.MustRun("import", issuerAddress, "foreign")
	w.MustPlanEmpty()
	d.MustCount(t, map[string]int{"identity.GetExternalTokenIssuer": 3})
	w.MustRun("destroy", "-auto-approve")
	if left := d.Issuers(t); len(left) > 0 {
		t.Errorf("got the issuers %v, want none", left)
	}
}

func TestExternalTokenIssuer_lifecycle(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	issuers := d.Protocol(t).Resource(providertest.ExternalTokenIssuerType)
	config := providertest.IssuerConfig(providertest.Object{"description": "CI"})
	made := issuers.MustCreate(config)
	d.MustCount(t, map[string]int{"identity.ListExternalTokenIssuers": 1, "identity.CreateExternalTokenIssuer": 1})
	if diff := cmp.Diff(map[string]string{"code": "acme-ci"}, issuers.IdentityOf(made)); diff != "" {
		t.Errorf("identity (-want +got):\n%s", diff)
	}
	whole := func(change func(*providertest.IssuerBody)) {
		t.Helper()
		want := providertest.IssuerBody{
			Code: "acme-ci", Issuer: "https://gitlab.acme.com", Audience: "https://acme.lusid.com", LogoutURL: "https://acme.lusid.com/bye", Description: new("CI"),
			ClaimMappings: map[string]string{
				"userId": "user_id", "login": "user_email", "email": "user_email", "firstName": `"CI"`, "lastName": `"Pipeline"`, "userType": `"Service"`,
			},
		}
		change(&want)
		if diff := cmp.Diff([]providertest.IssuerBody{want}, d.Issuers(t)); diff != "" {
			t.Errorf("LUSID has (-want +got):\n%s", diff)
		}
	}
	whole(func(*providertest.IssuerBody) {})

	d.Forget()
	read := issuers.MustRead(made)
	issuers.MustPlanNothing(read, config)
	d.MustCount(t, map[string]int{"identity.GetExternalTokenIssuer": 1})

	for _, test := range []struct {
		change providertest.Object
		want   func(*providertest.IssuerBody)
	}{
		{providertest.Object{"issuer": "https://other.acme.com"}, func(i *providertest.IssuerBody) { i.Issuer = "https://other.acme.com" }},
		{providertest.Object{"audience": "other"}, func(i *providertest.IssuerBody) { i.Audience = "other" }},
		{providertest.Object{"logout_url": "https://acme.com"}, func(i *providertest.IssuerBody) { i.LogoutURL = "https://acme.com" }},
		{providertest.Object{"description": nil}, func(i *providertest.IssuerBody) { i.Description = new("") }},
		{providertest.Object{"claim_mappings": providertest.IssuerClaims(providertest.Object{"groups": "groups", "login": `"ci@acme.com"`})}, func(i *providertest.IssuerBody) {
			i.ClaimMappings["groups"], i.ClaimMappings["login"] = "groups", `"ci@acme.com"`
		}},
	} {
		d.Forget()
		changed := maps.Clone(config)
		maps.Copy(changed, test.change)
		updated, diags := issuers.Update(read, changed)
		diags.MustBeQuiet(t)
		d.MustCount(t, map[string]int{"identity.GetExternalTokenIssuer": 1, "identity.UpdateExternalTokenIssuer": 1})
		whole(test.want)
		updated = issuers.MustRead(updated)
		issuers.MustPlanNothing(updated, changed)
		read, diags = issuers.Update(updated, config)
		diags.MustBeQuiet(t)
		whole(func(*providertest.IssuerBody) {})
	}
	// An attribute that LUSID does not take causes no request.
	d.Forget()
	config["timeouts"] = providertest.Object{"update": "1m"}
	read, diags := issuers.Update(read, config)
	diags.MustBeQuiet(t)
	d.MustCount(t, map[string]int{})

	change, diags := issuers.Plan(read, providertest.IssuerConfig(providertest.Object{"code": "other"}))
	diags.MustBeQuiet(t)
	if diff := cmp.Diff([]string{"code"}, change.Replaces); diff != "" {
		t.Errorf("replaced because of (-want +got):\n%s", diff)
	}

	d.MustCall(t, http.MethodDelete, "/externaltokenissuers/acme-ci", nil, nil)
	issuers = d.Protocol(t).Resource(providertest.ExternalTokenIssuerType)
	if gone := issuers.MustRead(read); gone.Exists() {
		t.Error("a deleted issuer is still in the state")
	}
	d.Forget()
	issuers.Destroy(read).MustBeQuiet(t)
	// LUSID has no error code for a deleted issuer, so the provider checks the list that the refresh has requested.
	d.MustCount(t, map[string]int{"identity.GetExternalTokenIssuer": 1})
}

// TestExternalTokenIssuer_changedAfterPlan changes an issuer after the plan of another change was made. The update would
// undo the change, and the plan did not show that.
func TestExternalTokenIssuer_changedAfterPlan(t *testing.T) {
	t.Parallel()
	ciClaims := map[string]string{
		"userId": "user_id", "login": "user_email", "email": "user_email", "firstName": `"CI"`, "lastName": `"Pipeline"`, "userType": `"Service"`,
	}
	otherClaims := maps.Clone(ciClaims)
	otherClaims["login"] = "email"
	for name, test := range map[string]struct {
		config        providertest.Object
		audience      string
		claimMappings map[string]string
	}{
		"audience":                     {nil, "other", ciClaims},
		"claim mappings":               {nil, "https://acme.lusid.com", otherClaims},
		"claim mappings left to LUSID": {providertest.Object{"claim_mappings": nil}, "https://acme.lusid.com", otherClaims},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, mockserver.Options{})
			issuers := d.Protocol(t).Resource(providertest.ExternalTokenIssuerType)
			made := issuers.MustCreate(providertest.IssuerConfig())
			changed := providertest.IssuerConfig(providertest.Object{"description": "CI"}, test.config)
			change := func(audience string, claimMappings map[string]string) {
				d.MustCall(t, http.MethodPut, "/externaltokenissuers/acme-ci", map[string]any{"audience": audience, "claimMappings": claimMappings}, nil)
			}

			change(test.audience, test.claimMappings)
			d.Forget()
			_, diags := issuers.Update(made, changed)
			diags.MustFail(t, "", "Unable to update external token issuer acme-ci", "It was changed in LUSID after the plan was made", "Plan again, without -refresh=false")
			d.MustCount(t, map[string]int{"identity.GetExternalTokenIssuer": 1})

			change("https://acme.lusid.com", ciClaims)
			updated, diags := issuers.Update(made, changed)
			diags.MustBeQuiet(t)
			issuers.MustPlanNothing(issuers.MustRead(updated), changed)

			// The issuer is as wanted, for example after an update whose response was lost.
			d.Forget()
			_, diags = issuers.Update(made, changed)
			diags.MustBeQuiet(t)
			d.MustCount(t, map[string]int{"identity.GetExternalTokenIssuer": 1})
		})
	}
}

// TestExternalTokenIssuer_sendsAll checks the whole body of an update. The mock keeps fields that the body leaves out,
// but LUSID may clear them.
func TestExternalTokenIssuer_sendsAll(t *testing.T) {
	t.Parallel()
	var sent providertest.IssuerBody
	d := providertest.NewMockBehind(t, mockserver.Options{}, func(mock http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPut {
				body, _ := io.ReadAll(r.Body)
				sent = providertest.IssuerBody{}
				_ = json.Unmarshal(body, &sent)
				r.Body = io.NopCloser(bytes.NewReader(body))
			}
			mock.ServeHTTP(w, r)
		})
	})
	issuers := d.Protocol(t).Resource(providertest.ExternalTokenIssuerType)
	made := issuers.MustCreate(providertest.IssuerConfig(providertest.Object{"description": "CI"}))
	made, diags := issuers.Update(made, providertest.IssuerConfig())
	diags.MustBeQuiet(t)
	want := d.Issuers(t)[0]
	want.Code, want.Description = "", new("")
	if diff := cmp.Diff(want, sent); diff != "" {
		t.Errorf("body of the update (-want +got):\n%s", diff)
	}
	// The body also has the values that the configuration leaves to LUSID.
	_, diags = issuers.Update(made, providertest.IssuerConfig(providertest.Object{"claim_mappings": nil, "audience": "other"}))
	diags.MustBeQuiet(t)
	want.Audience = "other"
	if diff := cmp.Diff(want, sent); diff != "" {
		t.Errorf("body of the update (-want +got):\n%s", diff)
	}
}

// TestExternalTokenIssuer_mappings leaves the mappings to LUSID. The provider accepts all mappings that LUSID returns.
func TestExternalTokenIssuer_mappings(t *testing.T) {
	t.Parallel()
	for name, mappings := range map[string]any{
		"absent":    nil,
		"all empty": map[string]any{"login": "", "email": nil},
		"chosen by LUSID": map[string]any{
			"userId":    "sub",
			"login":     "email",
			"email":     "email",
			"firstName": "given_name",
			"lastName":  "family_name",
			"userType":  "type",
			"groups":    nil,
		},
		"incomplete": map[string]any{"login": "email"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var w providertest.Rewriter
			d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
			w.Set(func(_ *http.Request, body any) any {
				if issuer, ok := body.(map[string]any); ok && mappings != nil {
					issuer["claimMappings"] = mappings
				}
				return body
			})
			issuers := d.Protocol(t).Resource(providertest.ExternalTokenIssuerType)
			config := providertest.IssuerConfig(providertest.Object{"claim_mappings": nil})
			made := issuers.MustCreate(config)
			read := issuers.MustRead(made)
			if names := made.Differences(read); names != nil {
				t.Errorf("the refresh changed %s", names)
			}
			issuers.MustPlanNothing(read, config)
			// The mock accepts only complete mappings in an update.
			if name != "incomplete" {
				config["description"] = "Changed"
				updated, diags := issuers.Update(read, config)
				diags.MustBeQuiet(t)
				issuers.MustPlanNothing(issuers.MustRead(updated), config)
			}
		})
	}
}

// TestExternalTokenIssuer_missingFields removes every field that the contract allows a response to leave out.
func TestExternalTokenIssuer_missingFields(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"absent", "null"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var w providertest.Rewriter
			d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
			w.Set(func(_ *http.Request, body any) any {
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
			issuers := d.Protocol(t).Resource(providertest.ExternalTokenIssuerType)
			read := issuers.MustRead(issuers.MustCreate(providertest.IssuerConfig()))
			read.MustHave(t, map[string]string{
				"code":           "acme-ci",
				"issuer":         "null",
				"audience":       "null",
				"logout_url":     "null",
				"description":    "null",
				"claim_mappings": "null",
			})
			updated, diags := issuers.Update(read, providertest.IssuerConfig())
			diags.MustBeQuiet(t)
			w.Set(nil)
			issuers.MustPlanNothing(issuers.MustRead(updated), providertest.IssuerConfig())
		})
	}
}

func TestExternalTokenIssuer_manyReads(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	issuers := d.Protocol(t).Resource(providertest.ExternalTokenIssuerType)
	var made []providertest.Instance
	for i := range 5 {
		made = append(made, issuers.MustCreate(providertest.IssuerConfig(providertest.Object{
			"code":     fmt.Sprint("ci-", i),
			"audience": fmt.Sprint(i),
		})))
	}
	issuers = d.Protocol(t).Resource(providertest.ExternalTokenIssuerType)
	d.MustCall(t, http.MethodPut, "/externaltokenissuers/ci-4", map[string]any{"description": "Drifted"}, nil)
	d.Forget()
	for i, issuer := range made {
		read := issuers.MustRead(issuer)
		if i < 4 {
			issuers.MustPlanNothing(read, providertest.IssuerConfig(providertest.Object{"code": fmt.Sprint("ci-", i), "audience": fmt.Sprint(i)}))
		} else {
			read.MustHave(t, map[string]string{"description": "Drifted"})
		}
	}
	// The last issuer in the list differs from the state, so the provider reads it separately.
	d.MustCount(t, map[string]int{"identity.GetExternalTokenIssuer": 3 + 1, "identity.ListExternalTokenIssuers": 1})
}

func TestExternalTokenIssuer_taken(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	d.CreateIssuer(t, foreignIssuer)
	issuers := d.Protocol(t).Resource(providertest.ExternalTokenIssuerType)
	for attribute, config := range map[string]providertest.Object{
		"code":   providertest.IssuerConfig(providertest.Object{"code": "foreign"}),
		"issuer": providertest.IssuerConfig(providertest.Object{"issuer": "https://sso.acme.com", "audience": "lusid"}),
	} {
		made, diags := issuers.Create(config)
		if made.Exists() {
			t.Error("the failed create left an object in the state")
		}
		diags.MustFail(t, attribute, "Unable to create external token issuer", `issuer "https://sso.acme.com", audience "lusid"`,
			"import {\n  to = lusid_external_token_issuer.NAME\n  id = \"foreign\"\n}", "HTTP 400")
	}
	d.MustCount(t, map[string]int{"identity.ListExternalTokenIssuers": 3, "identity.CreateExternalTokenIssuer": 2})
	// Two issuers may have the same issuer URL if their audiences differ.
	issuers.MustCreate(providertest.IssuerConfig(providertest.Object{"issuer": "https://sso.acme.com"}))
	// If the domain has the maximum number of issuers, the error says so.
	for i := range 3 {
		another := foreignIssuer
		another.Code, another.Audience = fmt.Sprint("issuer-", i), fmt.Sprint(i)
		d.CreateIssuer(t, another)
	}
	_, diags := issuers.Create(providertest.IssuerConfig(providertest.Object{"code": "one-more", "audience": "more"}))
	diags.MustFail(t, "", "Unable to create external token issuer", "5 external token issuers at most")
}

func TestExternalTokenIssuer_lostResponse(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault   mockserver.Fault
		lag     int
		adopted bool
	}{
		"reset after the write":                {mockserver.Fault{Reset: mockserver.ResetAfter}, 0, true},
		"reset before the write":               {mockserver.Fault{Reset: mockserver.ResetBefore}, 0, false},
		"500 after the write":                  {mockserver.Fault{Status: 500, AfterWrite: true}, 0, true},
		"truncated response":                   {mockserver.Fault{Truncate: true}, 0, true},
		"reset after the write, with list lag": {mockserver.Fault{Reset: mockserver.ResetAfter}, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, mockserver.Options{ListLag: test.lag})
			test.fault.Operation = "identity.CreateExternalTokenIssuer"
			d.Mock.InjectFault(test.fault)
			issuers := d.Protocol(t).Resource(providertest.ExternalTokenIssuerType)
			made, diags := issuers.Create(providertest.IssuerConfig())
			if test.adopted {
				diags.MustWarn(t, "", "The response to the creation of external token issuer acme-ci was lost", "this run or another run created it")
			} else {
				diags.MustBeQuiet(t)
			}
			if got := d.Issuers(t); test.lag == 0 && len(got) != 1 {
				t.Errorf("the domain has %v, want one issuer", got)
			}
			issuers.MustPlanNothing(issuers.MustRead(made), providertest.IssuerConfig())
		})
	}
	t.Run("issuer of another run", func(t *testing.T) {
		t.Parallel()
		d := providertest.NewMock(t, mockserver.Options{})
		d.CreateIssuer(t, foreignIssuer)
		d.Mock.InjectFault(mockserver.Fault{Operation: "identity.CreateExternalTokenIssuer", Reset: mockserver.ResetAfter})
		made, diags := d.Protocol(t).Resource(providertest.ExternalTokenIssuerType).Create(providertest.IssuerConfig(providertest.Object{"code": "foreign"}))
		if made.Exists() {
			t.Error("an issuer of another run was adopted")
		}
		diags.MustFail(t, "code", "lusid_external_token_issuer.NAME")
	})
	t.Run("code of an issuer that this process deleted", func(t *testing.T) {
		t.Parallel()
		d := providertest.NewMock(t, mockserver.Options{})
		d.CreateIssuer(t, foreignIssuer)
		issuers := d.Protocol(t).Resource(providertest.ExternalTokenIssuerType)
		old, diags := issuers.ImportState("foreign")
		diags.MustBeQuiet(t)
		issuers.MustCreate(providertest.IssuerConfig())
		issuers.Destroy(old).MustBeQuiet(t)
		d.Mock.InjectFault(mockserver.Fault{Operation: "identity.CreateExternalTokenIssuer", Reset: mockserver.ResetAfter})
		_, diags = issuers.Create(providertest.IssuerConfig(providertest.Object{"code": "foreign", "audience": "other"}))
		diags.MustWarn(t, "", "foreign was lost")
	})
}

func TestExternalTokenIssuer_errors(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	issuers := d.Protocol(t).Resource(providertest.ExternalTokenIssuerType)
	config := providertest.IssuerConfig()
	made := issuers.MustCreate(config)
	forbidden := d.NoRights(t).Resource(providertest.ExternalTokenIssuerType)
	words := []string{"HTTP 403", "lusid-administrator"}

	kept, diags := forbidden.Read(made)
	diags.MustFail(t, "", append(words, "Unable to read external token issuer acme-ci")...)
	if names := made.Differences(kept); names != nil {
		t.Errorf("a failed read changed %s", names)
	}
	_, diags = forbidden.Update(made, providertest.IssuerConfig(providertest.Object{"description": "New"}))
	diags.MustFail(t, "", append(words, "Unable to update external token issuer acme-ci")...)
	forbidden.Destroy(made).MustFail(t, "", append(words, "Unable to delete external token issuer acme-ci")...)
	_, diags = forbidden.Create(providertest.IssuerConfig(providertest.Object{"code": "other", "audience": "other"}))
	diags.MustFail(t, "", append(words, "Unable to create external token issuer", "FINBOURNE must enable")...)
	_, diags = forbidden.ImportState("acme-ci")
	diags.MustFail(t, "", append(words, `Unable to import external token issuer "acme-ci"`)...)

	// The domain does not have the feature.
	d.Mock.InjectFault(mockserver.Fault{Operation: "identity.CreateExternalTokenIssuer", Status: http.StatusNotFound})
	_, diags = issuers.Create(providertest.IssuerConfig(providertest.Object{"code": "other"}))
	diags.MustFail(t, "", "FINBOURNE must enable", "HTTP 404")

	// Only a 404 with LUSID's own body means that the issuer does not exist.
	d.Mock.InjectFault(mockserver.Fault{Operation: "identity.GetExternalTokenIssuer", Status: http.StatusNotFound, HTML: true})
	_, diags = issuers.Read(made)
	diags.MustFail(t, "", "HTML page")

	providertest.MustRefuseOtherDomain(t, d, providertest.ExternalTokenIssuerType, made, config, "acme-ci")
	providertest.MustDoWithoutCredentials(t, d, providertest.ExternalTokenIssuerType, made, config)
}

func TestExternalTokenIssuer_import(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{Seed: mockserver.Seed{ExternalTokenIssuers: []mockserver.ExternalTokenIssuer{
		{Code: "bare", Issuer: "https://a.acme.com", Audience: "a", LogoutURL: "https://a.acme.com/bye"},
	}}})
	d.CreateIssuer(t, foreignIssuer)
	issuers := d.Protocol(t).Resource(providertest.ExternalTokenIssuerType)
	claims := providertest.IssuerClaims(providertest.Object{
		"user_id": "sub", "login": "email", "email": "email", "first_name": "given_name", "last_name": "family_name", "user_type": `"Personal"`, "groups": "roles",
	})
	for code, config := range map[string]providertest.Object{
		"bare": {"code": "bare", "issuer": "https://a.acme.com", "audience": "a", "logout_url": "https://a.acme.com/bye"},
		"foreign": {
			"code":           "foreign",
			"issuer":         "https://sso.acme.com",
			"audience":       "lusid",
			"logout_url":     "https://sso.acme.com/bye",
			"claim_mappings": claims,
		},
	} {
		imported, diags := issuers.ImportState(code)
		diags.MustBeQuiet(t)
		issuers.MustPlanNothing(imported, config)
		imported, diags = issuers.ImportIdentity(providertest.Object{"code": code})
		diags.MustBeQuiet(t)
		issuers.MustPlanNothing(imported, config)
	}
	for key, part := range map[string]string{"missing": "HTTP 404", "a b": "1 to 64 letters", "": "1 to 64 letters"} {
		_, diags := issuers.ImportState(key)
		diags.MustFail(t, "", fmt.Sprintf("Unable to import external token issuer %q", key), part)
	}
}

func TestExternalTokenIssuer_validation(t *testing.T) {
	t.Parallel()
	issuers := providertest.NewProtocol(t).Resource(providertest.ExternalTokenIssuerType)
	for name, test := range map[string]struct {
		change    providertest.Object
		attribute string
		part      string
	}{
		"empty issuer":         {providertest.Object{"issuer": ""}, "issuer", ""},
		"empty audience":       {providertest.Object{"audience": ""}, "audience", ""},
		"URI without a scheme": {providertest.Object{"logout_url": "acme.com/bye"}, "logout_url", "must be a URI"},
		"only a path":          {providertest.Object{"logout_url": "/bye"}, "logout_url", "must be a URI"},
		"only a scheme":        {providertest.Object{"logout_url": "https://"}, "logout_url", "must be a URI"},
		"timeout of zero":      {providertest.Object{"timeouts": providertest.Object{"create": "0s"}}, "timeouts.create", ""},
		"constant without the closing quote": {
			providertest.Object{"claim_mappings": providertest.IssuerClaims(providertest.Object{"login": `"ci@acme.com`})},
			"claim_mappings.login", "begins and ends with a double quote",
		},
		"constant without the opening quote": {
			providertest.Object{"claim_mappings": providertest.IssuerClaims(providertest.Object{"login": `ci@acme.com"`})},
			"claim_mappings.login", "begins and ends with a double quote",
		},
		"only a quote": {
			providertest.Object{"claim_mappings": providertest.IssuerClaims(providertest.Object{"login": `"`})},
			"claim_mappings.login", "begins and ends with a double quote",
		},
		"quote in a constant": {
			providertest.Object{"claim_mappings": providertest.IssuerClaims(providertest.Object{"first_name": `"a "b" c"`})},
			"claim_mappings.first_name", "none in between",
		},
		"quote in the name of a claim": {
			providertest.Object{"claim_mappings": providertest.IssuerClaims(providertest.Object{"user_id": `a"b`})},
			"claim_mappings.user_id", "The name of a claim has no double quote",
		},
		"empty constant": {
			providertest.Object{"claim_mappings": providertest.IssuerClaims(providertest.Object{"email": `""`})},
			"claim_mappings.email", "It is empty",
		},
		"empty user type": {
			providertest.Object{"claim_mappings": providertest.IssuerClaims(providertest.Object{"user_type": `""`})},
			"claim_mappings.user_type", "It is empty",
		},
		"only spaces": {
			providertest.Object{"claim_mappings": providertest.IssuerClaims(providertest.Object{"email": " "})},
			"claim_mappings.email", "It is empty",
		},
		"unknown user type": {
			providertest.Object{"claim_mappings": providertest.IssuerClaims(providertest.Object{"user_type": `"service"`})},
			"claim_mappings.user_type", "Personal or Service, not service",
		},
		"constant for groups": {
			providertest.Object{"claim_mappings": providertest.IssuerClaims(providertest.Object{"groups": `"traders"`})},
			"claim_mappings.groups", "not accept a constant in double quotes here",
		},
		"empty groups": {
			providertest.Object{"claim_mappings": providertest.IssuerClaims(providertest.Object{"groups": ""})},
			"claim_mappings.groups", "If the attribute is optional, you can remove it",
		},
	} {
		t.Run(name, func(t *testing.T) {
			issuers.Validate(providertest.IssuerConfig(test.change)).MustFail(t, test.attribute, test.part)
		})
	}
	for _, kind := range []string{"Personal", "Service"} {
		issuers.Validate(providertest.IssuerConfig(providertest.Object{"claim_mappings": providertest.IssuerClaims(providertest.Object{"user_type": kind})})).MustWarn(t, "claim_mappings.user_type",
			"This is the name of a claim", `user_type = "\"`+kind+`\""`)
		issuers.Validate(providertest.IssuerConfig(providertest.Object{"claim_mappings": providertest.IssuerClaims(providertest.Object{"user_type": `"` + kind + `"`})})).MustBeQuiet(t)
	}
	for _, valid := range []providertest.Object{
		{"claim_mappings": nil},
		{"claim_mappings": providertest.Unknown},
		{"claim_mappings": providertest.IssuerClaims(providertest.Object{
			"groups":     "https://acme.com/claims/groups",
			"user_type":  "kind",
			"first_name": `"ü 'n'"`,
		})},
		{"claim_mappings": providertest.IssuerClaims(providertest.Object{
			"groups":    providertest.Unknown,
			"user_type": providertest.Unknown,
			"login":     providertest.Unknown,
		})},
		{
			"code":        providertest.Unknown,
			"issuer":      providertest.Unknown,
			"audience":    providertest.Unknown,
			"logout_url":  providertest.Unknown,
			"description": providertest.Unknown,
		},
		{"issuer": "acme", "logout_url": "com.acme.app:bye"},
	} {
		issuers.Validate(providertest.IssuerConfig(valid)).MustBeQuiet(t)
	}
}

// TestExternalTokenIssuer_own checks the warnings about a change of the issuer of the token that the provider signs in
// with.
func TestExternalTokenIssuer_own(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	config := providertest.IssuerConfig(providertest.Object{"claim_mappings": providertest.IssuerClaims(providertest.Object{"login": `"` + d.Mock.Credentials().Username + `"`})})
	made := d.Protocol(t).Resource(providertest.ExternalTokenIssuerType).MustCreate(config)
	token, err := d.Mock.IssueExternalToken(mockserver.ExternalToken{Issuer: "https://gitlab.acme.com", Audience: "https://acme.lusid.com"})
	if err != nil {
		t.Fatal(err)
	}
	other, err := d.Mock.IssueExternalToken(mockserver.ExternalToken{Issuer: "https://gitlab.acme.com", Audience: "other"})
	if err != nil {
		t.Fatal(err)
	}
	change := func(change providertest.Object) providertest.Object {
		changed := maps.Clone(config)
		maps.Copy(changed, change)
		return changed
	}
	for credential, own := range map[string]providertest.Object{
		"an access token from":      {"access_token": token},
		"an access token file from": {"access_token": nil, "access_token_file": providertest.FileIn(t, "token", token+"\n")},
	} {
		issuers := d.Protocol(t, own).Resource(providertest.ExternalTokenIssuerType)
		issuers.MustPlanNothing(issuers.MustRead(made), config)
		for _, test := range []struct {
			doing   string
			changed providertest.Object
		}{
			{"Deleting", nil},
			{"Replacing", change(providertest.Object{"code": "other"})},
			{"Changing", change(providertest.Object{"audience": "other"})},
			{"Changing", change(providertest.Object{"issuer": "other"})},
			{"Changing", change(providertest.Object{"claim_mappings": providertest.IssuerClaims()})},
		} {
			_, diags := issuers.Plan(made, test.changed)
			diags.MustWarn(t, "", test.doing+" the issuer of the token that this provider signs in with", credential, "acme-ci")
		}
		_, diags := issuers.Plan(made, change(providertest.Object{"description": "Changed", "logout_url": "https://acme.com"}))
		diags.MustBeQuiet(t)
	}
	for _, bearer := range []string{d.Token, other, "a.b.c", "e30.e30.e30"} {
		_, diags := d.Protocol(t, providertest.Object{"access_token": bearer}).Resource(providertest.ExternalTokenIssuerType).Plan(made, nil)
		diags.MustBeQuiet(t)
	}
	_, diags := d.Protocol(t, providertest.Object{"access_token": nil, "access_token_file": "/nowhere"}).Resource(providertest.ExternalTokenIssuerType).Plan(made,
		nil)
	diags.MustBeQuiet(t)
}

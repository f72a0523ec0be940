package provider_test

import (
	"net/http"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// instantAttributes are the resource types with a time, each with a configuration that sets it.
var instantAttributes = map[string]struct {
	attribute string
	config    func(instant string) providertest.Object
}{
	providertest.UserType: {"user_expiry", func(instant string) providertest.Object {
		return providertest.ServiceUser(providertest.Object{"user_expiry": instant})
	}},
	providertest.PersonalAccessTokenType: {"deactivation_date", func(instant string) providertest.Object {
		return providertest.Object{"display_name": "pipeline", "deactivation_date": instant}
	}},
}

// TestInstant_resolution configures more decimal places than the seven that LUSID stores. The mock truncates the others.
// LUSID does not document whether it truncates or rounds them.
func TestInstant_resolution(t *testing.T) {
	t.Parallel()
	const configured = "2099-01-01T01:00:00.123456789+01:00"
	for typeName, test := range instantAttributes {
		for name, stored := range map[string]string{
			"truncated": "2099-01-01T00:00:00.1234567+00:00",
			"rounded":   "2099-01-01T00:00:00.1234568+00:00",
		} {
			t.Run(typeName+" "+name, func(t *testing.T) {
				t.Parallel()
				var w providertest.Rewriter
				d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
				w.Set(func(_ *http.Request, body any) any {
					objects, isList := body.([]any)
					if !isList {
						objects = []any{body}
					}
					for _, each := range objects {
						for _, field := range []string{"userExpiry", "deactivationDate"} {
							if fields, ok := each.(map[string]any); ok && fields[field] != nil {
								fields[field] = stored
							}
						}
					}
					return body
				})
				managed := d.Protocol(t).Resource(typeName)
				made := managed.MustRead(managed.MustCreate(test.config(configured)))
				made.MustHave(t, map[string]string{test.attribute: configured})
				d.Forget()
				for _, same := range []string{
					configured, "2099-01-01T00:00:00.123456789Z", "2098-12-31T19:00:00.12345678912345-05:00",
					stored, "2099-01-01T05:30:00.1234567899+05:30",
				} {
					managed.MustPlanNothing(made, test.config(same))
				}
				d.MustCount(t, map[string]int{})
				// This instant differs from the configured one in a digit that LUSID stores.
				change, diags := managed.Plan(made, test.config("2099-01-01T00:00:00.1234569Z"))
				diags.MustBeQuiet(t)
				change.Planned.MustHave(t, map[string]string{test.attribute: "2099-01-01T00:00:00.1234569Z"})
				if names := made.Differences(change.Planned); len(names) == 0 {
					t.Error("the plan does not change the instant")
				}

				imported, _ := managed.ImportState(made.Get("id"))
				managed.MustPlanNothing(imported, test.config(configured))
			})
		}
	}
}

// TestAccInstant_resolution has the CLI check the plans. The CLI accepts only the spelling of the configuration or of
// the state.
func TestAccInstant_resolution(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	configure := func(instant string) string {
		config := d.Config("")
		for typeName, test := range instantAttributes {
			config += "resource \"" + typeName + "\" \"test\" " + providertest.HCLValue(test.config(instant)) + "\n"
		}
		return config
	}
	w := providertest.NewWorkspace(t, configure("2099-01-01T01:00:00.123456789+01:00"))
	w.MustRun("apply", "-auto-approve")
	w.MustPlanEmpty()
	w.Configure(configure("2098-12-31T19:00:00.1234567-05:00"))
	w.MustPlanEmpty()
	d.Forget()
	w.MustRun("apply", "-auto-approve")
	for operation := range d.Counts() {
		if operation == "identity.UpdateUser" || operation == "identity.CreateApiKey" || operation == "identity.DeleteApiKey" {
			t.Errorf("the apply sent %s", operation)
		}
	}
}

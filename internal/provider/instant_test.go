package provider_test

import (
	"net/http"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// instantAttributes are the resources with an instant, each with a configuration that lacks it.
var instantAttributes = map[string]struct {
	attribute string
	config    func(instant string) object
}{
	usersType: {"user_expiry", func(instant string) object { return serviceUser(object{"user_expiry": instant}) }},
	patType: {"deactivation_date", func(instant string) object {
		return object{"display_name": "pipeline", "deactivation_date": instant}
	}},
}

// TestInstant_resolution configures more digits than the seven that LUSID stores. Whether LUSID
// truncates the others, as the mock does, or rounds them, is not documented.
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
				var w rewriter
				d := newMockBehind(t, mockserver.Options{}, w.front)
				w.set(func(_ *http.Request, body any) any {
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
				managed := d.protocol(t).resource(typeName)
				made := managed.mustRead(managed.mustCreate(test.config(configured)))
				made.mustHave(t, map[string]string{test.attribute: configured})
				d.forget()
				for _, same := range []string{
					configured, "2099-01-01T00:00:00.123456789Z", "2098-12-31T19:00:00.12345678912345-05:00",
					stored, "2099-01-01T05:30:00.1234567899+05:30",
				} {
					managed.mustPlanNothing(made, test.config(same))
				}
				d.mustCount(t, map[string]int{})
				// The next one that LUSID can tell apart.
				change, diags := managed.plan(made, test.config("2099-01-01T00:00:00.1234569Z"))
				diags.mustBeQuiet(t)
				change.planned.mustHave(t, map[string]string{test.attribute: "2099-01-01T00:00:00.1234569Z"})
				if names := made.differences(change.planned); len(names) == 0 {
					t.Error("another instant is no change")
				}

				imported, _ := managed.importState(made.get("id"))
				managed.mustPlanNothing(imported, test.config(configured))
			})
		}
	}
}

// TestAccInstant_resolution has the CLI judge the plans: it wants the configured spelling, or that
// of the state.
func TestAccInstant_resolution(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	configure := func(instant string) string {
		config := d.config("")
		for typeName, test := range instantAttributes {
			config += "resource \"" + typeName + "\" \"test\" " + hclValue(test.config(instant)) + "\n"
		}
		return config
	}
	w := newWorkspace(t, configure("2099-01-01T01:00:00.123456789+01:00"))
	w.mustRun("apply", "-auto-approve")
	w.mustPlanEmpty()
	w.configure(configure("2098-12-31T19:00:00.1234567-05:00"))
	w.mustPlanEmpty()
	d.forget()
	w.mustRun("apply", "-auto-approve")
	for operation := range d.counts() {
		if operation == "identity.UpdateUser" || operation == "identity.CreateApiKey" || operation == "identity.DeleteApiKey" {
			t.Errorf("the apply asked for %s", operation)
		}
	}
}

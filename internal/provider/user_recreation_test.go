package provider_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// newRobot applies a user in a domain of its own. It needs a CLI with terraform_data, which is older
// than import blocks.
func newRobot(t *testing.T, policy string) (d domain, w *workspace, id string) {
	t.Helper()
	cliMust(t, importBlocks)
	d = newMock(t, mockserver.Options{})
	w = newWorkspace(t, robotHCL(d, "test", policy, 1))
	w.mustRun("apply", "-auto-approve")
	return d, w, w.attribute("lusid_user.test", "id")
}

// robotHCL is a user, and what may trigger its replacement.
func robotHCL(d domain, name, policy string, version int, more ...string) string {
	return providerBlock(d.passwordArguments()) + fmt.Sprintf(`
resource "terraform_data" "version" {
  input = %d
}
resource "lusid_user" %q {
  type            = "Service"
  login           = "robot@acme.com"
  email_address   = "owner@acme.com"
  first_name      = "Ro"
  last_name       = "Bot"
  deletion_policy = %q
  lifecycle {
    replace_triggered_by = [terraform_data.version]
  }
}
`, version, name, policy) + strings.Join(more, "\n")
}

// mustBeUnchanged expects the user as it was, and that nothing was written.
func (d domain) mustBeUnchanged(t *testing.T, id string) {
	t.Helper()
	for operation, n := range d.counts() {
		if slices.Contains([]string{"identity.CreateUser", "identity.UpdateUser", "identity.DeleteUser"}, operation) {
			t.Errorf("%s was called %d times", operation, n)
		}
	}
	left := d.usersWith(t, "robot@acme.com")
	if len(left) != 1 || left[0].ID != id || left[0].Status == "DEPROVISIONED" {
		t.Errorf("the domain has %v", left)
	}
}

// recreations are the ways to a destroy and a create of the same user that no attribute asks for.
var recreations = map[string]struct {
	// prepare may change the state or the configuration, and args are more arguments of the plan.
	prepare func(w *workspace, d domain, policy string)
	args    []string
	address string
	// isUnordered tells that Terraform destroys and creates at the same time.
	isUnordered bool
}{
	"-replace": {prepare: func(*workspace, domain, string) {}, args: []string{"-replace=lusid_user.test"}, address: "lusid_user.test"},
	"taint":    {prepare: func(w *workspace, _ domain, _ string) { w.mustRun("taint", "lusid_user.test") }, address: "lusid_user.test"},
	"replace_triggered_by": {
		prepare: func(w *workspace, d domain, policy string) { w.configure(robotHCL(d, "test", policy, 2)) },
		address: "lusid_user.test",
	},
	"renamed": {
		prepare: func(w *workspace, d domain, policy string) { w.configure(robotHCL(d, "renamed", policy, 1)) },
		address: "lusid_user.renamed", isUnordered: true,
	},
}

// TestAccUser_recreationRefused refuses to plan the replacement of a user whose login LUSID would
// keep. No plan, and no apply, destroys anything.
func TestAccUser_recreationRefused(t *testing.T) {
	t.Parallel()
	for name, r := range recreations {
		for _, refresh := range []string{"true", "false"} {
			if name == "taint" && refresh == "false" {
				continue // TestAccUser_taintedWithoutRefresh
			}
			t.Run(name+", -refresh="+refresh, func(t *testing.T) {
				t.Parallel()
				d, w, id := newRobot(t, "deprovision")
				r.prepare(w, d, "deprovision")
				d.forget()
				args := append([]string{"-refresh=" + refresh}, r.args...)
				words := []string{"Unable to replace user robot@acme.com", "A deprovisioned user keeps its login", "moved block", "terraform untaint", `deletion_policy = "purge"`}
				w.mustFail(words, append([]string{"plan"}, args...)...)
				w.mustFail(words, append([]string{"apply", "-auto-approve"}, args...)...)
				d.mustBeUnchanged(t, id)
			})
		}
	}
}

// TestAccUser_recreation replaces a user whose login is free once it is purged. The apply asks the
// provider to plan the create again, after the destroy in the same process.
func TestAccUser_recreation(t *testing.T) {
	t.Parallel()
	for name, r := range recreations {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, w, id := newRobot(t, "purge")
			r.prepare(w, d, "purge")
			d.forget()
			w.mustRun(append([]string{"plan"}, r.args...)...)
			status, output := w.run(append([]string{"apply", "-auto-approve"}, r.args...)...)
			if status != 0 && r.isUnordered {
				// The create may have met the old user.
				mustHold(t, output, "add a moved block")
				status, output = w.run("apply", "-auto-approve")
			}
			if status != 0 {
				t.Fatalf("exit status %d:\n%s", status, output)
			}
			left := d.usersWith(t, "robot@acme.com")
			if len(left) != 1 || left[0].ID == id || left[0].ID != w.attribute(r.address, "id") || d.counts()["identity.DeleteUser"] != 1 {
				t.Errorf("the domain has %v after %v", left, d.counts())
			}
			w.mustPlanEmpty()
		})
	}
}

// TestAccUser_recreationAdvice does what the refusal of a replacement says.
func TestAccUser_recreationAdvice(t *testing.T) {
	t.Parallel()
	t.Run("moved", func(t *testing.T) {
		t.Parallel()
		d, w, id := newRobot(t, "deprovision")
		d.forget()
		w.configure(robotHCL(d, "renamed", "deprovision", 1, "moved {\n  from = lusid_user.test\n  to   = lusid_user.renamed\n}"))
		w.mustRun("apply", "-auto-approve")
		w.mustPlanEmpty()
		d.mustBeUnchanged(t, id)
	})
	t.Run("untaint", func(t *testing.T) {
		t.Parallel()
		d, w, id := newRobot(t, "deprovision")
		d.forget()
		w.mustRun("taint", "lusid_user.test")
		w.mustFail([]string{"terraform untaint"}, "plan")
		w.mustRun("untaint", "lusid_user.test")
		w.mustPlanEmpty()
		d.mustBeUnchanged(t, id)
	})
	t.Run("purge first", func(t *testing.T) {
		t.Parallel()
		d, w, id := newRobot(t, "deprovision")
		// The policy in the state decides.
		w.configure(robotHCL(d, "test", "purge", 1))
		w.mustFail([]string{"the policy in the state decides"}, "apply", "-auto-approve", "-replace=lusid_user.test")
		w.mustRun("apply", "-auto-approve")
		w.mustRun("apply", "-auto-approve", "-replace=lusid_user.test")
		if got := w.attribute("lusid_user.test", "id"); got == id {
			t.Error("the user was not replaced")
		}
	})
	t.Run("depends_on", func(t *testing.T) {
		t.Parallel()
		d, w, id := newRobot(t, "deprovision")
		const heir = `
resource "lusid_user" "heir" {
  type          = "Service"
  login         = "robot@acme.com"
  email_address = "owner@acme.com"
  first_name    = "He"
  last_name     = "Ir"
  depends_on    = [lusid_user.test]
}
`
		renamed := strings.NewReplacer("robot@acme.com", "old-robot@acme.com", "owner@acme.com", "old-owner@acme.com").Replace(robotHCL(d, "test", "deprovision", 1))
		w.configure(renamed + heir)
		w.mustRun("apply", "-auto-approve")
		if got := w.attribute("lusid_user.test", "id"); got != id {
			t.Error("the user was replaced")
		}
		w.mustPlanEmpty()
	})
}

// TestAccUser_recreationElsewhere creates a user again that somebody else removed, imports one at
// another address, and refreshes a tainted one: none of this is a replacement. A destroy of a tainted
// user needs -refresh=false, as its refusal says.
func TestAccUser_recreationElsewhere(t *testing.T) {
	t.Parallel()
	d, w, id := newRobot(t, "deprovision")
	d.mustCall(t, http.MethodDelete, "/users/"+id+"?purge=true", nil, nil)
	w.mustRun("apply", "-auto-approve")
	id = w.attribute("lusid_user.test", "id")
	d.forget()

	w.mustRun("state", "rm", "lusid_user.test")
	w.configure(robotHCL(d, "renamed", "deprovision", 1, fmt.Sprintf("import {\n  to = lusid_user.renamed\n  id = %q\n}", id)))
	w.mustRun("apply", "-auto-approve")
	w.mustPlanEmpty()
	d.mustBeUnchanged(t, id)

	w.mustRun("taint", "lusid_user.renamed")
	w.mustRun("apply", "-refresh-only", "-auto-approve")
	d.mustBeUnchanged(t, id)
	if status, output := w.run("destroy", "-auto-approve"); status != 0 {
		// This CLI begins a destroy with the plan of an apply, and the provider can't tell them apart.
		mustHold(t, output, "Unable to replace user", "terraform destroy", "-refresh=false")
		d.mustBeUnchanged(t, id)
		w.mustRun("destroy", "-auto-approve", "-refresh=false")
	}
	if got := d.counts()["identity.DeleteUser"]; got != 1 {
		t.Errorf("%d users were deleted", got)
	}
}

// TestAccUser_taintedWithoutRefresh shows what the provider can't know: with -refresh=false Terraform
// asks it for nothing but the create of a tainted user. The error of the apply says what is left.
func TestAccUser_taintedWithoutRefresh(t *testing.T) {
	t.Parallel()
	d, w, id := newRobot(t, "deprovision")
	w.mustRun("taint", "lusid_user.test")
	d.forget()
	w.mustFail([]string{"Unable to create user", id, "deprovisioned", "purge that record"}, "apply", "-auto-approve", "-refresh=false")
	d.mustCount(t, map[string]int{"identity.DeleteUser": 1, "identity.CreateUser": 1, "identity.ListUsers": 1, "identity.GetUserFromLogin": 1, "token:password": 1})
}

// TestUser_recreation plans a create after the same process saw a user with one of its names, and
// in the other order.
func TestUser_recreation(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	made := d.protocol(t).resource(usersType).mustCreate(serviceUser())
	elsewhere := func(more ...object) object {
		return serviceUser(append([]object{{"login": "other@example.com", "email_address": "else@example.com"}}, more...)...)
	}
	for name, test := range map[string]struct {
		config object
		// attribute is where the error is; empty is no error.
		attribute string
	}{
		"the same":               {serviceUser(), "login"},
		"the login, in capitals": {elsewhere(object{"login": "ROBOT@example.com"}), "login"},
		"the e-mail address":     {elsewhere(object{"email_address": "Owner@example.com"}), "email_address"},
		"neither":                {elsewhere(), ""},
		"not known yet":          {elsewhere(object{"login": unknown, "email_address": unknown}), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			verify := func(diags diagnostics, attribute string) {
				t.Helper()
				if test.attribute == "" {
					diags.mustBeQuiet(t)
				} else {
					diags.mustFail(t, attribute, "Unable to replace user", `the state has a user with the same one and with deletion_policy = "deprovision"`)
				}
			}
			read := d.protocol(t).resource(usersType)
			read.mustRead(made)
			_, diags := read.plan(instance{}, test.config)
			verify(diags, test.attribute)

			planned := d.protocol(t).resource(usersType)
			_, diags = planned.plan(made, nil)
			diags.mustBeQuiet(t)
			_, diags = planned.plan(instance{}, test.config)
			verify(diags, test.attribute)

			reversed := d.protocol(t).resource(usersType)
			_, diags = reversed.plan(instance{}, test.config)
			diags.mustBeQuiet(t)
			_, diags = reversed.plan(made, nil)
			verify(diags, "")
		})
	}
}

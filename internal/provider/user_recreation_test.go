package provider_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// newRobot applies a user in a new domain. The configuration needs terraform_data, and each CLI with
// import blocks has it.
func newRobot(t *testing.T, policy string) (d providertest.Domain, w *providertest.Workspace, id string) {
	t.Helper()
	providertest.CLIMust(t, providertest.ImportBlocks)
	d = providertest.NewMock(t, mockserver.Options{})
	w = providertest.NewWorkspace(t, robotHCL(d, "test", policy, 1))
	w.MustRun("apply", "-auto-approve")
	return d, w, w.Attribute("lusid_user.test", "id")
}

// robotHCL returns a user and a resource that can trigger its replacement.
func robotHCL(d providertest.Domain, name, policy string, version int, more ...string) string {
	return providertest.ProviderBlock(d.PasswordArguments()) + fmt.Sprintf(`
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

// mustBeUnchanged expects that the user is unchanged and that no request wrote anything.
func mustBeUnchanged(d providertest.Domain, t *testing.T, id string) {
	t.Helper()
	for operation, n := range d.Counts() {
		if slices.Contains([]string{"identity.CreateUser", "identity.UpdateUser", "identity.DeleteUser"}, operation) {
			t.Errorf("got %d requests of %s, want none", n, operation)
		}
	}
	left := d.UsersWith(t, "robot@acme.com")
	if len(left) != 1 || left[0].ID != id || left[0].Status == "DEPROVISIONED" {
		t.Errorf("got the users %v, want only %s, not deprovisioned", left, id)
	}
}

// recreations lists the ways to destroy and create the same user without a change of an attribute.
var recreations = map[string]struct {
	// prepare changes the state or the configuration. args are additional arguments of the plan.
	prepare func(w *providertest.Workspace, d providertest.Domain, policy string)
	args    []string
	address string
	// isUnordered is true if Terraform destroys and creates at the same time.
	isUnordered bool
}{
	"-replace": {
		prepare: func(*providertest.Workspace, providertest.Domain, string) {},
		args:    []string{"-replace=lusid_user.test"},
		address: "lusid_user.test",
	},
	"taint": {prepare: func(w *providertest.Workspace, _ providertest.Domain, _ string) {
		w.MustRun("taint", "lusid_user.test")
	}, address: "lusid_user.test"},
	"replace_triggered_by": {
		prepare: func(w *providertest.Workspace, d providertest.Domain, policy string) {
			w.Configure(robotHCL(d, "test", policy, 2))
		},
		address: "lusid_user.test",
	},
	"renamed": {
		prepare: func(w *providertest.Workspace, d providertest.Domain, policy string) {
			w.Configure(robotHCL(d, "renamed", policy, 1))
		},
		address: "lusid_user.renamed", isUnordered: true,
	},
}

// TestAccUser_recreationRefused replaces a user whose login LUSID would keep. The plan fails, and no
// apply destroys anything.
func TestAccUser_recreationRefused(t *testing.T) {
	t.Parallel()
	for name, r := range recreations {
		for _, refresh := range []string{"true", "false"} {
			if name == "taint" && refresh == "false" {
				continue // TestAccUser_taintedWithoutRefresh tests this case.
			}
			t.Run(name+", -refresh="+refresh, func(t *testing.T) {
				t.Parallel()
				d, w, id := newRobot(t, "deprovision")
				r.prepare(w, d, "deprovision")
				d.Forget()
				args := append([]string{"-refresh=" + refresh}, r.args...)
				words := []string{
					"Unable to replace user robot@acme.com", "A deprovisioned user keeps its login", "moved block",
					"terraform untaint", `deletion_policy = "purge"`,
				}
				w.MustFail(words, append([]string{"plan"}, args...)...)
				w.MustFail(words, append([]string{"apply", "-auto-approve"}, args...)...)
				mustBeUnchanged(d, t, id)
			})
		}
	}
}

// TestAccUser_recreation replaces a user with deletion_policy = "purge", which frees the login. During
// the apply, Terraform asks the provider to plan the create again, in the same process after the
// destroy.
func TestAccUser_recreation(t *testing.T) {
	t.Parallel()
	for name, r := range recreations {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, w, id := newRobot(t, "purge")
			r.prepare(w, d, "purge")
			d.Forget()
			w.MustRun(append([]string{"plan"}, r.args...)...)
			status, output := w.Run(append([]string{"apply", "-auto-approve"}, r.args...)...)
			if status != 0 && r.isUnordered {
				// The create may have run before the destroy.
				providertest.MustHold(t, output, "add a moved block")
				status, output = w.Run("apply", "-auto-approve")
			}
			if status != 0 {
				t.Fatalf("exit status %d:\n%s", status, output)
			}
			left := d.UsersWith(t, "robot@acme.com")
			if len(left) != 1 || left[0].ID == id || left[0].ID != w.Attribute(r.address, "id") || d.Counts()["identity.DeleteUser"] != 1 {
				t.Errorf("got the users %v after the requests %v, want one new user and one deletion", left, d.Counts())
			}
			w.MustPlanEmpty()
		})
	}
}

// TestAccUser_recreationAdvice follows the advice in the error of a refused replacement.
func TestAccUser_recreationAdvice(t *testing.T) {
	t.Parallel()
	t.Run("moved", func(t *testing.T) {
		t.Parallel()
		d, w, id := newRobot(t, "deprovision")
		d.Forget()
		w.Configure(robotHCL(d, "renamed", "deprovision", 1, "moved {\n  from = lusid_user.test\n  to   = lusid_user.renamed\n}"))
		w.MustRun("apply", "-auto-approve")
		w.MustPlanEmpty()
		mustBeUnchanged(d, t, id)
	})
	t.Run("untaint", func(t *testing.T) {
		t.Parallel()
		d, w, id := newRobot(t, "deprovision")
		d.Forget()
		w.MustRun("taint", "lusid_user.test")
		w.MustFail([]string{"terraform untaint"}, "plan")
		w.MustRun("untaint", "lusid_user.test")
		w.MustPlanEmpty()
		mustBeUnchanged(d, t, id)
	})
	t.Run("purge first", func(t *testing.T) {
		t.Parallel()
		d, w, id := newRobot(t, "deprovision")
		// A destroy uses the deletion policy in the state, so the policy must be applied first.
		w.Configure(robotHCL(d, "test", "purge", 1))
		w.MustFail([]string{"because Terraform uses the policy in the state"}, "apply", "-auto-approve", "-replace=lusid_user.test")
		w.MustRun("apply", "-auto-approve")
		w.MustRun("apply", "-auto-approve", "-replace=lusid_user.test")
		if got := w.Attribute("lusid_user.test", "id"); got == id {
			t.Error("the user has the same ID, want a replacement")
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
		renamed := strings.NewReplacer("robot@acme.com", "old-robot@acme.com", "owner@acme.com", "old-owner@acme.com").Replace(robotHCL(d, "test",
			"deprovision", 1))
		w.Configure(renamed + heir)
		w.MustRun("apply", "-auto-approve")
		if got := w.Attribute("lusid_user.test", "id"); got != id {
			t.Error("the user has another ID, want an update in place")
		}
		w.MustPlanEmpty()
	})
}

// TestAccUser_recreationAllowed creates a user again that was deleted outside Terraform, imports a
// user at another address, and refreshes a tainted user. None of these is a replacement. The destroy of
// a tainted user can need -refresh=false, as the error says.
func TestAccUser_recreationAllowed(t *testing.T) {
	t.Parallel()
	d, w, id := newRobot(t, "deprovision")
	d.MustCall(t, http.MethodDelete, "/users/"+id+"?purge=true", nil, nil)
	w.MustRun("apply", "-auto-approve")
	id = w.Attribute("lusid_user.test", "id")
	d.Forget()

	w.MustRun("state", "rm", "lusid_user.test")
	w.Configure(robotHCL(d, "renamed", "deprovision", 1, fmt.Sprintf("import {\n  to = lusid_user.renamed\n  id = %q\n}", id)))
	w.MustRun("apply", "-auto-approve")
	w.MustPlanEmpty()
	mustBeUnchanged(d, t, id)

	w.MustRun("taint", "lusid_user.renamed")
	w.MustRun("apply", "-refresh-only", "-auto-approve")
	mustBeUnchanged(d, t, id)
	if status, output := w.Run("destroy", "-auto-approve"); status != 0 {
		// This CLI starts a destroy with a plan like that of an apply, and the provider cannot
		// distinguish the two.
		providertest.MustHold(t, output, "Unable to replace user", "terraform destroy", "-refresh=false")
		mustBeUnchanged(d, t, id)
		w.MustRun("destroy", "-auto-approve", "-refresh=false")
	}
	if got := d.Counts()["identity.DeleteUser"]; got != 1 {
		t.Errorf("got %d requests to delete a user, want 1", got)
	}
}

// TestAccUser_taintedWithoutRefresh shows a replacement that the provider cannot detect: with
// -refresh=false, Terraform asks it only to plan the create of a tainted user. The error of the apply
// names the deprovisioned user and the next step.
func TestAccUser_taintedWithoutRefresh(t *testing.T) {
	t.Parallel()
	d, w, id := newRobot(t, "deprovision")
	w.MustRun("taint", "lusid_user.test")
	d.Forget()
	w.MustFail([]string{"Unable to create user", id, "deprovisioned", "purge that record"}, "apply", "-auto-approve", "-refresh=false")
	d.MustCount(t, map[string]int{
		"identity.DeleteUser":       1,
		"identity.CreateUser":       1,
		"identity.ListUsers":        1,
		"identity.GetUserFromLogin": 1,
		"token:password":            1,
	})
}

// TestUser_recreation plans a create after the same process read or planned to destroy a user with the
// same login or e-mail address. It also plans them in the other order.
func TestUser_recreation(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	made := d.Protocol(t).Resource(providertest.UserType).MustCreate(providertest.ServiceUser())
	elsewhere := func(more ...providertest.Object) providertest.Object {
		return providertest.ServiceUser(append([]providertest.Object{{
			"login":         "other@example.com",
			"email_address": "else@example.com",
		}}, more...)...)
	}
	for name, test := range map[string]struct {
		config providertest.Object
		// attribute is the attribute with the error. If it is empty, there is no error.
		attribute string
	}{
		"same login and e-mail address":    {providertest.ServiceUser(), "login"},
		"same login in capital letters":    {elsewhere(providertest.Object{"login": "ROBOT@example.com"}), "login"},
		"same e-mail address":              {elsewhere(providertest.Object{"email_address": "Owner@example.com"}), "email_address"},
		"other login and e-mail address":   {elsewhere(), ""},
		"unknown login and e-mail address": {elsewhere(providertest.Object{"login": providertest.Unknown, "email_address": providertest.Unknown}), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			verify := func(diags providertest.Diagnostics, attribute string) {
				t.Helper()
				if test.attribute == "" {
					diags.MustBeQuiet(t)
				} else {
					diags.MustFail(t, attribute, "Unable to replace user",
						`The state has a user with the same value and with deletion_policy = "deprovision"`)
				}
			}
			read := d.Protocol(t).Resource(providertest.UserType)
			read.MustRead(made)
			_, diags := read.Plan(providertest.Instance{}, test.config)
			verify(diags, test.attribute)

			planned := d.Protocol(t).Resource(providertest.UserType)
			_, diags = planned.Plan(made, nil)
			diags.MustBeQuiet(t)
			_, diags = planned.Plan(providertest.Instance{}, test.config)
			verify(diags, test.attribute)

			reversed := d.Protocol(t).Resource(providertest.UserType)
			_, diags = reversed.Plan(providertest.Instance{}, test.config)
			diags.MustBeQuiet(t)
			_, diags = reversed.Plan(made, nil)
			verify(diags, "")
		})
	}
}

// TestUser_purgedAndCreated plans a destroy and a create of the same user, with deletion_policy = "purge". LUSID accepts
// both, and the user loses its password, tokens and roles. The plan alone does not say so.
func TestUser_purgedAndCreated(t *testing.T) {
	t.Parallel()
	config := providertest.With(providertest.PlainUser("jane.doe@acme.com"), "deletion_policy", "purge")
	other := providertest.With(providertest.PlainUser("john.doe@acme.com"), "deletion_policy", "purge")
	type run struct {
		users providertest.ManagedType
		made  providertest.Instance
	}
	destroys := func(r run) providertest.Diagnostics { _, diags := r.users.Plan(r.made, nil); return diags }
	creates := func(config providertest.Object) func(r run) providertest.Diagnostics {
		return func(r run) providertest.Diagnostics {
			_, diags := r.users.Plan(providertest.Instance{}, config)
			return diags
		}
	}
	refreshes := func(r run) providertest.Diagnostics { _, diags := r.users.Read(r.made); return diags }
	for name, test := range map[string]struct {
		steps []func(r run) providertest.Diagnostics
		warns bool
	}{
		"new address, destroy planned first": {[]func(r run) providertest.Diagnostics{destroys, creates(config)}, true},
		"new address, create planned first":  {[]func(r run) providertest.Diagnostics{creates(config), destroys}, true},
		"taint":                              {[]func(r run) providertest.Diagnostics{refreshes, creates(config)}, true},
		"another user":                       {[]func(r run) providertest.Diagnostics{destroys, creates(other)}, false},
		"destroy":                            {[]func(r run) providertest.Diagnostics{refreshes, destroys}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, mockserver.Options{})
			made := d.Protocol(t).Resource(providertest.UserType).MustCreate(config)
			r := run{d.Protocol(t).Resource(providertest.UserType), made}
			var diags providertest.Diagnostics
			for _, step := range test.steps {
				diags = append(diags, step(r)...)
			}
			if !test.warns {
				diags.MustBeQuiet(t)
				return
			}
			diags.MustWarn(t, "", "The new user jane.doe@acme.com does not keep the access of the old user", "personal access tokens", "add a moved block")
			// The apply plans the create again.
			creates(config)(r).MustBeQuiet(t)
			r.users.Destroy(made).MustBeQuiet(t)
			r.users.MustCreate(config)
		})
	}
}

package provider_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// userActions lists the actions on users by type: the operation that each one calls, the state of the
// user that it needs, the status and the notice afterwards, and the code and summary of a refusal.
var userActions = map[string]struct {
	operation string
	// signUp is true if the user must be active. prepare then brings the user into the state that the
	// action needs.
	signUp  bool
	prepare func(s *mockserver.Server, id string) error
	status  string
	verb    string
	// notice is the part of the progress message that says what the user notices.
	notice string
	code   int
	// lost is the part of the error after a lost response that says how to find out what happened.
	lost string
}{
	"lusid_activate_user": {"identity.SendActivationEmail", false, nil, "PROVISIONED", "activate user", "mail with a link", 707, whetherMailArrived},
	"lusid_unlock_user": {
		"identity.UnlockUser", true, (*mockserver.Server).LockUser, "ACTIVE", "unlock user", "can sign in again", 706,
		"not locked out, the first attempt succeeded",
	},
	"lusid_unsuspend_user": {
		"identity.UnsuspendUser", true, (*mockserver.Server).SuspendUser, "ACTIVE", "unsuspend user",
		"can sign in again", 717, "status of the user, the first attempt succeeded",
	},
	"lusid_reset_user_password": {"identity.ResetPassword", true, nil, "RECOVERY", "reset user password", "old password no longer works", 718, whetherMailArrived},
	"lusid_reset_user_factors": {
		"identity.ResetFactors", true, nil, "ACTIVE", "reset user factors", "enrol for multi-factor authentication",
		717, "Ask the user whether the next sign-in",
	},
}

const whetherMailArrived = "Ask the user whether the mail has arrived"

const actionLogin = "acted-on@example.com"

func TestUserActions(t *testing.T) {
	t.Parallel()
	for name, test := range userActions {
		for _, by := range []string{"user_id", "login"} {
			t.Run(name+" by "+by, func(t *testing.T) {
				t.Parallel()
				d := providertest.NewMock(t, mockserver.Options{})
				user := d.CreateUser(t, actionLogin, "owner@example.com")
				if test.signUp {
					if err := d.Mock.SignUp(user.ID, "canary-password"); err != nil {
						t.Fatal(err)
					}
				}
				if test.prepare != nil {
					if err := test.prepare(d.Mock, user.ID); err != nil {
						t.Fatal(err)
					}
				}
				config, want := providertest.Object{"user_id": user.ID}, map[string]int{test.operation: 1}
				if by == "login" {
					config, want["identity.GetUserFromLogin"] = providertest.Object{"login": actionLogin}, 1
				}
				progress, diags := d.Protocol(t).Act(name, config)
				diags.MustBeQuiet(t)
				d.MustCount(t, want)
				// The CLI prints progress messages without masking.
				said := strings.Join(progress, "\n")
				if len(progress) != 2 || !strings.Contains(progress[len(progress)-1], test.notice) {
					t.Errorf("got the progress messages %q, want two, the last with %q", progress, test.notice)
				}
				for _, value := range []string{user.ID, actionLogin, d.Token, d.URL} {
					if strings.Contains(said, value) {
						t.Errorf("a progress message contains %q: %s", value, said)
					}
				}
				if got := d.UsersWith(t, actionLogin)[0].Status; got != test.status {
					t.Errorf("the user has the status %s, want %s", got, test.status)
				}
			})
		}
	}
}

func TestUserActions_errors(t *testing.T) {
	t.Parallel()
	for name, test := range userActions {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, mockserver.Options{})
			user := d.CreateUser(t, actionLogin, "owner@example.com")
			deleted := d.CreateUser(t, "deleted@example.com", "deleted-owner@example.com")
			d.MustCall(t, http.MethodDelete, "/users/"+deleted.ID, nil, nil)
			if !test.signUp { // This action needs a user who is not active, so an active user is wrong for it.
				if err := d.Mock.SignUp(user.ID, "canary-password"); err != nil {
					t.Fatal(err)
				}
			}
			p := d.Protocol(t)
			summary := "Unable to " + test.verb
			for _, wrong := range []struct {
				config    providertest.Object
				attribute string
				parts     []string
			}{
				{
					providertest.Object{"user_id": user.ID},
					"",
					[]string{fmt.Sprintf("(%d)", test.code), "The status of the user", "The action failed for the user " + user.ID + " of "},
				},
				{providertest.Object{"user_id": deleted.ID}, "", []string{"(705)"}},
				{providertest.Object{"user_id": "missing"}, "", []string{"(657)", "missing"}},
				{providertest.Object{"login": "missing@example.com"}, "login", []string{"(657)", "missing@example.com"}},
			} {
				progress, diags := p.Act(name, wrong.config)
				diags.MustFail(t, wrong.attribute, append(wrong.parts, summary)...)
				if len(progress) > 1 {
					t.Errorf("got the progress messages %q, want none that reports success", progress)
				}
			}
			_, diags := d.NoRights(t).Act(name, providertest.Object{"user_id": user.ID})
			diags.MustFail(t, "", summary, "HTTP 403", "lusid-administrator")
			_, diags = d.NotConfigured(t).Act(name, providertest.Object{"user_id": user.ID})
			diags.MustFail(t, "", summary, "access_token will be known only after apply")

			// If LUSID may have processed the action, the provider does not repeat it.
			for remedy, fault := range map[string]mockserver.Fault{
				"Check the network. If you need a proxy": {Reset: mockserver.ResetAfter},
				"Run again later":                        {Status: http.StatusInternalServerError, AfterWrite: true},
				"unexpected EOF.\n\nCheck the network":   {Truncate: true},
				"no proxy responds instead":              {HTML: true, Status: http.StatusOK},
			} {
				d.Forget()
				fault.Operation = test.operation
				d.Mock.InjectFault(fault)
				_, diags = p.Act(name, providertest.Object{"user_id": user.ID})
				diags.MustFail(t, "", summary, "or it succeeded and the response was lost", remedy, test.lost)
				d.MustCount(t, map[string]int{test.operation: 1})
			}
		})
	}
}

func TestUserActions_validation(t *testing.T) {
	t.Parallel()
	p := providertest.NewProtocol(t)
	for name := range userActions {
		for _, test := range []struct {
			config    providertest.Object
			attribute string
		}{
			{providertest.Object{"user_id": "a@b"}, "user_id"},
			{providertest.Object{"login": "a@bc"}, "login"},
			{providertest.Object{"login": strings.Repeat("a", 81)}, "login"},
		} {
			_, diags := p.Act(name, test.config)
			diags.MustFail(t, test.attribute)
		}
		for _, config := range []providertest.Object{{}, {"user_id": "a", "login": "a@example.com"}} {
			if _, diags := p.Act(name, config); len(diags.Errors()) == 0 {
				t.Errorf("%s: got no error for the configuration %v", name, config)
			}
		}
	}
}

// TestActions_knownLate invokes actions with two names or none. The validation could not check them, because an
// attribute of a resource was unknown, and Terraform does not validate again.
func TestActions_knownLate(t *testing.T) {
	t.Parallel()
	for name := range userActions {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mustRefuseLate(t, name, providertest.Object{"user_id": "00uMissing", "login": actionLogin})
		})
	}
	t.Run(providertest.RotateApplicationSecretType, func(t *testing.T) {
		t.Parallel()
		mustRefuseLate(t, providertest.RotateApplicationSecretType, providertest.Object{"id": "0oaMissing", "client_id": "test-app"})
	})
}

func mustRefuseLate(t *testing.T, name string, both providertest.Object) {
	t.Helper()
	d := providertest.NewMock(t, mockserver.Options{})
	p := d.Protocol(t)
	for _, config := range []providertest.Object{both, {}} {
		_, diags := p.Invoke(name, config)
		if texts := diags.Errors(); len(texts) != 1 || !strings.Contains(texts[0], "Exactly one of these attributes must be configured") {
			t.Errorf("with %v: %q", config, texts)
		}
	}
	if got := d.Counts(); len(got) != 0 {
		t.Errorf("requests: %v", got)
	}
}

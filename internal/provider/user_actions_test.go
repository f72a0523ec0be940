package provider_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// userActions are the actions on users, by type: the call that each makes, what it needs the user
// to be, what it leaves behind, and the code and summary of a refusal.
var userActions = map[string]struct {
	operation string
	// prepare makes an active user ready for the action; signUp tells whether it has to be active.
	signUp  bool
	prepare func(s *mockserver.Server, id string) error
	status  string
	verb    string
	// notice is part of what the user is said to notice.
	notice string
	code   int
}{
	"lusid_activate_user": {"identity.SendActivationEmail", false, nil, "PROVISIONED", "activate user", "mail with a link", 707},
	"lusid_unlock_user": {
		"identity.UnlockUser", true, (*mockserver.Server).LockUser, "ACTIVE", "unlock user", "can sign in again", 706,
	},
	"lusid_unsuspend_user": {
		"identity.UnsuspendUser", true, (*mockserver.Server).SuspendUser, "ACTIVE", "unsuspend user",
		"can sign in again", 717,
	},
	"lusid_reset_user_password": {"identity.ResetPassword", true, nil, "RECOVERY", "reset user password", "old password no longer works", 718},
	"lusid_reset_user_factors": {
		"identity.ResetFactors", true, nil, "ACTIVE", "reset user factors", "enrol for multi-factor authentication",
		717,
	},
}

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
				// The CLI prints progress as it is.
				said := strings.Join(progress, "\n")
				if len(progress) != 2 || !strings.Contains(progress[len(progress)-1], test.notice) {
					t.Errorf("progress: %q", progress)
				}
				for _, value := range []string{user.ID, actionLogin, d.Token, d.URL} {
					if strings.Contains(said, value) {
						t.Errorf("a progress message repeats %q: %s", value, said)
					}
				}
				if got := d.UsersWith(t, actionLogin)[0].Status; got != test.status {
					t.Errorf("the user is %s afterwards", got)
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
			if !test.signUp { // Whom none of the others suits.
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
				{providertest.Object{"user_id": user.ID}, "", []string{fmt.Sprintf("(%d)", test.code), "The status of the user", user.ID}},
				{providertest.Object{"user_id": deleted.ID}, "", []string{"(705)"}},
				{providertest.Object{"user_id": "missing"}, "", []string{"(657)", "missing"}},
				{providertest.Object{"login": "missing@example.com"}, "login", []string{"(657)", "missing@example.com"}},
			} {
				progress, diags := p.Act(name, wrong.config)
				diags.MustFail(t, wrong.attribute, append(wrong.parts, summary)...)
				if len(progress) > 1 {
					t.Errorf("a failure is announced as done: %q", progress)
				}
			}
			_, diags := d.NoRights(t).Act(name, providertest.Object{"user_id": user.ID})
			diags.MustFail(t, "", summary, "HTTP 403", "lusid-administrator")
			_, diags = d.NotConfigured(t).Act(name, providertest.Object{"user_id": user.ID})
			diags.MustFail(t, "", summary, "access_token will be known only after apply")

			// An event is not repeated where LUSID may have acted.
			d.Forget()
			d.Mock.InjectFault(mockserver.Fault{Operation: test.operation, Reset: mockserver.ResetAfter})
			_, diags = p.Act(name, providertest.Object{"user_id": user.ID})
			diags.MustFail(t, "", summary)
			d.MustCount(t, map[string]int{test.operation: 1})
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
				t.Errorf("%s takes %v", name, config)
			}
		}
	}
}

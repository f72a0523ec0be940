package provider_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// act validates an action, announces and invokes it, and returns its progress messages.
func (p *protocol) act(name string, config object) (progress []string, diags diagnostics) {
	p.t.Helper()
	schema := p.schema.ActionSchemas[name].Schema
	dynamic := p.dynamic(schema, config.value(p.t, schema))
	validated, err := p.actions().ValidateActionConfig(p.t.Context(), &tfprotov6.ValidateActionConfigRequest{ActionType: name, Config: dynamic})
	if err != nil {
		p.t.Fatal(err)
	}
	diags = validated.Diagnostics
	if len(diags.errors()) > 0 {
		return nil, diags
	}
	planned, err := p.actions().PlanAction(p.context(), &tfprotov6.PlanActionRequest{ActionType: name, Config: dynamic})
	if err != nil {
		p.t.Fatal(err)
	}
	diags = append(diags, planned.Diagnostics...)
	stream, err := p.actions().InvokeAction(p.context(), &tfprotov6.InvokeActionRequest{ActionType: name, Config: dynamic})
	if err != nil {
		p.t.Fatal(err)
	}
	completed := false
	for event := range stream.Events {
		switch event := event.Type.(type) {
		case tfprotov6.ProgressInvokeActionEventType:
			progress = append(progress, event.Message)
		case tfprotov6.CompletedInvokeActionEventType:
			completed = true
			diags = append(diags, event.Diagnostics...)
		}
	}
	if !completed {
		p.t.Error("the action did not complete")
	}
	return progress, diags
}

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
	"lusid_activate_user":       {"identity.SendActivationEmail", false, nil, "PROVISIONED", "activate user", "mail with a link", 707},
	"lusid_unlock_user":         {"identity.UnlockUser", true, (*mockserver.Server).LockUser, "ACTIVE", "unlock user", "can sign in again", 706},
	"lusid_unsuspend_user":      {"identity.UnsuspendUser", true, (*mockserver.Server).SuspendUser, "ACTIVE", "unsuspend user", "can sign in again", 717},
	"lusid_reset_user_password": {"identity.ResetPassword", true, nil, "RECOVERY", "reset user password", "old one is dead", 718},
	"lusid_reset_user_factors":  {"identity.ResetFactors", true, nil, "ACTIVE", "reset user factors", "enrol for multi-factor authentication", 717},
}

const actionLogin = "acted-on@example.com"

func TestUserActions(t *testing.T) {
	t.Parallel()
	for name, test := range userActions {
		for _, by := range []string{"user_id", "login"} {
			t.Run(name+" by "+by, func(t *testing.T) {
				t.Parallel()
				d := newMock(t, mockserver.Options{})
				user := d.createUser(t, actionLogin, "owner@example.com")
				if test.signUp {
					if err := d.mock.SignUp(user.ID, "canary-password"); err != nil {
						t.Fatal(err)
					}
				}
				if test.prepare != nil {
					if err := test.prepare(d.mock, user.ID); err != nil {
						t.Fatal(err)
					}
				}
				config, want := object{"user_id": user.ID}, map[string]int{test.operation: 1}
				if by == "login" {
					config, want["identity.GetUserFromLogin"] = object{"login": actionLogin}, 1
				}
				progress, diags := d.protocol(t).act(name, config)
				diags.mustBeQuiet(t)
				d.mustCount(t, want)
				// The CLI prints progress as it is.
				said := strings.Join(progress, "\n")
				if len(progress) != 2 || !strings.Contains(progress[len(progress)-1], test.notice) {
					t.Errorf("progress: %q", progress)
				}
				for _, value := range []string{user.ID, actionLogin, d.token, d.url} {
					if strings.Contains(said, value) {
						t.Errorf("a progress message repeats %q: %s", value, said)
					}
				}
				if got := d.usersWith(t, actionLogin)[0].Status; got != test.status {
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
			d := newMock(t, mockserver.Options{})
			user := d.createUser(t, actionLogin, "owner@example.com")
			deleted := d.createUser(t, "deleted@example.com", "deleted-owner@example.com")
			d.mustCall(t, http.MethodDelete, "/users/"+deleted.ID, nil, nil)
			if !test.signUp { // Whom none of the others suits.
				if err := d.mock.SignUp(user.ID, "canary-password"); err != nil {
					t.Fatal(err)
				}
			}
			p := d.protocol(t)
			summary := "Unable to " + test.verb
			for _, wrong := range []struct {
				config    object
				attribute string
				parts     []string
			}{
				{object{"user_id": user.ID}, "", []string{fmt.Sprintf("(%d)", test.code), "The status of the user", user.ID}},
				{object{"user_id": deleted.ID}, "", []string{"(705)"}},
				{object{"user_id": "missing"}, "", []string{"(657)", "missing"}},
				{object{"login": "missing@example.com"}, "login", []string{"(657)", "missing@example.com"}},
			} {
				progress, diags := p.act(name, wrong.config)
				diags.mustFail(t, wrong.attribute, append(wrong.parts, summary)...)
				if len(progress) > 1 {
					t.Errorf("a failure is announced as done: %q", progress)
				}
			}
			_, diags := d.noRights(t).act(name, object{"user_id": user.ID})
			diags.mustFail(t, "", summary, "HTTP 403", "lusid-administrator")
			_, diags = d.notConfigured(t).act(name, object{"user_id": user.ID})
			diags.mustFail(t, "", summary, "access_token will be known only after apply")

			// An event is not repeated where LUSID may have acted.
			d.forget()
			d.mock.InjectFault(mockserver.Fault{Operation: test.operation, Reset: mockserver.ResetAfter})
			_, diags = p.act(name, object{"user_id": user.ID})
			diags.mustFail(t, "", summary)
			d.mustCount(t, map[string]int{test.operation: 1})
		})
	}
}

func TestUserActions_validation(t *testing.T) {
	t.Parallel()
	p := newProtocol(t)
	for name := range userActions {
		for _, test := range []struct {
			config    object
			attribute string
		}{
			{object{"user_id": "a@b"}, "user_id"},
			{object{"login": "a@bc"}, "login"},
			{object{"login": strings.Repeat("a", 81)}, "login"},
		} {
			_, diags := p.act(name, test.config)
			diags.mustFail(t, test.attribute)
		}
		for _, config := range []object{{}, {"user_id": "a", "login": "a@example.com"}} {
			if _, diags := p.act(name, config); len(diags.errors()) == 0 {
				t.Errorf("%s takes %v", name, config)
			}
		}
	}
}

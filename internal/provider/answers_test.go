package provider_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// rewriter stands in front of a mock and changes the JSON of its answers, which the mock itself,
// bound to the contract, never sends.
type rewriter struct {
	mu sync.Mutex
	// change gets the answer to each of the provider's requests, and returns what to send.
	change func(r *http.Request, body any) any
}

// set replaces the change, and nil ends it.
func (w *rewriter) set(change func(r *http.Request, body any) any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.change = change
}

func (w *rewriter) front(mock http.Handler) http.Handler {
	return http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		change := w.change
		w.mu.Unlock()
		if change == nil || r.UserAgent() == testUserAgent {
			mock.ServeHTTP(out, r)
			return
		}
		recorder := httptest.NewRecorder()
		mock.ServeHTTP(recorder, r)
		maps.Copy(out.Header(), recorder.Header())
		out.Header().Del("Content-Length")
		out.WriteHeader(recorder.Code)
		var body any
		decoder := json.NewDecoder(bytes.NewReader(recorder.Body.Bytes()))
		if decoder.Decode(&body) == nil {
			_ = json.NewEncoder(out).Encode(change(r, body))
		}
	})
}

// oddAnswers are the ways in which a JSON object may differ from the one promised, by name.
func oddAnswers(field string) map[string]func(map[string]any) any {
	set := func(value any) func(map[string]any) any {
		return func(body map[string]any) any {
			body = maps.Clone(body)
			body[field] = value
			return body
		}
	}
	return map[string]func(map[string]any) any{
		"null": set(nil),
		"missing": func(body map[string]any) any {
			body = maps.Clone(body)
			delete(body, field)
			return body
		},
		"empty":     set(""),
		"a number":  set(42),
		"an object": set(map[string]any{"a": []any{nil}}),
		"a list":    set([]any{}),
	}
}

var applicationFields = []string{"id", "type", "displayName", "secret", "clientId", "issuer"}

// wholeAnswers replace an answer altogether.
var wholeAnswers = map[string]func(map[string]any) any{
	"null":           func(map[string]any) any { return nil },
	"{}":             func(map[string]any) any { return map[string]any{} },
	"[]":             func(map[string]any) any { return []any{} },
	"[null]":         func(map[string]any) any { return []any{nil} },
	"a string":       func(map[string]any) any { return "yes" },
	"unknown fields": func(body map[string]any) any { return withUnknownFields(body) },
}

func withUnknownFields(body map[string]any) map[string]any {
	body = maps.Clone(body)
	maps.Copy(body, map[string]any{"links": nil, "": 1, "version": map[string]any{"id": "other"}, "redirectUris": []any{"https://example.com/other"}})
	return body
}

// TestApplication_oddAnswers changes each field of each answer. Whatever LUSID sends, an
// application that exists is neither dropped nor left without a state, nor made twice.
func TestApplication_oddAnswers(t *testing.T) {
	t.Parallel()
	type oddity struct {
		name   string
		change func(map[string]any) any
	}
	var oddities []oddity
	for name, change := range wholeAnswers {
		oddities = append(oddities, oddity{name, change})
	}
	for _, field := range applicationFields {
		for name, change := range oddAnswers(field) {
			oddities = append(oddities, oddity{field + " " + name, change})
		}
	}
	slices.SortFunc(oddities, func(a, b oddity) int { return strings.Compare(a.name, b.name) })

	for _, odd := range oddities {
		t.Run(odd.name, func(t *testing.T) {
			t.Parallel()
			var w rewriter
			d := newMockBehind(t, mockserver.Options{}, w.front)
			applications := d.protocol(t, object{"max_retries": 0}).applications()
			config := object{"client_id": "test-app", "display_name": "Test", "type": "Web", "redirect_uris": []string{"https://example.com"}}
			to := func(method string) func(*http.Request, any) any {
				return func(r *http.Request, body any) any {
					answer, ok := body.(map[string]any)
					if !ok || r.Method != method {
						return body
					}
					return odd.change(answer)
				}
			}

			w.set(to(http.MethodPost))
			made, diags := applications.create(config)
			diags.mustSucceed(t)
			w.set(nil)
			made = applications.mustRead(made)
			change, diags := applications.plan(made, config)
			diags.mustBeQuiet(t)
			want := d.application(t, "test-app")
			if names := change.planned.differences(made); names != nil || made.get("id") != want.ID || made.get("secret") != want.Secret {
				t.Errorf("after an odd create the plan changes %s of %s", names, made.attributes)
			}

			w.set(to(http.MethodGet))
			kept, diags := applications.read(made)
			if !kept.exists() || kept.get("id") != want.ID || kept.get("secret") != want.Secret {
				t.Errorf("an odd read made %s: %s", kept.attributes, diags.errors())
			}
			change, _ = applications.plan(kept, config)
			if change.replaces != nil {
				t.Errorf("an odd read replaces because of %s", change.replaces)
			}
			w.set(nil)
			kept = applications.mustRead(kept)
			if names := made.differences(kept); names != nil {
				t.Errorf("an odd read left other %s behind", names)
			}

			w.set(func(*http.Request, any) any { return odd.change(map[string]any{}) })
			applications.destroy(kept).mustBeQuiet(t)
			if all := d.applications(t); len(all) != 1 {
				t.Errorf("%d applications are left", len(all)-1)
			}
		})
	}
}

func mustBeInTheWay(diags diagnostics, t *testing.T) {
	t.Helper()
	diags.mustFail(t, "client_id", "taken", "import {")
}

func mustBeAdopted(diags diagnostics, t *testing.T) {
	t.Helper()
	diags.mustWarn(t, "", "was lost")
}

// TestApplication_oddLists puts odd elements in front of those that a create, an import and an
// error look for.
func TestApplication_oddLists(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		odd any
		// lost is what comes of a create whose answer is lost: what such a list lacks may be what was
		// there before.
		lost func(diagnostics, *testing.T)
	}{
		"a null":           {nil, mustBeInTheWay},
		"nothing in it":    {map[string]any{}, mustBeInTheWay},
		"nulls":            {map[string]any{"id": nil, "clientId": nil, "displayName": nil, "type": nil, "issuer": nil, "secret": nil}, mustBeInTheWay},
		"no client id":     {map[string]any{"id": "other", "displayName": "Other", "type": "Native"}, mustBeInTheWay},
		"no id":            {map[string]any{"clientId": "taken-app", "displayName": "Taken", "type": "Native"}, mustBeInTheWay},
		"unknown fields":   {withUnknownFields(map[string]any{"id": "other"}), mustBeInTheWay},
		"a secret in it":   {map[string]any{"id": "other", "clientId": "secret-app", "displayName": "x", "type": "Native", "secret": "never"}, mustBeAdopted},
		"another new type": {map[string]any{"id": "other", "clientId": "newer-app", "displayName": "y", "type": "Browser"}, mustBeAdopted},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var w rewriter
			d := newMockBehind(t, mockserver.Options{}, w.front)
			taken := d.createApplication(t, "taken-app", "Taken", "Native")
			w.set(func(_ *http.Request, body any) any {
				if list, ok := body.([]any); ok {
					return slices.Insert(list, 0, test.odd)
				}
				return body
			})
			applications := d.protocol(t).applications()
			d.mock.InjectFault(mockserver.Fault{Operation: "identity.CreateApplication", Reset: mockserver.ResetAfter})
			_, diags := applications.create(object{"client_id": "test-app", "display_name": "Test"})
			test.lost(diags, t)
			_, diags = applications.create(object{"client_id": "taken-app", "display_name": "Other"})
			diags.mustFail(t, "client_id", taken.ID)
			imported, diags := applications.importState("taken-app")
			diags.mustBeQuiet(t)
			if imported.get("id") != taken.ID {
				t.Errorf("imported %s", imported.get("id"))
			}
		})
	}
	t.Run("null in place of a list", func(t *testing.T) {
		t.Parallel()
		var w rewriter
		d := newMockBehind(t, mockserver.Options{}, w.front)
		w.set(func(_ *http.Request, body any) any {
			if _, ok := body.([]any); ok {
				return nil
			}
			return body
		})
		d.protocol(t).applications().mustCreate(object{"client_id": "test-app", "display_name": "Test"})
	})
}

// TestAccessToken_oddAnswers changes each field of a token answer.
func TestAccessToken_oddAnswers(t *testing.T) {
	t.Parallel()
	fields := map[string]bool{"access_token": false, "token_type": true, "expires_in": true, "scope": true, "refresh_token": true, "id_token": true}
	for field, dispensable := range fields {
		for name, odd := range oddAnswers(field) {
			t.Run(field+" "+name, func(t *testing.T) {
				t.Parallel()
				var w rewriter
				d := newMockBehind(t, mockserver.Options{}, w.front)
				w.set(func(r *http.Request, body any) any {
					answer, ok := body.(map[string]any)
					if !ok || !strings.HasPrefix(r.URL.Path, "/oauth2/") {
						return body
					}
					return odd(answer)
				})
				p := newProtocol(t)
				p.configure(d.passwordArguments()).mustBeQuiet(t)
				token, diags := p.data("lusid_access_token", nil)
				harmless := dispensable && (name == "null" || name == "missing" || name == "empty" && field != "expires_in")
				switch {
				case len(diags.errors()) > 0 && harmless:
					t.Errorf("failed without %s: %s", field, diags.errors())
				case len(diags.errors()) > 0:
					diags.mustFail(t, "", "Unable to get access token", "not a token answer", "correlation ")
				case !dispensable:
					t.Errorf("took %s for a token", token.get("access_token"))
				default:
					p.applications().mustCreate(object{"client_id": "test-app", "display_name": fmt.Sprint(name)})
				}
			})
		}
	}
}

// TestOddNeighbours has every list begin with an object that lacks all that it must have. What stands
// beside it is found all the same; what is not found may exist.
func TestOddNeighbours(t *testing.T) {
	t.Parallel()
	var w rewriter
	d := newMockBehind(t, mockserver.Options{}, w.front)
	roleID, userID := d.createRole(t, "traders").ID, d.createUser(t, "user@example.com", "owner@example.com").ID
	p := d.protocol(t)
	assignment := p.resource("lusid_role_assignment").mustCreate(object{"role_id": roleID, "user_id": userID})
	token := p.resource(patType).mustCreate(object{"display_name": "one"})
	named := p.resource("lusid_role").mustCreate(object{"name": "two words"})
	var roles []instance
	for n := range 5 {
		roles = append(roles, p.resource("lusid_role").mustCreate(object{"name": fmt.Sprint("role-", n)}))
	}
	w.set(func(_ *http.Request, body any) any {
		if list, ok := body.([]any); ok {
			return slices.Insert(list, 0, any(map[string]any{}))
		}
		return body
	})

	p = d.protocol(t)
	p.resource("lusid_role_assignment").mustRead(assignment)
	p.resource(patType).mustRead(token)
	_, diags := p.resource(patType).importState(token.get("id"))
	diags.mustWarn(t, "", "is not known")
	imported, diags := p.resource("lusid_role").importState("default/two words")
	diags.mustBeQuiet(t)
	if imported.get("id") != named.get("id") {
		t.Errorf("imported %s", imported.get("id"))
	}
	d.forget()
	many := d.protocol(t).resource("lusid_role")
	for _, role := range roles {
		many.mustRead(role)
	}
	d.mustCount(t, map[string]int{"identity.GetRole": 3, "identity.ListRoles": 1})

	const words = "number 1 lacks"
	_, diags = p.resource("lusid_role").importState("default/no words")
	diags.mustFail(t, "", words)
	d.mustCall(t, http.MethodDelete, "/roles/"+roleID+"/users/"+userID, nil, nil)
	_, diags = d.protocol(t).resource("lusid_role_assignment").read(assignment)
	diags.mustFail(t, "", words, "Tell LUSID's support")
	_, diags = p.data("lusid_roles", object{})
	diags.mustFail(t, "", words)
}

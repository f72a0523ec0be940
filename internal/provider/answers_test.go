package provider_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// oddAnswers are changes to one field of a JSON object in a response, by the name of the change.
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

// wholeAnswers replace the whole body of a response.
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
	maps.Copy(body, map[string]any{
		"links":        nil,
		"":             1,
		"version":      map[string]any{"id": "other"},
		"redirectUris": []any{"https://example.com/other"},
	})
	return body
}

// TestApplication_unexpectedResponses changes each field of each response. An application that exists must
// stay in the state, and must not be created a second time.
func TestApplication_unexpectedResponses(t *testing.T) {
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
			var w providertest.Rewriter
			d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
			applications := d.Protocol(t, providertest.Object{"max_retries": 0}).Applications()
			config := providertest.Object{
				"client_id":     "test-app",
				"display_name":  "Test",
				"type":          "Web",
				"redirect_uris": []string{"https://example.com"},
			}
			to := func(method string) func(*http.Request, any) any {
				return func(r *http.Request, body any) any {
					answer, ok := body.(map[string]any)
					if !ok || r.Method != method {
						return body
					}
					return odd.change(answer)
				}
			}

			w.Set(to(http.MethodPost))
			made, diags := applications.Create(config)
			diags.MustSucceed(t)
			w.Set(nil)
			made = applications.MustRead(made)
			change, diags := applications.Plan(made, config)
			diags.MustBeQuiet(t)
			want := d.Application(t, "test-app")
			if names := change.Planned.Differences(made); names != nil || made.Get("id") != want.ID || made.Get("secret") != want.Secret {
				t.Errorf("after a create with a changed response, the plan changes %s of %s", names, made.Attributes)
			}

			w.Set(to(http.MethodGet))
			kept, diags := applications.Read(made)
			if !kept.Exists() || kept.Get("id") != want.ID || kept.Get("secret") != want.Secret {
				t.Errorf("after a read with a changed response, the state has %s: %s", kept.Attributes, diags.Errors())
			}
			change, _ = applications.Plan(kept, config)
			if change.Replaces != nil {
				t.Errorf("after a read with a changed response, the plan replaces because of %s", change.Replaces)
			}
			w.Set(nil)
			kept = applications.MustRead(kept)
			if names := made.Differences(kept); names != nil {
				t.Errorf("after a read with a changed response, the state differs in %s", names)
			}

			w.Set(func(*http.Request, any) any { return odd.change(map[string]any{}) })
			applications.Destroy(kept).MustBeQuiet(t)
			if all := d.Applications(t); len(all) != 1 {
				t.Errorf("got %d applications after the destroy, want none", len(all)-1)
			}
		})
	}
}

func mustBeInTheWay(diags providertest.Diagnostics, t *testing.T) {
	t.Helper()
	diags.MustFail(t, "client_id", "taken", "import {")
}

func mustBeAdopted(diags providertest.Diagnostics, t *testing.T) {
	t.Helper()
	diags.MustWarn(t, "", "was lost")
}

// TestApplication_unexpectedLists puts unexpected elements in front of the elements that a create, an import
// and an error look for.
func TestApplication_unexpectedLists(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		odd any
		// lost checks the diagnostics of a create whose response is lost. If an element of the list lacks
		// fields, the application may have existed before the create, so the provider does not adopt it.
		lost func(providertest.Diagnostics, *testing.T)
	}{
		"null":         {nil, mustBeInTheWay},
		"empty object": {map[string]any{}, mustBeInTheWay},
		"every field null": {
			map[string]any{"id": nil, "clientId": nil, "displayName": nil, "type": nil, "issuer": nil, "secret": nil},
			mustBeInTheWay,
		},
		"no client id":   {map[string]any{"id": "other", "displayName": "Other", "type": "Native"}, mustBeInTheWay},
		"no id":          {map[string]any{"clientId": "taken-app", "displayName": "Taken", "type": "Native"}, mustBeInTheWay},
		"unknown fields": {withUnknownFields(map[string]any{"id": "other"}), mustBeInTheWay},
		"with a secret": {
			map[string]any{"id": "other", "clientId": "secret-app", "displayName": "x", "type": "Native", "secret": "never"},
			mustBeAdopted,
		},
		"unknown type": {map[string]any{"id": "other", "clientId": "newer-app", "displayName": "y", "type": "Browser"}, mustBeAdopted},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var w providertest.Rewriter
			d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
			taken := d.CreateApplication(t, "taken-app", "Taken", "Native")
			w.Set(func(_ *http.Request, body any) any {
				if list, ok := body.([]any); ok {
					return slices.Insert(list, 0, test.odd)
				}
				return body
			})
			applications := d.Protocol(t).Applications()
			d.Mock.InjectFault(mockserver.Fault{Operation: "identity.CreateApplication", Reset: mockserver.ResetAfter})
			_, diags := applications.Create(providertest.Object{"client_id": "test-app", "display_name": "Test"})
			test.lost(diags, t)
			_, diags = applications.Create(providertest.Object{"client_id": "taken-app", "display_name": "Other"})
			diags.MustFail(t, "client_id", taken.ID)
			imported, diags := applications.ImportState("taken-app")
			diags.MustBeQuiet(t)
			if imported.Get("id") != taken.ID {
				t.Errorf("imported %s, want %s", imported.Get("id"), taken.ID)
			}
		})
	}
	t.Run("null instead of a list", func(t *testing.T) {
		t.Parallel()
		var w providertest.Rewriter
		d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
		w.Set(func(_ *http.Request, body any) any {
			if _, ok := body.([]any); ok {
				return nil
			}
			return body
		})
		d.Protocol(t).Applications().MustCreate(providertest.Object{"client_id": "test-app", "display_name": "Test"})
	})
}

// TestAccessToken_unexpectedResponses changes each field of a response that has a token.
func TestAccessToken_unexpectedResponses(t *testing.T) {
	t.Parallel()
	fields := map[string]bool{
		"access_token":  false,
		"token_type":    true,
		"expires_in":    true,
		"scope":         true,
		"refresh_token": true,
		"id_token":      true,
	}
	for field, dispensable := range fields {
		for name, odd := range oddAnswers(field) {
			t.Run(field+" "+name, func(t *testing.T) {
				t.Parallel()
				var w providertest.Rewriter
				d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
				w.Set(func(r *http.Request, body any) any {
					answer, ok := body.(map[string]any)
					if !ok || !strings.HasPrefix(r.URL.Path, "/oauth2/") {
						return body
					}
					return odd(answer)
				})
				p := providertest.NewProtocol(t)
				p.Configure(d.PasswordArguments()).MustBeQuiet(t)
				token, diags := p.Data("lusid_access_token", nil)
				harmless := dispensable && (name == "null" || name == "missing" || name == "empty" && field != "expires_in")
				switch {
				case len(diags.Errors()) > 0 && harmless:
					t.Errorf("got an error although %s is optional: %s", field, diags.Errors())
				case len(diags.Errors()) > 0:
					diags.MustFail(t, "", "Unable to get access token", "not a token in JSON", "correlation ")
				case !dispensable:
					t.Errorf("got no error, and the access token %s", token.Get("access_token"))
				default:
					p.Applications().MustCreate(providertest.Object{"client_id": "test-app", "display_name": fmt.Sprint(name)})
				}
			})
		}
	}
}

// TestUnexpectedListElements puts an object without fields in front of every list. The other objects of the
// list are still found. If an object is not found, the provider reports an error, because the object may exist.
func TestUnexpectedListElements(t *testing.T) {
	t.Parallel()
	var w providertest.Rewriter
	d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
	roleID, userID := d.CreateRole(t, "traders").ID, d.CreateUser(t, "user@example.com", "owner@example.com").ID
	p := d.Protocol(t)
	assignment := p.Resource("lusid_role_assignment").MustCreate(providertest.Object{"role_id": roleID, "user_id": userID})
	token := p.Resource(providertest.PersonalAccessTokenType).MustCreate(providertest.Object{"display_name": "one"})
	named := p.Resource("lusid_role").MustCreate(providertest.Object{"name": "two words"})
	var roles []providertest.Instance
	for n := range 5 {
		roles = append(roles, p.Resource("lusid_role").MustCreate(providertest.Object{"name": fmt.Sprint("role-", n)}))
	}
	w.Set(func(_ *http.Request, body any) any {
		if list, ok := body.([]any); ok {
			return slices.Insert(list, 0, any(map[string]any{}))
		}
		return body
	})

	p = d.Protocol(t)
	p.Resource("lusid_role_assignment").MustRead(assignment)
	p.Resource(providertest.PersonalAccessTokenType).MustRead(token)
	_, diags := p.Resource(providertest.PersonalAccessTokenType).ImportState(token.Get("id"))
	diags.MustWarn(t, "", "is not known")
	imported, diags := p.Resource("lusid_role").ImportState("default/two words")
	diags.MustBeQuiet(t)
	if imported.Get("id") != named.Get("id") {
		t.Errorf("imported %s, want %s", imported.Get("id"), named.Get("id"))
	}
	d.Forget()
	many := d.Protocol(t).Resource("lusid_role")
	for _, role := range roles {
		many.MustRead(role)
	}
	d.MustCount(t, map[string]int{"identity.GetRole": 3, "identity.ListRoles": 1})

	const words = "Element 1 of"
	_, diags = p.Resource("lusid_role").ImportState("default/no words")
	diags.MustFail(t, "", words)
	d.MustCall(t, http.MethodDelete, "/roles/"+roleID+"/users/"+userID, nil, nil)
	_, diags = d.Protocol(t).Resource("lusid_role_assignment").Read(assignment)
	diags.MustFail(t, "", words, "Report this to LUSID's support")
	_, diags = p.Data("lusid_roles", providertest.Object{})
	diags.MustFail(t, "", words)
}

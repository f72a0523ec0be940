package provider_test

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// importedEveryWay imports an application by each of the names that it has.
func importedEveryWay(t *testing.T, applications managedType, a application) map[string]instance {
	t.Helper()
	imported := map[string]instance{}
	for name, by := range map[string]func() (instance, diagnostics){
		"id":                    func() (instance, diagnostics) { return applications.importState(a.ID) },
		"client id":             func() (instance, diagnostics) { return applications.importState(a.ClientID) },
		"identity by id":        func() (instance, diagnostics) { return applications.importIdentity(object{"id": a.ID}) },
		"identity by client id": func() (instance, diagnostics) { return applications.importIdentity(object{"client_id": a.ClientID}) },
		"identity by both": func() (instance, diagnostics) {
			return applications.importIdentity(object{"id": a.ID, "client_id": a.ClientID})
		},
	} {
		i, diags := by()
		diags.mustBeQuiet(t)
		if got := i.get("id"); got != a.ID {
			t.Errorf("%s: imported %s", name, got)
		}
		mustHaveIdentity(t, applications, name, i, a.ID, a.ClientID)
		imported[name] = i
	}
	return imported
}

func mustHaveIdentity(t *testing.T, applications managedType, where string, i instance, id, clientID string) {
	t.Helper()
	if diff := cmp.Diff(map[string]string{"id": id, "client_id": clientID}, applications.identityOf(i)); diff != "" {
		t.Errorf("%s: identity (-want +got):\n%s", where, diff)
	}
}

func TestApplication_identitySchema(t *testing.T) {
	t.Parallel()
	schema := newProtocol(t).applications().identitySchema()
	var names []string
	for _, attribute := range schema.IdentityAttributes {
		names = append(names, attribute.Name)
		if !attribute.OptionalForImport || attribute.RequiredForImport || attribute.Description == "" {
			t.Errorf("%s is not optional for an import, or not described", attribute.Name)
		}
	}
	slices.Sort(names)
	if diff := cmp.Diff([]string{"client_id", "id"}, names); diff != "" {
		t.Errorf("identity attributes (-want +got):\n%s", diff)
	}
}

// TestApplication_identity follows the identity through an application's life, with a CLI that
// sends it back and with one that does not.
func TestApplication_identity(t *testing.T) {
	t.Parallel()
	for _, known := range []bool{true, false} {
		t.Run(map[bool]string{true: "sent back", false: "not sent back"}[known], func(t *testing.T) {
			t.Parallel()
			d := newMock(t, mockserver.Options{})
			applications := d.protocol(t).applications()
			forget := func(i instance) instance {
				if !known {
					i.identity = nil
				}
				return i
			}
			made := applications.mustCreate(triggers(object{"a": "1"}))
			id := made.get("id")
			mustHaveIdentity(t, applications, "create", made, id, "test-app")
			read := applications.mustRead(forget(made))
			mustHaveIdentity(t, applications, "read", read, id, "test-app")
			for name, config := range map[string]object{
				"timeouts":     triggers(object{"a": "1"}, object{"timeouts": object{"read": "1m"}}),
				"rotation":     triggers(object{"a": "2"}),
				"store_secret": triggers(object{"a": "1"}, object{"store_secret": false}),
			} {
				updated, diags := applications.update(forget(read), config)
				diags.mustSucceed(t)
				mustHaveIdentity(t, applications, "update of "+name, updated, id, "test-app")
			}

			// A provider that does not know its credentials yet keeps it.
			p := newProtocol(t)
			p.configure(object{"api_url": d.url, "access_token": unknown}).mustBeQuiet(t)
			kept, diags := p.applications().read(forget(read))
			diags.mustWarn(t, "", "LUSID was not asked")
			mustHaveIdentity(t, applications, "read without a connection", kept, id, "test-app")

			d.deleteApplication(t, "test-app")
			gone := applications.mustRead(forget(read))
			if gone.exists() {
				t.Error("it is still there")
			}
		})
	}
}

// TestApplication_importIdentityErrors gives identities that name no application.
func TestApplication_importIdentityErrors(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	a, b := d.createApplication(t, "first-app", "First", "Native"), d.createApplication(t, "second-app", "Second", "Native")
	applications := d.protocol(t).applications()
	for _, test := range []struct {
		name      string
		identity  object
		attribute string
		parts     []string
		calls     int
	}{
		{"neither", object{}, "", []string{"client id"}, 0},
		{"both empty", object{"id": "", "client_id": ""}, "", []string{"client id"}, 0},
		{"two applications", object{"id": a.ID, "client_id": b.ClientID}, "client_id", []string{a.ID, `has the client id "first-app", not "second-app"`}, 1},
		{"an id and a client id of nobody", object{"id": a.ID, "client_id": "missing-app"}, "client_id", []string{"missing-app"}, 1},
		// The id decides: the client id is no help where the id is wrong.
		{"an id of nobody", object{"id": "0oaMissing", "client_id": a.ClientID}, "id", []string{"0oaMissing", "HTTP 404"}, 1},
		{"a client id as id", object{"id": a.ClientID}, "id", []string{"first-app", "HTTP 404"}, 1},
		{"a client id of nobody", object{"client_id": "missing-app"}, "client_id", []string{`"missing-app"`, "No application has it"}, 1},
		{"an id that cannot be one", object{"id": "../users"}, "id", []string{`"../users"`, "64 at most"}, 0},
		{"an id too long", object{"id": strings.Repeat("x", 65)}, "id", []string{"64 at most"}, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			d.forget()
			imported, diags := applications.importIdentity(test.identity)
			diags.mustFail(t, test.attribute, append(test.parts, "Unable to import application")...)
			if imported.exists() {
				t.Error("something was imported")
			}
			if got := len(d.requests()); got != test.calls {
				t.Errorf("%d requests", got)
			}
		})
	}
}

// TestApplication_importPlansNoReplacement imports in every way, and plans with whatever LUSID
// does not know.
func TestApplication_importPlansNoReplacement(t *testing.T) {
	t.Parallel()
	uris := []string{"https://example.com/a"}
	for _, kind := range []string{"Native", "Web"} {
		for _, storeSecrets := range []any{nil, false} {
			t.Run(fmt.Sprint(kind, " store_secrets ", storeSecrets), func(t *testing.T) {
				t.Parallel()
				d := newMock(t, mockserver.Options{})
				foreign := d.createApplication(t, "test-app", "Test", kind)
				applications := d.protocol(t, object{"store_secrets": storeSecrets}).applications()
				base := object{"client_id": "test-app", "display_name": "Test", "type": kind}
				ways := importedEveryWay(t, applications, foreign)
				imported := ways["client id"]
				for name, other := range ways {
					// The same state plans the same.
					if names := other.differences(imported); names != nil || !bytes.Equal(other.private, imported.private) {
						t.Errorf("imported by %s it differs in %s", name, names)
					}
				}
				change, diags := applications.plan(imported, base)
				diags.mustBeQuiet(t)
				if names := change.planned.differences(imported); names != nil || change.replaces != nil {
					t.Errorf("the plan after the import changes %s and replaces because of %s", names, change.replaces)
				}
				redirects, logouts := []any{nil}, []any{nil}
				if kind == "Web" {
					redirects, logouts = []any{nil, []string{}, uris, unknown}, []any{nil, uris}
				}
				for _, rotation := range []any{nil, object{}, object{"a": "1"}, object{"a": unknown}, unknown} {
					for _, store := range []any{nil, true, false, unknown} {
						for _, redirect := range redirects {
							for _, logout := range logouts {
								config := maps.Clone(base)
								maps.Copy(config, object{
									"rotation_triggers": rotation, "store_secret": store,
									"redirect_uris": redirect, "post_logout_redirect_uris": logout,
								})
								change, diags := applications.plan(imported, config)
								diags.mustSucceed(t)
								if change.replaces != nil {
									t.Fatalf("%v replaces because of %s", config, change.replaces)
								}
							}
						}
					}
				}
				// The apply of one that adopts everything neither rotates nor replaces.
				config := maps.Clone(base)
				maps.Copy(config, object{"rotation_triggers": object{"a": "1"}, "store_secret": storeSecrets == nil})
				if kind == "Web" {
					maps.Copy(config, object{"redirect_uris": uris, "post_logout_redirect_uris": uris})
				}
				d.forget()
				adopted, diags := applications.update(imported, config)
				diags.mustSucceed(t)
				if counts := d.counts(); len(counts) != 0 {
					t.Errorf("the adoption asked LUSID: %v", counts)
				}
				if got := d.application(t, "test-app"); got.ID != foreign.ID || got.Secret != foreign.Secret {
					t.Error("the adoption made another application, or another secret")
				}
				change, diags = applications.plan(applications.mustRead(adopted), config)
				diags.mustBeQuiet(t)
				if names := change.planned.differences(adopted); names != nil {
					t.Errorf("after the adoption the plan changes %s", names)
				}
			})
		}
	}
}

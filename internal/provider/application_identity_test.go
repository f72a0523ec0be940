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
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// importedEveryWay imports an application by id and by client id, each as an import id and as an identity.
func importedEveryWay(t *testing.T, applications providertest.ManagedType, a providertest.Application) map[string]providertest.Instance {
	t.Helper()
	imported := map[string]providertest.Instance{}
	for name, by := range map[string]func() (providertest.Instance, providertest.Diagnostics){
		"id":        func() (providertest.Instance, providertest.Diagnostics) { return applications.ImportState(a.ID) },
		"client id": func() (providertest.Instance, providertest.Diagnostics) { return applications.ImportState(a.ClientID) },
		"identity by id": func() (providertest.Instance, providertest.Diagnostics) {
			return applications.ImportIdentity(providertest.Object{"id": a.ID})
		},
		"identity by client id": func() (providertest.Instance, providertest.Diagnostics) {
			return applications.ImportIdentity(providertest.Object{"client_id": a.ClientID})
		},
		"identity by id and client id": func() (providertest.Instance, providertest.Diagnostics) {
			return applications.ImportIdentity(providertest.Object{"id": a.ID, "client_id": a.ClientID})
		},
	} {
		i, diags := by()
		diags.MustBeQuiet(t)
		if got := i.Get("id"); got != a.ID {
			t.Errorf("%s: imported %s, want %s", name, got, a.ID)
		}
		mustHaveIdentity(t, applications, name, i, a.ID, a.ClientID)
		imported[name] = i
	}
	return imported
}

func mustHaveIdentity(t *testing.T, applications providertest.ManagedType, where string, i providertest.Instance, id, clientID string) {
	t.Helper()
	if diff := cmp.Diff(map[string]string{"id": id, "client_id": clientID}, applications.IdentityOf(i)); diff != "" {
		t.Errorf("%s: identity (-want +got):\n%s", where, diff)
	}
}

func TestApplication_identitySchema(t *testing.T) {
	t.Parallel()
	schema := providertest.NewProtocol(t).Applications().IdentitySchema()
	var names []string
	for _, attribute := range schema.IdentityAttributes {
		names = append(names, attribute.Name)
		if !attribute.OptionalForImport || attribute.RequiredForImport || attribute.Description == "" {
			t.Errorf("%s must be optional for an import and must have a description", attribute.Name)
		}
	}
	slices.Sort(names)
	if diff := cmp.Diff([]string{"client_id", "id"}, names); diff != "" {
		t.Errorf("identity attributes (-want +got):\n%s", diff)
	}
}

// TestApplication_identity checks the identity from the create to the delete, with a CLI that sends the identity
// back and with a CLI that does not.
func TestApplication_identity(t *testing.T) {
	t.Parallel()
	for _, known := range []bool{true, false} {
		t.Run(map[bool]string{true: "identity sent back", false: "identity not sent back"}[known], func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, mockserver.Options{})
			applications := d.Protocol(t).Applications()
			forget := func(i providertest.Instance) providertest.Instance {
				if !known {
					i.Identity = nil
				}
				return i
			}
			made := applications.MustCreate(providertest.ApplicationWithTriggers(providertest.Object{"a": "1"}))
			id := made.Get("id")
			mustHaveIdentity(t, applications, "create", made, id, "test-app")
			read := applications.MustRead(forget(made))
			mustHaveIdentity(t, applications, "read", read, id, "test-app")
			for name, config := range map[string]providertest.Object{
				"timeouts": providertest.ApplicationWithTriggers(providertest.Object{"a": "1"},
					providertest.Object{"timeouts": providertest.Object{"read": "1m"}}),
				"rotation":     providertest.ApplicationWithTriggers(providertest.Object{"a": "2"}),
				"store_secret": providertest.ApplicationWithTriggers(providertest.Object{"a": "1"}, providertest.Object{"store_secret": false}),
			} {
				updated, diags := applications.Update(forget(read), config)
				diags.MustSucceed(t)
				mustHaveIdentity(t, applications, "update of "+name, updated, id, "test-app")
			}

			// A provider whose credentials are unknown keeps the identity.
			p := providertest.NewProtocol(t)
			p.Configure(providertest.Object{"api_url": d.URL, "access_token": providertest.Unknown}).MustBeQuiet(t)
			kept, diags := p.Applications().Read(forget(read))
			diags.MustWarn(t, "", "LUSID was not asked")
			mustHaveIdentity(t, applications, "read without a connection", kept, id, "test-app")

			d.DeleteApplication(t, "test-app")
			gone := applications.MustRead(forget(read))
			if gone.Exists() {
				t.Error("the deleted application is still in the state")
			}
		})
	}
}

// TestApplication_importIdentityErrors imports by identities that match no application.
func TestApplication_importIdentityErrors(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	a, b := d.CreateApplication(t, "first-app", "First", "Native"), d.CreateApplication(t, "second-app", "Second", "Native")
	applications := d.Protocol(t).Applications()
	for _, test := range []struct {
		name      string
		identity  providertest.Object
		attribute string
		parts     []string
		calls     int
	}{
		{"neither id nor client id", providertest.Object{}, "", []string{"client id"}, 0},
		{"both empty", providertest.Object{"id": "", "client_id": ""}, "", []string{"client id"}, 0},
		{
			"id and client id of two applications",
			providertest.Object{"id": a.ID, "client_id": b.ClientID},
			"client_id",
			[]string{a.ID, `has the client id "first-app", not "second-app"`},
			1,
		},
		{"known id and unknown client id", providertest.Object{"id": a.ID, "client_id": "missing-app"}, "client_id", []string{"missing-app"}, 1},
		// The id decides. If the id is wrong, a correct client id does not help.
		{"unknown id and known client id", providertest.Object{"id": "0oaMissing", "client_id": a.ClientID}, "id", []string{"0oaMissing", "HTTP 404"}, 1},
		{"client id as the id", providertest.Object{"id": a.ClientID}, "id", []string{"first-app", "HTTP 404"}, 1},
		{
			"unknown client id",
			providertest.Object{"client_id": "missing-app"},
			"client_id",
			[]string{`"missing-app"`, "No application has it"},
			1,
		},
		{"invalid id", providertest.Object{"id": "../users"}, "id", []string{`"../users"`, "at most 64"}, 0},
		{"id too long", providertest.Object{"id": strings.Repeat("x", 65)}, "id", []string{"at most 64"}, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			d.Forget()
			imported, diags := applications.ImportIdentity(test.identity)
			diags.MustFail(t, test.attribute, append(test.parts, "Unable to import application")...)
			if imported.Exists() {
				t.Error("the failed import returned a state")
			}
			if got := len(d.Requests()); got != test.calls {
				t.Errorf("got %d requests, want %d", got, test.calls)
			}
		})
	}
}

// TestApplication_importPlansNoReplacement imports in every way, and plans with every combination of the
// arguments that LUSID does not return.
func TestApplication_importPlansNoReplacement(t *testing.T) {
	t.Parallel()
	uris := []string{"https://example.com/a"}
	for _, kind := range []string{"Native", "Web"} {
		for _, storeSecrets := range []any{nil, false} {
			t.Run(fmt.Sprint(kind, " store_secrets ", storeSecrets), func(t *testing.T) {
				t.Parallel()
				d := providertest.NewMock(t, mockserver.Options{})
				foreign := d.CreateApplication(t, "test-app", "Test", kind)
				applications := d.Protocol(t, providertest.Object{"store_secrets": storeSecrets}).Applications()
				base := providertest.Object{"client_id": "test-app", "display_name": "Test", "type": kind}
				ways := importedEveryWay(t, applications, foreign)
				imported := ways["client id"]
				for name, other := range ways {
					// Equal states plan the same changes, so one of them is enough for the rest of the test.
					if names := other.Differences(imported); names != nil || !bytes.Equal(other.Private, imported.Private) {
						t.Errorf("the import by %s differs from the import by client id in %s", name, names)
					}
				}
				change, diags := applications.Plan(imported, base)
				diags.MustBeQuiet(t)
				if names := change.Planned.Differences(imported); names != nil || change.Replaces != nil {
					t.Errorf("the plan after the import changes %s and replaces because of %s", names, change.Replaces)
				}
				redirects, logouts := []any{nil}, []any{nil}
				if kind == "Web" {
					redirects, logouts = []any{nil, []string{}, uris, providertest.Unknown}, []any{nil, uris}
				}
				for _, rotation := range []any{nil, providertest.Object{}, providertest.Object{"a": "1"}, providertest.Object{"a": providertest.Unknown}, providertest.Unknown} {
					for _, store := range []any{nil, true, false, providertest.Unknown} {
						for _, redirect := range redirects {
							for _, logout := range logouts {
								config := maps.Clone(base)
								maps.Copy(config, providertest.Object{
									"rotation_triggers": rotation, "store_secret": store,
									"redirect_uris": redirect, "post_logout_redirect_uris": logout,
								})
								change, diags := applications.Plan(imported, config)
								diags.MustSucceed(t)
								if change.Replaces != nil {
									t.Fatalf("the plan of %v replaces because of %s", config, change.Replaces)
								}
							}
						}
					}
				}
				// An apply that sets all these arguments neither rotates the secret nor replaces the application.
				config := maps.Clone(base)
				maps.Copy(config, providertest.Object{"rotation_triggers": providertest.Object{"a": "1"}, "store_secret": storeSecrets == nil})
				if kind == "Web" {
					maps.Copy(config, providertest.Object{"redirect_uris": uris, "post_logout_redirect_uris": uris})
				}
				d.Forget()
				adopted, diags := applications.Update(imported, config)
				diags.MustSucceed(t)
				if counts := d.Counts(); len(counts) != 0 {
					t.Errorf("the first update after the import sent requests: %v", counts)
				}
				if got := d.Application(t, "test-app"); got.ID != foreign.ID || got.Secret != foreign.Secret {
					t.Error("the first update after the import created another application or another secret")
				}
				change, diags = applications.Plan(applications.MustRead(adopted), config)
				diags.MustBeQuiet(t)
				if names := change.Planned.Differences(adopted); names != nil {
					t.Errorf("after the first update, the plan changes %s", names)
				}
			})
		}
	}
}

package provider_test

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// listed are applications of which no two agree in all that a filter looks at.
var listed = []mockserver.Application{
	{ClientID: "team-a-one", DisplayName: "Team A one", Type: "Native", Secret: "canary-secret-of-one"},
	{ClientID: "team-a-two", DisplayName: "Team A two", Type: "Web", Secret: "canary-secret-of-two"},
	{ClientID: "team-b-one", DisplayName: "Team B one", Type: "Native", Secret: "canary-secret-of-three"},
	{ClientID: "team-b-two", DisplayName: "Team A three", Type: "Web", Secret: "canary-secret-of-four"},
	{ClientID: "Team-a-top", DisplayName: "team a top", Type: "Native", Secret: "canary-secret-of-five"},
}

func TestApplicationList(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{Seed: mockserver.Seed{Applications: listed}})
	own := d.mock.Credentials().ClientID
	applications := d.protocol(t).applications()
	all := []string{"Team-a-top", "team-a-one", "team-a-two", "team-b-one", "team-b-two", own}

	for _, test := range []struct {
		name   string
		config object
		limit  int64
		want   []string
	}{
		{"all", object{}, 0, all},
		{"client id", object{"client_id_prefix": "team-a-"}, 0, []string{"team-a-one", "team-a-two"}},
		{"client id, whole", object{"client_id_prefix": "team-a-one"}, 0, []string{"team-a-one"}},
		{"client id, its middle", object{"client_id_prefix": "a-one"}, 0, nil},
		{"display name", object{"display_name_prefix": "Team A"}, 0, []string{"team-a-one", "team-a-two", "team-b-two"}},
		{"type Web", object{"type": "Web"}, 0, []string{"team-a-two", "team-b-two"}},
		{"type Native", object{"type": "Native", "client_id_prefix": "team"}, 0, []string{"team-a-one", "team-b-one"}},
		{"client id and display name", object{"client_id_prefix": "team-b", "display_name_prefix": "Team A"}, 0, []string{"team-b-two"}},
		{"display name and type", object{"display_name_prefix": "Team A", "type": "Web"}, 0, []string{"team-a-two", "team-b-two"}},
		{"all three", object{"client_id_prefix": "team-a", "display_name_prefix": "Team A", "type": "Web"}, 0, []string{"team-a-two"}},
		{"all three, of none", object{"client_id_prefix": "team-b", "display_name_prefix": "Team B", "type": "Web"}, 0, nil},
		{"empty prefixes", object{"client_id_prefix": "", "display_name_prefix": ""}, 0, all},
		{"a limit above", object{"client_id_prefix": "team-a-"}, 3, []string{"team-a-one", "team-a-two"}},
		{"a limit of just as many", object{"client_id_prefix": "team-a-"}, 2, []string{"team-a-one", "team-a-two"}},
	} {
		for _, include := range []bool{false, true} {
			t.Run(fmt.Sprint(test.name, ", include_resource ", include), func(t *testing.T) {
				d.forget()
				results, diags := applications.list(test.config, test.limit, include)
				diags.mustBeQuiet(t)
				var got []string
				for _, result := range results {
					got = append(got, result.identity["client_id"])
					checkListing(t, d, result, include)
				}
				slices.Sort(got)
				want := slices.Sorted(slices.Values(test.want))
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("results (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(map[string]int{"identity.ListApplications": 1}, d.counts()); diff != "" {
					t.Errorf("requests (-want +got):\n%s", diff)
				}
			})
		}
	}
	// A limit cuts off what the filter leaves, not what LUSID has.
	for limit := range int64(3) {
		results, diags := applications.list(object{"type": "Native", "client_id_prefix": "team"}, limit+1, false)
		diags.mustBeQuiet(t)
		if want := min(limit+1, 2); int64(len(results)) != want {
			t.Errorf("a limit of %d gives %d results", limit+1, len(results))
		}
	}
}

func checkListing(t *testing.T, d domain, l listing, include bool) {
	t.Helper()
	clientID := l.identity["client_id"]
	var want application
	for _, a := range listed {
		mustBeAbsent(t, "the result of "+clientID, l.bytes, map[string]string{"a secret": a.Secret})
	}
	mustBeAbsent(t, "the result of "+clientID, l.bytes, map[string]string{"the own secret": d.mock.Credentials().ClientSecret})
	want = d.application(t, clientID)
	if diff := cmp.Diff(map[string]string{"id": want.ID, "client_id": clientID}, l.identity); diff != "" {
		t.Errorf("identity (-want +got):\n%s", diff)
	}
	if l.displayName != want.DisplayName+" ("+clientID+")" {
		t.Errorf("%s is shown as %q", clientID, l.displayName)
	}
	if l.resource.exists() != include {
		t.Fatalf("include_resource %t gives a resource: %t", include, l.resource.exists())
	}
	if !include {
		return
	}
	for name, want := range map[string]string{
		"id": want.ID, "client_id": clientID, "display_name": want.DisplayName, "type": want.Type, "issuer": want.Issuer,
		"token_url": want.Issuer + "/v1/token", "secret": "null", "secret_version": "null", "store_secret": "true", "refresh_secret_version": "false",
		"redirect_uris": "null", "post_logout_redirect_uris": "null", "rotation_triggers": "null", "timeouts": "null",
	} {
		if got := l.resource.get(name); got != want {
			t.Errorf("%s: %s is %s, not %s", clientID, name, got, want)
		}
	}
}

// TestApplicationList_secretInList meets a LUSID that shows secrets in lists, as its examples do.
func TestApplicationList_secretInList(t *testing.T) {
	t.Parallel()
	var w rewriter
	d := newMockBehind(t, mockserver.Options{}, w.front)
	w.set(func(_ *http.Request, body any) any {
		list, _ := body.([]any)
		for _, element := range list {
			if fields, ok := element.(map[string]any); ok {
				fields["secret"] = "canary-in-a-list"
			}
		}
		return body
	})
	results, diags := d.protocol(t).applications().list(nil, 0, true)
	diags.mustBeQuiet(t)
	if len(results) != 1 {
		t.Fatalf("%d results", len(results))
	}
	mustBeAbsent(t, "the result", results[0].bytes, map[string]string{"the secret": "canary-in-a-list"})
}

func TestApplicationList_errors(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	const summary = "Unable to list applications"
	_, diags := d.protocol(t, object{"access_token": d.mock.Credentials().NoRightsToken}).applications().list(nil, 0, false)
	diags.mustFail(t, "", summary, "HTTP 403", "lusid-administrator")
	p := newProtocol(t)
	p.configure(object{"api_url": d.url, "access_token": unknown}).mustBeQuiet(t)
	_, diags = p.applications().list(nil, 0, false)
	diags.mustFail(t, "", summary, "access_token will be known only after apply")
	_, diags = newProtocol(t).applications().list(object{"type": "native"}, 0, false)
	diags.mustFail(t, "type", "Native")
}

// TestApplicationList_generatedConfiguration writes a configuration from each result, as
// terraform query -generate-config-out does: what is not computed only. It imports by the
// identity, and plans without replacement.
func TestApplicationList_generatedConfiguration(t *testing.T) {
	t.Parallel()
	for _, storeSecrets := range []any{nil, false} {
		d := newMock(t, mockserver.Options{Seed: mockserver.Seed{Applications: listed}})
		applications := d.protocol(t, object{"store_secrets": storeSecrets}).applications()
		results, diags := applications.list(nil, 0, true)
		diags.mustBeQuiet(t)
		for _, result := range results {
			config := object{}
			for _, attribute := range applications.schema.Block.Attributes {
				value := result.resource.attributes[attribute.Name]
				if !attribute.Required && !attribute.Optional || value.IsNull() {
					continue
				}
				var text string
				var flag bool
				switch {
				case value.As(&text) == nil && value.Type().Is(tftypes.String):
					config[attribute.Name] = text
				case value.As(&flag) == nil:
					config[attribute.Name] = flag
				}
			}
			imported, diags := applications.importIdentity(toObject(result.identity))
			diags.mustBeQuiet(t)
			change, diags := applications.plan(imported, config)
			diags.mustBeQuiet(t)
			if names := change.planned.differences(imported); names != nil || change.replaces != nil {
				t.Errorf("%v plans a change of %s and a replacement because of %s", config, names, change.replaces)
			}
		}
	}
}

func toObject(values map[string]string) object {
	o := object{}
	for name, value := range values {
		o[name] = value
	}
	return o
}

// TestAccApplication_query finds, writes a configuration, and imports it, where the CLI can.
func TestAccApplication_query(t *testing.T) {
	t.Parallel()
	cliMust(t, queries)
	d := newMock(t, mockserver.Options{Seed: mockserver.Seed{Applications: listed}})
	w := newWorkspace(t, d.config(""))
	w.write("all.tfquery.hcl", "list \"lusid_application\" \"team\" {\n  provider         = lusid\n  include_resource = true\n  config {\n    client_id_prefix = \"team-\"\n  }\n}\n")
	output := w.mustRun("query", "-json")
	output += w.mustRun("query", "-generate-config-out=generated.tf")
	if _, err := os.Stat(filepath.Join(w.directory, "generated.tf")); err != nil {
		t.Fatal(err)
	}
	secrets := map[string]string{}
	for _, a := range listed {
		secrets[a.ClientID] = a.Secret
	}
	mustBeAbsent(t, "what was printed", output, secrets)
	mustBeAbsent(t, "the generated configuration", w.readFile("generated.tf"), secrets)
	mustHold(t, w.mustRun("plan"), "4 to import, 0 to add, 0 to change, 0 to destroy")
	w.mustRun("apply", "-auto-approve")
	w.mustPlanEmpty()
}

// TestAccApplication_importByIdentity imports with a block, where the CLI knows identities.
func TestAccApplication_importByIdentity(t *testing.T) {
	t.Parallel()
	cliMust(t, identities)
	d := newMock(t, mockserver.Options{})
	foreign := d.createApplication(t, "test-app", "test-app", "Native")
	for _, identity := range []object{{"client_id": "test-app"}, {"id": foreign.ID}, {"client_id": "test-app", "id": foreign.ID}} {
		w := newWorkspace(t, d.config(applicationHCL("test", "test-app")+"import {\n  to = lusid_application.test\n  identity = "+hclValue(maps.Clone(identity))+"\n}\n"))
		mustHold(t, w.mustRun("apply", "-auto-approve"), "1 imported, 0 added, 0 changed, 0 destroyed")
		if got := w.attribute("lusid_application.test", "id"); got != foreign.ID {
			t.Errorf("imported %s", got)
		}
		w.mustPlanEmpty()
	}
}

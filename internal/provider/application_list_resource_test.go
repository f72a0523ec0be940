package provider_test

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// listed are applications that each match a different set of filters.
var listed = []mockserver.Application{
	{ClientID: "team-a-one", DisplayName: "Team A one", Type: "Native", Secret: "canary-secret-of-one"},
	{ClientID: "team-a-two", DisplayName: "Team A two", Type: "Web", Secret: "canary-secret-of-two"},
	{ClientID: "team-b-one", DisplayName: "Team B one", Type: "Native", Secret: "canary-secret-of-three"},
	{ClientID: "team-b-two", DisplayName: "Team A three", Type: "Web", Secret: "canary-secret-of-four"},
	{ClientID: "Team-a-top", DisplayName: "team a top", Type: "Native", Secret: "canary-secret-of-five"},
}

func TestApplicationList(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{Seed: mockserver.Seed{Applications: listed}})
	own := d.Mock.Credentials().ClientID
	applications := d.Protocol(t).Applications()
	all := []string{"Team-a-top", "team-a-one", "team-a-two", "team-b-one", "team-b-two", own}

	for _, test := range []struct {
		name   string
		config providertest.Object
		limit  int64
		want   []string
	}{
		{"all", providertest.Object{}, 0, all},
		{"start of a client id", providertest.Object{"client_id_prefix": "team-a-"}, 0, []string{"team-a-one", "team-a-two"}},
		{"whole client id", providertest.Object{"client_id_prefix": "team-a-one"}, 0, []string{"team-a-one"}},
		{"middle of a client id", providertest.Object{"client_id_prefix": "a-one"}, 0, nil},
		{"start of a display name", providertest.Object{"display_name_prefix": "Team A"}, 0, []string{"team-a-one", "team-a-two", "team-b-two"}},
		{"type Web", providertest.Object{"type": "Web"}, 0, []string{"team-a-two", "team-b-two"}},
		{"type Native", providertest.Object{"type": "Native", "client_id_prefix": "team"}, 0, []string{"team-a-one", "team-b-one"}},
		{
			"client id and display name",
			providertest.Object{"client_id_prefix": "team-b", "display_name_prefix": "Team A"},
			0,
			[]string{"team-b-two"},
		},
		{"display name and type", providertest.Object{"display_name_prefix": "Team A", "type": "Web"}, 0, []string{"team-a-two", "team-b-two"}},
		{
			"all three",
			providertest.Object{"client_id_prefix": "team-a", "display_name_prefix": "Team A", "type": "Web"},
			0,
			[]string{"team-a-two"},
		},
		{"all three, without a match", providertest.Object{"client_id_prefix": "team-b", "display_name_prefix": "Team B", "type": "Web"}, 0, nil},
		{"empty prefixes", providertest.Object{"client_id_prefix": "", "display_name_prefix": ""}, 0, all},
		{"limit above the number of matches", providertest.Object{"client_id_prefix": "team-a-"}, 3, []string{"team-a-one", "team-a-two"}},
		{"limit equal to the number of matches", providertest.Object{"client_id_prefix": "team-a-"}, 2, []string{"team-a-one", "team-a-two"}},
	} {
		for _, include := range []bool{false, true} {
			t.Run(fmt.Sprint(test.name, ", include_resource ", include), func(t *testing.T) {
				d.Forget()
				results, diags := applications.List(test.config, test.limit, include)
				diags.MustBeQuiet(t)
				var got []string
				for _, result := range results {
					got = append(got, result.Identity["client_id"])
					checkListing(t, d, result, include)
				}
				slices.Sort(got)
				want := slices.Sorted(slices.Values(test.want))
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("results (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(map[string]int{"identity.ListApplications": 1}, d.Counts()); diff != "" {
					t.Errorf("requests (-want +got):\n%s", diff)
				}
			})
		}
	}
	// The limit counts the applications that match the filter, not all applications of the domain. A warning says if
	// the limit leaves results out.
	for limit := range int64(3) {
		results, diags := applications.List(providertest.Object{"type": "Native", "client_id_prefix": "team"}, limit+1, false)
		if limit == 0 {
			diags.MustWarn(t, "", limitWarning, "2 objects match, and the list block returns 1 of them", "set limit = 2 or more")
		} else {
			diags.MustBeQuiet(t)
		}
		if want := min(limit+1, 2); int64(len(results)) != want {
			t.Errorf("got %d results with a limit of %d, want %d", len(results), limit+1, want)
		}
	}
}

func checkListing(t *testing.T, d providertest.Domain, l providertest.Listing, include bool) {
	t.Helper()
	clientID := l.Identity["client_id"]
	var want providertest.Application
	for _, a := range listed {
		providertest.MustBeAbsent(t, "the result of "+clientID, l.Bytes, map[string]string{"a secret": a.Secret})
	}
	providertest.MustBeAbsent(t, "the result of "+clientID, l.Bytes, map[string]string{"the provider's own secret": d.Mock.Credentials().ClientSecret})
	want = d.Application(t, clientID)
	if diff := cmp.Diff(map[string]string{"id": want.ID, "client_id": clientID}, l.Identity); diff != "" {
		t.Errorf("identity (-want +got):\n%s", diff)
	}
	if l.DisplayName != want.DisplayName+" ("+clientID+")" {
		t.Errorf("the display name of %s is %q, want %q", clientID, l.DisplayName, want.DisplayName+" ("+clientID+")")
	}
	if l.Resource.Exists() != include {
		t.Fatalf("include_resource is %t, and the result has a resource: %t", include, l.Resource.Exists())
	}
	if !include {
		return
	}
	for name, want := range map[string]string{
		"id": want.ID, "client_id": clientID, "display_name": want.DisplayName, "type": want.Type, "issuer": want.Issuer,
		"token_url": want.Issuer + "/v1/token", "secret": "null", "secret_version": "null", "store_secret": "true", "refresh_secret_version": "false",
		"redirect_uris": "null", "post_logout_redirect_uris": "null", "rotation_triggers": "null", "timeouts": "null",
	} {
		if got := l.Resource.Get(name); got != want {
			t.Errorf("%s: %s is %s, want %s", clientID, name, got, want)
		}
	}
}

// TestApplicationList_secretInList has LUSID return secrets in lists, as LUSID's own examples do.
func TestApplicationList_secretInList(t *testing.T) {
	t.Parallel()
	var w providertest.Rewriter
	d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
	w.Set(func(_ *http.Request, body any) any {
		list, _ := body.([]any)
		for _, element := range list {
			if fields, ok := element.(map[string]any); ok {
				fields["secret"] = "canary-in-a-list"
			}
		}
		return body
	})
	results, diags := d.Protocol(t).Applications().List(nil, 0, true)
	diags.MustBeQuiet(t)
	if len(results) != 1 {
		t.Fatalf("got %d results, want 1", len(results))
	}
	providertest.MustBeAbsent(t, "the result", results[0].Bytes, map[string]string{"the secret": "canary-in-a-list"})
}

func TestApplicationList_errors(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	const summary = "Unable to list applications"
	_, diags := d.Protocol(t, providertest.Object{"access_token": d.Mock.Credentials().NoRightsToken}).Applications().List(nil, 0, false)
	diags.MustFail(t, "", summary, "HTTP 403", "lusid-administrator")
	p := providertest.NewProtocol(t)
	p.Configure(providertest.Object{"api_url": d.URL, "access_token": providertest.Unknown}).MustBeQuiet(t)
	_, diags = p.Applications().List(nil, 0, false)
	diags.MustFail(t, "", summary, "access_token will be known only after apply")
	_, diags = providertest.NewProtocol(t).Applications().List(providertest.Object{"type": "native"}, 0, false)
	diags.MustFail(t, "type", "Native")
}

// TestApplicationList_generatedConfiguration writes a configuration from each result, as terraform query
// -generate-config-out does: it has every attribute that can be configured. An import by identity with that
// configuration plans no replacement.
func TestApplicationList_generatedConfiguration(t *testing.T) {
	t.Parallel()
	for _, storeSecrets := range []any{nil, false} {
		d := providertest.NewMock(t, mockserver.Options{Seed: mockserver.Seed{Applications: listed}})
		applications := d.Protocol(t, providertest.Object{"store_secrets": storeSecrets}).Applications()
		results, diags := applications.List(nil, 0, true)
		diags.MustBeQuiet(t)
		for _, result := range results {
			config := providertest.Object{}
			for _, attribute := range applications.Schema.Block.Attributes {
				value := result.Resource.Attributes[attribute.Name]
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
			imported, diags := applications.ImportIdentity(providertest.ToObject(result.Identity))
			diags.MustBeQuiet(t)
			change, diags := applications.Plan(imported, config)
			diags.MustBeQuiet(t)
			if names := change.Planned.Differences(imported); names != nil || change.Replaces != nil {
				t.Errorf("the plan of %v changes %s, and replaces because of %s", config, names, change.Replaces)
			}
		}
	}
}

// limitWarning is the summary of the warning about a limit that leaves results out.
const limitWarning = "The list block does not return all objects"

// TestAccApplication_query finds applications, generates their configuration and imports them, if the CLI can.
func TestAccApplication_query(t *testing.T) {
	t.Parallel()
	providertest.CLIMust(t, providertest.Queries)
	d := providertest.NewMock(t, mockserver.Options{Seed: mockserver.Seed{Applications: listed}})
	w := providertest.NewWorkspace(t, d.Config(""))
	w.Write("all.tfquery.hcl",
		"list \"lusid_application\" \"team\" {\n  provider         = lusid\n  include_resource = true\n  config {\n    client_id_prefix = \"team-\"\n  }\n}\n")
	output := w.MustRun("query", "-json")
	output += w.MustRun("query", "-generate-config-out=generated.tf")
	if _, err := os.Stat(filepath.Join(w.Directory, "generated.tf")); err != nil {
		t.Fatal(err)
	}
	secrets := map[string]string{}
	for _, a := range listed {
		secrets[a.ClientID] = a.Secret
	}
	providertest.MustBeAbsent(t, "the output", output, secrets)
	providertest.MustBeAbsent(t, "the generated configuration", w.ReadFile("generated.tf"), secrets)
	providertest.MustHold(t, w.MustRun("plan"), "4 to import, 0 to add, 0 to change, 0 to destroy")
	w.MustRun("apply", "-auto-approve")
	w.MustPlanEmpty()

	// Terraform 1.14 shows the warning about the limit, and the results.
	w.Write("all.tfquery.hcl", "list \"lusid_application\" \"team\" {\n  provider = lusid\n  limit    = 3\n}\n")
	limited := w.MustRun("query", "-no-color")
	providertest.MustHold(t, limited, limitWarning)
	if shown := strings.Count(limited, "\nlist.lusid_application.team "); shown != 3 {
		t.Errorf("a limit of 3 shows %d results:\n%s", shown, limited)
	}
}

// TestAccApplication_importByIdentity imports with an import block, if the CLI supports identities.
func TestAccApplication_importByIdentity(t *testing.T) {
	t.Parallel()
	providertest.CLIMust(t, providertest.Identities)
	d := providertest.NewMock(t, mockserver.Options{})
	foreign := d.CreateApplication(t, "test-app", "test-app", "Native")
	for _, identity := range []providertest.Object{{"client_id": "test-app"}, {"id": foreign.ID}, {"client_id": "test-app", "id": foreign.ID}} {
		w := providertest.NewWorkspace(t,
			d.Config(providertest.ApplicationHCL("test", "test-app")+"import {\n  to = lusid_application.test\n  identity = "+providertest.HCLValue(maps.Clone(identity))+"\n}\n"))
		providertest.MustHold(t, w.MustRun("apply", "-auto-approve"), "1 imported, 0 added, 0 changed, 0 destroyed")
		if got := w.Attribute("lusid_application.test", "id"); got != foreign.ID {
			t.Errorf("imported %s, want %s", got, foreign.ID)
		}
		w.MustPlanEmpty()
	}
}

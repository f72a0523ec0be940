package provider_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// stateDirectory holds states by resource type and by the release that writes them.
const stateDirectory = "testdata/state"

const howToAddState = `%s: no state below %s has %s. To add one:
1. Make the directory %[1]s/RELEASE there, for the release to come. A state that was released never changes; one that
   was not is deleted and written again.
2. In it, main.tf is a configuration that sets every attribute, and seed.json the domain that it leaves, in the form of
   lusid-mock -seed: there, ${%[1]s.NAME.ATTRIBUTE} stands for what LUSID made up. Where LUSID makes nothing up, leave
   seed.json out.
3. TF_ACC=1 go test ./internal/provider -run TestAccUpgrade/%[1]s -update
   applies main.tf, writes state.json and plans with it. It takes a CLI that knows identities: Terraform 1.12.`

// TestUpgrade_states expects, of every resource type, a state of each version of its schema and
// of each attribute with a value.
func TestUpgrade_states(t *testing.T) {
	t.Parallel()
	resources := kindNamed(providertest.NewProtocol(t), "resource")
	for _, name := range resources.names() {
		missing := map[string]bool{}
		for version := range resources.served[name].Version + 1 {
			missing[fmt.Sprint("version ", version)] = true
		}
		for _, attribute := range resources.served[name].Block.Attributes {
			missing[attribute.Name] = !attribute.WriteOnly
		}
		for _, path := range statePaths(t, name, "*", "state.json") {
			for _, instance := range readState(t, path).instances(name) {
				missing[fmt.Sprint("version ", instance.SchemaVersion)] = false
				for attribute, value := range instance.Attributes {
					missing[attribute] = missing[attribute] && value == nil
				}
			}
		}
		maps.DeleteFunc(missing, func(_ string, is bool) bool { return !is })
		if len(missing) > 0 {
			t.Errorf(howToAddState, name, stateDirectory, strings.Join(slices.Sorted(maps.Keys(missing)), ", "))
		}
	}
	mustBeAll(t, stateDirectory, resources.names())
}

// TestAccUpgrade plans with states that releases wrote: there is nothing to do, and all that a
// state holds still holds.
func TestAccUpgrade(t *testing.T) {
	t.Parallel()
	for _, configuration := range statePaths(t, "*", "*", "main.tf") {
		directory := filepath.Dir(configuration)
		name, err := filepath.Rel(stateDirectory, directory)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(filepath.ToSlash(name), func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(directory, "state.json")
			if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) && *update {
				writeState(t, path, providertest.ReadText(t, configuration))
			}
			d, w := upgrade(t, directory)
			plan, output := w.Plan()
			for _, change := range plan.ResourceChanges {
				if !change.Change.Actions.NoOp() {
					t.Errorf("%s is to change: %s\n%s", change.Address, change.Change.Actions, output)
				}
			}
			for _, drift := range plan.ResourceDrift {
				before, _ := drift.Change.Before.(map[string]any)
				after, _ := drift.Change.After.(map[string]any)
				for attribute, value := range before {
					// What no state could hold before may come out now.
					if diff := cmp.Diff(value, after[attribute]); value != nil && diff != "" {
						t.Errorf("%s.%s changed (-want +got):\n%s", drift.Address, attribute, diff)
					}
				}
			}
			for _, r := range d.Requests() {
				if r.Method != http.MethodGet && !strings.HasPrefix(r.Operation, "token") {
					t.Errorf("the plan called %s", r.Operation)
				}
			}
		})
	}
}

// TestAccUpgrade_otherDomain plans with a state that a release wrote in a domain of another name:
// the resource's private state is understood too.
func TestAccUpgrade_otherDomain(t *testing.T) {
	t.Parallel()
	d, w := upgrade(t, filepath.Join(stateDirectory, "lusid_role", "0.1.0"))
	w.Env = append(w.Env, providertest.NewMock(t, mockserver.Options{}).Environment()...)
	w.MustFail([]string{"This object belongs to the LUSID domain " + strings.TrimPrefix(d.URL, "http://")}, "plan")
	d.MustCount(t, map[string]int{})
}

// upgrade is a domain with a workspace that holds a state of it which a release wrote.
func upgrade(t *testing.T, directory string) (providertest.Domain, *providertest.Workspace) {
	t.Helper()
	path := filepath.Join(directory, "state.json")
	configuration := providertest.ReadText(t, filepath.Join(directory, "main.tf"))
	var options mockserver.Options
	text, err := os.ReadFile(filepath.Join(directory, "seed.json"))
	isSeeded := !errors.Is(err, fs.ErrNotExist)
	if isSeeded {
		if options.Seed, err = mockserver.ParseSeed([]byte(readState(t, path).expand(t, string(text)))); err != nil {
			t.Fatalf("seed.json: %s", err)
		}
	}
	d := providertest.NewMock(t, options)
	if !isSeeded {
		providertest.NewWorkspace(t, configuration, d.Environment()...).MustRun("apply", "-auto-approve")
		d.Forget()
	}
	w := providertest.NewWorkspace(t, configuration, d.Environment()...)
	state := readState(t, w.Write("terraform.tfstate", placeholders(d, t, false).Replace(providertest.ReadText(t, path))))
	state.mapPrivate(t, sealPrivate)
	w.Write("terraform.tfstate", providertest.JSONText(t, state))
	return d, w
}

// writeState applies a configuration and keeps the state, without what differs from one domain
// and CLI to the next.
func writeState(t *testing.T, path, configuration string) {
	t.Helper()
	providertest.CLIMust(t, providertest.Identities) // Or else the state lacks them.
	d := providertest.NewMock(t, mockserver.Options{})
	w := providertest.NewWorkspace(t, configuration, d.Environment()...)
	w.MustRun("apply", "-auto-approve")
	state := readState(t, filepath.Join(w.Directory, "terraform.tfstate"))
	state.TerraformVersion = "1.0.0" // Older CLIs must not take it for one from their future.
	state.mapPrivate(t, openPrivate)
	text, err := json.MarshalIndent(state, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	providertest.WriteFile(t, path, placeholders(d, t, true).Replace(string(text))+"\n")
}

// placeholders replaces what the states below stateDirectory have in place of a domain's own
// values and of the CLI's registry, or puts them there.
func placeholders(d providertest.Domain, t *testing.T, put bool) *strings.Replacer {
	t.Helper()
	address, err := url.Parse(d.URL)
	if err != nil {
		t.Fatal(err)
	}
	registry := os.Getenv("TF_ACC_PROVIDER_HOST")
	if registry == "" {
		registry = "registry.terraform.io"
	}
	var pairs []string
	for _, pair := range [][]string{
		{strings.TrimSuffix(d.Mock.TokenURL(d.URL), "/v1/token"), "${issuer}"},
		{address.Host, "${domain}"},
		{registry, "${registry}"},
	} {
		if !put {
			slices.Reverse(pair)
		}
		pairs = append(pairs, pair...)
	}
	return strings.NewReplacer(pairs...)
}

// stateFile is what there is to a CLI's state, in its format 4. What is sensitive is left out: some
// CLIs note there what the provider says, and others take that for the configuration's word.
type stateFile struct {
	Version          int              `json:"version"`
	TerraformVersion string           `json:"terraform_version"`
	Serial           int              `json:"serial"`
	Lineage          string           `json:"lineage"`
	Outputs          json.RawMessage  `json:"outputs"`
	Resources        []*stateResource `json:"resources"`
}

type stateResource struct {
	Mode      string           `json:"mode"`
	Type      string           `json:"type"`
	Name      string           `json:"name"`
	Provider  string           `json:"provider"`
	Instances []*stateInstance `json:"instances"`
}

type stateInstance struct {
	SchemaVersion         int64           `json:"schema_version"`
	Attributes            map[string]any  `json:"attributes"`
	IdentitySchemaVersion int64           `json:"identity_schema_version"`
	Identity              json.RawMessage `json:"identity,omitempty"`
	// Private is an object below stateDirectory, for the sake of those who read it.
	Private      json.RawMessage `json:"private,omitempty"`
	Dependencies []string        `json:"dependencies,omitempty"`
}

func statePaths(t *testing.T, elements ...string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(append([]string{stateDirectory}, elements...)...))
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

func readState(t *testing.T, path string) *stateFile {
	t.Helper()
	state := new(stateFile)
	if err := json.Unmarshal([]byte(providertest.ReadText(t, path)), state); err != nil {
		t.Fatalf("%s: %s", path, err)
	}
	return state
}

// instances are the resources of a type.
func (s *stateFile) instances(typeName string) []*stateInstance {
	var instances []*stateInstance
	for _, r := range s.Resources {
		if r.Mode == "managed" && r.Type == typeName {
			instances = append(instances, r.Instances...)
		}
	}
	return instances
}

var stateReference = regexp.MustCompile(`\$\{(\w+)\.(\w+)\.(\w+)\}`)

// expand puts attributes in the place of references to them. They are texts without a character
// that JSON would escape.
func (s *stateFile) expand(t *testing.T, text string) string {
	t.Helper()
	return stateReference.ReplaceAllStringFunc(text, func(reference string) string {
		names := stateReference.FindStringSubmatch(reference)
		for _, r := range s.Resources {
			if r.Mode == "managed" && r.Type == names[1] && r.Name == names[2] && len(r.Instances) == 1 {
				if value, ok := r.Instances[0].Attributes[names[3]].(string); ok {
					return value
				}
			}
		}
		t.Fatalf("the state has no text %s", reference)
		return ""
	})
}

func (s *stateFile) mapPrivate(t *testing.T, convert func(json.RawMessage) (json.RawMessage, error)) {
	t.Helper()
	for _, r := range s.Resources {
		for _, instance := range r.Instances {
			if instance.Private == nil {
				continue
			}
			var err error
			if instance.Private, err = convert(instance.Private); err != nil {
				t.Fatalf("the private state of %s.%s: %s", r.Type, r.Name, err)
			}
		}
	}
}

// openPrivate makes an object of a resource's private state, which a CLI's state holds in
// base64, and terraform-plugin-framework each of its values once more.
func openPrivate(sealed json.RawMessage) (json.RawMessage, error) {
	var (
		content []byte
		values  map[string][]byte
	)
	if err := json.Unmarshal(sealed, &content); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(content, &values); err != nil {
		return nil, err
	}
	open := map[string]json.RawMessage{}
	for key, value := range values {
		open[key] = value
	}
	return json.Marshal(open)
}

// sealPrivate undoes openPrivate.
func sealPrivate(open json.RawMessage) (json.RawMessage, error) {
	var values map[string]json.RawMessage
	if err := json.Unmarshal(open, &values); err != nil {
		return nil, err
	}
	sealed := map[string][]byte{}
	for key, value := range values {
		sealed[key] = value
	}
	content, err := json.Marshal(sealed)
	if err != nil {
		return nil, err
	}
	return json.Marshal(content)
}

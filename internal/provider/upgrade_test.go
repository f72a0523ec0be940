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

// stateDirectory contains states by resource type, and by the release that wrote them.
const stateDirectory = "testdata/state"

const howToAddState = `%s: no state below %s has %s. To add one:
1. Create the directory %[1]s/RELEASE there, named after the next release. Never change a state of a release that was
   published. Delete a state that was not published, and write it again.
2. In that directory, write main.tf, a configuration that sets every attribute. Also write seed.json, the domain after an
   apply of main.tf, in the format of lusid-mock -seed. In seed.json, write ${%[1]s.NAME.ATTRIBUTE} for a value that LUSID
   generates. If LUSID generates no value, leave out seed.json.
3. TF_ACC=1 go test ./internal/provider -run TestAccUpgrade/%[1]s -update
   applies main.tf, writes state.json and plans with it. It needs a CLI that stores identities, such as Terraform 1.12.`

// TestUpgrade_states expects, for every resource type, a state of each version of its schema, and a
// state with a value of each attribute.
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

// TestAccUpgrade plans with states that releases wrote. It expects an empty plan, and that every value
// in the state is kept.
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
					t.Errorf("%s: the plan has the actions %s, want none:\n%s", change.Address, change.Change.Actions, output)
				}
			}
			for _, drift := range plan.ResourceDrift {
				before, _ := drift.Change.Before.(map[string]any)
				after, _ := drift.Change.After.(map[string]any)
				for attribute, value := range before {
					// An attribute that was null in the state may get a value now, for example an
					// attribute that is new in this release.
					if diff := cmp.Diff(value, after[attribute]); value != nil && diff != "" {
						t.Errorf("%s.%s changed (-want +got):\n%s", drift.Address, attribute, diff)
					}
				}
			}
			for _, r := range d.Requests() {
				if r.Method != http.MethodGet && !strings.HasPrefix(r.Operation, "token") {
					t.Errorf("the plan sent the request %s, want only reads", r.Operation)
				}
			}
		})
	}
}

// TestAccUpgrade_otherDomain plans in another domain with a state that a release wrote. The error shows
// that the provider also understands the private state.
func TestAccUpgrade_otherDomain(t *testing.T) {
	t.Parallel()
	d, w := upgrade(t, filepath.Join(stateDirectory, "lusid_role", "0.1.0"))
	w.Env = append(w.Env, providertest.NewMock(t, mockserver.Options{}).Environment()...)
	w.MustFail([]string{"This object belongs to the LUSID domain " + strings.TrimPrefix(d.URL, "http://")}, "plan")
	d.MustCount(t, map[string]int{})
}

// upgrade returns a domain and a workspace with a state of that domain, which a release wrote.
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

// writeState applies a configuration and saves the state. It replaces values that differ between
// domains and between CLIs.
func writeState(t *testing.T, path, configuration string) {
	t.Helper()
	providertest.CLIMust(t, providertest.Identities) // Older CLIs do not store identities in the state.
	d := providertest.NewMock(t, mockserver.Options{})
	w := providertest.NewWorkspace(t, configuration, d.Environment()...)
	w.MustRun("apply", "-auto-approve")
	state := readState(t, filepath.Join(w.Directory, "terraform.tfstate"))
	state.TerraformVersion = "1.0.0" // A CLI refuses a state of a newer version than its own.
	state.mapPrivate(t, openPrivate)
	text, err := json.MarshalIndent(state, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	providertest.WriteFile(t, path, placeholders(d, t, true).Replace(string(text))+"\n")
}

// placeholders replaces the domain's values and the CLI's registry by the placeholders that the states
// below stateDirectory have. Without put, it replaces the placeholders by the values.
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

// stateFile is a CLI's state in format 4. It has no sensitive_attributes: some CLIs store the
// provider's sensitive attributes there, and others read them as marks of the configuration.
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
	// Private is a JSON object below stateDirectory, so that people can read it.
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

// instances returns the resources of a type.
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

// expand replaces references by the attributes that they refer to. The attributes are strings without
// characters that JSON would escape.
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
		t.Fatalf("the state has no string attribute for the reference %s", reference)
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

// openPrivate decodes a resource's private state to a JSON object. A CLI's state has it in base64, and
// terraform-plugin-framework encodes each value in base64 again.
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

// sealPrivate encodes a private state that openPrivate decoded.
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

package provider_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/zclconf/go-cty/cty"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
	"github.com/finbourne/terraform-provider-lusid/internal/terraformcli"
)

const examplesDirectory = "../../examples"

// seeds are the domains of the examples of actions and data sources that refer to objects that exist. For the domains
// of resources, see ExampleSeeds.
var seeds = map[string]mockserver.Seed{
	"actions/lusid_reset_user_factors":            {Users: []mockserver.User{providertest.ExampleUser(mockserver.UserActive)}},
	"actions/lusid_reset_user_password":           {Users: []mockserver.User{providertest.ExampleUser(mockserver.UserActive)}},
	"actions/lusid_unlock_user":                   {Users: []mockserver.User{providertest.ExampleUser(mockserver.UserLockedOut)}},
	"actions/lusid_unsuspend_user":                {Users: []mockserver.User{providertest.ExampleUser(mockserver.UserSuspended)}},
	"data-sources/lusid_access_generated_policy":  providertest.ExampleTemplates,
	"data-sources/lusid_access_policy_collection": {PolicyCollections: []json.RawMessage{providertest.ExamplePolicyCollection}},
	"data-sources/lusid_access_policy_template":   providertest.ExampleTemplates,
	"data-sources/lusid_access_policy_templates":  providertest.ExampleTemplates,
	"data-sources/lusid_application":              {Applications: []mockserver.Application{providertest.ExampleApplication}},
	"data-sources/lusid_external_token_issuer":    providertest.ExampleGuards,
	"data-sources/lusid_external_token_issuers":   providertest.ExampleGuards,
	"data-sources/lusid_mcp_tool":                 {McpTools: []mockserver.McpTool{providertest.ExampleTool}},
	"data-sources/lusid_network_zone":             providertest.ExampleGuards,
	"data-sources/lusid_network_zones":            providertest.ExampleGuards,
	"data-sources/lusid_personal_access_token":    {PersonalAccessTokens: []mockserver.PersonalAccessToken{providertest.ExampleToken}},
	"data-sources/lusid_user":                     {Users: []mockserver.User{providertest.ExampleUser(mockserver.UserActive)}},
}

// exampleSeed returns the objects that an example refers to.
func exampleSeed(k kind, name string) mockserver.Seed {
	switch k.block {
	case "resource":
		return providertest.Fixtures[name].Examples.Resource
	case "list":
		return providertest.Fixtures[name].Examples.List
	}
	return seeds[k.directory+"/"+name]
}

// TestAccExamples applies every example, and checks that the next plan is empty.
func TestAccExamples(t *testing.T) {
	t.Parallel()
	for _, k := range kinds(providertest.NewProtocol(t)) {
		for _, name := range k.names() {
			t.Run(k.directory+"/"+name, func(t *testing.T) {
				t.Parallel()
				requireKind(t, k.schemas)
				d := providertest.NewMock(t, mockserver.Options{Seed: exampleSeed(k, name)})
				w := providertest.NewWorkspace(t, "", d.Environment()...)
				example := k.example(t, name, k.file)
				w.Write(k.file, example)
				switch k.block {
				case "list":
					w.MustRun("query", "-generate-config-out=generated.tf")
					plan, output := w.Plan()
					if len(plan.ResourceChanges) == 0 {
						t.Errorf("the query found nothing to import:\n%s", output)
					}
					for _, change := range plan.ResourceChanges {
						if change.Change.Importing == nil || !change.Change.Actions.NoOp() {
							t.Errorf("%s is not imported without a change: %s", change.Address, change.Change.Actions)
						}
					}
					w.MustRun("apply", "tfplan")
					w.MustPlanEmpty()
				case "action":
					w.MustRun("apply", "-auto-approve")
					for _, block := range blocks(t, example, "action", name) {
						w.MustRun("apply", "-auto-approve", "-invoke=action."+strings.Join(block.Labels, "."))
					}
					w.MustPlanEmpty()
				default:
					w.MustRun("apply", "-auto-approve")
					w.MustPlanEmpty()
				}
			})
		}
	}
	t.Run("quickstart", func(t *testing.T) {
		t.Parallel()
		w := providertest.NewWorkspace(t, "", providertest.NewMock(t, mockserver.Options{}).Environment()...)
		copyExample(w, filepath.Join(examplesDirectory, "quickstart"))
		w.MustRun("apply", "-auto-approve")
		w.MustPlanEmpty()
	})
	t.Run("provider", func(t *testing.T) {
		t.Parallel()
		w := providertest.NewWorkspace(t, "")
		w.Write("main.tf", "")
		copyExample(w, filepath.Join(examplesDirectory, "provider"))
		w.MustRun("validate")
	})
}

// TestExamples_config validates the examples of actions and list resources with the provider, because older CLIs know
// neither.
func TestExamples_config(t *testing.T) {
	t.Parallel()
	p := providertest.NewProtocol(t)
	server, ok := p.Server.(interface {
		ValidateActionConfig(context.Context, *tfprotov6.ValidateActionConfigRequest) (*tfprotov6.ValidateActionConfigResponse, error)
		ValidateListResourceConfig(context.Context, *tfprotov6.ValidateListResourceConfigRequest) (*tfprotov6.ValidateListResourceConfigResponse, error)
	})
	if !ok {
		t.Fatal("the server has neither actions nor list resources")
	}
	validate := map[string]func(name string, config *tfprotov6.DynamicValue) ([]*tfprotov6.Diagnostic, error){
		"action": func(name string, config *tfprotov6.DynamicValue) ([]*tfprotov6.Diagnostic, error) {
			resp, err := server.ValidateActionConfig(t.Context(), &tfprotov6.ValidateActionConfigRequest{ActionType: name, Config: config})
			return resp.Diagnostics, err
		},
		"list": func(name string, config *tfprotov6.DynamicValue) ([]*tfprotov6.Diagnostic, error) {
			resp, err := server.ValidateListResourceConfig(t.Context(), &tfprotov6.ValidateListResourceConfigRequest{TypeName: name, Config: config})
			return resp.Diagnostics, err
		},
	}
	for keyword, validate := range validate {
		k := kindNamed(p, keyword)
		for name, schema := range k.served {
			for _, block := range blocks(t, k.example(t, name, k.file), keyword, name) {
				diags, err := validate(name, p.Dynamic(schema, constants(t, block).Value(t, schema)))
				if err != nil {
					t.Fatal(err)
				}
				providertest.Diagnostics(diags).MustBeQuiet(t)
			}
		}
	}
}

// TestAccExamples_import runs every import example in a domain that has the objects to import.
func TestAccExamples_import(t *testing.T) {
	t.Parallel()
	resources := kindNamed(providertest.NewProtocol(t), "resource")
	for _, name := range resources.names() {
		if _, err := os.Stat(filepath.Join(examplesDirectory, resources.directory, name, "import.sh")); err != nil {
			continue // TestConventions_import checks which resources need this file.
		}
		prepare := func(t *testing.T) *providertest.Workspace {
			t.Helper()
			t.Parallel()
			w := providertest.NewWorkspace(t, "", providertest.NewMock(t, mockserver.Options{Seed: providertest.Fixtures[name].Examples.Import}).Environment()...)
			w.Write("example.tf", resources.example(t, name, resources.file))
			return w
		}
		mustPlanImport := func(t *testing.T, w *providertest.Workspace, file, attribute string) {
			t.Helper()
			text := resources.example(t, name, file)
			w.Write("import.tf", text)
			plan, _ := w.Plan()
			for _, change := range plan.ResourceChanges {
				if change.Address != importTarget(t, text, attribute) {
					continue
				}
				if change.Change.Importing == nil || change.Change.Actions.Replace() {
					t.Errorf("%s must be imported and not replaced: %s", change.Address, change.Change.Actions)
				}
				return
			}
			t.Errorf("the plan does not contain the target of the import")
		}
		t.Run(name+"/import.sh", func(t *testing.T) {
			w := prepare(t)
			for _, command := range importCommands(t, resources.example(t, name, "import.sh")) {
				w.MustRun(command...)
				w.MustRun("state", "rm", command[1])
			}
		})
		t.Run(name+"/import-by-string-id.tf", func(t *testing.T) {
			w := prepare(t)
			requireLanguage(t, "import blocks", "import {\n  to = terraform_data.probe\n  id = \"probe\"\n}\nresource \"terraform_data\" \"probe\" {}\n")
			mustPlanImport(t, w, "import-by-string-id.tf", "id")
		})
		t.Run(name+"/import-by-identity.tf", func(t *testing.T) {
			w := prepare(t)
			requireKind(t, "resource_identity_schemas")
			mustPlanImport(t, w, "import-by-identity.tf", "identity")
		})
	}
}

// parse parses a configuration.
func parse(t *testing.T, text string) *hclsyntax.Body {
	t.Helper()
	file, diags := hclsyntax.ParseConfig([]byte(text), "example.tf", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	body, ok := file.Body.(*hclsyntax.Body)
	if !ok {
		t.Fatalf("the body is a %T", file.Body)
	}
	return body
}

// blocks returns the blocks of a configuration that have a keyword and a first label.
func blocks(t *testing.T, text, keyword, label string) []*hclsyntax.Block {
	t.Helper()
	var found []*hclsyntax.Block
	for _, block := range parse(t, text).Blocks {
		if block.Type == keyword && len(block.Labels) == 2 && block.Labels[0] == label {
			found = append(found, block)
		}
	}
	return found
}

// constants returns the arguments in the config block of an action or a list resource. Arguments that refer to other
// values are unknown.
func constants(t *testing.T, block *hclsyntax.Block) providertest.Object {
	t.Helper()
	config := providertest.Object{}
	for _, nested := range block.Body.Blocks {
		for name, attribute := range nested.Body.Attributes {
			config[name] = providertest.Unknown
			if value, diags := attribute.Expr.Value(nil); !diags.HasErrors() {
				switch value.Type() {
				case cty.String:
					config[name] = value.AsString()
				case cty.Bool:
					config[name] = value.True()
				}
			}
		}
	}
	return config
}

// importTarget returns the target address of an import block that has an argument.
func importTarget(t *testing.T, text, argument string) string {
	t.Helper()
	for _, block := range parse(t, text).Blocks {
		to, ok := block.Body.Attributes["to"]
		if block.Type != "import" || !ok || block.Body.Attributes[argument] == nil {
			continue
		}
		bytes := to.Expr.Range()
		return text[bytes.Start.Byte:bytes.End.Byte]
	}
	t.Errorf("no import block has the arguments to and %s:\n%s", argument, text)
	return ""
}

// importCommands returns the arguments of the import commands in an import.sh.
func importCommands(t *testing.T, script string) [][]string {
	t.Helper()
	var commands [][]string
	for line := range strings.Lines(script) {
		if words := strings.Fields(line); len(words) == 4 && words[0] == "terraform" && words[1] == "import" {
			commands = append(commands, words[1:])
		}
	}
	if len(commands) == 0 {
		t.Errorf("the script has no import command:\n%s", script)
	}
	return commands
}

func directoriesIn(t *testing.T, directory string) []string {
	t.Helper()
	entries, err := os.ReadDir(directory)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		if entry.IsDir() {
			names = append(names, entry.Name())
		}
	}
	return names
}

// copyExample replaces the configuration with the files in a directory of examples.
func copyExample(w *providertest.Workspace, directory string) {
	w.T.Helper()
	for _, pattern := range []string{"*.tf", "*.json", "*.csv"} {
		paths, err := filepath.Glob(filepath.Join(directory, pattern))
		if err != nil {
			w.T.Fatal(err)
		}
		for _, path := range paths {
			w.Write(filepath.Base(path), providertest.ReadText(w.T, path))
		}
	}
}

// edit replaces a text in main.tf.
func edit(w *providertest.Workspace, from, to string) {
	w.T.Helper()
	editFile(w, "main.tf", from, to)
}

func editFile(w *providertest.Workspace, name, from, to string) {
	w.T.Helper()
	text := w.ReadFile(name)
	if strings.Count(text, from) != 1 {
		w.T.Fatalf("%s must contain %s exactly once:\n%s", name, from, text)
	}
	w.Write(name, strings.Replace(text, from, to, 1))
}

// writeHome writes a file into the home directory.
func writeHome(w *providertest.Workspace, name, content string) {
	w.T.Helper()
	for _, variable := range w.Env {
		if home, ok := strings.CutPrefix(variable, "HOME="); ok {
			path := filepath.Join(home, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				w.T.Fatal(err)
			}
			providertest.WriteFile(w.T, path, content)
			return
		}
	}
	w.T.Fatal("there is no home directory")
}

// requireLanguage skips the test if the CLI does not support a feature of the language. It validates a configuration
// without providers to find out.
func requireLanguage(t *testing.T, what, hcl string) {
	t.Helper()
	w := providertest.NewWorkspace(t, "")
	w.Write("main.tf", hcl)
	if status, output := w.Run("validate"); status != 0 {
		t.Skipf("the CLI does not know %s:\n%s", what, output)
	}
}

// requireKind skips the test if the CLI does not support a kind of schema, by its name in the output of terraform
// providers schema -json.
func requireKind(t *testing.T, kind string) {
	t.Helper()
	if known := knownKinds(t); !known[kind] {
		t.Skipf("the CLI does not support %s", kind)
	}
}

var cli struct {
	once  sync.Once
	known map[string]bool
}

// knownKinds returns the kinds of schemas that the CLI shows for this provider.
func knownKinds(t *testing.T) map[string]bool {
	t.Helper()
	w := providertest.NewWorkspace(t, "")
	cli.once.Do(func() {
		command := exec.CommandContext(t.Context(), os.Getenv(terraformcli.PathVariable), "providers", "schema", "-json")
		command.Dir, command.Env = w.Directory, w.Env
		output, err := command.Output()
		if err != nil {
			t.Errorf("providers schema: %s", err)
			return
		}
		var schemas struct {
			Providers map[string]map[string]json.RawMessage `json:"provider_schemas"`
		}
		if err := json.Unmarshal(output, &schemas); err != nil {
			t.Error(err)
			return
		}
		cli.known = map[string]bool{}
		for _, provider := range schemas.Providers {
			for kind := range provider {
				cli.known[kind] = true
			}
		}
	})
	return cli.known
}

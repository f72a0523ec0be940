package provider_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

const docsDirectory = "../../docs"

// kind is one kind of object that a provider serves, with its names in tfplugindocs and the CLI.
type kind struct {
	// directory is the name of its directory below examples and docs.
	directory string
	// file is the name of the file with the example.
	file string
	// block is the keyword of its block in a configuration. Functions have no block.
	block string
	// title is its name in the changelog.
	title string
	// schemas is its name in the output of terraform providers schema -json.
	schemas string
	// served has the schema of each one by name. Functions have no schema.
	served map[string]*tfprotov6.Schema
}

// kinds returns everything that the provider serves. The server lists it, so new types are included.
func kinds(p *providertest.Protocol) []kind {
	actions, functions := map[string]*tfprotov6.Schema{}, map[string]*tfprotov6.Schema{}
	for name, action := range p.Schema.ActionSchemas {
		actions[name] = action.Schema
	}
	for name := range p.Schema.Functions {
		functions[name] = nil
	}
	return []kind{
		{"actions", "action.tf", "action", "Action", "action_schemas", actions},
		{"data-sources", "data-source.tf", "data", "Data Source", "data_source_schemas", p.Schema.DataSourceSchemas},
		{
			"ephemeral-resources", "ephemeral-resource.tf", "ephemeral", "Ephemeral Resource",
			"ephemeral_resource_schemas", p.Schema.EphemeralResourceSchemas,
		},
		{"functions", "function.tf", "", "Function", "functions", functions},
		{"list-resources", "list-resource.tfquery.hcl", "list", "List Resource", "list_resource_schemas", p.Schema.ListResourceSchemas},
		{"resources", "resource.tf", "resource", "Resource", "resource_schemas", p.Schema.ResourceSchemas},
	}
}

// kindNamed returns the kind whose blocks have a keyword.
func kindNamed(p *providertest.Protocol, block string) kind {
	p.T.Helper()
	for _, k := range kinds(p) {
		if k.block == block {
			return k
		}
	}
	p.T.Fatalf("the provider serves no %s blocks", block)
	return kind{}
}

func (k kind) names() []string { return slices.Sorted(maps.Keys(k.served)) }

// example returns the text of an example, or of another file in the same directory.
func (k kind) example(t *testing.T, name, file string) string {
	t.Helper()
	return providertest.ReadText(t, filepath.Join(examplesDirectory, k.directory, name, file))
}

// TestConventions_pages checks that everything has an example and a page, and that there are no other ones.
func TestConventions_pages(t *testing.T) {
	t.Parallel()
	kinds := kinds(providertest.NewProtocol(t))
	others := []string{"provider", "quickstart", "scenarios"}
	for _, k := range kinds {
		t.Run(k.directory, func(t *testing.T) {
			t.Parallel()
			var pages []string
			for _, name := range k.names() {
				pages = append(pages, strings.TrimPrefix(name, "lusid_")+".md")
				example := k.example(t, name, k.file)
				page := providertest.ReadText(t, filepath.Join(docsDirectory, k.directory, pages[len(pages)-1]))
				if !strings.Contains(page, strings.TrimSpace(example)) {
					t.Errorf("%s: the page does not show the example: run make generate", name)
				}
				used := len(blocks(t, example, k.block, name)) > 0
				if k.block == "" {
					used = strings.Contains(example, "provider::lusid::"+name+"(")
				}
				if !used {
					t.Errorf("the example of %s does not use it", name)
				}
			}
			mustBeAll(t, filepath.Join(examplesDirectory, k.directory), k.names())
			mustBeAll(t, filepath.Join(docsDirectory, k.directory), pages)
		})
		others = append(others, k.directory)
	}
	mustBeAll(t, examplesDirectory, others)
}

var subcategoryLine = regexp.MustCompile("(?m)^subcategory: \"[A-Z].*\"$")

// nextLine is the end of a guide, which links the next page.
var nextLine = regexp.MustCompile(`(?m)^Next: ?`)

// TestConventions_subcategories checks that every page has a subcategory, that the first page links every guide, and
// that every other page links a guide or, if it is a guide, the next page.
func TestConventions_subcategories(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob(filepath.Join(docsDirectory, "*", "*.md"))
	if err != nil || len(pages) == 0 {
		t.Fatalf("found %d pages: %v", len(pages), err)
	}
	index := providertest.ReadText(t, filepath.Join(docsDirectory, "index.md"))
	for _, page := range pages {
		text := providertest.ReadText(t, page)
		if !subcategoryLine.MatchString(text) {
			t.Errorf("%s has no subcategory", page)
		}
		name := filepath.Base(page)
		switch isGuide := filepath.Base(filepath.Dir(page)) == "guides"; {
		case isGuide && !strings.Contains(index, "(guides/"+name+")"):
			t.Errorf("index.md does not link the guide %s", name)
		case isGuide && !nextLine.MatchString(text):
			t.Errorf("the guide %s does not link the next page", name)
		case !isGuide && !strings.Contains(text, "\nGuides: ["):
			t.Errorf("%s links no guide: add a line for its subcategory to internal/schemaexport/guides.txt", page)
		}
	}
}

// TestConventions_scenarios checks that the page of each type links the scenarios that use the type.
func TestConventions_scenarios(t *testing.T) {
	t.Parallel()
	pages := map[string]string{"resource": "resources", "data": "data-sources", "ephemeral": "ephemeral-resources"}
	for _, name := range directoriesIn(t, scenariosDirectory) {
		for _, block := range parse(t, providertest.ReadText(t, filepath.Join(scenariosDirectory, name, "main.tf"))).Blocks {
			directory, isUse := pages[block.Type]
			if !isUse || !strings.HasPrefix(block.Labels[0], "lusid_") {
				continue
			}
			page := filepath.Join(docsDirectory, directory, strings.TrimPrefix(block.Labels[0], "lusid_")+".md")
			if !strings.Contains(providertest.ReadText(t, page), "/examples/scenarios/"+name+")") {
				t.Errorf("%s does not link the scenario %s: add it to the list in templates/%s.md.tmpl", page, name, directory)
			}
		}
	}
}

// TestConventions_changelog checks that the changelog announces everything.
func TestConventions_changelog(t *testing.T) {
	t.Parallel()
	announced := providertest.ReadText(t, "../../CHANGELOG.md")
	for _, k := range kinds(providertest.NewProtocol(t)) {
		for _, name := range k.names() {
			line := fmt.Sprintf("* **New %s:** `%s`\n", k.title, name)
			if !strings.Contains(announced, line) {
				t.Errorf("CHANGELOG.md lacks %s", line)
			}
		}
	}
}

// mustBeAll checks that a directory has no other entries.
func mustBeAll(t *testing.T, directory string, want []string) {
	t.Helper()
	entries, err := os.ReadDir(directory)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if !slices.Contains(want, entry.Name()) {
			t.Errorf("%s/%s does not belong to anything that the provider serves", directory, entry.Name())
		}
	}
}

// TestConventions_descriptions checks that every schema, block and attribute has a sentence as its description.
func TestConventions_descriptions(t *testing.T) {
	t.Parallel()
	p := providertest.NewProtocol(t)
	checkBlock(t, "provider", p.Schema.Provider.Block)
	for _, k := range kinds(p) {
		for name, schema := range k.served {
			if schema != nil {
				checkBlock(t, k.directory+"/"+name, schema.Block)
			}
		}
	}
	for name, function := range p.Schema.Functions {
		if function.Summary == "" || strings.HasSuffix(function.Summary, ".") {
			t.Errorf("functions/%s: the summary must be a headline without a full stop: %q", name, function.Summary)
		}
		checkDescription(t, "functions/"+name, function.Description, function.DescriptionKind)
		parameters := function.Parameters
		if function.VariadicParameter != nil {
			parameters = append(slices.Clone(parameters), function.VariadicParameter)
		}
		for _, parameter := range parameters {
			checkDescription(t, "functions/"+name+"."+parameter.Name, parameter.Description, parameter.DescriptionKind)
		}
	}
	for name, identity := range identitiesOf(p) {
		for _, attribute := range identity.IdentityAttributes {
			// Identity attributes have no kind of description in the protocol.
			checkDescription(t, "identity of "+name+"."+attribute.Name, attribute.Description, tfprotov6.StringKindMarkdown)
		}
	}
}

func checkBlock(t *testing.T, at string, block *tfprotov6.SchemaBlock) {
	t.Helper()
	checkDescription(t, at, block.Description, block.DescriptionKind)
	checkAttributes(t, at, block.Attributes)
	for _, nested := range block.BlockTypes {
		checkBlock(t, at+"."+nested.TypeName, nested.Block)
	}
}

func checkAttributes(t *testing.T, at string, attributes []*tfprotov6.SchemaAttribute) {
	t.Helper()
	for _, attribute := range attributes {
		at := at + "." + attribute.Name
		if attribute.Name == "timeouts" {
			// terraform-plugin-framework-timeouts takes the nested descriptions as plain text.
			for _, nested := range attribute.NestedType.Attributes {
				checkDescription(t, at+"."+nested.Name, nested.Description, tfprotov6.StringKindMarkdown)
			}
			continue
		}
		if attribute.NestedType != nil {
			checkAttributes(t, at, attribute.NestedType.Attributes)
		}
		checkDescription(t, at, attribute.Description, attribute.DescriptionKind)
	}
}

var sentences = regexp.MustCompile("(?s)^[A-Z`].*\\.$")

func checkDescription(t *testing.T, at, description string, format tfprotov6.StringKind) {
	t.Helper()
	if !sentences.MatchString(description) {
		t.Errorf("%s: the description is not a sentence: %q", at, description)
	}
	if format != tfprotov6.StringKindMarkdown {
		t.Errorf("%s: the description is not in markdown", at)
	}
}

// identitiesOf returns the identity schemas by resource type.
func identitiesOf(p *providertest.Protocol) map[string]*tfprotov6.ResourceIdentitySchema {
	p.T.Helper()
	resp, err := p.Server.GetResourceIdentitySchemas(p.T.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		p.T.Fatal(err)
	}
	return resp.IdentitySchemas
}

// TestConventions_import checks that every type that can be imported has an example of every way to import it. Each
// import must refer to a resource in the main example.
func TestConventions_import(t *testing.T) {
	t.Parallel()
	p := providertest.NewMock(t, mockserver.Options{}).Protocol(t)
	identities, resources := identitiesOf(p), kindNamed(p, "resource")
	for _, name := range resources.names() {
		files := []string{resources.file}
		if isImportable(p, name) {
			files = append(files, "import.sh", "import-by-string-id.tf")
			for _, command := range importCommands(t, resources.example(t, name, "import.sh")) {
				mustDeclare(t, resources, name, command[1])
			}
			mustDeclare(t, resources, name, importTarget(t, resources.example(t, name, "import-by-string-id.tf"), "id"))
			if identities[name] != nil {
				files = append(files, "import-by-identity.tf")
				mustDeclare(t, resources, name, importTarget(t, resources.example(t, name, "import-by-identity.tf"), "identity"))
			}
		}
		mustBeAll(t, filepath.Join(examplesDirectory, resources.directory, name), files)
	}
}

// isImportable asks the provider. Its error for a type that cannot be imported differs from the error for an object
// that does not exist.
func isImportable(p *providertest.Protocol, typeName string) bool {
	p.T.Helper()
	resp, err := p.Server.ImportResourceState(p.T.Context(), &tfprotov6.ImportResourceStateRequest{TypeName: typeName, ID: "none-of-them"})
	if err != nil {
		p.T.Fatal(err)
	}
	for _, diagnostic := range resp.Diagnostics {
		if diagnostic.Summary == "Resource Import Not Implemented" {
			return false
		}
	}
	return true
}

// mustDeclare checks that the example of a resource type declares an address.
func mustDeclare(t *testing.T, resources kind, typeName, address string) {
	t.Helper()
	for _, block := range blocks(t, resources.example(t, typeName, resources.file), "resource", typeName) {
		if address == typeName+"."+block.Labels[1] {
			return
		}
	}
	t.Errorf("the import into %q: the example of %s does not declare it", address, typeName)
}

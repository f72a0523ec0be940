package provider_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/provider"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
	"github.com/finbourne/terraform-provider-lusid/internal/terraformcli"
)

const quickStartName = "README.md, quick start"

const guidesDirectory = "../../docs/guides"

// guides are the requirements of each guide on its domain. Most guides expect a reader who can already sign in. The
// other guides explain how to sign in.
var guides = map[string]struct {
	options mockserver.Options
	// startsBare is true if the reader sets the variables of the domain while following the guide.
	startsBare bool
}{
	"api-coverage.md":     {},
	"authentication.md":   {startsBare: true},
	"conformance.md":      {},
	"from-the-web-app.md": {},
	"getting-started.md":  {startsBare: true},
	"importing.md": {options: mockserver.Options{Seed: mockserver.Seed{
		Applications: []mockserver.Application{{ClientID: "acme-pricing", DisplayName: "Acme pricing"}},
		Roles:        []mockserver.Role{{Name: "traders", Description: "Books and amends trades"}},
	}}},
	"large-domains.md":        {},
	"offline-tests.md":        {startsBare: true},
	"pipelines.md":            {},
	"rotation.md":             {},
	"secrets-out-of-state.md": {},
	"several-domains.md":      {startsBare: true},
	"terraform-query.md": {options: mockserver.Options{Seed: mockserver.Seed{
		Applications: []mockserver.Application{{ClientID: "acme-pricing", DisplayName: "Acme pricing"}, {ClientID: "acme-portal", DisplayName: "Acme portal", Type: "Web"}},
		Roles:        []mockserver.Role{{Name: "acme-traders", Description: "Books and amends trades"}},
		Users:        []mockserver.User{{Username: "jane.doe@acme.com", FirstName: "Jane", LastName: "Doe", Type: "Personal", Roles: []string{"acme-traders"}}},
	}}},
	"permissions.md": {options: mockserver.Options{Seed: mockserver.Seed{
		Users: []mockserver.User{{Username: "svc-terraform@acme.com", FirstName: "Terraform", LastName: "Pipeline", Type: "Service"}},
	}}},
	"least-privilege.md":            {},
	"limits.md":                     {},
	"troubleshooting.md":            {},
	"testing-with-mock-provider.md": {},
	"team-from-csv.md":              {},
	"external-token-issuer.md":      {},
	"comparison.md":                 {},
	quickStartName:                  {startsBare: true},
}

// TestGuides_everyType checks that the guides about all types have every resource type in their tables.
func TestGuides_everyType(t *testing.T) {
	t.Parallel()
	p := providertest.NewMock(t, mockserver.Options{}).Protocol(t)
	for _, typeName := range kindNamed(p, "resource").names() {
		guides := []string{"large-domains.md"}
		if isImportable(p, typeName) {
			guides = append(guides, "importing.md")
		}
		for _, guide := range guides {
			text, err := os.ReadFile(filepath.Join(guidesDirectory, guide))
			if err != nil {
				t.Fatal(err)
			}
			row := regexp.MustCompile("(?m)^\\| [^|]*`" + typeName + "`")
			if !row.Match(text) {
				t.Errorf("no table of %s has a row of %s", guide, typeName)
			}
		}
	}
}

// TestGuides_troubleshooting checks that the provider still has each summary that the guide quotes.
func TestGuides_troubleshooting(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var code strings.Builder
	for _, file := range files {
		if !strings.HasSuffix(file, "_test.go") {
			code.WriteString(providertest.ReadText(t, file))
		}
	}
	_, table, _ := strings.Cut(providertest.ReadText(t, filepath.Join(guidesDirectory, "troubleshooting.md")), "\n## Errors of the provider\n")
	table, _, _ = strings.Cut(table, "\n## ")
	rows := regexp.MustCompile("(?m)^\\| `([^`]+)`").FindAllStringSubmatch(table, -1)
	if len(rows) == 0 {
		t.Fatal("the guide quotes no summary")
	}
	for _, row := range rows {
		if !strings.Contains(code.String(), row[1]) {
			t.Errorf("no message of the provider begins with %q", row[1])
		}
	}
}

// errorNumber is LUSID's error code after a name, or an HTTP status. No file has the two together.
var errorNumber = regexp.MustCompile(`^HTTP [0-9]+$| \([0-9]+\)$`)

// TestGuides_troubleshootingWords checks that the code, LUSID's contracts or the golden errors still have
// each text that the guide quotes from inside an error.
func TestGuides_troubleshootingWords(t *testing.T) {
	t.Parallel()
	var texts strings.Builder
	for _, pattern := range []string{
		"*.go", "config/*.go", "testdata/first_errors/*.txt", "../client/*.go", "../mockserver/*.go", "../mockserver/*-openapi.json",
	} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(files), err)
		}
		for _, file := range files {
			if !strings.HasSuffix(file, "_test.go") {
				texts.WriteString(providertest.ReadText(t, file))
			}
		}
	}
	_, table, _ := strings.Cut(providertest.ReadText(t, filepath.Join(guidesDirectory, "troubleshooting.md")), "\n## Words inside an error\n")
	table, _, _ = strings.Cut(table, "\n## ")
	rows := 0
	for line := range strings.Lines(table) {
		cells := strings.Split(line, "|")
		if len(cells) < 3 {
			continue
		}
		for _, match := range quoted.FindAllStringSubmatch(cells[1], -1) {
			rows++
			if words := errorNumber.ReplaceAllString(match[1], ""); !strings.Contains(texts.String(), words) {
				t.Errorf("no error contains %q", words)
			}
		}
	}
	if rows < 10 {
		t.Errorf("the guide quotes %d texts", rows)
	}
}

// TestGuides_permissions checks that the guide's row of each type has every operation that the type uses. Every user
// may read their own details, so these operations need no row.
func TestGuides_permissions(t *testing.T) {
	t.Parallel()
	text := providertest.ReadText(t, filepath.Join(guidesDirectory, "permissions.md"))
	for kind, fixture := range providertest.Fixtures {
		typeName := providertest.TypeNameOf(kind)
		row := regexp.MustCompile("(?m)^\\| [^|]*`" + typeName + "`.*$").FindString(text)
		if row == "" {
			t.Errorf("no table has a row of %s", typeName)
			continue
		}
		cost := fixture.Cost
		for _, calls := range []func(int) providertest.Calls{cost.Plan, cost.Create, cost.Refresh, cost.Update, cost.DestroyPlan, cost.Destroy} {
			if calls == nil {
				continue
			}
			for operation := range calls(10) {
				name := strings.TrimPrefix(operation, "identity.")
				if name != "GetUserInfo" && name != "access.GetOwnPolicies" && !strings.Contains(row, "`"+name+"`") {
					t.Errorf("the row of %s lacks %s", typeName, name)
				}
			}
		}
	}
}

// TestGuides_limits checks that the guide has the figures of the contracts.
func TestGuides_limits(t *testing.T) {
	t.Parallel()
	row := regexp.MustCompile("(?m)^\\| ([^|]+) \\| ([0-9]+) to ([0-9]+)[^|]* \\| ([a-z]+) `([A-Za-z]+)\\.([A-Za-z]+)` \\|$")
	rows := row.FindAllStringSubmatch(providertest.ReadText(t, filepath.Join(guidesDirectory, "limits.md")), -1)
	if len(rows) < 17 {
		t.Fatalf("the guide has %d rows with a field, want at least 17", len(rows))
	}
	for _, row := range rows {
		var contract struct {
			Components struct {
				Schemas map[string]struct {
					Properties map[string]struct {
						MinLength int `json:"minLength"`
						MaxLength int `json:"maxLength"`
						MinItems  int `json:"minItems"`
						MaxItems  int `json:"maxItems"`
						Minimum   int `json:"minimum"`
						Maximum   int `json:"maximum"`
					} `json:"properties"`
				} `json:"schemas"`
			} `json:"components"`
		}
		if err := json.Unmarshal([]byte(providertest.ReadText(t, "../mockserver/"+row[4]+"-openapi.json")), &contract); err != nil {
			t.Fatal(err)
		}
		field, ok := contract.Components.Schemas[row[5]].Properties[row[6]]
		if !ok {
			t.Errorf("the contract has no %s.%s", row[5], row[6])
			continue
		}
		low, high := field.MinLength+field.MinItems+field.Minimum, field.MaxLength+field.MaxItems+field.Maximum
		if row[2] != fmt.Sprint(low) || row[3] != fmt.Sprint(high) {
			t.Errorf("%s: the guide says %s to %s, and the contract says %d to %d", row[1], row[2], row[3], low, high)
		}
	}
}

// TestAccGuides follows each guide from the first block to the last, in one shell.
func TestAccGuides(t *testing.T) {
	t.Parallel()
	shell, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("the commands in the guides need bash")
	}
	texts := map[string]string{}
	for _, name := range filesIn(t, guidesDirectory) {
		texts[name] = providertest.ReadText(t, filepath.Join(guidesDirectory, name))
	}
	_, quickStart, _ := strings.Cut(providertest.ReadText(t, "../../README.md"), "\n## Quick start\n")
	texts[quickStartName], _, _ = strings.Cut(quickStart, "\n## ")
	for name, text := range texts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			guide, ok := guides[name]
			if !ok {
				t.Fatal("the guide is missing in guides, so no test follows it")
			}
			d, other := providertest.NewMock(t, guide.options), providertest.NewMock(t, mockserver.Options{})
			w := providertest.NewWorkspace(t, "")
			if err := os.Remove(filepath.Join(w.Directory, "main.tf")); err != nil {
				t.Fatal(err)
			}
			installed, err := install()
			if err != nil {
				t.Fatal(err)
			}
			w.Env = append(w.Env, "PATH="+installed+string(os.PathListSeparator)+os.Getenv("PATH"), "TF_CLI_CONFIG_FILE="+filepath.Join(installed,
				"cli.tfrc"),
				"TF_CLI_ARGS_apply=-auto-approve", "TF_CLI_ARGS_destroy=-auto-approve", "TF_INPUT=0")
			if !guide.startsBare {
				w.Env = append(w.Env, d.Environment()...)
			}
			command := exec.CommandContext(t.Context(), shell, "-euo", "pipefail", w.Write("guide.sh", script(t, text, d, other)))
			command.Dir, command.Env = w.Directory, w.Env
			output, err := command.CombinedOutput()
			if strings.Contains(string(output), "Unsupported Terraform Core version") || strings.Contains(string(output), "Unsupported OpenTofu Core version") {
				t.Skip("the guide says that this CLI is too old for it")
			}
			// Since 1.12, OpenTofu ignores required_version in files that end with .tf.
			if strings.Contains(string(output), `OpenTofu has no command named "query"`) {
				t.Skip("the guide says that OpenTofu has no such command")
			}
			if err != nil {
				t.Fatalf("%v\n%s", err, output)
			}
		})
	}
}

// install prepares, once, what the readers of the guides have installed: the CLI as terraform, lusid-mock, and a mirror
// with the provider, so that terraform init finds it.
var install = sync.OnceValues(func() (directory string, err error) {
	built, err := providertest.Build()
	if err != nil {
		return "", err
	}
	directory = filepath.Join(built, "installed")
	suffix := ""
	if runtime.GOOS == "windows" {
		suffix = ".exe"
	}
	if output, err := exec.Command("go", "build", "-o", directory+string(filepath.Separator), "../../cmd/lusid-mock").CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, output)
	}
	if err := os.Symlink(os.Getenv(terraformcli.PathVariable), filepath.Join(directory, "terraform"+suffix)); err != nil {
		return "", err
	}
	host, name, _ := strings.Cut(provider.Address, "/")
	for _, host := range []string{host, "registry.opentofu.org"} {
		platform := filepath.Join(directory, "mirror", host, filepath.FromSlash(name), "0.1.0", runtime.GOOS+"_"+runtime.GOARCH)
		if err := os.MkdirAll(platform, 0o700); err != nil {
			return "", err
		}
		if err := os.Link(filepath.Join(built, "terraform-provider-lusid"+suffix), filepath.Join(platform, "terraform-provider-lusid_v0.1.0"+suffix)); err != nil {
			return "", err
		}
	}
	return directory, os.WriteFile(filepath.Join(directory, "cli.tfrc"), fmt.Appendf(nil,
		"provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", filepath.ToSlash(filepath.Join(directory, "mirror"))), 0o600)
})

var (
	blockPattern = regexp.MustCompile("(?ms)^```([a-z]*)\n(.*?)^```$")
	// powershellPattern matches the PowerShell commands that the guides use: environment variables, and commands that
	// are the same in every shell. The tests cannot run them, because there is no pwsh.
	powershellPattern = regexp.MustCompile(`^(\$env:[A-Z_]+ = ("[^"$]*"|terraform output -raw [a-z_]+)|Remove-Item Env:[A-Z_]+\*?|` +
		`(terraform|lusid-mock) [^$` + "`" + `]+)\n$`)
	filePattern = regexp.MustCompile(`^# ([a-z-]+\.(?:tf|tftest\.hcl|tfquery\.hcl))\n`)
	// jsonNamePattern matches the name of a JSON file in the text above a block.
	jsonNamePattern = regexp.MustCompile("`([a-z-]+\\.json)`")
)

// script returns a guide as one shell script, which writes the files that the guide shows and runs its commands. Each
// Terraform block must begin with the name of its file or be equal to a file in the examples. Other tests apply the
// examples.
func script(t *testing.T, guide string, d, other providertest.Domain) string {
	t.Helper()
	examples := exampleTexts(t)
	var b strings.Builder
	for _, match := range blockPattern.FindAllStringSubmatchIndex(guide, -1) {
		language, body := guide[match[2]:match[3]], guide[match[4]:match[5]]
		write := func(file, content string) {
			fmt.Fprintf(&b, "cat > %s <<'END OF FILE'\n%sEND OF FILE\n", file, content)
		}
		switch language {
		case "terraform":
			name := filePattern.FindStringSubmatch(body)
			if strings.Contains(body, "\nterraform {") && !strings.Contains(body, "\nprovider \"lusid\"") {
				t.Errorf("this block has a terraform block and needs a provider block, because readers paste it:\n%s", body)
			}
			switch {
			case name != nil:
				write(name[1], strings.ReplaceAll(body, "https://acme.lusid.com", d.URL))
			case !slices.Contains(examples, strings.TrimSpace(body)):
				t.Errorf("this block must begin with the name of its file or be equal to a file of the examples:\n%s", body)
			}
		case "json":
			names := jsonNamePattern.FindAllStringSubmatch(guide[:match[0]], -1)
			if names == nil {
				t.Fatalf("the text does not name the file of this block:\n%s", body)
			}
			write(names[len(names)-1][1], jsonFor(t, body, d, other))
		case "shell":
			for line := range strings.Lines(shellFor(t, body, d)) {
				// With set -e, a command after ! does not end the shell, so the script checks that the command fails.
				if wrong, ok := strings.CutPrefix(line, "! "); ok {
					line = "if " + strings.TrimSpace(wrong) + "; then exit 1; fi\n"
				}
				b.WriteString(line)
			}
		case "powershell":
			for line := range strings.Lines(body) {
				if !powershellPattern.MatchString(line) {
					t.Errorf("powershellPattern does not match this line: %s", line)
				}
			}
		case "text", "yaml":
		default:
			t.Errorf("the test cannot run a block of the language %q:\n%s", language, body)
		}
	}
	return b.String()
}

// exampleTexts returns the texts of the example files.
func exampleTexts(t *testing.T) []string {
	t.Helper()
	var texts []string
	err := filepath.WalkDir(examplesDirectory, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && (strings.HasSuffix(path, ".tf") || strings.HasSuffix(path, ".hcl")) {
			texts = append(texts, strings.TrimSpace(providertest.ReadText(t, path)))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

// credentialsFor returns the values that readers fill in, by variable.
func credentialsFor(d providertest.Domain) map[string]string {
	values := map[string]string{"FBN_ACCESS_TOKEN": d.Token}
	for _, variable := range d.Environment() {
		name, value, _ := strings.Cut(variable, "=")
		values[name] = value
	}
	return values
}

var (
	exportPattern = regexp.MustCompile(`(?m)^export (FBN_[A-Z_]+)="[^"$]*"$`)
	formPattern   = regexp.MustCompile(`(username|password)="[^"$]*"`)
	jsonPattern   = regexp.MustCompile(`"([A-Za-z]+)": "[^"]*"`)
)

// shellFor replaces the placeholders in shell commands with the credentials of the domain.
func shellFor(t *testing.T, commands string, d providertest.Domain) string {
	t.Helper()
	values := credentialsFor(d)
	quote := func(value string) string { return "'" + strings.ReplaceAll(value, "'", `'\''`) + "'" }
	commands = exportPattern.ReplaceAllStringFunc(commands, func(line string) string {
		name := exportPattern.FindStringSubmatch(line)[1]
		if values[name] == "" {
			t.Errorf("no value for %s", name)
		}
		return "export " + name + "=" + quote(values[name])
	})
	return formPattern.ReplaceAllStringFunc(commands, func(field string) string {
		name := formPattern.FindStringSubmatch(field)[1]
		return name + "=" + quote(values["FBN_"+strings.ToUpper(name)])
	})
}

// jsonFor replaces the placeholders in a JSON file with the credentials of the domain. Values below the URL of a test
// domain are those of the other domain.
func jsonFor(t *testing.T, content string, d, other providertest.Domain) string {
	t.Helper()
	variables := map[string]string{
		"identityUrl": "FBN_IDENTITY_URL", "tokenUrl": "FBN_TOKEN_URL", "username": "FBN_USERNAME", "password": "FBN_PASSWORD",
		"clientId": "FBN_CLIENT_ID", "clientSecret": "FBN_CLIENT_SECRET", "accessToken": "FBN_ACCESS_TOKEN",
	}
	if !strings.Contains(content, "identityUrl") {
		return content
	}
	current := d
	return jsonPattern.ReplaceAllStringFunc(content, func(member string) string {
		key := jsonPattern.FindStringSubmatch(member)[1]
		if key == "identityUrl" {
			current = d
			if strings.Contains(member, "acme-test") {
				current = other
			}
		}
		value, err := json.Marshal(credentialsFor(current)[variables[key]])
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("%q: %s", key, value)
	})
}

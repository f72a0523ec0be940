package provider_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// securityClaims maps the claims in SECURITY.md to the tests that prove them.
var securityClaims = map[string][]string{
	"These are secret:": {"TestSecurity_state", "TestAccCanaries_everyType", "TestAccCanaries_life"},
	"After an import, also which redirect URIs LUSID didn't return. No secret.":        {"TestAccCanaries_life"},
	"The credentials that the provider signs in with, unless your configuration":       {"TestAccCanaries_life"},
	"The results of the ephemeral resources":                                           {"TestAccCanaries_life"},
	"`secret_version` is a 31-bit number, computed from the secret with HMAC-SHA-256.": {"TestSecretVersion_bits"},
	"The provider reads the files that you name":                                       {"TestAccSignIn", "TestCACertificateFile"},
	"It refuses a file that is larger than 4 MiB or isn't a regular file":              {"TestProvider_irregularFiles"},
	"It writes no files.":                                                      {"TestSecurity_writesNoFile"},
	"User name, password, client ID and client secret.":                        {"TestHeaders_only"},
	"the proxy can't read them":                                                {"TestProxy", "TestProxy_connect"},
	"Requests to the first two also carry the headers":                         {"TestHeaders", "TestHeaders_only"},
	"Nothing is sent to anyone else.":                                          {"TestAccCanaries_life"},
	"`api_url` and `token_url` must be `https`.":                               {"TestParseURL_errors"},
	"which never goes through a proxy":                                         {"TestProxy_loopback"},
	"The provider refuses a redirect to another host.":                         {"TestRedirect_refused"},
	"the provider's own password is only sent to the provider's own token URL": {"TestAccessToken_otherURL"},
	"but not its value": {
		"TestCanaries_listAndAction", "TestAccCanaries_life",
	},
	"Headers with secrets and the bodies of requests and responses aren't logged": {
		"TestLog_holdsNoSecret", "TestAccCanaries_everyType",
	},
	"Go's own log is turned off in the provider's process":                               {"TestAccCanaries_standardError"},
	"Errors quote LUSID, the token endpoint, proxies and Go's libraries.":                {"TestMask_libraries", "TestCanaries_failures"},
	"every secret that it sends or receives in the run":                                  {"TestMask_issued"},
	"It finds them raw and escaped as in JSON, URLs, forms and HTML":                     {"TestMask"},
	"It does not replace secrets shorter than four characters.":                          {"TestMask_short"},
	"in the standard error of the provider's process":                                    {"TestAccCanaries_standardError"},
	"prints credentials that it made up":                                                 {"TestServe"},
	"writes the credentials to a temporary file that only you can read, and removes the": {"TestExec_ways"},
	"GitHub Actions are pinned by commit.":                                               {"TestSecurity_actions"},
}

// TestSecurity_claims expects that SECURITY.md contains each claim, and that the tests that prove it
// exist.
func TestSecurity_claims(t *testing.T) {
	t.Parallel()
	text := providertest.Flatten(readSecurity(t))
	var tests strings.Builder
	for _, directory := range []string{".", "config", "../client", "../../cmd/lusid-mock"} {
		paths, err := filepath.Glob(filepath.Join(directory, "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			tests.WriteString(providertest.ReadText(t, path))
		}
	}
	for claim, proofs := range securityClaims {
		if !strings.Contains(text, claim) {
			t.Errorf("SECURITY.md does not say %q", claim)
		}
		for _, proof := range proofs {
			if !strings.Contains(tests.String(), "\nfunc "+proof+"(t *testing.T)") {
				t.Errorf("the test %s does not exist, but it must prove the claim %q", proof, claim)
			}
		}
	}
}

// TestSecurity_state expects that SECURITY.md lists exactly the sensitive attributes that are stored in
// a state.
func TestSecurity_state(t *testing.T) {
	t.Parallel()
	row := regexp.MustCompile(`(?m)^\| \*\*State\*\* \|.*$`).FindString(readSecurity(t))
	named := map[string]bool{}
	for part := range strings.SplitSeq(row, ";") {
		match := regexp.MustCompile("^(.*) of the (resource|data source) `(lusid_[a-z_]+)`").FindStringSubmatch(part)
		if match == nil {
			t.Fatalf("the row State of SECURITY.md contains %q, which names no resource or data source", part)
		}
		for _, attribute := range regexp.MustCompile("`([a-z_]+)`").FindAllStringSubmatch(match[1], -1) {
			named[match[2]+" "+match[3]+"."+attribute[1]] = true
		}
	}
	schema, sensitive := providertest.NewProtocol(t).Schema, map[string]bool{}
	for kind, schemas := range map[string]map[string]*tfprotov6.Schema{"resource": schema.ResourceSchemas, "data source": schema.DataSourceSchemas} {
		for name, schema := range schemas {
			for _, attribute := range schema.Block.Attributes {
				if attribute.Sensitive && !attribute.WriteOnly {
					sensitive[kind+" "+name+"."+attribute.Name] = true
				}
			}
		}
	}
	if !maps.Equal(named, sensitive) {
		t.Errorf("SECURITY.md lists\n%q\nwant the sensitive attributes\n%q", slices.Sorted(maps.Keys(named)), slices.Sorted(maps.Keys(sensitive)))
	}
}

// TestSecurity_writesNoFile expects that the provider's code uses nothing that could write a file.
func TestSecurity_writesNoFile(t *testing.T) {
	t.Parallel()
	reads := []string{
		"ReadFile", "Stat", "Getenv", "Setenv", "Getwd", "Args", "Exit", "Open", "FileInfo", "Stderr", "SameFile",
		"ErrNotExist", "Environ", "LookupEnv", "IsNotExist",
	}
	for _, pattern := range []string{"../../main.go", "../client/*.go", "config/*.go", "*.go"} {
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) == 0 {
			t.Fatal(pattern, err)
		}
		for _, path := range paths {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			for _, imported := range file.Imports {
				if slices.Contains([]string{`"os/exec"`, `"syscall"`, `"io/ioutil"`}, imported.Path.Value) {
					t.Errorf("%s imports %s, which can write files", path, imported.Path.Value)
				}
			}
			ast.Inspect(file, func(node ast.Node) bool {
				if selector, ok := node.(*ast.SelectorExpr); ok {
					if name, ok := selector.X.(*ast.Ident); ok && name.Name == "os" && !slices.Contains(reads, selector.Sel.Name) {
						t.Errorf("%s uses os.%s, which is not in this test's list of functions that write no file", path, selector.Sel.Name)
					}
				}
				return true
			})
		}
	}
}

// TestSecurity_actions expects that every action in the workflows is pinned by commit.
func TestSecurity_actions(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("../../.github/workflows/*.yml")
	if err != nil || len(paths) == 0 {
		t.Fatal(paths, err)
	}
	for _, path := range paths {
		uses := regexp.MustCompile(`(?m)^.*\buses:.*$`).FindAllString(providertest.ReadText(t, path), -1)
		if len(uses) == 0 {
			t.Errorf("%s uses no action, want at least one", path)
		}
		for _, line := range uses {
			if !regexp.MustCompile(`uses: [\w./-]+@[0-9a-f]{40}( |$)`).MatchString(line) {
				t.Errorf("%s: the action is not pinned by commit: %s", path, strings.TrimSpace(line))
			}
		}
	}
}

func readSecurity(t *testing.T) string {
	t.Helper()
	return providertest.ReadText(t, "../../SECURITY.md")
}

package provider_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
	"github.com/finbourne/terraform-provider-lusid/internal/terraformcli"
)

var linkPattern = regexp.MustCompile(`\]\(([^):#]+)\)`)

// TestReadme_links expects that the target of every relative link exists.
func TestReadme_links(t *testing.T) {
	t.Parallel()
	for _, match := range linkPattern.FindAllStringSubmatch(providertest.ReadText(t, "../../README.md"), -1) {
		if _, err := os.Stat(filepath.Join("../..", match[1])); err != nil {
			t.Error(err)
		}
	}
}

// TestReadme_length limits the length of the README, so that a new user reads all of it.
func TestReadme_length(t *testing.T) {
	t.Parallel()
	if lines := strings.Count(providertest.ReadText(t, "../../README.md"), "\n"); lines > 150 {
		t.Errorf("the README has %d lines, want at most 150", lines)
	}
}

// TestAccReadme_install follows the README's installation from a clone, in an empty home directory. Then init must find
// the provider without any configuration of the CLI, beside a backend.
func TestAccReadme_install(t *testing.T) {
	t.Parallel()
	for _, needed := range []string{"bash", "make"} {
		if _, err := exec.LookPath(needed); err != nil {
			t.Skip("the installation needs " + needed)
		}
	}
	w := providertest.NewWorkspace(t, "")
	w.Write("backend.tf", "terraform {\n  backend \"local\" {}\n}\n")
	caches, err := exec.CommandContext(t.Context(), "go", "env", "GOCACHE", "GOMODCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	directories := strings.Fields(string(caches))
	home := t.TempDir()
	_, install, _ := strings.Cut(providertest.ReadText(t, "../../README.md"), "\n## Install\n")
	_, install, _ = strings.Cut(install, "```shell\n")
	install, _, _ = strings.Cut(install, "```")
	command := exec.CommandContext(t.Context(), "bash", "-euc", install+"lusid-mock help > /dev/null\ncd \"$WORKSPACE\"\n\"$CLI\" init\n")
	command.Dir = "../.."
	command.Env = append(os.Environ(), "HOME="+home, "APPDATA=", "GOPATH="+filepath.Join(home, "go"), "GOBIN=", "GOCACHE="+directories[0],
		"GOMODCACHE="+directories[1], "TF_CLI_CONFIG_FILE=", "WORKSPACE="+w.Directory, "CLI="+os.Getenv(terraformcli.PathVariable))
	if output, err := command.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, output)
	}
}

package provider_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path"
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

var (
	fragmentPattern = regexp.MustCompile(`\]\(([^):#]*)#([^)]+)\)`)
	headingPattern  = regexp.MustCompile("(?m)^#+ (.+)$|<a id=\"([^\"]+)\">")
	// notInFragment are the characters that GitHub and the registry leave out of the fragment of a heading.
	notInFragment = regexp.MustCompile(`[^\pL\pN_ -]`)
)

// TestReadme_fragments expects that each link of the README and of docs/ to a heading has one.
func TestReadme_fragments(t *testing.T) {
	t.Parallel()
	pages, err := fs.Glob(os.DirFS("../.."), "docs/*/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatalf("%d pages in docs/, %v", len(pages), err)
	}
	pages = append(pages, "README.md", "docs/index.md")
	fragments := map[string]bool{}
	for _, page := range pages {
		text := blockPattern.ReplaceAllString(providertest.ReadText(t, filepath.Join("../..", page)), "")
		for _, heading := range headingPattern.FindAllStringSubmatch(text, -1) {
			fragment := strings.ReplaceAll(notInFragment.ReplaceAllString(strings.ToLower(heading[1]), ""), " ", "-")
			fragments[page+"#"+fragment+heading[2]] = true
		}
	}
	for _, page := range pages {
		for _, link := range fragmentPattern.FindAllStringSubmatch(providertest.ReadText(t, filepath.Join("../..", page)), -1) {
			target := page
			if link[1] != "" {
				target = path.Join(path.Dir(page), link[1])
			}
			if !fragments[target+"#"+link[2]] {
				t.Errorf("%s: no heading for the link to %s#%s", page, link[1], link[2])
			}
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

package provider_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
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

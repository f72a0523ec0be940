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

// TestReadme_links expects every relative link to lead to a file.
func TestReadme_links(t *testing.T) {
	t.Parallel()
	for _, match := range linkPattern.FindAllStringSubmatch(providertest.ReadText(t, "../../README.md"), -1) {
		if _, err := os.Stat(filepath.Join("../..", match[1])); err != nil {
			t.Error(err)
		}
	}
}

// TestReadme_length keeps the README short enough to be read.
func TestReadme_length(t *testing.T) {
	t.Parallel()
	if lines := strings.Count(providertest.ReadText(t, "../../README.md"), "\n"); lines > 150 {
		t.Errorf("the README has %d lines, and 150 are the most", lines)
	}
}

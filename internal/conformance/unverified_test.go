package conformance_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/conformance"
)

var (
	// mark is the end of a comment or a paragraph about behaviour that has not been tested on a real
	// domain.
	mark      = regexp.MustCompile(`Unverified: ((?:[a-z]+/[a-z0-9-]+, )*[a-z]+/[a-z0-9-]+)\.$`)
	markNames = regexp.MustCompile(`[a-z]+/[a-z0-9-]+`)
)

// TestUnverified checks that each such mark names existing checks, and that each check is named in such a
// mark.
func TestUnverified(t *testing.T) {
	t.Parallel()
	const root = "../.."
	var marked []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(root, path)
		// Pages in docs are generated from templates and code, and bin contains builds.
		if entry.IsDir() && (slices.Contains([]string{"docs", "bin", "dist", filepath.Join("internal", "conformance")}, name) || entry.Name() == ".git") {
			return filepath.SkipDir
		}
		if !slices.Contains([]string{".go", ".md", ".tmpl"}, filepath.Ext(path)) {
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for line := range strings.Lines(string(content)) {
			// In backticks, the word is part of the name of the mark.
			if !strings.Contains(strings.ToLower(line), "unverified") || strings.Contains(line, "`Unverified: ") {
				continue
			}
			line = strings.TrimSpace(line)
			found := mark.FindStringSubmatch(line)
			if found == nil {
				t.Errorf("%s: want the names of checks, as in `Unverified: identity/role-create.`, in the line: %s", name, line)
				continue
			}
			marked = append(marked, markNames.FindAllString(found[1], -1)...)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var checks []string
	for _, check := range conformance.Checks() {
		checks = append(checks, check.FullName())
		if !slices.Contains(marked, check.FullName()) {
			t.Errorf("want a line that ends with `Unverified: %s.`, got none", check.FullName())
		}
	}
	for _, name := range marked {
		if !slices.Contains(checks, name) {
			t.Errorf("a line is marked as unverified, but the check %s does not exist", name)
		}
	}
}

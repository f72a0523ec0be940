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
	// mark is a line of a comment or of a page which says that nobody has tested what is described there.
	mark      = regexp.MustCompile(`Unverified: ((?:[a-z]+/[a-z0-9-]+, )*[a-z]+/[a-z0-9-]+)\.$`)
	markNames = regexp.MustCompile(`[a-z]+/[a-z0-9-]+`)
)

// Whatever is marked as unverified names its checks, and every check belongs to such a mark.
func TestUnverified(t *testing.T) {
	t.Parallel()
	const root = "../.."
	var marked []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(root, path)
		// Pages in docs are made from templates and code, and bin is where builds go.
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
			// In backticks, the word is the mark's name.
			if !strings.Contains(strings.ToLower(line), "unverified") || strings.Contains(line, "`Unverified: ") {
				continue
			}
			line = strings.TrimSpace(line)
			found := mark.FindStringSubmatch(line)
			if found == nil {
				t.Errorf("%s: this line names no check as in `Unverified: identity/role-create.`: %s", name, line)
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
			t.Errorf("no line says `Unverified: %s.`", check.FullName())
		}
	}
	for _, name := range marked {
		if !slices.Contains(checks, name) {
			t.Errorf("a line is marked as unverified, but there is no check %s", name)
		}
	}
}

package terraformcli_test

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/terraformcli"
)

func TestFind(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("on Windows, a file is executable only with certain extensions")
	}
	terraform, tofu := filepath.Join(t.TempDir(), "terraform"), filepath.Join(t.TempDir(), "tofu")
	for _, path := range []string{terraform, tofu} {
		if err := os.WriteFile(path, nil, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	both := filepath.Dir(tofu) + string(os.PathListSeparator) + filepath.Dir(terraform)

	for name, test := range map[string]struct {
		named, path string
		want        string
	}{
		"named by path":       {named: tofu, path: filepath.Dir(terraform), want: tofu},
		"named by name":       {named: "tofu", path: both, want: tofu},
		"terraform from PATH": {path: both, want: terraform},
		"tofu from PATH":      {path: filepath.Dir(tofu), want: tofu},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(terraformcli.PathVariable, test.named)
			t.Setenv("PATH", test.path)
			got, cleanup, err := terraformcli.Find(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			cleanup()
			if got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
			if _, err := os.Stat(test.want); err != nil {
				t.Errorf("cleanup removed a CLI that Find did not install: %v", err)
			}
		})
	}
}

func TestFind_errors(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	t.Setenv("TMPDIR", t.TempDir())
	offline, cancel := context.WithCancel(t.Context())
	cancel()

	for name, test := range map[string]struct {
		named, want string
	}{
		"named but missing":      {named: "/nowhere/terraform", want: "TF_ACC_TERRAFORM_PATH: "},
		"no CLI and no download": {want: "put one on PATH"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(terraformcli.PathVariable, test.named)
			_, cleanup, err := terraformcli.Find(offline)
			cleanup()
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error that contains %q", err, test.want)
			}
			if left, _ := os.ReadDir(os.Getenv("TMPDIR")); len(left) > 0 {
				t.Errorf("got remaining temporary files %v, want none", left)
			}
		})
	}
}

// Package terraformcli finds the CLI for the demo and the acceptance tests: an installed Terraform or
// OpenTofu, or a Terraform that it installs temporarily.
package terraformcli

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/hashicorp/go-version"
	"github.com/hashicorp/hc-install/product"
	"github.com/hashicorp/hc-install/releases"
)

// Version is the version of Terraform that [Find] installs if there is no CLI.
const Version = "1.14.9"

// PathVariable is the environment variable with the path of the CLI. terraform-plugin-testing uses the same variable.
const PathVariable = "TF_ACC_TERRAFORM_PATH"

// Find returns the absolute path of a CLI: the CLI in [PathVariable], or terraform from PATH, or tofu from
// PATH. If there is none, Find downloads Terraform [Version], and verifies its checksum and its signature.
// After the last use of the CLI, the caller must call cleanup, which removes the download. It is never nil.
func Find(ctx context.Context) (path string, cleanup func(), err error) {
	nothing := func() {}

	if named := os.Getenv(PathVariable); named != "" {
		path, err := lookPath(named)
		if err != nil {
			return "", nothing, fmt.Errorf("%s: %w", PathVariable, err)
		}
		return path, nothing, nil
	}
	for _, name := range []string{"terraform", "tofu"} {
		if path, err := lookPath(name); err == nil {
			return path, nothing, nil
		}
	}

	source := &releases.ExactVersion{
		Product: product.Terraform,
		Version: version.Must(version.NewVersion(Version)),
		Timeout: 5 * time.Minute,
	}
	remove := func() { _ = source.Remove(context.WithoutCancel(ctx)) }
	path, err = source.Install(ctx)
	if err != nil {
		remove()
		return "", nothing, fmt.Errorf("found neither terraform nor tofu: put one on PATH, or set %s to its path "+
			"(tried to download Terraform %s: %w)", PathVariable, Version, err)
	}
	return path, remove, nil
}

// lookPath is exec.LookPath with an absolute result, so that the path is still valid after a change of
// directory.
func lookPath(name string) (string, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		return "", err
	}
	return filepath.Abs(path)
}

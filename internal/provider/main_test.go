package provider_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/finbourne/terraform-provider-lusid/internal/terraformcli"
)

var (
	update      = flag.Bool("update", false, "write testdata: messages anew, and what is missing of the states")
	wholeMatrix = flag.Bool("whole", false, "run the whole fault matrix, not a sample")
)

// isSoak has everything run that make check leaves out for want of time.
func isSoak() bool { return os.Getenv("LUSID_SOAK") != "" }

func TestMain(m *testing.M) {
	resource.AddTestSweepers("lusid_application", &resource.Sweeper{Name: "lusid_application", F: sweepApplications})
	runTests(m)
}

// runTests runs the tests of a package that uses these helpers, and exits the process.
func runTests(m *testing.M) { resource.TestMain(suite{m}) }

// suite prepares the environment that the tests share. resource.TestMain exits the process, so
// whatever has to be cleaned up is cleaned up in Run.
type suite struct{ tests *testing.M }

func (s suite) Run() int {
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		if name == "TF_CLI_CONFIG_FILE" || strings.HasPrefix(name, "FBN_") && !isLive() {
			_ = os.Unsetenv(name)
		}
	}
	if err := useMemoryNetwork(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer removeBuild()
	if os.Getenv(resource.EnvTfAcc) != "" {
		cleanup, err := useCLI()
		defer cleanup()
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	return s.tests.Run()
}

// useCLI finds the CLI, and tells terraform-plugin-testing to use it with the provider's
// address as that CLI completes it.
func useCLI() (cleanup func(), err error) {
	path, cleanup, err := terraformcli.Find(context.Background())
	if err != nil {
		return cleanup, err
	}
	version, err := exec.CommandContext(context.Background(), path, "version").Output()
	if err != nil {
		return cleanup, fmt.Errorf("%s version: %w", path, err)
	}
	environment := map[string]string{
		terraformcli.PathVariable:   path,
		"TF_ACC_PROVIDER_NAMESPACE": "finbourne",
	}
	if strings.HasPrefix(string(version), "OpenTofu") {
		environment["TF_ACC_PROVIDER_HOST"] = "registry.opentofu.org"
	}
	for name, value := range environment {
		if err := os.Setenv(name, value); err != nil {
			return cleanup, err
		}
	}
	return cleanup, nil
}

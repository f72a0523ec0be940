package providertest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/go-version"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/finbourne/terraform-provider-lusid/internal/terraformcli"
)

// cliFeature is a feature that not every CLI has.
type cliFeature string

const (
	// DestroyPlans are plans of a destroy that show the provider's warnings.
	DestroyPlans    cliFeature = "warnings of providers in the plan of a destroy"
	sensitiveValues cliFeature = "sensitivity of providers in the JSON of a state"
	// ImportBlocks came with Terraform 1.5.
	ImportBlocks cliFeature = "import blocks"
	// ProviderFunctions came with Terraform 1.8.
	ProviderFunctions cliFeature = "functions of providers"
	// EphemeralResources came with Terraform 1.10.
	EphemeralResources cliFeature = "ephemeral resources"
	// Identities came with Terraform 1.12.
	Identities cliFeature = "identities of resources"
	// Queries came with Terraform 1.14.
	Queries cliFeature = "queries"
)

// CLIMust skips a test if there is no CLI, or if the CLI does not have a feature.
func CLIMust(t *testing.T, feature cliFeature) {
	t.Helper()
	if !CLICan(t, feature) {
		t.Skipf("the CLI has no %s", feature)
	}
}

// CLICan reports whether the CLI has a feature, for a part of a test that needs it. It skips the test if there is no CLI.
func CLICan(t *testing.T, feature cliFeature) bool {
	t.Helper()
	if os.Getenv(resource.EnvTfAcc) == "" {
		t.Skip("runs the Terraform CLI: set TF_ACC")
	}
	features, err := cliFeatures()
	if err != nil {
		t.Fatal(err)
	}
	return features[feature]
}

// ExpectSensitive expects that the state marks attributes as sensitive, if the CLI shows that.
func ExpectSensitive(t *testing.T, address string, attributes ...string) []statecheck.StateCheck {
	t.Helper()
	if !CLICan(t, sensitiveValues) {
		return nil
	}
	var checks []statecheck.StateCheck
	for _, attribute := range attributes {
		checks = append(checks, statecheck.ExpectSensitiveValue(address, tfjsonpath.New(attribute)))
	}
	return checks
}

// cliFeatures detects features by the commands and flags of the CLI if possible, because the same version
// has different features in Terraform and OpenTofu.
var cliFeatures = sync.OnceValues(func() (map[cliFeature]bool, error) {
	ask := func(args ...string) string {
		output, _ := exec.Command(os.Getenv(terraformcli.PathVariable), args...).CombinedOutput()
		return string(output)
	}
	var answer struct {
		Version string `json:"terraform_version"`
	}
	output, err := exec.Command(os.Getenv(terraformcli.PathVariable), "version", "-json").Output()
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(output, &answer); err != nil {
		return nil, err
	}
	has, err := version.NewVersion(answer.Version)
	if err != nil {
		return nil, err
	}
	since := func(terraform, tofu string) bool {
		if strings.HasPrefix(ask("version"), "OpenTofu") {
			terraform = tofu
		}
		return !has.Core().LessThan(version.Must(version.NewVersion(terraform)))
	}
	return map[cliFeature]bool{
		DestroyPlans:       since("1.3.0", "1.6.0"),
		sensitiveValues:    since("1.4.6", "1.6.0"),
		ImportBlocks:       since("1.5.0", "1.6.0"),
		ProviderFunctions:  since("1.8.0", "1.7.0"),
		EphemeralResources: since("1.10.0", "1.11.0"),
		Identities:         since("1.12.0", "1.12.0"),
		Queries:            strings.Contains(ask("query", "-help"), "-generate-config-out"),
	}, nil
})

// suite prepares the environment that all tests share. resource.TestMain exits the process, so Run does all
// of the clean-up.
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

// useCLI finds the CLI, and configures terraform-plugin-testing to use it, with the full provider address of that
// CLI.
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

// RunTests runs the tests of a package that uses these helpers, and exits the process.
func RunTests(m *testing.M) { resource.TestMain(suite{m}) }

// IsSoak is true if all tests run, including those that take too long for make check.
func IsSoak() bool { return os.Getenv("LUSID_SOAK") != "" }

package provider_test

import (
	"encoding/json"
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

// cliFeature is something that not every CLI can do.
type cliFeature string

const (
	destroyPlans       cliFeature = "word of the provider in a plan to destroy"
	sensitiveValues    cliFeature = "sensitivity of providers in the JSON of a state"
	importBlocks       cliFeature = "import blocks"
	providerFunctions  cliFeature = "functions of providers"
	ephemeralResources cliFeature = "ephemeral resources"
	identities         cliFeature = "identities of resources"
	queries            cliFeature = "queries"
)

// cliMust skips a test that needs a CLI, or a feature that the CLI lacks.
func cliMust(t *testing.T, feature cliFeature) {
	t.Helper()
	if !cliCan(t, feature) {
		t.Skipf("the CLI has no %s", feature)
	}
}

// cliCan is for the part of a test that needs a feature. It skips a test that needs a CLI.
func cliCan(t *testing.T, feature cliFeature) bool {
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

// expectSensitive expects the state to mark attributes as sensitive, where the CLI tells.
func expectSensitive(t *testing.T, address string, attributes ...string) []statecheck.StateCheck {
	t.Helper()
	if !cliCan(t, sensitiveValues) {
		return nil
	}
	var checks []statecheck.StateCheck
	for _, attribute := range attributes {
		checks = append(checks, statecheck.ExpectSensitiveValue(address, tfjsonpath.New(attribute)))
	}
	return checks
}

// cliFeatures asks the CLI itself where it can tell: by the commands and flags that it has. A
// version means different things to Terraform and OpenTofu.
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
		destroyPlans:       since("1.3.0", "1.6.0"),
		sensitiveValues:    since("1.4.6", "1.6.0"),
		importBlocks:       since("1.5.0", "1.6.0"),
		providerFunctions:  since("1.8.0", "1.7.0"),
		ephemeralResources: since("1.10.0", "1.11.0"),
		identities:         since("1.12.0", "1.12.0"),
		queries:            strings.Contains(ask("query", "-help"), "-generate-config-out"),
	}, nil
})

package provider_test

import (
	"flag"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

var (
	update      = flag.Bool("update", false, "write testdata: all messages, and the states that are missing")
	wholeMatrix = flag.Bool("whole", false, "run the whole fault matrix, not a sample")
)

func TestMain(m *testing.M) {
	resource.AddTestSweepers("lusid_application", &resource.Sweeper{Name: "lusid_application", F: providertest.SweepApplications})
	providertest.RunTests(m)
}

// Command terraform-provider-lusid serves the LUSID provider to Terraform and OpenTofu.
package main

import (
	"cmp"
	"context"
	"flag"
	"log"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/finbourne/terraform-provider-lusid/internal/provider"
)

// version is set by the linker in a release.
var version = "dev"

func main() {
	debug := flag.Bool("debug", false, "serve a debugger: print TF_REATTACH_PROVIDERS and wait")
	flag.Parse()
	if !*debug {
		limitLogs()
	}

	err := providerserver.Serve(context.Background(), provider.New(version), providerserver.ServeOpts{
		Address: provider.Address,
		Debug:   *debug,
	})
	if err != nil {
		log.Fatal(err)
	}
}

// limitLogs has the framework and the provider log only what the CLI was asked to show. By default
// they write every message there is, and the CLI reads them all and throws them away: that is half
// the work of a large plan.
func limitLogs() {
	if os.Getenv("TF_TEMP_LOG_PATH") != "" { // The CLI keeps everything, whatever it shows.
		return
	}
	level := cmp.Or(os.Getenv("TF_LOG_PROVIDER"), os.Getenv("TF_LOG"), "off")
	for _, logger := range []string{"TF_LOG_SDK", "TF_LOG_SDK_PROTO", "TF_LOG_SDK_FRAMEWORK", "TF_LOG_PROVIDER_LUSID"} {
		if os.Getenv(logger) == "" {
			_ = os.Setenv(logger, level)
		}
	}
}

// Command terraform-provider-lusid serves the LUSID provider to Terraform and OpenTofu.
package main

import (
	"cmp"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"runtime/debug"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/finbourne/terraform-provider-lusid/internal/provider"
)

// version is set by the linker in a release.
var version = "dev"

func main() {
	managedDebug := flag.Bool("debug", false, "serve a debugger: print TF_REATTACH_PROVIDERS and wait")
	flag.Parse()
	// net/http writes parts of responses to the standard logger, which does not mask secrets. The provider logs through
	// tflog.
	log.SetOutput(io.Discard)
	if !*managedDebug {
		limitLogs()
	}

	// A large plan allocates much memory and keeps little of it. Less frequent garbage collection saves a tenth of the
	// time.
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
	var options []tf6server.ServeOpt
	if *managedDebug {
		options = append(options, tf6server.WithManagedDebug())
	}
	err := tf6server.Serve(provider.Address, func() tfprotov6.ProviderServer { return provider.NewServer(version) }, options...)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// limitLogs limits the logs of the framework and the provider to the level that the user requested from the CLI. By
// default they write every message, and the CLI reads and discards them all. That is half of the work of a large plan.
func limitLogs() {
	if os.Getenv("TF_TEMP_LOG_PATH") != "" { // The CLI keeps all messages.
		return
	}
	level := cmp.Or(os.Getenv("TF_LOG_PROVIDER"), os.Getenv("TF_LOG"), "off")
	for _, logger := range []string{"TF_LOG_SDK", "TF_LOG_SDK_PROTO", "TF_LOG_SDK_FRAMEWORK", "TF_LOG_PROVIDER_LUSID"} {
		if os.Getenv(logger) == "" {
			_ = os.Setenv(logger, level)
		}
	}
}

// Command schemaexport writes the provider's schema to standard output, in the form of
// "terraform providers schema -json", for tfplugindocs to render docs/ from.
//
// It gets the schema from the provider in this process. A Terraform CLI exports only the features of its
// own version, so the pages of actions, list resources and identities could be missing.
package main

import (
	"context"
	"encoding/json"
	"log"
	"os"

	"github.com/finbourne/terraform-provider-lusid/internal/provider"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("schemaexport: ")

	// tfplugindocs looks up a provider by its short name. It knows only the namespace hashicorp.
	schemas, err := export(context.Background(), "lusid", provider.NewServer("dev"))
	if err != nil {
		log.Fatal(err)
	}
	out := json.NewEncoder(os.Stdout)
	out.SetIndent("", "  ")
	if err := out.Encode(schemas); err != nil {
		log.Fatal(err)
	}
}

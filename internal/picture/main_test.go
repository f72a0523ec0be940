package main

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

const run = `
# Build the provider, and more.
$ go build

# Plan an application.
$ terraform plan
data.lusid_access_token.current: Reading...

Terraform will perform the following actions:

  + a = <b> & "c"
Plan: 1 to add, 0 to change, 0 to destroy.
Saved the plan to: tfplan

# Create it.
$ terraform apply tfplan
lusid_application.example: Creating...
Apply complete! Resources: 1 added, 0 changed, 0 destroyed.

# A second plan has no changes.
$ terraform plan -detailed-exitcode
No changes. LONG

# Destroy everything.
$ terraform destroy
`

// texts returns the lines of a picture.
func texts(t *testing.T, svg string) (texts []string) {
	t.Helper()
	decoder := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return texts
		}
		if err != nil {
			t.Fatal(err)
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == "text" {
			var text string
			if err := decoder.DecodeElement(&text, &start); err != nil {
				t.Fatal(err)
			}
			texts = append(texts, text)
		}
	}
}

func TestDraw(t *testing.T) {
	t.Parallel()
	var svg strings.Builder
	if err := draw(&svg, strings.ReplaceAll(run, "LONG", strings.Repeat("é", 200))); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"$ terraform plan", "Terraform will perform the following actions:", `  + a = <b> & "c"`, "Plan: 1 to add, 0 to change, 0 to destroy.",
		"$ terraform apply tfplan", "lusid_application.example: Creating...", "Apply complete! Resources: 1 added, 0 changed, 0 destroyed.",
		"$ terraform plan -detailed-exitcode", "No changes. " + strings.Repeat("é", columns-13) + "…",
	}
	if got := texts(t, svg.String()); !slices.Equal(got, want) {
		t.Errorf("got the lines\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if strings.Contains(svg.String(), "%!") {
		t.Errorf("got a formatting error in the picture: %s", svg.String())
	}
}

func TestDraw_otherRun(t *testing.T) {
	t.Parallel()
	for _, other := range []string{
		"make: nothing to be done\n",
		strings.Replace(run, "Plan: 1", "Error: 1", 1),
		strings.Replace(run, "# A second plan", "# Another plan", 1),
	} {
		var svg strings.Builder
		if err := draw(&svg, other); err == nil {
			t.Errorf("got a picture of the run %q, want an error", other)
		}
		if svg.Len() > 0 {
			t.Error("got a part of a picture, want none")
		}
	}
}

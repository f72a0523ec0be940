package main

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

func TestPicture(t *testing.T) {
	t.Parallel()
	run := "\n# Build the provider, and more.\n$ go build\n\n# Plan an application.\n$ terraform plan\n" +
		strings.Repeat("  + a = <b> & \"c\"\n", 40) + "Apply complete! Resources: 1 added.\n" + strings.Repeat("é", 200) + "\n"
	lines, err := read(strings.NewReader(run))
	if err != nil {
		t.Fatal(err)
	}
	var svg strings.Builder
	if err := draw(&svg, lines); err != nil {
		t.Fatal(err)
	}
	var texts []string
	decoder := xml.NewDecoder(strings.NewReader(svg.String()))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
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
	if len(texts) != 44 || texts[0] != "# Plan an application." || texts[1] != "$ terraform plan" || texts[2] != `  + a = <b> & "c"` {
		t.Errorf("%d lines: %q", len(texts), texts[:3])
	}
	if last := texts[len(texts)-1]; last != strings.Repeat("é", columns-1)+"…" {
		t.Errorf("a long line becomes %q", last)
	}
	if slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(text, "go build") }) {
		t.Error("the preparations are in the picture")
	}
	if strings.Contains(svg.String(), "%!") {
		t.Errorf("a format is wrong: %s", svg.String())
	}
	if _, err := read(strings.NewReader("make: nothing to be done\n")); err == nil {
		t.Error("a picture of nothing")
	}
}

package providertest

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Diagnostics are the diagnostics of a response of the provider.
type Diagnostics []*tfprotov6.Diagnostic

// Errors returns the texts of the errors.
func (d Diagnostics) Errors() []string { return d.texts(tfprotov6.DiagnosticSeverityError) }

// Warnings returns the texts of the warnings.
func (d Diagnostics) Warnings() []string { return d.texts(tfprotov6.DiagnosticSeverityWarning) }

// texts returns the texts of the diagnostics with a severity. Each text starts with the attribute.
func (d Diagnostics) texts(severity tfprotov6.DiagnosticSeverity) []string {
	var texts []string
	for _, diagnostic := range d {
		if diagnostic.Severity == severity {
			texts = append(texts, attributeOf(diagnostic)+": "+diagnostic.Summary+"\n"+diagnostic.Detail)
		}
	}
	return texts
}

// attributeOf returns the path of the attribute as in a configuration. It is empty if there is none.
func attributeOf(d *tfprotov6.Diagnostic) string {
	if d.Attribute == nil {
		return ""
	}
	var names []string
	for _, step := range d.Attribute.Steps() {
		if name, ok := step.(tftypes.AttributeName); ok {
			names = append(names, string(name))
		}
	}
	return strings.Join(names, ".")
}

// MustSucceed fails the test if there is an error.
func (d Diagnostics) MustSucceed(t *testing.T) {
	t.Helper()
	if errs := d.Errors(); len(errs) > 0 {
		t.Fatalf("unexpected errors:\n%s", strings.Join(errs, "\n"))
	}
}

// MustBeQuiet fails the test if there is an error or a warning.
func (d Diagnostics) MustBeQuiet(t *testing.T) {
	t.Helper()
	d.MustSucceed(t)
	if warnings := d.Warnings(); len(warnings) > 0 {
		t.Fatalf("unexpected warnings:\n%s", strings.Join(warnings, "\n"))
	}
}

// MustFail expects exactly one error, on the attribute, that contains every part.
func (d Diagnostics) MustFail(t *testing.T, attribute string, parts ...string) {
	t.Helper()
	MustBeOne(t, "error", d.Errors(), attribute, parts)
}

// MustWarn expects success with exactly one warning, on the attribute, that contains every part.
func (d Diagnostics) MustWarn(t *testing.T, attribute string, parts ...string) {
	t.Helper()
	d.MustSucceed(t)
	MustBeOne(t, "warning", d.Warnings(), attribute, parts)
}

// MustBeOne expects exactly one text, on the attribute, that contains every part.
func MustBeOne(t *testing.T, what string, texts []string, attribute string, parts []string) {
	t.Helper()
	if len(texts) != 1 {
		t.Fatalf("got %d %ss, want 1:\n%s", len(texts), what, strings.Join(texts, "\n"))
	}
	if !strings.HasPrefix(texts[0], attribute+": ") {
		t.Errorf("want the %s on the attribute %q, got:\n%s", what, attribute, texts[0])
	}
	for _, part := range parts {
		if !strings.Contains(texts[0], part) {
			t.Errorf("want %[2]q in the %[1]s, got:\n%[3]s", what, part, texts[0])
		}
	}
}

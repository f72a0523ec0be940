package conformance

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
)

// Report has the results of a run. It does not contain the name of the domain, of an existing object or of
// a person.
type Report struct {
	// Version is the version of the program that ran the checks. The caller of [Run] sets it.
	Version string
	// SignIn is the kind of credential: "a password", "a refresh token" or "an access token". Some checks need a
	// password.
	SignIn string
	Rows   []Row
	// Allowed has the permissions that the user gave.
	Allowed map[Permission]bool
	// Interrupted is true if the run was interrupted.
	Interrupted bool
	// Left has the objects that the run could not remove. Files contain only their number.
	Left []Left
	// Lost has the objects that LUSID may have created, but that the run found in no list. Files contain
	// only their number.
	Lost []Left
}

// Row is a check with its finding.
type Row struct {
	Check
	Finding
}

// Left is an object that the run created, or may have created, and did not remove.
type Left struct {
	// Kind is the kind of the object in words, and Name is the name that the run chose.
	Kind, Name string
	// Why is the response to the removal, or the reason why the run did not find the object.
	Why string
}

var results = []Result{AsAssumed, Differs, CouldNotTell, Skipped}

func (r *Report) count(result Result) int {
	n := 0
	for _, row := range r.Rows {
		if row.Result == result {
			n++
		}
	}
	return n
}

// Summary returns the number of checks with each result, on one line.
func (r *Report) Summary() string {
	var counts []string
	for _, result := range results {
		counts = append(counts, fmt.Sprintf("%d %s", r.count(result), result))
	}
	return fmt.Sprintf("%d checks: %s.", len(r.Rows), strings.Join(counts, ", "))
}

// flags returns the permissions as flags.
func (r *Report) flags() []string {
	var flags []string
	for _, permission := range slices.Sorted(maps.Keys(r.Allowed)) {
		if r.Allowed[permission] {
			flags = append(flags, "-"+string(permission))
		}
	}
	return flags
}

// WriteTable writes the table for a terminal.
func (r *Report) WriteTable(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "CHECK\tRESULT\tSEEN")
	// A terminal shows the end of a long table.
	for _, result := range []Result{Skipped, AsAssumed, CouldNotTell, Differs} {
		for _, row := range r.Rows {
			if row.Result == result {
				_, _ = fmt.Fprintf(table, "%s\t%s\t%s\n", row.FullName(), row.Result, row.Seen)
			}
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintln(w, "\n"+r.Summary())
	return err
}

// WriteMarkdown writes the report in Markdown.
func (r *Report) WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	_, _ = fmt.Fprintf(&b, "# Conformance report\n\n%s\n\nVersion: %s. Sign-in: %s.\n", r.Summary(), r.Version, r.SignIn)
	if flags := r.flags(); len(flags) > 0 {
		_, _ = fmt.Fprintf(&b, "\nFlags: `%s`.\n", strings.Join(flags, " "))
	}
	if r.Interrupted {
		b.WriteString("\nThe run was interrupted.\n")
	}
	if len(r.Left) > 0 {
		_, _ = fmt.Fprintf(&b, "\nObjects that the run created and could not remove: %d.\n", len(r.Left))
	}
	if len(r.Lost) > 0 {
		_, _ = fmt.Fprintf(&b, "\nObjects that the run may have created and could not find: %d.\n", len(r.Lost))
	}
	for _, result := range []Result{Differs, CouldNotTell, AsAssumed, Skipped} {
		if r.count(result) == 0 {
			continue
		}
		_, _ = fmt.Fprintf(&b, "\n## %s%s\n\n| Check | Statement | Seen | Assumed | Source |\n|---|---|---|---|---|\n", strings.ToUpper(string(result[:1])), result[1:])
		for _, row := range r.Rows {
			if row.Result == result {
				_, _ = fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", row.FullName(), row.Statement, row.Seen, row.Assumed, row.Source)
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteJSON writes the report in JSON.
func (r *Report) WriteJSON(w io.Writer) error {
	type row struct {
		Check     string `json:"check"`
		Statement string `json:"statement"`
		Source    string `json:"source"`
		Assumed   string `json:"assumed"`
		Result    Result `json:"result"`
		Seen      string `json:"seen"`
	}
	report := struct {
		Version     string         `json:"version"`
		SignIn      string         `json:"signIn"`
		Flags       []string       `json:"flags"`
		Interrupted bool           `json:"interrupted"`
		Left        int            `json:"left"`
		Lost        int            `json:"lost"`
		Counts      map[Result]int `json:"counts"`
		Checks      []row          `json:"checks"`
	}{
		Version: r.Version, SignIn: r.SignIn, Flags: append([]string{}, r.flags()...), Interrupted: r.Interrupted,
		Left: len(r.Left), Lost: len(r.Lost), Counts: map[Result]int{}, Checks: []row{},
	}
	for _, result := range results {
		report.Counts[result] = r.count(result)
	}
	for _, found := range r.Rows {
		report.Checks = append(report.Checks, row{found.FullName(), found.Statement, found.Source, found.Assumed, found.Result, found.Seen})
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(report)
}

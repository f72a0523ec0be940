package main

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// report has the results of a run. Its JSON is internal/bench/latest.json.
type report struct {
	Machine      machine       `json:"machine"`
	StartUp      startup       `json:"startUp"`
	Measurements []measurement `json:"measurements"`
	Conclusions  []conclusion  `json:"conclusions"`
}

// machine describes the machine and the programs that were measured.
type machine struct {
	OS           string `json:"os"`
	Architecture string `json:"architecture"`
	Cores        int    `json:"cores"`
	CLI          string `json:"cli"`
	Go           string `json:"go"`
}

// startup is the time that a command spends for each process of the provider that it starts.
type startup struct {
	// HandshakeMS is the time from the start of the process to a connection.
	HandshakeMS float64 `json:"handshakeMs"`
	// SchemaMS is the time from the connection to the provider's schema.
	SchemaMS float64 `json:"schemaMs"`
}

// measurement is one configuration in one domain.
type measurement struct {
	Workload  string `json:"workload"`
	N         int    `json:"n"`
	LatencyMS int64  `json:"latencyMs"`
	// ApplySeconds is the time of one apply that creates everything.
	ApplySeconds float64 `json:"applySeconds"`
	ApplyCalls   int     `json:"applyCalls"`
	// PlanSeconds is the median of several plans that find nothing to change.
	PlanSeconds float64 `json:"planSeconds"`
	PlanCalls   int     `json:"planCalls"`
	// BaselineRatio is PlanSeconds divided by that of the same number of terraform_data. It is zero if
	// that number was not measured.
	BaselineRatio float64 `json:"baselineRatio,omitempty"`
	// PeakMemoryMiB is the peak memory of the provider during a plan, in its largest process. It is zero
	// if the workload starts no provider, or if the operating system does not report the memory.
	PeakMemoryMiB float64 `json:"peakMemoryMiB,omitempty"`
}

// conclusion compares two plans. CONTRIBUTING.md says which ratios we aim for.
type conclusion struct {
	What    string  `json:"what"`
	Against string  `json:"against"`
	Ratio   float64 `json:"ratio"`
}

// conclude calculates the ratios. It skips a ratio if one of its plans was not measured.
func (r *report) conclude() {
	plan := func(workload string, n int, latencyMS int64) float64 {
		for _, m := range r.Measurements {
			if m.Workload == workload && m.N == n && m.LatencyMS == latencyMS {
				return m.PlanSeconds
			}
		}
		return 0
	}
	for i, m := range r.Measurements {
		if reference := plan(baseline, m.N, 0); reference > 0 {
			r.Measurements[i].BaselineRatio = rounded(m.PlanSeconds / reference)
		}
	}
	add := func(what, against string, took, reference float64) {
		if took > 0 && reference > 0 {
			r.Conclusions = append(r.Conclusions, conclusion{What: what, Against: against, Ratio: rounded(took / reference)})
		}
	}
	add("500 "+unstoredApplications+", 50 ms", "the same, 0 ms",
		plan(unstoredApplications, 500, 50), plan(unstoredApplications, 500, 0))
	if prompt := plan(storedApplications, 500, 0); prompt > 0 {
		const calls = 500 * 0.050 / 10 // Ten at a time.
		add("500 "+storedApplications+", 50 ms", "the longer of the same at 0 ms and 500 × 50 ms / 10",
			plan(storedApplications, 500, 50), max(prompt, calls))
	}
	for _, workload := range []string{unstoredApplications, storedApplications} {
		add("1,000 "+workload+", 0 ms", "1,000 "+baseline,
			plan(workload, 1000, 0), plan(baseline, 1000, 0))
	}
	for _, w := range workloads {
		small, middle, large := plan(w.name, 100, 0), plan(w.name, 500, 0), plan(w.name, 1000, 0)
		if small > 0 && middle > 0 && large > 0 {
			add(w.name+", 0 ms: each resource from 500 to 1,000", "each from 100 to 500",
				(large-middle)/500, (middle-small)/400)
		}
	}
}

// markdown returns the report as Markdown, for the terminal and for the guide on large domains.
func (r *report) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s/%s, %d cores, provider built with %s.\n\n",
		r.Machine.CLI, r.Machine.OS, r.Machine.Architecture, r.Machine.Cores, r.Machine.Go)
	writeRow(&b, "Resources", "N", "Response time", "Apply", "Calls", "Plan", "Calls", "Plan / "+baseline, "Provider's peak memory")
	b.WriteString("|---|--:|--:|--:|--:|--:|--:|--:|--:|\n")
	for _, m := range r.Measurements {
		ratio, memory := "n/a", "n/a"
		if m.BaselineRatio > 0 {
			ratio = fmt.Sprintf("%.2f", m.BaselineRatio)
		}
		if m.PeakMemoryMiB > 0 {
			memory = fmt.Sprintf("%.0f MiB", m.PeakMemoryMiB)
		}
		writeRow(&b, m.Workload, grouped(m.N), fmt.Sprintf("%d ms", m.LatencyMS),
			fmt.Sprintf("%.1f s", m.ApplySeconds), grouped(m.ApplyCalls),
			fmt.Sprintf("%.2f s", m.PlanSeconds), grouped(m.PlanCalls),
			ratio, memory)
	}
	if len(r.Conclusions) > 0 {
		b.WriteString("\n")
		writeRow(&b, "Plan of", "Compared with", "Ratio")
		b.WriteString("|---|---|--:|\n")
	}
	for _, c := range r.Conclusions {
		writeRow(&b, c.What, c.Against, fmt.Sprintf("%.2f", c.Ratio))
	}
	fmt.Fprintf(&b, "\nThe provider starts in %.0f ms. Terraform then reads its schema in %.0f ms.\n",
		r.StartUp.HandshakeMS, r.StartUp.SchemaMS)
	return b.String()
}

func writeRow(b *strings.Builder, cells ...string) {
	b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
}

// grouped writes 1000 as 1,000.
func grouped(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// rounded rounds to three digits, because the clock is not more precise.
func rounded(value float64) float64 { return math.Round(value*1000) / 1000 }

// The marks around the text that splice replaces.
const (
	beginMark = "<!-- make bench writes from here -->\n"
	endMark   = "<!-- to here -->\n"
)

// splice puts tables between the marks of a page.
func splice(page, tables string) (string, error) {
	before, rest, begins := strings.Cut(page, beginMark)
	_, after, ends := strings.Cut(rest, endMark)
	if !begins || !ends {
		return "", errors.New("the page does not have the two marks for the tables")
	}
	return before + beginMark + "\n" + tables + "\n" + endMark + after, nil
}

package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sample is a complete run, with numbers that are easy to divide.
func sample() *report {
	r := &report{
		Machine: machine{OS: "linux", Architecture: "amd64", Cores: 2, CLI: "Terraform v1.11.4", Go: "go1.26.8"},
		StartUp: startup{HandshakeMS: 30.4, SchemaMS: 4.6},
	}
	add := func(workload string, n int, latencyMS int64, plan float64) {
		r.Measurements = append(r.Measurements, measurement{
			Workload: workload, N: n, LatencyMS: latencyMS, ApplySeconds: 2 * plan, ApplyCalls: n + 1, PlanSeconds: plan, PlanCalls: 4, PeakMemoryMiB: 40,
		})
	}
	add(baseline, 100, 0, 0.1)
	add(baseline, 500, 0, 0.5)
	add(baseline, 1000, 0, 1)
	add(unstoredApplications, 100, 0, 0.5)
	add(unstoredApplications, 500, 0, 1.3)
	add(unstoredApplications, 500, 50, 1.43)
	add(unstoredApplications, 1000, 0, 2.8)
	add(storedApplications, 500, 0, 1.5)
	add(storedApplications, 500, 50, 2.75)
	add("guards of the domain", 19, 0, 0.4)
	r.Measurements[0].PeakMemoryMiB = 0
	r.conclude()
	return r
}

func TestReport_conclude(t *testing.T) {
	t.Parallel()
	got := map[string]float64{}
	for _, c := range sample().Conclusions {
		got[c.What+" / "+c.Against] = c.Ratio
	}
	want := map[string]float64{
		"500 applications, secrets not stored, 50 ms / the same, 0 ms":                                   1.1,
		"500 applications, secrets stored, 50 ms / the longer of the same at 0 ms and 500 × 50 ms / 10":  1.1,
		"1,000 applications, secrets not stored, 0 ms / 1,000 terraform_data":                            2.8,
		"terraform_data, 0 ms: each resource from 500 to 1,000 / each from 100 to 500":                   1,
		"applications, secrets not stored, 0 ms: each resource from 500 to 1,000 / each from 100 to 500": 1.5,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ratios (-want +got):\n%s", diff)
	}
}

// TestReport_conclude_floor has a plan at 0 ms that takes longer than the calls at 50 ms.
func TestReport_conclude_floor(t *testing.T) {
	t.Parallel()
	r := &report{Measurements: []measurement{
		{Workload: storedApplications, N: 500, PlanSeconds: 4},
		{Workload: storedApplications, N: 500, LatencyMS: 50, PlanSeconds: 5},
	}}
	r.conclude()
	if len(r.Conclusions) != 1 || r.Conclusions[0].Ratio != 1.25 {
		t.Errorf("got the conclusions %+v, want one with the ratio 1.25", r.Conclusions)
	}
}

func TestReport_markdown(t *testing.T) {
	t.Parallel()
	text := sample().markdown()
	for _, line := range []string{
		"Terraform v1.11.4, linux/amd64, 2 cores, provider built with go1.26.8.",
		"| terraform_data | 100 | 0 ms | 0.2 s | 101 | 0.10 s | 4 | 1.00 | n/a |",
		"| applications, secrets not stored | 1,000 | 0 ms | 5.6 s | 1,001 | 2.80 s | 4 | 2.80 | 40 MiB |",
		"| guards of the domain | 19 | 0 ms | 0.8 s | 20 | 0.40 s | 4 | n/a | 40 MiB |",
		"| 500 applications, secrets not stored, 50 ms | the same, 0 ms | 1.10 |",
		"The provider starts in 30 ms. Terraform then reads its schema in 5 ms.",
	} {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("want the line %q in the report, got:\n%s", line, text)
		}
	}
	columns := 0
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "|") {
			columns = 0
			continue
		}
		if n := strings.Count(line, "|"); columns != 0 && n != columns {
			t.Errorf("got a row with another number of columns: %s", line)
		} else {
			columns = n
		}
	}
	if strings.Contains(text, "{{") {
		t.Error("the report contains template syntax, which tfplugindocs would evaluate")
	}
}

func TestReport_json(t *testing.T) {
	t.Parallel()
	data, err := json.Marshal(sample())
	if err != nil {
		t.Fatal(err)
	}
	var read report
	if err := json.Unmarshal(data, &read); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sample(), &read); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
}

func TestSplice(t *testing.T) {
	t.Parallel()
	page := "before\n" + beginMark + "old\n" + endMark + "after\n"
	once, err := splice(page, "new\n")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("before\n"+beginMark+"\nnew\n\n"+endMark+"after\n", once); diff != "" {
		t.Errorf("page (-want +got):\n%s", diff)
	}
	if twice, err := splice(once, "new\n"); err != nil || twice != once {
		t.Errorf("got the error %v and the page\n%s\nwant an unchanged page", err, twice)
	}
	for _, wrong := range []string{"", beginMark, endMark, endMark + beginMark} {
		if _, err := splice(wrong, "new\n"); err == nil {
			t.Errorf("splice accepted the page %q", wrong)
		}
	}
}

func TestMedian(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		values []float64
		want   float64
	}{
		{[]float64{3}, 3},
		{[]float64{3, 1, 2}, 2},
		{[]float64{4, 1, 2, 3}, 2.5},
	} {
		if got := median(test.values); got != test.want {
			t.Errorf("the median of %v: got %v, want %v", test.values, got, test.want)
		}
	}
}

func TestGrouped(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := grouped(n); got != want {
			t.Errorf("%d: got %s, want %s", n, got, want)
		}
	}
}

// Command bench measures the cost of the provider at scale. It builds the provider and runs the real
// CLI, which applies and plans generated configurations in an in-memory LUSID domain, with and without
// latency. It compares the times with those of the same number of terraform_data, which is the cost of
// Terraform alone.
//
// Bench reports times and never fails because of them, because they depend on the machine as much as on
// the provider. It fails if an apply fails or a plan is not empty. Run it from the root of the repository.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/finbourne/terraform-provider-lusid/internal/terraformcli"
)

// settings are the measurements of a run and the files for its results.
type settings struct {
	sizes    []int
	only     string
	plans    int
	jsonPath string
	docsPath string
}

// sizes are the numbers of resources of a complete run.
var sizes = []int{100, 500, 1000}

// latencies are the response times of the domain.
var latencies = []time.Duration{0, 50 * time.Millisecond}

func main() {
	if measured() {
		return
	}
	s := settings{sizes: sizes}
	flag.Func("n", "`numbers` of resources, such as 100,1000 (default 100,500,1000)", func(text string) (err error) {
		s.sizes, err = parseSizes(text)
		return err
	})
	flag.StringVar(&s.only, "only", "", "measure terraform_data and only the workloads whose name starts with this `prefix`, such as applications")
	flag.IntVar(&s.plans, "plans", 3, "`number` of plans; the result is their median")
	flag.StringVar(&s.jsonPath, "json", "", "`file` to write the results to, as JSON")
	flag.StringVar(&s.docsPath, "docs", "", "`file` to write the tables into, between its marks")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := s.run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// parseSizes reads a list of positive numbers, and sorts it.
func parseSizes(text string) ([]int, error) {
	var sizes []int
	for field := range strings.SplitSeq(text, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(field))
		if err != nil || n < 1 {
			return nil, errors.New("use positive numbers, separated by commas")
		}
		sizes = append(sizes, n)
	}
	slices.Sort(sizes)
	return slices.Compact(sizes), nil
}

// check returns an error for invalid settings, before the measurements start.
func (s settings) check() error {
	switch {
	case s.plans < 1:
		return errors.New("-plans must be positive")
	case !slices.ContainsFunc(workloads, func(w workload) bool { return strings.HasPrefix(w.name, s.only) }):
		return fmt.Errorf("-only: no workload starts with %q", s.only)
	case s.docsPath == "":
		return nil
	case s.only != "" || !slices.Equal(s.sizes, sizes):
		return errors.New("-docs needs a complete run: leave out -n and -only")
	}
	page, err := os.ReadFile(s.docsPath)
	if err == nil {
		_, err = splice(string(page), "")
	}
	return err
}

// run measures, prints the results and writes the files.
func (s settings) run(ctx context.Context) error {
	if err := s.check(); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "lusid-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	path, cleanup, err := terraformcli.Find(ctx)
	if err != nil {
		return err
	}
	defer cleanup()

	b := &bench{settings: s, dir: dir, cli: path}
	if err := b.build(ctx); err != nil {
		return err
	}
	r := &report{}
	if r.Machine, err = b.machine(ctx); err != nil {
		return err
	}
	progress("start the provider, %d times", starts)
	if r.StartUp, err = startUp(ctx, b.provider); err != nil {
		return err
	}
	if r.Measurements, err = b.measure(ctx); err != nil {
		return err
	}
	r.conclude()
	tables := r.markdown()
	fmt.Print("\n" + tables)

	if s.jsonPath != "" {
		figures, err := json.MarshalIndent(r, "", "  ")
		if err != nil {
			return err
		}
		if err := os.WriteFile(s.jsonPath, append(figures, '\n'), 0o644); err != nil {
			return err
		}
	}
	if s.docsPath != "" {
		page, err := os.ReadFile(s.docsPath)
		if err != nil {
			return err
		}
		spliced, err := splice(string(page), tables)
		if err != nil {
			return err
		}
		return os.WriteFile(s.docsPath, []byte(spliced), 0o644)
	}
	return nil
}

// progress prints the current step to standard error. Standard output has only the results.
func progress(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }

// Command bench measures what the provider costs at scale: it builds the provider, has the real
// CLI apply and plan generated configurations against an in-memory LUSID domain, prompt and slow,
// and sets the times beside those of as many terraform_data, which are Terraform's own cost.
//
// Times are reported, never asserted: they are the machine's as much as the provider's. It fails
// where an apply fails or a plan is not empty. Run it from the root of the repository.
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

// settings are what a run measures, and where it goes.
type settings struct {
	sizes    []int
	only     string
	plans    int
	jsonPath string
	docsPath string
}

// sizes are the numbers of resources of a whole run.
var sizes = []int{100, 500, 1000}

// latencies are how long the domain takes to answer.
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
	flag.StringVar(&s.only, "only", "", "measure only what begins with this `name`, such as applications, beside terraform_data")
	flag.IntVar(&s.plans, "plans", 3, "`number` of plans to take the median of")
	flag.StringVar(&s.jsonPath, "json", "", "`file` to write the figures to")
	flag.StringVar(&s.docsPath, "docs", "", "`file` that has the tables between its markers")
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
			return nil, errors.New("give positive numbers, with commas between them")
		}
		sizes = append(sizes, n)
	}
	slices.Sort(sizes)
	return slices.Compact(sizes), nil
}

// check finds what would be in vain.
func (s settings) check() error {
	switch {
	case s.plans < 1:
		return errors.New("-plans must be positive")
	case !slices.ContainsFunc(workloads, func(w workload) bool { return strings.HasPrefix(w.name, s.only) }):
		return fmt.Errorf("-only: nothing begins with %q", s.only)
	case s.docsPath == "":
		return nil
	case s.only != "" || !slices.Equal(s.sizes, sizes):
		return errors.New("-docs is for a whole run, without -n and -only")
	}
	page, err := os.ReadFile(s.docsPath)
	if err == nil {
		_, err = splice(string(page), "")
	}
	return err
}

// run measures, prints and writes.
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

// progress tells what is under way, apart from what is found.
func progress(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }

package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// bench is one run, in a separate directory.
type bench struct {
	settings
	dir string
	// cli and provider are paths.
	cli, provider string
}

// build builds the provider and writes two CLI configurations. The first uses the provider directly. The
// second uses this program, which runs the provider and measures its memory.
func (b *bench) build(ctx context.Context) error {
	progress("build the provider")
	name := "terraform-provider-lusid"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	b.provider = filepath.Join(b.dir, "provider", name)
	build := exec.CommandContext(ctx, "go", "build", "-o", b.provider, ".")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("go build: %w", err)
	}
	if err := linkMeasured(filepath.Join(b.dir, "measured", name)); err != nil {
		return err
	}
	for _, directory := range []string{"provider", "measured"} {
		config := fmt.Sprintf("provider_installation {\n  dev_overrides {\n    \"finbourne/lusid\" = %q\n  }\n  direct {}\n}\n",
			filepath.ToSlash(filepath.Join(b.dir, directory)))
		if err := os.WriteFile(b.cliConfig(directory), []byte(config), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// cliConfig returns the path of the CLI configuration that uses the provider in a directory.
func (b *bench) cliConfig(directory string) string { return filepath.Join(b.dir, directory+".tfrc") }

// machine describes this machine and the CLI.
func (b *bench) machine(ctx context.Context) (machine, error) {
	var out bytes.Buffer
	version := exec.CommandContext(ctx, b.cli, "version")
	version.Env, version.Stdout, version.Stderr = environment("CHECKPOINT_DISABLE=1"), &out, os.Stderr
	if err := version.Run(); err != nil {
		return machine{}, fmt.Errorf("%s version: %w", filepath.Base(b.cli), err)
	}
	first, _, _ := strings.Cut(out.String(), "\n")
	return machine{
		OS:           runtime.GOOS,
		Architecture: runtime.GOARCH,
		Cores:        runtime.NumCPU(),
		CLI:          strings.TrimSpace(first),
		Go:           runtime.Version(),
	}, nil
}

// environment returns the environment of this process without the variables that configure the CLI or
// the provider.
func environment(more ...string) []string {
	return append(slices.DeleteFunc(os.Environ(), func(variable string) bool {
		return strings.HasPrefix(variable, "TF_") || strings.HasPrefix(variable, "FBN_")
	}), more...)
}

// subject is one configuration in one domain.
type subject struct {
	*bench
	measurement
	dir    string
	env    []string
	domain *mockserver.Server
}

// measure applies every configuration and then plans all of them in rounds. If the machine is slow for a
// while, this affects all configurations alike. The first round is not timed, because it measures the
// memory.
func (b *bench) measure(ctx context.Context) ([]measurement, error) {
	var subjects []*subject
	for _, n := range b.sizes {
		for _, w := range workloads {
			if w.name != baseline && !strings.HasPrefix(w.name, b.only) {
				continue
			}
			n := n
			if w.most > 0 {
				if n > b.sizes[0] {
					continue
				}
				n = min(n, w.most)
			}
			for _, latency := range latencies {
				if w.name == baseline && latency > 0 {
					continue
				}
				s, stop, err := b.prepare(ctx, w, n, latency)
				if err != nil {
					return nil, err
				}
				defer stop()
				if s.ApplySeconds, s.ApplyCalls, err = s.run(ctx, nil, "apply", "-auto-approve"); err != nil {
					return nil, err
				}
				progress("%s: applied in %.2f s", s, s.ApplySeconds)
				subjects = append(subjects, s)
			}
		}
	}
	times := map[*subject][]float64{}
	for round := range b.plans + 1 {
		for _, s := range subjects {
			var err error
			if round == 0 {
				s.PeakMemoryMiB, err = s.peakMemory(ctx)
			} else {
				var seconds float64
				seconds, s.PlanCalls, err = s.run(ctx, nil, "plan", "-detailed-exitcode")
				times[s] = append(times[s], seconds)
				progress("%s: plan %d in %.2f s", s, round, seconds)
			}
			if err != nil {
				return nil, err
			}
		}
	}
	var all []measurement
	for _, s := range subjects {
		s.PlanSeconds = median(times[s])
		all = append(all, s.measurement)
	}
	return all, nil
}

func (s *subject) String() string {
	return fmt.Sprintf("%d %s at %d ms", s.N, s.Workload, s.LatencyMS)
}

// prepare writes the configuration and serves a domain for it until stop is called.
func (b *bench) prepare(ctx context.Context, w workload, n int, latency time.Duration) (s *subject, stop func(), err error) {
	s = &subject{bench: b, measurement: measurement{Workload: w.name, N: n, LatencyMS: latency.Milliseconds()}}
	if s.dir, err = os.MkdirTemp(b.dir, "workspace-"); err != nil {
		return nil, nil, err
	}
	if err := os.WriteFile(filepath.Join(s.dir, "main.tf"), []byte(w.configuration(n)), 0o600); err != nil {
		return nil, nil, err
	}
	options := mockserver.Options{Latency: latency}
	if w.seed != nil {
		options.Seed = w.seed(n)
	}
	s.domain = mockserver.New(options)
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	server := &http.Server{Handler: s.domain, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }()
	s.env = environment(
		"FBN_IDENTITY_URL=http://"+listener.Addr().String()+"/identity",
		"FBN_ACCESS_TOKEN="+s.domain.Credentials().AccessToken,
		"TF_IN_AUTOMATION=1",
		"CHECKPOINT_DISABLE=1",
		"TF_CLI_CONFIG_FILE="+b.cliConfig("provider"),
	)
	return s, func() { _ = server.Close() }, nil
}

// run runs a command of the CLI. It returns how long the command took and how many calls it made. The
// CLI receives an interrupt from the terminal too, so run always waits for the command to end.
func (s *subject) run(ctx context.Context, env []string, args ...string) (seconds float64, calls int, err error) {
	if err := context.Cause(ctx); err != nil {
		return 0, 0, err
	}
	s.domain.ResetRequests()
	command := exec.CommandContext(context.WithoutCancel(ctx), s.cli, append(args, "-input=false", "-no-color")...)
	command.Dir, command.Env = s.dir, slices.Concat(s.env, env)
	var out bytes.Buffer
	command.Stdout, command.Stderr = &out, &out
	started := time.Now()
	err = command.Run()
	seconds = rounded(time.Since(started).Seconds())
	if err == nil && len(s.domain.ContractViolations()) > 0 {
		err = errors.New(s.domain.ContractViolations()[0])
	}
	if err != nil {
		return 0, 0, fmt.Errorf("%s: %s: %w\n%s", s, args[0], err, out.Bytes())
	}
	for _, count := range s.domain.Counts() { // The list of requests is limited to the latest ones, the counts are not.
		calls += count
	}
	return seconds, calls, nil
}

func median(values []float64) float64 {
	sorted := slices.SortedFunc(slices.Values(values), cmp.Compare)
	middle := len(sorted) / 2
	if len(sorted)%2 == 0 {
		return (sorted[middle-1] + sorted[middle]) / 2
	}
	return sorted[middle]
}

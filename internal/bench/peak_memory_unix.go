//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
)

// The environment of this program in the provider's place: the provider, and the file that takes
// a line for each of its processes.
const (
	measuredProvider = "LUSID_BENCH_PROVIDER"
	measuredFile     = "LUSID_BENCH_PEAK_MEMORY"
)

// linkMeasured puts this program in the provider's place: the CLI starts its provider itself, and
// only a process's parent learns how much memory it took.
func linkMeasured(path string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.Symlink(self, path)
}

// measured is the whole program in the provider's place: it runs the provider and writes down how
// much memory it took. In any other place it reports false.
func measured() bool {
	path := os.Getenv(measuredProvider)
	if path == "" {
		return false
	}
	// An interrupt is for the CLI to act on. It must not be ignored, which a child would inherit.
	signal.Notify(make(chan os.Signal, 1), os.Interrupt)
	provider := exec.CommandContext(context.Background(), path, os.Args[1:]...)
	provider.Stdin, provider.Stdout, provider.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := provider.Run()
	if state := provider.ProcessState; state != nil {
		if usage, ok := state.SysUsage().(*syscall.Rusage); ok {
			err = errors.Join(err, appendLine(os.Getenv(measuredFile), strconv.FormatInt(usage.Maxrss, 10)))
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	return true
}

func appendLine(path, line string) error {
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.WriteString(line + "\n")
	return errors.Join(err, file.Close())
}

// peakMemory plans, and returns the most memory that a process of the provider took, in MiB. On
// Linux that is at least what this program takes in the provider's place, which is less.
func (s *subject) peakMemory(ctx context.Context) (float64, error) {
	file := filepath.Join(s.dir, "peak-memory")
	env := []string{"TF_CLI_CONFIG_FILE=" + s.cliConfig("measured"), measuredProvider + "=" + s.provider, measuredFile + "=" + file}
	_, _, err := s.run(ctx, env, "plan", "-detailed-exitcode")
	if err != nil || s.Workload == baseline {
		return 0, err
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	return largest(string(content))
}

// largest takes a line for each process, as the system counts its memory.
func largest(lines string) (mebibytes float64, err error) {
	unit := 1024.0
	if runtime.GOOS == "darwin" {
		unit = 1
	}
	for line := range strings.Lines(lines) {
		size, err := strconv.ParseFloat(strings.TrimSpace(line), 64)
		if err != nil {
			return 0, err
		}
		mebibytes = max(mebibytes, size*unit/(1<<20))
	}
	return rounded(mebibytes), nil
}

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

// Environment variables of this program when the CLI starts it in place of the provider: the path of
// the provider, and the file that gets a line for each process of the provider.
const (
	measuredProvider = "LUSID_BENCH_PROVIDER"
	measuredFile     = "LUSID_BENCH_PEAK_MEMORY"
)

// linkMeasured puts this program in the place of the provider. The CLI starts the provider itself, and
// the operating system reports the memory of a process only to its parent.
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

// measured is the program when the CLI starts it in place of the provider. It runs the provider and
// records how much memory it used. If the CLI did not start the program, measured returns false.
func measured() bool {
	path := os.Getenv(measuredProvider)
	if path == "" {
		return false
	}
	// Only the CLI handles an interrupt. This program must not ignore the signal, because the provider
	// would inherit that.
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

// peakMemory runs a plan and returns the memory of the largest process of the provider, in MiB. On
// Linux the value is never below the memory of this program, which is smaller than the provider.
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

// largest returns the largest of the lines, which have the memory of one process each, in the unit of
// the operating system.
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

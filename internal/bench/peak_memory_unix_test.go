//go:build unix

package main

import (
	"runtime"
	"testing"
)

func TestLargest(t *testing.T) {
	t.Parallel()
	lines := "2048\n3072\n1024\n"
	if runtime.GOOS == "darwin" {
		lines = "2097152\n3145728\n1048576\n"
	}
	if got, err := largest(lines); err != nil || got != 3 {
		t.Errorf("got %v MiB and the error %v, want 3 MiB", got, err)
	}
	if _, err := largest("much\n"); err == nil {
		t.Error("largest accepted a line that is not a number")
	}
}

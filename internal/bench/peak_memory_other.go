//go:build !unix

package main

import "context"

// linkMeasured does nothing, because only Unix reports the memory of a child process to its parent.
func linkMeasured(string) error { return nil }

func measured() bool { return false }

// peakMemory runs a plan like on Unix, and returns zero.
func (s *subject) peakMemory(ctx context.Context) (float64, error) {
	_, _, err := s.run(ctx, nil, "plan", "-detailed-exitcode")
	return 0, err
}

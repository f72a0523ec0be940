//go:build !unix

package main

import "context"

// linkMeasured does nothing: only Unix tells a parent how much memory its child took.
func linkMeasured(string) error { return nil }

func measured() bool { return false }

// peakMemory plans like the others, and knows nothing.
func (s *subject) peakMemory(ctx context.Context) (float64, error) {
	_, _, err := s.run(ctx, nil, "plan", "-detailed-exitcode")
	return 0, err
}

package provider

import (
	"context"
	"fmt"
	"sync"
)

// lock is a mutex that may stay locked during a request: acquire stops waiting when its context ends.
// The zero value is unlocked.
type lock struct {
	made sync.Once
	// held has one element while the lock is locked.
	held chan struct{}
}

// acquire waits for the lock and returns the function that releases it. The error names what it waited
// for.
func (l *lock) acquire(ctx context.Context, waitingFor string) (release func(), err error) {
	l.made.Do(func() { l.held = make(chan struct{}, 1) })
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case l.held <- struct{}{}:
		return func() { <-l.held }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("waiting for %s: %w", waitingFor, ctx.Err())
	}
}

package provider

import (
	"context"
	"fmt"
	"sync"
)

// lock is a mutex that may be held over a request: whoever waits for it stops waiting when its
// context ends. The zero lock is free.
type lock struct {
	made sync.Once
	// held holds one element while the lock is held.
	held chan struct{}
}

// acquire waits for the lock and returns what releases it. The error says what was waited for.
func (l *lock) acquire(ctx context.Context, waitingFor string) (release func(), err error) {
	l.made.Do(func() { l.held = make(chan struct{}, 1) })
	select {
	case l.held <- struct{}{}:
		return func() { <-l.held }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("waiting for %s: %w", waitingFor, ctx.Err())
	}
}

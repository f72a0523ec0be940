package client

import (
	"context"
	"sync"
	"time"
)

// pause delays every request of a client after a 429 until the time in Retry-After, because the limit
// applies to all requests of the caller.
type pause struct {
	mu    sync.Mutex
	until time.Time
}

func (p *pause) extend(wait time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until := time.Now().Add(wait); until.After(p.until) {
		p.until = until
	}
}

func (p *pause) remaining() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Until(p.until)
}

// wait returns when the pause is over or the context is done. If another 429 extends the pause, wait waits
// for the extended pause.
func (p *pause) wait(ctx context.Context) {
	for remaining := p.remaining(); remaining > 0 && ctx.Err() == nil; remaining = p.remaining() {
		timer := time.NewTimer(remaining)
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		timer.Stop()
	}
}

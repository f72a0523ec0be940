package client

import (
	"context"
	"sync"
	"time"
)

// pause holds back every request of a client after a 429 until its Retry-After is over: the limit
// is on the domain's caller, not on one request.
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

// wait returns when the pause is over, also one that was extended meanwhile, or the context is.
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

package client

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"golang.org/x/oauth2"
)

// passwords prevents a password from being sent again after a token endpoint refused it. Ten data sources
// that each try a wrong password would lock the user, even through different applications.
type passwords struct {
	mu     sync.Mutex
	trials map[password]*trial
}

type password struct {
	host, username string
	text           Secret
}

// Format prints the password without its text.
func (password) Format(f fmt.State, _ rune) { conceal(f, "password") }

// trial is the outcome of the first request with a password.
type trial struct {
	// ended is closed when the first request has ended. The others wait for it.
	ended   chan struct{}
	refused atomic.Pointer[Error]
}

// try sends a token request with a password, unless the password was refused before.
func (p *passwords) try(ctx context.Context, tried password, request func() (*oauth2.Token, error)) (*oauth2.Token, error) {
	trial, isFirst := p.trial(tried)
	if isFirst {
		defer close(trial.ended)
	} else {
		select {
		case <-trial.ended:
		case <-ctx.Done():
			return nil, fmt.Errorf("%s: %w", OperationToken, ctx.Err())
		}
		if refused := trial.refused.Load(); refused != nil {
			return nil, refused
		}
	}
	token, err := request()
	// Any other error may be about the application: RFC 6749 section 5.2.
	if e, ok := errors.AsType[*Error](err); ok && isRefused(err) && e.Name == "invalid_grant" {
		trial.refused.Store(e)
	}
	return token, err
}

func (p *passwords) trial(tried password) (known *trial, isFirst bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if known, ok := p.trials[tried]; ok {
		return known, false
	}
	if p.trials == nil {
		p.trials = map[password]*trial{}
	}
	p.trials[tried] = &trial{ended: make(chan struct{})}
	return p.trials[tried], true
}

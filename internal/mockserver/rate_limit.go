package mockserver

import (
	"net/http"
	"sync"
	"time"
)

// rateLimit lets so many requests through in each second of the clock, and all where it is zero.
type rateLimit struct {
	perSecond int

	mu     sync.Mutex
	second int64
	taken  int
}

// rateLimited answers what came too fast.
//
// Unverified: identity/rate-limit-retry-after.
var rateLimited = Fault{Status: http.StatusTooManyRequests, RetryAfter: "1"}

// exceeded counts a request, and reports whether it is one too many.
func (l *rateLimit) exceeded(now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if second := now.Unix(); second != l.second {
		l.second, l.taken = second, 0
	}
	l.taken++
	return l.perSecond > 0 && l.taken > l.perSecond
}

package mockserver

import (
	"net/http"
	"sync"
	"time"
)

// rateLimit limits the number of requests in each second of the clock. Zero means no limit.
type rateLimit struct {
	perSecond int

	mu     sync.Mutex
	second int64
	taken  int
}

// rateLimited returns the response to a request beyond the limit.
//
// Unverified: identity/rate-limit-retry-after.
var rateLimited = Fault{Status: http.StatusTooManyRequests, RetryAfter: "1", detail: "This second already had as many requests as -requests-per-second allows."}

// exceeded counts a request and reports whether it exceeds the limit.
func (l *rateLimit) exceeded(now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if second := now.Unix(); second != l.second {
		l.second, l.taken = second, 0
	}
	l.taken++
	return l.perSecond > 0 && l.taken > l.perSecond
}

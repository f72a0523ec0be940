package mockserver

import (
	"net/http"
	"time"
)

// instant is a point in time in LUSID's format: in UTC, with seven fraction digits and an offset. Any offset is accepted
// in a request.
//
// Unverified: identity/instant-fraction.
type instant time.Time

const instantLayout = "2006-01-02T15:04:05.0000000-07:00"

// newInstant returns nil for the zero time.
func newInstant(t time.Time) *instant {
	if t.IsZero() {
		return nil
	}
	i := instant(t)
	return &i
}

func (i instant) after(t time.Time) bool { return time.Time(i).After(t) }

// MarshalText returns the instant in LUSID's format.
func (i instant) MarshalText() ([]byte, error) {
	return time.Time(i).UTC().AppendFormat(nil, instantLayout), nil
}

// UnmarshalText parses an RFC 3339 time of the years 1 to 9999 in UTC. For any other value it returns a *problem, because
// the pattern in the contract does not check the calendar and a response could not represent the value.
func (i *instant) UnmarshalText(text []byte) error {
	t, err := time.Parse(time.RFC3339, string(text))
	if year := t.UTC().Year(); err != nil || year < 1 || year > 9999 {
		return &problem{
			status: http.StatusBadRequest,
			code:   codeInvalidParameter,
			detail: "A date and time in the request does not exist, or has no offset from UTC.",
		}
	}
	*i = instant(t)
	return nil
}

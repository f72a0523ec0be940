package mockserver

import (
	"net/http"
	"time"
)

// instant is a point in time as LUSID writes it: in UTC, with seven fraction digits and an
// offset. It reads any offset.
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

// MarshalText writes the instant in LUSID's form.
func (i instant) MarshalText() ([]byte, error) {
	return time.Time(i).UTC().AppendFormat(nil, instantLayout), nil
}

// UnmarshalText reads an RFC 3339 time of the years 1 to 9999 in UTC. Any other is a *problem, since
// the contract's pattern knows no calendar, and an answer could not show it.
func (i *instant) UnmarshalText(text []byte) error {
	t, err := time.Parse(time.RFC3339, string(text))
	if year := t.UTC().Year(); err != nil || year < 1 || year > 9999 {
		return &problem{
			status: http.StatusBadRequest,
			code:   codeInvalidParameter,
			detail: "A date and time of the request is not one that exists, with an offset from UTC.",
		}
	}
	*i = instant(t)
	return nil
}

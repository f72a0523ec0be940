package entitlement

import (
	"slices"
	"strings"
	"time"
)

// latest is the as-at expression for now.
const latest = "AsAt=Latest"

// ForSpec restricts the dates of the data to which a policy applies. One of its fields is set.
type ForSpec struct {
	AsAtRangeForSpec        *AsAtRangeForSpec        `json:"asAtRangeForSpec"`
	AsAtRelative            *RelativeDate            `json:"asAtRelative"`
	EffectiveDateHasQuality *EffectiveDateHasQuality `json:"effectiveDateHasQuality"`
	EffectiveDateRelative   *RelativeDate            `json:"effectiveDateRelative"`
	EffectiveRange          *EffectiveRange          `json:"effectiveRange"`
}

// EffectiveRange is a fixed range of effective dates, including both ends. If To is nil, the range has no
// end.
type EffectiveRange struct {
	From time.Time  `json:"from"`
	To   *time.Time `json:"to"`
}

// AsAtRangeForSpec is a range of as-at times, including both ends.
type AsAtRangeForSpec struct {
	From AsAtPredicateContract `json:"from"`
	To   AsAtPredicateContract `json:"to"`
}

// AsAtPredicateContract is a bound of a range: an instant or an expression. If both are nil, the range has
// no bound there.
type AsAtPredicateContract struct {
	Value          *string    `json:"value"`
	DateTimeOffset *time.Time `json:"dateTimeOffset"`
}

// holdForAll is true if all conditions hold.
//
// Unverified: access/date-conditions-combine.
func holdForAll(conditions []ForSpec, r RequestDetails, now time.Time) bool {
	return !slices.ContainsFunc(conditions, func(f ForSpec) bool { return !f.holds(r, now) })
}

func (f ForSpec) holds(r RequestDetails, now time.Time) bool {
	effective := newPeriod(r.FromEffectiveDate, r.ToEffectiveDate, now)
	asAt := newPeriod(r.FromAsAt, r.ToAsAt, now)
	if c := f.EffectiveRange; c != nil && !effective.within(&c.From, c.To) {
		return false
	}
	if c := f.AsAtRangeForSpec; c != nil && !c.holds(asAt, now) {
		return false
	}
	if c := f.EffectiveDateRelative; c != nil && !effective.satisfies(c.holds, now) {
		return false
	}
	if c := f.AsAtRelative; c != nil && !asAt.satisfies(c.holds, now) {
		return false
	}
	c := f.EffectiveDateHasQuality
	return c == nil || effective.satisfies(c.holds, now)
}

func (c AsAtRangeForSpec) holds(asAt period, now time.Time) bool {
	from, readable := c.From.instant(now)
	if !readable {
		return false
	}
	to, readable := c.To.instant(now)
	return readable && asAt.within(from, to)
}

// instant returns nil if there is no bound, and false for an expression other than AsAt=Latest.
func (p AsAtPredicateContract) instant(now time.Time) (*time.Time, bool) {
	if p.DateTimeOffset != nil || p.Value == nil {
		return p.DateTimeOffset, true
	}
	return &now, strings.EqualFold(*p.Value, latest)
}

// period is the range of dates in a request.
type period struct{ from, to time.Time }

// newPeriod returns the period of a request. Without a start, the period begins now. Without an end, it
// ends at its start.
func newPeriod(from, to *time.Time, now time.Time) period {
	if from == nil {
		from = &now
	}
	if to == nil {
		to = from
	}
	return period{*from, *to}
}

// within is true if the period is between two bounds. Nil means that there is no bound.
func (p period) within(from, to *time.Time) bool {
	return p.satisfies(func(t, _ time.Time) bool {
		return (from == nil || !t.Before(*from)) && (to == nil || !t.After(*to))
	}, time.Time{})
}

// satisfies is true if a condition holds at both ends of the period.
func (p period) satisfies(holds func(t, now time.Time) bool, now time.Time) bool {
	return holds(p.from, now) && holds(p.to, now)
}

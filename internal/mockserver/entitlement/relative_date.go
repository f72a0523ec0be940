package entitlement

import (
	"time"
)

// PointInTimeSpecification is the date from which a relative date starts.
type PointInTimeSpecification string

// The dates of LUSID. A condition with Undefined never holds.
const (
	Now                        PointInTimeSpecification = "Now"
	FirstOfMonth               PointInTimeSpecification = "FirstOfMonth"
	FirstBusinessDayOfTheMonth PointInTimeSpecification = "FirstBusinessDayOfTheMonth"
	LastDayOfTheMonth          PointInTimeSpecification = "LastDayOfTheMonth"
	LastBusinessDayOfMonth     PointInTimeSpecification = "LastBusinessDayOfMonth"
	FirstDayOfYear             PointInTimeSpecification = "FirstDayOfYear"
	LastDayOfYear              PointInTimeSpecification = "LastDayOfYear"
)

// DateUnit is the unit of an adjustment.
type DateUnit string

// The units of LUSID. Undefined is valid only with an adjustment of 0.
const (
	Minute      DateUnit = "Minute"
	Hour        DateUnit = "Hour"
	Day         DateUnit = "Day"
	BusinessDay DateUnit = "BusinessDay"
	Weeks       DateUnit = "Weeks"
	Months      DateUnit = "Months"
	Years       DateUnit = "Years"
)

// RelativeToDateTime compares the date of a request with a relative date.
type RelativeToDateTime string

// The comparisons of LUSID. Undefined never holds.
const (
	BeforeOrOn RelativeToDateTime = "BeforeOrOn"
	Before     RelativeToDateTime = "Before"
	OnDayOf    RelativeToDateTime = "OnDayOf"
	AfterOrOn  RelativeToDateTime = "AfterOrOn"
	After      RelativeToDateTime = "After"
	Exactly    RelativeToDateTime = "Exactly"
)

// RelativeDate is LUSID's EffectiveDateRelative and AsAtRelative: a condition on a date, relative to
// the time of the request.
type RelativeDate struct {
	Date               PointInTimeSpecification `json:"date"`
	Adjustment         int32                    `json:"adjustment"`
	Unit               DateUnit                 `json:"unit"`
	RelativeToDateTime RelativeToDateTime       `json:"relativeToDateTime"`
}

func (c RelativeDate) holds(t, now time.Time) bool {
	start, known := c.Date.at(now.UTC())
	if !known {
		return false
	}
	reference, known := c.Unit.add(start, int(c.Adjustment))
	if !known {
		return false
	}
	days := midnight(t).Compare(midnight(reference))
	order := days
	if c.Unit == Minute || c.Unit == Hour {
		order = t.Compare(reference)
	}
	switch c.RelativeToDateTime {
	case BeforeOrOn:
		return order <= 0
	case Before:
		return order < 0
	case OnDayOf:
		return days == 0
	case AfterOrOn:
		return order >= 0
	case After:
		return order > 0
	case Exactly:
		return t.Equal(reference)
	default:
		return false
	}
}

// at returns the date, and false if there is no such date.
func (p PointInTimeSpecification) at(now time.Time) (time.Time, bool) {
	year, month, _ := now.Date()
	switch p {
	case Now:
		return now, true
	case FirstOfMonth:
		return date(year, month, 1), true
	case FirstBusinessDayOfTheMonth:
		return skipWeekend(date(year, month, 1), 1), true
	case LastDayOfTheMonth:
		return date(year, month+1, 0), true
	case LastBusinessDayOfMonth:
		return skipWeekend(date(year, month+1, 0), -1), true
	case FirstDayOfYear:
		return date(year, time.January, 1), true
	case LastDayOfYear:
		return date(year, time.December, 31), true
	default:
		return time.Time{}, false
	}
}

// add returns the time n units later, and false if there is no such unit.
func (u DateUnit) add(t time.Time, n int) (time.Time, bool) {
	switch u {
	case Minute:
		// A time.Duration can't represent every number of minutes that the contract allows.
		return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute()+n, t.Second(), t.Nanosecond(), time.UTC), true
	case Hour:
		return time.Date(t.Year(), t.Month(), t.Day(), t.Hour()+n, t.Minute(), t.Second(), t.Nanosecond(), time.UTC), true
	case Day:
		return t.AddDate(0, 0, n), true
	case BusinessDay:
		return addBusinessDays(t, n), true
	case Weeks:
		return t.AddDate(0, 0, 7*n), true
	case Months:
		return addMonths(t, n), true
	case Years:
		return addMonths(t, 12*n), true
	default:
		return t, n == 0
	}
}

// addMonths keeps the day of the month, unless that month is shorter: then it returns its last day.
func addMonths(t time.Time, n int) time.Time {
	lastDay := date(t.Year(), t.Month()+time.Month(n)+1, 0).Day()
	return t.AddDate(0, n, min(t.Day(), lastDay)-t.Day())
}

// addBusinessDays adds n business days. On a weekend it starts at the business day before the weekend, or
// at the one after it if n is negative.
func addBusinessDays(t time.Time, n int) time.Time {
	step := 1
	if n < 0 {
		step = -1
	}
	if n != 0 {
		t = skipWeekend(t, -step)
	}
	t = t.AddDate(0, 0, n/5*7)
	for range n % 5 * step {
		t = skipWeekend(t.AddDate(0, 0, step), step)
	}
	return t
}

// skipWeekend moves a date on a weekend to the next business day in the direction of step.
func skipWeekend(t time.Time, step int) time.Time {
	for !isBusinessDay(t) {
		t = t.AddDate(0, 0, step)
	}
	return t
}

func isBusinessDay(t time.Time) bool {
	return t.Weekday() != time.Saturday && t.Weekday() != time.Sunday
}

func midnight(t time.Time) time.Time {
	return date(t.UTC().Date())
}

func date(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

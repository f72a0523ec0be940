package entitlement

import "time"

const (
	midday   = 12
	fiveInPM = 17
)

// DateQuality is a quality of a date.
type DateQuality string

// The qualities of LUSID. No date has the quality Undefined.
const (
	IsFirstDayOfAnyMonth           DateQuality = "IsFirstDayOfAnyMonth"
	IsLastDayOfAnyMonth            DateQuality = "IsLastDayOfAnyMonth"
	IsBusinessDayOfAnyMonth        DateQuality = "IsBusinessDayOfAnyMonth"
	IsFirstDayOfTheCurrentMonth    DateQuality = "IsFirstDayOfTheCurrentMonth"
	IsLastDayOfTheCurrentMonth     DateQuality = "IsLastDayOfTheCurrentMonth"
	IsBusinessDayOfTheCurrentMonth DateQuality = "IsBusinessDayOfTheCurrentMonth"
	IsBeforeMidday                 DateQuality = "IsBeforeMidday"
	IsBefore5pm                    DateQuality = "IsBefore5pm"
	IsAfter5pm                     DateQuality = "IsAfter5pm"
)

// EffectiveDateHasQuality is a condition on the effective date.
type EffectiveDateHasQuality struct {
	Quality DateQuality `json:"quality"`
}

func (c EffectiveDateHasQuality) holds(t, now time.Time) bool {
	t, now = t.UTC(), now.UTC()
	currentMonth := t.Year() == now.Year() && t.Month() == now.Month()
	firstDay := t.Day() == 1
	lastDay := t.AddDate(0, 0, 1).Day() == 1
	switch c.Quality {
	case IsFirstDayOfAnyMonth:
		return firstDay
	case IsLastDayOfAnyMonth:
		return lastDay
	case IsBusinessDayOfAnyMonth:
		return isBusinessDay(t)
	case IsFirstDayOfTheCurrentMonth:
		return currentMonth && firstDay
	case IsLastDayOfTheCurrentMonth:
		return currentMonth && lastDay
	case IsBusinessDayOfTheCurrentMonth:
		return currentMonth && isBusinessDay(t)
	case IsBeforeMidday:
		return t.Hour() < midday
	case IsBefore5pm:
		return t.Hour() < fiveInPM
	case IsAfter5pm:
		return t.Hour() >= fiveInPM
	default:
		return false
	}
}

package entitlement_test

import (
	"fmt"
	"testing"
)

const portfolioID = `"scope":"official","code":"main"`

func dates(conditions string, requested ...string) world {
	return world{
		policies: []string{policy("p", `"for":[`+conditions+`]`)},
		request:  ask("Read", "Portfolio", portfolioID, requested...),
	}
}

func effective(from string) string { return `"fromEffectiveDate":"` + from + `"` }
func asAt(from string) string      { return `"fromAsAt":"` + from + `"` }

func TestDateConditionRules(t *testing.T) {
	t.Parallel()
	year := `{"effectiveRange":{"from":"2020-01-01T00:00:00Z","to":"2021-01-01T00:00:00Z"}}`
	now := `{"effectiveRange":{"from":"` + wednesday + `","to":"` + wednesday + `"}}`
	later := `{"effectiveRange":{"from":"2024-05-15T12:00:00.0000001Z","to":null}}`
	open := `{"effectiveRange":{"from":"2020-01-01T00:00:00Z"}}`
	asAtRange := func(from, to string) string {
		return `{"asAtRangeForSpec":{"from":{` + from + `},"to":{` + to + `}}}`
	}
	upToLatest := asAtRange(`"dateTimeOffset":"2018-01-01T00:00:00Z"`, `"value":"AsAt=Latest"`)
	at2020, at2021 := `"dateTimeOffset":"2020-01-01T00:00:00Z"`, `"dateTimeOffset":"2021-01-01T00:00:00Z"`
	checkRules(t, []rule{
		{
			name:    "the effective range includes its start",
			granted: dates(year, effective("2020-01-01T00:00:00Z")),
			denied:  dates(year, effective("2019-12-31T23:59:59Z")),
		},
		{
			name:    "the effective range includes its end",
			granted: dates(year, effective("2021-01-01T00:00:00Z")),
			denied:  dates(year, effective("2021-01-01T00:00:01Z")),
		},
		{
			name:    "a range may have no end",
			granted: dates(open, effective("2999-01-01T00:00:00Z")),
			denied:  dates(open, effective("2019-12-31T23:59:59Z")),
		},
		{
			name:    "dates are compared as instants",
			granted: dates(year, effective("2019-12-31T23:00:00-01:00")),
			denied:  dates(year, effective("2020-01-01T00:00:00+01:00")),
		},
		{name: "the effective date of a request defaults to now", granted: dates(now), denied: dates(later)},
		{
			name:    "both ends of the requested range must satisfy a condition",
			granted: dates(year, effective("2020-03-01T00:00:00Z"), `"toEffectiveDate":"2020-04-01T00:00:00Z"`),
			denied:  dates(year, effective("2020-03-01T00:00:00Z"), `"toEffectiveDate":"2022-04-01T00:00:00Z"`),
		},
		{
			name:    "both ends of the requested as-at range must satisfy a condition",
			granted: dates(asAtRange(at2020, at2021), asAt("2020-03-01T00:00:00Z"), `"toAsAt":"2020-04-01T00:00:00Z"`),
			denied:  dates(asAtRange(at2020, at2021), asAt("2019-03-01T00:00:00Z"), `"toAsAt":"2020-04-01T00:00:00Z"`),
		},
		{
			name:    "the as-at time must be in the as-at range",
			granted: dates(asAtRange(at2020, at2021), asAt("2021-01-01T00:00:00Z")),
			denied:  dates(asAtRange(at2020, at2021), asAt("2021-01-01T00:00:01Z")),
		},
		{name: "the as-at time of a request defaults to now", granted: dates(upToLatest), denied: dates(asAtRange(at2020, at2021))},
		{name: "AsAt=Latest means now", granted: dates(upToLatest, asAt(wednesday)), denied: dates(upToLatest, asAt("2024-05-15T12:00:01Z"))},
		{
			name:    "AsAt=Latest as a start means now",
			granted: dates(asAtRange(`"value":"asat=latest"`, ``), asAt(wednesday)),
			denied:  dates(asAtRange(`"value":"asat=latest"`, ``), asAt("2024-05-15T11:59:59Z")),
		},
		{
			name:    "a condition with another expression at its start doesn't hold",
			granted: dates(asAtRange(``, ``)),
			denied:  dates(asAtRange(`"value":"2020-01-01NLondon"`, ``)),
		},
		{
			name:    "a condition with another expression at its end doesn't hold",
			granted: dates(asAtRange(``, ``), asAt("2020-03-01T00:00:00Z")),
			denied:  dates(asAtRange(``, `"value":"2020-01-01NLondon"`), asAt("2020-03-01T00:00:00Z")),
		},
		{
			name:    "the effective range applies to the effective date, and the as-at range to the as-at time",
			granted: dates(year, effective("2020-03-01T00:00:00Z"), asAt("2023-01-01T00:00:00Z")),
			denied:  dates(asAtRange(at2020, at2021), effective("2020-03-01T00:00:00Z"), asAt("2023-01-01T00:00:00Z")),
		},
		{
			name:    "all entries of for must hold",
			granted: dates(year+","+open, effective("2020-03-01T00:00:00Z")),
			denied:  dates(year+","+open, effective("2022-03-01T00:00:00Z")),
		},
		{
			name: "all conditions of one entry must hold",
			granted: dates(`{"effectiveRange":{"from":"2020-01-01T00:00:00Z"},"effectiveDateHasQuality":{"quality":"IsBeforeMidday"}}`,
				effective("2020-03-01T00:00:00Z")),
			denied: dates(`{"effectiveRange":{"from":"2020-01-01T00:00:00Z"},"effectiveDateHasQuality":{"quality":"IsBeforeMidday"}}`,
				effective("2020-03-01T13:00:00Z")),
		},
		{
			name: "asAtRelative applies to the as-at time",
			granted: dates(`{"asAtRelative":{"date":"Now","adjustment":-1,"unit":"Years","relativeToDateTime":"Before"}}`,
				asAt("2020-01-01T00:00:00Z")),
			denied: dates(`{"asAtRelative":{"date":"Now","adjustment":-1,"unit":"Years","relativeToDateTime":"Before"}}`,
				effective("2020-01-01T00:00:00Z")),
		},
		{
			name: "effectiveDateRelative applies to the effective date",
			granted: dates(`{"effectiveDateRelative":{"date":"Now","adjustment":-1,"unit":"Years","relativeToDateTime":"Before"}}`,
				effective("2020-01-01T00:00:00Z")),
			denied: dates(`{"effectiveDateRelative":{"date":"Now","adjustment":-1,"unit":"Years","relativeToDateTime":"Before"}}`,
				asAt("2020-01-01T00:00:00Z")),
		},
	})
}

func TestRelativeDateRules(t *testing.T) {
	t.Parallel()
	relative := func(date string, adjustment int, unit, comparison, now, requested string) world {
		w := dates(fmt.Sprintf(`{"effectiveDateRelative":{"date":%q,"adjustment":%d,"unit":%q,"relativeToDateTime":%q}}`,
			date, adjustment, unit, comparison),
			effective(requested))
		w.now = now
		return w
	}
	// on returns a rule that a date is on one day and on no other day.
	on := func(name, now, date string, adjustment int, unit, right, wrong string) rule {
		return rule{
			name:    name,
			granted: relative(date, adjustment, unit, "OnDayOf", now, right+"T09:00:00Z"),
			denied:  relative(date, adjustment, unit, "OnDayOf", now, wrong+"T09:00:00Z"),
		}
	}
	compare := func(comparison, right, wrong string) rule {
		return rule{
			name:    comparison,
			granted: relative("Now", -7, "Day", comparison, wednesday, right),
			denied:  relative("Now", -7, "Day", comparison, wednesday, wrong),
		}
	}
	compareHours := func(comparison, right, wrong string) rule {
		return rule{
			name:    comparison + " in hours",
			granted: relative("Now", -2, "Hour", comparison, wednesday, right),
			denied:  relative("Now", -2, "Hour", comparison, wednesday, wrong),
		}
	}
	const friday, saturday, sunday = "2024-05-17T12:00:00Z", "2024-05-18T12:00:00Z", "2024-05-19T12:00:00Z"
	checkRules(t, []rule{
		on("Now", wednesday, "Now", 0, "Day", "2024-05-15", "2024-05-16"),
		on("FirstOfMonth", wednesday, "FirstOfMonth", 0, "Day", "2024-05-01", "2024-05-02"),
		on("FirstBusinessDayOfTheMonth, when the first is a Saturday", "2024-06-12T00:00:00Z", "FirstBusinessDayOfTheMonth", 0, "Day",
			"2024-06-03", "2024-06-01"),
		on("FirstBusinessDayOfTheMonth, when the first is a business day", wednesday, "FirstBusinessDayOfTheMonth", 0, "Day", "2024-05-01",
			"2024-05-02"),
		on("LastDayOfTheMonth", "2024-02-12T00:00:00Z", "LastDayOfTheMonth", 0, "Day", "2024-02-29", "2024-02-28"),
		on("LastDayOfTheMonth in December", "2024-12-12T00:00:00Z", "LastDayOfTheMonth", 0, "Day", "2024-12-31", "2024-11-30"),
		on("LastBusinessDayOfMonth, when the last is a Sunday", "2024-06-12T00:00:00Z", "LastBusinessDayOfMonth", 0, "Day", "2024-06-28",
			"2024-06-30"),
		on("FirstDayOfYear", wednesday, "FirstDayOfYear", 0, "Day", "2024-01-01", "2024-01-02"),
		on("LastDayOfYear", wednesday, "LastDayOfYear", 0, "Day", "2024-12-31", "2024-12-30"),

		on("FirstOfMonth is in UTC", "2024-06-01T01:00:00+02:00", "FirstOfMonth", 0, "Day", "2024-05-01", "2024-06-01"),

		on("Minute", "2024-05-15T23:59:00Z", "Now", 1, "Minute", "2024-05-16", "2024-05-15"),
		on("Minute, the largest adjustment", wednesday, "Now", 2147483647, "Minute", "6107-06-08", "2024-05-15"),
		on("Hour", "2024-05-15T23:59:00Z", "Now", 1, "Hour", "2024-05-16", "2024-05-15"),
		on("Day", wednesday, "Now", -7, "Day", "2024-05-08", "2024-05-07"),
		on("Weeks", wednesday, "Now", 2, "Weeks", "2024-05-29", "2024-05-17"),
		on("Months", wednesday, "Now", -1, "Months", "2024-04-15", "2024-05-14"),
		on("Months, to a shorter month", "2024-03-31T12:00:00Z", "Now", -1, "Months", "2024-02-29", "2024-03-02"),
		on("Years", wednesday, "Now", 1, "Years", "2025-05-15", "2024-05-15"),
		on("Years, from a leap day", "2024-02-29T12:00:00Z", "Now", 1, "Years", "2025-02-28", "2025-03-01"),
		on("BusinessDay after a weekend", friday, "Now", 1, "BusinessDay", "2024-05-20", "2024-05-18"),
		on("BusinessDay before a weekend", "2024-05-20T12:00:00Z", "Now", -1, "BusinessDay", "2024-05-17", "2024-05-19"),
		on("BusinessDay, more than a week", friday, "Now", 7, "BusinessDay", "2024-05-28", "2024-05-24"),
		on("BusinessDay, a week back", friday, "Now", -5, "BusinessDay", "2024-05-10", "2024-05-12"),
		on("BusinessDay from a Saturday", saturday, "Now", 1, "BusinessDay", "2024-05-20", "2024-05-21"),
		on("BusinessDay, a week from a Saturday", saturday, "Now", 5, "BusinessDay", "2024-05-24", "2024-05-25"),
		on("BusinessDay back from a Sunday", sunday, "Now", -1, "BusinessDay", "2024-05-17", "2024-05-16"),
		on("BusinessDay, no adjustment on a Saturday", saturday, "Now", 0, "BusinessDay", "2024-05-18", "2024-05-17"),
		{
			name:    "BusinessDay, the largest adjustment",
			granted: relative("Now", 2147483647, "BusinessDay", "Before", wednesday, wednesday),
			denied:  relative("Now", -2147483648, "BusinessDay", "Before", wednesday, wednesday),
		},
		on("an adjustment starts at the date", wednesday, "FirstOfMonth", 1, "Months", "2024-06-01", "2024-05-01"),
		{
			name:    "an undefined unit needs an adjustment of 0",
			granted: relative("Now", 0, "Undefined", "OnDayOf", wednesday, wednesday),
			denied:  relative("Now", 1, "Undefined", "OnDayOf", wednesday, wednesday),
		},
		{
			name:    "a condition with an undefined date doesn't hold",
			granted: relative("Now", 0, "Day", "AfterOrOn", wednesday, wednesday),
			denied:  relative("Undefined", 0, "Day", "AfterOrOn", wednesday, wednesday),
		},
		{
			name:    "a condition with an undefined comparison doesn't hold",
			granted: relative("Now", 0, "Day", "Exactly", wednesday, wednesday),
			denied:  relative("Now", 0, "Day", "Undefined", wednesday, wednesday),
		},
		compare("BeforeOrOn", "2024-05-08T23:00:00Z", "2024-05-09T00:00:00Z"),
		compare("Before", "2024-05-07T23:00:00Z", "2024-05-08T00:00:00Z"),
		compare("OnDayOf", "2024-05-08T23:00:00Z", "2024-05-09T00:00:00Z"),
		compare("AfterOrOn", "2024-05-08T00:00:00Z", "2024-05-07T23:00:00Z"),
		compare("After", "2024-05-09T00:00:00Z", "2024-05-08T23:00:00Z"),
		compare("Exactly", "2024-05-08T13:00:00+01:00", "2024-05-08T12:00:01Z"),
		compareHours("BeforeOrOn", "2024-05-15T10:00:00Z", "2024-05-15T10:00:01Z"),
		compareHours("Before", "2024-05-15T09:59:59Z", "2024-05-15T10:00:00Z"),
		compareHours("OnDayOf", "2024-05-15T23:00:00Z", "2024-05-14T23:00:00Z"),
		compareHours("AfterOrOn", "2024-05-15T10:00:00Z", "2024-05-15T09:59:59Z"),
		compareHours("After", "2024-05-15T10:00:01Z", "2024-05-15T10:00:00Z"),
		{
			name:    "Before in minutes",
			granted: relative("Now", -2, "Minute", "Before", wednesday, "2024-05-15T11:57:59Z"),
			denied:  relative("Now", -2, "Minute", "Before", wednesday, "2024-05-15T11:58:00Z"),
		},
		{
			name:    "days are days in UTC",
			granted: relative("Now", 0, "Day", "OnDayOf", "2024-05-15T01:00:00+02:00", "2024-05-15T00:30:00+02:00"),
			denied:  relative("Now", 0, "Day", "OnDayOf", "2024-05-15T01:00:00+02:00", "2024-05-14T23:00:00-02:00"),
		},
	})
}

func TestDateQualityRules(t *testing.T) {
	t.Parallel()
	quality := func(name, right, wrong string) rule {
		condition := `{"effectiveDateHasQuality":{"quality":"` + name + `"}}`
		return rule{name: name + " " + wrong, granted: dates(condition, effective(right)), denied: dates(condition, effective(wrong))}
	}
	currentInUTC := quality("IsFirstDayOfTheCurrentMonth", "2024-05-01T00:00:00Z", "2024-06-01T00:00:00Z")
	currentInUTC.name = "the current month is the month in UTC"
	currentInUTC.granted.now, currentInUTC.denied.now = "2024-06-01T01:00:00+02:00", "2024-06-01T01:00:00+02:00"
	undefined := quality("IsBeforeMidday", "2024-05-15T11:00:00Z", "2024-05-15T12:00:00Z")
	undefined.name = "Undefined"
	undefined.denied = dates(`{"effectiveDateHasQuality":{"quality":"Undefined"}}`, effective("2024-05-15T11:00:00Z"))
	checkRules(t, []rule{
		quality("IsFirstDayOfAnyMonth", "2020-02-01T15:00:00Z", "2020-02-02T00:00:00Z"),
		quality("IsLastDayOfAnyMonth", "2020-02-29T15:00:00Z", "2020-02-28T00:00:00Z"),
		quality("IsBusinessDayOfAnyMonth", "2020-02-28T00:00:00Z", "2020-02-29T00:00:00Z"),
		quality("IsBusinessDayOfAnyMonth", "2020-03-02T00:00:00Z", "2020-03-01T00:00:00Z"),
		quality("IsFirstDayOfTheCurrentMonth", "2024-05-01T00:00:00Z", "2024-05-02T00:00:00Z"),
		quality("IsFirstDayOfTheCurrentMonth", "2024-05-01T00:00:00Z", "2024-06-01T00:00:00Z"),
		quality("IsFirstDayOfTheCurrentMonth", "2024-05-01T00:00:00Z", "2023-05-01T00:00:00Z"),
		quality("IsLastDayOfTheCurrentMonth", "2024-05-31T00:00:00Z", "2024-05-30T00:00:00Z"),
		quality("IsLastDayOfTheCurrentMonth", "2024-05-31T00:00:00Z", "2024-06-30T00:00:00Z"),
		quality("IsBusinessDayOfTheCurrentMonth", "2024-05-17T00:00:00Z", "2024-05-18T00:00:00Z"),
		quality("IsBusinessDayOfTheCurrentMonth", "2024-05-17T00:00:00Z", "2024-06-17T00:00:00Z"),
		quality("IsBeforeMidday", "2020-01-01T11:59:59Z", "2020-01-01T12:00:00Z"),
		quality("IsBefore5pm", "2020-01-01T16:59:59Z", "2020-01-01T17:00:00Z"),
		quality("IsAfter5pm", "2020-01-01T17:00:00Z", "2020-01-01T16:59:59Z"),
		quality("IsBeforeMidday", "2020-01-01T12:30:00+02:00", "2020-01-01T11:30:00-02:00"),
		currentInUTC,
		undefined,
	})
}

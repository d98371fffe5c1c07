package appointments

import (
	"slices"
	"time"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// The limits of a series.
const (
	defaultOccurrences = 10
	capOccurrences     = 52
	maxInterval        = 52
	lastWeek           = 5
)

func invalidRule(format string, args ...any) error {
	return events.Refuse("invalid_rule", "APT-67", format, args...)
}

// validateRule reports what is wrong with a series' rule.
func validateRule(r appointment.SeriesRule) error {
	start, err := time.Parse(time.DateOnly, r.StartDate)
	if err != nil {
		return invalidRule("start_date %q must be a date like 2027-04-06", r.StartDate)
	}
	if _, err := time.Parse("15:04", r.Time); err != nil {
		return invalidRule("time %q must be like 09:00", r.Time)
	}
	badDay := slices.ContainsFunc(r.Weekdays, func(d int) bool { return d < 1 || d > 7 })
	switch {
	case !slices.Contains([]string{"daily", "weekly", "monthly", "yearly"}, r.Frequency):
		return invalidRule("frequency %q must be daily, weekly, monthly or yearly", r.Frequency)
	case r.Interval < 1 || r.Interval > maxInterval:
		return invalidRule("interval %d must be from 1 to %d", r.Interval, maxInterval)
	case badDay:
		return invalidRule("weekdays %v must be from 1 (Monday) to 7", r.Weekdays)
	case r.Frequency == "weekly" && len(r.Weekdays) == 0:
		return invalidRule("a weekly series needs weekdays")
	case r.Frequency == "monthly" && (r.MonthDay == 0) == (r.Nth == 0):
		return invalidRule("a monthly series has a month_day, or nth with a weekday")
	case r.Nth != 0 && (len(r.Weekdays) != 1 || r.Nth < 1 || r.Nth > lastWeek):
		return invalidRule("nth %d must be from 1 to 5, with one weekday", r.Nth)
	case r.MonthDay < 0 || r.MonthDay > 31:
		return invalidRule("month_day %d must be from 1 to 31", r.MonthDay)
	case (r.EndDate == "") == (r.Count == 0):
		return invalidRule("a series ends by end_date or by count: give one of them")
	case r.Count < 0:
		return invalidRule("count %d must be above 0", r.Count)
	}
	for _, date := range r.Exceptions {
		if _, err := time.Parse(time.DateOnly, date); err != nil {
			return invalidRule("exception %q must be a date like 2027-04-06", date)
		}
	}
	if r.EndDate != "" {
		end, err := time.Parse(time.DateOnly, r.EndDate)
		switch {
		case err != nil || end.Before(start):
			return invalidRule("end_date %q must be a date from %s on", r.EndDate, r.StartDate)
		case end.After(start.AddDate(1, 0, 0)):
			return events.Refuse("series_too_long", "APT-67", "the series would end on %s: a year is the most", r.EndDate)
		}
	}
	return nil
}

// Occurrences returns the local dates of a series, those of its exceptions too. At
// most limit of them are allowed, and a year.
func Occurrences(r appointment.SeriesRule, limit int) ([]string, error) {
	if err := validateRule(r); err != nil {
		return nil, err
	}
	limit = min(limit, capOccurrences)
	if r.Count > limit {
		return nil, events.Refuse("series_too_long", "APT-67", "%d occurrences: %d is the most", r.Count, limit)
	}
	start, _ := time.Parse(time.DateOnly, r.StartDate)
	end := start.AddDate(1, 0, 0)
	if r.EndDate != "" {
		end, _ = time.Parse(time.DateOnly, r.EndDate)
	}
	var dates []string
	counted := 0
	for period := 0; ; period++ {
		days, over := daysOf(r, start, period)
		for _, day := range days {
			if day.Before(start) {
				continue
			}
			if day.After(end) || r.Count > 0 && counted == r.Count {
				return dates, nil
			}
			counted++
			if counted > limit {
				return nil, events.Refuse("series_too_long", "APT-67", "more than %d occurrences: end it earlier", limit)
			}
			dates = append(dates, day.Format(time.DateOnly))
		}
		if over.After(end) {
			return dates, nil
		}
	}
}

// daysOf returns the days of a period, the first one being that of the start, and
// when the period begins.
func daysOf(r appointment.SeriesRule, start time.Time, period int) (days []time.Time, begins time.Time) {
	step := period * r.Interval
	switch r.Frequency {
	case "daily":
		day := start.AddDate(0, 0, step)
		return []time.Time{day}, day
	case "weekly":
		monday := start.AddDate(0, 0, 1-weekday(start)+7*step)
		for _, d := range slices.Sorted(slices.Values(r.Weekdays)) {
			days = append(days, monday.AddDate(0, 0, d-1))
		}
		return days, monday
	case "yearly":
		return []time.Time{dayOfMonth(start.Year()+step, start.Month(), start.Day())}, time.Date(start.Year()+step, start.Month(), 1, 0, 0, 0, 0, time.UTC)
	}
	first := time.Date(start.Year(), start.Month()+time.Month(step), 1, 0, 0, 0, 0, time.UTC)
	if r.MonthDay > 0 {
		return []time.Time{dayOfMonth(first.Year(), first.Month(), r.MonthDay)}, first
	}
	return []time.Time{nthWeekday(first, r.Nth, r.Weekdays[0])}, first
}

// dayOfMonth is the last day of a month that is too short.
func dayOfMonth(year int, month time.Month, day int) time.Time {
	last := time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return time.Date(year, month, min(day, last), 0, 0, 0, 0, time.UTC)
}

// nthWeekday is the last such weekday, if there is no fifth.
func nthWeekday(first time.Time, nth, day int) time.Time {
	found := first.AddDate(0, 0, (day-weekday(first)+7)%7+7*(nth-1))
	if found.Month() != first.Month() {
		return found.AddDate(0, 0, -7)
	}
	return found
}

// startOn returns the instant of an occurrence: the local time of the rule.
func startOn(date, clock string, zone *time.Location) (time.Time, error) {
	t, err := time.ParseInLocation(time.DateOnly+" 15:04", date+" "+clock, zone)
	return t.UTC(), err
}

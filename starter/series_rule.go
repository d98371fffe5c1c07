package main

import (
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// ruleFlags say when the occurrences of a series are.
type ruleFlags struct {
	frequency               string
	interval, monthDay, nth int
	count                   int
	until                   string
	weekdays, except        []string
}

const (
	daily   = "daily"
	weekly  = "weekly"
	monthly = "monthly"
	yearly  = "yearly"
)

var (
	frequencies = []string{daily, weekly, monthly, yearly}
	weekdays    = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}
)

func (f *ruleFlags) register(cmd *cobra.Command) {
	set := cmd.Flags()
	set.StringVar(&f.frequency, "frequency", weekly, "how `OFTEN`: "+orList(frequencies))
	set.IntVar(&f.interval, "interval", 1, "every `N` days, weeks, months or years, 1 to 52")
	set.StringSliceVar(&f.weekdays, "weekdays", nil, "weekly: `DAYS` such as mon,thu; with --nth: one (that of --at)")
	set.IntVar(&f.monthDay, "month-day", 0, "monthly: `DAY`, 1 to 31; the last one of a short month (that of --at)")
	set.IntVar(&f.nth, "nth", 0, "monthly: the `N`th such weekday of the month, 1 to 5")
	set.IntVar(&f.count, "count", 0, "`NUMBER` of occurrences; or else --until")
	set.StringVar(&f.until, "until", "", "last `DATE`, such as 2027-06-30; or else --count")
	set.StringSliceVar(&f.except, "except", nil, "`DATES` to leave out, such as 2027-04-06,2027-04-13")
	complete(cmd, "frequency", func(string) []string { return frequencies })
	complete(cmd, "weekdays", func(string) []string { return weekdays })
}

// rule makes the rule of a series whose first day and time of day are those of at.
func (f *ruleFlags) rule(at time.Time) (r appointment.SeriesRule, err error) {
	if err := f.check(at); err != nil {
		return r, err
	}
	r = appointment.SeriesRule{
		Frequency: f.frequency, Interval: f.interval, MonthDay: f.monthDay, Nth: f.nth, Count: f.count,
		StartDate: at.Format(time.DateOnly), EndDate: f.until, Time: at.Format("15:04"), Exceptions: f.except,
	}
	for _, name := range f.weekdays {
		day := slices.Index(weekdays, name) + 1
		if day == 0 {
			return r, f.noWeekday(name)
		}
		r.Weekdays = append(r.Weekdays, day)
	}
	if len(r.Weekdays) == 0 && (f.frequency == weekly || f.nth > 0) {
		const week = 7
		r.Weekdays = []int{(int(at.Weekday())+week-1)%week + 1}
	}
	if f.frequency == monthly && f.nth == 0 && f.monthDay == 0 {
		r.MonthDay = at.Day()
	}
	return r, nil
}

func (f *ruleFlags) noWeekday(name string) error {
	if near := events.Nearest(strings.ToLower(name), weekdays); near != "" {
		return usage("--weekdays %q: did you mean %s?", name, near)
	}
	return usage("--weekdays %q: choose of %s", name, strings.Join(weekdays, ", "))
}

// check reports what the flags say against each other, or out of range.
func (f *ruleFlags) check(at time.Time) error {
	const mostApart, lastDay, lastWeek = 52, 31, 5
	switch {
	case !slices.Contains(frequencies, f.frequency):
		return usage("--frequency %q: choose %s", f.frequency, orList(frequencies))
	case f.interval < 1 || f.interval > mostApart:
		return usage("--interval %d: choose 1 to %d", f.interval, mostApart)
	case (f.monthDay != 0 || f.nth != 0) && f.frequency != monthly:
		return usage("--month-day and --nth: only with --frequency %s", monthly)
	case f.monthDay < 0 || f.monthDay > lastDay:
		return usage("--month-day %d: choose 1 to %d", f.monthDay, lastDay)
	case f.nth < 0 || f.nth > lastWeek:
		return usage("--nth %d: choose 1 to %d", f.nth, lastWeek)
	case f.monthDay != 0 && f.nth != 0:
		return usage("--month-day %d and --nth %d: a day of the month, or a weekday of it, not both", f.monthDay, f.nth)
	case len(f.weekdays) > 0 && f.frequency != weekly && f.nth == 0:
		return usage("--weekdays: only with --frequency %s, or with --nth", weekly)
	case f.nth != 0 && len(f.weekdays) > 1:
		return usage("--weekdays %s: with --nth it is one", strings.Join(f.weekdays, ","))
	case f.count < 0:
		return usage("--count %d: it must be at least 1", f.count)
	case f.count == 0 && f.until == "":
		return usage("--count or --until is missing: how many shall it be, or until when?")
	case f.count != 0 && f.until != "":
		return usage("--count %d and --until %s: give one of them", f.count, f.until)
	}
	return f.checkDates(at)
}

func (f *ruleFlags) checkDates(at time.Time) error {
	if f.until != "" {
		if err := isDate("until", f.until); err != nil {
			return err
		}
		if first := at.Format(time.DateOnly); f.until < first {
			return usage("--until %s: choose %s, where --at is, or later", f.until, first)
		}
	}
	for _, date := range f.except {
		if err := isDate("except", date); err != nil {
			return err
		}
	}
	return nil
}

func isDate(flag, value string) error {
	if _, err := time.Parse(time.DateOnly, value); err != nil {
		return usage("--%s %q: write a date such as 2027-03-30", flag, value)
	}
	return nil
}

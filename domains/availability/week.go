package availability

import (
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/availability"
)

const week = 7 * 1440 // minutes

// parseWeek checks the intervals of a weekly plan by themselves.
func parseWeek(intervals []availability.Interval) ([]weekly, error) {
	var plan []weekly
	for _, i := range intervals {
		h, err := parseHours(availability.Times{Start: i.Start, End: i.End})
		if err != nil {
			return nil, err
		}
		if i.Weekday < 1 || i.Weekday > 7 {
			return nil, events.Refuse("invalid_time", "AVL-1", "weekday %d: count from 1, Monday, to 7", i.Weekday)
		}
		for _, date := range []string{i.ValidFrom, i.ValidUntil} {
			if date == "" {
				continue
			}
			if _, err := parseDay(date); err != nil {
				return nil, err
			}
		}
		if i.ValidFrom != "" && i.ValidUntil != "" && i.ValidUntil < i.ValidFrom {
			return nil, events.Refuse("invalid_time", "AVL-8", "valid_until %s is before valid_from %s: exchange them", i.ValidUntil, i.ValidFrom)
		}
		plan = append(plan, weekly{hours: h, weekday: i.Weekday, from: i.ValidFrom, until: i.ValidUntil})
	}
	return plan, nil
}

func parseHours(t availability.Times) (h hours, err error) {
	if h.start, err = parseTime(t.Start); err != nil {
		return h, err
	}
	if h.end, err = parseTime(t.End); err != nil {
		return h, err
	}
	if h.start == 1440 {
		return h, events.Refuse("invalid_time", "AVL-2", "start 24:00: write 00:00 of the next day")
	}
	return h, nil
}

// checkOverlaps refuses a plan in which two intervals have a minute in common on
// some date. Touching ones are one.
func checkOverlaps(plan []weekly) error {
	for i, a := range plan {
		for _, b := range plan[:i] {
			if a.from != "" && b.until != "" && b.until < a.from || b.from != "" && a.until != "" && a.until < b.from {
				continue
			}
			x, y := a.inWeek(), b.inWeek()
			for _, shift := range []int64{-week, 0, week} {
				if x.overlaps(interval{y.from + shift, y.to + shift}) {
					return events.Refuse("overlapping_intervals", "AVL-3", "weekday %d has intervals from %s and, on weekday %d, from %s that overlap: shorten one",
						b.weekday, clockTime(b.start), a.weekday, clockTime(a.start))
				}
			}
		}
	}
	return nil
}

// inWeek are the minutes since Monday.
func (w weekly) inWeek() interval {
	from := int64((w.weekday-1)*1440 + w.start)
	length := w.end - w.start
	if length <= 0 {
		length += 1440
	}
	return interval{from, from + int64(length)}
}

// clockTime writes minutes of a day like 09:00.
func clockTime(minutes int) string {
	digit := func(n int) byte { return byte('0' + n%10) }
	h, m := minutes/60, minutes%60
	return string([]byte{digit(h / 10), digit(h), ':', digit(m / 10), digit(m)})
}

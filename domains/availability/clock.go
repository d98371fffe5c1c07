package availability

import (
	"fmt"
	"sync"
	"time"

	"github.com/herald-bus/herald/events"
)

const (
	minute = int64(60)
	hour   = 60 * minute
	oneDay = 24 * hour
)

// A day is a local date, counted from 1970-01-01.
type day int

func parseDay(text string) (day, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return 0, events.Refuse("invalid_time", "AVL-15", "date %q: write it like 2027-03-30", text)
	}
	return day(t.Unix() / oneDay), nil
}

// dayAt returns the date that it is in loc at an instant.
func dayAt(at int64, loc *time.Location) day {
	_, offset := time.Unix(at, 0).In(loc).Zone()
	at += int64(offset)
	d := at / oneDay
	if at%oneDay < 0 {
		d--
	}
	return day(d)
}

func (d day) date() time.Time { return time.Unix(int64(d)*oneDay, 0).UTC() }
func (d day) String() string  { return d.date().Format(time.DateOnly) }

// weekday counts from 1, Monday.
func (d day) weekday() int { return (int(d.date().Weekday())+6)%7 + 1 }

// bounds is the date from local midnight to local midnight.
func (d day) bounds(loc *time.Location) interval {
	return interval{startAt(d, 0, loc), startAt(d+1, 0, loc)}
}

func parseTime(text string) (int, error) {
	var h, m int
	if n, err := fmt.Sscanf(text, "%02d:%02d", &h, &m); n != 2 || err != nil || len(text) != 5 || m > 59 || h > 24 || h == 24 && m > 0 {
		return 0, events.Refuse("invalid_time", "AVL-2", "time %q: write it like 09:00, and 24:00 for midnight", text)
	}
	return h*60 + m, nil
}

// resolve returns the instants at which clocks in loc show the given minute of a
// date: two of an hour that comes twice. Of a time that does not exist it returns
// the end of the gap, and false.
func resolve(d day, minutes int, loc *time.Location) (first, second int64, exists bool) {
	naive := int64(d)*oneDay + int64(minutes)*minute
	before, after := offsetAt(naive-oneDay, loc), offsetAt(naive+oneDay, loc)
	early, late := naive-before, naive-after
	if before == after {
		return early, early, true
	}
	isEarly, isLate := offsetAt(early, loc) == before, offsetAt(late, loc) == after
	switch {
	case isEarly && isLate:
		return min(early, late), max(early, late), true
	case isEarly:
		return early, early, true
	case isLate:
		return late, late, true
	}
	end, _ := time.Unix(early, 0).In(loc).ZoneBounds()
	return end.Unix(), end.Unix(), false
}

func offsetAt(at int64, loc *time.Location) int64 {
	_, offset := time.Unix(at, 0).In(loc).Zone()
	return int64(offset)
}

// startAt and endAt are the instants of a boundary.
func startAt(d day, minutes int, loc *time.Location) int64 {
	first, _, _ := resolve(d, minutes, loc)
	return first
}

func endAt(d day, minutes int, loc *time.Location) int64 {
	_, second, _ := resolve(d, minutes, loc)
	return second
}

// gridOf returns the instants of a date's grid, counted from local midnight.
func gridOf(d day, step int, loc *time.Location) []int64 {
	whole := d.bounds(loc)
	points := make([]int64, 0, 1440/step+4)
	if whole.to-whole.from == oneDay && offsetAt(whole.from, loc) == offsetAt(whole.to, loc) {
		for at := whole.from; at < whole.to; at += int64(step) * minute {
			points = append(points, at)
		}
		return points
	}
	var again []int64 // the second times follow the first ones
	for m := 0; m < 1440; m += step {
		first, second, exists := resolve(d, m, loc)
		if len(again) > 0 && first > again[len(again)-1] {
			points, again = append(points, again...), nil
		}
		if exists {
			points = append(points, first)
		}
		if second != first {
			again = append(again, second)
		}
	}
	return append(points, again...)
}

var locations sync.Map

// location is time.LoadLocation, which reads a file each time.
func location(zone string) (*time.Location, error) {
	if known, ok := locations.Load(zone); ok {
		loc, _ := known.(*time.Location)
		return loc, nil
	}
	loc, err := time.LoadLocation(zone)
	if err != nil || zone == "" {
		return nil, events.Refuse("invalid_time", "AVL-15", "zone %q is no IANA time zone such as Europe/Berlin", zone)
	}
	locations.Store(zone, loc)
	return loc, nil
}

func instant(at int64) time.Time { return time.Unix(at, 0).UTC() }

package availability

import (
	"slices"
	"time"
)

// Hours are a part of a day in local minutes; an end that is not after the start is
// on the next day.
type hours struct{ start, end int }

func (h hours) on(d day, loc *time.Location) interval {
	end := d
	if h.end <= h.start {
		end++
	}
	return interval{startAt(d, h.start, loc), endAt(end, h.end, loc)}
}

// Weekly hours come every week while they are valid.
type weekly struct {
	hours
	weekday     int
	from, until string // local dates, or empty
}

func (w weekly) validOn(d day) bool {
	if w.weekday != d.weekday() {
		return false
	}
	if w.from == "" && w.until == "" {
		return true
	}
	date := d.String()
	return (w.from == "" || w.from <= date) && (w.until == "" || date <= w.until)
}

// An exception replaces the weekly plan of a date. Without hours it closes it.
type exception struct {
	branch string
	hours  []hours
}

// A branchPlan is when a branch is open.
type branchPlan struct {
	loc         *time.Location
	region      string
	feasts      []string
	openOnFeast bool
	opening     []weekly
	exceptions  map[day]exception
	overrides   map[day]override
	holidays    map[int][]holiday // by year, filled when asked for
}

type override struct {
	name   string
	closed bool
}

// closed reports whether the branch is closed on a whole date, and the holiday's
// name if that is why.
func (b *branchPlan) closed(d day) (name string, closed bool) {
	if e, ok := b.exceptions[d]; ok {
		return "", len(e.hours) == 0
	}
	if o, ok := b.overrides[d]; ok {
		return o.name, o.closed
	}
	if b.openOnFeast {
		return "", false
	}
	name = b.holiday(d)
	return name, name != ""
}

func (b *branchPlan) holiday(d day) string {
	year := d.date().Year()
	if b.holidays == nil {
		b.holidays = map[int][]holiday{}
	}
	feasts, known := b.holidays[year]
	if !known {
		feasts, _ = holidaysOf(b.region, b.feasts, year) // a region without holidays has none
		b.holidays[year] = feasts
	}
	if i := slices.IndexFunc(feasts, func(h holiday) bool { return h.day == d }); i >= 0 {
		return feasts[i].name
	}
	return ""
}

// open is when the branch is open by the plan of one date; it may reach into the
// next.
func (b *branchPlan) open(d day) []interval {
	if _, closed := b.closed(d); closed {
		return nil
	}
	if e, ok := b.exceptions[d]; ok {
		return spread(e.hours, d, b.loc)
	}
	if len(b.opening) == 0 {
		return []interval{d.bounds(b.loc)}
	}
	return spread(valid(b.opening, d), d, b.loc)
}

// around is when the branch is open on a date and its neighbours.
func (b *branchPlan) around(d day) set {
	var open, shut []interval
	for n := d - 1; n <= d+1; n++ {
		open = append(open, b.open(n)...)
		if _, closed := b.closed(n); closed {
			shut = append(shut, n.bounds(b.loc))
		}
	}
	return union(open).without(union(shut))
}

// A staffPlan is when a person works at a branch.
type staffPlan struct {
	active     bool
	working    []weekly
	exceptions map[day]exception
	breaks     []weekly
	dayBreaks  map[day][]hours
	absences   []interval
}

// A shift is the bookable time of a staff-day: before absences, and after.
type shift struct{ hours, present set }

// shift is a pure function of the plans. It reaches into the next date if the
// person works through midnight.
func (s *staffPlan) shift(b *branchPlan, branchID string, d day) shift {
	own := valid(s.working, d)
	if e, ok := s.exceptions[d]; ok {
		own = nil
		if e.branch == branchID {
			own = e.hours
		}
	}
	if len(own) == 0 {
		return shift{}
	}
	var pauses []interval
	for n := d; n <= d+1; n++ {
		breaks, ofDate := s.dayBreaks[n]
		if !ofDate {
			breaks = valid(s.breaks, n)
		}
		pauses = append(pauses, spread(breaks, n, b.loc)...)
	}
	worked := union(spread(own, d, b.loc)).and(b.around(d)).without(union(pauses))
	if !s.active {
		return shift{hours: worked}
	}
	return shift{hours: worked, present: worked.without(union(s.absences))}
}

func valid(plan []weekly, d day) []hours {
	var found []hours
	for _, w := range plan {
		if w.validOn(d) {
			found = append(found, w.hours)
		}
	}
	return found
}

func spread(parts []hours, d day, loc *time.Location) []interval {
	spread := make([]interval, len(parts))
	for i, h := range parts {
		spread[i] = h.on(d, loc)
	}
	return spread
}

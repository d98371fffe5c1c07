package availability

import (
	"slices"
	"strings"
	"time"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/availability"
)

// The greatest number of slots and of local dates of one question, and how far
// NextFree looks.
const (
	maxSlots = 500
	maxDates = 31
	lookout  = 90
)

// defaultGrid counts where neither the service nor the branch says anything.
const defaultGrid = 15

// A question is which of a demand's starts in a window are wanted.
type question struct {
	demand availability.Demand
	asker  asker
	window interval
	limit  int
	any    bool
}

// free returns the starts at which the demand fits, in order of start and then of
// the candidates. It is a pure function of its arguments.
func free(v *view, q question) ([]availability.Slot, error) {
	p, err := newPlacer(v, q.demand, q.asker)
	if err != nil {
		return nil, err
	}
	window := interval{
		max(q.window.from, q.asker.soonest+int64(q.demand.Notice)*minute),
		min(q.window.to, latest(v, q.demand, q.asker)),
	}
	found := make([]availability.Slot, 0, min(q.limit, maxSlots))
	for d := dayAt(window.from, v.loc); !window.empty() && d <= dayAt(window.to-1, v.loc); d++ {
		if v.days[d].closed {
			continue
		}
		for _, start := range gridOf(d, v.step(q.demand), v.loc) {
			if start < window.from || start >= window.to {
				continue
			}
			for _, lead := range p.leads() {
				placement, ok := p.place(start, lead, byFreedom)
				if !ok {
					continue
				}
				found = append(found, p.slot(placement))
				if len(found) == q.limit {
					return found, nil
				}
				if q.any {
					break
				}
			}
		}
	}
	return found, nil
}

func (v *view) step(d availability.Demand) int {
	switch {
	case d.Grid > 0:
		return d.Grid
	case v.grid > 0:
		return v.grid
	}
	return defaultGrid
}

// latest is the end of the last local date that may be booked.
func latest(v *view, d availability.Demand, a asker) int64 {
	return (dayAt(a.now, v.loc) + day(d.MaxDays)).bounds(v.loc).to
}

// check places the demand at one start, or says by the first rule that applies why
// it can't be.
func check(v *view, d availability.Demand, a asker, start int64) (*placer, placement, error) {
	p, err := newPlacer(v, d, a)
	if err != nil {
		return nil, placement{}, err
	}
	local := time.Unix(start, 0).In(v.loc).Format("2006-01-02 15:04 -07:00")
	on := v.days[dayAt(start, v.loc)]
	switch earliest := a.soonest + int64(d.Notice)*minute; {
	case start < earliest:
		return nil, placement{}, events.Refuse("too_soon", "AVL-19", "%s is less than %d minutes ahead: choose a later time", local, d.Notice).
			With("earliest", instant(earliest).Format(time.RFC3339))
	case start >= latest(v, d, a):
		return nil, placement{}, events.Refuse("too_far", "AVL-19", "%s is more than %d days ahead: choose an earlier day", local, d.MaxDays)
	case on.closed && !a.prevails:
		if on.name != "" {
			return nil, placement{}, events.Refuse("closed", "AVL-10", "the branch is closed on the day of %s, %s: choose another day", local, on.name).
				With("holiday", on.name)
		}
		return nil, placement{}, events.Refuse("closed", "AVL-10", "the branch is closed on the day of %s: choose another day", local)
	}
	var found placement
	for by := byHours; by <= byFreedom; by++ {
		var ok bool
		if found, ok = p.place(start, "", by); ok {
			continue
		}
		if hours := v.hoursOf(on); by == byHours && hours != "" {
			return nil, placement{}, events.Refuse("outside_hours", "AVL-21",
				"%s is outside of the branch's hours, %s, or of those of whoever could do it: choose a time within them", local, hours).With("hours", hours)
		}
		return nil, placement{}, events.Refuse(refusals[by].code, refusals[by].rule, refusals[by].text, local)
	}
	return p, found, nil
}

// hoursOf writes when the branch is open on a date, such as 09:00-13:00 14:00-18:00.
func (v *view) hoursOf(d branchDay) string {
	var parts []string
	for _, i := range union(d.open) {
		parts = append(parts, time.Unix(i.from, 0).In(v.loc).Format("15:04")+"-"+time.Unix(i.to, 0).In(v.loc).Format("15:04"))
	}
	return strings.Join(parts, " ")
}

func (p *placer) slot(of placement) availability.Slot {
	s := availability.Slot{
		StartsAt: instant(of.starts), EndsAt: instant(of.ends), Spans: spansOf(of.spans),
		Offset: p.offset(of.starts),
	}
	for _, phase := range of.phases {
		if phase.Kind == availability.Busy && !slices.Contains(s.StaffIDs, phase.StaffID) {
			s.StaffIDs = append(s.StaffIDs, phase.StaffID)
		}
	}
	if p.demand.Capacity > 1 {
		s.SeatsLeft = p.demand.Capacity
		if of.group != nil {
			s.SeatsLeft = of.group.capacity - of.group.taken(p.asker)
		}
	}
	return s
}

// offset writes the local offset at an instant, such as +02:00.
func (p *placer) offset(at int64) string {
	seconds := offsetAt(at, p.view.loc)
	text, known := p.offsets[seconds]
	if !known {
		text = time.Unix(at, 0).In(p.view.loc).Format("-07:00")
		p.offsets[seconds] = text
	}
	return text
}

func spansOf(taken []taken) []availability.Span {
	spans := make([]availability.Span, len(taken))
	for i, t := range taken {
		spans[i] = availability.Span{StaffID: t.staff, StartsAt: instant(t.from), EndsAt: instant(t.to)}
	}
	return spans
}

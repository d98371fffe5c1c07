package availability

import (
	"slices"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/availability"
)

// A level is how much of what is known a placement obeys. Each obeys what those
// before it do, so the first at which nothing fits is why nothing fits.
type level int

const (
	byHours    level = iota // working and opening hours, breaks, closed days
	byPresence              // and absences
	byCount                 // and the greatest number of bookings a day
	bySeats                 // and the places of a group session
	byFreedom               // and claims, busy times, offers
)

// refusals are the codes of the levels, and the rules behind them.
var refusals = map[level]struct{ code, rule, text string }{
	byHours:    {"outside_hours", "AVL-21", "%s is outside of the hours of whoever could do it: choose a time within them"},
	byPresence: {"staff_absent", "AVL-7", "nobody who could do it is there at %s: choose another day, or another person"},
	byCount:    {"day_full", "AVL-26", "the day of %s is full for everybody who could do it: choose another day, or another person"},
	bySeats:    {"group_full", "AVL-25", "the course at %s has no place left: choose another one"},
	byFreedom:  {"slot_taken", "AVL-24", "%s is taken: choose another time"},
}

// gapStep is the distance of the lengths that are tried of a gap with a range.
const gapStep = 5

// checkDemand refuses what can't be placed whatever is free.
func checkDemand(d availability.Demand) error {
	busy := 0
	for _, p := range d.Phases {
		if p.Minutes < 1 && p.Kind == availability.Busy || p.Minutes < 0 {
			return events.Refuse("invalid_demand", "AVL-20", "phase %d has %d minutes: give it a length", p.Seq, p.Minutes)
		}
		if p.Kind != availability.Busy {
			continue
		}
		busy++
		bound := slices.ContainsFunc(d.Phases, func(o availability.Phase) bool { return binds(p, o) })
		if len(p.Staff) == 0 && !bound {
			return events.Refuse("invalid_demand", "AVL-20", "phase %d names nobody who could do it: name the staff", p.Seq)
		}
	}
	if busy == 0 {
		return events.Refuse("invalid_demand", "AVL-20", "the demand has no busy phase: give it one")
	}
	if d.Capacity > 1 && busy > 1 {
		return events.Refuse("invalid_demand", "AVL-25", "a group service with %d busy phases: it has exactly one", busy)
	}
	return nil
}

// binds reports whether p must have the person of the earlier phase o.
func binds(p, o availability.Phase) bool {
	return o.Kind == availability.Busy && o.Seq == p.SamePersonAs && o.Seq < p.Seq
}

// A taken span is one that a placement takes of a person.
type taken struct {
	staff string
	interval
}

// A placement is a demand laid out from a start.
type placement struct {
	starts, ends int64
	phases       []availability.Placed
	spans        []taken
	group        *group // to join
}

// A placer lays one demand out. It tries candidates in their order, and the
// smallest gap first, until everything fits.
type placer struct {
	view    *view
	demand  availability.Demand
	asker   asker
	diaries map[string]*diary
	first   int // index of the first busy phase
	last    int // and of the last

	level  level
	lead   string // the only candidate of the first busy phase, if set
	chosen map[int]string
	placement

	offsets map[int64]string // written ones, by their seconds
}

func newPlacer(v *view, d availability.Demand, a asker) (*placer, error) {
	if err := checkDemand(d); err != nil {
		return nil, err
	}
	p := &placer{view: v, demand: d, asker: a, diaries: map[string]*diary{}, chosen: map[int]string{}, offsets: map[int64]string{}, first: -1}
	for i, phase := range d.Phases {
		if phase.Kind != availability.Busy {
			continue
		}
		if p.first < 0 {
			p.first = i
		}
		p.last = i
		for _, staff := range phase.Staff {
			known := v.people[staff]
			if known == nil {
				return nil, events.Refuse("unknown_staff", "AVL-8", "there is no staff member %s: name somebody who has working hours", staff)
			}
			if p.diaries[staff] == nil {
				p.diaries[staff] = v.diary(known, d, a)
			}
		}
	}
	return p, nil
}

// leads are the candidates of the first busy phase.
func (p *placer) leads() []string { return p.demand.Phases[p.first].Staff }

// place lays the demand out from a start, with the given candidate in the lead, or
// anyone if it is empty.
func (p *placer) place(start int64, lead string, by level) (placement, bool) {
	p.level, p.lead = by, lead
	clear(p.chosen)
	p.placement = placement{starts: start}
	if !p.from(0, start) {
		return placement{}, false
	}
	return p.placement, true
}

func (p *placer) from(i int, at int64) bool {
	if i == len(p.demand.Phases) {
		p.ends = at
		return p.asker.prevails || p.view.open.covers(interval{p.starts, at})
	}
	phase := p.demand.Phases[i]
	if phase.Kind == availability.Busy {
		return p.busy(i, phase, at)
	}
	for length := phase.Minutes; length <= max(phase.Minutes, phase.MaxMinutes); length += gapStep {
		end := at + int64(length)*minute
		p.phases = append(p.phases, placed(phase, p.before(), at, end))
		if p.from(i+1, end) {
			return true
		}
		p.phases = p.phases[:len(p.phases)-1]
	}
	return false
}

func (p *placer) busy(i int, phase availability.Phase, at int64) bool {
	end := at + int64(phase.Minutes)*minute
	span := interval{at, end}
	if i == p.first {
		span.from -= int64(p.demand.BufferBefore) * minute
	}
	if i == p.last {
		span.to += int64(p.demand.BufferAfter) * minute
	}
	before := p.placement
	for _, staff := range p.candidates(i, phase) {
		p.placement = before
		if !p.take(staff, span) {
			continue
		}
		p.chosen[phase.Seq] = staff
		p.phases = append(slices.Clip(before.phases), placed(phase, staff, at, end))
		if p.from(i+1, end) {
			return true
		}
		delete(p.chosen, phase.Seq)
	}
	p.placement = before
	return false
}

func (p *placer) candidates(i int, phase availability.Phase) []string {
	if same, ok := p.chosen[phase.SamePersonAs]; ok && phase.SamePersonAs < phase.Seq {
		return []string{same}
	}
	if i == p.first && p.lead != "" {
		return []string{p.lead}
	}
	return phase.Staff
}

// before is the person of the last busy phase so far, whose pause a gap is.
func (p *placer) before() string {
	if len(p.spans) == 0 {
		return ""
	}
	return p.spans[len(p.spans)-1].staff
}

// take adds a span, to the one before if that is the same person's and touches it.
func (p *placer) take(staff string, span interval) bool {
	before := p.spans
	if last := len(before) - 1; last >= 0 && before[last].staff == staff && before[last].to == span.from {
		span.from = before[last].from
		before = before[:last]
	}
	if !p.fits(p.diaries[staff], span) {
		return false
	}
	p.spans = append(slices.Clip(before), taken{staff, span})
	return true
}

func (p *placer) fits(di *diary, span interval) bool {
	if !di.hours.covers(span) || p.level >= byPresence && !di.present.covers(span) {
		return false
	}
	if g := di.sessions[p.starts]; g != nil && p.demand.Capacity > 1 {
		p.group = g
		return p.level < bySeats || g.taken(p.asker) < g.capacity
	}
	if p.level >= byCount && di.maxPerDay > 0 && di.perDay[dayAt(span.from, p.view.loc)] >= di.maxPerDay {
		return false
	}
	return p.level < byFreedom || di.isFree(span)
}

func placed(phase availability.Phase, staff string, from, to int64) availability.Placed {
	return availability.Placed{
		Seq: phase.Seq, Kind: phase.Kind, SegmentKey: phase.SegmentKey,
		StaffID: staff, StartsAt: instant(from), EndsAt: instant(to),
	}
}

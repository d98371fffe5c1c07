package availability

import (
	"math"
	"slices"
	"time"

	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/availability"
)

// The kinds of claims. A pause is time between two phases that only nestable
// demands may use.
const (
	kindHold    = "hold"
	kindBooking = "booking"
	kindPause   = "pause"
)

// A claim is time that somebody has of a person.
type claim struct {
	interval
	id      string
	kind    string
	holder  string // the appointment, or else the hold
	session string // of a hold that no appointment took over
	expires int64  // 0 is never
	group   *group // of a group session's claim, which lives as long as its seats
}

// A group is a session that several customers share.
type group struct {
	id       string
	service  string
	starts   int64
	capacity int
	seats    []seat
}

type seat struct {
	holder, session string
	expires         int64
}

// taken is the number of seats that are neither free nor the asker's own.
func (g *group) taken(a asker) int {
	n := 0
	for _, s := range g.seats {
		if !ran(s.expires, a.now) && !a.isOwn(s.session, "") {
			n++
		}
	}
	return n
}

// ran reports whether something that ends at expires has ended.
func ran(expires, now int64) bool { return expires != 0 && expires <= now }

// A busyTime is what a calendar outside reports.
type busyTime struct {
	interval
	uid         string
	appointment string
}

// An offered time keeps other customers away for a moment.
type offered struct {
	interval
	session string
	expires int64
}

// A person is what is known of one staff member in the window of a view.
type person struct {
	shift
	maxPerDay int
	claims    []claim
	busy      []busyTime
	offers    []offered
}

// A branchDay is a date at the branch.
type branchDay struct {
	open   []interval
	closed bool
	name   string // of the holiday
}

// A view is everything that the calculation needs. Nothing in it is about who asks.
type view struct {
	loc    *time.Location
	grid   int
	days   map[day]branchDay
	open   set
	people map[string]*person
	stale  bool
}

// An asker is who asks, and when.
type asker struct {
	now     int64 // floor: ends are whole seconds, and one at this instant has come
	soonest int64 // ceil
	session string
	staff   bool
	owner   string
	uids    []string
	// prevails says that it is a fact already: neither plans nor what customers only
	// hold stand in the way.
	prevails bool
}

// prevailing is for what an appointment takes because a calendar outside has it.
func (a asker) prevailing(owner, channel string) asker {
	a.prevails = owner != "" && channel == string(appointment.Calendar)
	return a
}

// always is a shift without an end.
var always = shift{set{{0, math.MaxInt64}}, set{{0, math.MaxInt64}}}

func askerOf(a availability.Asker, d availability.Demand, now time.Time) asker {
	return asker{now: now.Unix(), soonest: ceil(now).Unix(), session: a.Session, staff: a.Staff, owner: d.Owner, uids: d.OwnUIDs}
}

// ceil is the first whole second at or after t.
func ceil(t time.Time) time.Time {
	if whole := t.Truncate(time.Second); whole.Before(t) {
		return whole.Add(time.Second)
	}
	return t
}

// isOwn reports whether something is of the asker's session or of his appointment.
func (a asker) isOwn(session, holder string) bool {
	return session != "" && session == a.session || holder != "" && holder == a.owner
}

// A diary is a person's time as one asker with one demand finds it.
type diary struct {
	shift
	free      set
	nested    []interval // each a stretch in a restricted pause
	perDay    map[day]int
	maxPerDay int
	sessions  map[int64]*group // of the demand's service, by start
}

// onDay is a booking on a date, for counting it once.
type onDay struct {
	day    day
	holder string
}

func (v *view) diary(p *person, d availability.Demand, a asker) *diary {
	di := &diary{shift: p.shift, maxPerDay: p.maxPerDay, perDay: map[day]int{}, sessions: map[int64]*group{}}
	if a.prevails {
		di.shift, di.maxPerDay = always, 0
	}
	var taken, pauses []interval
	counted := map[onDay]bool{}
	for _, c := range p.claims {
		holder := c.holder
		switch {
		case c.group != nil:
			holder = c.group.id
			if c.group.taken(a) == 0 {
				continue
			}
			if c.group.service == d.ServiceID {
				di.sessions[c.group.starts] = c.group
			}
		case ran(c.expires, a.now) || a.isOwn(c.session, c.holder) || a.prevails && c.session != "":
			continue
		case c.kind == kindPause:
			pauses = append(pauses, c.interval)
			continue
		}
		taken = append(taken, c.interval)
		if di.maxPerDay == 0 {
			continue
		}
		if at := (onDay{dayAt(c.from, v.loc), holder}); !counted[at] {
			counted[at] = true
			di.perDay[at.day]++
		}
	}
	for _, b := range p.busy {
		if b.appointment == "" || b.appointment != a.owner {
			if !slices.Contains(a.uids, b.uid) {
				taken = append(taken, b.interval)
			}
		}
	}
	for _, o := range p.offers {
		if !a.staff && !a.prevails && !ran(o.expires, a.now) && o.session != a.session {
			taken = append(taken, o.interval)
		}
	}
	left := di.present.without(union(taken))
	di.free = left.without(union(pauses))
	if d.Nestable {
		for _, pause := range pauses {
			di.nested = append(di.nested, left.and(set{pause})...)
		}
	}
	return di
}

// isFree reports whether nobody has any of the span, or somebody's pause has room
// for all of it.
func (di *diary) isFree(span interval) bool {
	return di.free.covers(span) || slices.ContainsFunc(di.nested, func(room interval) bool { return room.covers(span) })
}

package availability

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/availability"
)

// bookings are the claims of appointments, those with a seat in a group included.
const bookings = `SELECT c.tenant_id, c.appointment_id, c.staff_id, c.branch_id, c.starts_at, c.ends_at FROM claim c
	WHERE c.tenant_id = $1 AND c.kind = 'booking' AND c.appointment_id <> '' AND c.released_at IS NULL
	UNION ALL SELECT c.tenant_id, s.appointment_id, c.staff_id, c.branch_id, c.starts_at, c.ends_at FROM seat s
	JOIN claim c ON c.tenant_id = s.tenant_id AND c.group_session_id = s.group_session_id AND c.released_at IS NULL
	WHERE s.tenant_id = $1 AND s.appointment_id <> '' AND s.released_at IS NULL`

// A search is where to look for conflicts.
type search struct {
	branchID    string
	staffID     string // everybody, if empty
	first, last day
	external    bool   // compare with busy times, not with the plan
	cause       string // of all that are found, if set
}

// conflicts returns one conflict for each booking that the plan, or a calendar
// outside, leaves no room for. It changes nothing.
func (s *Service) conflicts(ctx context.Context, scope store.Scope, tenantID string, now time.Time, in search) ([]availability.ConflictFound, error) {
	l := &loader{reader: &reader{scope: scope}, tenant: tenantID, now: now, branchID: in.branchID, first: in.first - 1, last: in.last + 1}
	if err := l.open(ctx); err != nil {
		return nil, err
	}
	span := interval{in.first.bounds(l.plan.loc).from, in.last.bounds(l.plan.loc).to}
	booked, err := store.All(ctx, scope, func(r store.Row) (c availability.ConflictFound, err error) {
		err = r.Scan(&c.AppointmentID, &c.StaffID, store.At(&c.Span.StartsAt), store.At(&c.Span.EndsAt))
		c.Span.StaffID = c.StaffID
		return c, err
	}, `SELECT b.appointment_id, b.staff_id, b.starts_at, b.ends_at FROM (`+bookings+`) b
		WHERE b.branch_id = $2 AND b.ends_at > $3 AND b.starts_at < $4 AND (b.staff_id = $5 OR $5 = '')
		ORDER BY b.starts_at, b.appointment_id, b.staff_id`, in.branchID, instant(span.from), instant(span.to), in.staffID)
	if err != nil || len(booked) == 0 {
		return nil, err
	}
	for _, c := range booked {
		l.staff = append(l.staff, c.StaffID)
	}
	slices.Sort(l.staff)
	l.staff = slices.Compact(l.staff)
	v, err := l.view(ctx)
	if err != nil {
		return nil, err
	}
	var found []availability.ConflictFound
	for _, c := range booked {
		repeated := slices.ContainsFunc(found, func(f availability.ConflictFound) bool { return f.AppointmentID == c.AppointmentID })
		if c.Cause = v.cause(c, in, l.people[c.StaffID]); c.Cause != "" && !repeated {
			found = append(found, c)
		}
	}
	slices.SortFunc(found, func(a, b availability.ConflictFound) int {
		return cmp.Or(a.Span.StartsAt.Compare(b.Span.StartsAt), strings.Compare(a.AppointmentID, b.AppointmentID))
	})
	return found, nil
}

// cause says what stands against a booking; nothing, if it is empty.
func (v *view) cause(c availability.ConflictFound, in search, of *calendar) string {
	span := interval{c.Span.StartsAt.Unix(), c.Span.EndsAt.Unix()}
	p := v.people[c.StaffID]
	if p == nil {
		return ""
	}
	if in.external {
		if slices.ContainsFunc(p.busy, func(b busyTime) bool { return b.overlaps(span) && b.appointment != c.AppointmentID }) {
			return availability.CauseExternal
		}
		return ""
	}
	on := v.days[dayAt(span.from, v.loc)]
	switch {
	case p.present.covers(span):
		return ""
	case in.cause != "":
		return in.cause
	case !of.active:
		return availability.CauseStaffInactive
	case on.closed && on.name != "":
		return availability.CauseHoliday
	case on.closed:
		return availability.CauseClosure
	case !p.hours.covers(span):
		return availability.CauseHours
	}
	return availability.CauseAbsence
}

// announce gives the conflicts ids that depend on why somebody looked, and on the
// appointment: looking again finds the same ones.
func announce(key string, conflicts []availability.ConflictFound) []events.Event {
	found := make([]events.Event, len(conflicts))
	for i, c := range conflicts {
		c.ConflictID = derivedID(key, c.AppointmentID)
		found[i] = c
	}
	return found
}

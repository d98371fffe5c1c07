package availability

import (
	"context"
	"slices"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/tenancy"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/availability"
)

// planView reads the plans of a branch and of some people, without what is taken of
// their time counting: for figures, not for slots.
func (s *Service) planView(ctx context.Context, tenantID, branchID string, staff []string, window func(*time.Location) (first, last day)) (*view, error) {
	l := &loader{reader: &reader{scope: s.db.Tenant(tenantID)}, tenant: tenantID, branchID: branchID, staff: staff}
	if err := l.open(ctx); err != nil {
		return nil, err
	}
	first, last := window(l.plan.loc)
	l.first, l.last = first-1, last+1
	return l.view(ctx)
}

// OnDuty returns the people with bookable time at a branch in [from, to), by id.
func (s *Service) OnDuty(ctx context.Context, tenantID, branchID string, from, to time.Time) ([]string, error) {
	span := interval{from.Unix(), ceil(to).Unix()}
	if span.empty() || span.to-span.from > (maxDates+1)*oneDay {
		return nil, tooLong(span)
	}
	staff, err := staffAt(ctx, s.db.Tenant(tenantID), branchID)
	if err != nil {
		return nil, err
	}
	v, err := s.planView(ctx, tenantID, branchID, staff, func(loc *time.Location) (day, day) {
		return dayAt(span.from, loc), dayAt(span.to-1, loc)
	})
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(staff, func(id string) bool { return len(v.people[id].present.and(set{span})) == 0 }), nil
}

// farthest is how far a branch's opening hours are followed, in days.
const farthest = 366

// OpenMinutes returns the instant at which a branch has been open for so many
// minutes after from. It is refused with never_open if that takes over a year.
func (s *Service) OpenMinutes(ctx context.Context, tenantID, branchID string, from time.Time, minutes int) (time.Time, error) {
	left := int64(minutes) * minute
	return s.follow(ctx, tenantID, branchID, from, func(open interval) (int64, bool) {
		if length := open.to - open.from; length < left {
			left -= length
			return 0, false
		}
		return open.from + left, true
	})
}

// NextOpening returns the first instant at or after from at which a branch is open.
// It is refused with never_open if there is none within a year.
func (s *Service) NextOpening(ctx context.Context, tenantID, branchID string, from time.Time) (time.Time, error) {
	return s.follow(ctx, tenantID, branchID, from, func(open interval) (int64, bool) { return open.from, true })
}

// follow walks through the opening hours after an instant, month by month, until
// found is.
func (s *Service) follow(ctx context.Context, tenantID, branchID string, from time.Time, found func(interval) (int64, bool)) (time.Time, error) {
	start := ceil(from).Unix()
	for at := start; at < start+farthest*oneDay; at += maxDates * oneDay {
		window := interval{at, at + maxDates*oneDay}
		v, err := s.planView(ctx, tenantID, branchID, nil, func(loc *time.Location) (day, day) {
			return dayAt(window.from, loc), dayAt(window.to, loc)
		})
		if err != nil {
			return time.Time{}, err
		}
		for _, open := range v.open.and(set{window}) {
			if at, ok := found(open); ok {
				return instant(at), nil
			}
		}
	}
	return time.Time{}, events.Refuse("never_open", "AVL-5", "branch %s does not open so long within a year after %s: check its opening hours", branchID, from.Format(time.RFC3339))
}

// Holidays returns the public holidays of a branch in a year, in order, with what
// the branch has added and taken away.
func (s *Service) Holidays(ctx context.Context, tenantID, branchID string, year int) ([]availability.Holiday, error) {
	scope := s.db.Tenant(tenantID)
	branch, err := tenancy.FindBranch(ctx, scope, branchID)
	if err != nil {
		return nil, err
	}
	if _, err := holidaysOf(branch.Region, nil, year); err != nil {
		return nil, err
	}
	l := &loader{reader: &reader{scope: scope}, tenant: tenantID, branchID: branchID, first: on(year, time.January, 1), last: on(year, time.December, 31)}
	if err := l.open(ctx); err != nil {
		return nil, err
	}
	if err := l.readExceptions(ctx, nil); err != nil {
		return nil, err
	}
	var found []availability.Holiday
	for d := l.first; d <= l.last; d++ {
		name := l.plan.holiday(d)
		if o, ok := l.plan.overrides[d]; ok {
			name = o.name
		}
		if name != "" {
			_, closed := l.plan.closed(d)
			found = append(found, availability.Holiday{Date: d.String(), Name: name, Closed: closed})
		}
	}
	return found, nil
}

// HolidaysOf returns the public holidays of a region, such as DE-BE, by the law of
// the states. It is refused with unknown_state.
func HolidaysOf(region string, feasts []string, year int) ([]availability.Holiday, error) {
	all, err := holidaysOf(region, feasts, year)
	found := make([]availability.Holiday, len(all))
	for i, h := range all {
		found[i] = availability.Holiday{Date: h.day.String(), Name: h.name, Closed: true}
	}
	return found, err
}

// Occupancy returns how full each of at most 366 dates is.
func (s *Service) Occupancy(ctx context.Context, tenantID string, req availability.OccupancyRequest) ([]availability.Occupancy, error) {
	first, err := parseDay(req.First)
	if err != nil {
		return nil, err
	}
	last, err := parseDay(req.Last)
	if err != nil {
		return nil, err
	}
	if last < first || last-first >= farthest {
		return nil, events.Refuse("window_too_long", "AVL-48", "dates from %s to %s: ask for 1 to %d", req.First, req.Last, farthest)
	}
	staff := []string{req.StaffID}
	if req.StaffID == "" {
		if staff, err = staffAt(ctx, s.db.Tenant(tenantID), req.BranchID); err != nil {
			return nil, err
		}
	}
	v, err := s.planView(ctx, tenantID, req.BranchID, staff, func(*time.Location) (day, day) { return first, last })
	if err != nil {
		return nil, err
	}
	booked, err := s.bookedIn(ctx, tenantID, req.BranchID, interval{first.bounds(v.loc).from, last.bounds(v.loc).to})
	if err != nil {
		return nil, err
	}
	var found []availability.Occupancy
	for d := first; d <= last; d++ {
		whole := set{d.bounds(v.loc)}
		o := availability.Occupancy{Date: d.String()}
		for _, id := range staff {
			if p := v.people[id]; p != nil {
				o.BookableMinutes += p.present.and(whole).minutes()
				o.BookedMinutes += booked[id].and(whole).minutes()
			}
		}
		o.Level = levelOf(o.BookedMinutes, o.BookableMinutes)
		found = append(found, o)
	}
	return found, nil
}

// bookedIn is what appointments have of people's time at a branch.
func (s *Service) bookedIn(ctx context.Context, tenantID, branchID string, span interval) (map[string]set, error) {
	all, err := store.All(ctx, s.db.Tenant(tenantID), scanTaken, `SELECT b.staff_id, b.starts_at, b.ends_at FROM (`+bookings+`) b
		WHERE b.branch_id = $2 AND b.ends_at > $3 AND b.starts_at < $4`, branchID, instant(span.from), instant(span.to))
	parts := map[string][]interval{}
	for _, t := range all {
		parts[t.staff] = append(parts[t.staff], t.interval)
	}
	booked := map[string]set{}
	for id, p := range parts {
		booked[id] = union(p)
	}
	return booked, err
}

func levelOf(booked, bookable int) string {
	switch {
	case bookable == 0:
		return availability.LevelClosed
	case booked*100 >= 90*bookable:
		return availability.LevelFull
	case booked*100 >= 70*bookable:
		return availability.LevelBusy
	case booked*100 >= 50*bookable:
		return availability.LevelModerate
	case booked*100 >= 30*bookable:
		return availability.LevelLight
	}
	return availability.LevelEmpty
}

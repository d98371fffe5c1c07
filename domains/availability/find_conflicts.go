package availability

import (
	"context"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/availability"
)

// NewFindConflicts returns the listener that compares the bookings of some dates
// with what has changed about them.
func NewFindConflicts(s *Service) events.Listener {
	return events.On("availability.find-conflicts", func(ctx context.Context, d events.Delivery[availability.Changed]) error {
		if len(d.Event.Dates) == 0 {
			return nil
		}
		in := search{branchID: d.Event.BranchID, staffID: d.Event.StaffID, external: d.Event.Reason == availability.ReasonExternal}
		var err error
		if in.first, err = parseDay(d.Event.Dates[0]); err != nil {
			return events.Permanent(err)
		}
		if in.last, err = parseDay(d.Event.Dates[len(d.Event.Dates)-1]); err != nil {
			return events.Permanent(err)
		}
		conflicts, err := s.conflicts(ctx, s.db.Tenant(d.TenantID), d.TenantID, d.Now(), in)
		if refused(err) {
			return events.Permanent(err) // there is no such branch
		}
		emit(d, announce(d.ID, conflicts))
		return err
	}, events.Priority(80), events.Emits(availability.ConflictFound{}))
}

package availability

import (
	"context"
	"time"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/availability"
	"github.com/herald-bus/herald/events/call"
)

// warmDays is how far ahead staff-days are read before anybody asks.
const warmDays = 7

// NewWarmUpSlots returns the listener that has a branch's next days at hand before
// the caller asks for them.
func NewWarmUpSlots(s *Service) events.Listener {
	return events.On("availability.warm-up-slots", func(ctx context.Context, d events.Delivery[call.Started]) error {
		s.warm(ctx, d.TenantID, d.Now(), d.Event.BranchID, "")
		return nil
	}, events.Priority(60))
}

// NewWarmDays returns the listener that does the same for whom a change concerns.
func NewWarmDays(s *Service) events.Listener {
	return events.On("availability.warm-days", func(ctx context.Context, d events.Delivery[availability.Changed]) error {
		s.warm(ctx, d.TenantID, d.Now(), d.Event.BranchID, d.Event.StaffID)
		return nil
	}, events.Priority(5))
}

// warm reads the next days of a person, or of everybody, into the cache. It is a
// favour: whoever asks reads what is missing, so nothing depends on its success.
func (s *Service) warm(ctx context.Context, tenantID string, now time.Time, branchID, staffID string) {
	scope := s.db.Tenant(tenantID)
	staff := []string{staffID}
	if staffID == "" {
		var err error
		if staff, err = staffAt(ctx, scope, branchID); err != nil {
			return
		}
	}
	d := availability.Demand{BranchID: branchID, Phases: []availability.Phase{{Staff: staff}}}
	_, _ = s.viewFor(ctx, scope, tenantID, now, d, interval{now.Unix(), now.Unix() + warmDays*oneDay}, s.cache)
}

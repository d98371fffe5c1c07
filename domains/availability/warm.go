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
		if staff, err := staffAt(ctx, s.db.Tenant(d.TenantID), d.Event.BranchID); err == nil {
			s.warm(ctx, d.TenantID, d.Now(), d.Event.BranchID, staff)
		}
		return nil
	}, events.Priority(60))
}

// NewWarmDays returns the listener that does the same for whom a change concerns.
func NewWarmDays(s *Service) events.Listener {
	return events.On("availability.warm-days", func(ctx context.Context, d events.Delivery[availability.Changed]) error {
		if d.Event.StaffID != "" {
			s.warm(ctx, d.TenantID, d.Now(), d.Event.BranchID, []string{d.Event.StaffID})
		}
		return nil
	}, events.Priority(5))
}

// warm reads staff-days into the cache. It is a favour: whoever asks reads what is
// missing, so nothing depends on its success.
func (s *Service) warm(ctx context.Context, tenantID string, now time.Time, branchID string, staff []string) {
	d := availability.Demand{BranchID: branchID, Phases: []availability.Phase{{Staff: staff}}}
	_, _ = s.viewFor(ctx, s.db.Tenant(tenantID), tenantID, now, d, interval{now.Unix(), now.Unix() + warmDays*oneDay}, s.cache)
}

package activities

import (
	"context"
	"time"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/availability"
	"github.com/herald-bus/herald/workflows"
)

// registerHolds registers the steps of a hold's life, and the question for what a
// service would hold.
func (l Life) registerHolds(r Registry) {
	v := l.Availability
	add(r, workflows.StepRenew, func(ctx context.Context, tenantID string, now time.Time, q availability.RenewRequest) (availability.Hold, []events.Event, error) {
		held, err := v.Renew(ctx, tenantID, now, q)
		return held, nil, err
	})
	add(r, workflows.StepExpire, func(ctx context.Context, tenantID string, _ time.Time, q workflows.ExpireRequest) (none, []events.Event, error) {
		announce, err := v.Expire(ctx, tenantID, q.At, availability.ExpireRequest{HoldID: q.HoldID})
		return none{}, announce, err
	})
	add(r, workflows.StepDemand, func(ctx context.Context, tenantID string, now time.Time, q appointment.SlotsQuery) (appointment.Prepared, []events.Event, error) {
		p, err := l.Appointments.Demand(ctx, tenantID, now, q)
		return p, nil, err
	})
}

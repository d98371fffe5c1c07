package activities

import (
	"context"
	"time"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/audit"
	"github.com/herald-bus/herald/events/figures"
	"github.com/herald-bus/herald/workflows"
)

// Books are the figures and the trail.
type Books struct {
	Report  func(ctx context.Context, tenantID string, now time.Time, q figures.Query) ([]figures.Measure, error)
	Rebuild func(ctx context.Context, tenantID string, now time.Time, q figures.RebuildRequest) (figures.Rebuilt, error)
	Verify  func(ctx context.Context, tenantID string, from int64) (audit.Verification, error)
}

// register registers the questions about them, which announce nothing.
func (b Books) register(r Registry) {
	add(r, workflows.StepReport, func(ctx context.Context, tenantID string, now time.Time, q figures.Query) ([]figures.Measure, []events.Event, error) {
		found, err := b.Report(ctx, tenantID, now, q)
		return found, nil, err
	})
	add(r, workflows.StepRebuild, func(ctx context.Context, tenantID string, now time.Time, q figures.RebuildRequest) (figures.Rebuilt, []events.Event, error) {
		done, err := b.Rebuild(ctx, tenantID, now, q)
		return done, nil, err
	})
	add(r, workflows.StepVerify, func(ctx context.Context, tenantID string, _ time.Time, q audit.VerifyRequest) (audit.Verification, []events.Event, error) {
		v, err := b.Verify(ctx, tenantID, q.From)
		return v, nil, err
	})
}

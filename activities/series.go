package activities

import (
	"context"
	"errors"
	"time"

	"go.temporal.io/sdk/activity"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/workflows"
)

// Desk gives commands to the lives of appointments.
type Desk interface {
	Book(ctx context.Context, c workflows.BookCommand) (workflows.BookingAnswer, error)
	Cancel(ctx context.Context, c workflows.ChangeCommand[appointment.CancelRequest]) (workflows.ChangeAnswer, error)
}

// errAtWork has a step ask again: the appointment's own life sees to the answer.
var errAtWork = errors.New("the appointment is at work: ask again")

// desk is the worker's own, unless there is another.
func (l Life) desk(ctx context.Context) Desk {
	if l.Desk != nil {
		return l.Desk
	}
	return workflows.NewAppointments(activity.GetClient(ctx), workflows.Config{TaskQueue: activity.GetInfo(ctx).TaskQueue})
}

// registerSeries registers the steps of a series' life.
func (l Life) registerSeries(r Registry) {
	a := l.Appointments
	add(r, workflows.StepPlanSeries, func(ctx context.Context, tenantID string, now time.Time, q appointment.SeriesRequest) (appointment.SeriesPlan, []events.Event, error) {
		plan, err := a.PlanSeries(ctx, tenantID, now, q)
		return plan, nil, err
	})
	add(r, workflows.StepChangeSeries, func(ctx context.Context, tenantID string, now time.Time, q appointment.SeriesChange) (appointment.SeriesPlan, []events.Event, error) {
		plan, err := a.ChangeSeries(ctx, tenantID, now, q)
		return plan, nil, err
	})
	add(r, workflows.StepListSeries, func(ctx context.Context, tenantID string, now time.Time, q appointment.SeriesQuery) ([]appointment.ListedSeries, []events.Event, error) {
		listed, err := a.ListSeries(ctx, tenantID, now, q)
		return listed, nil, err
	})
	add(r, workflows.StepRecordSeries, func(_ context.Context, _ string, _ time.Time, q workflows.RecordSeriesRequest) (none, []events.Event, error) {
		return none{}, a.RecordSeries(q.SeriesID, q.Created, q.Skipped), nil
	})
	add(r, workflows.StepBookOne, func(ctx context.Context, _ string, _ time.Time, q workflows.BookCommand) (workflows.BookingAnswer, []events.Event, error) {
		answer, err := l.desk(ctx).Book(ctx, q)
		if err == nil && answer.State == workflows.Processing {
			err = errAtWork
		}
		return answer, nil, err
	})
	add(r, workflows.StepCancelOne, func(ctx context.Context, _ string, _ time.Time, q workflows.ChangeCommand[appointment.CancelRequest]) (workflows.ChangeAnswer, []events.Event, error) {
		answer, err := l.desk(ctx).Cancel(ctx, q)
		if err == nil && answer.State == workflows.Processing {
			err = errAtWork
		}
		return answer, nil, err
	})
}

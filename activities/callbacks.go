package activities

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/workflows"
)

// Callbacks is what a callback's life needs of the appointments domain.
type Callbacks interface {
	Callback(ctx context.Context, tenantID, callbackID string) (appointment.Callback, error)
	CallbackTimetable(ctx context.Context, tenantID, callbackID string, open func(branchID string, from time.Time, minutes int) (time.Time, error)) (appointment.CallbackTimetable, error)
	Assign(ctx context.Context, tenantID, callbackID string, onDuty []string) (appointment.Callback, []events.Event, error)
	Overdue(ctx context.Context, tenantID, callbackID string, openMinutes int) ([]events.Event, error)
	Escalate(ctx context.Context, tenantID string, now time.Time, callbackID string, level int, reason, manager string) (appointment.Callback, []events.Event, error)
	ExpireCallback(ctx context.Context, tenantID string, now time.Time, callbackID string) (appointment.Callback, []events.Event, error)
	LogAttempt(ctx context.Context, tenantID, callbackID string, attempt int, reached bool, note string) (appointment.Callback, error)
	CompleteCallback(ctx context.Context, tenantID, callbackID, outcome, appointmentID string) (appointment.Callback, []events.Event, error)
	ListCallbacks(ctx context.Context, tenantID string, q appointment.CallbackQuery) ([]appointment.ListedCallback, error)
}

// Duty is what it needs of the availability domain.
type Duty interface {
	OnDuty(ctx context.Context, tenantID, branchID string, from, to time.Time) ([]string, error)
	OpenMinutes(ctx context.Context, tenantID, branchID string, from time.Time, minutes int) (time.Time, error)
}

// registerCallbacks registers the steps of callbacks.
func (l Life) registerCallbacks(r Registry) {
	a := l.Appointments
	add(r, workflows.StepAssignCallback, l.assignCallback)
	add(r, workflows.StepCallbackTimetable, func(ctx context.Context, tenantID string, _ time.Time, id string) (appointment.CallbackTimetable, []events.Event, error) {
		table, err := a.CallbackTimetable(ctx, tenantID, id, func(branchID string, from time.Time, minutes int) (time.Time, error) {
			return l.Availability.OpenMinutes(ctx, tenantID, branchID, from, minutes)
		})
		return table, nil, err
	})
	add(r, workflows.StepCallbackOverdue, func(ctx context.Context, tenantID string, _ time.Time, q workflows.OverdueRequest) (none, []events.Event, error) {
		announce, err := a.Overdue(ctx, tenantID, q.CallbackID, q.OpenMinutes)
		return none{}, announce, err
	})
	add(r, workflows.StepEscalateCallback, func(ctx context.Context, tenantID string, now time.Time, q workflows.EscalateRequest) (appointment.Callback, []events.Event, error) {
		const nobody = "" // no branch says yet who its manager is
		return a.Escalate(ctx, tenantID, now, q.CallbackID, q.Level, q.Reason, nobody)
	})
	add(r, workflows.StepExpireCallback, a.ExpireCallback)
	add(r, workflows.StepLogAttempt, func(ctx context.Context, tenantID string, _ time.Time, q appointment.CallbackAttempt) (appointment.Callback, []events.Event, error) {
		c, err := a.LogAttempt(ctx, tenantID, q.CallbackID, q.Attempt, q.Reached, q.Note)
		return c, nil, err
	})
	add(r, workflows.StepCompleteCallback, func(ctx context.Context, tenantID string, _ time.Time, q appointment.CallbackOutcome) (appointment.Callback, []events.Event, error) {
		return a.CompleteCallback(ctx, tenantID, q.CallbackID, q.Outcome, q.AppointmentID)
	})
	add(r, workflows.StepListCallbacks, func(ctx context.Context, tenantID string, _ time.Time, q appointment.CallbackQuery) ([]appointment.ListedCallback, []events.Event, error) {
		listed, err := a.ListCallbacks(ctx, tenantID, q)
		return listed, nil, err
	})
}

// assignCallback gives a callback to one of those at work before it is due. Where
// nobody can say who that is, everybody counts.
func (l Life) assignCallback(ctx context.Context, tenantID string, now time.Time, id string) (appointment.Callback, []events.Event, error) {
	c, err := l.Appointments.Callback(ctx, tenantID, id)
	if err != nil {
		return c, nil, err
	}
	var onDuty []string
	if now.Before(c.ExpiresAt) {
		onDuty, err = l.Availability.OnDuty(ctx, tenantID, c.BranchID, now, c.ExpiresAt)
		if _, refused := errors.AsType[*events.Refusal](err); err != nil && !refused {
			return c, nil, fmt.Errorf("who is on duty: %w", err)
		}
	}
	return l.Appointments.Assign(ctx, tenantID, id, onDuty)
}

package workflows

import (
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/herald-bus/herald/events/appointment"
)

// onChange answers when the change is done, or that it is at work.
func (l *seriesLife) onChange(ctx workflow.Context, c SeriesChangeCommand) (answer SeriesAnswer, err error) {
	settled := false
	l.working++
	workflow.Go(ctx, func(ctx workflow.Context) {
		answer, err = l.change(ctx, c)
		settled = true
		l.changes++
		l.working--
	})
	if _, waitErr := workflow.AwaitWithTimeout(ctx, c.Wait, func() bool { return settled }); waitErr != nil {
		return SeriesAnswer{}, waitErr
	}
	if !settled {
		return SeriesAnswer{State: Processing, SeriesID: l.SeriesID}, nil
	}
	return answer, err
}

// change takes occurrences out of the series and cancels what was booked of them.
// What follows a series has a life of its own.
func (l *seriesLife) change(ctx workflow.Context, c SeriesChangeCommand) (SeriesAnswer, error) {
	answer := SeriesAnswer{State: Done, SeriesID: l.SeriesID}
	if err := l.turn.Lock(ctx); err != nil {
		return answer, err
	}
	defer l.turn.Unlock()
	l.Cause = c.Cause
	changed, err := do[appointment.SeriesChange, appointment.SeriesPlan](ctx, patient, StepChangeSeries, seriesRequest(l, "", c.Change))
	if err != nil {
		return answer, err
	}
	if changed.Refusal != nil {
		return SeriesAnswer{State: Refused, SeriesID: l.SeriesID, Refusal: changed.Refusal}, nil
	}
	for _, id := range changed.Result.Cancel {
		cancelled, err := do[ChangeCommand[appointment.CancelRequest], ChangeAnswer](ctx, asking, StepCancelOne, seriesRequest(l, "", ChangeCommand[appointment.CancelRequest]{
			Cause: l.Cause, Wait: occurrenceWait,
			Request: appointment.CancelRequest{Command: appointment.Command{ID: c.Change.ChangeID, AppointmentID: id, By: c.By}, Reason: "series changed"},
		}))
		if err != nil {
			return answer, err
		}
		if refusal := cancelled.Result.Refusal; refusal != nil {
			if answer.Kept == nil {
				answer.Kept = map[string]string{}
			}
			answer.Kept[id] = refusal.Code
			continue
		}
		answer.Cancelled = append(answer.Cancelled, id)
	}
	if next := changed.Result.SeriesID; next != l.SeriesID {
		answer.Follows = next
		if err := l.follow(ctx, next, c.Change.Rule); err != nil {
			return answer, err
		}
	}
	record := RecordSeriesRequest{SeriesID: l.SeriesID}
	if answer.Follows == "" { // another series tells of its own
		l.settle(changed.Result.Skipped)
		answer.Skipped, record.Skipped = changed.Result.Skipped, changed.Result.Skipped
	}
	return answer, l.record(ctx, record)
}

// follow starts the life of the series that goes on instead. A life that was over, and
// knows nothing of its customer, knows how to ask who that is.
func (l *seriesLife) follow(ctx workflow.Context, seriesID string, rule *appointment.SeriesRule) error {
	next := SeriesStart{Cause: l.Cause, SeriesID: seriesID, Who: l.Who, Series: &appointment.SeriesRequest{SeriesID: seriesID, Rule: *rule}, CustomerKey: l.CustomerKey}
	if l.Series != nil {
		next.Series.Template = l.Series.Template
	} else {
		next.CustomerKey = SeriesWorkflowID(l.SeriesID)
	}
	child := workflow.WithChildOptions(ctx, seriesChild(next))
	err := workflow.ExecuteChildWorkflow(child, SeriesLifeType, next).GetChildWorkflowExecution().Get(ctx, nil)
	if temporal.IsWorkflowExecutionAlreadyStartedError(err) {
		return nil
	}
	return err
}

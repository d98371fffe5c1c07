package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// A CallbackCommand asks for a change of a callback.
type CallbackCommand[T any] struct {
	Cause   Cause `json:"cause"`
	Request T     `json:"request"`
	// Wait is how long the caller waits for the answer.
	Wait time.Duration `json:"wait"`
}

// A CallbackAnswer says what became of a command: [Done] or [Refused].
type CallbackAnswer struct {
	State    BookingState          `json:"state"`
	Callback *appointment.Callback `json:"callback,omitzero"`
	Refusal  *events.Refusal       `json:"refusal,omitzero"`
}

// listen takes the commands.
func (c *callbackLife) listen(ctx workflow.Context) error {
	if err := workflow.SetQueryHandler(ctx, StateQuery, func() (*appointment.CallbackTimetable, error) { return c.table, nil }); err != nil {
		return err
	}
	if err := workflow.SetUpdateHandler(ctx, LogAttemptUpdate, func(ctx workflow.Context, command CallbackCommand[appointment.CallbackAttempt]) (CallbackAnswer, error) {
		return obey(ctx, c, StepLogAttempt, command, func(r *appointment.CallbackAttempt) {
			if r.Attempt == 0 {
				r.Attempt = c.table.Callback.Attempts + 1
			}
		})
	}); err != nil {
		return err
	}
	return workflow.SetUpdateHandler(ctx, CompleteCallbackUpdate, func(ctx workflow.Context, command CallbackCommand[appointment.CallbackOutcome]) (CallbackAnswer, error) {
		return obey(ctx, c, StepCompleteCallback, command, func(*appointment.CallbackOutcome) {})
	})
}

// obey runs a command, which is a single step, when those before it are done; fill
// completes its request by what is known then.
func obey[T any](ctx workflow.Context, c *callbackLife, step string, command CallbackCommand[T], fill func(*T)) (CallbackAnswer, error) {
	if err := workflow.Await(ctx, func() bool { return c.table != nil || c.unknown != nil }); err != nil {
		return CallbackAnswer{}, err
	}
	if err := c.turn.Lock(ctx); err != nil {
		return CallbackAnswer{}, err
	}
	defer c.turn.Unlock()
	if c.unknown != nil {
		return CallbackAnswer{State: Refused, Refusal: c.unknown}, nil
	}
	c.Cause = command.Cause
	fill(&command.Request)
	answer, err := do[T, appointment.Callback](ctx, patient, step, about(c, command.Cause, "", command.Request))
	if err != nil {
		return CallbackAnswer{}, err
	}
	c.changes++
	if answer.Refusal != nil {
		return CallbackAnswer{State: Refused, Refusal: answer.Refusal}, nil
	}
	c.table.Callback = answer.Result
	return CallbackAnswer{State: Done, Callback: &answer.Result}, announce(ctx, answer.Announce)
}

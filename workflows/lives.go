package workflows

import (
	"context"
	"fmt"
	"time"

	"go.temporal.io/sdk/client"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/customer"
)

// reactionWait is how long a listener waits for the answer to its command. What takes
// longer goes on, and is asked for again by the listener's next attempt.
const reactionWait = 10 * time.Second

// Lives gives the commands of listeners. What follows from one is caused by the
// listener's event. A refusal is returned as an error, an [events.Refusal].
type Lives struct {
	callbacks    *Callbacks
	appointments *Appointments
}

// NewLives returns the lives over c, whose connection should have the
// [TimeSkippingInterceptor] if events may ask for time skipping.
func NewLives(c client.Client, config Config) *Lives {
	return &Lives{NewCallbacks(c, config), NewAppointments(c, config)}
}

// WatchCallback starts the life of a callback: see [Callbacks.WatchCallback].
func (l *Lives) WatchCallback(ctx context.Context, tenantID, callbackID string, meta events.Meta) error {
	return l.callbacks.WatchCallback(ctx, tenantID, callbackID, meta)
}

// Book asks for an appointment: see [Appointments.Book].
func (l *Lives) Book(ctx context.Context, r appointment.BookRequest, who customer.Query, meta events.Meta) error {
	answer, err := l.appointments.Book(ctx, BookCommand{Cause: causeOf(meta.TenantID, meta), Booking: r, Who: who, Wait: reactionWait})
	return outcomeOf(answer.State, answer.Refusal, err)
}

// Move gives an appointment another time.
func (l *Lives) Move(ctx context.Context, r appointment.MoveRequest, meta events.Meta) error {
	return command(ctx, l.appointments, RescheduleUpdate, r, meta)
}

// Update changes what is not the time.
func (l *Lives) Update(ctx context.Context, r appointment.UpdateRequest, meta events.Meta) error {
	return command(ctx, l.appointments, ChangeUpdate, r, meta)
}

// Confirm says yes to an appointment that waits for it.
func (l *Lives) Confirm(ctx context.Context, r appointment.Command, meta events.Meta) error {
	return command(ctx, l.appointments, ConfirmUpdate, r, meta)
}

// Cancel ends an appointment.
func (l *Lives) Cancel(ctx context.Context, r appointment.CancelRequest, meta events.Meta) error {
	return command(ctx, l.appointments, CancelUpdate, r, meta)
}

func command[T commanded](ctx context.Context, a *Appointments, name string, r T, meta events.Meta) error {
	answer, err := send(ctx, a, name, ChangeCommand[T]{Cause: causeOf(meta.TenantID, meta), Request: r, Wait: reactionWait})
	return outcomeOf(answer.State, answer.Refusal, err)
}

// outcomeOf is nil for what is done, the refusal for what a rule forbids, and for all
// else an error that is worth another try.
func outcomeOf(state BookingState, refusal *events.Refusal, err error) error {
	switch {
	case err != nil:
		return err
	case state == Refused && refusal != nil:
		return refusal
	case state == Failed && refusal != nil:
		return fmt.Errorf("the appointment's life has failed to do it: %s", refusal.Text)
	case state == Booked, state == Done:
		return nil
	}
	return fmt.Errorf("the appointment's life has not done it yet: it is %s", state)
}

// causeOf is the cause of what follows from an event.
func causeOf(tenantID string, meta events.Meta) Cause {
	return Cause{
		TenantID: tenantID, CorrelationID: meta.CorrelationID, CausationID: meta.ID, Hops: meta.Hops + 1,
		CausedBy: meta.CausedBy, TraceParent: meta.TraceParent, TimeSkipping: meta.TimeSkipping(),
	}
}

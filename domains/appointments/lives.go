package appointments

import (
	"context"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/customer"
)

// Lives starts what lives longer than a delivery, and gives it commands. Each may be
// asked twice: keys and command ids derive from the event that asks, whose meta it
// is. A rule's no is an [events.Refusal]; every other error, such as that the life is
// still at work, asks to be tried again. What comes of a command, the life announces.
type Lives interface {
	// WatchCallback has somebody see to a callback until it is closed.
	WatchCallback(ctx context.Context, tenantID, callbackID string, meta events.Meta) error
	// Book makes an appointment for whoever is found by the query.
	Book(ctx context.Context, r appointment.BookRequest, who customer.Query, meta events.Meta) error
	// Move gives an appointment another start, and another person where one is named.
	Move(ctx context.Context, r appointment.MoveRequest, meta events.Meta) error
	// Update changes what is not the time.
	Update(ctx context.Context, r appointment.UpdateRequest, meta events.Meta) error
	// Confirm says yes to an appointment that waits for it.
	Confirm(ctx context.Context, r appointment.Command, meta events.Meta) error
	// Cancel ends an appointment.
	Cancel(ctx context.Context, r appointment.CancelRequest, meta events.Meta) error
}

// noLives is for a process that delivers nothing.
type noLives struct{}

func newNoLives() Lives { return noLives{} }

func (noLives) WatchCallback(context.Context, string, string, events.Meta) error { return nil }

func (noLives) Book(context.Context, appointment.BookRequest, customer.Query, events.Meta) error {
	return nil
}

func (noLives) Move(context.Context, appointment.MoveRequest, events.Meta) error { return nil }

func (noLives) Update(context.Context, appointment.UpdateRequest, events.Meta) error { return nil }

func (noLives) Confirm(context.Context, appointment.Command, events.Meta) error { return nil }

func (noLives) Cancel(context.Context, appointment.CancelRequest, events.Meta) error { return nil }

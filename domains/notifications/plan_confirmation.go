package notifications

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/notification"
)

// ErrNoAddress says that nobody knows where to send a confirmation.
var ErrNoAddress = errors.New("notifications: no e-mail address: publish the appointment with contact_override.email")

// NewPlanConfirmation returns the listener that mails the confirmation.
func NewPlanConfirmation(outbox *Outbox) events.Listener {
	return events.On("notifications.plan-confirmation", outbox.confirm, events.Priority(90), events.Emits(notification.Sent{}))
}

// confirm writes one mail per idempotency key: the second run finds it there, and
// says nothing new.
func (o *Outbox) confirm(ctx context.Context, d events.Delivery[notification.ConfirmationRequired]) error {
	if d.Event.ContactOverride == nil || d.Event.ContactOverride.Email == "" {
		return events.Permanent(ErrNoAddress)
	}
	mail, err := confirmation(d.Event, d.IdempotencyKey(), d.Time)
	if err != nil {
		return events.Permanent(err) // the same event makes the same mail
	}
	if err := o.Send(ctx, mail); err != nil {
		return err
	}
	id := uuid.NewSHA1(uuid.NameSpaceURL, []byte("notification:"+d.IdempotencyKey())).String()
	d.Emit(notification.Sent{NotificationID: id, DeliveryID: id, Channel: "email", Purpose: "confirmation", DueAt: d.Time, SentAt: d.Now()})
	return nil
}

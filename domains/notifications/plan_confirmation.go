package notifications

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/notification"
)

// ErrUnknownRecipient means that an appointment has no address of its own, and that
// nobody has told of its customer.
var ErrUnknownRecipient = errors.New("notifications: nobody knows how to reach the customer: customer.created or customer.updated has not come; " +
	"publish it and redrive this, or book with contact_override.email or with notify false")

// unknownFor is how long a confirmation waits for its customer to become known.
const unknownFor = 10 * time.Second

// PlanConfirmation mails the customer once an appointment is certain.
type PlanConfirmation struct {
	config     Config
	mailer     Mailer
	deliveries *Deliveries
	recipients *Recipients
	log        *slog.Logger
}

// NewPlanConfirmation returns the listener for [notification.ConfirmationRequired].
func NewPlanConfirmation(config Config, mailer Mailer, deliveries *Deliveries, recipients *Recipients, log *slog.Logger) events.Listener {
	l := &PlanConfirmation{config, mailer, deliveries, recipients, log}
	return events.On("notifications.plan-confirmation", l.handle, events.Priority(90), events.Emits(notification.Sent{}))
}

func (l *PlanConfirmation) handle(ctx context.Context, d events.Delivery[notification.ConfirmationRequired]) error {
	key := d.IdempotencyKey()
	delivery, sent, err := l.deliveries.Find(ctx, d.TenantID, key)
	if err != nil {
		return err
	}
	if !sent {
		to, err := l.address(ctx, d)
		if err != nil {
			return err
		}
		if to == "" {
			l.log.InfoContext(ctx, "no confirmation: the customer has no e-mail address", "appointment_id", d.Event.AppointmentID, "customer_id", d.Event.CustomerID)
			return nil
		}
		if delivery, err = l.send(ctx, d, to, key); err != nil {
			return err
		}
	}
	id := notificationID(key)
	d.Emit(notification.Sent{
		NotificationID: id, DeliveryID: id, Channel: "email", Purpose: delivery.Type, DueAt: d.Time, SentAt: delivery.SentAt,
	}, events.OccurredAt(delivery.SentAt))
	return nil
}

// address returns the appointment's own address, or else the customer's, who may have
// none.
func (l *PlanConfirmation) address(ctx context.Context, d events.Delivery[notification.ConfirmationRequired]) (string, error) {
	if o := d.Event.ContactOverride; o != nil && o.Email != "" {
		return o.Email, nil
	}
	r, found, err := l.recipients.Find(ctx, d.TenantID, d.Event.CustomerID)
	if err == nil && !found {
		err = events.RetryAfter(unknownFor, ErrUnknownRecipient)
	}
	return r.Email, err
}

// send mails the confirmation and remembers that it did. Whoever dies in between
// sends it again, with the same Message-ID.
func (l *PlanConfirmation) send(ctx context.Context, d events.Delivery[notification.ConfirmationRequired], to, key string) (Delivery, error) {
	message, err := Confirmation(l.config, d.Event, to, key, d.Time)
	if err != nil {
		return Delivery{}, events.Permanent(err) // made of the event, the address and the configuration alone
	}
	if err := l.mailer.Send(ctx, key, message); err != nil {
		return Delivery{}, err
	}
	delivery := Delivery{
		Key: key, Type: "confirmation", SubjectID: d.Event.AppointmentID,
		Way: l.mailer.Way(), MessageID: message.GetMessageID(), SentAt: d.Now().UTC().Truncate(time.Microsecond),
	}
	if err := l.deliveries.Add(ctx, d.TenantID, delivery); err != nil {
		return Delivery{}, err
	}
	l.log.InfoContext(ctx, "confirmation sent", "appointment_id", d.Event.AppointmentID, "way", l.mailer.Way())
	return delivery, nil
}

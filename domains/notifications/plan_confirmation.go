package notifications

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/notification"
)

// ErrNoAddress means that nobody can be reached by mail.
var ErrNoAddress = errors.New("notifications: no e-mail address: the appointment has no contact_override.email, and addresses of customers are not kept yet; " +
	"tell the customer yourself, and book with contact_override.email or with notify false")

// PlanConfirmation mails the customer once an appointment is certain.
type PlanConfirmation struct {
	config     Config
	mailer     Mailer
	deliveries *Deliveries
	log        *slog.Logger
}

// NewPlanConfirmation returns the listener for [notification.ConfirmationRequired].
func NewPlanConfirmation(config Config, mailer Mailer, deliveries *Deliveries, log *slog.Logger) events.Listener {
	l := &PlanConfirmation{config, mailer, deliveries, log}
	return events.On("notifications.plan-confirmation", l.handle, events.Priority(90), events.Emits(notification.Sent{}))
}

func (l *PlanConfirmation) handle(ctx context.Context, d events.Delivery[notification.ConfirmationRequired]) error {
	key := d.IdempotencyKey()
	delivery, sent, err := l.deliveries.Find(ctx, d.TenantID, key)
	if err != nil {
		return err
	}
	if !sent {
		if delivery, err = l.send(ctx, d, key); err != nil {
			return err
		}
	}
	id := notificationID(key)
	d.Emit(notification.Sent{
		NotificationID: id, DeliveryID: id, Channel: "email", Purpose: delivery.Type, DueAt: d.Time, SentAt: delivery.SentAt,
	}, events.OccurredAt(delivery.SentAt))
	return nil
}

// send mails the confirmation and remembers that it did. Whoever dies in between
// sends it again, with the same Message-ID.
func (l *PlanConfirmation) send(ctx context.Context, d events.Delivery[notification.ConfirmationRequired], key string) (Delivery, error) {
	if o := d.Event.ContactOverride; o == nil || o.Email == "" {
		return Delivery{}, events.Permanent(ErrNoAddress) // the event will not have one next time
	}
	message, err := Confirmation(l.config, d.Event, key, d.Time)
	if err != nil {
		return Delivery{}, events.Permanent(err) // made of the event and the configuration alone
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

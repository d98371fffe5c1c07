// Package notification is the published language of messages to people.
package notification

import (
	"time"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// Types are the event types of this package.
var Types = []events.Type{
	events.TypeOf[ConfirmationRequired](),
	events.TypeOf[Sent](),
}

// ConfirmationRequired says that an appointment became certain and its customer
// is to be told.
type ConfirmationRequired struct {
	AppointmentID   string                       `json:"appointment_id"`
	Version         int                          `json:"version"`
	CustomerID      string                       `json:"customer_id"`
	CallID          string                       `json:"call_id,omitzero"`
	Display         appointment.Display          `json:"display"`
	StartsAt        time.Time                    `json:"starts_at"`
	EndsAt          time.Time                    `json:"ends_at"`
	Zone            string                       `json:"zone"`
	ContactOverride *appointment.ContactOverride `json:"contact_override,omitzero"`
}

// EventName is the type on the wire.
func (ConfirmationRequired) EventName() string { return "notification.confirmation_required" }

// AggregateID returns the appointment's id.
func (e ConfirmationRequired) AggregateID() string { return e.AppointmentID }

// Sent says that a message was handed to its channel.
type Sent struct {
	NotificationID string    `json:"notification_id"`
	DeliveryID     string    `json:"delivery_id"`
	Channel        string    `json:"channel"`
	Purpose        string    `json:"purpose"`
	DueAt          time.Time `json:"due_at"`
	SentAt         time.Time `json:"sent_at"`
}

// EventName is the type on the wire.
func (Sent) EventName() string { return "notification.sent" }

// AggregateID returns the notification's id.
func (e Sent) AggregateID() string { return e.NotificationID }

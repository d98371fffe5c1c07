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
	events.TypeOf[Delivered](),
	events.TypeOf[Failed](),
	events.TypeOf[Unsubscribed](),
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

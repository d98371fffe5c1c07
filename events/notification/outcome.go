package notification

import (
	"errors"
	"time"

	"github.com/herald-bus/herald/events"
)

// Sent says that a message was handed to its channel.
type Sent struct {
	NotificationID string    `json:"notification_id"`
	DeliveryID     string    `json:"delivery_id"`
	Channel        string    `json:"channel"`
	Purpose        string    `json:"purpose"`
	AppointmentID  string    `json:"appointment_id,omitzero"`
	DueAt          time.Time `json:"due_at"`
	SentAt         time.Time `json:"sent_at"`
	// Segments are the parts that a text message was cut into.
	Segments  int    `json:"segments,omitzero"`
	CostCents int64  `json:"cost_cents,omitzero"`
	Currency  string `json:"currency,omitzero"`
}

// EventName is the type on the wire.
func (Sent) EventName() string { return "notification.sent" }

// AggregateID returns the notification's id.
func (e Sent) AggregateID() string { return e.NotificationID }

// Delivered says that a message has arrived, or was read.
type Delivered struct {
	NotificationID string `json:"notification_id"`
	DeliveryID     string `json:"delivery_id"`
	// ContactID is empty for whoever is no customer.
	ContactID string    `json:"contact_id,omitzero"`
	Channel   string    `json:"channel"`
	At        time.Time `json:"at"`
	Read      bool      `json:"read"`
}

// EventName is the type on the wire.
func (Delivered) EventName() string { return "notification.delivered" }

// AggregateID returns the notification's id.
func (e Delivered) AggregateID() string { return e.NotificationID }

// Why a message did not get through.
const (
	ClassRecipient = "recipient" // the address is wrong or refuses
	ClassContent   = "content"
	ClassAccount   = "account" // ours, at the provider
	ClassProvider  = "provider"
	ClassExpired   = "expired"
	ClassConfig    = "config"
)

var classes = []string{ClassRecipient, ClassContent, ClassAccount, ClassProvider, ClassExpired, ClassConfig}

// Failed says that a message got through on no channel.
type Failed struct {
	NotificationID string `json:"notification_id"`
	// Type is the template's, Audience customer, staff, manager, team or operator.
	Type          string `json:"type"`
	Audience      string `json:"audience"`
	Channel       string `json:"channel"`
	Purpose       string `json:"purpose"`
	AppointmentID string `json:"appointment_id,omitzero"`
	// ContactID is empty for whoever is no customer.
	ContactID   string `json:"contact_id,omitzero"`
	ReasonClass string `json:"reason_class"`
	Reason      string `json:"reason"`
	Attempts    int    `json:"attempts"`
}

// EventName is the type on the wire.
func (Failed) EventName() string { return "notification.failed" }

// AggregateID returns the notification's id.
func (e Failed) AggregateID() string { return e.NotificationID }

// Validate reports a class without meaning.
func (e Failed) Validate() error {
	return events.OneOf("reason_class", e.ReasonClass, classes...)
}

// Unsubscribed says that somebody wants no more messages of a kind.
type Unsubscribed struct {
	// CustomerID is empty if the address belongs to nobody we know.
	CustomerID string `json:"customer_id,omitzero"`
	Channel    string `json:"channel"`
	// Scope is all, marketing or reminders.
	Scope string `json:"scope"`
	// Via is link, one_click, keyword, complaint or staff.
	Via string `json:"via"`
}

// EventName is the type on the wire.
func (Unsubscribed) EventName() string { return "notification.unsubscribed" }

// AggregateID returns the customer's id, or the channel where nobody is known.
func (e Unsubscribed) AggregateID() string {
	if e.CustomerID == "" {
		return e.Channel
	}
	return e.CustomerID
}

// Validate reports enums without meaning.
func (e Unsubscribed) Validate() error {
	scopes, ways := []string{"all", "marketing", "reminders"}, []string{"link", "one_click", "keyword", "complaint", "staff"}
	return errors.Join(events.OneOf("scope", e.Scope, scopes...), events.OneOf("via", e.Via, ways...))
}

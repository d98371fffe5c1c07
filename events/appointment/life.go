package appointment

import (
	"errors"
	"time"

	"github.com/herald-bus/herald/events"
)

// BecameConfirmed says that an appointment that waited for a yes has got it. One
// that is born confirmed announces [Created] alone.
type BecameConfirmed struct {
	Ref
	// ConfirmedBy is staff or auto.
	ConfirmedBy string `json:"confirmed_by"`
}

// EventName is the type on the wire.
func (BecameConfirmed) EventName() string { return "appointment.confirmed" }

// Details is what can change of an appointment without moving it.
type Details struct {
	ServiceID    string    `json:"service_id"`
	StaffIDs     []string  `json:"staff_ids"`
	AttendeeName string    `json:"attendee_name,omitzero"`
	Notes        string    `json:"notes,omitzero"`
	EndsAt       time.Time `json:"ends_at"`
	Price        Money     `json:"price"`
}

// Updated says that something else than the start has changed.
type Updated struct {
	Ref
	// Changed names the fields: notes, attendee_name, staff_ids, service_id.
	Changed []string `json:"changed"`
	Before  Details  `json:"before"`
	After   Details  `json:"after"`
}

// EventName is the type on the wire.
func (Updated) EventName() string { return "appointment.updated" }

// RescheduleRequested says that a move was asked for and is not settled.
type RescheduleRequested struct {
	Ref
	NewStartsAt time.Time `json:"new_starts_at"`
	// State is needs_approval or processing.
	State string `json:"state"`
}

// EventName is the type on the wire.
func (RescheduleRequested) EventName() string { return "appointment.reschedule_requested" }

// Rescheduled says that the new time is taken and the old one is given back.
type Rescheduled struct {
	Ref
	OldStartsAt  time.Time `json:"old_starts_at"`
	OldEndsAt    time.Time `json:"old_ends_at"`
	OldPhases    []Phase   `json:"old_phases"`
	Phases       []Phase   `json:"phases"`
	Fee          Money     `json:"fee"`
	WithinPolicy bool      `json:"within_policy"`
	Reason       string    `json:"reason,omitzero"`
	// Notify is false when somebody else tells the customer.
	Notify bool `json:"notify"`
}

// EventName is the type on the wire.
func (Rescheduled) EventName() string { return "appointment.rescheduled" }

// Started says that the customer has checked in.
type Started struct{ Ref }

// EventName is the type on the wire.
func (Started) EventName() string { return "appointment.started" }

// BecameCompleted says that the visit took place, as far as anybody knows.
type BecameCompleted struct {
	Ref
	// By is staff or auto.
	By    string `json:"by"`
	Price Money  `json:"price"`
}

// EventName is the type on the wire.
func (BecameCompleted) EventName() string { return "appointment.completed" }

// BecameNoShow says that staff noted that nobody came.
type BecameNoShow struct {
	Ref
	Fee Money `json:"fee"`
	// Count365d are the customer's no-shows of the last 365 days, this one included.
	Count365d int `json:"count_365d"`
}

// EventName is the type on the wire.
func (BecameNoShow) EventName() string { return "appointment.no_show" }

// ReminderDue says that the instant of a reminder has come.
type ReminderDue struct {
	Ref
	Kind ReminderKind `json:"kind"`
}

// EventName is the type on the wire.
func (ReminderDue) EventName() string { return "appointment.reminder_due" }

// Validate reports a kind of reminder without meaning.
func (e ReminderDue) Validate() error {
	return errors.Join(events.OneOf("kind", e.Kind, ReminderKinds...), e.Ref.Validate())
}

// ReminderKind says which of an appointment's reminders it is.
type ReminderKind string

// The kinds of reminders.
const (
	DayBefore   ReminderKind = "day_before"
	TwoHours    ReminderKind = "two_hours"
	QuarterHour ReminderKind = "quarter_hour"
)

// ReminderKinds lists them, the earliest first.
var ReminderKinds = []ReminderKind{DayBefore, TwoHours, QuarterHour}

// FailureReason says why a booking failed after it had taken time.
type FailureReason string

// The reasons.
const (
	CalendarConflict    FailureReason = "calendar_conflict"
	CalendarUnavailable FailureReason = "calendar_unavailable"
	HoldLost            FailureReason = "hold_lost"
	Internal            FailureReason = "internal"
)

// FailureReasons lists them.
var FailureReasons = []FailureReason{CalendarConflict, CalendarUnavailable, HoldLost, Internal}

// BookingFailed says that a booking was given up after it had taken time, and that
// nothing of it is left.
type BookingFailed struct {
	AppointmentID string        `json:"appointment_id"`
	BranchID      string        `json:"branch_id"`
	ServiceID     string        `json:"service_id"`
	CustomerID    string        `json:"customer_id,omitzero"`
	CallID        string        `json:"call_id,omitzero"`
	StartsAt      time.Time     `json:"starts_at"`
	Zone          string        `json:"zone,omitzero"`
	Reason        FailureReason `json:"reason"`
	// ToldCustomer says that the customer heard of it while he waited.
	ToldCustomer bool    `json:"told_customer"`
	Display      Display `json:"display"`
}

// EventName is the type on the wire.
func (BookingFailed) EventName() string { return "appointment.booking_failed" }

// AggregateID returns the appointment's id.
func (e BookingFailed) AggregateID() string { return e.AppointmentID }

// Validate reports a reason without meaning.
func (e BookingFailed) Validate() error {
	return events.OneOf("reason", e.Reason, FailureReasons...)
}

// Severity says how much a refusal matters to the business.
type Severity string

// The severities: quotas and attempts are high, deadlines medium, the rest low.
const (
	High   Severity = "high"
	Medium Severity = "medium"
	Low    Severity = "low"
)

// PolicyViolated says that a policy refused what a customer wanted.
type PolicyViolated struct {
	AppointmentID string `json:"appointment_id,omitzero"`
	CustomerID    string `json:"customer_id,omitzero"`
	BranchID      string `json:"branch_id"`
	// Action is cancel, reschedule or book, and Code that of the refusal.
	Action   string   `json:"action"`
	Code     string   `json:"code"`
	Severity Severity `json:"severity"`
	// Details are the facts of the refusal.
	Details map[string]string `json:"details"`
}

// EventName is the type on the wire.
func (PolicyViolated) EventName() string { return "appointment.policy_violated" }

// AggregateID returns the appointment's id; of a refused booking, the branch's.
func (e PolicyViolated) AggregateID() string {
	if e.AppointmentID != "" {
		return e.AppointmentID
	}
	return e.BranchID
}

// AttentionRequired says that something about an appointment needs a person.
type AttentionRequired struct {
	AppointmentID string `json:"appointment_id"`
	Code          string `json:"code"`
	Text          string `json:"text"`
	SourceEventID string `json:"source_event_id,omitzero"`
}

// EventName is the type on the wire.
func (AttentionRequired) EventName() string { return "appointment.attention_required" }

// AggregateID returns the appointment's id.
func (e AttentionRequired) AggregateID() string { return e.AppointmentID }

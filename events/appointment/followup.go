package appointment

import (
	"time"

	"github.com/herald-bus/herald/events"
)

// A Slot is a time that somebody could have.
type Slot struct {
	StartsAt time.Time `json:"starts_at"`
	EndsAt   time.Time `json:"ends_at"`
	StaffID  string    `json:"staff_id,omitzero"`
}

// Skipped is an occurrence of a series that was not booked.
type Skipped struct {
	// Date is local to the branch.
	Date         string `json:"date"`
	Code         string `json:"code"`
	Alternatives []Slot `json:"alternatives"`
}

// SeriesPlanned says that a series was made, continued, split or ended.
type SeriesPlanned struct {
	SeriesID string    `json:"series_id"`
	Created  []string  `json:"created"`
	Skipped  []Skipped `json:"skipped"`
}

// EventName is the type on the wire.
func (SeriesPlanned) EventName() string { return "appointment.series_planned" }

// AggregateID returns the series' id.
func (e SeriesPlanned) AggregateID() string { return e.SeriesID }

// WishReason says why a request stayed unfulfilled.
type WishReason string

// The reasons.
const (
	NotAvailable     WishReason = "not_available"
	CustomerDeclined WishReason = "customer_declined"
	TechnicalError   WishReason = "technical_error"
	LowConfidence    WishReason = "low_confidence"
)

// WishReasons lists them.
var WishReasons = []WishReason{NotAvailable, CustomerDeclined, TechnicalError, LowConfidence}

// WishRecorded says that a request stayed unfulfilled.
type WishRecorded struct {
	WishID       string     `json:"wish_id"`
	BranchID     string     `json:"branch_id"`
	ServiceID    string     `json:"service_id"`
	CustomerID   string     `json:"customer_id,omitzero"`
	CallID       string     `json:"call_id,omitzero"`
	DesiredAt    time.Time  `json:"desired_at"`
	Reason       WishReason `json:"reason"`
	Alternatives []Slot     `json:"alternatives"`
}

// EventName is the type on the wire.
func (WishRecorded) EventName() string { return "appointment.wish_recorded" }

// AggregateID returns the wish's id.
func (e WishRecorded) AggregateID() string { return e.WishID }

// Validate reports a reason without meaning.
func (e WishRecorded) Validate() error {
	return events.OneOf("reason", e.Reason, WishReasons...)
}

// WishMatched says that a time that fits a pending wish came free.
type WishMatched struct {
	WishID string `json:"wish_id"`
	Slot   Slot   `json:"slot"`
}

// EventName is the type on the wire.
func (WishMatched) EventName() string { return "appointment.wish_matched" }

// AggregateID returns the wish's id.
func (e WishMatched) AggregateID() string { return e.WishID }

// Priority is how soon somebody must be called back.
type Priority string

// The priorities, rising.
const (
	NormalPriority Priority = "normal"
	HighPriority   Priority = "high"
	UrgentPriority Priority = "urgent"
)

// Priorities lists them, rising.
var Priorities = []Priority{NormalPriority, HighPriority, UrgentPriority}

// CallbackRequested says that somebody wants to be called back.
type CallbackRequested struct {
	CallbackID string `json:"callback_id"`
	BranchID   string `json:"branch_id"`
	// Phone is in E.164.
	Phone      string    `json:"phone"`
	Name       string    `json:"name"`
	Priority   Priority  `json:"priority"`
	ExpiresAt  time.Time `json:"expires_at"`
	CustomerID string    `json:"customer_id,omitzero"`
	ServiceID  string    `json:"service_id,omitzero"`
	CallID     string    `json:"call_id,omitzero"`
	Topic      string    `json:"topic,omitzero"`
}

// EventName is the type on the wire.
func (CallbackRequested) EventName() string { return "appointment.callback_requested" }

// AggregateID returns the callback's id.
func (e CallbackRequested) AggregateID() string { return e.CallbackID }

// Validate reports a priority without meaning.
func (e CallbackRequested) Validate() error {
	return events.OneOf("priority", e.Priority, Priorities...)
}

// CallbackAssigned says who is to call back.
type CallbackAssigned struct {
	CallbackID string `json:"callback_id"`
	StaffID    string `json:"staff_id"`
	// Rule is preferred, familiar, qualified or least_loaded.
	Rule string `json:"rule"`
}

// EventName is the type on the wire.
func (CallbackAssigned) EventName() string { return "appointment.callback_assigned" }

// AggregateID returns the callback's id.
func (e CallbackAssigned) AggregateID() string { return e.CallbackID }

// CallbackOverdue says that nobody has called back for too many open minutes.
type CallbackOverdue struct {
	CallbackID string `json:"callback_id"`
	// Stage is warning or breach.
	Stage      string `json:"stage"`
	AgeOpenMin int    `json:"age_open_min"`
}

// EventName is the type on the wire.
func (CallbackOverdue) EventName() string { return "appointment.callback_overdue" }

// AggregateID returns the callback's id.
func (e CallbackOverdue) AggregateID() string { return e.CallbackID }

// CallbackEscalated says that somebody else is to see to it.
type CallbackEscalated struct {
	CallbackID string `json:"callback_id"`
	// Level is from 1 to 3.
	Level int `json:"level"`
	// Reason is sla_breach, attempts_failed or manual.
	Reason    string `json:"reason"`
	FromStaff string `json:"from_staff,omitzero"`
	ToStaff   string `json:"to_staff,omitzero"`
}

// EventName is the type on the wire.
func (CallbackEscalated) EventName() string { return "appointment.callback_escalated" }

// AggregateID returns the callback's id.
func (e CallbackEscalated) AggregateID() string { return e.CallbackID }

// CallbackCompleted says that staff has closed a callback.
type CallbackCompleted struct {
	CallbackID    string `json:"callback_id"`
	Outcome       string `json:"outcome"`
	AppointmentID string `json:"appointment_id,omitzero"`
}

// EventName is the type on the wire.
func (CallbackCompleted) EventName() string { return "appointment.callback_completed" }

// AggregateID returns the callback's id.
func (e CallbackCompleted) AggregateID() string { return e.CallbackID }

// CallbackExpired says that nobody has touched a callback until it was too late.
type CallbackExpired struct {
	CallbackID    string `json:"callback_id"`
	Outcome       string `json:"outcome"`
	AppointmentID string `json:"appointment_id,omitzero"`
}

// EventName is the type on the wire.
func (CallbackExpired) EventName() string { return "appointment.callback_expired" }

// AggregateID returns the callback's id.
func (e CallbackExpired) AggregateID() string { return e.CallbackID }

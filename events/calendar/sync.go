package calendar

import (
	"errors"
	"time"

	"github.com/herald-bus/herald/events"
)

// Segment is one booking of an appointment, as the calendar has it.
type Segment struct {
	Key      string    `json:"key"`
	UID      string    `json:"uid"`
	StartsAt time.Time `json:"starts_at"`
	EndsAt   time.Time `json:"ends_at"`
}

// SyncCompleted says that the calendar shows a version of an appointment.
type SyncCompleted struct {
	AppointmentID string `json:"appointment_id"`
	Version       int    `json:"version"`
	// Action is created, moved, cancelled, confirmed, reassigned or adopted.
	Action         string    `json:"action"`
	Segments       []Segment `json:"segments"`
	Attempts       int       `json:"attempts"`
	DurationMS     int64     `json:"duration_ms"`
	VendorNotifies bool      `json:"vendor_notifies"`
}

// EventName is the type on the wire.
func (SyncCompleted) EventName() string { return "calendar.sync_completed" }

// AggregateID returns the appointment's id.
func (e SyncCompleted) AggregateID() string { return e.AppointmentID }

// Validate reports an action without meaning.
func (e SyncCompleted) Validate() error {
	return events.OneOf("action", e.Action, "created", "moved", "cancelled", "confirmed", "reassigned", "adopted")
}

// SyncFailed says that the calendar does not show a version of an appointment, and
// that nobody tries any more for now.
type SyncFailed struct {
	AppointmentID string `json:"appointment_id"`
	Version       int    `json:"version"`
	SegmentKey    string `json:"segment_key,omitzero"`
	Code          string `json:"code"`
	Permanent     bool   `json:"permanent"`
	// Undone says that the other segments were taken out again.
	Undone   bool `json:"undone"`
	Attempts int  `json:"attempts"`
	// NextStep is auto or review.
	NextStep string `json:"next_step"`
	Detail   string `json:"detail,omitzero"`
}

// EventName is the type on the wire.
func (SyncFailed) EventName() string { return "calendar.sync_failed" }

// AggregateID returns the appointment's id.
func (e SyncFailed) AggregateID() string { return e.AppointmentID }

// Validate reports a next step without meaning.
func (e SyncFailed) Validate() error { return events.OneOf("next_step", e.NextStep, "auto", "review") }

// Live is a booking that stands in the calendar.
type Live struct {
	UID      string    `json:"uid"`
	StaffID  string    `json:"staff_id"`
	StartsAt time.Time `json:"starts_at"`
	EndsAt   time.Time `json:"ends_at"`
}

// How a stretch of a calendar was compared: a poll by what has changed, the others by
// all that stands in it.
const (
	Poll     = "poll"
	Full     = "full"
	Backfill = "backfill"
)

// WindowSynced says that a stretch of a calendar was compared as a whole.
type WindowSynced struct {
	ConnectionID string `json:"connection_id"`
	RunID        string `json:"run_id"`
	// Kind is [Poll], [Full] or [Backfill].
	Kind      string    `json:"kind"`
	From      time.Time `json:"from"`
	To        time.Time `json:"to"`
	StaffIDs  []string  `json:"staff_ids"`
	CheckedAt time.Time `json:"checked_at"`
	// Live is all that stands in it; a poll has none.
	Live []Live `json:"live,omitzero"`
}

// EventName is the type on the wire.
func (WindowSynced) EventName() string { return "calendar.window_synced" }

// AggregateID returns the connection's id.
func (e WindowSynced) AggregateID() string { return e.ConnectionID }

// Validate reports a kind without meaning.
func (e WindowSynced) Validate() error { return events.OneOf("kind", e.Kind, Poll, Full, Backfill) }

// DriftDetected says that a comparison found a difference, once per finding.
type DriftDetected struct {
	ConnectionID  string `json:"connection_id"`
	FindingID     string `json:"finding_id"`
	Kind          string `json:"kind"`
	Severity      string `json:"severity"`
	Subject       string `json:"subject"`
	AppointmentID string `json:"appointment_id,omitzero"`
	BranchID      string `json:"branch_id,omitzero"`
	Expected      string `json:"expected,omitzero"`
	Found         string `json:"found,omitzero"`
	// Action is repair or report.
	Action string `json:"action"`
}

// EventName is the type on the wire.
func (DriftDetected) EventName() string { return "calendar.drift_detected" }

// AggregateID returns the finding's id.
func (e DriftDetected) AggregateID() string { return e.FindingID }

// Validate reports enums without meaning.
func (e DriftDetected) Validate() error {
	return errors.Join(events.OneOf("severity", e.Severity, "high", "medium", "low"), events.OneOf("action", e.Action, "repair", "report"))
}

// The kinds of conflicts that are settled in a way of their own; there may be others.
const (
	// BothMoved is a booking that was moved on both sides.
	BothMoved = "both_moved"
	// CancelledThere was moved here after it was cancelled in the calendar, and
	// CancelledHere the other way round.
	CancelledThere = "cancelled_there"
	CancelledHere  = "cancelled_here"
	// Overlapping was made in the calendar over an appointment that it does not show.
	Overlapping = "overlapping"
)

// ConflictDetected says that two sides changed the same time, and who won.
type ConflictDetected struct {
	ConnectionID string `json:"connection_id"`
	// Kind is one such as [BothMoved].
	Kind               string    `json:"kind"`
	UID                string    `json:"uid"`
	AppointmentID      string    `json:"appointment_id,omitzero"`
	OtherAppointmentID string    `json:"other_appointment_id,omitzero"`
	StaffID            string    `json:"staff_id,omitzero"`
	StartsAt           time.Time `json:"starts_at,omitzero"`
	EndsAt             time.Time `json:"ends_at,omitzero"`
	// Winner is herald, calcom or none.
	Winner string `json:"winner"`
}

// EventName is the type on the wire.
func (ConflictDetected) EventName() string { return "calendar.conflict_detected" }

// AggregateID returns the vendor's name of the booking.
func (e ConflictDetected) AggregateID() string { return e.UID }

// Validate reports a winner without meaning.
func (e ConflictDetected) Validate() error {
	return events.OneOf("winner", e.Winner, "herald", "calcom", "none")
}

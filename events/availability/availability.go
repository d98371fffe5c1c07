package availability

import (
	"errors"
	"fmt"
	"time"

	"github.com/herald-bus/herald/events"
)

// Types are the event types of this package.
var Types = []events.Type{
	events.TypeOf[Changed](),
	events.TypeOf[SlotHeld](),
	events.TypeOf[SlotBooked](),
	events.TypeOf[SlotReleased](),
	events.TypeOf[ConflictFound](),
}

// Why a plan changed.
const (
	ReasonHours     = "hours"
	ReasonException = "exception"
	ReasonAbsence   = "absence"
	ReasonHoliday   = "holiday"
	ReasonExternal  = "external"
	ReasonStaff     = "staff"
)

// Changed says that a plan, an absence, a holiday or a busy time changed, and so
// what is free on some dates. Single slots have events of their own.
type Changed struct {
	BranchID string `json:"branch_id"`
	// StaffID is the person concerned; everybody, if it is empty.
	StaffID string `json:"staff_id,omitzero"`
	// Dates are local, such as 2027-03-30, and ascending. A weekly plan has no end:
	// those of the weeks that can be booked are named.
	Dates  []string `json:"dates"`
	Reason string   `json:"reason"`
}

// EventName is the type on the wire.
func (Changed) EventName() string { return "availability.changed" }

// AggregateID returns the branch's id.
func (e Changed) AggregateID() string { return e.BranchID }

// Validate reports a date that is none and a reason without meaning.
func (e Changed) Validate() error {
	for _, date := range e.Dates {
		if _, err := time.Parse(time.DateOnly, date); err != nil {
			return fmt.Errorf("dates: %q must be a date such as 2027-03-30", date)
		}
	}
	return events.OneOf("reason", e.Reason, ReasonHours, ReasonException, ReasonAbsence, ReasonHoliday, ReasonExternal, ReasonStaff)
}

// SlotHeld says that a session keeps a time for a few minutes.
type SlotHeld struct {
	HoldID    string    `json:"hold_id"`
	Session   string    `json:"session"`
	Channel   string    `json:"channel"`
	BranchID  string    `json:"branch_id"`
	ServiceID string    `json:"service_id"`
	Spans     []Span    `json:"spans"`
	ExpiresAt time.Time `json:"expires_at"`
}

// EventName is the type on the wire.
func (SlotHeld) EventName() string { return "availability.slot_held" }

// AggregateID returns the hold's id.
func (e SlotHeld) AggregateID() string { return e.HoldID }

// Validate reports spans that take no time.
func (e SlotHeld) Validate() error { return validSpans(e.Spans) }

// SlotBooked says that a time belongs to an appointment now.
type SlotBooked struct {
	AppointmentID string `json:"appointment_id"`
	HoldID        string `json:"hold_id,omitzero"`
	BranchID      string `json:"branch_id"`
	ServiceID     string `json:"service_id"`
	Spans         []Span `json:"spans"`
	// Seat counts the places taken in a group session, this one included.
	Seat int `json:"seat,omitzero"`
}

// EventName is the type on the wire.
func (SlotBooked) EventName() string { return "availability.slot_booked" }

// AggregateID returns the appointment's id.
func (e SlotBooked) AggregateID() string { return e.AppointmentID }

// Validate reports spans that take no time.
func (e SlotBooked) Validate() error { return validSpans(e.Spans) }

// Why a time was given back.
const (
	ReleasedExpired       = "expired"
	ReleasedReplaced      = "replaced"
	ReleasedAbandoned     = "abandoned"
	ReleasedCancelled     = "cancelled"
	ReleasedRescheduled   = "rescheduled"
	ReleasedCompensated   = "compensated"
	ReleasedFinishedEarly = "finished_early"
)

// ReleaseReasons lists them.
var ReleaseReasons = []string{
	ReleasedExpired, ReleasedReplaced, ReleasedAbandoned, ReleasedCancelled,
	ReleasedRescheduled, ReleasedCompensated, ReleasedFinishedEarly,
}

// SlotReleased says that time which is still to come was given back.
type SlotReleased struct {
	Spans     []Span `json:"spans"`
	BranchID  string `json:"branch_id"`
	ServiceID string `json:"service_id,omitzero"`
	// One of the two says whose time it was.
	AppointmentID string `json:"appointment_id,omitzero"`
	HoldID        string `json:"hold_id,omitzero"`
	Reason        string `json:"reason"`
}

// EventName is the type on the wire.
func (SlotReleased) EventName() string { return "availability.slot_released" }

// AggregateID returns the id of the appointment, or else of the hold.
func (e SlotReleased) AggregateID() string {
	if e.AppointmentID != "" {
		return e.AppointmentID
	}
	return e.HoldID
}

// Validate reports a time that was nobody's and a reason without meaning.
func (e SlotReleased) Validate() error {
	if e.AggregateID() == "" {
		return errors.New("one of appointment_id and hold_id must be set")
	}
	return errors.Join(validSpans(e.Spans), events.OneOf("reason", e.Reason, ReleaseReasons...))
}

// What a booking came into conflict with.
const (
	CauseHours         = "hours"
	CauseClosure       = "closure"
	CauseHoliday       = "holiday"
	CauseAbsence       = "absence"
	CauseExternal      = "external"
	CauseStaffInactive = "staff_inactive"
	CauseZone          = "zone"
)

// ConflictFound says that a booking stands where nobody works any more, or where
// a calendar reports something else. The booking is untouched.
type ConflictFound struct {
	ConflictID    string `json:"conflict_id"`
	Cause         string `json:"cause"`
	StaffID       string `json:"staff_id"`
	Span          Span   `json:"span"`
	AppointmentID string `json:"appointment_id"`
}

// EventName is the type on the wire.
func (ConflictFound) EventName() string { return "availability.conflict_found" }

// AggregateID returns the conflict's id.
func (e ConflictFound) AggregateID() string { return e.ConflictID }

// Validate reports a cause without meaning.
func (e ConflictFound) Validate() error {
	return events.OneOf("cause", e.Cause, CauseHours, CauseClosure, CauseHoliday, CauseAbsence, CauseExternal, CauseStaffInactive, CauseZone)
}

func validSpans(spans []Span) error {
	if len(spans) == 0 {
		return errors.New("spans must not be empty")
	}
	for _, s := range spans {
		if !s.EndsAt.After(s.StartsAt) {
			return fmt.Errorf("a span's ends_at %s must be after its starts_at %s", s.EndsAt.Format(time.RFC3339), s.StartsAt.Format(time.RFC3339))
		}
	}
	return nil
}

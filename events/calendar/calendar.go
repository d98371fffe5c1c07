// Package calendar is the published language of calendars outside: what people did
// there, and how well they and we agree.
package calendar

import (
	"errors"
	"fmt"
	"time"

	"github.com/herald-bus/herald/events"
)

// Types are the event types of this package.
var Types = []events.Type{
	events.TypeOf[BookingCreated](),
	events.TypeOf[BookingUpdated](),
	events.TypeOf[BookingCancelled](),
	events.TypeOf[AbsenceRecorded](),
	events.TypeOf[SyncCompleted](),
	events.TypeOf[SyncFailed](),
	events.TypeOf[WindowSynced](),
	events.TypeOf[DriftDetected](),
	events.TypeOf[ConflictDetected](),
}

// Booking is what every event of a booking at the vendor says. What the calendar is
// mapped to is empty where it is not mapped.
type Booking struct {
	ConnectionID string `json:"connection_id"`
	// UID is the vendor's name of the booking, BookingID its number.
	UID           string `json:"uid"`
	BookingID     int64  `json:"booking_id"`
	AppointmentID string `json:"appointment_id,omitzero"`
	SegmentKey    string `json:"segment_key,omitzero"`
	BranchID      string `json:"branch_id,omitzero"`
	ServiceID     string `json:"service_id,omitzero"`
	// StaffID is empty if the host maps to nobody.
	StaffID  string    `json:"staff_id,omitzero"`
	StartsAt time.Time `json:"starts_at"`
	EndsAt   time.Time `json:"ends_at"`
	Zone     string    `json:"zone"`
	// Source is how it was learnt: one of [Sources].
	Source string `json:"source"`
	// OccurredAt is the vendor's time of the change.
	OccurredAt time.Time `json:"occurred_at"`
	// VendorNotifies says that the vendor writes to the customer.
	VendorNotifies bool `json:"vendor_notifies"`
}

// AggregateID returns the vendor's name of the booking.
func (b Booking) AggregateID() string { return b.UID }

// Sources are the ways in which something is learnt of a calendar.
var Sources = []string{"webhook", "poll", "backfill", "api"}

func (b Booking) validate() error {
	if !b.StartsAt.Before(b.EndsAt) {
		return fmt.Errorf("ends_at %s must be after starts_at %s", b.EndsAt.Format(time.RFC3339), b.StartsAt.Format(time.RFC3339))
	}
	return events.OneOf("source", b.Source, Sources...)
}

// Key is the idempotency key under which a booking becomes an appointment.
func Key(connectionID, uid string) string { return "calcom:" + connectionID + ":" + uid }

// Attendee is who booked at the vendor.
type Attendee struct {
	Name  string `json:"name"`
	Email string `json:"email,omitzero"`
	// Phone is in E.164, PhoneRaw what was typed.
	Phone    string `json:"phone,omitzero"`
	PhoneRaw string `json:"phone_raw,omitzero"`
	Language string `json:"language,omitzero"`
}

// Whether the vendor has accepted a booking.
const (
	Accepted = "accepted"
	Pending  = "pending"
)

// BookingCreated says that somebody else than we booked in the calendar.
type BookingCreated struct {
	Booking
	// IdempotencyKey is that of [Key].
	IdempotencyKey string   `json:"idempotency_key"`
	PreviousUID    string   `json:"previous_uid,omitzero"`
	Status         string   `json:"status"`
	Customer       Attendee `json:"customer"`
	Notes          string   `json:"notes,omitzero"`
	PriceCents     int64    `json:"price_cents,omitzero"`
	Currency       string   `json:"currency,omitzero"`
	// Silent says that nobody is to be told, as of old bookings that are taken over.
	Silent bool `json:"silent"`
}

// EventName is the type on the wire.
func (BookingCreated) EventName() string { return "calendar.booking_created" }

// Validate reports what a booking can't be.
func (e BookingCreated) Validate() error {
	return errors.Join(e.validate(), events.OneOf("status", e.Status, Accepted, Pending))
}

// What can change in a calendar.
const (
	Rescheduled     = "rescheduled"
	HostChanged     = "host_changed"
	StatusConfirmed = "status_confirmed"
	LengthChanged   = "length_changed"
	NoShowMarked    = "no_show_marked"
	NoShowUnmarked  = "no_show_unmarked"
	Paid            = "paid"
)

// BookingUpdated says that a booking that we know was changed in the calendar.
type BookingUpdated struct {
	Booking
	Change           string    `json:"change"`
	PreviousUID      string    `json:"previous_uid,omitzero"`
	PreviousStartsAt time.Time `json:"previous_starts_at,omitzero"`
	PreviousEndsAt   time.Time `json:"previous_ends_at,omitzero"`
	PreviousStaffID  string    `json:"previous_staff_id,omitzero"`
	// ChangedBy is customer, staff or unknown.
	ChangedBy   string `json:"changed_by,omitzero"`
	Reason      string `json:"reason,omitzero"`
	AmountCents int64  `json:"amount_cents,omitzero"`
	Currency    string `json:"currency,omitzero"`
}

// EventName is the type on the wire.
func (BookingUpdated) EventName() string { return "calendar.booking_updated" }

// Validate reports what a booking can't be, and a change without meaning.
func (e BookingUpdated) Validate() error {
	return errors.Join(e.validate(), events.OneOf("change", e.Change, Rescheduled, HostChanged, StatusConfirmed, LengthChanged, NoShowMarked, NoShowUnmarked, Paid))
}

// BookingCancelled says that a booking that we know was cancelled or rejected in the
// calendar.
type BookingCancelled struct {
	Booking
	// CancelledBy is customer, staff or unknown.
	CancelledBy       string `json:"cancelled_by"`
	Reason            string `json:"reason,omitzero"`
	Rejected          bool   `json:"rejected"`
	RequestReschedule bool   `json:"request_reschedule"`
}

// EventName is the type on the wire.
func (BookingCancelled) EventName() string { return "calendar.booking_cancelled" }

// Validate reports what a booking can't be.
func (e BookingCancelled) Validate() error {
	return errors.Join(e.validate(), events.OneOf("cancelled_by", e.CancelledBy, "customer", "staff", "unknown"))
}

// AbsenceRecorded says that a host is away for whole days, by the calendar.
type AbsenceRecorded struct {
	ConnectionID string `json:"connection_id"`
	StaffID      string `json:"staff_id"`
	// FromDay and ToDay are local dates, both included.
	FromDay    string `json:"from_day"`
	ToDay      string `json:"to_day"`
	Zone       string `json:"zone"`
	ExternalID string `json:"external_id"`
}

// EventName is the type on the wire.
func (AbsenceRecorded) EventName() string { return "calendar.absence_recorded" }

// AggregateID returns the connection's id.
func (e AbsenceRecorded) AggregateID() string { return e.ConnectionID }

// Validate reports days that are none.
func (e AbsenceRecorded) Validate() error {
	from, err := time.Parse(time.DateOnly, e.FromDay)
	if err != nil {
		return fmt.Errorf("from_day: %q must be a date such as 2027-03-30", e.FromDay)
	}
	to, err := time.Parse(time.DateOnly, e.ToDay)
	switch {
	case err != nil:
		return fmt.Errorf("to_day: %q must be a date such as 2027-03-30", e.ToDay)
	case to.Before(from):
		return fmt.Errorf("to_day %s must not be before from_day %s", e.ToDay, e.FromDay)
	}
	return nil
}

// Package appointment is the published language of appointments: the events that
// the domain announces, and the values that they carry.
package appointment

import (
	"errors"
	"fmt"
	"time"

	"github.com/herald-bus/herald/events"
)

// Types are the event types of this package.
var Types = []events.Type{
	events.TypeOf[Created](),
	events.TypeOf[BecameConfirmed](),
	events.TypeOf[Updated](),
	events.TypeOf[RescheduleRequested](),
	events.TypeOf[Rescheduled](),
	events.TypeOf[Cancelled](),
	events.TypeOf[Started](),
	events.TypeOf[BecameCompleted](),
	events.TypeOf[BecameNoShow](),
	events.TypeOf[ReminderDue](),
	events.TypeOf[BookingFailed](),
	events.TypeOf[PolicyViolated](),
	events.TypeOf[AttentionRequired](),
	events.TypeOf[SeriesPlanned](),
	events.TypeOf[WishRecorded](),
	events.TypeOf[WishMatched](),
	events.TypeOf[CallbackRequested](),
	events.TypeOf[CallbackAssigned](),
	events.TypeOf[CallbackOverdue](),
	events.TypeOf[CallbackEscalated](),
	events.TypeOf[CallbackCompleted](),
	events.TypeOf[CallbackExpired](),
}

// Ref says which appointment an event is about, as it stood at that instant.
type Ref struct {
	AppointmentID string    `json:"appointment_id"`
	Version       int       `json:"version"`
	BranchID      string    `json:"branch_id"`
	ServiceID     string    `json:"service_id"`
	CustomerID    string    `json:"customer_id"`
	StaffIDs      []string  `json:"staff_ids"`
	StartsAt      time.Time `json:"starts_at"`
	EndsAt        time.Time `json:"ends_at"`
	// Zone is the branch's IANA time zone, such as Europe/Berlin.
	Zone   string `json:"zone"`
	Status Status `json:"status"`
	Origin Origin `json:"origin"`
	// Display names what listeners would otherwise have to look up.
	Display Display `json:"display"`
	// ContactOverride replaces the customer's own contacts for this appointment.
	ContactOverride *ContactOverride `json:"contact_override,omitzero"`
}

// AggregateID returns the appointment's id.
func (r Ref) AggregateID() string { return r.AppointmentID }

// Validate reports an interval that does not end after it starts, a zone that
// nobody knows, and enums without meaning.
func (r Ref) Validate() error {
	switch _, err := time.LoadLocation(r.Zone); {
	case !r.EndsAt.After(r.StartsAt):
		return fmt.Errorf("ends_at %s must be after starts_at %s", r.EndsAt.Format(time.RFC3339), r.StartsAt.Format(time.RFC3339))
	case err != nil || r.Zone == "":
		return fmt.Errorf("zone %q must be an IANA time zone such as Europe/Berlin", r.Zone)
	}
	return errors.Join(events.OneOf("status", r.Status, Statuses...), events.OneOf("origin", r.Origin, Origins...))
}

// Status is a state of the appointment.
type Status string

// The states that are shown to anybody.
const (
	Pending         Status = "pending"
	Confirmed       Status = "confirmed"
	InProgress      Status = "in_progress"
	Completed       Status = "completed"
	NoShow          Status = "no_show"
	StatusCancelled Status = "cancelled"
)

// The states of the booking saga, which no event and no list shows.
const (
	StatusBooking Status = "booking"
	StatusFailed  Status = "failed"
)

// Statuses lists those that are shown.
var Statuses = []Status{Pending, Confirmed, InProgress, Completed, NoShow, StatusCancelled}

// Origin is the channel that made a change.
type Origin string

// The channels.
const (
	Voice    Origin = "voice"
	Portal   Origin = "portal"
	Web      Origin = "web"
	API      Origin = "api"
	Staff    Origin = "staff"
	Calendar Origin = "calendar"
	System   Origin = "system"
)

// CustomerMade reports whether customers use the channel, or somebody on their behalf.
func (o Origin) CustomerMade() bool { return o == Voice || o == Portal || o == Web || o == API }

// Origins lists them.
var Origins = []Origin{Voice, Portal, Web, API, Staff, Calendar, System}

// Display is the appointment in words, as of the event.
type Display struct {
	ServiceName   string   `json:"service_name"`
	StaffNames    []string `json:"staff_names"`
	BranchName    string   `json:"branch_name"`
	BranchAddress string   `json:"branch_address"`
	BranchPhone   string   `json:"branch_phone"`
	BranchEmail   string   `json:"branch_email"`
	Segments      []string `json:"segments,omitzero"`
}

// ContactOverride is the booking's own contact data; an empty one is not overridden.
type ContactOverride struct {
	Email string `json:"email,omitzero"`
	// Phone is in E.164.
	Phone string `json:"phone,omitzero"`
}

// Money is an amount in the currency's smallest unit.
type Money struct {
	Cents    int64  `json:"cents"`
	Currency string `json:"currency"`
}

// Phase is a part of the appointment: busy with a staff member, or a pause.
type Phase struct {
	Seq        int       `json:"seq"`
	Kind       string    `json:"kind"`
	SegmentKey string    `json:"segment_key,omitzero"`
	StaffID    string    `json:"staff_id,omitzero"`
	StartsAt   time.Time `json:"starts_at"`
	EndsAt     time.Time `json:"ends_at"`
}

// Created says that a booking is durable and its time is taken.
type Created struct {
	Ref
	Phases         []Phase   `json:"phases"`
	Price          Money     `json:"price"`
	AttendeeName   string    `json:"attendee_name,omitzero"`
	CallID         string    `json:"call_id,omitzero"`
	SeriesID       string    `json:"series_id,omitzero"`
	RequestedAt    time.Time `json:"requested_at,omitzero"`
	CalendarState  string    `json:"calendar_state"`
	CalendarUIDs   []string  `json:"calendar_uids,omitzero"`
	IdempotencyKey string    `json:"idempotency_key"`
	// Notify is false when somebody else tells the customer.
	Notify bool `json:"notify"`
}

// EventName is the type on the wire.
func (Created) EventName() string { return "appointment.created" }

// Cancelled says that the appointment will not take place.
type Cancelled struct {
	Ref
	Reason        string `json:"reason"`
	CancelledBy   string `json:"cancelled_by"`
	NoticeSeconds int64  `json:"notice_seconds"`
	Fee           Money  `json:"fee"`
	WithinPolicy  bool   `json:"within_policy"`
	Notify        bool   `json:"notify"`
}

// EventName is the type on the wire.
func (Cancelled) EventName() string { return "appointment.cancelled" }

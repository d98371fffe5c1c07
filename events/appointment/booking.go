package appointment

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/herald-bus/herald/events/availability"
)

var namespace = uuid.MustParse("550e8400-e29b-41d4-a716-446655440000")

// ID returns the id of the appointment that is booked under key over a channel.
func ID(tenantID string, origin Origin, key string) string {
	return uuid.NewSHA1(namespace, []byte(tenantID+"\n"+string(origin)+"\n"+key)).String()
}

// VoiceKey returns the key of a booking by telephone, which a caller does not
// bring along: what he asks for twice in one call is one booking.
func VoiceKey(callID, serviceID string, startsAt time.Time, attendee string) string {
	return strings.Join([]string{callID, serviceID, startsAt.UTC().Format(time.RFC3339), strings.ToLower(attendee)}, "|")
}

// Role is what an actor may do here.
type Role string

// The roles; the empty one is a customer's.
const (
	CustomerRole Role = "customer"
	StaffRole    Role = "staff"
	Reception    Role = "reception"
	Manager      Role = "manager"
	Owner        Role = "owner"
	SystemRole   Role = "system"
)

// Assurance is how sure it is that a customer is who he says, in the words of the
// customers domain. What is none of phone, login and staff proves nothing.
type Assurance string

// The assurances.
const (
	ByPhone  Assurance = "phone" // the network's number is the customer's
	ByLogin  Assurance = "login"
	ByStaff  Assurance = "staff"
	Claimed  Assurance = "claimed"
	Unproven Assurance = "none" // such as a number that is withheld
)

// By says who gives a command, and over which channel.
type By struct {
	Origin Origin `json:"origin"`
	Role   Role   `json:"role,omitzero"`
	// ActorID is the person, key or call behind it, for the record.
	ActorID string `json:"actor_id,omitzero"`
	// StaffID is the staff member who acts, and BranchID where; staff only.
	StaffID  string `json:"staff_id,omitzero"`
	BranchID string `json:"branch_id,omitzero"`
	// CustomerID is the customer who acts, with the Assurance that it is him.
	CustomerID string    `json:"customer_id,omitzero"`
	Assurance  Assurance `json:"assurance,omitzero"`
	// PhoneOnFile and NameOnFile are the customer's, for a callback where the
	// caller has not proven to be him. They are never told to him.
	PhoneOnFile string `json:"phone_on_file,omitzero"`
	NameOnFile  string `json:"name_on_file,omitzero"`
}

// BookRequest is a wish for an appointment at a time to which somebody agreed.
type BookRequest struct {
	// Key is the caller's idempotency key. By telephone it may be left out: see
	// [VoiceKey].
	Key       string    `json:"key,omitzero"`
	By        By        `json:"by"`
	BranchID  string    `json:"branch_id"`
	ServiceID string    `json:"service_id"`
	StartsAt  time.Time `json:"starts_at"`
	// StaffID is the wished-for person; anybody, if it is empty.
	StaffID string `json:"staff_id,omitzero"`
	CallID  string `json:"call_id,omitzero"`
	// AttendeeName is who comes, if it is not the customer.
	AttendeeName    string           `json:"attendee_name,omitzero"`
	ContactOverride *ContactOverride `json:"contact_override,omitzero"`
	// CallerPhone is where the caller can be reached, in E.164.
	CallerPhone string `json:"caller_phone,omitzero"`
	Notes       string `json:"notes,omitzero"`
	SeriesID    string `json:"series_id,omitzero"`
	// RequestedAt is what was wanted first, if this is an alternative to it.
	RequestedAt time.Time `json:"requested_at,omitzero"`
	// Rebooks names the cancelled appointment that this one replaces.
	Rebooks string `json:"rebooks,omitzero"`
	// Insist has staff book over another appointment of the same customer, and
	// OverrideNotice has reception, or upward, book at shorter notice.
	Insist         bool `json:"insist,omitzero"`
	OverrideNotice bool `json:"override_notice,omitzero"`
	// Silent has nobody told; CalendarUIDs are the entries of a booking that was
	// made in the calendar. Both are for imports.
	Silent       bool     `json:"silent,omitzero"`
	CalendarUIDs []string `json:"calendar_uids,omitzero"`
	// Unconfirmed says that somebody has still to say yes in the calendar.
	Unconfirmed bool `json:"unconfirmed,omitzero"`
}

// BookedFor is what the customers domain knows of who books.
type BookedFor struct {
	CustomerID   string `json:"customer_id"`
	AttendeeName string `json:"attendee_name,omitzero"`
	// Restriction is none, confirm_first or blocked.
	Restriction string    `json:"restriction,omitzero"`
	Assurance   Assurance `json:"assurance,omitzero"`
	// Trusted customers' pending appointments are confirmed at their deadline.
	Trusted bool `json:"trusted,omitzero"`
}

// The calendar modes of a service: no calendar, the calendar decides, or it
// follows.
const (
	CalendarNone          = "none"
	CalendarAuthoritative = "authoritative"
	CalendarMirror        = "mirror"
)

// The calendar states of an appointment; CalendarNone is one, too.
const (
	CalendarPending = "pending"
	CalendarSynced  = "synced"
	CalendarFailed  = "failed"
)

// Prepared is a booking that may be made: what it needs, and on which terms.
type Prepared struct {
	AppointmentID string `json:"appointment_id"`
	Key           string `json:"key"`
	// Existing is the appointment that this request has led to before. There is
	// nothing more to do, and the rest is empty.
	Existing *View               `json:"existing,omitzero"`
	Request  BookRequest         `json:"request"`
	For      BookedFor           `json:"for"`
	Zone     string              `json:"zone"`
	Demand   availability.Demand `json:"demand"`
	// Staff are the candidates, the preferred one first, and Names theirs.
	Staff []string          `json:"staff"`
	Names map[string]string `json:"names"`
	// Price is that of the preferred candidate, and Prices of each, in cents.
	Price  Money            `json:"price"`
	Prices map[string]int64 `json:"prices"`
	// Status is the one to be born with, pending or confirmed.
	Status          Status     `json:"status"`
	CalendarMode    string     `json:"calendar_mode"`
	Terms           Terms      `json:"terms"`
	Reminders       []Reminder `json:"reminders"`
	AssignmentModel string     `json:"assignment_model"`
	WasFallback     bool       `json:"was_fallback,omitzero"`
	Notify          bool       `json:"notify"`
	Display         Display    `json:"display"`
}

// EndsAt returns when the appointment ends if no gap has to be longer than needed.
func (p Prepared) EndsAt() time.Time {
	end := p.Request.StartsAt
	for _, phase := range p.Demand.Phases {
		end = end.Add(time.Duration(phase.Minutes) * time.Minute)
	}
	return end
}

// Terms are the policies that an appointment was booked under.
type Terms struct {
	Cancellation Rule `json:"cancellation"`
	Reschedule   Rule `json:"reschedule"`
	NoShow       Rule `json:"no_show"`
}

// A Rule says until when a change is free, how often it may happen, and what it
// costs. What is absent is not limited.
type Rule struct {
	HoursBefore       *float64 `json:"hours_before,omitzero"`
	MaxPer30d         *int     `json:"max_per_30d,omitzero"`
	MaxPerAppointment *int     `json:"max_per_appointment,omitzero"`
	// LateCharge lets a change through that comes too late, for the fee.
	LateCharge bool `json:"late_charge,omitzero"`
	// Approval has staff decide.
	Approval bool `json:"approval,omitzero"`
	// Fees has one entry a person; the largest counts.
	Fees []Fee `json:"fees,omitzero"`
}

// A Fee is fixed, in tiers by notice, or a percentage of the price: the first of
// these that is named.
type Fee struct {
	FixedCents *int64   `json:"fixed_cents,omitzero"`
	Tiers      []Tier   `json:"tiers,omitzero"`
	Percentage *float64 `json:"percentage,omitzero"`
}

// A Tier is the fee from a notice of so many hours on.
type Tier struct {
	MinHours float64 `json:"min_hours"`
	Cents    int64   `json:"cents"`
}

// A Reminder is due at an instant.
type Reminder struct {
	Kind ReminderKind `json:"kind"`
	At   time.Time    `json:"at"`
}

// View is an appointment as it stands.
type View struct {
	Ref
	Phases          []Phase   `json:"phases"`
	Price           Money     `json:"price"`
	AttendeeName    string    `json:"attendee_name,omitzero"`
	CallID          string    `json:"call_id,omitzero"`
	SeriesID        string    `json:"series_id,omitzero"`
	Key             string    `json:"key"`
	Notes           string    `json:"notes,omitzero"`
	CalendarMode    string    `json:"calendar_mode"`
	CalendarState   string    `json:"calendar_state"`
	CalendarUIDs    []string  `json:"calendar_uids,omitzero"`
	RescheduleCount int       `json:"reschedule_count"`
	PreviousStart   time.Time `json:"previous_starts_at,omitzero"`
	RequestedAt     time.Time `json:"requested_at,omitzero"`
	Rebooks         string    `json:"rebooks,omitzero"`
	CancelledAt     time.Time `json:"cancelled_at,omitzero"`
	CancelReason    string    `json:"cancel_reason,omitzero"`
	CancelledBy     string    `json:"cancelled_by,omitzero"`
	ReviewReason    string    `json:"review_reason,omitzero"`
	AssignmentModel string    `json:"assignment_model"`
	WasFallback     bool      `json:"was_fallback,omitzero"`
	Notify          bool      `json:"notify"`
	Trusted         bool      `json:"trusted,omitzero"`
	CallerPhone     string    `json:"caller_phone,omitzero"`
	Terms           Terms     `json:"terms"`
	CreatedAt       time.Time `json:"created_at"`
}

// Timetable says what time will bring to an appointment. The zero instant means
// never.
type Timetable struct {
	Version   int        `json:"version"`
	Status    Status     `json:"status"`
	ConfirmBy time.Time  `json:"confirm_by,omitzero"`
	Reminders []Reminder `json:"reminders"`
	// CompleteAt is when the visit counts as having taken place.
	CompleteAt time.Time `json:"complete_at,omitzero"`
	// EndsWatchAt is when nothing can change any more.
	EndsWatchAt time.Time `json:"ends_watch_at,omitzero"`
}

// Package customer is the published language of customers: the events that the
// domain announces, the values that they carry, and what a booking asks of it.
package customer

import (
	"errors"
	"fmt"
	"time"

	"github.com/herald-bus/herald/events"
)

// Types are the event types of this package.
var Types = []events.Type{
	events.TypeOf[Created](),
	events.TypeOf[Updated](),
	events.TypeOf[Identified](),
	events.TypeOf[PhoneNormalized](),
	events.TypeOf[Merged](),
	events.TypeOf[Unmerged](),
	events.TypeOf[DuplicateSuspected](),
	events.TypeOf[ConsentChanged](),
	events.TypeOf[BookingRestricted](),
	events.TypeOf[ErasureRequested](),
	events.TypeOf[Erased](),
}

// Ref says which customer an event is about.
type Ref struct {
	CustomerID string `json:"customer_id"`
}

// AggregateID returns the customer's id.
func (r Ref) AggregateID() string { return r.CustomerID }

// Contact is a way to reach a customer.
type Contact struct {
	ID   string `json:"id"`
	Kind string `json:"kind"`
	// Value is in E.164, or an address.
	Value    string `json:"value"`
	LineType string `json:"line_type,omitzero"`
	// Role is owner for the first customer with the value and shared for others.
	Role    string `json:"role"`
	Primary bool   `json:"primary"`
	State   string `json:"state"`
}

// The kinds of contacts, their roles and their states.
const (
	Phone = "phone"
	Email = "email"

	Owner  = "owner"
	Shared = "shared"

	Reachable   = "ok"
	Unreachable = "unreachable"
	Unverified  = "unverified"
)

// Profile is what other domains may keep of a customer. Of two profiles the one
// with the higher version counts.
type Profile struct {
	Ref
	Version     int    `json:"version"`
	DisplayName string `json:"display_name"`
	FirstName   string `json:"first_name,omitzero"`
	LastName    string `json:"last_name,omitzero"`
	Salutation  string `json:"salutation,omitzero"`
	Language    string `json:"language"`
	// Zone is set only if the customer wants another than the branch's.
	Zone             string    `json:"zone,omitzero"`
	Source           string    `json:"source"`
	Contacts         []Contact `json:"contacts"`
	PreferredChannel string    `json:"preferred_channel,omitzero"`
	// Placeholder says that nobody has given a name yet.
	Placeholder bool `json:"placeholder"`
}

// Created says that somebody became a customer.
type Created struct{ Profile }

// EventName is the type on the wire.
func (Created) EventName() string { return "customer.created" }

// Updated says that a field, a contact or the restriction is another now. Changed
// names what.
type Updated struct {
	Profile
	Changed []string `json:"changed"`
}

// EventName is the type on the wire.
func (Updated) EventName() string { return "customer.updated" }

// Identified says whom a call or a booking belongs to, and how sure that is.
type Identified struct {
	Ref
	CallID     string    `json:"call_id,omitzero"`
	BookingKey string    `json:"booking_key,omitzero"`
	Method     Method    `json:"method"`
	Confidence int       `json:"confidence"`
	Assurance  Assurance `json:"assurance"`
	// AttendeeDiffers says that the appointment is for somebody else.
	AttendeeDiffers bool `json:"attendee_differs"`
}

// EventName is the type on the wire.
func (Identified) EventName() string { return "customer.identified" }

// Validate reports an identification of nothing, and figures and enums without
// meaning.
func (e Identified) Validate() error {
	switch {
	case e.CallID == "" && e.BookingKey == "":
		return fmt.Errorf("set call_id or booking_key: something was identified")
	case e.Confidence < 0 || e.Confidence > 100:
		return fmt.Errorf("confidence %d must be from 0 to 100", e.Confidence)
	}
	return errors.Join(events.OneOf("method", e.Method, Methods...), events.OneOf("assurance", e.Assurance, Assurances...))
}

// PhoneNormalized says that a number is kept in another form than it was given in.
type PhoneNormalized struct {
	Ref
	ContactID string `json:"contact_id"`
	Value     string `json:"value"`
	LineType  string `json:"line_type"`
	// Region is an ISO 3166-1 code such as DE.
	Region  string `json:"region"`
	Changed bool   `json:"changed"`
}

// EventName is the type on the wire.
func (PhoneNormalized) EventName() string { return "customer.phone_normalized" }

// Merged says that two customers are one person: whoever keeps the duplicate's id
// takes the primary's and remembers the merge.
type Merged struct {
	MergeID     string    `json:"merge_id"`
	PrimaryID   string    `json:"primary_id"`
	DuplicateID string    `json:"duplicate_id"`
	By          string    `json:"by"`
	UndoUntil   time.Time `json:"undo_until"`
}

// EventName is the type on the wire.
func (Merged) EventName() string { return "customer.merged" }

// AggregateID returns the id of the customer that remains.
func (e Merged) AggregateID() string { return e.PrimaryID }

// Unmerged takes a merge back: what was moved by it belongs to RestoredID again.
type Unmerged struct {
	MergeID    string `json:"merge_id"`
	PrimaryID  string `json:"primary_id"`
	RestoredID string `json:"restored_id"`
}

// EventName is the type on the wire.
func (Unmerged) EventName() string { return "customer.unmerged" }

// AggregateID returns the id of the customer that had remained.
func (e Unmerged) AggregateID() string { return e.PrimaryID }

// DuplicateSuspected asks staff whether customers are the same person.
type DuplicateSuspected struct {
	Ref
	CandidateIDs []string `json:"candidate_ids"`
	// Reasons are among phone, email, birthday, name.
	Reasons []string `json:"reasons"`
	Score   int      `json:"score"`
}

// EventName is the type on the wire.
func (DuplicateSuspected) EventName() string { return "customer.duplicate_suspected" }

// ConsentChanged says what a customer decided about a purpose.
type ConsentChanged struct {
	Ref
	Purpose  string    `json:"purpose"`
	Decision string    `json:"decision"`
	At       time.Time `json:"at"`
	// Confirmed says that nothing more is needed: marketing by e-mail waits for the
	// second step of a double opt-in.
	Confirmed bool `json:"confirmed"`
}

// EventName is the type on the wire.
func (ConsentChanged) EventName() string { return "customer.consent_changed" }

// The purposes of consents, and the decisions.
const (
	MarketingEmail    = "marketing_email"
	MarketingSMS      = "marketing_sms"
	MarketingWhatsApp = "marketing_whatsapp"
	WhatsAppService   = "whatsapp_service"
	CallRecording     = "call_recording"
	HealthData        = "health_data"

	Granted   = "granted"
	Withdrawn = "withdrawn"
)

// Purposes lists what consent is asked for.
var Purposes = []string{MarketingEmail, MarketingSMS, MarketingWhatsApp, WhatsAppService, CallRecording, HealthData}

// BookingRestricted says how a customer may book from now on.
type BookingRestricted struct {
	Ref
	Restriction Restriction `json:"restriction"`
	Reason      string      `json:"reason"`
	NoShowCount int         `json:"no_show_count"`
}

// EventName is the type on the wire.
func (BookingRestricted) EventName() string { return "customer.booking_restricted" }

// Validate reports a restriction that nobody knows.
func (e BookingRestricted) Validate() error {
	return events.OneOf("restriction", e.Restriction, Restrictions...)
}

// Restriction is what stands between a customer and a confirmed booking.
type Restriction string

// The restrictions, the strictest last.
const (
	Unrestricted Restriction = "none"
	ConfirmFirst Restriction = "confirm_first"
	Blocked      Restriction = "blocked"
)

// Restrictions lists them from the mildest to the strictest.
var Restrictions = []Restriction{Unrestricted, ConfirmFirst, Blocked}

// ErasureRequested says that a customer wants to be forgotten by DueAt.
type ErasureRequested struct {
	Ref
	DueAt time.Time `json:"due_at"`
}

// EventName is the type on the wire.
func (ErasureRequested) EventName() string { return "customer.erasure_requested" }

// Erased says that a customer is forgotten: every domain that keeps the id lets go
// of the person. Holds names what the law keeps longer.
type Erased struct {
	Ref
	Holds []string  `json:"holds"`
	At    time.Time `json:"at"`
}

// EventName is the type on the wire.
func (Erased) EventName() string { return "customer.erased" }

// What the law keeps when a customer is erased.
const (
	HoldInvoice         = "invoice"
	HoldTreatmentRecord = "treatment_record"
)

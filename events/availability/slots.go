package availability

import "time"

// A Slot is a start that can be had.
type Slot struct {
	StartsAt time.Time `json:"starts_at"`
	// Offset is the local one from UTC, such as +02:00: it tells the two hours apart
	// that an autumn night has.
	Offset string    `json:"offset"`
	EndsAt time.Time `json:"ends_at"`
	// StaffIDs are the people of the busy phases, in order, each once.
	StaffIDs []string `json:"staff_ids"`
	// SeatsLeft is the number of places of a group service, and 0 for any other.
	SeatsLeft int `json:"seats_left,omitzero"`
	// Spans are what a hold would take.
	Spans []Span `json:"spans"`
}

// An Asker is who wants to know: his own holds and offers do not stand in his way.
type Asker struct {
	// Session is a call, or a session in the portal or on the web page.
	Session string `json:"session,omitzero"`
	// Staff are not kept away by what is offered to customers.
	Staff bool `json:"staff,omitzero"`
}

// A FreeSlotsRequest asks for the starts in [From, Until).
type FreeSlotsRequest struct {
	Asker
	Demand Demand    `json:"demand"`
	From   time.Time `json:"from"`
	Until  time.Time `json:"until"`
	// Limit is the greatest number of slots; 500, if it is 0.
	Limit int `json:"limit,omitzero"`
	// Any gives one slot a start, with the first person who can.
	Any bool `json:"any,omitzero"`
}

// FreeSlots are in order of start, then of the demand's candidates.
type FreeSlots struct {
	Slots []Slot `json:"slots"`
	// Stale says that a calendar outside could not be asked lately.
	Stale bool `json:"stale,omitzero"`
}

// A CheckRequest asks whether one start can be had.
type CheckRequest struct {
	Asker
	Demand Demand    `json:"demand"`
	Start  time.Time `json:"start"`
}

// A NextFreeRequest asks for the first start at or after After.
type NextFreeRequest struct {
	Asker
	Demand Demand    `json:"demand"`
	After  time.Time `json:"after"`
}

// NextFree is the answer; Slot is nil if nothing is free in 90 days.
type NextFree struct {
	Slot  *Slot `json:"slot,omitzero"`
	Stale bool  `json:"stale,omitzero"`
}

// An OfferRequest keeps other customers away from slots that are being suggested.
// It replaces the session's last one; no slots withdraw it.
type OfferRequest struct {
	Session string `json:"session"`
	// Slots beyond the third are not covered. Places in a group need no offer.
	Slots []Slot `json:"slots"`
}

// An Offer says until when the slots are kept.
type Offer struct {
	ExpiresAt time.Time `json:"expires_at"`
}

// A HoldRequest takes all time of the demand at Start, or none.
type HoldRequest struct {
	// HoldID is a UUID of the caller's: a second request with it has the first one's
	// answer.
	HoldID string `json:"hold_id"`
	// Session is whose hold and offer do not stand in the way, and are replaced. With
	// an Owner it is that of the call, or of the customer, if there is one.
	Session string `json:"session"`
	Channel string `json:"channel"`
	// Phone is the customer's number in E.164, if it is known.
	Phone string `json:"phone,omitzero"`
	// Owner is the appointment at work. With one, the hold takes over the session's
	// own and is announced to nobody.
	Owner  string    `json:"owner,omitzero"`
	Demand Demand    `json:"demand"`
	Start  time.Time `json:"start"`
	// Minutes is how long the hold of an appointment lasts; 20, if it is 0.
	Minutes int `json:"minutes,omitzero"`
	// Staff are not limited in their number of holds.
	Staff bool `json:"staff,omitzero"`
}

// A Placed phase is one of a demand's, with its time and its person.
type Placed struct {
	Seq        int       `json:"seq"`
	Kind       string    `json:"kind"`
	SegmentKey string    `json:"segment_key,omitzero"`
	StaffID    string    `json:"staff_id,omitzero"`
	StartsAt   time.Time `json:"starts_at"`
	EndsAt     time.Time `json:"ends_at"`
}

// A Hold is time that is kept for one session.
type Hold struct {
	HoldID string `json:"hold_id"`
	// Spans are what is taken, buffers included; Phases are without them.
	Spans     []Span    `json:"spans"`
	Phases    []Placed  `json:"phases"`
	ExpiresAt time.Time `json:"expires_at"`
}

// A RenewRequest lengthens a hold. Its Session, or its Owner, is the hold's.
type RenewRequest struct {
	HoldID  string `json:"hold_id"`
	Session string `json:"session,omitzero"`
	Owner   string `json:"owner,omitzero"`
	// Minutes is how long the hold of an appointment lasts from now on.
	Minutes int `json:"minutes,omitzero"`
}

// A ReleaseRequest gives back a hold, or all holds of an appointment at work, or
// all of a session that no appointment took over.
type ReleaseRequest struct {
	HoldID  string `json:"hold_id,omitzero"`
	Session string `json:"session,omitzero"`
	Owner   string `json:"owner,omitzero"`
	// Reason is one of [ReleaseReasons].
	Reason string `json:"reason"`
}

// A ConvertRequest makes an appointment's booking of a hold: its own, or its
// session's.
type ConvertRequest struct {
	HoldID        string `json:"hold_id"`
	AppointmentID string `json:"appointment_id"`
	Session       string `json:"session,omitzero"`
}

// Booked is what an appointment has.
type Booked struct {
	Spans  []Span   `json:"spans"`
	Phases []Placed `json:"phases"`
	Seat   int      `json:"seat,omitzero"`
}

// A MoveRequest exchanges an appointment's time for that of a hold.
type MoveRequest struct {
	AppointmentID string `json:"appointment_id"`
	HoldID        string `json:"hold_id"`
}

// Moved is what an appointment has now, and had before.
type Moved struct {
	Booked
	Released []Span `json:"released"`
}

// A ReleaseBookingRequest gives back all time of an appointment.
type ReleaseBookingRequest struct {
	AppointmentID string `json:"appointment_id"`
	// Reason is one of [ReleaseReasons].
	Reason string `json:"reason"`
	// Key tells one request from the next: the same one has the same answer. The
	// default is the reason.
	Key string `json:"key,omitzero"`
}

// Released is what was given back, with what is past of it.
type Released struct {
	Spans []Span `json:"spans"`
}

// An ExpireRequest looks after one hold, or after all that ran out.
type ExpireRequest struct {
	HoldID string `json:"hold_id,omitzero"`
}

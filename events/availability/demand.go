// Package availability is the published language of free time: what somebody asks
// for, the spans that are taken, and the events about them.
package availability

import "time"

// A Demand says what time is wanted, without saying when. It is all that
// Availability knows of services, customers and policies.
type Demand struct {
	BranchID  string `json:"branch_id"`
	ServiceID string `json:"service_id"`
	// Phases are in order and follow one another without a gap.
	Phases []Phase `json:"phases"`
	// BufferBefore lengthens the first busy phase, and BufferAfter the last; minutes.
	BufferBefore int `json:"buffer_before,omitzero"`
	BufferAfter  int `json:"buffer_after,omitzero"`
	// Grid is the distance of possible starts in minutes; the branch's, if it is 0.
	Grid int `json:"grid,omitzero"`
	// Notice is the least time before the start, in minutes, and MaxDays the latest
	// local date after today. A negative Notice allows a start in the past.
	Notice  int `json:"notice,omitzero"`
	MaxDays int `json:"max_days"`
	// Capacity above 1 makes it a group service.
	Capacity int `json:"capacity,omitzero"`
	// Nestable demands may use restricted pauses of other bookings.
	Nestable bool `json:"nestable,omitzero"`
	// Owner is the appointment whose own claims, and OwnUIDs the calendar entries
	// that, do not stand in its way.
	Owner   string   `json:"owner,omitzero"`
	OwnUIDs []string `json:"own_uids,omitzero"`
}

// The kinds of phases.
const (
	Busy       = "busy"
	Free       = "free"
	Restricted = "restricted"
)

// A Phase is a part of a demand.
type Phase struct {
	Seq  int    `json:"seq"`
	Kind string `json:"kind"`
	// Minutes is the length; of a gap that may be longer, the least one, and
	// MaxMinutes the greatest.
	Minutes    int `json:"minutes"`
	MaxMinutes int `json:"max_minutes,omitzero"`
	// SegmentKey names the part of a composite service.
	SegmentKey string `json:"segment_key,omitzero"`
	// Staff are the candidates of a busy phase, the preferred one first.
	Staff []string `json:"staff,omitzero"`
	// SamePersonAs is the Seq of an earlier phase that must have the same person;
	// -1 for none.
	SamePersonAs int `json:"same_person_as"`
}

// A Span is time of one person, half-open, buffers included.
type Span struct {
	StaffID  string    `json:"staff_id"`
	StartsAt time.Time `json:"starts_at"`
	EndsAt   time.Time `json:"ends_at"`
}

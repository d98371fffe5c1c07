// Package call is the published language of telephone calls.
package call

import (
	"errors"
	"time"

	"github.com/herald-bus/herald/events"
)

// Types are the event types of this package.
var Types = []events.Type{
	events.TypeOf[Started](),
	events.TypeOf[Ended](),
	events.TypeOf[Analyzed](),
	events.TypeOf[Failed](),
	events.TypeOf[AppointmentBooked](),
	events.TypeOf[CostSettled](),
	events.TypeOf[CustomerLinked](),
}

// Ref says which call an event is about.
type Ref struct {
	CallID       string `json:"call_id"`
	VendorCallID string `json:"vendor_call_id"`
	BranchID     string `json:"branch_id"`
	// Zone is the branch's IANA time zone.
	Zone string `json:"zone"`
}

// AggregateID returns the call's id.
func (r Ref) AggregateID() string { return r.CallID }

// Started is the first proof that a call is or was connected.
type Started struct {
	Ref
	Direction string `json:"direction"`
	Kind      string `json:"kind"`
	// CallerID says whether the caller's number is presented, withheld or invalid.
	CallerID string `json:"caller_id"`
	// FromNumber and ToNumber are in E.164.
	FromNumber   string    `json:"from_number,omitzero"`
	ToNumber     string    `json:"to_number,omitzero"`
	LineID       string    `json:"line_id"`
	AgentID      string    `json:"agent_id"`
	AgentVersion string    `json:"agent_version,omitzero"`
	Language     string    `json:"language"`
	StartedAt    time.Time `json:"started_at"`
	// Late says that the start was learnt after the end.
	Late bool `json:"late"`
}

// EventName is the type on the wire.
func (Started) EventName() string { return "call.started" }

var (
	directions = []string{"inbound", "outbound"}
	callerIDs  = []string{"presented", "withheld", "invalid"}
)

// Validate reports enums without meaning.
func (e Started) Validate() error {
	return errors.Join(events.OneOf("direction", e.Direction, directions...), events.OneOf("caller_id", e.CallerID, callerIDs...))
}

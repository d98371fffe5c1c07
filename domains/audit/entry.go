package audit

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/herald-bus/herald/events"
)

// An Entry is what the trail remembers of an event.
type Entry struct {
	EventID string
	// Seq is the place in the tenant's chain, from 1, and 0 until it is sealed.
	Seq           int64
	EventType     string
	EventVersion  int
	AggregateType string
	Subject       string
	// OccurredAt is when it happened, RecordedAt when it was first written down.
	OccurredAt time.Time
	RecordedAt time.Time
	// ActorKind is one of the kinds below, ActorID the actor's id among them.
	ActorKind     string
	ActorID       string
	CorrelationID string
	CausationID   string
	Outcome       Outcome
	// Facts are the fields of [Facts], as canonical JSON.
	Facts string
	// Digest is the SHA-256 of the data in canonical JSON, which proves a copy that
	// is kept elsewhere.
	Digest []byte
	// Prev is the hash of the entry before, and Sealed this one's.
	Prev, Sealed []byte
}

// An Outcome tells what was done from what was not.
type Outcome string

// The outcomes.
const (
	OK      Outcome = "ok"
	Refused Outcome = "refused"
	Failed  Outcome = "failed"
)

// actorKinds are the kinds that an event's causedby may start with.
var actorKinds = []string{"customer", "staff", "operator", "agent", "vendor", "system"}

// EntryOf returns the entry for an event that is recorded now.
func EntryOf(env events.Envelope, now time.Time) (Entry, error) {
	canonical, err := Canonical(env.Data)
	if err != nil {
		return Entry{}, fmt.Errorf("audit: digest of %s: %w", env.Type, err)
	}
	digest := sha256.Sum256(canonical)
	facts, err := factsOf(env.Type, env.Data)
	if err != nil {
		return Entry{}, err
	}
	kind, id := actorOf(env.CausedBy)
	return Entry{
		EventID: env.ID, EventType: env.Type, EventVersion: env.Version,
		AggregateType: env.AggregateType, Subject: env.Subject,
		OccurredAt: env.Time, RecordedAt: now,
		ActorKind: kind, ActorID: id,
		CorrelationID: env.CorrelationID, CausationID: env.CausationID,
		Outcome: outcomeOf(env.Type), Facts: facts, Digest: digest[:],
	}, nil
}

// actorOf splits "staff:7". Nobody in particular is the system; a kind that is not
// known is kept whole, so that nothing is lost.
func actorOf(causedBy string) (kind, id string) {
	kind, id, _ = strings.Cut(causedBy, ":")
	switch {
	case causedBy == "":
		return "system", ""
	case slices.Contains(actorKinds, kind):
		return kind, id
	}
	return "unknown", causedBy
}

func outcomeOf(eventType string) Outcome {
	switch {
	case eventType == "appointment.policy_violated", eventType == "appointment.booking_failed":
		return Refused
	case strings.HasSuffix(eventType, ".failed"), strings.HasSuffix(eventType, "_failed"):
		return Failed
	}
	return OK
}

func aggregateOf(eventType string) string {
	noun, _, _ := strings.Cut(eventType, ".")
	return noun
}

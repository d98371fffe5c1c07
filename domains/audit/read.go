package audit

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
)

// Commands are what is recorded though no event tells of it.
var Commands = []string{
	"audit.read", "operator.logged_in", "operator.redrive", "operator.replay", "operator.circuit_override",
	"tenant.changed", "tenant.policy_changed", "tenant.exported", "customer.erasure_asked",
}

// A Command is something that somebody did, other than by an event.
type Command struct {
	// ID is a UUID: a command that is recorded twice has one entry.
	ID string
	// Type is one of [Commands]; Subject is what it was done to.
	Type, Subject string
	// Actor is kind and id, such as operator:7.
	Actor string
	At    time.Time
	// Facts are ids, codes, figures and instants, never a person's data.
	Facts map[string]string
}

// Record appends an entry for a command.
func (t *Trail) Record(ctx context.Context, tenantID string, now time.Time, c Command) error {
	if !slices.Contains(Commands, c.Type) {
		return events.Refuse("invalid", "AUD-10", "command %q must be one of %q", c.Type, Commands)
	}
	data, err := json.Marshal(c.Facts)
	if err != nil {
		return err
	}
	facts, err := Canonical(data)
	if err != nil {
		return err
	}
	if len(facts) > maxFacts {
		return events.Refuse("invalid", "AUD-10", "the facts of %s are %d bytes, at most %d are kept", c.Type, len(facts), maxFacts)
	}
	digest := sha256.Sum256(facts)
	kind, id := actorOf(c.Actor)
	return t.Append(ctx, tenantID, Entry{
		EventID: c.ID, EventType: c.Type, EventVersion: 1, AggregateType: aggregateOf(c.Type), Subject: c.Subject,
		OccurredAt: c.At, RecordedAt: now, ActorKind: kind, ActorID: id, CorrelationID: c.ID,
		Outcome: OK, Facts: string(facts), Digest: digest[:],
	})
}

// A Filter says which entries are wanted. What is empty does not limit.
type Filter struct {
	AggregateType string `json:"aggregate_type,omitempty"`
	Subject       string `json:"subject,omitempty"`
	ActorKind     string `json:"actor_kind,omitempty"`
	ActorID       string `json:"actor_id,omitempty"`
	CorrelationID string `json:"correlation_id,omitempty"`
	EventType     string `json:"event_type,omitempty"`
	// It happened in [From, Until).
	From  time.Time `json:"from,omitzero"`
	Until time.Time `json:"until,omitzero"`
	// After is the seq of the last entry of the page before.
	After int64 `json:"after,omitempty"`
}

// pageSize is the most entries that are returned at once.
const pageSize = 1000

// Read returns the entries that pass the filter, at most a thousand, in the order
// of the chain; those that are not sealed yet come last and have no seq. That it
// was read, by whom and with which filter, becomes an entry.
func (t *Trail) Read(ctx context.Context, tenantID string, now time.Time, reader string, f Filter) ([]Entry, error) {
	if reader == "" {
		return nil, events.Refuse("forbidden", "AUD-12", "nobody reads the trail without a name: give the reader, such as operator:7")
	}
	until := f.Until
	if until.IsZero() {
		until = time.Date(9999, time.January, 1, 0, 0, 0, 0, time.UTC)
	}
	from := f.From
	if from.IsZero() {
		from = time.Unix(0, 0)
	}
	found, err := store.All(ctx, t.db.Tenant(tenantID), scanEntry, `SELECT `+entryColumns+` FROM audit_entry
		WHERE tenant_id = $1 AND ($2 = '' OR aggregate_type = $2) AND ($3 = '' OR subject = $3)
			AND ($4 = '' OR actor_kind = $4) AND ($5 = '' OR actor_id = $5)
			AND ($6 = '' OR correlation_id = $6) AND ($7 = '' OR event_type = $7)
			AND occurred_at >= $8 AND occurred_at < $9 AND (seq IS NULL OR seq > $10)
		ORDER BY seq IS NULL, seq, recorded_at, event_id LIMIT $11`,
		f.AggregateType, f.Subject, f.ActorKind, f.ActorID, f.CorrelationID, f.EventType, from, until, f.After, pageSize)
	if err != nil {
		return nil, fmt.Errorf("audit: read the trail: %w", err)
	}
	filter, err := json.Marshal(f)
	if err != nil {
		return nil, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return nil, err
	}
	return found, t.Record(ctx, tenantID, now, Command{
		ID: id.String(), Type: "audit.read", Subject: tenantID, Actor: reader, At: now,
		Facts: map[string]string{"filter": string(filter)},
	})
}

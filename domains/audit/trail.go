package audit

import (
	"context"
	"fmt"

	"github.com/herald-bus/herald/domains/internal/store"
)

// A Trail keeps the entries of all tenants.
type Trail struct{ db *store.DB }

// NewTrail returns the trail in db.
func NewTrail(db *store.DB) *Trail { return &Trail{db} }

// Append adds the entry, unless its event has one already: the first is kept as it
// is. It waits for nobody.
func (t *Trail) Append(ctx context.Context, tenantID string, e Entry) error {
	_, err := t.db.Tenant(tenantID).Exec(ctx, `
		INSERT INTO audit_entry (tenant_id, event_id, event_type, event_version, aggregate_type, subject,
			occurred_at, recorded_at, actor_kind, actor_id, correlation_id, causation_id, outcome, facts, payload_digest)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
		ON CONFLICT (tenant_id, event_id) DO NOTHING`,
		e.EventID, e.EventType, e.EventVersion, e.AggregateType, e.Subject,
		e.OccurredAt, e.RecordedAt, e.ActorKind, e.ActorID, e.CorrelationID, e.CausationID, string(e.Outcome), e.Facts, e.Digest)
	if err != nil {
		return fmt.Errorf("audit: append the entry of %s: %w", e.EventID, err)
	}
	return nil
}

// OfSubject returns the entries about one thing, such as an appointment, in the
// order in which it all happened.
func (t *Trail) OfSubject(ctx context.Context, tenantID, aggregateType, subject string) ([]Entry, error) {
	entries, err := store.All(ctx, t.db.Tenant(tenantID), scanEntry, `
		SELECT `+entryColumns+` FROM audit_entry
		WHERE tenant_id = $1 AND aggregate_type = $2 AND subject = $3
		ORDER BY occurred_at, event_id
		LIMIT 1000`,
		aggregateType, subject)
	if err != nil {
		return nil, fmt.Errorf("audit: entries about %s %s: %w", aggregateType, subject, err)
	}
	return entries, nil
}

const entryColumns = `event_id, coalesce(seq, 0), event_type, event_version, aggregate_type, subject,
	occurred_at, recorded_at, actor_kind, actor_id, correlation_id, causation_id, outcome, facts, payload_digest, prev_hash, hash`

func scanEntry(row store.Row) (e Entry, err error) {
	return e, row.Scan(&e.EventID, &e.Seq, &e.EventType, &e.EventVersion, &e.AggregateType, &e.Subject,
		store.At(&e.OccurredAt), store.At(&e.RecordedAt), &e.ActorKind, &e.ActorID,
		&e.CorrelationID, &e.CausationID, &e.Outcome, &e.Facts, &e.Digest, &e.Prev, &e.Sealed)
}

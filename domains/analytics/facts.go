package analytics

import (
	"context"
	"fmt"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
)

// Facts is the store of facts.
type Facts struct{ db *store.DB }

// NewFacts returns the facts in db.
func NewFacts(db *store.DB) *Facts { return &Facts{db} }

// A Fact is what one thing, an appointment or a call, came to. Facts about the
// same thing may arrive in any order: the later one counts.
type Fact struct {
	Kind     string
	Subject  string
	BranchID string
	Status   string
	// Cents is a price or a fee.
	Cents      int64
	Currency   string
	OccurredAt time.Time
	EventID    string
}

// Record keeps the fact if it is the latest about its subject. A repeat changes
// nothing.
func (f *Facts) Record(ctx context.Context, tenantID string, fact Fact) error {
	_, err := f.db.Tenant(tenantID).Exec(ctx, `
		INSERT INTO fact (tenant_id, kind, subject, branch_id, status, cents, currency, occurred_at, event_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (tenant_id, kind, subject) DO UPDATE SET
			branch_id = excluded.branch_id, status = excluded.status, cents = excluded.cents, currency = excluded.currency,
			occurred_at = excluded.occurred_at, event_id = excluded.event_id
		WHERE excluded.occurred_at > fact.occurred_at
			OR (excluded.occurred_at = fact.occurred_at AND excluded.event_id > fact.event_id)`,
		fact.Kind, fact.Subject, fact.BranchID, fact.Status, fact.Cents, fact.Currency, fact.OccurredAt, fact.EventID)
	if err != nil {
		return fmt.Errorf("analytics: record the %s %s: %w", fact.Kind, fact.Subject, err)
	}
	return nil
}

package notifications

import (
	"context"
	"fmt"
	"slices"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events/customer"
)

// KeepConsent remembers a decision, unless a later one is known, or a withdrawal of
// the same instant. One that waits for its confirmation allows nothing yet.
func (s *Recipients) KeepConsent(ctx context.Context, tenantID string, e customer.ConsentChanged) error {
	_, err := s.db.Tenant(tenantID).Exec(ctx, `
		INSERT INTO recipient_consent (tenant_id, customer_id, purpose, granted, at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (tenant_id, customer_id, purpose) DO UPDATE SET granted = excluded.granted, at = excluded.at
		WHERE excluded.at > recipient_consent.at OR excluded.at = recipient_consent.at AND NOT excluded.granted`,
		e.CustomerID, e.Purpose, e.Decision == customer.Granted && e.Confirmed, e.At)
	if err != nil {
		return fmt.Errorf("notifications: keep the consent of %s: %w", e.CustomerID, err)
	}
	return nil
}

// granted are the purposes that a customer has agreed to. Of what he and those who
// turned out to be him have decided, the latest counts.
func (s *Recipients) granted(ctx context.Context, tenantID, customerID string) ([]string, error) {
	type decision struct {
		purpose string
		granted bool
	}
	decisions, err := store.All(ctx, s.db.Tenant(tenantID), func(row store.Row) (d decision, err error) {
		return d, row.Scan(&d.purpose, &d.granted)
	}, `WITH RECURSIVE same (id) AS (
			SELECT CAST($2 AS text) UNION
			SELECT m.duplicate_id FROM recipient_merge m JOIN same ON m.primary_id = same.id WHERE m.tenant_id = $1 AND NOT m.undone)
		SELECT purpose, granted FROM recipient_consent JOIN same ON customer_id = same.id
		WHERE tenant_id = $1 ORDER BY purpose, at DESC, CASE WHEN granted THEN 1 ELSE 0 END`, customerID)
	var granted []string
	latest := slices.CompactFunc(decisions, func(a, b decision) bool { return a.purpose == b.purpose })
	for _, d := range latest {
		if d.granted {
			granted = append(granted, d.purpose)
		}
	}
	return granted, err
}

// Merge remembers that two customers are one person, unless that was taken back
// already.
func (s *Recipients) Merge(ctx context.Context, tenantID, mergeID, primaryID, duplicateID string) error {
	return s.keepMerge(ctx, tenantID, mergeID, primaryID, duplicateID, false)
}

// Unmerge takes a merge back, also before it is known.
func (s *Recipients) Unmerge(ctx context.Context, tenantID, mergeID, primaryID, restoredID string) error {
	return s.keepMerge(ctx, tenantID, mergeID, primaryID, restoredID, true)
}

func (s *Recipients) keepMerge(ctx context.Context, tenantID, mergeID, primaryID, duplicateID string, undone bool) error {
	_, err := s.db.Tenant(tenantID).Exec(ctx, `
		INSERT INTO recipient_merge (tenant_id, merge_id, primary_id, duplicate_id, undone) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (tenant_id, merge_id) DO UPDATE SET undone = recipient_merge.undone OR excluded.undone`, mergeID, primaryID, duplicateID, undone)
	if err != nil {
		return fmt.Errorf("notifications: keep the merge of %s: %w", duplicateID, err)
	}
	return nil
}

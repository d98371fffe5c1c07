package customers

import (
	"context"
	"fmt"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/upkeep"
)

// keepRaw is how long it is remembered what was typed or heard, and what a request
// was answered.
const keepRaw = 30 * day

// keepProof is how many years an erasure, and that sending was lawful before it, is
// proven.
const keepProof = 3

// Purge deletes what has served its time. Run again it finds nothing; several may
// run at once.
func (s *Service) Purge(ctx context.Context, tenantID string, now time.Time) error {
	for _, of := range []struct {
		statement string
		before    time.Time
	}{
		{`UPDATE contact_point SET raw = '' WHERE tenant_id = $1 AND contact_id IN
			(SELECT contact_id FROM contact_point WHERE tenant_id = $1 AND raw <> '' AND created_at < $2 LIMIT $3)`, now.Add(-keepRaw)},
		{`DELETE FROM customer_answer WHERE tenant_id = $1 AND key IN
			(SELECT key FROM customer_answer WHERE tenant_id = $1 AND at < $2 LIMIT $3)`, now.Add(-keepRaw)},
		{`UPDATE customer_merge SET snapshot = '{}' WHERE tenant_id = $1 AND merge_id IN
			(SELECT merge_id FROM customer_merge WHERE tenant_id = $1 AND snapshot <> '{}' AND undo_until < $2 LIMIT $3)`, now},
		{`DELETE FROM identity_attempt WHERE tenant_id = $1 AND (claimant, claim_key) IN
			(SELECT claimant, claim_key FROM identity_attempt WHERE tenant_id = $1 AND failed_at < $2 LIMIT $3)`, now.Add(-claimWindow)},
		{`DELETE FROM call_identity WHERE tenant_id = $1 AND call_id IN
			(SELECT call_id FROM call_identity WHERE tenant_id = $1 AND at < $2 LIMIT $3)`, now.Add(-keepRaw)},
		{`DELETE FROM consent WHERE tenant_id = $1 AND consent_id IN
			(SELECT k.consent_id FROM consent k JOIN customer c ON c.tenant_id = k.tenant_id AND c.customer_id = k.customer_id
			WHERE k.tenant_id = $1 AND c.status = 'erased' AND c.erased_at < $2 LIMIT $3)`, now.AddDate(-keepProof, 0, 0)},
		{`DELETE FROM erasure WHERE tenant_id = $1 AND customer_id IN
			(SELECT customer_id FROM erasure WHERE tenant_id = $1 AND state <> 'requested' AND done_at < $2 LIMIT $3)`, now.AddDate(-keepProof, 0, 0)},
	} {
		if _, err := upkeep.InBatches(ctx, s.db.Tenant(tenantID), of.statement, of.before); err != nil {
			return fmt.Errorf("customers: purge: %w", err)
		}
	}
	return nil
}

// PurgeAll does that for all tenants.
func (s *Service) PurgeAll(ctx context.Context, now time.Time) error {
	return upkeep.EachTenant(ctx, s.db, func(tenantID string) error { return s.Purge(ctx, tenantID, now) }, tenants)
}

// tenants are those of whom anything is known.
const tenants = `SELECT tenant_id FROM customer UNION SELECT tenant_id FROM customer_answer UNION SELECT tenant_id FROM call_identity`

// Idle returns the ids of customers who have neither visited nor called, and whom no
// message has reached, for as long as the tenant keeps them: they are proposed for
// erasure.
func (s *Service) Idle(ctx context.Context, tenantID string, now time.Time) ([]string, error) {
	scope := s.db.Tenant(tenantID)
	house, err := s.house(ctx, scope)
	if err != nil {
		return nil, err
	}
	return store.All(ctx, scope, text, `SELECT c.customer_id FROM customer c
		WHERE c.tenant_id = $1 AND c.status IN ('active', 'pending_verification') AND c.created_at < $2
			AND NOT EXISTS (SELECT 1 FROM visit v JOIN customer m ON m.tenant_id = v.tenant_id AND m.customer_id = v.customer_id
				WHERE v.tenant_id = $1 AND v.starts_at >= $2 AND (m.customer_id = c.customer_id OR m.merged_into_id = c.customer_id))
			AND NOT EXISTS (SELECT 1 FROM call_contact k JOIN customer m ON m.tenant_id = k.tenant_id AND m.customer_id = k.customer_id
				WHERE k.tenant_id = $1 AND k.at >= $2 AND (m.customer_id = c.customer_id OR m.merged_into_id = c.customer_id))
			AND NOT EXISTS (SELECT 1 FROM contact_point p JOIN customer m ON m.tenant_id = p.tenant_id AND m.customer_id = p.customer_id
				WHERE p.tenant_id = $1 AND p.reached_at >= $2 AND (m.customer_id = c.customer_id OR m.merged_into_id = c.customer_id))
		ORDER BY c.created_at, c.customer_id`, now.AddDate(0, -house.IdleMonths, 0))
}

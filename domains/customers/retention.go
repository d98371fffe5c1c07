package customers

import (
	"context"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
)

// keepRaw is how long it is remembered what was typed or heard, and what a request
// was answered.
const keepRaw = 30 * day

// keepProof is how many years an erasure is proven.
const keepProof = 3

// Purge deletes what has served its time. It is for once a day.
func (s *Service) Purge(ctx context.Context, tenantID string, now time.Time) error {
	return s.db.Tenant(tenantID).InTx(ctx, func(tx store.Scope) error {
		for statement, before := range map[string]time.Time{
			`UPDATE contact_point SET raw = '' WHERE tenant_id = $1 AND raw <> '' AND created_at < $2`:                   now.Add(-keepRaw),
			`DELETE FROM customer_answer WHERE tenant_id = $1 AND at < $2`:                                               now.Add(-keepRaw),
			`UPDATE customer_merge SET snapshot = '{}' WHERE tenant_id = $1 AND undo_until < $2`:                         now,
			`DELETE FROM identity_attempt WHERE tenant_id = $1 AND failed_at < $2`:                                       now.Add(-claimWindow),
			`DELETE FROM call_identity WHERE tenant_id = $1 AND at < $2`:                                                 now.Add(-keepRaw),
			`DELETE FROM erasure WHERE tenant_id = $1 AND state <> 'requested' AND done_at IS NOT NULL AND done_at < $2`: now.AddDate(-keepProof, 0, 0),
		} {
			if _, err := tx.Exec(ctx, statement, before); err != nil {
				return err
			}
		}
		return nil
	})
}

// Idle returns the ids of customers who have neither visited nor called for as
// long as the tenant keeps them: they are proposed for erasure.
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
		ORDER BY c.created_at, c.customer_id`, now.AddDate(0, -house.IdleMonths, 0))
}

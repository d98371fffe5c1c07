package analytics

import (
	"context"
	"fmt"

	"github.com/herald-bus/herald/events"
)

// What can come of keeping a calendar in step.
const (
	syncCompleted = "completed"
	syncFailed    = "failed"
	syncDrift     = "drift"
)

// A synced fact is one attempt to keep a calendar in step, and what it was about:
// an action, the code of a failure, or the kind of a difference.
type synced struct{ result, kind, appointmentID, branchID string }

// recordSync notes it under its event, once.
func (f *Facts) recordSync(ctx context.Context, by events.Meta, s synced) error {
	scope := f.scope(by.TenantID)
	on, err := localDate(ctx, scope, s.branchID, "", by.Time)
	if err == nil {
		_, err = scope.Exec(ctx, `INSERT INTO fact_sync (tenant_id, event_id, appointment_id, branch_id, result, kind, synced_on)
			VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (tenant_id, event_id) DO NOTHING`,
			by.ID, s.appointmentID, s.branchID, s.result, s.kind, on)
	}
	if err != nil {
		return fmt.Errorf("analytics: record the synchronisation %s: %w", by.ID, err)
	}
	return nil
}

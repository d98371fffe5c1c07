package analytics

import (
	"context"
	"fmt"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// How a callback ended.
const (
	callbackCompleted = "completed"
	callbackExpired   = "expired"
)

// recordCallback notes that somebody wants to be called back.
func (f *Facts) recordCallback(ctx context.Context, by events.Meta, e appointment.CallbackRequested) error {
	scope := f.scope(by.TenantID)
	on, err := localDate(ctx, scope, e.BranchID, "", by.Time)
	if err == nil {
		_, err = scope.Exec(ctx, `INSERT INTO fact_callback (tenant_id, callback_id, branch_id, priority, requested_at, requested_on, expires_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (tenant_id, callback_id) DO UPDATE SET branch_id = excluded.branch_id, priority = excluded.priority,
				requested_at = excluded.requested_at, requested_on = excluded.requested_on, expires_at = excluded.expires_at`,
			e.CallbackID, e.BranchID, string(e.Priority), by.Time, on, e.ExpiresAt)
	}
	if err != nil {
		return fmt.Errorf("analytics: record the callback %s: %w", e.CallbackID, err)
	}
	return nil
}

// recordCallbackEnd notes how it ended; of several ends the last counts.
func (f *Facts) recordCallbackEnd(ctx context.Context, by events.Meta, callbackID, result string) error {
	_, err := f.scope(by.TenantID).Exec(ctx, `INSERT INTO fact_callback (tenant_id, callback_id, result, closed_at, closed_by)
		VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (tenant_id, callback_id) DO UPDATE SET result = excluded.result, closed_at = excluded.closed_at, closed_by = excluded.closed_by
		WHERE fact_callback.closed_at IS NULL OR (fact_callback.closed_at, fact_callback.closed_by) < (excluded.closed_at, excluded.closed_by)`,
		callbackID, result, by.Time, by.ID)
	if err != nil {
		return fmt.Errorf("analytics: record the end of the callback %s: %w", callbackID, err)
	}
	return nil
}

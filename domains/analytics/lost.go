package analytics

import (
	"context"
	"fmt"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
)

// The kinds of demand that was not met.
const (
	lostFailed = "failed"
	lostWish   = "wish"
)

// A lost fact is a booking that did not come about.
type lost struct{ kind, branchID, serviceID, zone, reason string }

// recordLost notes it under its event, once.
func (f *Facts) recordLost(ctx context.Context, by events.Meta, now time.Time, l lost) error {
	err := f.scope(by.TenantID).InTx(ctx, func(tx store.Scope) error {
		on, err := localDate(ctx, tx, l.branchID, l.zone, by.Time)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `INSERT INTO fact_lost (tenant_id, event_id, branch_id, service_id, kind, reason, lost_on)
			VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (tenant_id, event_id) DO NOTHING`,
			by.ID, l.branchID, l.serviceID, l.kind, l.reason, on)
		if err != nil || n == 0 {
			return err
		}
		return f.touch(ctx, tx, now, day{bookingFigures, on, l.branchID})
	})
	if err != nil {
		return fmt.Errorf("analytics: record what was lost by %s: %w", by.ID, err)
	}
	return nil
}

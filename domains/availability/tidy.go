package availability

import (
	"context"
	"fmt"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/upkeep"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/availability"
)

// answerLifetime is as long as anybody may repeat a request, or a delivery.
const answerLifetime = events.Retention

// Tidy removes offers that ran out, and after 30 days what was given back, the holds
// that have no time any more, and what was past of calendars and versions. What was
// booked stays. Run again it finds nothing; several may run at once. No staff-day's
// version is raised: nothing that is removed keeps anybody away.
func (s *Service) Tidy(ctx context.Context, tenantID string, now time.Time) error {
	scope, until := s.db.Tenant(tenantID), now.Add(-answerLifetime)
	if err := endForgotten(ctx, scope, now, until); err != nil {
		return fmt.Errorf("availability: tidy: %w", err)
	}
	for _, of := range []struct {
		statement string
		until     any
	}{
		{`DELETE FROM offer WHERE tenant_id = $1 AND expires_at <= $2 AND session IN
			(SELECT DISTINCT session FROM offer WHERE tenant_id = $1 AND expires_at <= $2 LIMIT $3)`, now},
		{`DELETE FROM claim WHERE tenant_id = $1 AND claim_id IN
			(SELECT claim_id FROM claim WHERE tenant_id = $1 AND released_at <= $2 LIMIT $3)`, until},
		{`DELETE FROM seat WHERE tenant_id = $1 AND hold_id IN
			(SELECT hold_id FROM seat WHERE tenant_id = $1 AND released_at <= $2 LIMIT $3)`, until},
		{`DELETE FROM group_session WHERE tenant_id = $1 AND group_session_id IN
			(SELECT group_session_id FROM group_session g WHERE g.tenant_id = $1 AND g.ends_at <= $2 AND g.seats = 0
				AND NOT EXISTS (SELECT 1 FROM seat s WHERE s.tenant_id = $1 AND s.group_session_id = g.group_session_id) LIMIT $3)`, until},
		// By its hold it is known whose branch an appointment's time is of, and that a
		// calendar's entry is no other's.
		{`DELETE FROM hold WHERE tenant_id = $1 AND hold_id IN
			(SELECT h.hold_id FROM hold h WHERE h.tenant_id = $1 AND h.expires_at <= $2 AND h.state IN ('converted', 'released', 'expired')
				AND NOT EXISTS (SELECT 1 FROM claim c WHERE c.tenant_id = $1 AND c.hold_id = h.hold_id AND c.ends_at > $2)
				AND NOT EXISTS (SELECT 1 FROM seat s JOIN group_session g ON g.tenant_id = s.tenant_id AND g.group_session_id = s.group_session_id
					WHERE s.tenant_id = $1 AND s.hold_id = h.hold_id AND g.ends_at > $2)
				AND NOT EXISTS (SELECT 1 FROM busy_time b WHERE b.tenant_id = $1 AND b.appointment_id = h.owner AND b.appointment_id <> '' AND b.ends_at > $2) LIMIT $3)`, until},
		{`DELETE FROM busy_time WHERE tenant_id = $1 AND (source, external_uid, staff_id) IN
			(SELECT source, external_uid, staff_id FROM busy_time WHERE tenant_id = $1 AND ends_at <= $2 LIMIT $3)`, until},
		{`DELETE FROM day_version WHERE tenant_id = $1 AND (staff_id, date) IN
			(SELECT staff_id, date FROM day_version WHERE tenant_id = $1 AND date < $2 LIMIT $3)`, until.UTC().Format(time.DateOnly)},
	} {
		if _, err := upkeep.InBatches(ctx, scope, of.statement, of.until); err != nil {
			return fmt.Errorf("availability: tidy: %w", err)
		}
	}
	return nil
}

// endForgotten ends holds that ran out long ago and whose timer never came, so that
// their places in groups are given back. Nobody waits to be told any more.
func endForgotten(ctx context.Context, scope store.Scope, now, until time.Time) error {
	ids, err := store.All(ctx, scope, scanText, `SELECT hold_id FROM hold
		WHERE tenant_id = $1 AND state IN ('active', 'taken_over') AND expires_at <= $2 ORDER BY hold_id LIMIT $3`, until, upkeep.Batch)
	if err != nil {
		return err
	}
	for _, id := range ids {
		err := scope.InTx(ctx, func(tx store.Scope) error {
			h, err := lockHold(ctx, tx, id)
			if err != nil || h == nil || !h.ranOut(now) {
				return err
			}
			return endHold(ctx, tx, h, stateExpired, availability.ReleasedExpired, "expired", now)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// TidyAll does that for all tenants.
func (s *Service) TidyAll(ctx context.Context, now time.Time) error {
	return upkeep.EachTenant(ctx, s.db, func(tenantID string) error { return s.Tidy(ctx, tenantID, now) },
		`SELECT DISTINCT tenant_id FROM staff_calendar`)
}

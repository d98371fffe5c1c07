package appointments

import (
	"context"
	"fmt"
	"time"

	"github.com/herald-bus/herald/domains/internal/upkeep"
	"github.com/herald-bus/herald/events"
)

const (
	wishLifetime    = 30 * 24 * time.Hour
	requestLifetime = 30 * 24 * time.Hour
	// answerLifetime is as long as anybody may repeat a command, or a delivery.
	answerLifetime = events.Retention
)

// Tidy ends the pending wishes that are older than 30 days, and removes requests of
// that age, the answers that nobody can ask for again, and the names that calendars
// gave to what is over as long. Run again it finds nothing; several may run at once.
func (s *Service) Tidy(ctx context.Context, tenantID string, now time.Time) error {
	for _, of := range []struct {
		statement string
		until     time.Time
	}{
		{`UPDATE wish SET status = 'expired' WHERE tenant_id = $1 AND status = 'pending' AND wish_id IN
			(SELECT wish_id FROM wish WHERE tenant_id = $1 AND status = 'pending' AND created_at <= $2 LIMIT $3)`, now.Add(-wishLifetime)},
		{`DELETE FROM request WHERE tenant_id = $1 AND request_id IN
			(SELECT request_id FROM request WHERE tenant_id = $1 AND at <= $2 LIMIT $3)`, now.Add(-requestLifetime)},
		{`DELETE FROM command_answer WHERE tenant_id = $1 AND (appointment_id, command_id) IN
			(SELECT appointment_id, command_id FROM command_answer WHERE tenant_id = $1 AND at <= $2 LIMIT $3)`, now.Add(-answerLifetime)},
		// A wish is matched while it is pending.
		{`DELETE FROM wish_match WHERE tenant_id = $1 AND event_id IN
			(SELECT m.event_id FROM wish_match m JOIN wish w ON w.tenant_id = m.tenant_id AND w.wish_id = m.wish_id
			WHERE m.tenant_id = $1 AND w.created_at <= $2 LIMIT $3)`, now.Add(-wishLifetime - answerLifetime)},
		{`DELETE FROM calendar_entry WHERE tenant_id = $1 AND uid IN
			(SELECT e.uid FROM calendar_entry e LEFT JOIN appointment a ON a.tenant_id = e.tenant_id AND a.appointment_id = e.appointment_id
			WHERE e.tenant_id = $1 AND COALESCE(a.ends_at, e.seen_at) <= $2 LIMIT $3)`, now.Add(-answerLifetime)},
	} {
		if _, err := upkeep.InBatches(ctx, s.db.Tenant(tenantID), of.statement, of.until); err != nil {
			return fmt.Errorf("appointments: tidy: %w", err)
		}
	}
	return nil
}

// TidyAll does that for all tenants.
func (s *Service) TidyAll(ctx context.Context, now time.Time) error {
	return upkeep.EachTenant(ctx, s.db, func(tenantID string) error { return s.Tidy(ctx, tenantID, now) },
		`SELECT DISTINCT tenant_id FROM service`)
}

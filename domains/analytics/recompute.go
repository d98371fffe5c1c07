package analytics

import (
	"context"
	"fmt"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/upkeep"
	"github.com/herald-bus/herald/events"
)

const (
	deleteVisits = `DELETE FROM agg_visits_daily WHERE tenant_id = $1 AND visit_on = $2 AND branch_id = $3`

	insertVisits = `INSERT INTO agg_visits_daily (tenant_id, visit_on, branch_id, service_id, staff_id, origin, currency,
			booked, completed, no_show, cancelled, cancelled_late, booked_cents, realised_cents, lost_cents, fee_cents)
		SELECT tenant_id, visit_on, branch_id, service_id, staff_id, origin, currency, count(*),
			count(*) FILTER (WHERE status = 'completed'),
			count(*) FILTER (WHERE status = 'no_show'),
			count(*) FILTER (WHERE status = 'cancelled'),
			count(*) FILTER (WHERE status = 'cancelled' AND late),
			coalesce(sum(price_cents) FILTER (WHERE status <> 'cancelled'), 0),
			coalesce(sum(price_cents) FILTER (WHERE status = 'completed'), 0),
			coalesce(sum(price_cents - fee_cents) FILTER (WHERE status = 'no_show' OR (status = 'cancelled' AND late)), 0),
			coalesce(sum(fee_cents) FILTER (WHERE status IN ('no_show', 'cancelled')), 0)
		FROM fact_booking WHERE tenant_id = $1 AND visit_on = $2 AND branch_id = $3
		GROUP BY tenant_id, visit_on, branch_id, service_id, staff_id, origin, currency`

	deleteBookings = `DELETE FROM agg_bookings_daily WHERE tenant_id = $1 AND created_on = $2 AND branch_id = $3`

	insertBookings = `INSERT INTO agg_bookings_daily (tenant_id, created_on, branch_id, service_id, staff_id, origin, currency,
			created, created_cents, first_visits, lead_0_2h, lead_2_24h, lead_1_3d, lead_3_7d, lead_7_14d, lead_14_30d, lead_over_30d,
			rescheduled, lost)
		SELECT tenant_id, created_on, branch_id, service_id, staff_id, origin, currency,
			sum(created), sum(cents), sum(CASE WHEN first_visit THEN 1 ELSE 0 END),
			sum(CASE WHEN created = 1 AND lead_s < 7200 THEN 1 ELSE 0 END),
			sum(CASE WHEN lead_s >= 7200 AND lead_s < 86400 THEN 1 ELSE 0 END),
			sum(CASE WHEN lead_s >= 86400 AND lead_s < 259200 THEN 1 ELSE 0 END),
			sum(CASE WHEN lead_s >= 259200 AND lead_s < 604800 THEN 1 ELSE 0 END),
			sum(CASE WHEN lead_s >= 604800 AND lead_s < 1209600 THEN 1 ELSE 0 END),
			sum(CASE WHEN lead_s >= 1209600 AND lead_s < 2592000 THEN 1 ELSE 0 END),
			sum(CASE WHEN lead_s >= 2592000 THEN 1 ELSE 0 END),
			sum(reschedules), sum(1 - created)
		FROM (
			SELECT tenant_id, created_on, branch_id, service_id, staff_id, origin, currency,
				1 AS created, price_cents AS cents, first_visit, lead_s, reschedules
			FROM fact_booking WHERE tenant_id = $1 AND created_on = $2 AND branch_id = $3
			UNION ALL
			SELECT tenant_id, lost_on, branch_id, service_id, '', '', '', 0, 0, false, 0, 0
			FROM fact_lost WHERE tenant_id = $1 AND lost_on = $2 AND branch_id = $3) AS facts
		GROUP BY tenant_id, created_on, branch_id, service_id, staff_id, origin, currency`

	deleteCalls = `DELETE FROM agg_calls_daily WHERE tenant_id = $1 AND started_on = $2 AND branch_id = $3`

	insertCalls = `INSERT INTO agg_calls_daily (tenant_id, started_on, branch_id, currency,
			calls, qualified, converted, failed, duration_ms, booking_s, cost_cents, estimated_cents)
		SELECT tenant_id, started_on, branch_id, currency, count(*),
			count(*) FILTER (WHERE qualified),
			count(*) FILTER (WHERE qualified AND booked > 0),
			count(*) FILTER (WHERE failed),
			sum(duration_ms),
			coalesce(sum(booking_s) FILTER (WHERE qualified AND booked > 0), 0),
			sum(cost_cents),
			coalesce(sum(cost_cents) FILTER (WHERE NOT cost_final), 0)
		FROM fact_call WHERE tenant_id = $1 AND started_on = $2 AND branch_id = $3
		GROUP BY tenant_id, started_on, branch_id, currency`

	deleteMessages = `DELETE FROM agg_messages_daily WHERE tenant_id = $1 AND sent_on = $2 AND branch_id = $3`

	insertMessages = `INSERT INTO agg_messages_daily (tenant_id, sent_on, branch_id, channel, purpose, currency,
			sent, delivered, failed, bounced, late, cost_cents)
		SELECT tenant_id, sent_on, branch_id, channel, purpose, currency,
			count(*) FILTER (WHERE sent_at IS NOT NULL),
			count(*) FILTER (WHERE delivered_at IS NOT NULL),
			count(*) FILTER (WHERE delivered_at IS NULL AND failed_at IS NOT NULL),
			count(*) FILTER (WHERE delivered_at IS NULL AND failed_at IS NOT NULL AND sent_at IS NOT NULL),
			count(*) FILTER (WHERE late),
			sum(cost_cents)
		FROM fact_message WHERE tenant_id = $1 AND sent_on = $2 AND branch_id = $3
		GROUP BY tenant_id, sent_on, branch_id, channel, purpose, currency`
)

// statements are how a day's figures are taken away, and made anew.
var statements = map[string][2]string{
	visitFigures:   {deleteVisits, insertVisits},
	bookingFigures: {deleteBookings, insertBookings},
	callFigures:    {deleteCalls, insertCalls},
	messageFigures: {deleteMessages, insertMessages},
}

// Recompute brings the figures of the days that changed up to date, each day in a
// transaction of its own, and returns how many it did. Figures are never counted
// up: a day's rows are deleted and made anew from the facts.
func (f *Facts) Recompute(ctx context.Context, tenantID string) (int, error) {
	dirty, err := store.All(ctx, f.db.Tenant(tenantID), scanDay,
		`SELECT figures, day, branch_id FROM dirty_day WHERE tenant_id = $1 ORDER BY figures, day, branch_id`)
	if err != nil {
		return 0, fmt.Errorf("analytics: look for days that changed: %w", err)
	}
	done := 0
	for _, d := range dirty {
		mine, err := f.recomputeDay(ctx, tenantID, d)
		if err != nil {
			return done, fmt.Errorf("analytics: compute the %s of %s: %w", d.figures, d.date, err)
		}
		if mine {
			done++
		}
	}
	return done, nil
}

func scanDay(row store.Row) (d day, err error) { return d, row.Scan(&d.figures, &d.date, &d.branchID) }

// recomputeDay takes the mark away before it reads the facts: it waits for those
// who are about to change them, and one that comes later marks the day again. It
// reports whether the day was still to be done.
func (f *Facts) recomputeDay(ctx context.Context, tenantID string, d day) (mine bool, err error) {
	err = f.db.Tenant(tenantID).InTx(ctx, func(tx store.Scope) error {
		n, err := tx.Exec(ctx, `DELETE FROM dirty_day WHERE tenant_id = $1 AND figures = $2 AND day = $3 AND branch_id = $4`,
			d.figures, d.date, d.branchID)
		if err != nil || n == 0 {
			return err // another worker has done it
		}
		mine = true
		for _, statement := range statements[d.figures] {
			if _, err := tx.Exec(ctx, statement, d.date, d.branchID); err != nil {
				return err
			}
		}
		return nil
	})
	return mine && err == nil, err
}

// RecomputeAll does that for all tenants.
func (f *Facts) RecomputeAll(ctx context.Context) error {
	return upkeep.EachTenant(ctx, f.db, func(tenantID string) error {
		_, err := f.Recompute(ctx, tenantID)
		return err
	}, `SELECT DISTINCT tenant_id FROM dirty_day`)
}

// maxDays is what one report covers.
const maxDays = 400

func checkRange(from, to string) error {
	first, err := time.Parse(time.DateOnly, from)
	if err != nil {
		return events.Refuse("invalid", "ANA-13", "from: %q is no date such as 2027-03-30", from)
	}
	last, err := time.Parse(time.DateOnly, to)
	switch {
	case err != nil:
		return events.Refuse("invalid", "ANA-13", "to: %q is no date such as 2027-03-30", to)
	case last.Before(first):
		return events.Refuse("invalid", "ANA-13", "to must not be before from: %s, %s", to, from)
	case last.Sub(first) >= maxDays*24*time.Hour:
		return events.Refuse("range_too_long", "ANA-13", "from %s to %s are more than %d days", from, to, maxDays)
	}
	return nil
}

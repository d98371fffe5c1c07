package analytics

import (
	"context"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
)

// truncate takes away the facts of the dates from to to that began after since, and
// notes the days of what is there now. Customers are locked first, as everybody does
// it. For the time of a rebuild nobody is forgotten, so that first visits are found:
// truncate returns whom to forget again, and takes away all facts that are about
// nobody.
func (f *Facts) truncate(ctx context.Context, now time.Time, from, to string, since time.Time) (forgotten []string, err error) {
	tx, floor := f.rebuild.tx, ""
	if !since.IsZero() {
		floor = since.AddDate(0, 0, 2).UTC().Format(time.DateOnly) // not before it in any zone
	}
	_, err = store.All(ctx, tx, func(row store.Row) (none struct{}, err error) {
		var id string
		var gone bool
		if err = row.Scan(&id, &gone); gone {
			forgotten = append(forgotten, id)
		}
		return none, err
	}, `UPDATE fact_customer SET forgotten = forgotten WHERE tenant_id = $1 RETURNING customer_id, forgotten`)
	if err != nil {
		return nil, err
	}
	if f.rebuild.days, err = store.All(ctx, tx, scanDay, daysWithin, from, to); err != nil {
		return nil, err
	}
	for _, statement := range truncations {
		if _, err := tx.Exec(ctx, statement, from, to, floor); err != nil {
			return nil, err
		}
	}
	_, err = store.All(ctx, tx, func(row store.Row) (none struct{}, err error) {
		made, visit := day{figures: bookingFigures}, day{figures: visitFigures}
		if err := row.Scan(&made.date, &visit.date, &made.branchID); err != nil {
			return none, err
		}
		visit.branchID = made.branchID
		return none, f.touch(ctx, tx, now, made, visit)
	}, truncateBookings, from, to, floor)
	return forgotten, err
}

// daysWithin are the days whose figures a rebuild computes whatever comes of it.
const daysWithin = `
	SELECT 'visits', visit_on, branch_id FROM fact_booking WHERE tenant_id = $1 AND visit_on BETWEEN $2 AND $3
	UNION SELECT 'visits', visit_on, branch_id FROM agg_visits_daily WHERE tenant_id = $1 AND visit_on BETWEEN $2 AND $3
	UNION SELECT 'bookings', created_on, branch_id FROM fact_booking WHERE tenant_id = $1 AND created_on BETWEEN $2 AND $3
	UNION SELECT 'bookings', lost_on, branch_id FROM fact_lost WHERE tenant_id = $1 AND lost_on BETWEEN $2 AND $3
	UNION SELECT 'bookings', created_on, branch_id FROM agg_bookings_daily WHERE tenant_id = $1 AND created_on BETWEEN $2 AND $3
	UNION SELECT 'calls', started_on, branch_id FROM fact_call WHERE tenant_id = $1 AND started_on BETWEEN $2 AND $3
	UNION SELECT 'calls', started_on, branch_id FROM agg_calls_daily WHERE tenant_id = $1 AND started_on BETWEEN $2 AND $3
	UNION SELECT 'messages', sent_on, branch_id FROM fact_message WHERE tenant_id = $1 AND sent_on BETWEEN $2 AND $3
	UNION SELECT 'messages', sent_on, branch_id FROM agg_messages_daily WHERE tenant_id = $1 AND sent_on BETWEEN $2 AND $3`

// truncations take away; a fact whose date nobody has told yet is of every range.
var truncations = []string{
	`UPDATE fact_customer SET forgotten = false,
		created_on = CASE WHEN created_on BETWEEN $2 AND $3 AND created_on >= $4 THEN '' ELSE created_on END,
		source = CASE WHEN created_on BETWEEN $2 AND $3 AND created_on >= $4 THEN '' ELSE source END WHERE tenant_id = $1`,
	`DELETE FROM fact_lost WHERE tenant_id = $1 AND lost_on BETWEEN $2 AND $3 AND lost_on >= $4`,
	`DELETE FROM fact_callback WHERE tenant_id = $1 AND (requested_on = '' OR requested_on BETWEEN $2 AND $3 AND requested_on >= $4)`,
	`DELETE FROM fact_call WHERE tenant_id = $1 AND (started_on = '' OR started_on BETWEEN $2 AND $3 AND started_on >= $4)`,
	`DELETE FROM fact_message WHERE tenant_id = $1 AND (sent_on = '' OR sent_on BETWEEN $2 AND $3 AND sent_on >= $4)`,
	`DELETE FROM fact_sync WHERE tenant_id = $1 AND synced_on BETWEEN $2 AND $3 AND synced_on >= $4`,
	`DELETE FROM fact_incident WHERE tenant_id = $1 AND started_on BETWEEN $2 AND $3 AND started_on >= $4`,
}

const truncateBookings = `DELETE FROM fact_booking
	WHERE tenant_id = $1 AND (created_on BETWEEN $2 AND $3 OR visit_on BETWEEN $2 AND $3 OR customer_id = '')
		AND CASE WHEN created_on <> '' THEN created_on WHEN visit_on <> '' THEN visit_on ELSE $4 END >= $4
	RETURNING created_on, visit_on, branch_id`

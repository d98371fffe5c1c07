package calendarsync

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/herald-bus/herald/domains/internal/store"
)

// A link is what is known of one appointment in the calendar.
type link struct {
	target Target
	// told is the rank of what the calendar was last told, or -1.
	told int64
}

// links keeps the links of all tenants.
type links struct{ db *store.DB }

// aim makes t the target of its appointment unless a later one is known, and
// returns what counts now.
func (l links) aim(ctx context.Context, tenantID string, t Target) (link, error) {
	booking, err := json.Marshal(t.Booking)
	if err != nil {
		return link{}, err
	}
	var now link
	err = l.db.Tenant(tenantID).InTx(ctx, func(tx store.Scope) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO calendar_link (tenant_id, appointment_id, target_rank, cancelled, booking)
			VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (tenant_id, appointment_id) DO UPDATE
			SET target_rank = excluded.target_rank, cancelled = excluded.cancelled, booking = excluded.booking
			WHERE excluded.target_rank > calendar_link.target_rank`,
			t.Booking.ID, t.rank(), t.Cancelled, json.RawMessage(booking))
		if err != nil {
			return err
		}
		now, err = store.One(ctx, tx, scanLink, `
			SELECT cancelled, booking, told_rank FROM calendar_link WHERE tenant_id = $1 AND appointment_id = $2`, t.Booking.ID)
		return err
	})
	return now, err
}

// confirm remembers that the calendar was told t, and returns what counts now.
func (l links) confirm(ctx context.Context, tenantID string, t Target) (link, error) {
	return store.One(ctx, l.db.Tenant(tenantID), scanLink, `
		UPDATE calendar_link SET told_rank = $3 WHERE tenant_id = $1 AND appointment_id = $2
		RETURNING cancelled, booking, told_rank`, t.Booking.ID, t.rank())
}

func scanLink(row store.Row) (l link, err error) {
	var booking string
	if err := row.Scan(&l.target.Cancelled, &booking, &l.told); err != nil {
		return link{}, err
	}
	if err := json.Unmarshal([]byte(booking), &l.target.Booking); err != nil {
		return link{}, fmt.Errorf("the booking: %w", err)
	}
	return l, nil
}

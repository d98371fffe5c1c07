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
	// hidden says that the appointment is none of the calendar's. Its target is then
	// to show nothing, whatever comes.
	hidden bool
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
			SELECT cancelled, booking, told_rank, hidden FROM calendar_link WHERE tenant_id = $1 AND appointment_id = $2`, t.Booking.ID)
		return err
	})
	return now, err
}

// hide remembers that the appointment is none of the calendar's, and returns what
// counts now.
func (l links) hide(ctx context.Context, tenantID string, b Booking) (link, error) {
	booking, err := json.Marshal(b)
	if err != nil {
		return link{}, err
	}
	return store.One(ctx, l.db.Tenant(tenantID), scanLink, `
		INSERT INTO calendar_link (tenant_id, appointment_id, target_rank, cancelled, booking, hidden)
		VALUES ($1, $2, -1, $3, $4, $3)
		ON CONFLICT (tenant_id, appointment_id) DO UPDATE SET hidden = excluded.hidden
		RETURNING cancelled, booking, told_rank, hidden`, b.ID, true, json.RawMessage(booking))
}

// confirm remembers that the calendar was told t, and returns what counts now.
func (l links) confirm(ctx context.Context, tenantID string, t Target) (link, error) {
	return store.One(ctx, l.db.Tenant(tenantID), scanLink, `
		UPDATE calendar_link SET told_rank = $3 WHERE tenant_id = $1 AND appointment_id = $2
		RETURNING cancelled, booking, told_rank, hidden`, t.Booking.ID, t.rank())
}

func scanLink(row store.Row) (l link, err error) {
	var booking string
	if err := row.Scan(&l.target.Cancelled, &booking, &l.told, &l.hidden); err != nil {
		return link{}, err
	}
	if err := json.Unmarshal([]byte(booking), &l.target.Booking); err != nil {
		return link{}, fmt.Errorf("the booking: %w", err)
	}
	l.target.Cancelled = l.target.Cancelled || l.hidden
	return l, nil
}

package availability

import (
	"context"
	"errors"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
)

// takeSeat gives a hold a place in the group session at its start. The first place
// takes the time, for all.
func takeSeat(ctx context.Context, tx store.Scope, h *hold, now time.Time) error {
	span := h.layout.Spans[0]
	id := derivedID(h.serviceID, span.StaffID, h.layout.Start.UTC().Format(time.RFC3339))
	_, err := tx.Exec(ctx, `INSERT INTO group_session (tenant_id, group_session_id, service_id, staff_id, starts_at, ends_at, capacity) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (tenant_id, group_session_id) DO UPDATE SET capacity = CASE WHEN group_session.seats = 0 THEN excluded.capacity ELSE group_session.capacity END`,
		id, h.serviceID, span.StaffID, h.layout.Start, span.EndsAt, h.demand.Capacity)
	if err != nil {
		return err
	}
	_, err = store.One(ctx, tx, scanInt, `UPDATE group_session SET seats = seats + 1
		WHERE tenant_id = $1 AND group_session_id = $2 AND seats < capacity RETURNING seats`, id)
	if errors.Is(err, store.ErrNotFound) {
		return events.Refuse("group_full", "AVL-25", "the course at %s has no place left: choose another one", h.layout.Start.Format(time.RFC3339))
	}
	if err != nil {
		return err
	}
	claimed, err := store.One(ctx, tx, scanInt, `SELECT count(*) FROM claim WHERE tenant_id = $1 AND group_session_id = $2 AND released_at IS NULL`, id)
	if err != nil {
		return err
	}
	if claimed == 0 {
		_, err := tx.Exec(ctx, `INSERT INTO claim (tenant_id, claim_id, staff_id, starts_at, ends_at, kind, holder, branch_id, service_id, group_session_id)
			VALUES ($1, $2, $3, $4, $5, 'booking', $6, $7, $8, $6)`,
			derivedID(id, h.id, now.UTC().Format(time.RFC3339Nano)), span.StaffID, span.StartsAt, span.EndsAt, id, h.branchID, h.serviceID)
		if err := slotTaken(err, span.StartsAt); err != nil {
			return err
		}
	}
	session := h.session
	if h.owner != "" {
		session = ""
	}
	_, err = tx.Exec(ctx, `INSERT INTO seat (tenant_id, hold_id, group_session_id, session, expires_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (tenant_id, hold_id) DO UPDATE SET expires_at = excluded.expires_at, released_at = NULL, release_key = ''`,
		h.id, id, session, h.expiresAt)
	return err
}

// freeSeats gives back the seats that match, whose arguments start at $4, and with
// the last one of a session its time.
func freeSeats(ctx context.Context, tx store.Scope, reason, by string, now time.Time, match string, args ...any) error {
	groups, err := store.All(ctx, tx, scanText, `UPDATE seat SET released_at = $2, release_key = $3
		WHERE tenant_id = $1 AND released_at IS NULL AND `+match+` RETURNING group_session_id`, append([]any{now, by}, args...)...)
	if err != nil {
		return err
	}
	for _, id := range groups {
		left, err := store.One(ctx, tx, scanInt, `UPDATE group_session SET seats = seats - 1 WHERE tenant_id = $1 AND group_session_id = $2 RETURNING seats`, id)
		if err != nil {
			return err
		}
		if left > 0 {
			continue
		}
		_, err = tx.Exec(ctx, `UPDATE claim SET released_at = $3, reason = $4, release_key = $5
			WHERE tenant_id = $1 AND group_session_id = $2 AND released_at IS NULL`, id, now, reason, by)
		if err != nil {
			return err
		}
	}
	return nil
}

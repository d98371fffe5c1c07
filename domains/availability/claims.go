package availability

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/availability"
)

// oneDiary is the rule of the schema that nobody has two appointments at once.
const oneDiary = "claim_one_diary"

// insertClaims writes the claims of a hold, or its seat in a group, in order of
// person and start. Somebody who was faster is a refusal, slot_taken.
func insertClaims(ctx context.Context, tx store.Scope, h *hold, now time.Time) error {
	if h.demand.Capacity > 1 {
		return takeSeat(ctx, tx, h, now)
	}
	holder, session := h.id, h.session
	if h.owner != "" {
		holder, session = h.owner, ""
	}
	spans := slices.Clone(h.layout.Spans)
	slices.SortFunc(spans, func(a, b availability.Span) int {
		return cmp.Or(strings.Compare(a.StaffID, b.StaffID), a.StartsAt.Compare(b.StartsAt))
	})
	insert := func(kind string, seq int, s availability.Span) error {
		_, err := tx.Exec(ctx, `INSERT INTO claim (tenant_id, claim_id, staff_id, starts_at, ends_at, kind, holder, branch_id, service_id, session, hold_id, expires_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
			derivedID(h.id, kind, strconv.Itoa(seq), now.UTC().Format(time.RFC3339Nano)), s.StaffID, s.StartsAt, s.EndsAt, kind, holder, h.branchID, h.serviceID, session, h.id, h.expiresAt)
		return slotTaken(err, s.StartsAt)
	}
	for i, span := range spans {
		if err := insert(kindHold, i, span); err != nil {
			return err
		}
	}
	for i, p := range h.layout.Phases {
		if p.Kind != availability.Restricted || p.StaffID == "" || !p.EndsAt.After(p.StartsAt) {
			continue
		}
		if err := insert(kindPause, i, availability.Span{StaffID: p.StaffID, StartsAt: p.StartsAt, EndsAt: p.EndsAt}); err != nil {
			return err
		}
	}
	return nil
}

// slotTaken makes a refusal of what the schema says about two at once.
func slotTaken(err error, start time.Time) error {
	if v, ok := errors.AsType[*store.Violation](err); ok && v.Name == oneDiary {
		return events.Refuse("slot_taken", "AVL-42", "%s is taken: choose another time", start.Format(time.RFC3339))
	}
	return err
}

// endHold gives back what a hold has. Who ended it, by, tells a repeated request
// from another one. Ending it again changes nothing.
func endHold(ctx context.Context, tx store.Scope, h *hold, state, reason, by string, now time.Time) error {
	n, err := tx.Exec(ctx, `UPDATE hold SET state = $3, reason = $4, ended_by = $5, released_at = $6
		WHERE tenant_id = $1 AND hold_id = $2 AND state IN ('active', 'taken_over')`, h.id, state, reason, by, now)
	if err != nil || n == 0 {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE claim SET released_at = $3, reason = $4, release_key = $5
		WHERE tenant_id = $1 AND hold_id = $2 AND released_at IS NULL AND appointment_id = '' AND group_session_id = ''`, h.id, now, reason, by)
	if err != nil {
		return err
	}
	return freeSeats(ctx, tx, reason, by, now, `hold_id = $4 AND appointment_id = ''`, h.id)
}

// endExpired ends all holds that ran out and are in the way of the spans. Their own
// timers announce it.
func endExpired(ctx context.Context, tx store.Scope, spans []taken, now time.Time) error {
	var ids []string
	for _, s := range spans {
		found, err := store.All(ctx, tx, scanText, `SELECT hold_id FROM claim
			WHERE tenant_id = $1 AND staff_id = $2 AND ends_at > $3 AND starts_at < $4 AND released_at IS NULL AND expires_at <= $5
			UNION SELECT s.hold_id FROM seat s JOIN claim c ON c.tenant_id = s.tenant_id AND c.group_session_id = s.group_session_id AND c.released_at IS NULL
			WHERE s.tenant_id = $1 AND c.staff_id = $2 AND c.ends_at > $3 AND c.starts_at < $4 AND s.released_at IS NULL AND s.expires_at <= $5`,
			s.staff, instant(s.from), instant(s.to), now)
		if err != nil {
			return err
		}
		ids = append(ids, found...)
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		h, err := lockHold(ctx, tx, id)
		if err != nil {
			return err
		}
		if h != nil && h.running() && h.ranOut(now) {
			if err := endHold(ctx, tx, h, stateExpired, availability.ReleasedExpired, "expired", now); err != nil {
				return err
			}
		}
	}
	return nil
}

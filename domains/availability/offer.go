package availability

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/availability"
)

// An offer covers so many slots for so long.
const (
	offeredSlots = 3
	offeredFor   = 2 * time.Minute
)

// Offer keeps other customers away from the first three slots for two minutes. It
// is refused with slot_taken, which names the slot.
func (s *Service) Offer(ctx context.Context, tenantID string, now time.Time, req availability.OfferRequest) (availability.Offer, error) {
	answer := availability.Offer{ExpiresAt: ceil(now.Add(offeredFor))}
	if req.Session == "" {
		return answer, events.Refuse("invalid_hold", "AVL-36", "an offer without a session: name the session")
	}
	var slots []availability.Slot
	for _, slot := range req.Slots[:min(len(req.Slots), offeredSlots)] {
		if slot.SeatsLeft == 0 { // a group has room for others
			slots = append(slots, slot)
		}
	}
	scope := s.db.Tenant(tenantID)
	var spans []taken
	for _, slot := range slots {
		spans = append(spans, takenOf(slot.Spans)...)
	}
	before, err := offeredTo(ctx, scope, req.Session)
	if err != nil {
		return answer, err
	}
	err = scope.InTx(ctx, func(tx store.Scope) error {
		if err := raise(ctx, tx, nearDays(append(before, spans...))); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM offer WHERE tenant_id = $1 AND session = $2`, req.Session); err != nil {
			return err
		}
		for n, slot := range slots {
			if err := offerSlot(ctx, tx, now, req.Session, n, slot, answer.ExpiresAt); err != nil {
				return err
			}
		}
		return nil
	})
	return answer, err
}

// offeredTo are the spans that a session is offered.
func offeredTo(ctx context.Context, scope store.Scope, session string) ([]taken, error) {
	return store.All(ctx, scope, scanTaken, `SELECT staff_id, starts_at, ends_at FROM offer WHERE tenant_id = $1 AND session = $2`, session)
}

// nearDays are the staff-days of spans in any zone, in the order of locking: for
// where the zone is not known. To raise one too many does no harm.
func nearDays(spans []taken) []dateOf {
	wide := slices.Clone(spans)
	for i := range wide {
		wide[i].interval = interval{wide[i].from - oneDay, wide[i].to + oneDay}
	}
	return daysOf(wide, time.UTC)
}

// withdrawOffer ends what a session is offered.
func withdrawOffer(ctx context.Context, scope store.Scope, session string) error {
	return scope.InTx(ctx, func(tx store.Scope) error {
		spans, err := offeredTo(ctx, tx, session)
		if err != nil || len(spans) == 0 {
			return err
		}
		if err := raise(ctx, tx, nearDays(spans)); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `DELETE FROM offer WHERE tenant_id = $1 AND session = $2`, session)
		return err
	})
}

func offerSlot(ctx context.Context, tx store.Scope, now time.Time, session string, n int, slot availability.Slot, expires time.Time) error {
	asker := asker{now: now.Unix(), session: session}
	for i, span := range slot.Spans {
		whole := takenOf(slot.Spans)[i].interval
		rows, err := readTaken(ctx, &reader{scope: tx}, "", []string{span.StaffID}, whole)
		if err != nil {
			return err
		}
		if rows.keepAway(asker, span.StaffID) {
			return events.Refuse("slot_taken", "AVL-36", "%s is taken: offer another time", slot.StartsAt.Format(time.RFC3339)).
				With("slot", fmt.Sprint(n)).With("starts_at", slot.StartsAt.Format(time.RFC3339))
		}
		_, err = tx.Exec(ctx, `INSERT INTO offer (tenant_id, session, slot, span, staff_id, starts_at, ends_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			session, n, i, span.StaffID, span.StartsAt, span.EndsAt, expires)
		if err != nil {
			return err
		}
	}
	return nil
}

// keepAway reports whether anything that was read keeps a customer away.
func (rows takenRows) keepAway(a asker, staff string) bool {
	return len(rows.busy[staff]) > 0 ||
		slices.ContainsFunc(rows.claims[staff], func(c claim) bool {
			if c.group != nil {
				return c.group.taken(a) > 0
			}
			return c.kind != kindPause && !ran(c.expires, a.now) && !a.isOwn(c.session, c.holder)
		}) ||
		slices.ContainsFunc(rows.offers[staff], func(o offered) bool { return !ran(o.expires, a.now) && o.session != a.session })
}

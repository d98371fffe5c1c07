package availability

import (
	"context"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/availability"
)

// lockedHold runs do on a hold, with its staff-days and its row locked. There is no
// such hold: hold_expired, as for one that is long gone.
func (s *Service) lockedHold(ctx context.Context, tenantID, id string, more []taken, do func(store.Scope, *hold) error) error {
	scope := s.db.Tenant(tenantID)
	known, err := findHold(ctx, scope, id)
	if err != nil {
		return err
	}
	if known == nil {
		return errHoldExpired(id)
	}
	loc, err := zoneOf(ctx, scope, known.branchID)
	if err != nil {
		return err
	}
	return scope.InTx(ctx, func(tx store.Scope) error {
		if err := raise(ctx, tx, daysOf(append(more, known.taken()...), loc)); err != nil {
			return err
		}
		h, err := lockHold(ctx, tx, id)
		if err != nil {
			return err
		}
		return do(tx, h)
	})
}

// Renew has a session's hold last five minutes from now, and fifteen from its start
// at most; an appointment's lasts as long as it asks. It is refused with
// hold_expired and hold_not_yours.
func (s *Service) Renew(ctx context.Context, tenantID string, now time.Time, req availability.RenewRequest) (availability.Hold, error) {
	var answer availability.Hold
	err := s.lockedHold(ctx, tenantID, req.HoldID, nil, func(tx store.Scope, h *hold) error {
		if err := h.mine(req.Session, req.Owner); err != nil {
			return err
		}
		if h.ranOut(now) {
			return errHoldExpired(h.id)
		}
		h.expiresAt = ceil(now.Add(owned(req.Minutes)))
		if h.owner == "" {
			h.expiresAt = ceil(now.Add(holdFor))
			if atMost := ceil(h.takenAt.Add(holdAtMost)); h.expiresAt.After(atMost) {
				h.expiresAt = atMost
			}
		}
		answer = h.answer()
		for _, table := range []string{"hold", "claim", "seat"} {
			if _, err := tx.Exec(ctx, `UPDATE `+table+` SET expires_at = $3 WHERE tenant_id = $1 AND hold_id = $2 AND expires_at IS NOT NULL AND released_at IS NULL`, h.id, h.expiresAt); err != nil {
				return err
			}
		}
		return nil
	})
	return answer, err
}

// Release gives holds back, and a session's offer with them. What is given back
// already stays so. It is refused with hold_not_yours.
func (s *Service) Release(ctx context.Context, tenantID string, now time.Time, req availability.ReleaseRequest) (availability.Released, []events.Event, error) {
	if err := (availability.SlotReleased{HoldID: "-", Spans: nothing, Reason: req.Reason}).Validate(); err != nil {
		return availability.Released{}, nil, events.Refuse("invalid_hold", "AVL-38", "%v", err)
	}
	scope := s.db.Tenant(tenantID)
	by := derivedID("release", req.HoldID, req.Session, req.Owner, req.Reason)
	if req.HoldID == "" && req.Session != "" {
		if err := withdrawOffer(ctx, scope, req.Session); err != nil {
			return availability.Released{}, nil, err
		}
	}
	holds, err := store.All(ctx, scope, scanHold, `SELECT `+holdColumns+` FROM hold WHERE tenant_id = $1 AND (hold_id = $2
			OR $2 = '' AND session = $3 AND session <> '' AND owner = '' AND (state = 'active' OR ended_by = $5)
			OR $2 = '' AND owner = $4 AND owner <> '' AND (state = 'taken_over' OR ended_by = $5)) ORDER BY hold_id`,
		req.HoldID, req.Session, req.Owner, by)
	if err != nil {
		return availability.Released{}, nil, err
	}
	var answer availability.Released
	var announced []events.Event
	for i := range holds {
		h := &holds[i]
		if err := h.mine(req.Session, req.Owner); err != nil {
			return availability.Released{}, nil, err
		}
		if h.running() { // one that has ended stays as it is
			err := s.lockedHold(ctx, tenantID, h.id, nil, func(tx store.Scope, locked *hold) error {
				if h = locked; !h.running() {
					return nil
				}
				h.endedBy, h.releasedAt = by, now
				return endHold(ctx, tx, h, stateReleased, req.Reason, by, now)
			})
			if err != nil {
				return availability.Released{}, nil, err
			}
		}
		if h.endedBy == by {
			answer.Spans = append(answer.Spans, h.layout.Spans...)
			announced = append(announced, h.released(req.Reason, h.releasedAt)...)
		}
	}
	return answer, announced, nil
}

// nothing stands for spans where only the reason is to be checked.
var nothing = []availability.Span{{EndsAt: time.Unix(1, 0)}}

// Expire ends the holds that ran out, and announces each once: a run with another
// now does not repeat it.
func (s *Service) Expire(ctx context.Context, tenantID string, now time.Time, req availability.ExpireRequest) ([]events.Event, error) {
	scope := s.db.Tenant(tenantID)
	if req.HoldID == "" {
		if _, err := scope.Exec(ctx, `DELETE FROM offer WHERE tenant_id = $1 AND expires_at <= $2`, now); err != nil {
			return nil, err
		}
	}
	ids, err := store.All(ctx, scope, scanText, `SELECT hold_id FROM hold WHERE tenant_id = $1 AND expires_at <= $2 AND (hold_id = $3 OR $3 = '')
			AND state IN ('active', 'taken_over', 'expired') AND announced_at IS NULL
		UNION SELECT hold_id FROM hold WHERE tenant_id = $1 AND announced_at = $2 AND (hold_id = $3 OR $3 = '') ORDER BY hold_id`, now, req.HoldID)
	if err != nil {
		return nil, err
	}
	var announced []events.Event
	for _, id := range ids { // one after another, so that nobody waits for more than one
		err := scope.InTx(ctx, func(tx store.Scope) error {
			h, err := lockHold(ctx, tx, id)
			if err != nil {
				return err
			}
			ended, err := h.expire(ctx, tx, now)
			announced = append(announced, ended...)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return announced, nil
}

// expire ends a locked hold that ran out and notes that it is announced now.
func (h *hold) expire(ctx context.Context, tx store.Scope, now time.Time) ([]events.Event, error) {
	if h.running() && h.ranOut(now) {
		if err := endHold(ctx, tx, h, stateExpired, availability.ReleasedExpired, "expired", now); err != nil {
			return nil, err
		}
		h.state = stateExpired
	}
	if h.state != stateExpired || !h.announcedAt.IsZero() && !h.announcedAt.Equal(now.Truncate(time.Microsecond)) {
		return nil, nil // somebody else was faster
	}
	_, err := tx.Exec(ctx, `UPDATE hold SET announced_at = $3 WHERE tenant_id = $1 AND hold_id = $2`, h.id, now)
	return h.released(availability.ReleasedExpired, h.expiresAt), err
}

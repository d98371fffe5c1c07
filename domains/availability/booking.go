package availability

import (
	"context"
	"slices"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/availability"
)

// ReleaseBooking gives back all time of an appointment, and the holds that it has,
// and announces slot_released if any of it is still to come.
func (s *Service) ReleaseBooking(ctx context.Context, tenantID string, now time.Time, req availability.ReleaseBookingRequest) (availability.Released, []events.Event, error) {
	by := releaseKey(req)
	var answer availability.Released
	var announced []events.Event
	err := s.lockedBooking(ctx, tenantID, req, func(tx store.Scope) error {
		gone, err := releaseAppointment(ctx, tx, req.AppointmentID, "", req.Reason, by, now)
		if err != nil {
			return err
		}
		answer.Spans = gone.spans
		announced = gone.events(req.AppointmentID, req.Reason, nil)
		holds, err := store.All(ctx, tx, scanHold, `SELECT `+holdColumns+` FROM hold
			WHERE tenant_id = $1 AND owner = $2 AND (state = 'taken_over' OR ended_by = $3) ORDER BY hold_id`, req.AppointmentID, by)
		if err != nil {
			return err
		}
		for _, h := range holds {
			at := h.releasedAt
			if h.running() {
				at = now
				if err := endHold(ctx, tx, &h, stateReleased, req.Reason, by, now); err != nil {
					return err
				}
			}
			answer.Spans = append(answer.Spans, h.layout.Spans...)
			announced = append(announced, h.released(req.Reason, at)...)
		}
		return nil
	})
	return answer, announced, err
}

// lockedBooking runs do with the staff-days of an appointment locked.
func (s *Service) lockedBooking(ctx context.Context, tenantID string, req availability.ReleaseBookingRequest, do func(store.Scope) error) error {
	if !slices.Contains(availability.ReleaseReasons, req.Reason) {
		return events.Refuse("invalid_hold", "AVL-38", "reason %q: use one of %q", req.Reason, availability.ReleaseReasons)
	}
	scope := s.db.Tenant(tenantID)
	spans, err := s.bookedSpans(ctx, scope, req.AppointmentID)
	if err != nil {
		return err
	}
	holds, err := store.All(ctx, scope, scanHold, `SELECT `+holdColumns+` FROM hold WHERE tenant_id = $1 AND owner = $2 AND state = 'taken_over'`, req.AppointmentID)
	if err != nil {
		return err
	}
	branchID, err := store.All(ctx, scope, scanText, `SELECT branch_id FROM hold WHERE tenant_id = $1 AND (owner = $2 OR appointment_id = $2) LIMIT 1`, req.AppointmentID)
	if err != nil || len(branchID) == 0 {
		return err // it never had any time
	}
	loc, err := zoneOf(ctx, scope, branchID[0])
	if err != nil {
		return err
	}
	return scope.InTx(ctx, func(tx store.Scope) error {
		if err := raise(ctx, tx, daysOf(slices.Concat(spans, spansOfHolds(holds)), loc)); err != nil {
			return err
		}
		return do(tx)
	})
}

// GiveBackRest gives back what is left of an appointment's time after now, where it
// does not share it with a group.
func (s *Service) GiveBackRest(ctx context.Context, tenantID string, now time.Time, req availability.ReleaseBookingRequest) (availability.Released, []events.Event, error) {
	by := releaseKey(req)
	var answer availability.Released
	var announced []events.Event
	err := s.lockedBooking(ctx, tenantID, req, func(tx store.Scope) error {
		left, err := store.All(ctx, tx, scanText, `SELECT claim_id FROM claim
			WHERE tenant_id = $1 AND appointment_id = $2 AND released_at IS NULL AND ends_at > $3 ORDER BY claim_id`, req.AppointmentID, now)
		if err != nil {
			return err
		}
		for _, id := range left {
			if err := cutClaim(ctx, tx, id, now.Truncate(time.Second), req.Reason, by); err != nil {
				return err
			}
		}
		rest, err := given(ctx, tx, req.AppointmentID, by)
		answer.Spans = rest.spans
		announced = rest.events(req.AppointmentID, req.Reason, nil)
		return err
	})
	return answer, announced, err
}

// cutClaim gives back what a claim has after an instant: all of it, or a row of its
// own.
func cutClaim(ctx context.Context, tx store.Scope, id string, at time.Time, reason, by string) error {
	n, err := tx.Exec(ctx, `UPDATE claim SET released_at = $3, reason = $4, release_key = $5
		WHERE tenant_id = $1 AND claim_id = $2 AND starts_at >= $3`, id, at, reason, by)
	if err != nil || n > 0 {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO claim (tenant_id, claim_id, staff_id, starts_at, ends_at, kind, holder, branch_id, service_id,
			session, hold_id, appointment_id, group_session_id, released_at, reason, release_key)
		SELECT tenant_id, $3, staff_id, $4, ends_at, kind, holder, branch_id, service_id,
			session, hold_id, appointment_id, group_session_id, $4, $5, $6 FROM claim WHERE tenant_id = $1 AND claim_id = $2`,
		id, derivedID(id, by), at, reason, by)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE claim SET ends_at = $3 WHERE tenant_id = $1 AND claim_id = $2`, id, at)
	return err
}

// releaseKey tells one request to release from the next.
func releaseKey(req availability.ReleaseBookingRequest) string {
	if req.Key != "" {
		return req.Key
	}
	return derivedID("booking", req.Reason)
}

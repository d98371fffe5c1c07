package availability

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/availability"
)

// Convert makes a booking of a hold and announces slot_booked. After the hold's end
// it succeeds if the time is still free. It is refused with hold_lost and
// hold_not_yours.
func (s *Service) Convert(ctx context.Context, tenantID string, now time.Time, req availability.ConvertRequest) (availability.Booked, []events.Event, error) {
	var booked availability.Booked
	var announced []events.Event
	err := s.lockedHold(ctx, tenantID, req.HoldID, nil, func(tx store.Scope, h *hold) (err error) {
		if h.state != stateConverted {
			if err := h.mine(req.Session, req.AppointmentID); err != nil {
				return err
			}
		}
		booked, announced, err = s.convert(ctx, tx, tenantID, now, h, req.AppointmentID)
		return err
	})
	return booked, announced, lost(err, req.HoldID)
}

// lost says of a hold that is gone that it is, rather than that it has ended.
func lost(err error, id string) error {
	if r, ok := errors.AsType[*events.Refusal](err); ok && slices.Contains([]string{"hold_expired", "slot_taken", "group_full"}, r.Code) {
		return events.Refuse("hold_lost", "AVL-40", "the hold %s ended and its time was given to somebody else: choose another time", id)
	}
	return err
}

// convert makes the hold the appointment's booking. Days and hold are locked.
func (s *Service) convert(ctx context.Context, tx store.Scope, tenantID string, now time.Time, h *hold, appointmentID string) (availability.Booked, []events.Event, error) {
	switch {
	case h.state == stateConverted && h.appointment == appointmentID:
		return h.booked(), h.bookedEvent(), nil
	case h.state == stateConverted:
		return availability.Booked{}, nil, h.mine("", "")
	case h.state == stateReleased:
		return availability.Booked{}, nil, errHoldExpired(h.id)
	case h.state == stateExpired:
		if err := s.retake(ctx, tx, tenantID, now, h); err != nil {
			return availability.Booked{}, nil, err
		}
	}
	_, err := tx.Exec(ctx, `UPDATE claim SET kind = CASE WHEN kind = 'hold' THEN 'booking' ELSE kind END,
			holder = $3, appointment_id = $3, session = '', expires_at = NULL
		WHERE tenant_id = $1 AND hold_id = $2 AND released_at IS NULL`, h.id, appointmentID)
	if err != nil {
		return availability.Booked{}, nil, slotTaken(err, h.layout.Start)
	}
	seats, err := store.All(ctx, tx, scanText, `UPDATE seat SET appointment_id = $3, session = '', expires_at = NULL
		WHERE tenant_id = $1 AND hold_id = $2 AND released_at IS NULL RETURNING group_session_id`, h.id, appointmentID)
	if err != nil {
		return availability.Booked{}, nil, err
	}
	for _, id := range seats {
		taken, err := store.One(ctx, tx, scanInt, `SELECT seats FROM group_session WHERE tenant_id = $1 AND group_session_id = $2`, id)
		if err != nil {
			return availability.Booked{}, nil, err
		}
		h.seat = int(taken)
	}
	h.state, h.appointment = stateConverted, appointmentID
	_, err = tx.Exec(ctx, `UPDATE hold SET state = 'converted', appointment_id = $3, seat = $4 WHERE tenant_id = $1 AND hold_id = $2`, h.id, appointmentID, h.seat)
	return h.booked(), h.bookedEvent(), err
}

func (h *hold) booked() availability.Booked {
	return availability.Booked{Spans: h.layout.Spans, Phases: h.layout.Phases, Seat: h.seat}
}

func (h *hold) bookedEvent() []events.Event {
	return []events.Event{availability.SlotBooked{
		AppointmentID: h.appointment, HoldID: h.id, BranchID: h.branchID, ServiceID: h.serviceID, Spans: h.layout.Spans, Seat: h.seat,
	}}
}

// retake takes the time of a hold that ran out once more, if nobody has it.
func (s *Service) retake(ctx context.Context, tx store.Scope, tenantID string, now time.Time, h *hold) error {
	start := h.layout.Start.Unix()
	v, err := s.viewFor(ctx, tx, tenantID, now, h.demand, interval{start, start}, nil)
	if err != nil {
		return err
	}
	asker := askerOf(availability.Asker{Session: h.session, Staff: h.staff}, h.demand, now).prevailing(h.owner, h.channel)
	for _, span := range h.taken() {
		p := v.people[span.staff]
		if p == nil {
			return errHoldExpired(h.id)
		}
		di := v.diary(p, h.demand, asker)
		if di.sessions[start] == nil && !di.isFree(span.interval) {
			return errHoldExpired(h.id)
		}
	}
	if err := endExpired(ctx, tx, h.taken(), now); err != nil {
		return err
	}
	return insertClaims(ctx, tx, h, now)
}

// Move gives an appointment the time of its new hold and takes the old one back, at
// once: slot_booked and slot_released. It is refused as [Service.Convert] is.
func (s *Service) Move(ctx context.Context, tenantID string, now time.Time, req availability.MoveRequest) (availability.Moved, []events.Event, error) {
	var moved availability.Moved
	var announced []events.Event
	before, err := s.bookedSpans(ctx, s.db.Tenant(tenantID), req.AppointmentID)
	if err != nil {
		return moved, nil, err
	}
	by := derivedID("move", req.HoldID)
	err = s.lockedHold(ctx, tenantID, req.HoldID, before, func(tx store.Scope, h *hold) (err error) {
		if h.state != stateConverted {
			if err := h.mine("", req.AppointmentID); err != nil {
				return err
			}
		}
		if moved.Booked, announced, err = s.convert(ctx, tx, tenantID, now, h, req.AppointmentID); err != nil {
			return err
		}
		gone, err := releaseAppointment(ctx, tx, req.AppointmentID, h.id, availability.ReleasedRescheduled, by, now)
		if err != nil {
			return err
		}
		moved.Released = gone.spans
		announced = append(announced, gone.events(req.AppointmentID, availability.ReleasedRescheduled, h.layout.Spans)...)
		return nil
	})
	return moved, announced, lost(err, req.HoldID)
}

// bookedSpans is what an appointment has, but for seats.
func (s *Service) bookedSpans(ctx context.Context, scope store.Scope, appointmentID string) ([]taken, error) {
	return store.All(ctx, scope, scanTaken, `SELECT b.staff_id, b.starts_at, b.ends_at FROM (`+bookings+`) b WHERE b.appointment_id = $2`, appointmentID)
}

// A giving is what an appointment has given back.
type giving struct {
	spans             []availability.Span
	branchID, service string
	at                time.Time
}

// releaseAppointment gives back all claims and seats of an appointment, but for
// those of the hold to keep, and returns what was given back under the same key: now
// or in an earlier run.
func releaseAppointment(ctx context.Context, tx store.Scope, appointmentID, keep, reason, by string, now time.Time) (giving, error) {
	_, err := tx.Exec(ctx, `UPDATE claim SET released_at = $4, reason = $5, release_key = $6
		WHERE tenant_id = $1 AND appointment_id = $2 AND hold_id <> $3 AND released_at IS NULL`, appointmentID, keep, now, reason, by)
	if err != nil {
		return giving{}, err
	}
	if err := freeSeats(ctx, tx, reason, by, now, `appointment_id = $4 AND hold_id <> $5`, appointmentID, keep); err != nil {
		return giving{}, err
	}
	return given(ctx, tx, appointmentID, by)
}

// given is what an appointment gave back under a key.
func given(ctx context.Context, tx store.Scope, appointmentID, by string) (g giving, err error) {
	g.spans, err = store.All(ctx, tx, func(r store.Row) (s availability.Span, err error) {
		err = r.Scan(&s.StaffID, store.At(&s.StartsAt), store.At(&s.EndsAt), &g.branchID, &g.service, store.At(&g.at))
		return s, err
	}, `SELECT staff_id, starts_at, ends_at, branch_id, service_id, released_at FROM claim
		WHERE tenant_id = $1 AND appointment_id = $2 AND release_key = $3 AND kind <> 'pause'
		UNION ALL SELECT g.staff_id, g.starts_at, g.ends_at, h.branch_id, g.service_id, s.released_at FROM seat s
		JOIN group_session g ON g.tenant_id = s.tenant_id AND g.group_session_id = s.group_session_id
		JOIN hold h ON h.tenant_id = s.tenant_id AND h.hold_id = s.hold_id
		WHERE s.tenant_id = $1 AND s.appointment_id = $2 AND s.release_key = $3
		ORDER BY 1, 2`, appointmentID, by)
	return g, err
}

// events announce what is still to come of it and not taken again.
func (g giving) events(appointmentID, reason string, again []availability.Span) []events.Event {
	var left []availability.Span
	for _, s := range g.spans {
		var same []interval
		for _, a := range takenOf(again) {
			if a.staff == s.StaffID {
				same = append(same, a.interval)
			}
		}
		for _, i := range (set{{s.StartsAt.Unix(), s.EndsAt.Unix()}}).without(union(same)) {
			left = append(left, availability.Span{StaffID: s.StaffID, StartsAt: instant(i.from), EndsAt: instant(i.to)})
		}
	}
	return slotReleased(availability.SlotReleased{
		Spans: left, BranchID: g.branchID, ServiceID: g.service, AppointmentID: appointmentID, Reason: reason,
	}, g.at)
}

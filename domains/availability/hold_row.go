package availability

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/availability"
)

// The states of a hold. Running ones are active and taken_over, which is an
// appointment's; one whose time has come is still running until somebody ends it.
const (
	stateActive    = "active"
	stateTakenOver = "taken_over"
	stateConverted = "converted"
	stateReleased  = "released"
	stateExpired   = "expired"
)

// A hold is a row of the table.
type hold struct {
	id, session, owner, channel, phone string
	branchID, serviceID                string
	staff                              bool
	demand                             availability.Demand
	layout                             layout
	takenAt, expiresAt, firstExpiresAt time.Time
	state                              string
	appointment                        string
	seat                               int
	endedBy, reason                    string
	releasedAt, announcedAt            time.Time
}

// A layout is what a hold takes.
type layout struct {
	Start  time.Time             `json:"start"`
	Spans  []availability.Span   `json:"spans"`
	Phases []availability.Placed `json:"phases"`
}

const holdColumns = `hold_id, session, owner, channel, phone, branch_id, service_id, staff, demand, layout,
	taken_at, expires_at, first_expires_at, state, appointment_id, seat, ended_by, reason, released_at, announced_at`

func scanHold(r store.Row) (hold, error) {
	var h hold
	var demand, layout string
	err := r.Scan(&h.id, &h.session, &h.owner, &h.channel, &h.phone, &h.branchID, &h.serviceID, &h.staff, &demand, &layout,
		store.At(&h.takenAt), store.At(&h.expiresAt), store.At(&h.firstExpiresAt), &h.state, &h.appointment, &h.seat,
		&h.endedBy, &h.reason, store.At(&h.releasedAt), store.At(&h.announcedAt))
	return h, errors.Join(err, json.Unmarshal([]byte(demand), &h.demand), json.Unmarshal([]byte(layout), &h.layout))
}

// findHold returns a hold, or nil if there is none of that id.
func findHold(ctx context.Context, scope store.Scope, id string) (*hold, error) {
	return oneHold(store.One(ctx, scope, scanHold, `SELECT `+holdColumns+` FROM hold WHERE tenant_id = $1 AND hold_id = $2`, id))
}

// lockHold is [findHold] for the rest of the transaction.
func lockHold(ctx context.Context, tx store.Scope, id string) (*hold, error) {
	return oneHold(store.One(ctx, tx, scanHold, `UPDATE hold SET state = state WHERE tenant_id = $1 AND hold_id = $2 RETURNING `+holdColumns, id))
}

func oneHold(h hold, err error) (*hold, error) {
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	return &h, err
}

func (h *hold) running() bool { return h.state == stateActive || h.state == stateTakenOver }

// ranOut reports whether the hold keeps nobody away any more.
func (h *hold) ranOut(now time.Time) bool { return !h.running() || !now.Before(h.expiresAt) }

func (h *hold) answer() availability.Hold {
	return availability.Hold{HoldID: h.id, Spans: h.layout.Spans, Phases: h.layout.Phases, ExpiresAt: h.expiresAt}
}

func (h *hold) insert(ctx context.Context, tx store.Scope) error {
	demand, err := json.Marshal(h.demand)
	if err != nil {
		return err
	}
	layout, err := json.Marshal(h.layout)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO hold (tenant_id, hold_id, session, owner, channel, phone, branch_id, service_id, staff, demand, layout,
			taken_at, expires_at, first_expires_at, state)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, $14)`,
		h.id, h.session, h.owner, h.channel, h.phone, h.branchID, h.serviceID, h.staff, string(demand), string(layout), h.takenAt, h.expiresAt, h.state)
	return err
}

// taken are the spans as the calculation has them.
func (h *hold) taken() []taken { return takenOf(h.layout.Spans) }

func takenOf(spans []availability.Span) []taken {
	all := make([]taken, len(spans))
	for i, s := range spans {
		all[i] = taken{s.StaffID, interval{s.StartsAt.Unix(), s.EndsAt.Unix()}}
	}
	return all
}

// mine refuses what only the hold's owner may do: its appointment, or else its
// session.
func (h *hold) mine(session, owner string) error {
	if h.owner != "" && h.owner == owner || h.owner == "" && h.session == session {
		return nil
	}
	return events.Refuse("hold_not_yours", "AVL-38", "the hold %s belongs to somebody else: take one of your own", h.id)
}

func errHoldExpired(id string) error {
	return events.Refuse("hold_expired", "AVL-35", "the hold %s has ended: take a new one", id)
}

// released is the event that the hold's time was given back at the given instant;
// none, if all of it was past.
func (h *hold) released(reason string, at time.Time) []events.Event {
	return slotReleased(availability.SlotReleased{
		Spans: h.layout.Spans, BranchID: h.branchID, ServiceID: h.serviceID, AppointmentID: h.owner, HoldID: h.id, Reason: reason,
	}, at)
}

// slotReleased leaves out what is past, and the event if nothing is left.
func slotReleased(e availability.SlotReleased, at time.Time) []events.Event {
	var left []availability.Span
	for _, s := range e.Spans {
		if s.EndsAt.After(at) {
			left = append(left, s)
		}
	}
	if len(left) == 0 {
		return nil
	}
	e.Spans = left
	return []events.Event{e}
}

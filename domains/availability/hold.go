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

// How long holds last, and how many there may be.
const (
	holdFor         = 5 * time.Minute
	holdAtMost      = 15 * time.Minute
	ownedFor        = 20 * time.Minute
	maxPerPhone     = 2
	maxPerSession   = 10
	sessionsCountIn = 30 * time.Minute
)

// errMoved means that other staff-days than the locked ones turned out to be
// concerned: begin again, with those.
var errMoved = errors.New("availability: somebody else was faster, and others are concerned now")

// attempts are plenty: each begins with what the one before has seen.
const attempts = 8

// Hold takes all time of a demand, or none, and announces slot_held unless it is an
// appointment's; a hold that the session had before is announced as released. It is
// refused as [Service.Check] is, with too_many_holds, and with hold_expired if the
// hold of that id has ended. What was booked in a calendar outside is a fact: plans do
// not stand in its way, and it takes what customers' sessions only hold, and announces
// that they have lost it.
func (s *Service) Hold(ctx context.Context, tenantID string, now time.Time, req availability.HoldRequest) (availability.Hold, []events.Event, error) {
	if !events.IsUUID(req.HoldID) || req.Session == "" && req.Owner == "" {
		return availability.Hold{}, nil, events.Refuse("invalid_hold", "AVL-37", "hold_id %q, session %q, owner %q: give a UUID, and one of the others", req.HoldID, req.Session, req.Owner)
	}
	t := &taking{Service: s, tenant: tenantID, now: now, req: req}
	req.Demand.Owner = req.Owner
	t.req.Demand = req.Demand
	t.asker = askerOf(availability.Asker{Session: req.Session, Staff: req.Staff}, req.Demand, now).prevailing(req.Owner, req.Channel)
	for range attempts {
		answer, announced, err := t.attempt(ctx)
		if !errors.Is(err, errMoved) {
			return answer, announced, err
		}
	}
	return availability.Hold{}, nil, errMoved
}

// A taking is one request to hold.
type taking struct {
	*Service
	tenant string
	now    time.Time
	req    availability.HoldRequest
	asker  asker
}

func (t *taking) attempt(ctx context.Context) (answer availability.Hold, announced []events.Event, err error) {
	scope := t.db.Tenant(t.tenant)
	if known, err := findHold(ctx, scope, t.req.HoldID); err != nil || known != nil {
		return t.again(ctx, scope, known, err)
	}
	replaced, err := t.own(ctx, scope)
	if err != nil {
		return answer, nil, err
	}
	guess, loc, err := t.look(ctx, scope, t.cache, replaced)
	if err != nil {
		return answer, nil, err
	}
	if replaced, err = t.withOusted(ctx, scope, replaced, guess.spans); err != nil {
		return answer, nil, err
	}
	offers, err := offeredTo(ctx, scope, t.req.Session)
	if err != nil {
		return answer, nil, err
	}
	days := daysOf(slices.Concat(guess.spans, spansOfHolds(replaced), offers), loc)
	err = scope.InTx(ctx, func(tx store.Scope) error {
		if err := raise(ctx, tx, days); err != nil {
			return err
		}
		if known, err := findHold(ctx, tx, t.req.HoldID); err != nil || known != nil {
			return errors.Join(err, errMoved)
		}
		replaced, err := t.own(ctx, tx)
		if err != nil {
			return err
		}
		found, loc, err := t.look(ctx, tx, nil, replaced)
		if err != nil {
			return err
		}
		if replaced, err = t.withOusted(ctx, tx, replaced, found.spans); err != nil {
			return err
		}
		for _, d := range daysOf(slices.Concat(found.spans, spansOfHolds(replaced)), loc) {
			if !slices.Contains(days, d) {
				return errMoved
			}
		}
		answer, announced, err = t.take(ctx, tx, found, replaced)
		return err
	})
	if errors.Is(err, store.ErrDuplicate) {
		return answer, nil, errMoved // the same request came twice at once
	}
	return answer, announced, err
}

// look places the demand, as things are now. Who holds the start already was early
// enough when he took it.
func (t *taking) look(ctx context.Context, scope store.Scope, c *cache, own []hold) (placement, *time.Location, error) {
	start := t.req.Start.Unix()
	v, err := t.viewFor(ctx, scope, t.tenant, t.now, t.req.Demand, interval{start, start}, c)
	if err != nil {
		return placement{}, nil, err
	}
	asker := t.asker
	for _, h := range own {
		if h.layout.Start.Unix() == start && !h.ranOut(t.now) {
			asker.soonest = min(asker.soonest, h.takenAt.Unix())
		}
	}
	_, found, err := check(v, t.req.Demand, asker, start)
	return found, v.loc, err
}

// own are the holds that the new one replaces: the session's, and those of the
// appointment at work.
func (t *taking) own(ctx context.Context, scope store.Scope) ([]hold, error) {
	return store.All(ctx, scope, scanHold, `SELECT `+holdColumns+` FROM hold WHERE tenant_id = $1
		AND (state = 'active' AND session = $2 AND session <> '' OR state = 'taken_over' AND owner = $3 AND owner <> '') ORDER BY hold_id`,
		t.req.Session, t.req.Owner)
}

// withOusted adds the sessions' holds that have to give way to what was booked outside.
func (t *taking) withOusted(ctx context.Context, scope store.Scope, replaced []hold, spans []taken) ([]hold, error) {
	if !t.asker.prevails {
		return replaced, nil
	}
	for _, s := range spans {
		ousted, err := store.All(ctx, scope, scanHold, `SELECT `+holdColumns+` FROM hold WHERE tenant_id = $1 AND state = 'active' AND expires_at > $2
			AND hold_id IN (SELECT hold_id FROM claim WHERE tenant_id = $1 AND staff_id = $3 AND ends_at > $4 AND starts_at < $5 AND released_at IS NULL AND session <> '')
			ORDER BY hold_id`, t.now, s.staff, instant(s.from), instant(s.to))
		if err != nil {
			return nil, err
		}
		for _, h := range ousted {
			if !slices.ContainsFunc(replaced, func(r hold) bool { return r.id == h.id }) {
				replaced = append(replaced, h)
			}
		}
	}
	return replaced, nil
}

// announces reports whether it is worth telling that h has replaced an older hold. What
// an appointment takes over from its own session is nobody's business.
func (h *hold) announces(old hold) bool {
	return h.owner == "" || old.owner != h.owner && old.session != h.session
}

func spansOfHolds(holds []hold) []taken {
	var all []taken
	for _, h := range holds {
		all = append(all, h.taken()...)
	}
	return all
}

// take writes the hold. The days are locked.
func (t *taking) take(ctx context.Context, tx store.Scope, found placement, replaced []hold) (availability.Hold, []events.Event, error) {
	if err := t.limit(ctx, tx); err != nil {
		return availability.Hold{}, nil, err
	}
	h := hold{
		id: t.req.HoldID, session: t.req.Session, owner: t.req.Owner, channel: t.req.Channel, phone: t.req.Phone, staff: t.req.Staff,
		branchID: t.req.Demand.BranchID, serviceID: t.req.Demand.ServiceID, demand: t.req.Demand, takenAt: t.now, state: stateActive,
		layout:    layout{Start: instant(found.starts), Spans: spansOf(found.spans), Phases: found.phases},
		expiresAt: ceil(t.now.Add(holdFor)),
	}
	if h.owner != "" {
		h.state, h.expiresAt = stateTakenOver, ceil(t.now.Add(owned(t.req.Minutes)))
	}
	h.firstExpiresAt = h.expiresAt
	var announced []events.Event
	for _, old := range replaced {
		if err := endHold(ctx, tx, &old, stateReleased, availability.ReleasedReplaced, h.id, t.now); err != nil {
			return availability.Hold{}, nil, err
		}
		if h.announces(old) {
			announced = append(announced, old.released(availability.ReleasedReplaced, t.now)...)
		}
	}
	if _, err := tx.Exec(ctx, `DELETE FROM offer WHERE tenant_id = $1 AND session = $2`, h.session); err != nil {
		return availability.Hold{}, nil, err
	}
	if err := endExpired(ctx, tx, found.spans, t.now); err != nil {
		return availability.Hold{}, nil, err
	}
	if err := h.insert(ctx, tx); err != nil {
		return availability.Hold{}, nil, err
	}
	if err := insertClaims(ctx, tx, &h, t.now); err != nil {
		return availability.Hold{}, nil, err
	}
	return h.answer(), append(announced, h.held()...), nil
}

func owned(minutes int) time.Duration {
	if minutes > 0 {
		return time.Duration(minutes) * time.Minute
	}
	return ownedFor
}

// held is the event of a session's hold; an appointment's is nobody's business.
func (h *hold) held() []events.Event {
	if h.owner != "" {
		return nil
	}
	return []events.Event{availability.SlotHeld{
		HoldID: h.id, Session: h.session, Channel: h.channel, BranchID: h.branchID, ServiceID: h.serviceID,
		Spans: h.layout.Spans, ExpiresAt: h.firstExpiresAt,
	}}
}

// limit refuses a customer who holds too much.
func (t *taking) limit(ctx context.Context, tx store.Scope) error {
	if t.req.Staff || t.req.Owner != "" {
		return nil
	}
	recent, err := store.One(ctx, tx, scanInt, `SELECT count(*) FROM hold WHERE tenant_id = $1 AND session = $2 AND owner = '' AND taken_at > $3`,
		t.req.Session, t.now.Add(-sessionsCountIn))
	if err != nil {
		return err
	}
	var running int64
	if t.req.Phone != "" {
		running, err = store.One(ctx, tx, scanInt, `SELECT count(*) FROM hold
			WHERE tenant_id = $1 AND phone = $2 AND state = 'active' AND expires_at > $3 AND session <> $4`, t.req.Phone, t.now, t.req.Session)
		if err != nil {
			return err
		}
	}
	if recent >= maxPerSession || running >= maxPerPhone {
		return events.Refuse("too_many_holds", "AVL-37", "%d holds of this session in half an hour, %d of this number elsewhere: try again in two minutes", recent, running)
	}
	return nil
}

// again is the answer to a request that was answered before.
func (t *taking) again(ctx context.Context, scope store.Scope, h *hold, err error) (availability.Hold, []events.Event, error) {
	if err != nil {
		return availability.Hold{}, nil, err
	}
	if h.owner != t.req.Owner || h.session != t.req.Session {
		return availability.Hold{}, nil, h.mine("", "")
	}
	if h.state != stateConverted && h.ranOut(t.now) {
		return availability.Hold{}, nil, errHoldExpired(h.id)
	}
	replaced, err := store.All(ctx, scope, scanHold, `SELECT `+holdColumns+` FROM hold WHERE tenant_id = $1 AND ended_by = $2 ORDER BY hold_id`, h.id)
	if err != nil {
		return availability.Hold{}, nil, err
	}
	var announced []events.Event
	for _, old := range replaced {
		if h.announces(old) {
			announced = append(announced, old.released(availability.ReleasedReplaced, old.releasedAt)...)
		}
	}
	return h.answer(), append(announced, h.held()...), nil
}

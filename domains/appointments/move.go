package appointments

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/tenancy"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/availability"
)

// PrepareMove judges a move and says what time it needs. It changes nothing, but
// for the callback that a caller gets who has not proven to be the customer. A
// command that was carried out before is unchanged: [Service.RecordMove] repeats
// its answer.
func (s *Service) PrepareMove(ctx context.Context, tenantID string, now time.Time, r appointment.MoveRequest) (appointment.Move, []events.Event, error) {
	m, err := s.judgeMove(ctx, s.db.Tenant(tenantID), now, r)
	if err == nil {
		return m, nil, nil
	}
	announce, err := s.refused(ctx, tenantID, now, r.Command, opMove, err)
	return m, announce, err
}

// PreviewMove is [Service.PrepareMove] without side effects, and as if the fee was
// accepted: its amount is in the answer.
func (s *Service) PreviewMove(ctx context.Context, tenantID string, now time.Time, r appointment.MoveRequest) (appointment.Move, error) {
	r.AcceptFee = true
	return s.judgeMove(ctx, s.db.Tenant(tenantID), now, r)
}

func (s *Service) judgeMove(ctx context.Context, scope store.Scope, now time.Time, r appointment.MoveRequest) (appointment.Move, error) {
	b, err := find(ctx, scope, r.AppointmentID)
	if err != nil {
		return appointment.Move{}, err
	}
	m := appointment.Move{
		Request: r, Version: b.Version, StartsAt: r.StartsAt, EndsAt: b.EndsAt.Add(r.StartsAt.Sub(b.StartsAt)), Appointment: b.View, WithinPolicy: true,
		Fee: appointment.Money{Currency: b.Price.Currency}, CalendarMode: b.CalendarMode, CalendarUIDs: b.CalendarUIDs,
	}
	if actorOf(r.By) == byCalendar {
		m.CalendarMode = appointment.CalendarNone // it shows it already
	}
	if err := permit(opMove, r.By, b); err != nil {
		return m, err
	}
	again, err := answered(ctx, scope, r.Command)
	if err != nil {
		return m, err
	}
	stays := movableNow(b) && r.StartsAt.Equal(b.StartsAt) && (r.StaffID == "" || slices.Equal(b.StaffIDs, []string{r.StaffID}))
	if again || stays {
		m.Unchanged = true
		return m, nil
	}
	if err := expect(b, r.ExpectedVersion); err != nil {
		return m, err
	}
	if err := s.movable(ctx, scope, now, r, b, &m); err != nil {
		return m, err
	}
	err = chargeMove(ctx, scope, now, r, b, &m)
	return m, err
}

func movableNow(b booking) bool {
	return b.Status == appointment.Pending || b.Status == appointment.Confirmed
}

// movable checks state and new start, and makes the demand.
func (s *Service) movable(ctx context.Context, scope store.Scope, now time.Time, r appointment.MoveRequest, b booking, m *appointment.Move) error {
	who := actorOf(r.By)
	if !movableNow(b) || !now.Before(b.StartsAt) && who != byCalendar {
		return transition(b, "rescheduled", who)
	}
	branch, err := tenancy.FindBranch(ctx, scope, b.BranchID)
	if err != nil {
		return err
	}
	zone, err := branch.Location()
	if err != nil {
		return err
	}
	if who == byCustomer {
		refusal, err := switchedOff(ctx, scope, now, branch, PolicyReschedule, b.ServiceID)
		if err != nil {
			return err
		}
		if refusal != nil {
			return refusal
		}
	}
	service, maxDays, err := serviceIn(ctx, scope, b.BranchID, b.ServiceID)
	if err != nil {
		return err
	}
	w, err := windowFor(ctx, scope, service, b.BranchID, r.By, r.Override, maxDays)
	if err != nil {
		return err
	}
	if err := w.check(r.StartsAt, now, zone); err != nil {
		return err
	}
	if r.StaffID != "" {
		if _, err := lineupFor(ctx, scope, service, b.BranchID, b.CustomerID, r.StaffID, r.StartsAt, zone); err != nil {
			return err
		}
	}
	m.Demand = demandOf(b, service, r.StaffID)
	m.Demand.Notice, m.Demand.MaxDays = w.noticeMin, w.maxDays
	return nil
}

// demandOf is an appointment's own time once more, with its people or with one who
// takes over. Its old time is no obstacle to it.
func demandOf(b booking, c CatalogService, staffID string) availability.Demand {
	d := availability.Demand{
		BranchID: b.BranchID, ServiceID: b.ServiceID, BufferBefore: c.BufferBeforeMin, BufferAfter: c.BufferAfterMin, Grid: c.GridMin,
		Capacity: c.Capacity, Nestable: c.Nestable, Owner: b.AppointmentID, OwnUIDs: b.CalendarUIDs,
	}
	for _, p := range b.Phases {
		phase := availability.Phase{Seq: p.Seq, Kind: p.Kind, Minutes: int(p.EndsAt.Sub(p.StartsAt).Minutes()), SegmentKey: p.SegmentKey, SamePersonAs: -1}
		if p.Kind == availability.Busy {
			phase.Staff = []string{p.StaffID}
			if staffID != "" {
				phase.Staff = []string{staffID}
			}
		}
		d.Phases = append(d.Phases, phase)
	}
	return d
}

// chargeMove applies the terms that were agreed on.
func chargeMove(ctx context.Context, scope store.Scope, now time.Time, r appointment.MoveRequest, b booking, m *appointment.Move) error {
	who, rule := actorOf(r.By), b.Terms.Reschedule
	if r.WaiveFee {
		if err := mayWaive(r.By, r.Reason); err != nil {
			return err
		}
		m.Waived = true
	}
	if who != byCustomer {
		return nil
	}
	perMonth, err := countChanges(ctx, scope, "reschedule", b.CustomerID, "", now)
	if err != nil {
		return err
	}
	perBooking, err := countChanges(ctx, scope, "reschedule", b.CustomerID, b.AppointmentID, now)
	if err != nil {
		return err
	}
	charged, refusal := change{
		rule: rule, price: b.Price.Cents, notice: b.StartsAt.Sub(now), perMonth: perMonth, perBooking: perBooking, acceptFee: r.AcceptFee,
	}.judge()
	if refusal != nil {
		return refusal
	}
	m.Fee.Cents, m.WithinPolicy, m.Counts = charged.cents, charged.within, charged.counts
	m.NeedsApproval = rule.Approval && !r.Approved
	return nil
}

// RequestMove returns what to announce of a move that is not settled: state is
// needs_approval or processing.
func (s *Service) RequestMove(ctx context.Context, tenantID string, m appointment.Move, state string) ([]events.Event, error) {
	b, err := find(ctx, s.db.Tenant(tenantID), m.Request.AppointmentID)
	if err != nil {
		return nil, err
	}
	return []events.Event{appointment.RescheduleRequested{Ref: b.Ref, NewStartsAt: m.StartsAt, State: state}}, nil
}

// RecordMove moves the appointment to the time that was taken. A move to where it
// is already changes nothing.
func (s *Service) RecordMove(ctx context.Context, tenantID string, now time.Time, m appointment.Move, phases []appointment.Phase) (appointment.View, []events.Event, error) {
	r := m.Request
	return once(ctx, s.db.Tenant(tenantID), now, r.AppointmentID, r.ID, func(tx store.Scope, b *booking) (appointment.View, []events.Event, error) {
		if m.Unchanged {
			return b.View, nil, nil
		}
		if err := expect(*b, m.Version); err != nil {
			return b.View, nil, err
		}
		if !movableNow(*b) {
			return b.View, nil, transition(*b, "rescheduled", actorOf(r.By))
		}
		if err := checkStaffed(ctx, tx, phases); err != nil {
			return b.View, nil, err
		}
		if !phases[0].StartsAt.Equal(m.StartsAt) {
			return b.View, nil, events.Refuse("wrong_time", "APT-25", "time was taken from %s, and the move goes to %s", phases[0].StartsAt.Format(time.RFC3339), m.StartsAt.Format(time.RFC3339))
		}
		moved := appointment.Rescheduled{
			OldStartsAt: b.StartsAt, OldEndsAt: b.EndsAt, OldPhases: b.Phases, Phases: phases, Fee: owed(m.Fee, m.Waived),
			WithinPolicy: m.WithinPolicy, Reason: r.Reason, Notify: !r.Silent,
		}
		notice := b.StartsAt.Sub(now)
		b.PreviousStart, b.StartsAt, b.EndsAt, b.plannedAt = b.StartsAt, phases[0].StartsAt, phases[len(phases)-1].EndsAt, now
		b.Version, b.RescheduleCount = b.Version+1, b.RescheduleCount+1
		if err := b.rewrite(ctx, tx, now, phases); err != nil {
			return b.View, nil, err
		}
		record := modification{
			kind: "reschedule", command: r.Command, notice: notice, charge: charge{m.Fee.Cents, m.WithinPolicy, m.Counts}, waived: m.Waived, reason: r.Reason,
		}
		if err := record.insert(ctx, tx, now, *b); err != nil {
			return b.View, nil, err
		}
		moved.Ref = b.Ref
		return b.View, []events.Event{moved}, nil
	})
}

// rewrite saves an appointment whose time or people have changed.
func (b *booking) rewrite(ctx context.Context, tx store.Scope, now time.Time, phases []appointment.Phase) error {
	if err := b.savePhases(ctx, tx, b.service, phases); err != nil {
		return err
	}
	if err := b.save(ctx, tx, now); err != nil {
		return err
	}
	return b.load(ctx, tx)
}

// refused adds to a refusal what is to be announced of it: a policy that was in
// the way, or the callback of a caller who could not prove who he is.
func (s *Service) refused(ctx context.Context, tenantID string, now time.Time, c appointment.Command, action string, err error) ([]events.Event, error) {
	refusal, ok := errors.AsType[*events.Refusal](err)
	switch {
	case !ok:
		return nil, err
	case slices.Contains(byPolicy, refusal.Code):
		b, findErr := find(ctx, s.db.Tenant(tenantID), c.AppointmentID)
		if findErr != nil {
			return nil, findErr
		}
		return violated(refusal, action, b.BranchID, b.CustomerID, b.AppointmentID), refusal
	case refusal.Code == "verification_required":
		announce, openErr := s.verify(ctx, tenantID, now, c.ID, c.AppointmentID, c.By)
		if openErr != nil {
			return nil, openErr
		}
		return announce, refusal
	}
	return nil, refusal
}

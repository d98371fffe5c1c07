package appointments

import (
	"context"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// become is a command that changes nothing but the state. announce says it.
func (s *Service) become(ctx context.Context, tenantID string, now time.Time, c appointment.Command, op string, to appointment.Status,
	announce func(tx store.Scope, b *booking) (events.Event, error),
) (appointment.View, []events.Event, error) {
	return once(ctx, s.db.Tenant(tenantID), now, c.AppointmentID, c.ID, func(tx store.Scope, b *booking) (appointment.View, []events.Event, error) {
		if err := permit(op, c.By, *b); err != nil {
			return b.View, nil, err
		}
		if b.Status == to {
			return b.View, nil, nil
		}
		if err := expect(*b, c.ExpectedVersion); err != nil {
			return b.View, nil, err
		}
		if err := mayBecome(*b, to, actorOf(c.By), now); err != nil {
			return b.View, nil, err
		}
		b.Status, b.Version = to, b.Version+1
		if err := b.save(ctx, tx, now); err != nil {
			return b.View, nil, err
		}
		e, err := announce(tx, b)
		return b.View, []events.Event{e}, err
	})
}

// byWhom is staff, or auto for the clock.
func byWhom(by appointment.By) string {
	if actorOf(by) == bySystem {
		return "auto"
	}
	return "staff"
}

// ConfirmPending is a yes to an appointment that waits for it.
func (s *Service) ConfirmPending(ctx context.Context, tenantID string, now time.Time, c appointment.Command) (appointment.View, []events.Event, error) {
	return s.become(ctx, tenantID, now, c, opConfirm, appointment.Confirmed, func(_ store.Scope, b *booking) (events.Event, error) {
		return appointment.BecameConfirmed{Ref: b.Ref, ConfirmedBy: byWhom(c.By)}, nil
	})
}

// Decide settles an appointment that still waits at its deadline: it is confirmed
// for a trusted customer where the branch allows it, and cancelled otherwise. One
// that no longer waits, or not yet long enough, is left alone.
func (s *Service) Decide(ctx context.Context, tenantID string, now time.Time, c appointment.Command) (appointment.View, []events.Event, error) {
	scope := s.db.Tenant(tenantID)
	c.By = appointment.By{Origin: appointment.System, Role: appointment.SystemRole, ActorID: c.By.ActorID}
	b, err := find(ctx, scope, c.AppointmentID)
	if err != nil {
		return appointment.View{}, nil, err
	}
	settings, err := bookingOf(ctx, scope, b.BranchID)
	if err != nil {
		return appointment.View{}, nil, err
	}
	due := b.Status == appointment.Pending && !now.Before(confirmBy(b.CreatedAt, b.StartsAt))
	if !due {
		again, err := answered(ctx, scope, c)
		if err != nil || !again {
			return b.View, nil, err
		}
	}
	if b.Trusted && settings.TrustedAutoConfirm {
		return s.ConfirmPending(ctx, tenantID, now, c)
	}
	cancelled, announce, err := s.Cancel(ctx, tenantID, now, appointment.CancelRequest{Command: c, Reason: "confirmation_timeout"})
	return cancelled.Appointment, announce, err
}

// answered reports whether the command was run before.
func answered(ctx context.Context, scope store.Scope, c appointment.Command) (bool, error) {
	n, err := store.One(ctx, scope, scanInt, `SELECT COUNT(*) FROM command_answer WHERE tenant_id = $1 AND appointment_id = $2 AND command_id = $3`, c.AppointmentID, c.ID)
	return n > 0, err
}

// CheckIn says that the customer is there.
func (s *Service) CheckIn(ctx context.Context, tenantID string, now time.Time, c appointment.Command) (appointment.View, []events.Event, error) {
	return s.become(ctx, tenantID, now, c, opCheckIn, appointment.InProgress, func(_ store.Scope, b *booking) (events.Event, error) {
		return appointment.Started{Ref: b.Ref}, nil
	})
}

// Complete closes the visit: by staff, or by the clock with the role system.
func (s *Service) Complete(ctx context.Context, tenantID string, now time.Time, c appointment.Command) (appointment.View, []events.Event, error) {
	return s.become(ctx, tenantID, now, c, opClose, appointment.Completed, func(_ store.Scope, b *booking) (events.Event, error) {
		return appointment.BecameCompleted{Ref: b.Ref, By: byWhom(c.By), Price: b.Price}, nil
	})
}

// MarkNoShow says that nobody came.
func (s *Service) MarkNoShow(ctx context.Context, tenantID string, now time.Time, c appointment.Command) (appointment.View, []events.Event, error) {
	return s.become(ctx, tenantID, now, c, opNoShow, appointment.NoShow, func(tx store.Scope, b *booking) (events.Event, error) {
		count, err := noShows(ctx, tx, b.CustomerID, now)
		fee := appointment.Money{Cents: feeOf(b.Terms.NoShow, b.Price.Cents, 0), Currency: b.Price.Currency}
		return appointment.BecameNoShow{Ref: b.Ref, Fee: fee, Count365d: count}, err
	})
}

package appointments

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/availability"
)

// asksAtMost is how many colleagues are tried before a person has to decide.
const asksAtMost = 3

// NewSettleConflict returns the listener that finds somebody for an appointment for
// which nobody is there any more. Where the branch wants it, an equally qualified
// colleague who is free takes over, once a conflict; else, or if nobody is, a person
// has to look. What a calendar outside says is never settled without a person.
func NewSettleConflict(s *Service, lives Lives) events.Listener {
	return events.On("appointments.settle-conflict", func(ctx context.Context, d events.Delivery[availability.ConflictFound]) error {
		announce, err := s.settleConflict(ctx, lives, d.Meta, d.Now(), d.Event)
		emit(d, announce)
		return forGood(err)
	}, events.Priority(80), events.Timeout(2*time.Minute), events.Emits(appointment.AttentionRequired{}))
}

func (s *Service) settleConflict(ctx context.Context, lives Lives, meta events.Meta, now time.Time, e availability.ConflictFound) ([]events.Event, error) {
	b, err := find(ctx, s.db.Tenant(meta.TenantID), e.AppointmentID)
	if err != nil {
		return nil, err
	}
	if !isActive(b.Status) || !meets(b.Phases, e) {
		return nil, nil // it was cancelled, moved or given away in the meantime
	}
	text := fmt.Sprintf("%s: the staff member %s is not there from %s to %s; move the appointment, or give it to somebody else",
		e.Cause, e.StaffID, e.Span.StartsAt.UTC().Format(time.RFC3339), e.Span.EndsAt.UTC().Format(time.RFC3339))
	can, err := s.Substitutes(ctx, meta.TenantID, e.AppointmentID)
	if _, refused := errors.AsType[*events.Refusal](err); err != nil && !refused {
		return nil, err
	}
	if e.Cause != availability.CauseExternal {
		given, err := reassign(ctx, lives, meta, e, can[:min(len(can), asksAtMost)])
		if err != nil || given {
			return nil, err
		}
	}
	if len(can) > 0 {
		text += fmt.Sprintf(", such as %s", can[0])
	}
	return s.attend(ctx, meta.TenantID, now, meta.ID, e.AppointmentID, codeConflict, text)
}

// reassign gives the appointment to the first of the colleagues who is free then.
func reassign(ctx context.Context, lives Lives, meta events.Meta, e availability.ConflictFound, colleagues []string) (given bool, err error) {
	for _, id := range colleagues {
		err := lives.Update(ctx, appointment.UpdateRequest{
			Command: appointment.Command{
				ID: "conflict/" + e.ConflictID + "/" + id, AppointmentID: e.AppointmentID,
				By: appointment.By{Origin: appointment.System, Role: appointment.SystemRole, ActorID: "availability"},
			},
			StaffID: id,
		}, meta)
		if _, refused := errors.AsType[*events.Refusal](err); !refused {
			return err == nil, err
		}
	}
	return false, nil
}

// meets reports whether the appointment has time of the person in the conflict's
// span.
func meets(phases []appointment.Phase, e availability.ConflictFound) bool {
	return slices.ContainsFunc(phases, func(p appointment.Phase) bool {
		return p.StaffID == e.StaffID && p.StartsAt.Before(e.Span.EndsAt) && p.EndsAt.After(e.Span.StartsAt)
	})
}

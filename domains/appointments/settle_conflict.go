package appointments

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/availability"
)

// conflictCode is the code of the attention that a conflict asks for.
const conflictCode = "conflict"

// NewSettleConflict returns the listener that has a person look at an appointment
// for which nobody is there any more. It finds out who could take over; that
// somebody does is for the person to decide, whatever the branch says.
func NewSettleConflict(s *Service) events.Listener {
	return events.On("appointments.settle-conflict", func(ctx context.Context, d events.Delivery[availability.ConflictFound]) error {
		announce, err := s.settleConflict(ctx, d.TenantID, d.ID, d.Now(), d.Event)
		for _, e := range announce {
			d.Emit(e, events.OccurredAt(d.Time))
		}
		return forGood(err)
	}, events.Priority(80), events.Emits(appointment.AttentionRequired{}))
}

func (s *Service) settleConflict(ctx context.Context, tenantID, eventID string, now time.Time, e availability.ConflictFound) ([]events.Event, error) {
	b, err := find(ctx, s.db.Tenant(tenantID), e.AppointmentID)
	if err != nil {
		return nil, err
	}
	if !isActive(b.Status) || !meets(b.Phases, e) {
		return nil, nil // it was cancelled, or moved away, in the meantime
	}
	text := fmt.Sprintf("%s: the staff member %s is not there from %s to %s; move the appointment, or give it to somebody else",
		e.Cause, e.StaffID, e.Span.StartsAt.UTC().Format(time.RFC3339), e.Span.EndsAt.UTC().Format(time.RFC3339))
	if can, err := s.Substitutes(ctx, tenantID, e.AppointmentID); err == nil && len(can) > 0 {
		text += fmt.Sprintf(", such as %s", can[0])
	}
	a, err := s.FlagForReview(ctx, tenantID, now, appointment.AttentionRequired{
		AppointmentID: e.AppointmentID, Code: conflictCode, Text: text, SourceEventID: eventID,
	})
	if err != nil {
		return nil, err
	}
	return []events.Event{a}, nil
}

// meets reports whether the appointment has time of the person in the conflict's
// span.
func meets(phases []appointment.Phase, e availability.ConflictFound) bool {
	return slices.ContainsFunc(phases, func(p appointment.Phase) bool {
		return p.StaffID == e.StaffID && p.StartsAt.Before(e.Span.EndsAt) && p.EndsAt.After(e.Span.StartsAt)
	})
}

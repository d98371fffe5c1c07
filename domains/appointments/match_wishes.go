package appointments

import (
	"context"
	"slices"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/availability"
)

// NewMatchWishes returns the listener that finds the wish which fits a time that an
// appointment gave back.
func NewMatchWishes(s *Service) events.Listener {
	return events.On("appointments.match-wishes", func(ctx context.Context, d events.Delivery[availability.SlotReleased]) error {
		e := d.Event
		given := e.Reason == availability.ReleasedCancelled || e.Reason == availability.ReleasedRescheduled
		if !given || e.ServiceID == "" {
			return nil // a hold that ends was nobody's, and what is left of a visit is too short
		}
		announce, err := s.MatchWishes(ctx, d.TenantID, d.ID, e.BranchID, e.ServiceID, slotOf(e.Spans))
		for _, match := range announce {
			d.Emit(match, events.OccurredAt(d.Time))
		}
		return forGood(err)
	}, events.Priority(40), events.Emits(appointment.WishMatched{}))
}

// slotOf is the time from the first span to the last; its person is named if it is
// one person's.
func slotOf(spans []availability.Span) appointment.Slot {
	slot := appointment.Slot{StartsAt: spans[0].StartsAt, EndsAt: spans[0].EndsAt, StaffID: spans[0].StaffID}
	for _, s := range spans[1:] {
		if s.StartsAt.Before(slot.StartsAt) {
			slot.StartsAt = s.StartsAt
		}
		if s.EndsAt.After(slot.EndsAt) {
			slot.EndsAt = s.EndsAt
		}
	}
	if slices.ContainsFunc(spans, func(s availability.Span) bool { return s.StaffID != slot.StaffID }) {
		slot.StaffID = ""
	}
	return slot
}

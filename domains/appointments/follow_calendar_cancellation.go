package appointments

import (
	"context"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/calendar"
)

// NewFollowCalendarCancellation returns the listener that cancels, without a fee, an
// appointment whose booking was cancelled in a calendar outside. A visit that has begun
// goes on.
func NewFollowCalendarCancellation(s *Service, lives Lives) events.Listener {
	return events.On("appointments.follow-calendar-cancellation", func(ctx context.Context, d events.Delivery[calendar.BookingCancelled]) error {
		return forGood(s.followCancellation(ctx, lives, d.Meta, d.Event))
	}, events.Priority(90))
}

func (s *Service) followCancellation(ctx context.Context, lives Lives, meta events.Meta, e calendar.BookingCancelled) error {
	scope := s.db.Tenant(meta.TenantID)
	entry, err := follow(ctx, scope, meta.TenantID, e.Booking, "", true)
	if err != nil {
		return err
	}
	b, err := find(ctx, scope, entry.appointmentID)
	switch {
	case isRefusal(err, "not_found"):
		return nil // it is not imported, and won't be
	case err != nil:
		return err
	case !isActive(b.Status) || b.Status == appointment.InProgress:
		return nil
	}
	reason := e.Reason
	if reason == "" && e.Rejected {
		reason = "rejected"
	}
	return lives.Cancel(ctx, appointment.CancelRequest{
		Command: changeOf(e.Booking, b.AppointmentID, "cancelled"), Reason: cut(reason, maxReason), Silent: e.VendorNotifies,
	}, meta)
}

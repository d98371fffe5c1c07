package appointments

import (
	"context"
	"errors"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// NewOpenFailsafeCallback returns the listener that has a caller called back whose
// booking failed behind his back, or for a technical reason. His wish is kept.
func NewOpenFailsafeCallback(s *Service) events.Listener {
	return events.On("appointments.open-failsafe-callback", func(ctx context.Context, d events.Delivery[appointment.BookingFailed]) error {
		announce, at, err := s.failsafe(ctx, d.TenantID, d.ID, d.Now(), d.Event)
		for _, e := range announce {
			d.Emit(e, events.OccurredAt(at))
		}
		return forGood(err)
	}, events.Priority(90), events.Emits(appointment.WishRecorded{}, appointment.CallbackRequested{}))
}

// failsafe opens callback and wish, whose ids derive from the event, and says when
// it did so first. It needs a number: without one there is nothing to do.
func (s *Service) failsafe(ctx context.Context, tenantID, eventID string, now time.Time, e appointment.BookingFailed) (announce []events.Event, at time.Time, err error) {
	if e.ToldCustomer && e.Reason == appointment.CalendarConflict {
		return nil, at, nil
	}
	scope := s.db.Tenant(tenantID)
	b, err := store.One(ctx, scope, scanBooking, `SELECT `+appointmentColumns+` FROM appointment WHERE tenant_id = $1 AND appointment_id = $2`, e.AppointmentID)
	if errors.Is(err, store.ErrNotFound) {
		return nil, at, nil // it failed before it was written down, and so nobody's number is
	}
	if err != nil {
		return nil, at, err
	}
	phone := phoneOf(b)
	if b.Origin != appointment.Voice || phone == "" {
		return nil, at, nil
	}
	callbackID := derived(tenantID, "callback", eventID)
	err = scope.InTx(ctx, func(tx store.Scope) error {
		wish, err := recordWish(ctx, tx, now, Wish{
			ID: derived(tenantID, "wish", eventID), BranchID: e.BranchID, ServiceID: e.ServiceID, CustomerID: e.CustomerID, CallID: e.CallID,
			DesiredAt: e.StartsAt, Reason: appointment.TechnicalError,
		})
		if err != nil {
			return err
		}
		_, callback, err := openCallback(ctx, tx, now, appointment.CallbackRequest{
			CallbackID: callbackID, BranchID: e.BranchID, Phone: phone, Priority: appointment.HighPriority, CustomerID: e.CustomerID,
			ServiceID: e.ServiceID, CallID: e.CallID, Topic: "booking_failed", Name: b.AttendeeName,
		})
		if err != nil {
			return err
		}
		announce = append(wish, callback...)
		own, _, err := findCallback(ctx, tx, callbackID)
		at = own.CreatedAt
		return err
	})
	return announce, at, err
}

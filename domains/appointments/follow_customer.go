package appointments

import (
	"context"
	"errors"
	"time"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/customer"
)

const moveToSurvivingCustomer = "appointments.move-to-surviving-customer"

// NewFollowMerge returns the listener that gives a customer's things to the one that
// he turned out to be.
func NewFollowMerge(s *Service) events.Listener {
	return events.On(moveToSurvivingCustomer, func(ctx context.Context, d events.Delivery[customer.Merged]) error {
		return s.FollowMerge(ctx, d.TenantID, d.Event.MergeID, d.Event.PrimaryID, d.Event.DuplicateID)
	}, events.Sync(), events.Priority(200))
}

// NewUndoMerge returns the listener that gives them back.
func NewUndoMerge(s *Service) events.Listener {
	return events.On(moveToSurvivingCustomer, func(ctx context.Context, d events.Delivery[customer.Unmerged]) error {
		return s.UndoMerge(ctx, d.TenantID, d.Event.MergeID, d.Event.RestoredID)
	}, events.Sync(), events.Priority(200))
}

// NewNoteRestriction returns the listener that keeps how a customer may book.
func NewNoteRestriction(s *Service) events.Listener {
	return events.On("appointments.note-restriction", func(ctx context.Context, d events.Delivery[customer.BookingRestricted]) error {
		return s.NoteRestriction(ctx, d.TenantID, d.Time, d.Event.CustomerID, string(d.Event.Restriction))
	}, events.Sync(), events.Priority(200))
}

// NewForgetCustomer returns the listener that lets go of a person and cancels what he
// has booked, free of charge and without a word to him.
func NewForgetCustomer(s *Service) events.Listener {
	return events.On("appointments.forget-customer", func(ctx context.Context, d events.Delivery[customer.Erased]) error {
		cancel, err := s.ForgetCustomer(ctx, d.TenantID, d.Now(), d.Event.CustomerID)
		if err != nil {
			return err
		}
		for _, id := range cancel {
			announce, err := s.cancelForgotten(ctx, d.TenantID, d.Now(), d.Event.CustomerID, id)
			if err != nil {
				return err
			}
			emit(d, announce)
		}
		return nil
	}, events.Sync(), events.Priority(200), events.Emits(appointment.Cancelled{}))
}

// cancelForgotten cancels an appointment of a forgotten customer. Who is on the chair
// already stays there.
func (s *Service) cancelForgotten(ctx context.Context, tenantID string, now time.Time, customerID, appointmentID string) ([]events.Event, error) {
	_, announce, err := s.Cancel(ctx, tenantID, now, appointment.CancelRequest{
		Command: appointment.Command{
			ID: forgetCommand(customerID), AppointmentID: appointmentID,
			By: appointment.By{Origin: appointment.System, Role: appointment.SystemRole, ActorID: "customers"},
		},
		Reason: ForgottenReason, Silent: true,
	})
	if r, refused := errors.AsType[*events.Refusal](err); refused && r.Code == "invalid_transition" {
		return nil, nil
	}
	return announce, err
}

package appointments

import (
	"context"
	"errors"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/call"
)

// NewCallBackDroppedCaller returns the listener that has somebody called back who
// wanted an appointment when the line broke. Whom we have called ourselves, and whose
// number nobody knows, is not.
func NewCallBackDroppedCaller(s *Service) events.Listener {
	return events.On("appointments.call-back-dropped-caller", func(ctx context.Context, d events.Delivery[call.Failed]) error {
		e := d.Event
		if !e.BookingIntent || e.Direction != "inbound" || !e164.MatchString(e.FromNumber) {
			return nil
		}
		announce, err := s.callBackDropped(ctx, d.TenantID, d.ID, d.Now(), e)
		for _, event := range announce {
			d.Emit(event, events.OccurredAt(d.Time))
		}
		return forGood(err)
	}, events.Priority(80), events.Emits(appointment.CallbackRequested{}))
}

// callBackDropped opens the callback, whose id derives from the event. What the call
// has asked for last says what it was about, and whose it was.
func (s *Service) callBackDropped(ctx context.Context, tenantID, eventID string, now time.Time, e call.Failed) ([]events.Event, error) {
	last, err := lastRequest(ctx, s.db.Tenant(tenantID), e.CallID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	_, announce, err := s.OpenCallback(ctx, tenantID, now, appointment.CallbackRequest{
		CallbackID: derived(tenantID, "callback", eventID), BranchID: e.BranchID, Phone: e.FromNumber, Priority: appointment.HighPriority,
		CustomerID: last.CustomerID, ServiceID: last.ServiceID, CallID: e.CallID, Topic: "call_dropped",
		By: appointment.By{Origin: appointment.System, Role: appointment.SystemRole},
	})
	return announce, err
}

package appointments

import (
	"context"
	"fmt"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/calendar"
)

const flagForReview = "appointments.flag-for-review"

// NewFlagFailedSync returns the listener that has a person look at an appointment
// which the calendar does not show. If it has changed since, that change's own sync
// counts.
func NewFlagFailedSync(s *Service) events.Listener {
	return events.On(flagForReview, func(ctx context.Context, d events.Delivery[calendar.SyncFailed]) error {
		e := d.Event
		b, err := find(ctx, s.db.Tenant(d.TenantID), e.AppointmentID)
		if err != nil || e.Version < b.Version {
			return forGood(err)
		}
		text := fmt.Sprintf("the calendar does not show version %d after %d attempts (%s): %s", e.Version, e.Attempts, e.Code, e.Detail)
		announce, err := s.attend(ctx, d.TenantID, d.Now(), d.ID, e.AppointmentID, codeSyncFailed, text)
		emit(d, announce)
		return err
	}, events.Priority(60), events.Emits(appointment.AttentionRequired{}))
}

// NewFlagDrift returns the one for a difference between the calendar and us.
func NewFlagDrift(s *Service) events.Listener {
	return events.On(flagForReview, func(ctx context.Context, d events.Delivery[calendar.DriftDetected]) error {
		e := d.Event
		if e.AppointmentID == "" {
			return nil
		}
		text := fmt.Sprintf("%s of %s: expected %q, the calendar has %q", e.Kind, e.Subject, e.Expected, e.Found)
		announce, err := s.attend(ctx, d.TenantID, d.Now(), d.ID, e.AppointmentID, codeDrift, text)
		emit(d, announce)
		return err
	}, events.Priority(60), events.Emits(appointment.AttentionRequired{}))
}

// NewFlagConflict returns the one for a time that was changed on both sides. Who moved
// what the calendar had cancelled is called back, if his number is known.
func NewFlagConflict(s *Service) events.Listener {
	return events.On(flagForReview, func(ctx context.Context, d events.Delivery[calendar.ConflictDetected]) error {
		e := d.Event
		if e.AppointmentID == "" {
			return nil
		}
		text := fmt.Sprintf("%s of the booking %s: %s prevails; see that the customer knows", e.Kind, e.UID, e.Winner)
		announce, err := s.attend(ctx, d.TenantID, d.Now(), d.ID, e.AppointmentID, codeCollision, text)
		if err != nil {
			return err
		}
		if e.Kind == calendar.CancelledThere {
			callback, err := s.callBackAbout(ctx, d.TenantID, d.ID, d.Now(), e.AppointmentID)
			if err != nil {
				return err
			}
			announce = append(announce, callback...)
		}
		emit(d, announce)
		return nil
	}, events.Priority(60), events.Emits(appointment.AttentionRequired{}, appointment.CallbackRequested{}))
}

// callBackAbout has the customer of an appointment called, once an event.
func (s *Service) callBackAbout(ctx context.Context, tenantID, eventID string, now time.Time, appointmentID string) (announce []events.Event, err error) {
	err = s.db.Tenant(tenantID).InTx(ctx, func(tx store.Scope) error {
		b, err := find(ctx, tx, appointmentID)
		if isRefusal(err, "not_found") {
			return nil
		}
		if err != nil {
			return err
		}
		phone := phoneOf(b)
		if phone == "" {
			return nil
		}
		_, announce, err = openCallback(ctx, tx, now, appointment.CallbackRequest{
			CallbackID: derived(tenantID, "callback", eventID), BranchID: b.BranchID, Phone: phone, Name: b.AttendeeName, Priority: appointment.HighPriority,
			CustomerID: b.CustomerID, ServiceID: b.ServiceID, Topic: codeCollision,
		})
		return err
	})
	return announce, err
}

// phoneOf is the number that was given with a booking, if it is one.
func phoneOf(b booking) string {
	phone := b.CallerPhone
	if b.ContactOverride != nil && b.ContactOverride.Phone != "" {
		phone = b.ContactOverride.Phone
	}
	if !e164.MatchString(phone) {
		return ""
	}
	return phone
}

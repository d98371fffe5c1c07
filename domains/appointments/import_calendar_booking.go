package appointments

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/tenancy"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/calendar"
	"github.com/herald-bus/herald/events/customer"
)

// NewImportCalendarBooking returns the listener that makes an appointment of a booking
// which somebody made in a calendar outside. Where that can't be, a person is asked.
// One that was cancelled before its import is not imported.
func NewImportCalendarBooking(s *Service, lives Lives) events.Listener {
	return events.On("appointments.import-calendar-booking", func(ctx context.Context, d events.Delivery[calendar.BookingCreated]) error {
		announce, err := s.importBooking(ctx, lives, d.Meta, d.Now(), d.Event)
		emit(d, announce)
		return err
	}, events.Priority(90), events.Emits(appointment.AttentionRequired{}))
}

func (s *Service) importBooking(ctx context.Context, lives Lives, meta events.Meta, now time.Time, e calendar.BookingCreated) ([]events.Event, error) {
	scope := s.db.Tenant(meta.TenantID)
	ours, err := isKnown(ctx, scope, e.AppointmentID)
	if err != nil {
		return nil, err
	}
	if !ours {
		e.AppointmentID = ""
	}
	entry, err := follow(ctx, scope, meta.TenantID, e.Booking, "", false)
	if err != nil || ours || entry.gone {
		return nil, err
	}
	id := appointment.ID(meta.TenantID, appointment.Calendar, e.IdempotencyKey)
	branch, err := tenancy.FindBranch(ctx, scope, e.BranchID)
	if isRefusal(err, "not_found") || err == nil && (e.ServiceID == "" || e.StaffID == "") {
		return s.attend(ctx, meta.TenantID, now, meta.ID, id, codeUnmapped, fmt.Sprintf(
			"%s is of the branch %q, the service %q and the person %q: map what is missing, or book it by hand",
			inWords(e.Booking), e.BranchID, e.ServiceID, e.StaffID))
	}
	if err != nil {
		return nil, err
	}
	r := appointment.BookRequest{
		Key: e.IdempotencyKey, By: byCalendarOf(e.Booking), BranchID: e.BranchID, ServiceID: e.ServiceID, StaffID: e.StaffID, StartsAt: e.StartsAt,
		Notes: cut(e.Notes, maxNotes), Silent: e.Silent || e.VendorNotifies, CalendarUIDs: []string{e.UID}, Unconfirmed: e.Status == calendar.Pending,
	}
	if r.Rebooks, err = rebooked(ctx, scope, e.PreviousUID); err != nil {
		return nil, err
	}
	who := customer.Query{
		Key: e.IdempotencyKey, Origin: appointment.Calendar, Region: branch.Region,
		Said: customer.Said{Name: e.Customer.Name, Phone: cmp.Or(e.Customer.Phone, e.Customer.PhoneRaw), Email: e.Customer.Email},
	}
	return s.outcome(ctx, meta, now, id, lives.Book(ctx, r, who, meta), inWords(e.Booking)+" can't be imported")
}

// isKnown reports whether there is such an appointment.
func isKnown(ctx context.Context, scope store.Scope, appointmentID string) (bool, error) {
	if appointmentID == "" {
		return false, nil
	}
	_, err := find(ctx, scope, appointmentID)
	if isRefusal(err, "not_found") {
		return false, nil
	}
	return err == nil, err
}

// rebooked is the appointment of the booking that a new one stands for.
func rebooked(ctx context.Context, scope store.Scope, previousUID string) (string, error) {
	e, err := store.One(ctx, scope, scanEntry, selectEntry+` AND uid = $2`, previousUID)
	if errors.Is(err, store.ErrNotFound) {
		return "", nil
	}
	return e.appointmentID, err
}

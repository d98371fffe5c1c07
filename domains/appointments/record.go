package appointments

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// Record writes the booking down in the state booking, at the time that was taken.
// Price and terms become those of the people who do it. What was booked before by
// the same key, and confirmed, stays as it is.
func (s *Service) Record(ctx context.Context, tenantID string, now time.Time, p appointment.Prepared, phases []appointment.Phase) error {
	return s.db.Tenant(tenantID).InTx(ctx, func(tx store.Scope) error {
		if err := checkStaffed(ctx, tx, phases); err != nil {
			return err
		}
		service, _, err := serviceIn(ctx, tx, p.Request.BranchID, p.Request.ServiceID)
		if err != nil {
			return err
		}
		b, err := lock(ctx, tx, p.AppointmentID)
		again := err == nil
		if err != nil && !isRefusal(err, "not_found") {
			return err
		}
		if again && b.Status != appointment.StatusBooking && b.Status != appointment.StatusFailed {
			return nil
		}
		// Two bookings may have been prepared side by side.
		check := p
		if err := notTwice(ctx, tx, &check); err != nil {
			return err
		}
		if check.Existing != nil {
			return events.Refuse("duplicate", "APT-6", "this call has booked that already: it is %s", check.AppointmentID).With("appointment_id", check.AppointmentID)
		}
		staff := staffOf(phases)
		terms, err := termsOf(ctx, tx, p.Request.BranchID, p.Request.ServiceID, staff)
		if err != nil {
			return err
		}
		version := 1
		if again {
			version = b.Version
			if b.Status == appointment.StatusFailed {
				version++
			}
		}
		if err := insert(ctx, tx, now, p, phases, terms, version); err != nil {
			return err
		}
		fresh := booking{View: appointment.View{Ref: appointment.Ref{AppointmentID: p.AppointmentID, Status: appointment.StatusBooking}}}
		return fresh.savePhases(ctx, tx, service, phases)
	})
}

// insert writes the row of a booking at work, over that of an earlier try.
func insert(ctx context.Context, tx store.Scope, now time.Time, p appointment.Prepared, phases []appointment.Phase, terms appointment.Terms, version int) error {
	snapshot, err := json.Marshal(terms)
	if err != nil {
		return err
	}
	r, staffID := p.Request, staffOf(phases)[0]
	price, known := p.Prices[staffID]
	if !known {
		price = p.Price.Cents
	}
	var contact appointment.ContactOverride
	if r.ContactOverride != nil {
		contact = *r.ContactOverride
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO appointment (tenant_id, appointment_id, branch_id, service_id, customer_id, attendee_name, status, born_as, starts_at, ends_at, zone,
			staff_id, price_cents, currency, origin, call_id, series_id, idempotency_key, version, requested_at, rebooks, policy_snapshot,
			assignment_model, was_fallback, calendar_state, calendar_uids, notes, contact_email, contact_phone, caller_phone, notify, trusted,
			planned_at, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, 'booking', $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, '[]', $25, $26, $27, $28, $29, $30, $31, $31, $31)
		ON CONFLICT (tenant_id, appointment_id) DO UPDATE SET branch_id = excluded.branch_id, service_id = excluded.service_id,
			customer_id = excluded.customer_id, attendee_name = excluded.attendee_name, status = excluded.status, born_as = excluded.born_as,
			starts_at = excluded.starts_at, ends_at = excluded.ends_at, zone = excluded.zone, staff_id = excluded.staff_id,
			price_cents = excluded.price_cents, currency = excluded.currency, call_id = excluded.call_id, series_id = excluded.series_id,
			version = excluded.version, requested_at = excluded.requested_at, rebooks = excluded.rebooks, policy_snapshot = excluded.policy_snapshot,
			assignment_model = excluded.assignment_model, was_fallback = excluded.was_fallback, calendar_state = excluded.calendar_state,
			notes = excluded.notes, contact_email = excluded.contact_email, contact_phone = excluded.contact_phone,
			caller_phone = excluded.caller_phone, notify = excluded.notify, trusted = excluded.trusted, planned_at = excluded.planned_at,
			created_at = excluded.created_at, updated_at = excluded.updated_at`,
		p.AppointmentID, r.BranchID, r.ServiceID, p.For.CustomerID, p.For.AttendeeName, string(p.Status), r.StartsAt, phases[len(phases)-1].EndsAt, p.Zone,
		staffID, price, p.Price.Currency, string(r.By.Origin), r.CallID, r.SeriesID, p.Key, version, r.RequestedAt, r.Rebooks, json.RawMessage(snapshot),
		p.AssignmentModel, p.WasFallback, appointment.CalendarNone, r.Notes, contact.Email, contact.Phone, r.CallerPhone, p.Notify, p.For.Trusted, now)
	if errors.Is(err, store.ErrDuplicate) {
		return events.Refuse("duplicate", "APT-60", "the key %q is in use over %s", p.Key, r.By.Origin)
	}
	return err
}

// MarkFailed gives a booking up, whether or not it was recorded, and returns what
// to announce. told says that the customer hears of it while he waits. A booking
// that was confirmed stays.
func (s *Service) MarkFailed(ctx context.Context, tenantID string, now time.Time, p appointment.Prepared, reason appointment.FailureReason, told bool) ([]events.Event, error) {
	failed := appointment.BookingFailed{
		AppointmentID: p.AppointmentID, BranchID: p.Request.BranchID, ServiceID: p.Request.ServiceID, CustomerID: p.For.CustomerID, CallID: p.Request.CallID,
		StartsAt: p.Request.StartsAt, Zone: p.Zone, Reason: reason, ToldCustomer: told, Display: p.Display,
	}
	announce := []events.Event{failed}
	err := s.db.Tenant(tenantID).InTx(ctx, func(tx store.Scope) error {
		b, err := lock(ctx, tx, p.AppointmentID)
		switch {
		case isRefusal(err, "not_found"):
			return nil
		case err != nil:
			return err
		case b.Status == appointment.StatusFailed:
			return nil
		case b.Status != appointment.StatusBooking:
			announce = nil
			return nil
		}
		b.Status = appointment.StatusFailed
		return b.save(ctx, tx, now)
	})
	return announce, err
}

// Confirm ends the booking: the appointment is confirmed, or pending where a
// person must say yes.
func (s *Service) Confirm(ctx context.Context, tenantID string, now time.Time, appointmentID string, calendarUIDs []string, calendarState string) (appointment.View, []events.Event, error) {
	scope := s.db.Tenant(tenantID)
	b, err := find(ctx, scope, appointmentID)
	if err != nil {
		return appointment.View{}, nil, err
	}
	// A failed booking that was tried again has another version, and another answer.
	command := "book"
	if b.Status == appointment.StatusBooking {
		command += "/" + strconv.Itoa(b.Version)
	} else if command, err = lastBooking(ctx, scope, appointmentID); err != nil {
		return appointment.View{}, nil, err
	}
	return once(ctx, scope, now, appointmentID, command, func(tx store.Scope, b *booking) (appointment.View, []events.Event, error) {
		if b.Status != appointment.StatusBooking {
			return b.View, nil, transition(*b, string(b.bornAs), bySystem)
		}
		b.Status, b.CalendarState, b.CalendarUIDs = b.bornAs, calendarState, calendarUIDs
		if err := b.save(ctx, tx, now); err != nil {
			return b.View, nil, err
		}
		return b.View, []events.Event{appointment.Created{
			Ref: b.Ref, Phases: b.Phases, Price: b.Price, AttendeeName: b.AttendeeName, CallID: b.CallID, SeriesID: b.SeriesID, RequestedAt: b.RequestedAt,
			CalendarState: b.CalendarState, CalendarUIDs: b.CalendarUIDs, IdempotencyKey: b.Key, Notify: b.Notify,
		}}, nil
	})
}

// lastBooking returns the command by which an appointment was confirmed.
func lastBooking(ctx context.Context, scope store.Scope, appointmentID string) (string, error) {
	command, err := store.One(ctx, scope, scanText, `SELECT command_id FROM command_answer
		WHERE tenant_id = $1 AND appointment_id = $2 AND command_id LIKE 'book/%' ORDER BY at DESC`, appointmentID)
	if errors.Is(err, store.ErrNotFound) {
		return "book", nil
	}
	return command, err
}

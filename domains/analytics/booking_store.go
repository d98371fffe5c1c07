package analytics

import (
	"context"
	"fmt"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// onBooking returns a listener to one of the events of an appointment: apply puts
// what it says into the fact.
func onBooking[E events.Event](name string, facts *Facts, ref func(E) appointment.Ref, apply func(*Booking, *merge, E) error) events.Listener {
	return events.On(name, func(ctx context.Context, d events.Delivery[E]) error {
		return facts.recordBooking(ctx, d.Meta, d.Now(), ref(d.Event), func(b *Booking, m *merge) error {
			return apply(b, m, d.Event)
		})
	}, patient)
}

const bookingColumns = `branch_id, service_id, staff_id, customer_id, origin, call_id, created_at, created_on,
	starts_at, visit_on, duration_min, price_cents, currency, status, cancelled_by, late, fee_cents, lead_s, reschedules, first_visit`

// into are the places of bookingColumns.
func (b *Booking) into() []any {
	return []any{
		&b.BranchID, &b.ServiceID, &b.StaffID, &b.CustomerID, &b.Origin, &b.CallID, store.At(&b.CreatedAt), &b.CreatedOn,
		store.At(&b.StartsAt), &b.VisitOn, &b.DurationMin, &b.PriceCents, &b.Currency, &b.Status, &b.CancelledBy, &b.Late, &b.FeeCents,
		&b.LeadSeconds, &b.Reschedules, &b.FirstVisit,
	}
}

// recordBooking has apply put what the event by says into the fact of an
// appointment, which it begins if need be. The customer is locked before the
// bookings, and these before the days: everybody keeps that order.
func (f *Facts) recordBooking(ctx context.Context, by events.Meta, now time.Time, ref appointment.Ref, apply func(*Booking, *merge) error) error {
	err := f.scope(by.TenantID).InTx(ctx, func(tx store.Scope) error {
		customerID, err := lockCustomer(ctx, tx, ref.CustomerID)
		if err != nil {
			return err
		}
		b := Booking{AppointmentID: ref.AppointmentID}
		// Writing what is there locks the row on both databases.
		seen, err := store.One(ctx, tx, func(row store.Row) (seen string, err error) {
			return seen, row.Scan(append(b.into(), &seen)...)
		}, `INSERT INTO fact_booking (tenant_id, appointment_id) VALUES ($1, $2)
			ON CONFLICT (tenant_id, appointment_id) DO UPDATE SET seen = fact_booking.seen
			RETURNING `+bookingColumns+`, seen`, b.AppointmentID)
		if err != nil {
			return err
		}
		m, err := newMerge(by, seen)
		if err != nil {
			return err
		}
		before := b
		if err := apply(&b, m); err != nil {
			return events.Permanent(err) // the same event has the same fault next time
		}
		if !m.changed {
			return nil
		}
		if b.CustomerID == ref.CustomerID {
			b.CustomerID = customerID
		}
		return f.saveBooking(ctx, tx, m, now, b, before)
	})
	if err != nil {
		return fmt.Errorf("analytics: record the booking %s: %w", ref.AppointmentID, err)
	}
	return nil
}

// saveBooking writes the fact and marks the days that it was and is on.
func (f *Facts) saveBooking(ctx context.Context, tx store.Scope, m *merge, now time.Time, b, before Booking) error {
	seen, err := m.encode()
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		UPDATE fact_booking SET branch_id = $3, service_id = $4, staff_id = $5, customer_id = $6, origin = $7, call_id = $8,
			created_at = $9, created_on = $10, starts_at = $11, visit_on = $12, duration_min = $13, price_cents = $14,
			currency = $15, status = $16, cancelled_by = $17, late = $18, fee_cents = $19, lead_s = $20, reschedules = $21, seen = $22
		WHERE tenant_id = $1 AND appointment_id = $2`,
		b.AppointmentID, b.BranchID, b.ServiceID, b.StaffID, b.CustomerID, b.Origin, b.CallID,
		b.CreatedAt, b.CreatedOn, b.StartsAt, b.VisitOn, b.DurationMin, b.PriceCents,
		b.Currency, string(b.Status), b.CancelledBy, b.Late, b.FeeCents, b.LeadSeconds, b.Reschedules, seen)
	if err != nil {
		return err
	}
	days, err := rankVisits(ctx, tx, b.CustomerID)
	if err != nil {
		return err
	}
	if b.BranchID != before.BranchID {
		if err := f.moveMessages(ctx, tx, now, b.AppointmentID, before.BranchID, b.BranchID); err != nil {
			return err
		}
	}
	return f.touch(ctx, tx, now, append(days,
		day{visitFigures, before.VisitOn, before.BranchID}, day{visitFigures, b.VisitOn, b.BranchID},
		day{bookingFigures, before.CreatedOn, before.BranchID}, day{bookingFigures, b.CreatedOn, b.BranchID})...)
}

// Booking returns the fact of an appointment, or [store.ErrNotFound].
func (f *Facts) Booking(ctx context.Context, tenantID, appointmentID string) (Booking, error) {
	return store.One(ctx, f.db.Tenant(tenantID), func(row store.Row) (Booking, error) {
		b := Booking{AppointmentID: appointmentID}
		return b, row.Scan(b.into()...)
	}, `SELECT `+bookingColumns+` FROM fact_booking WHERE tenant_id = $1 AND appointment_id = $2`, appointmentID)
}

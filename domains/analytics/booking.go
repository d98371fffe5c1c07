package analytics

import (
	"context"
	"fmt"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// Status is what became of an appointment.
type Status string

// The statuses so far.
const (
	Booked    Status = "booked" // a person must still say yes
	Confirmed Status = "confirmed"
	Cancelled Status = "cancelled"
)

var finality = map[Status]int{Booked: 1, Confirmed: 2, Cancelled: 3}

// A Booking is the fact of one appointment. A field is empty until an event has
// told it.
type Booking struct {
	AppointmentID string
	BranchID      string
	ServiceID     string
	StaffID       string
	CustomerID    string
	Origin        string
	CallID        string
	CreatedAt     time.Time
	// CreatedOn and VisitOn are the dates at the branch.
	CreatedOn   string
	StartsAt    time.Time
	VisitOn     string
	DurationMin int
	PriceCents  int64
	Currency    string
	Status      Status
	CancelledBy string
	// Late says that the customer cancelled too late to be free of charge.
	Late     bool
	FeeCents int64
}

// applyRef takes over what every event of an appointment says.
func (b *Booking) applyRef(m *merge, r appointment.Ref) error {
	visitOn, err := dateIn(r.Zone, r.StartsAt)
	if err != nil {
		return err
	}
	staff := ""
	if len(r.StaffIDs) > 0 {
		staff = r.StaffIDs[0]
	}
	set(m, "branch_id", &b.BranchID, r.BranchID)
	set(m, "service_id", &b.ServiceID, r.ServiceID)
	set(m, "staff_id", &b.StaffID, staff)
	set(m, "customer_id", &b.CustomerID, r.CustomerID)
	set(m, "starts_at", &b.StartsAt, r.StartsAt)
	set(m, "visit_on", &b.VisitOn, visitOn)
	set(m, "duration_min", &b.DurationMin, int(r.EndsAt.Sub(r.StartsAt).Minutes()))
	return nil
}

func (b *Booking) applyCreated(m *merge, e appointment.Created) error {
	createdOn, err := dateIn(e.Zone, m.by.At)
	if err != nil {
		return err
	}
	status := Booked
	if e.Status == appointment.Confirmed {
		status = Confirmed
	}
	set(m, "origin", &b.Origin, string(e.Origin))
	set(m, "call_id", &b.CallID, e.CallID)
	set(m, "created_at", &b.CreatedAt, m.by.At)
	set(m, "created_on", &b.CreatedOn, createdOn)
	set(m, "price", &b.PriceCents, e.Price.Cents)
	set(m, "currency", &b.Currency, e.Price.Currency)
	setStatus(m, &b.Status, status)
	return b.applyRef(m, e.Ref)
}

func (b *Booking) applyCancelled(m *merge, e appointment.Cancelled) error {
	set(m, "cancelled_by", &b.CancelledBy, e.CancelledBy)
	set(m, "late", &b.Late, e.CancelledBy == "customer" && !e.WithinPolicy)
	set(m, "fee", &b.FeeCents, e.Fee.Cents)
	if e.Fee.Currency != "" {
		set(m, "currency", &b.Currency, e.Fee.Currency)
	}
	setStatus(m, &b.Status, Cancelled)
	return b.applyRef(m, e.Ref)
}

// dateIn returns the date that the zone's calendars show at t.
func dateIn(zone string, t time.Time) (string, error) {
	location, err := time.LoadLocation(zone)
	if err != nil {
		return "", err
	}
	return t.In(location).Format(time.DateOnly), nil
}

const bookingColumns = `branch_id, service_id, staff_id, customer_id, origin, call_id, created_at, created_on,
	starts_at, visit_on, duration_min, price_cents, currency, status, cancelled_by, late, fee_cents`

// into are the places of bookingColumns.
func (b *Booking) into() []any {
	return []any{
		&b.BranchID, &b.ServiceID, &b.StaffID, &b.CustomerID, &b.Origin, &b.CallID, store.At(&b.CreatedAt), &b.CreatedOn,
		store.At(&b.StartsAt), &b.VisitOn, &b.DurationMin, &b.PriceCents, &b.Currency, &b.Status, &b.CancelledBy, &b.Late, &b.FeeCents,
	}
}

// recordBooking has apply put what the event by says into the fact of an
// appointment, which it begins if need be.
func (f *Facts) recordBooking(ctx context.Context, by events.Meta, appointmentID string, apply func(*Booking, *merge) error) error {
	scope := f.db.Tenant(by.TenantID)
	err := scope.InTx(ctx, func(tx store.Scope) error {
		b := Booking{AppointmentID: appointmentID}
		// Writing what is there locks the row on both databases.
		seen, err := store.One(ctx, tx, func(row store.Row) (seen string, err error) {
			return seen, row.Scan(append(b.into(), &seen)...)
		}, `INSERT INTO fact_booking (tenant_id, appointment_id) VALUES ($1, $2)
			ON CONFLICT (tenant_id, appointment_id) DO UPDATE SET seen = fact_booking.seen
			RETURNING `+bookingColumns+`, seen`, appointmentID)
		if err != nil {
			return err
		}
		m, err := newMerge(by, seen)
		if err != nil {
			return err
		}
		if err := apply(&b, m); err != nil {
			return events.Permanent(err) // the same event has the same fault next time
		}
		return b.save(ctx, tx, m)
	})
	if err != nil {
		return fmt.Errorf("analytics: record the booking %s: %w", appointmentID, err)
	}
	return nil
}

func (b *Booking) save(ctx context.Context, tx store.Scope, m *merge) error {
	if !m.changed {
		return nil
	}
	seen, err := m.encode()
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		UPDATE fact_booking SET branch_id = $3, service_id = $4, staff_id = $5, customer_id = $6, origin = $7, call_id = $8,
			created_at = $9, created_on = $10, starts_at = $11, visit_on = $12, duration_min = $13, price_cents = $14,
			currency = $15, status = $16, cancelled_by = $17, late = $18, fee_cents = $19, seen = $20
		WHERE tenant_id = $1 AND appointment_id = $2`,
		b.AppointmentID, b.BranchID, b.ServiceID, b.StaffID, b.CustomerID, b.Origin, b.CallID,
		b.CreatedAt, b.CreatedOn, b.StartsAt, b.VisitOn, b.DurationMin, b.PriceCents,
		b.Currency, string(b.Status), b.CancelledBy, b.Late, b.FeeCents, seen)
	return err
}

// Booking returns the fact of an appointment, or [store.ErrNotFound].
func (f *Facts) Booking(ctx context.Context, tenantID, appointmentID string) (Booking, error) {
	return store.One(ctx, f.db.Tenant(tenantID), func(row store.Row) (Booking, error) {
		b := Booking{AppointmentID: appointmentID}
		return b, row.Scan(b.into()...)
	}, `SELECT `+bookingColumns+` FROM fact_booking WHERE tenant_id = $1 AND appointment_id = $2`, appointmentID)
}

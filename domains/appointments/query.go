package appointments

import (
	"context"
	"slices"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// How much of a list is given, and how much of it is spoken.
const (
	maxListed = 10
	maxSpoken = 5
)

// Query answers what appointments a customer has. A caller who has not proven to
// be the customer is refused, with a callback to announce.
func (s *Service) Query(ctx context.Context, tenantID string, now time.Time, q appointment.Query) (appointment.Found, []events.Event, error) {
	scope := s.db.Tenant(tenantID)
	if customerMade(q.By) {
		if err := identified(opList, q.By, q.CustomerID); err != nil {
			if !isRefusal(err, "verification_required") {
				return appointment.Found{}, nil, err
			}
			announce, openErr := s.verify(ctx, tenantID, now, "query/"+q.By.ActorID, "", q.By)
			if openErr != nil {
				return appointment.Found{}, nil, openErr
			}
			return appointment.Found{}, announce, err
		}
	}
	if q.From.IsZero() {
		q.From = now
	}
	if q.Until.IsZero() {
		q.Until = now.AddDate(anyDays/365, 0, 0)
	}
	bookings, err := store.All(ctx, scope, scanBooking, `SELECT `+appointmentColumns+` FROM appointment
		WHERE tenant_id = $1 AND customer_id = $2 AND status IN ('pending', 'confirmed', 'in_progress') AND starts_at >= $3 AND starts_at < $4
			AND ($5 = '' OR branch_id = $5) AND ($6 = '' OR service_id = $6)
		ORDER BY starts_at, appointment_id`, q.CustomerID, q.From, q.Until, q.BranchID, q.ServiceID)
	if err != nil {
		return appointment.Found{}, nil, err
	}
	bookings = slices.DeleteFunc(bookings, func(b booking) bool { return q.By.Role == appointment.StaffRole && !s.own(ctx, scope, b, q.By) })
	told := bookings[:howMany(bookings, q)]
	found := appointment.Found{Appointments: []appointment.Told{}, More: len(bookings) - len(told)}
	for _, b := range told {
		t, err := tell(ctx, scope, b, q)
		if err != nil {
			return found, nil, err
		}
		found.Appointments = append(found.Appointments, t)
	}
	return found, nil, nil
}

// own reports whether a staff member takes part in an appointment.
func (s *Service) own(ctx context.Context, scope store.Scope, b booking, by appointment.By) bool {
	return b.load(ctx, scope) == nil && slices.Contains(b.StaffIDs, by.StaffID)
}

// howMany says how many of a customer's appointments are told: one or a few of one
// day wholly, of more the next one.
func howMany(bookings []booking, q appointment.Query) int {
	n := len(bookings)
	switch {
	case q.All && q.By.Origin == appointment.Voice:
		return min(n, maxSpoken)
	case q.All:
		return min(n, maxListed)
	case n <= 1:
		return n
	case n <= 3 && sameDay(bookings):
		return n
	}
	return 1
}

func sameDay(bookings []booking) bool {
	for _, b := range bookings[1:] {
		if localDate(b) != localDate(bookings[0]) {
			return false
		}
	}
	return true
}

func localDate(b booking) string {
	zone, err := time.LoadLocation(b.Zone)
	if err != nil {
		zone = time.UTC
	}
	return b.StartsAt.In(zone).Format(time.DateOnly)
}

// tell says of an appointment what the tenant discloses: date, time and service;
// the staff on request; price and notes where the policy names them.
func tell(ctx context.Context, scope store.Scope, b booking, q appointment.Query) (appointment.Told, error) {
	if err := b.load(ctx, scope); err != nil {
		return appointment.Told{}, err
	}
	policy, err := configOf(ctx, scope, PolicyDisclosure, b.BranchID, b.ServiceID, "")
	if err != nil {
		return appointment.Told{}, err
	}
	told := appointment.Told{
		AppointmentID: b.AppointmentID, Version: b.Version, StartsAt: b.StartsAt, EndsAt: b.EndsAt, Zone: b.Zone, Status: b.Status, ServiceName: b.Display.ServiceName,
	}
	toStaff := !customerMade(q.By)
	if q.WithStaff || toStaff {
		told.StaffNames = b.Display.StaffNames
	}
	if toStaff || slices.Contains(policy.Tell, "price") {
		told.Price = &b.Price
	}
	if toStaff || slices.Contains(policy.Tell, "notes") {
		told.Notes = b.Notes
	}
	return told, nil
}

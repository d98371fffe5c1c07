package appointments

import (
	"context"
	"strings"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/customer"
)

// Demand says what time a service needs, and whose, for somebody who asks what is
// free. It is refused where a booking would be, whenever it was.
func (s *Service) Demand(ctx context.Context, tenantID string, now time.Time, q appointment.SlotsQuery) (appointment.Prepared, error) {
	scope := s.db.Tenant(tenantID)
	p := appointment.Prepared{Request: appointment.BookRequest{By: q.By, BranchID: q.BranchID, ServiceID: q.ServiceID, StaffID: q.StaffID, StartsAt: q.From}}
	branch, err := bookable(ctx, scope, now, p.Request)
	if err != nil {
		return p, err
	}
	p.Zone = branch.Zone
	zone, err := branch.Location()
	if err != nil {
		return p, err
	}
	service, maxDays, err := serviceIn(ctx, scope, branch.ID, q.ServiceID)
	if err != nil {
		return p, err
	}
	if !service.Active {
		return p, notOffered(ctx, scope, service, branch)
	}
	window, err := windowFor(ctx, scope, service, branch.ID, q.By, false, maxDays)
	if err != nil {
		return p, err
	}
	l, err := lineupFor(ctx, scope, service, branch.ID, "", q.StaffID, q.From, zone)
	if err != nil {
		return p, err
	}
	return p, fill(ctx, scope, &p, service, l, window)
}

// Elsewhere returns when whoever comes to an appointment is at another one of the
// customer's, in [from, until).
func (s *Service) Elsewhere(ctx context.Context, tenantID, appointmentID string, who appointment.BookedFor, from, until time.Time) ([]appointment.Slot, error) {
	others, err := othersOf(ctx, s.db.Tenant(tenantID), appointmentID, who.CustomerID, from, until)
	var busy []appointment.Slot
	for _, other := range others {
		if strings.EqualFold(other.AttendeeName, who.AttendeeName) {
			busy = append(busy, appointment.Slot{StartsAt: other.StartsAt, EndsAt: other.EndsAt})
		}
	}
	return busy, err
}

// StaffNames returns who works for the tenant, by id.
func (s *Service) StaffNames(ctx context.Context, tenantID string) ([]customer.StaffName, error) {
	return store.All(ctx, s.db.Tenant(tenantID), func(row store.Row) (n customer.StaffName, err error) {
		return n, row.Scan(&n.ID, &n.Name)
	}, `SELECT staff_id, name FROM staff WHERE tenant_id = $1 AND active ORDER BY staff_id`)
}

// List returns appointments by start, for whoever may see them all. Those that are
// being booked, and those that failed, are nobody's to see.
func (s *Service) List(ctx context.Context, tenantID string, q appointment.ListQuery) ([]appointment.Listed, error) {
	const usual, most = 100, 1000
	switch {
	case q.Limit < 0 || q.Limit > most:
		return nil, events.Refuse("invalid_limit", "APT-48", "limit %d: ask for 1 to %d appointments", q.Limit, most)
	case q.Limit == 0:
		q.Limit = usual
	}
	scope := s.db.Tenant(tenantID)
	until := q.Until
	if until.IsZero() {
		until = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	from := q.From
	if from.IsZero() {
		from = time.Date(1, 1, 1, 0, 0, 0, 1000, time.UTC)
	}
	found, err := store.All(ctx, scope, scanBooking, `SELECT `+appointmentColumns+` FROM appointment
		WHERE tenant_id = $1 AND status NOT IN ('booking', 'failed') AND starts_at >= $2 AND starts_at < $3
			AND ($4 = '' OR CAST(branch_id AS text) = $4) AND ($5 = '' OR CAST(customer_id AS text) = $5) AND ($6 = '' OR status = $6)
		ORDER BY starts_at, appointment_id LIMIT $7`, from, until, q.BranchID, q.CustomerID, string(q.Status), q.Limit)
	if err != nil {
		return nil, err
	}
	listed := make([]appointment.Listed, 0, len(found))
	for _, b := range found {
		told, err := tell(ctx, scope, b, appointment.Query{By: appointment.By{Origin: appointment.Staff}, WithStaff: true})
		if err != nil {
			return nil, err
		}
		listed = append(listed, appointment.Listed{Told: told, CustomerID: b.CustomerID, Origin: b.Origin})
	}
	return listed, nil
}

package appointments

import (
	"context"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/tenancy"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// ListSeries returns series by id, with what is booked of them and still to come. One
// that was ended, or whose last date has passed, is over.
func (s *Service) ListSeries(ctx context.Context, tenantID string, now time.Time, q appointment.SeriesQuery) ([]appointment.ListedSeries, error) {
	const usual, most = 100, 1000
	switch {
	case q.Limit < 0 || q.Limit > most:
		return nil, events.Refuse("invalid_limit", "APT-48", "limit %d: ask for 1 to %d series", q.Limit, most)
	case q.Limit == 0:
		q.Limit = usual
	}
	scope := s.db.Tenant(tenantID)
	found, err := store.All(ctx, scope, scanSeries, selectSeries+` ORDER BY series_id`)
	if err != nil {
		return nil, err
	}
	toCome, err := store.All(ctx, scope, scanBooking, `SELECT `+appointmentColumns+` FROM appointment
		WHERE tenant_id = $1 AND series_id <> '' AND status IN ('pending', 'confirmed') AND starts_at > $2 ORDER BY starts_at`, now)
	if err != nil {
		return nil, err
	}
	services, err := store.All(ctx, scope, func(row store.Row) (name [2]string, err error) { return name, row.Scan(&name[0], &name[1]) },
		`SELECT service_id, name FROM service WHERE tenant_id = $1`)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, name := range services {
		names[name[0]] = name[1]
	}
	branches, err := tenancy.Branches(ctx, scope)
	if err != nil {
		return nil, err
	}
	zones := map[string]*time.Location{}
	for _, b := range branches {
		if zones[b.ID], err = b.Location(); err != nil {
			return nil, err
		}
	}
	listed := []appointment.ListedSeries{}
	for _, each := range found {
		zone := zones[each.template.BranchID]
		if zone == nil {
			return nil, mismatch("branch", each.template.BranchID)
		}
		l, err := each.listed(now.In(zone), toCome)
		if err != nil {
			return nil, err
		}
		if l.ServiceName = names[l.ServiceID]; q.All || !l.Over {
			listed = append(listed, l)
		}
		if len(listed) == q.Limit {
			break
		}
	}
	return listed, nil
}

// listed says how a series stands on the branch's clock. Of all that is to come, it
// counts its own.
func (s *series) listed(now time.Time, toCome []booking) (appointment.ListedSeries, error) {
	l := appointment.ListedSeries{
		SeriesID: s.id, BranchID: s.template.BranchID, ServiceID: s.template.ServiceID, StaffID: s.template.StaffID,
		Rule: s.rule, Zone: now.Location().String(),
	}
	dates, err := Occurrences(s.rule, capOccurrences)
	if err != nil {
		return l, err
	}
	l.Over = s.status != "active" || len(dates) == 0 || dates[len(dates)-1] < now.Format(time.DateOnly)
	for _, b := range toCome {
		if b.SeriesID != s.id {
			continue
		}
		if l.Booked++; l.Booked == 1 {
			l.NextAt, l.CustomerID = b.StartsAt, b.CustomerID
		}
	}
	return l, nil
}

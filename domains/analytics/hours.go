package analytics

import (
	"context"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/tenancy"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/figures"
)

// byHour is the dimension of a measure that counts instants of one day.
const byHour = "hour"

// instants are the facts that a measure counts, and when each was.
type instants struct{ table, at string }

// hours counts the instants of the day q.From by the hour, each from the instant at
// which it begins: a day on which the clock changes has 23 of them, or 25. The day is
// that of the tenant's first branch.
func (i instants) hours(ctx context.Context, s store.Scope, q figures.Query) ([]figures.Row, error) {
	zone, err := homeZone(ctx, s)
	if err != nil {
		return nil, err
	}
	location, err := time.LoadLocation(zone)
	if err != nil {
		return nil, err
	}
	start, err := time.ParseInLocation(time.DateOnly, q.From, location)
	if err != nil {
		return nil, err
	}
	end := start.AddDate(0, 0, 1)
	found, err := store.All(ctx, s, func(row store.Row) (at time.Time, err error) { return at, row.Scan(store.At(&at)) },
		`SELECT `+i.at+` FROM `+i.table+` WHERE tenant_id = $1 AND `+i.at+` >= $2 AND `+i.at+` < $3`, start, end)
	if err != nil {
		return nil, err
	}
	var rows []figures.Row
	for at := start; at.Before(end); at = at.Add(time.Hour) {
		rows = append(rows, figures.Row{Group: at.Format("2006-01-02T15:04Z07:00")})
	}
	for _, at := range found {
		rows[at.Sub(start)/time.Hour].Sum++
	}
	return rows, nil
}

// checkHours refuses hours of more than a day.
func checkHours(q figures.Query) error {
	if q.By == byHour && q.From != q.To {
		return events.Refuse("invalid", "ANA-10", "hours are those of one day: %s to %s are more", q.From, q.To)
	}
	return nil
}

// homeZone is the zone of the tenant's first branch, or UTC.
func homeZone(ctx context.Context, s store.Scope) (string, error) {
	branches, err := tenancy.Branches(ctx, s)
	if err != nil || len(branches) == 0 {
		return "UTC", err
	}
	return branches[0].Zone, nil
}

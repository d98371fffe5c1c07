package analytics

import (
	"context"

	"github.com/herald-bus/herald/domains/internal/store"
)

// Lead is how long before the visit people book.
type Lead struct {
	Bookings                        int
	MedianSeconds, NinetiethSeconds int64
}

// LeadTimes returns the median and the 90th percentile of the bookings made from
// from to to, from the facts: percentiles of days can't be put together.
func (f *Facts) LeadTimes(ctx context.Context, tenantID, from, to string) (Lead, error) {
	if err := checkRange(from, to); err != nil {
		return Lead{}, err
	}
	leads, err := store.All(ctx, f.db.Tenant(tenantID), func(row store.Row) (s int64, err error) { return s, row.Scan(&s) },
		`SELECT lead_s FROM fact_booking WHERE tenant_id = $1 AND created_on BETWEEN $2 AND $3 ORDER BY lead_s`, from, to)
	if err != nil || len(leads) == 0 {
		return Lead{}, err
	}
	// The nearest rank: the smallest value that so many are not above.
	rank := func(percent int) int64 { return leads[(len(leads)*percent+99)/100-1] }
	return Lead{Bookings: len(leads), MedianSeconds: rank(50), NinetiethSeconds: rank(90)}, nil
}

package analytics

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/figures"
)

// A measure is a sum of figures, or the ratio of two sums.
type measure struct {
	table, date string
	of          string // what is summed
	per         string // what it is divided by; empty for none
	money       bool
	by          map[string]string // the columns that it can be broken down by
}

var (
	visitsBy   = map[string]string{"": "''", "day": "visit_on", "branch": "branch_id", "service": "service_id", "staff": "staff_id", "origin": "origin"}
	bookingsBy = map[string]string{"": "''", "day": "created_on", "branch": "branch_id", "service": "service_id", "staff": "staff_id", "origin": "origin"}
	lostBy     = map[string]string{"": "''", "day": "lost_on", "branch": "branch_id", "service": "service_id", "reason": "reason", "kind": "kind"}
	callbackBy = map[string]string{"": "''", "day": "requested_on", "branch": "branch_id", "priority": "priority"}
)

// leadBuckets are the columns of lead times, the shortest first.
var leadBuckets = []string{"lead_0_2h", "lead_2_24h", "lead_1_3d", "lead_3_7d", "lead_7_14d", "lead_14_30d", "lead_over_30d"}

var measures = withLeads(map[string]measure{
	"bookings":               {table: "agg_bookings_daily", date: "created_on", of: "created", by: bookingsBy},
	"first_visits":           {table: "agg_bookings_daily", date: "created_on", of: "first_visits", per: "created", by: bookingsBy},
	"reschedules":            {table: "agg_bookings_daily", date: "created_on", of: "rescheduled", by: bookingsBy},
	"visits_booked":          {table: "agg_visits_daily", date: "visit_on", of: "booked", by: visitsBy},
	"no_show_rate":           {table: "agg_visits_daily", date: "visit_on", of: "no_show", per: "no_show + completed", by: visitsBy},
	"cancellation_rate":      {table: "agg_visits_daily", date: "visit_on", of: "cancelled", per: "booked", by: visitsBy},
	"late_cancellation_rate": {table: "agg_visits_daily", date: "visit_on", of: "cancelled_late", per: "booked", by: visitsBy},
	"booked_value":           {table: "agg_visits_daily", date: "visit_on", of: "booked_cents", money: true, by: visitsBy},
	"realised_revenue":       {table: "agg_visits_daily", date: "visit_on", of: "realised_cents", money: true, by: visitsBy},
	"lost_revenue":           {table: "agg_visits_daily", date: "visit_on", of: "lost_cents", money: true, by: visitsBy},
	"fees":                   {table: "agg_visits_daily", date: "visit_on", of: "fee_cents", money: true, by: visitsBy},
	"unmet_demand":           {table: "fact_lost", date: "lost_on", of: "1", by: lostBy},
	"callbacks_in_time": {
		table: "fact_callback", date: "requested_on", per: "1", by: callbackBy,
		of: "CASE WHEN result = 'completed' AND closed_at < expires_at THEN 1 ELSE 0 END",
	},
})

// withLeads adds a measure for each bucket of lead times.
func withLeads(all map[string]measure) map[string]measure {
	for _, bucket := range leadBuckets {
		all[bucket] = measure{table: "agg_bookings_daily", date: "created_on", of: bucket, per: "created", by: bookingsBy}
	}
	return all
}

// Measures lists what can be asked for.
func Measures() []string { return slices.Sorted(maps.Keys(measures)) }

// Report answers a query, with everything that was recorded until now: it computes
// the days that changed first.
func (f *Facts) Report(ctx context.Context, tenantID string, q figures.Query) ([]figures.Measure, error) {
	if err := checkRange(q.From, q.To); err != nil {
		return nil, err
	}
	names, err := wanted(q)
	if err != nil {
		return nil, err
	}
	if _, err := f.Recompute(ctx, tenantID); err != nil {
		return nil, err
	}
	all := make([]figures.Measure, len(names))
	for i, name := range names {
		m := measures[name]
		rows, err := m.rows(ctx, f.db.Tenant(tenantID), q)
		if err != nil {
			return nil, fmt.Errorf("analytics: report %s: %w", name, err)
		}
		all[i] = figures.Measure{Name: name, Unit: m.unit(), Rows: rows}
	}
	return all, nil
}

// wanted returns the measures that a query is about.
func wanted(q figures.Query) (names []string, err error) {
	for _, name := range q.Measures {
		m, known := measures[name]
		if !known {
			return nil, events.Refuse("unknown_measure", "ANA-13", "measure %q must be one of %q", name, Measures())
		}
		if _, known := m.by[q.By]; !known {
			return nil, events.Refuse("invalid", "ANA-13", "%s is broken down by one of %q, not by %q", name, slices.Sorted(maps.Keys(m.by)), q.By)
		}
	}
	if len(q.Measures) > 0 {
		return q.Measures, nil
	}
	for _, name := range Measures() {
		if _, known := measures[name].by[q.By]; known {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil, events.Refuse("invalid", "ANA-13", "nothing is broken down by %q", q.By)
	}
	return names, nil
}

func (m measure) unit() figures.Unit {
	switch {
	case m.money:
		return figures.Money
	case m.per != "":
		return figures.Share
	}
	return figures.Count
}

func (m measure) rows(ctx context.Context, s store.Scope, q figures.Query) ([]figures.Row, error) {
	currency, per := "''", "0"
	if m.money {
		currency = "currency"
	}
	if m.per != "" {
		per = m.per
	}
	statement := fmt.Sprintf(`SELECT grp, cur, sum(num), sum(den) FROM (
			SELECT %s AS grp, %s AS cur, %s AS num, %s AS den FROM %s WHERE tenant_id = $1 AND %s BETWEEN $2 AND $3) AS figures
		GROUP BY grp, cur ORDER BY grp, cur`, m.by[q.By], currency, m.of, per, m.table, m.date)
	rows, err := store.All(ctx, s, func(row store.Row) (r figures.Row, err error) {
		return r, row.Scan(&r.Group, &r.Currency, &r.Sum, &r.Of)
	}, statement, q.From, q.To)
	return slices.DeleteFunc(rows, func(r figures.Row) bool { return m.money && r.Currency == "" && r.Sum == 0 }), err
}

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

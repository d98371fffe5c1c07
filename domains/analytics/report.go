package analytics

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/figures"
)

// Measures lists what can be asked for.
func Measures() []string { return slices.Sorted(maps.Keys(measures)) }

// Dimensions lists what measures are broken down by, each by some of them.
func Dimensions() []string {
	all := map[string]bool{}
	for _, m := range measures {
		for _, name := range m.dimensions() {
			all[name] = true
		}
	}
	delete(all, "") // all in one
	return slices.Sorted(maps.Keys(all))
}

// Report answers a query, with everything that was recorded until now: it computes
// the days that changed first.
func (f *Facts) Report(ctx context.Context, tenantID string, now time.Time, q figures.Query) ([]figures.Measure, error) {
	if err := errors.Join(checkRange(q.From, q.To), checkHours(q)); err != nil {
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
		rows, err := m.rows(ctx, f.db.Tenant(tenantID), now, q)
		if err != nil {
			return nil, fmt.Errorf("analytics: report %s: %w", name, err)
		}
		all[i] = figures.Measure{Name: name, Unit: m.kind(), Rows: rows}
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
		if !m.knows(q.By) {
			return nil, events.Refuse("invalid", "ANA-13", "%s is broken down by one of %q, not by %q", name, m.dimensions(), q.By)
		}
	}
	if len(q.Measures) > 0 {
		return q.Measures, nil
	}
	for _, name := range Measures() {
		if measures[name].knows(q.By) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil, events.Refuse("invalid", "ANA-13", "nothing is broken down by %q", q.By)
	}
	return names, nil
}

// kind is the unit of the measure's rows.
func (m measure) kind() figures.Unit {
	switch {
	case m.unit != "":
		return m.unit
	case m.per != "":
		return figures.Share
	}
	return figures.Count
}

func (m measure) rows(ctx context.Context, s store.Scope, now time.Time, q figures.Query) ([]figures.Row, error) {
	if q.By == byHour {
		return m.instants.hours(ctx, s, q)
	}
	args := []any{q.From, q.To}
	if m.ago > 0 {
		args = append(args, now.Add(-m.ago))
	}
	currency, per := "''", "0"
	if m.unit == figures.Money {
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
	}, statement, args...)
	return slices.DeleteFunc(rows, func(r figures.Row) bool { return m.unit == figures.Money && r.Currency == "" && r.Sum == 0 }), err
}

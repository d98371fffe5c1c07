package availability

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/tenancy"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/availability"
)

// staleAfter is how long a linked calendar may go unread.
const staleAfter = 15 * time.Minute

// A loader reads what the calculation needs of one branch, some people and some
// local dates: in at most 12 statements, however much there is.
type loader struct {
	*reader
	tenant      string
	now         time.Time
	cache       *cache // nil reads everything
	branchID    string
	staff       []string
	first, last day

	plan     branchPlan
	grid     int
	stale    bool
	version  int64 // of the branch
	people   map[string]*calendar
	versions map[string]map[day]int64
}

// A calendar is what holds for a person everywhere.
type calendar struct {
	staffPlan
	maxPerDay int
	linked    bool
	version   int64
}

// A reader counts its statements, whose number must not depend on the number of
// bookings.
type reader struct {
	scope      store.Scope
	statements int
}

func rows[T any](ctx context.Context, from *reader, scan func(store.Row) (T, error), query string, args ...any) ([]T, error) {
	from.statements++
	return store.All(ctx, from.scope, scan, query, args...)
}

// staffOf lists a demand's candidates, each once, in order of id.
func staffOf(d availability.Demand) []string {
	var ids []string
	for _, p := range d.Phases {
		ids = append(ids, p.Staff...)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// reach is the longest time from a demand's start to the end of its last claim.
func reach(d availability.Demand) int64 {
	total := d.BufferAfter
	for _, p := range d.Phases {
		total += max(p.Minutes, p.MaxMinutes)
	}
	return int64(total) * minute
}

// viewFor is the view that the demand needs for starts in a window.
func (s *Service) viewFor(ctx context.Context, scope store.Scope, tenant string, now time.Time, d availability.Demand, window interval, c *cache) (*view, error) {
	return loaderFor(scope, tenant, now, d, c).viewOf(ctx, d, window)
}

func loaderFor(scope store.Scope, tenant string, now time.Time, d availability.Demand, c *cache) *loader {
	return &loader{reader: &reader{scope: scope}, tenant: tenant, now: now, cache: c, branchID: d.BranchID, staff: staffOf(d)}
}

func (l *loader) viewOf(ctx context.Context, d availability.Demand, window interval) (*view, error) {
	if err := l.open(ctx); err != nil {
		return nil, err
	}
	l.first = dayAt(window.from-int64(d.BufferBefore)*minute, l.plan.loc) - 1
	l.last = dayAt(window.to+reach(d), l.plan.loc) + 1
	return l.view(ctx)
}

// open reads the branch.
func (l *loader) open(ctx context.Context) error {
	type row struct {
		feasts, mode string
		grid         int
		version      int64
		stale        bool
	}
	found, err := rows(ctx, l.reader, func(r store.Row) (w row, err error) {
		return w, r.Scan(&w.feasts, &w.mode, &w.grid, &w.version, &w.stale)
	}, `SELECT local_feasts, holiday_mode, grid_min, version, false FROM branch_calendar WHERE tenant_id = $1 AND branch_id = $2
		UNION ALL SELECT '', '', 0, 0, stale FROM stale_mark WHERE tenant_id IN ($1, $3)`, l.branchID, events.SystemTenant)
	for _, w := range found {
		if w.mode == "" {
			l.stale = l.stale || w.stale
			continue
		}
		l.plan.feasts, l.plan.openOnFeast = strings.Fields(w.feasts), w.mode == availability.Open
		l.grid, l.version = w.grid, w.version
	}
	if err != nil {
		return err
	}
	l.statements++
	branch, err := tenancy.FindBranch(ctx, l.scope, l.branchID) // after its version, never before
	if err != nil {
		return err
	}
	l.plan.region = branch.Region
	l.plan.loc, err = location(branch.Zone)
	return err
}

func (l *loader) view(ctx context.Context) (*view, error) {
	if err := l.readPeople(ctx); err != nil {
		return nil, err
	}
	branchDays, days, missing := l.fromCache()
	if len(missing) > 0 || len(branchDays) == 0 {
		if err := l.readPlans(ctx, missing); err != nil {
			return nil, err
		}
		branchDays = l.branchDays()
		if err := l.readTaken(ctx, missing, days); err != nil {
			return nil, err
		}
	}
	return l.merge(branchDays, days), nil
}

// fromCache returns the staff-days that are known, and whose are not.
func (l *loader) fromCache() (branchDays map[day]branchDay, days map[string][]staffDay, missing []string) {
	days = map[string][]staffDay{}
	known := slices.Sorted(maps.Keys(l.people))
	if l.cache == nil {
		return nil, days, known
	}
	branchDays = map[day]branchDay{}
	for d := l.first; d <= l.last; d++ {
		found, ok := l.cache.get(dayKey{l.tenant, l.branchID, "", d}, versions{l.version}, l.now.Unix())
		if !ok {
			return nil, map[string][]staffDay{}, known
		}
		branchDays[d] = found.branch
	}
	for _, staff := range known {
		for d := l.first; d <= l.last; d++ {
			found, ok := l.cache.get(l.key(staff, d), l.versionsOf(staff, d), l.now.Unix())
			if !ok {
				delete(days, staff)
				missing = append(missing, staff)
				break
			}
			days[staff] = append(days[staff], found)
		}
	}
	return branchDays, days, missing
}

func (l *loader) key(staff string, d day) dayKey { return dayKey{l.tenant, l.branchID, staff, d} }

func (l *loader) versionsOf(staff string, d day) versions {
	return versions{l.version, l.people[staff].version, l.versions[staff][d]}
}

func (l *loader) branchDays() map[day]branchDay {
	days := map[day]branchDay{}
	for d := l.first; d <= l.last; d++ {
		name, closed := l.plan.closed(d)
		b := branchDay{open: l.plan.open(d), closed: closed, name: name}
		days[d] = b
		if l.cache != nil {
			l.cache.put(dayKey{l.tenant, l.branchID, "", d}, staffDay{versions: versions{l.version}, at: l.now.Unix(), branch: b})
		}
	}
	return days
}

// merge puts the days together.
func (l *loader) merge(branchDays map[day]branchDay, days map[string][]staffDay) *view {
	v := &view{loc: l.plan.loc, grid: l.grid, days: branchDays, people: map[string]*person{}, stale: l.stale}
	var open, shut []interval
	for d, b := range branchDays {
		open = append(open, b.open...)
		if b.closed {
			shut = append(shut, d.bounds(v.loc))
		}
	}
	v.open = union(open).without(union(shut))
	for staff, of := range days {
		p := &person{maxPerDay: l.people[staff].maxPerDay}
		var hours, present []interval
		for i, d := range of {
			hours, present = append(hours, d.shift.hours...), append(present, d.shift.present...)
			began := (l.first + day(i)).bounds(v.loc).from
			for _, c := range d.claims {
				if i == 0 || c.from >= began { // the others are in the day before too
					p.claims = append(p.claims, c)
				}
			}
			p.busy, p.offers = append(p.busy, d.busy...), append(p.offers, d.offers...)
		}
		p.shift = shift{union(hours), union(present)}
		v.people[staff] = p
	}
	return v
}

// in lists the placeholders of n arguments, of which the first is $from.
func in(from, n int) string {
	marks := make([]string, n)
	for i := range marks {
		marks[i] = fmt.Sprintf("$%d", from+i)
	}
	return "(" + strings.Join(marks, ", ") + ")"
}

func anys(before []any, ids []string) []any {
	for _, id := range ids {
		before = append(before, id)
	}
	return before
}

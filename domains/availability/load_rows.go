package availability

import (
	"context"
	"strings"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events/availability"
)

// readPeople reads who of the staff is known, and the versions of their days.
func (l *loader) readPeople(ctx context.Context) error {
	l.people, l.versions = map[string]*calendar{}, map[string]map[day]int64{}
	if len(l.staff) == 0 {
		return nil
	}
	_, err := rows(ctx, l.reader, func(r store.Row) (none struct{}, err error) {
		var id string
		var synced time.Time
		c := &calendar{staffPlan: staffPlan{exceptions: map[day]exception{}, dayBreaks: map[day][]hours{}}}
		err = r.Scan(&id, &c.active, &c.maxPerDay, &c.linked, store.At(&synced), &c.version)
		l.people[id] = c
		l.stale = l.stale || c.linked && l.now.Sub(synced) > staleAfter
		return none, err
	}, `SELECT staff_id, active, max_per_day, linked, synced_at, version FROM staff_calendar
		WHERE tenant_id = $1 AND staff_id IN `+in(2, len(l.staff)), anys(nil, l.staff)...)
	if err != nil || l.cache == nil {
		return err
	}
	_, err = rows(ctx, l.reader, func(r store.Row) (none struct{}, err error) {
		var id, date string
		var version int64
		if err := r.Scan(&id, &date, &version); err != nil {
			return none, err
		}
		if l.versions[id] == nil {
			l.versions[id] = map[day]int64{}
		}
		d, err := parseDay(date)
		l.versions[id][d] = version
		return none, err
	}, `SELECT staff_id, date, version FROM day_version WHERE tenant_id = $1 AND date BETWEEN $2 AND $3 AND staff_id IN `+in(4, len(l.staff)),
		anys([]any{l.first.String(), l.last.String()}, l.staff)...)
	return err
}

// readPlans reads the weekly plans, the exceptions, the holidays and the absences.
func (l *loader) readPlans(ctx context.Context, staff []string) error {
	if err := l.readOpening(ctx); err != nil {
		return err
	}
	if err := l.readExceptions(ctx, staff); err != nil {
		return err
	}
	if len(staff) == 0 {
		return nil
	}
	_, err := rows(ctx, l.reader, func(r store.Row) (none struct{}, err error) {
		var kind, id, date string
		w, err := scanWeekly(r, &kind, &id, &date)
		if err != nil {
			return none, err
		}
		c := l.people[id]
		switch {
		case kind == "work":
			c.working = append(c.working, w)
		case date == "":
			c.breaks = append(c.breaks, w)
		default:
			d, err := parseDay(date)
			c.dayBreaks[d] = append(c.dayBreaks[d], w.hours)
			return none, err
		}
		return none, nil
	}, `SELECT 'work', staff_id, '', weekday, start_time, end_time, valid_from, valid_until FROM working_interval
		WHERE tenant_id = $1 AND branch_id = $2 AND staff_id IN `+in(3, len(staff))+`
		UNION ALL SELECT 'break', staff_id, date, weekday, start_time, end_time, '', '' FROM break_interval
		WHERE tenant_id = $1 AND staff_id IN `+in(3, len(staff)), anys([]any{l.branchID}, staff)...)
	if err != nil {
		return err
	}
	span := l.span()
	_, err = rows(ctx, l.reader, func(r store.Row) (none struct{}, err error) {
		var id string
		var from, to time.Time
		err = r.Scan(&id, store.At(&from), store.At(&to))
		l.people[id].absences = append(l.people[id].absences, interval{from.Unix(), to.Unix()})
		return none, err
	}, `SELECT staff_id, starts_at, ends_at FROM absence
		WHERE tenant_id = $1 AND ends_at > $2 AND starts_at < $3 AND NOT ended AND staff_id IN `+in(4, len(staff)),
		anys([]any{instant(span.from), instant(span.to)}, staff)...)
	return err
}

// span is the window of all that is read: shifts reach into the next date.
func (l *loader) span() interval {
	return interval{l.first.bounds(l.plan.loc).from, (l.last + 1).bounds(l.plan.loc).to}
}

func scanWeekly(r store.Row, before ...any) (w weekly, err error) {
	var start, end string
	if err = r.Scan(append(before, &w.weekday, &start, &end, &w.from, &w.until)...); err != nil {
		return w, err
	}
	if w.start, err = parseTime(start); err != nil {
		return w, err
	}
	w.end, err = parseTime(end)
	return w, err
}

func (l *loader) readOpening(ctx context.Context) (err error) {
	l.plan.opening, err = rows(ctx, l.reader, func(r store.Row) (weekly, error) { return scanWeekly(r) },
		`SELECT weekday, start_time, end_time, valid_from, valid_until FROM opening_interval WHERE tenant_id = $1 AND branch_id = $2`, l.branchID)
	return err
}

func (l *loader) readExceptions(ctx context.Context, staff []string) error {
	l.plan.exceptions, l.plan.overrides = map[day]exception{}, map[day]override{}
	subjects := append([]string{l.branchID}, staff...)
	_, err := rows(ctx, l.reader, func(r store.Row) (none struct{}, err error) {
		var subject, date, branch, kind, text string
		if err := r.Scan(&subject, &date, &branch, &kind, &text); err != nil {
			return none, err
		}
		d, err := parseDay(date)
		if err != nil {
			return none, err
		}
		if subject == "" {
			l.plan.overrides[d] = override{name: text, closed: kind == availability.Closed}
			return none, nil
		}
		e := exception{branch: branch}
		if e.hours, err = parseTimes(text); err != nil {
			return none, err
		}
		if subject == l.branchID {
			l.plan.exceptions[d] = e
			return none, nil
		}
		l.people[subject].exceptions[d] = e
		return none, nil
	}, `SELECT subject_id, date, branch_id, kind, times FROM day_exception
		WHERE tenant_id = $1 AND date BETWEEN $3 AND $4 AND subject_id IN `+in(5, len(subjects))+`
		UNION ALL SELECT '', date, branch_id, CASE WHEN closed THEN 'closed' ELSE 'open' END, name FROM holiday_override
		WHERE tenant_id = $1 AND branch_id = $2 AND date BETWEEN $3 AND $4`,
		anys([]any{l.branchID, (l.first - 1).String(), (l.last + 1).String()}, subjects)...)
	return err
}

// parseTimes reads "09:00-13:00 14:00-18:00".
func parseTimes(text string) (all []hours, err error) {
	for part := range strings.FieldsSeq(text) {
		start, end, _ := strings.Cut(part, "-")
		var h hours
		if h.start, err = parseTime(start); err != nil {
			return nil, err
		}
		if h.end, err = parseTime(end); err != nil {
			return nil, err
		}
		all = append(all, h)
	}
	return all, nil
}

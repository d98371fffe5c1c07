package appointments

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/availability"
)

// A candidate is somebody who may do a service on a date, and on which terms.
type candidate struct {
	id, name   string
	priority   int
	priceCents int64
	duration   int
	segments   []string // nil is all
	// What the rankings go by.
	busyMinutes int
	visits      int
	lastTaken   time.Time
}

func (c candidate) does(segment string) bool {
	return segment == "" || c.segments == nil || slices.Contains(c.segments, segment)
}

// rank orders candidates: the wished-for one, the tenant's ranking, then priority
// and id, so that the same input gives the same choice.
func rank(candidates []candidate, wished, ranking string) []candidate {
	ranked := slices.Clone(candidates)
	slices.SortFunc(ranked, func(a, b candidate) int {
		byRanking := 0
		switch ranking {
		case RankLeastBusy:
			byRanking = cmp.Compare(a.busyMinutes, b.busyMinutes)
		case RankFamiliar:
			byRanking = cmp.Compare(b.visits, a.visits)
		case RankRoundRobin:
			byRanking = a.lastTaken.Compare(b.lastTaken)
		}
		return cmp.Or(cmp.Compare(equal(b.id, wished), equal(a.id, wished)), byRanking, cmp.Compare(a.priority, b.priority), strings.Compare(a.id, b.id))
	})
	return ranked
}

func equal(a, b string) int {
	if a == b {
		return 1
	}
	return 0
}

// staffed puts the candidates, in that order, into the busy phases. A composite
// goes to one person where somebody does all of it; it may be split where the
// service says so, or where it must be.
func staffed(phases []availability.Phase, ranked []candidate, maySplit bool) ([]availability.Phase, error) {
	does := func(segments ...string) []string {
		var ids []string
		for _, c := range ranked {
			if !slices.ContainsFunc(segments, func(s string) bool { return !c.does(s) }) {
				ids = append(ids, c.id)
			}
		}
		return ids
	}
	var segments []string
	for _, p := range phases {
		if p.SegmentKey != "" {
			segments = append(segments, p.SegmentKey)
		}
	}
	whole := does(segments...)
	split := len(whole) == 0 || maySplit && len(segments) > 0
	first := -1
	done := slices.Clone(phases)
	for i := range done {
		p := &done[i]
		if p.Kind != availability.Busy {
			continue
		}
		switch {
		case split && p.SegmentKey != "":
			p.Staff = does(p.SegmentKey)
		case split && first >= 0: // a gap that counts as busy belongs to whoever was at work
			p.Staff, p.SamePersonAs = done[i-1].Staff, done[i-1].Seq
		default:
			p.Staff = whole
			if first >= 0 {
				p.SamePersonAs = first
			}
		}
		if len(p.Staff) == 0 {
			return nil, events.Refuse("service_unavailable", "APT-15", "nobody does the part %q: assign somebody", p.SegmentKey)
		}
		if first < 0 {
			first = p.Seq
		}
	}
	return done, nil
}

// A lineup is who may do a service, and how that was decided.
type lineup struct {
	candidates []candidate // ranked
	model      string
	fallback   bool
}

// lineupFor finds who is qualified on the local date of start, and ranks them.
func lineupFor(ctx context.Context, s store.Scope, c CatalogService, branchID, customerID, wished string, start time.Time, zone *time.Location) (lineup, error) {
	assignment, err := assignmentOf(ctx, s)
	if err != nil {
		return lineup{}, err
	}
	l := lineup{model: assignment.Model}
	if l.model == ServiceStaffOnly && assignment.Fallback != "" {
		assigned, err := store.All(ctx, s, scanText, `SELECT staff_id FROM service_staff WHERE tenant_id = $1 AND service_id = $2`, c.ID)
		if err != nil {
			return l, err
		}
		if len(assigned) == 0 {
			l.model, l.fallback = assignment.Fallback, true
		}
	}
	local := start.In(zone)
	qualified, err := qualifiedFor(ctx, s, c, branchID, local.Format(time.DateOnly), l.model)
	if err != nil {
		return l, err
	}
	if err := refuseUnqualified(ctx, s, qualified, wished, c); err != nil {
		return l, err
	}
	day := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, zone)
	if err := measure(ctx, s, qualified, assignment.Ranking, customerID, day); err != nil {
		return l, err
	}
	l.candidates = rank(qualified, wished, assignment.Ranking)
	if wished != "" {
		l.candidates = l.candidates[:1]
	}
	// A demand has one length: who needs another one is no candidate beside the first.
	l.candidates = slices.DeleteFunc(l.candidates, func(other candidate) bool { return other.duration != l.candidates[0].duration })
	return l, nil
}

func refuseUnqualified(ctx context.Context, s store.Scope, qualified []candidate, wished string, c CatalogService) error {
	if wished != "" {
		if slices.ContainsFunc(qualified, func(q candidate) bool { return q.id == wished }) {
			return nil
		}
		member, err := findStaff(ctx, s, wished)
		if err != nil {
			return err
		}
		var names []string
		for _, q := range rank(qualified, "", RankPriority)[:min(3, len(qualified))] {
			names = append(names, q.name)
		}
		who := strings.Join(names, ", ")
		return events.Refuse("staff_not_qualified", "APT-12", "%s does not do %s then: take one of %s", member.Name, c.Name, who).With("qualified", who)
	}
	if len(qualified) == 0 {
		return events.Refuse("service_unavailable", "APT-11", "nobody does %s on that date", c.Name)
	}
	return nil
}

// qualifiedFor returns who is active, bookable, of the branch, and assigned on the
// local date; in the model any_staff an assignment is not needed.
func qualifiedFor(ctx context.Context, s store.Scope, c CatalogService, branchID, date, model string) ([]candidate, error) {
	rows, err := store.All(ctx, s, func(row store.Row) (q candidate, err error) {
		var keys string
		var price *int64
		var duration *int
		var assigned, canBook bool
		var from, until string
		err = row.Scan(&q.id, &q.name, &assigned, &canBook, &q.priority, &keys, &price, &duration, &from, &until)
		if err != nil {
			return q, err
		}
		inTime := from <= date && (until == "" || date <= until)
		if assigned && (!canBook || !inTime) || !assigned && model != AnyStaff {
			return candidate{}, nil
		}
		q.priceCents, q.duration = or(price, c.PriceCents), c.DurationMin
		if len(c.Phases) == 0 {
			q.duration = or(duration, c.DurationMin)
		}
		return q, json.Unmarshal([]byte(keys), &q.segments)
	}, `SELECT m.staff_id, m.name, a.staff_id IS NOT NULL, COALESCE(a.can_book, m.bookable), COALESCE(a.priority, 999),
			CASE WHEN a.staff_id IS NULL THEN 'null' ELSE CAST(a.segment_keys AS text) END, a.price_cents, a.duration_min,
			COALESCE(a.from_date, ''), COALESCE(a.until_date, '')
		FROM staff m LEFT JOIN service_staff a ON a.tenant_id = m.tenant_id AND a.staff_id = m.staff_id AND a.service_id = $2
		WHERE m.tenant_id = $1 AND m.branch_id = $3 AND m.active AND m.bookable`, c.ID, branchID)
	if err != nil {
		return nil, fmt.Errorf("who does %s: %w", c.Name, err)
	}
	return slices.DeleteFunc(rows, func(q candidate) bool {
		return q.id == "" || !c.mayDoAny(q)
	}), nil
}

// mayDoAny reports whether the candidate does any part of the service.
func (c CatalogService) mayDoAny(q candidate) bool {
	segments := c.segments()
	return len(segments) == 0 || slices.ContainsFunc(segments, q.does)
}

// measure fills in what the ranking goes by.
func measure(ctx context.Context, s store.Scope, candidates []candidate, ranking, customerID string, day time.Time) error {
	for i := range candidates {
		c := &candidates[i]
		var err error
		switch ranking {
		case RankLeastBusy:
			c.busyMinutes, err = busyMinutes(ctx, s, c.id, day, day.AddDate(0, 0, 1))
		case RankFamiliar:
			c.visits, err = store.One(ctx, s, scanInt, `
				SELECT COUNT(DISTINCT a.appointment_id) FROM appointment a
				JOIN appointment_phase p ON p.tenant_id = a.tenant_id AND p.appointment_id = a.appointment_id
				WHERE a.tenant_id = $1 AND a.customer_id = $2 AND p.staff_id = $3 AND a.status = 'completed'`, customerID, c.id)
		case RankRoundRobin:
			c.lastTaken, err = store.One(ctx, s, func(row store.Row) (at time.Time, err error) {
				return at, row.Scan(store.At(&at))
			}, `SELECT MAX(created_at) FROM appointment WHERE tenant_id = $1 AND staff_id = $2 AND status <> 'failed'`, c.id)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func scanInt(row store.Row) (n int, err error) { return n, row.Scan(&n) }

func busyMinutes(ctx context.Context, s store.Scope, staffID string, from, until time.Time) (int, error) {
	lengths, err := store.All(ctx, s, func(row store.Row) (int, error) {
		var start, end time.Time
		err := row.Scan(store.At(&start), store.At(&end))
		return int(end.Sub(start).Minutes()), err
	}, `SELECT starts_at, ends_at FROM appointment_phase
		WHERE tenant_id = $1 AND staff_id = $2 AND active AND kind = 'busy' AND starts_at >= $3 AND starts_at < $4`, staffID, from, until)
	sum := 0
	for _, minutes := range lengths {
		sum += minutes
	}
	return sum, err
}

package availability

import (
	"context"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
)

// takenRows are what is taken of some people's time.
type takenRows struct {
	claims map[string][]claim
	busy   map[string][]busyTime
	offers map[string][]offered
}

// readTaken reads claims, busy times and offers, and puts them with the plans into
// staff-days.
func (l *loader) readTaken(ctx context.Context, staff []string, days map[string][]staffDay) error {
	if len(staff) == 0 {
		return nil
	}
	span := l.span()
	taken, err := readTaken(ctx, l.reader, l.branchID, staff, span)
	if err != nil {
		return err
	}
	for _, id := range staff {
		c := l.people[id]
		busy := taken.busy[id]
		if c.linked {
			busy = append(busy, taken.busy[""]...)
		}
		days[id] = make([]staffDay, 0, l.last-l.first+1)
		for d := l.first; d <= l.last; d++ {
			whole := d.bounds(l.plan.loc)
			of := staffDay{
				at: l.now.Unix(), versions: l.versionsOf(id, d), shift: c.shift(&l.plan, l.branchID, d),
				claims: within(taken.claims[id], whole, func(c claim) interval { return c.interval }),
				busy:   within(busy, whole, func(b busyTime) interval { return b.interval }),
				offers: within(taken.offers[id], whole, func(o offered) interval { return o.interval }),
			}
			days[id] = append(days[id], of)
			if l.cache != nil {
				l.cache.put(l.key(id, d), of)
			}
		}
	}
	return nil
}

func within[T any](all []T, whole interval, of func(T) interval) []T {
	var found []T
	for _, one := range all {
		if of(one).overlaps(whole) {
			found = append(found, one)
		}
	}
	return found
}

// readTaken reads what is taken of people's time in a span.
func readTaken(ctx context.Context, from *reader, branchID string, staff []string, span interval) (takenRows, error) {
	taken := takenRows{claims: map[string][]claim{}, busy: map[string][]busyTime{}, offers: map[string][]offered{}}
	args := anys([]any{instant(span.from), instant(span.to)}, staff)
	if err := taken.readClaims(ctx, from, args, len(staff)); err != nil {
		return taken, err
	}
	_, err := rows(ctx, from, func(r store.Row) (none struct{}, err error) {
		var id string
		var b busyTime
		var start, end time.Time
		err = r.Scan(&id, &b.uid, &b.appointment, store.At(&start), store.At(&end))
		b.interval = interval{start.Unix(), ceil(end).Unix()}
		taken.busy[id] = append(taken.busy[id], b)
		return none, err
	}, `SELECT staff_id, external_uid, appointment_id, starts_at, ends_at FROM busy_time
		WHERE tenant_id = $1 AND ends_at > $2 AND starts_at < $3 AND NOT gone AND (appointment_id = '' OR NOT `+ours+`)
			AND (staff_id IN `+in(4, len(staff))+` OR staff_id = '' AND branch_id = `+in(4+len(staff), 1)+`)`,
		append(args, branchID)...)
	if err != nil {
		return taken, err
	}
	_, err = rows(ctx, from, func(r store.Row) (none struct{}, err error) {
		var id string
		var o offered
		var start, end, expires time.Time
		err = r.Scan(&id, &o.session, store.At(&start), store.At(&end), store.At(&expires))
		o.interval, o.expires = interval{start.Unix(), end.Unix()}, expires.Unix()
		taken.offers[id] = append(taken.offers[id], o)
		return none, err
	}, `SELECT staff_id, session, starts_at, ends_at, expires_at FROM offer
		WHERE tenant_id = $1 AND ends_at > $2 AND starts_at < $3 AND staff_id IN `+in(4, len(staff)), args...)
	return taken, err
}

func (taken *takenRows) readClaims(ctx context.Context, from *reader, args []any, staff int) error {
	groups := map[string]*group{}
	_, err := rows(ctx, from, func(r store.Row) (none struct{}, err error) {
		var id, groupID, service string
		var capacity int
		var c claim
		var start, end, expires, starts time.Time
		err = r.Scan(&id, &c.id, &c.kind, &c.holder, &c.session, store.At(&start), store.At(&end), store.At(&expires),
			&groupID, &service, store.At(&starts), &capacity)
		c.interval, c.expires = interval{start.Unix(), end.Unix()}, unix(expires)
		if groupID != "" {
			if groups[groupID] == nil {
				groups[groupID] = &group{id: groupID, service: service, starts: starts.Unix(), capacity: capacity}
			}
			c.group = groups[groupID]
		}
		taken.claims[id] = append(taken.claims[id], c)
		return none, err
	}, `SELECT c.staff_id, c.claim_id, c.kind, c.holder, c.session, c.starts_at, c.ends_at, c.expires_at,
			c.group_session_id, c.service_id, g.starts_at, coalesce(g.capacity, 0)
		FROM claim c LEFT JOIN group_session g ON g.tenant_id = c.tenant_id AND g.group_session_id = c.group_session_id
		WHERE c.tenant_id = $1 AND c.released_at IS NULL AND c.ends_at > $2 AND c.starts_at < $3 AND c.staff_id IN `+in(4, staff), args...)
	if err != nil || len(groups) == 0 {
		return err
	}
	_, err = rows(ctx, from, func(r store.Row) (none struct{}, err error) {
		var id string
		var s seat
		var expires time.Time
		err = r.Scan(&id, &s.holder, &s.session, store.At(&expires))
		s.expires = unix(expires)
		if g := groups[id]; g != nil {
			g.seats = append(g.seats, s)
		}
		return none, err
	}, `SELECT s.group_session_id, CASE WHEN s.appointment_id = '' THEN s.hold_id ELSE s.appointment_id END, s.session, s.expires_at
		FROM seat s JOIN group_session g ON g.tenant_id = s.tenant_id AND g.group_session_id = s.group_session_id
		WHERE s.tenant_id = $1 AND s.released_at IS NULL AND g.ends_at > $2 AND g.starts_at < $3 AND g.staff_id IN `+in(4, staff), args...)
	return err
}

// unix is 0 for no instant.
func unix(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

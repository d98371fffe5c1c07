package availability

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events/availability"
)

// dayVersions are the counters of all staff-days.
func (s *salon) dayVersions() map[string]int64 {
	s.t.Helper()
	found := map[string]int64{}
	_, err := store.All(s.t.Context(), s.db.Tenant(tenant), func(r store.Row) (none struct{}, err error) {
		var staff, date string
		var version int64
		err = r.Scan(&staff, &date, &version)
		found[staff+" "+date] = version
		return none, err
	}, `SELECT staff_id, date, version FROM day_version WHERE tenant_id = $1`)
	require.NoError(s.t, err)
	return found
}

// raised are the staff-days whose version do raises.
func (s *salon) raised(do func()) map[string]bool {
	s.t.Helper()
	before := s.dayVersions()
	do()
	raised := map[string]bool{}
	for key, version := range s.dayVersions() {
		if version != before[key] {
			raised[key] = true
		}
	}
	return raised
}

func TestAVL44_EachWriteRaisesTheVersionOfItsDays(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		s.works("bea", berlin, 2, "09:00", "18:00")
		one := map[string]bool{"ada 2026-05-05": true}
		req := s.hold("s", "2026-05-05 10:00", demand(60, "ada"))
		appointment := uuid.NewString()
		for _, step := range []struct {
			name string
			do   func() error
		}{
			{"hold", func() error { s.holds(req); return nil }},
			{"renew", func() error {
				_, err := s.Renew(t.Context(), tenant, s.now, availability.RenewRequest{HoldID: req.HoldID, Session: "s"})
				return err
			}},
			{"convert", func() error {
				_, _, err := s.Convert(t.Context(), tenant, s.now, availability.ConvertRequest{HoldID: req.HoldID, AppointmentID: appointment, Session: "s"})
				return err
			}},
			{"move", func() error { s.moves(appointment, "2026-05-05 10:30", demand(60, "ada")); return nil }},
			{"rest", func() error {
				_, _, err := s.GiveBackRest(t.Context(), tenant, s.now, availability.ReleaseBookingRequest{AppointmentID: appointment, Reason: "finished_early"})
				return err
			}},
			{"busy", func() error { s.reports("u", "2026-05-05 10:00", nil); return nil }},
			{"no longer busy", func() error {
				s.reports("u", "2026-05-05 10:00", func(b *availability.BusyTime) { b.Status = "cancelled" })
				return nil
			}},
			{"absence", func() error { s.absent("2026-05-05", "2026-05-05"); return nil }},
			{"exception", func() error { s.exception("ada", "2026-05-05", availability.Closed); return nil }},
		} {
			require.Equal(t, one, s.raised(func() { require.NoError(t, step.do()) }), step.name)
		}
	})
}

func TestAVL44_ACachedDayIsUsedOnlyWhileItsVersionsAreRight(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		other := &salon{NewService(s.db), t, s.now} // another process
		d := demand(60, "ada")
		shown := func() int { return len(s.starts("2026-05-05", d)) }
		require.Equal(t, 26, shown())
		for _, step := range []struct {
			do func()
		}{
			{func() { other.books("2026-05-05 10:00", d) }},
			{func() { other.reports("u", "2026-05-05 15:00", nil) }},
			{func() { other.opens(2, "09:15", "18:00") }},
			{func() { other.works("ada", berlin, 2, "09:00", "18:00") }},
			{func() { other.exception("", "2026-05-05", availability.Closed) }},
			{func() { other.exception("", "2026-05-05", availability.NoException) }},
			{func() { other.absent("2026-05-05", "2026-05-05") }},
		} {
			step.do()
			got := shown()
			fresh := NewService(s.db)
			want, err := fresh.FreeSlots(t.Context(), tenant, s.now, availability.FreeSlotsRequest{Demand: d, From: berlinTime("2026-05-05 00:00"), Until: berlinTime("2026-05-06 00:00")})
			require.NoError(t, err)
			require.Len(t, want.Slots, got, "what is cached is what is stored")
		}
	})
}

func TestAVL45_ASpanOverMidnightRaisesBothDays(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		s.works("ada", berlin, 6, "20:00", "06:00")
		s.works("bea", berlin, 6, "20:00", "06:00")
		d := demand(30, "ada", "bea")
		d.BufferAfter = 15
		raised := s.raised(func() { s.holds(s.hold("s", "2026-05-09 23:30", d)) })
		require.Equal(t, map[string]bool{"ada 2026-05-09": true, "ada 2026-05-10": true}, raised, "with its buffer, and nobody else's")
	})
}

func TestExample9_Versions(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		s.works("ada", berlin, 6, "20:00", "06:00")
		d := demand(60, "ada")
		require.Contains(t, s.starts("2026-05-09", d), "23:30")
		other := &salon{NewService(s.db), t, s.now}
		raised := s.raised(func() { other.books("2026-05-09 23:30", d) })
		require.Equal(t, map[string]bool{"ada 2026-05-09": true, "ada 2026-05-10": true}, raised)
		require.NotContains(t, s.starts("2026-05-09", d), "23:30", "a reader with the old version reckons again")
		require.NotContains(t, s.starts("2026-05-10", d), "00:00")
	})
}

func TestAVL46_EntriesAreATenantsAndLiveForAMinute(t *testing.T) {
	t.Parallel()
	s := onSQLite(t)
	d := demand(60, "ada")
	ask := func() { s.starts("2026-05-05", d) }
	ask()
	first := maps.Clone(s.cache.days)
	for key, of := range first {
		require.Equal(t, []string{tenant, berlin}, []string{key.tenant, key.branch})
		require.Contains(t, []string{"ada", ""}, key.staff)
		require.Equal(t, s.now.Unix(), of.at)
	}
	began := s.now
	s.now = began.Add(59 * time.Second)
	ask()
	require.Equal(t, first, s.cache.days)
	s.now = began.Add(time.Minute)
	ask()
	for _, of := range s.cache.days {
		require.Equal(t, s.now.Unix(), of.at, "read again")
	}
	_, err := s.FreeSlots(t.Context(), another, s.now, availability.FreeSlotsRequest{Demand: d, From: s.now, Until: s.now.Add(time.Hour)})
	require.Equal(t, "not_found", code(t, err))
}

// crowd is a branch with people who have bookings each day of a week.
func (s *salon) crowd(people, days, perDay int) []string {
	s.t.Helper()
	var staff []string
	var week []availability.Interval
	for weekday := 1; weekday <= 7; weekday++ {
		week = append(week, availability.Interval{Weekday: weekday, Start: "00:00", End: "24:00"})
	}
	for i := range people {
		id := fmt.Sprintf("staff%02d", i)
		staff = append(staff, id)
		_, _, err := s.SetWorking(s.t.Context(), tenant, s.now, availability.WorkingRequest{StaffID: id, BranchID: berlin, Intervals: week})
		require.NoError(s.t, err)
	}
	s.fill(staff, berlinTime("2026-05-11 00:00"), days, perDay)
	return staff
}

// fill writes bookings that leave gaps.
func (s *salon) fill(staff []string, first time.Time, days, perDay int) {
	s.t.Helper()
	step := time.Duration(min(25, 1440/max(1, perDay))) * time.Minute
	type booking struct {
		staff  string
		starts time.Time
	}
	var all []booking
	for _, id := range staff {
		for n := range days * perDay {
			all = append(all, booking{id, first.AddDate(0, 0, n/perDay).Add(time.Duration(n%perDay) * step)})
		}
	}
	for chunk := range slices.Chunk(all, 200) {
		var rows []string
		args := []any{berlin}
		for _, b := range chunk {
			n := len(args) + 2
			rows = append(rows, fmt.Sprintf("($1, $%d, $%d, $%d, $%d, 'booking', $%d, $2, 'cut', $%d)", n, n+1, n+2, n+3, n, n))
			args = append(args, uuid.NewString(), b.staff, b.starts, b.starts.Add(step*3/5))
		}
		_, err := s.db.Tenant(tenant).Exec(s.t.Context(), `INSERT INTO claim (tenant_id, claim_id, staff_id, starts_at, ends_at, kind, holder, branch_id, service_id, appointment_id)
			VALUES `+strings.Join(rows, ", "), args...)
		require.NoError(s.t, err)
	}
}

func TestAVL47_TwentyPeopleForAWeekAreAFewStatements(t *testing.T) {
	t.Parallel()
	s := onSQLite(t)
	staff := s.crowd(20, 7, 50)
	d := demand(10, staff...)
	window := interval{berlinTime("2026-05-11 00:00").Unix(), berlinTime("2026-05-18 00:00").Unix()}
	l := loaderFor(s.db.Tenant(tenant), tenant, s.now, d, &cache{})
	v, err := l.viewOf(t.Context(), d, window)
	require.NoError(t, err)
	require.LessOrEqual(t, l.statements, 12)
	few := loaderFor(s.db.Tenant(tenant), tenant, s.now, demand(10, "ada"), &cache{})
	_, err = few.viewOf(t.Context(), d, window)
	require.NoError(t, err)
	require.Equal(t, few.statements, l.statements, "whatever the number of bookings")
	require.Len(t, v.people["staff00"].claims, 350)

	began := time.Now()
	found, err := free(v, question{demand: d, asker: asker{now: s.now.Unix(), soonest: s.now.Unix()}, window: window, limit: maxSlots})
	took := time.Since(began)
	require.NoError(t, err)
	require.Len(t, found, maxSlots)
	require.Less(t, took, 200*time.Millisecond, "20 ms on a machine that has nothing else to do")
	t.Logf("the calculation took %s", took)
}

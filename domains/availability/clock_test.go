package availability

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/herald-bus/herald/events/availability"
)

func mustZone(t require.TestingT, zone string) *time.Location {
	loc, err := location(zone)
	require.NoError(t, err)
	return loc
}

func TestAVL15_BoundariesFollowTheZoneOfTheirDate(t *testing.T) {
	t.Parallel()
	loc := mustZone(t, "Europe/Berlin")
	on := func(date string, start, end int) (string, string) {
		d, err := parseDay(date)
		require.NoError(t, err)
		i := hours{start, end}.on(d, loc)
		return instant(i.from).Format("15:04"), instant(i.to).Format("15:04")
	}
	for _, c := range []struct {
		date       string
		start, end int
		from, to   string
	}{
		{"2026-01-15", 540, 1020, "08:00", "16:00"},
		{"2026-07-15", 540, 1020, "07:00", "15:00"},
		{"2026-03-29", 150, 300, "01:00", "03:00"}, // 02:30 does not exist
		{"2026-03-29", 60, 150, "00:00", "01:00"},
		{"2026-10-25", 150, 240, "00:30", "03:00"}, // 02:30 comes twice: the first
		{"2026-10-25", 60, 150, "23:00", "01:30"},  // and the second
	} {
		from, to := on(c.date, c.start, c.end)
		require.Equal(t, []string{c.from, c.to}, []string{from, to}, "%s %d–%d", c.date, c.start, c.end)
	}
	_, err := location("Berlin")
	require.Equal(t, "invalid_time", code(t, err))
}

// TestAVL15_EveryInstantHasItsClock compares with a walk through the minutes of a
// date, in zones whose clocks change at odd times, by odd amounts.
func TestAVL15_EveryInstantHasItsClock(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom([]string{"Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns", "Asia/Kathmandu", "Africa/Cairo", "America/Santiago", "Pacific/Chatham"}).Draw(t, "zone")
		loc := mustZone(t, zone)
		d := day(rapid.IntRange(20_000, 21_500).Draw(t, "day"))
		m := rapid.IntRange(0, 1439).Draw(t, "minute")

		first, second, exists := resolve(d, m, loc)

		var want []int64
		for at := int64(d)*oneDay - 16*hour; at < int64(d+1)*oneDay+16*hour; at += minute {
			local := time.Unix(at, 0).In(loc)
			if dayAt(at, loc) == d && local.Hour()*60+local.Minute() == m {
				want = append(want, at)
			}
		}
		require.Equal(t, exists, len(want) > 0)
		if exists {
			require.Equal(t, want[0], first)
			require.Equal(t, want[len(want)-1], second)
			return
		}
		require.Equal(t, first, second)
		require.NotEqual(t, offsetAt(first-1, loc), offsetAt(first, loc), "the end of the gap")
	})
}

func TestAVL16_GridStartsAreLocal(t *testing.T) {
	t.Parallel()
	loc := mustZone(t, "Europe/Berlin")
	for date, length := range map[string]int{"2026-03-28": 96, "2026-03-29": 92, "2026-10-25": 100} {
		d, err := parseDay(date)
		require.NoError(t, err)
		points := gridOf(d, 15, loc)
		require.Len(t, points, length, date)
		require.IsIncreasing(t, points, date)
	}
	s := onSQLite(t)
	s.now = at("2026-01-01T00:00:00Z")
	s.works("ada", berlin, 7, "00:00", "24:00")
	got, err := s.FreeSlots(t.Context(), tenant, s.now, availability.FreeSlotsRequest{
		Demand: demand(120, "ada"), From: at("2026-10-25T00:00:00Z"), Until: at("2026-10-25T00:01:00Z"),
	})
	require.NoError(t, err)
	require.Len(t, got.Slots, 1)
	require.Equal(t, "+02:00", got.Slots[0].Offset)
	require.Equal(t, 2*time.Hour, got.Slots[0].EndsAt.Sub(got.Slots[0].StartsAt), "lengths are elapsed minutes")
}

func TestExample2_Spring(t *testing.T) {
	t.Parallel()
	s := onSQLite(t)
	s.now = at("2026-03-01T00:00:00Z")
	d := demand(60, "ada")
	d.Grid = 60
	s.works("ada", berlin, 7, "01:00", "05:00")
	require.Equal(t, []string{"01:00", "03:00", "04:00"}, s.starts("2026-03-29", d))
	s.works("ada", berlin, 6, "22:00", "06:00")
	require.Equal(t, 7*60, s.bookable("2026-03-28", "2026-03-29"))
	s.works("ada", berlin, 7, "02:30", "05:00")
	d.Grid = 15
	require.Equal(t, "03:00", s.starts("2026-03-29", d)[0])
}

func TestExample3_Autumn(t *testing.T) {
	t.Parallel()
	s := onSQLite(t)
	d := demand(60, "ada")
	d.Grid = 60
	s.works("ada", berlin, 7, "01:00", "04:00")
	got, err := s.FreeSlots(t.Context(), tenant, s.now, availability.FreeSlotsRequest{Demand: d, From: at("2026-10-24T22:00:00Z"), Until: at("2026-10-25T22:00:00Z")})
	require.NoError(t, err)
	var starts []string
	for _, slot := range got.Slots {
		starts = append(starts, slot.StartsAt.In(mustZone(t, "Europe/Berlin")).Format("15:04-07"))
		require.Equal(t, starts[len(starts)-1][5:]+":00", slot.Offset)
	}
	require.Equal(t, []string{"01:00+02", "02:00+02", "02:00+01", "03:00+01"}, starts)
	_, _, err = s.SetBreaks(t.Context(), tenant, s.now, availability.BreaksRequest{StaffID: "ada", Breaks: []availability.Break{{Weekday: 7, Start: "02:00", End: "03:00"}}})
	require.NoError(t, err)
	require.Equal(t, []string{"01:00", "03:00"}, s.starts("2026-10-25", d), "the break cuts both hours")
	s.works("ada", berlin, 6, "22:00", "06:00")
	_, _, err = s.SetBreaks(t.Context(), tenant, s.now, availability.BreaksRequest{StaffID: "ada"})
	require.NoError(t, err)
	require.Equal(t, 9*60, s.bookable("2026-10-24", "2026-10-25"))
}

// bookable sums up the minutes of some dates.
func (s *salon) bookable(first, last string) int {
	s.t.Helper()
	all, err := s.Occupancy(s.t.Context(), tenant, availability.OccupancyRequest{BranchID: berlin, First: first, Last: last})
	require.NoError(s.t, err)
	sum := 0
	for _, o := range all {
		sum += o.BookableMinutes
	}
	return sum
}

func TestAVL17_ANewZoneLeavesBookingsWhereTheyAre(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		early := s.books("2026-05-05 09:00", demand(60, "ada"))
		s.books("2026-05-05 15:00", demand(60, "ada"))
		req := availability.RezoneRequest{Key: "k", BranchID: berlin, Zone: "Europe/London"}

		_, announced, err := s.Rezone(t.Context(), tenant, s.now, req)

		require.NoError(t, err)
		require.Len(t, announced, 1, "15:00 in Berlin is 14:00 in London, when ada works too")
		conflict, ok := announced[0].(availability.ConflictFound)
		require.True(t, ok)
		require.Equal(t, "zone", conflict.Cause)
		require.Equal(t, early, conflict.AppointmentID)
		require.Equal(t, berlinTime("2026-05-05 09:00"), conflict.Span.StartsAt)
		require.NoError(t, s.check("2026-05-05 18:00", demand(60, "ada")), "the plan is London's now")
		_, again, err := s.Rezone(t.Context(), tenant, s.now, req)
		require.NoError(t, err)
		require.Equal(t, announced, again)
	})
}

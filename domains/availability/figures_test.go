package availability

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/events/availability"
)

func TestAVL48_Occupancy(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		s.works("ada", berlin, 2, "09:00", "19:00")
		level := func() availability.Occupancy {
			got, err := s.Occupancy(t.Context(), tenant, availability.OccupancyRequest{BranchID: berlin, First: "2026-05-05", Last: "2026-05-06"})
			require.NoError(t, err)
			require.Len(t, got, 2)
			require.Equal(t, availability.Occupancy{Date: "2026-05-06", Level: "closed"}, got[1])
			return got[0]
		}
		require.Equal(t, availability.Occupancy{Date: "2026-05-05", BookableMinutes: 600, Level: "empty"}, level())
		s.books("2026-05-05 09:00", demand(180, "ada"))
		require.Equal(t, availability.Occupancy{Date: "2026-05-05", BookedMinutes: 180, BookableMinutes: 600, Level: "light"}, level())
		s.books("2026-05-05 12:00", demand(120, "ada"))
		require.Equal(t, "moderate", level().Level)
		s.books("2026-05-05 14:00", demand(120, "ada"))
		require.Equal(t, "busy", level().Level)
		s.holds(s.hold("s", "2026-05-05 18:00", demand(60, "ada")))
		require.Equal(t, 420, level().BookedMinutes, "a hold is no booking")
		id := s.books("2026-05-05 16:00", course(5))
		s.books("2026-05-05 16:00", course(5))
		require.Equal(t, 480, level().BookedMinutes, "two seats are one time")
		s.books("2026-05-05 17:00", demand(60, "ada"))
		require.Equal(t, availability.Occupancy{Date: "2026-05-05", BookedMinutes: 540, BookableMinutes: 600, Level: "full"}, level())
		require.NotEmpty(t, id)

		s.works("bea", berlin, 2, "09:00", "19:00")
		require.Equal(t, 1200, level().BookableMinutes)
		one, err := s.Occupancy(t.Context(), tenant, availability.OccupancyRequest{BranchID: berlin, StaffID: "bea", First: "2026-05-05", Last: "2026-05-05"})
		require.NoError(t, err)
		require.Equal(t, []availability.Occupancy{{Date: "2026-05-05", BookableMinutes: 600, Level: "empty"}}, one)
		_, err = s.Occupancy(t.Context(), tenant, availability.OccupancyRequest{BranchID: berlin, First: "2026-05-05", Last: "2027-05-06"})
		require.Equal(t, "window_too_long", code(t, err))
	})
}

func TestWhoIsOnDuty(t *testing.T) {
	t.Parallel()
	s := onSQLite(t)
	s.works("bea", berlin, 2, "12:00", "20:00")
	duty := func(from, to string) []string {
		got, err := s.OnDuty(t.Context(), tenant, berlin, berlinTime("2026-05-05 "+from), berlinTime("2026-05-05 "+to))
		require.NoError(t, err)
		return got
	}
	require.Equal(t, []string{"ada"}, duty("09:00", "12:00"))
	require.Equal(t, []string{"ada", "bea"}, duty("11:30", "12:30"))
	require.Equal(t, []string{"bea"}, duty("13:00", "14:00"))
	require.Empty(t, duty("20:00", "21:00"))
	s.absent("2026-05-05", "2026-05-05")
	require.Equal(t, []string{"bea"}, duty("11:30", "12:30"))
	_, err := s.OnDuty(t.Context(), tenant, berlin, s.now, s.now)
	require.Equal(t, "window_too_long", code(t, err))
}

func TestOpeningHoursAreFollowed(t *testing.T) {
	t.Parallel()
	s := onSQLite(t)
	s.opens(2, "09:00", "12:00", "13:00", "18:00") // Tuesdays; 5 May 2026 is one
	open := func(from string, minutes int) time.Time {
		got, err := s.OpenMinutes(t.Context(), tenant, berlin, berlinTime(from), minutes)
		require.NoError(t, err)
		return got
	}
	require.Equal(t, berlinTime("2026-05-05 10:00"), open("2026-05-05 09:00", 60))
	require.Equal(t, berlinTime("2026-05-05 13:30"), open("2026-05-05 11:30", 60), "over lunch")
	require.Equal(t, berlinTime("2026-05-12 09:30"), open("2026-05-05 17:30", 60), "over a week")
	require.Equal(t, berlinTime("2026-06-23 17:00"), open("2026-05-05 09:00", 7*480+420), "over months")
	next := func(from string) (time.Time, error) {
		return s.NextOpening(t.Context(), tenant, berlin, berlinTime(from))
	}
	got, err := next("2026-05-05 12:15")
	require.NoError(t, err)
	require.Equal(t, berlinTime("2026-05-05 13:00"), got)
	got, err = next("2026-05-05 13:15")
	require.NoError(t, err)
	require.Equal(t, berlinTime("2026-05-05 13:15"), got, "it is open")
	s.exception("", "2026-05-12", availability.Closed)
	got, err = next("2026-05-05 18:00")
	require.NoError(t, err)
	require.Equal(t, berlinTime("2026-05-19 09:00"), got)
	_, _, err = s.SetOpening(t.Context(), tenant, s.now, availability.OpeningRequest{BranchID: berlin, Intervals: []availability.Interval{
		{Weekday: 2, Start: "09:00", End: "12:00", ValidUntil: "2026-05-01"},
	}})
	require.NoError(t, err)
	_, err = next("2026-05-05 12:15")
	require.Equal(t, "never_open", code(t, err))
}

func TestARefusalSaysWhatAChannelNeeds(t *testing.T) {
	t.Parallel()
	s := onSQLite(t)
	s.opens(2, "09:00", "12:00", "13:00", "18:00")
	refusal := func(start string) map[string]string {
		_, err := s.Check(t.Context(), tenant, s.now, availability.CheckRequest{Demand: demand(60, "ada"), Start: berlinTime(start)})
		return facts(t, err)
	}
	require.Equal(t, map[string]string{"hours": "09:00-12:00 13:00-18:00"}, refusal("2026-05-05 20:00"))
	require.Equal(t, map[string]string{"holiday": "Christi Himmelfahrt"}, refusal("2026-05-14 10:00"))
	require.Equal(t, map[string]string{"earliest": s.now.Format(time.RFC3339)}, refusal("2026-05-03 10:00"))
}

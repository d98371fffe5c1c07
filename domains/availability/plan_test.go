package availability

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/events/availability"
)

func TestAVL1_AllIntervalsOfAWeekdayCount(t *testing.T) {
	t.Parallel()
	s := onSQLite(t)
	s.works("ada", berlin, 2, "09:00", "10:00", "11:00", "12:00", "14:00", "15:00")

	require.Equal(t, []string{"09:00", "11:00", "14:00"}, s.starts("2026-05-05", demand(60, "ada")))
	require.Empty(t, s.starts("2026-05-06", demand(60, "ada")), "nothing is planned on a Wednesday")
}

func TestAVL2_AnIntervalMayEndOnTheNextDay(t *testing.T) {
	t.Parallel()
	s := onSQLite(t)
	s.works("ada", berlin, 2, "22:00", "02:00")
	d := demand(60, "ada")
	d.Grid = 60

	require.Equal(t, []string{"22:00", "23:00"}, s.starts("2026-05-05", d))
	require.Equal(t, []string{"00:00", "01:00"}, s.starts("2026-05-06", d))

	s.works("ada", berlin, 2, "22:00", "24:00")
	require.Equal(t, []string{"22:00", "23:00"}, s.starts("2026-05-05", d))
	require.Empty(t, s.starts("2026-05-06", d))
}

func TestAVL3_OverlappingIntervalsAreRefused(t *testing.T) {
	t.Parallel()
	s := onSQLite(t)
	s.branch(munich, "munich", "DE-BY")
	week := func(branch string, intervals ...availability.Interval) string {
		_, _, err := s.SetWorking(t.Context(), tenant, s.now, availability.WorkingRequest{StaffID: "ada", BranchID: branch, Intervals: intervals})
		return code(t, err)
	}

	require.Equal(t, "overlapping_intervals", week(berlin, availability.Interval{Weekday: 1, Start: "09:00", End: "12:00"}, availability.Interval{Weekday: 1, Start: "11:00", End: "13:00"}))
	require.Equal(t, "overlapping_intervals", week(berlin, availability.Interval{Weekday: 7, Start: "22:00", End: "03:00"}, availability.Interval{Weekday: 1, Start: "02:00", End: "05:00"}), "through midnight, and the week's end")
	require.Equal(t, "overlapping_intervals", week(munich, availability.Interval{Weekday: 2, Start: "12:00", End: "15:00"}), "in another branch")
	require.Empty(t, week(berlin,
		availability.Interval{Weekday: 1, Start: "09:00", End: "12:00", ValidUntil: "2026-05-31"},
		availability.Interval{Weekday: 1, Start: "11:00", End: "13:00", ValidFrom: "2026-06-01"}), "never valid together")
	require.Equal(t, "invalid_time", week(berlin, availability.Interval{Weekday: 1, Start: "9:00", End: "12:00"}))
	require.Equal(t, "invalid_time", week(berlin, availability.Interval{Weekday: 8, Start: "09:00", End: "12:00"}))

	require.Empty(t, week(berlin, availability.Interval{Weekday: 2, Start: "09:00", End: "10:00"}, availability.Interval{Weekday: 2, Start: "10:00", End: "11:00"}))
	require.Len(t, s.starts("2026-05-05", demand(120, "ada")), 1, "touching ones are one")

	_, _, err := s.SetOpening(t.Context(), tenant, s.now, availability.OpeningRequest{BranchID: berlin, Intervals: []availability.Interval{
		{Weekday: 1, Start: "09:00", End: "12:00"}, {Weekday: 1, Start: "11:00", End: "13:00"},
	}})
	require.Equal(t, "overlapping_intervals", code(t, err))
}

func (s *salon) exception(staff, date, kind string, times ...availability.Times) {
	s.t.Helper()
	_, _, err := s.SetException(s.t.Context(), tenant, s.now, availability.ExceptionRequest{BranchID: berlin, StaffID: staff, Date: date, Kind: kind, Times: times})
	require.NoError(s.t, err)
}

func TestAVL4_AnExceptionReplacesThePlanOfItsDate(t *testing.T) {
	t.Parallel()
	s := onSQLite(t)
	d := demand(60, "ada")

	s.exception("ada", "2026-05-05", availability.Open, availability.Times{Start: "20:00", End: "21:00"})
	require.Equal(t, []string{"20:00"}, s.starts("2026-05-05", d))
	s.exception("ada", "2026-05-05", availability.Closed)
	require.Equal(t, "outside_hours", code(t, s.check("2026-05-05 10:00", d)))
	s.exception("ada", "2026-05-05", availability.Open, availability.Times{Start: "20:00", End: "21:00"})
	s.exception("", "2026-05-05", availability.Closed)
	require.Equal(t, "closed", code(t, s.check("2026-05-05 20:00", d)), "a closed branch beats what a person plans")
	s.exception("", "2026-05-05", availability.NoException)
	s.exception("ada", "2026-05-05", availability.NoException)
	require.Len(t, s.starts("2026-05-05", d), 26)
}

func (s *salon) opens(weekday int, times ...string) {
	s.t.Helper()
	var intervals []availability.Interval
	for i := 0; i < len(times); i += 2 {
		intervals = append(intervals, availability.Interval{Weekday: weekday, Start: times[i], End: times[i+1]})
	}
	_, _, err := s.SetOpening(s.t.Context(), tenant, s.now, availability.OpeningRequest{BranchID: berlin, Intervals: intervals})
	require.NoError(s.t, err)
}

func TestAVL5_BookableIsWhereWorkAndOpeningMeet(t *testing.T) {
	t.Parallel()
	s := onSQLite(t)
	require.Len(t, s.starts("2026-05-05", demand(60, "ada")), 26, "a branch without hours restricts nobody")

	s.opens(2, "10:00", "11:00", "12:30", "15:00")

	require.Equal(t, []string{"10:00", "14:00"}, s.starts("2026-05-05", demand(60, "ada")))
}

func TestAVL6_BreaksAreCutOut(t *testing.T) {
	t.Parallel()
	s := onSQLite(t)
	breaks := func(all ...availability.Break) {
		_, _, err := s.SetBreaks(t.Context(), tenant, s.now, availability.BreaksRequest{StaffID: "ada", Breaks: all})
		require.NoError(t, err)
	}
	s.works("ada", berlin, 2, "09:00", "12:00")

	breaks(availability.Break{Weekday: 2, Start: "10:00", End: "11:00"})
	require.Equal(t, []string{"09:00", "11:00"}, s.starts("2026-05-05", demand(60, "ada")))
	require.Equal(t, []string{"09:00"}, s.starts("2026-05-05", pausing(availability.Free, 60, 60, 60, "ada")), "the customer sits through it")

	breaks(availability.Break{Weekday: 2, Start: "10:00", End: "11:00"}, availability.Break{Date: "2026-05-05", Start: "09:00", End: "10:30"})
	require.Equal(t, []string{"10:30", "10:45", "11:00"}, s.starts("2026-05-05", demand(60, "ada")), "one of the date replaces those of the weekday")

	_, _, err := s.SetBreaks(t.Context(), tenant, s.now, availability.BreaksRequest{StaffID: "ada", Breaks: []availability.Break{{Start: "10:00", End: "11:00"}}})
	require.Equal(t, "invalid_time", code(t, err), "neither weekday nor date")
}

func (s *salon) absent(first, last string) availability.Absence {
	s.t.Helper()
	a, announced, err := s.RecordAbsence(s.t.Context(), tenant, s.now, availability.AbsenceRequest{
		AbsenceID: "a " + first, StaffID: "ada", BranchID: berlin, Kind: "sick", FirstDate: first, LastDate: last,
	})
	require.NoError(s.t, err)
	require.Equal(s.t, availability.Changed{BranchID: berlin, StaffID: "ada", Dates: a.Dates, Reason: "absence"}, announced[0])
	return a
}

func TestAVL7_AbsencesAreCutOutFromMidnightToMidnight(t *testing.T) {
	t.Parallel()
	s := onSQLite(t)
	s.works("ada", berlin, 7, "00:00", "24:00")
	d := demand(60, "ada")
	d.Grid = 60
	require.Empty(t, s.starts("2026-03-29", d), "it is in the past")
	s.now = at("2026-03-01T08:00:00Z")
	require.Len(t, s.starts("2026-03-29", d), 23)
	require.Len(t, s.starts("2026-10-25", d), 25)

	s.absent("2026-03-29", "2026-03-29")
	s.absent("2026-10-25", "2026-10-25")

	require.Empty(t, s.starts("2026-03-29", d), "a day of 23 hours")
	require.Empty(t, s.starts("2026-10-25", d), "a day of 25 hours")
	require.Len(t, s.starts("2026-11-01", d), 24)
	require.Equal(t, "staff_absent", code(t, s.check("2026-03-29 10:00", d)))

	touched, announced, err := s.EndAbsence(t.Context(), tenant, s.now, "a 2026-03-29")
	require.NoError(t, err)
	require.Equal(t, []string{"2026-03-29"}, touched.Dates)
	require.Len(t, announced, 1)
	require.Len(t, s.starts("2026-03-29", d), 23)
	_, announced, err = s.EndAbsence(t.Context(), tenant, s.now, "unknown")
	require.NoError(t, err)
	require.Empty(t, announced)

	_, _, err = s.RecordAbsence(t.Context(), tenant, s.now, availability.AbsenceRequest{AbsenceID: "x", StaffID: "nobody", BranchID: berlin, Kind: "sick", FirstDate: "2026-05-05", LastDate: "2026-05-05"})
	require.Equal(t, "unknown_staff", code(t, err))
	_, _, err = s.RecordAbsence(t.Context(), tenant, s.now, availability.AbsenceRequest{AbsenceID: "x", StaffID: "ada", BranchID: berlin, Kind: "sick", FirstDate: "2026-05-05", LastDate: "2026-05-04"})
	require.Equal(t, "invalid_time", code(t, err))
}

func TestAVL8_WhoIsNotActiveOrNotYetThereHasNoTime(t *testing.T) {
	t.Parallel()
	s := onSQLite(t)
	d := demand(60, "ada")
	_, _, err := s.SetStaff(t.Context(), tenant, s.now, availability.StaffSettings{StaffID: "ada"})
	require.NoError(t, err)
	require.Equal(t, "staff_absent", code(t, s.check("2026-05-05 10:00", d)))
	_, _, err = s.SetStaff(t.Context(), tenant, s.now, availability.StaffSettings{StaffID: "ada", Active: true})
	require.NoError(t, err)
	require.NoError(t, s.check("2026-05-05 10:00", d))

	_, _, err = s.SetWorking(t.Context(), tenant, s.now, availability.WorkingRequest{StaffID: "ada", BranchID: berlin, Intervals: []availability.Interval{
		{Weekday: 2, Start: "09:00", End: "18:00", ValidFrom: "2026-05-12", ValidUntil: "2026-05-18"},
	}})
	require.NoError(t, err)
	require.Empty(t, s.starts("2026-05-05", d))
	require.NotEmpty(t, s.starts("2026-05-12", d))
	require.Empty(t, s.starts("2026-05-19", d))
	require.Equal(t, "unknown_staff", code(t, s.check("2026-05-05 10:00", demand(60, "nobody"))))
}

func TestAVL9_AClaimInOneBranchBlocksTheOthers(t *testing.T) {
	t.Parallel()
	s := onSQLite(t)
	s.branch(munich, "munich", "DE-BY")
	s.works("ada", munich, 2, "18:00", "20:00")
	elsewhere := demand(60, "ada")
	elsewhere.BranchID = munich
	s.exception("ada", "2026-05-05", availability.Open, availability.Times{Start: "09:00", End: "20:00"})
	require.Equal(t, "outside_hours", code(t, s.check("2026-05-05 18:00", elsewhere)), "the exception is at the other branch")
	s.exception("ada", "2026-05-05", availability.NoException)
	late := demand(60, "ada")
	late.BufferAfter = 30 // which nobody works: take it as staff may not either
	require.Equal(t, "outside_hours", code(t, s.check("2026-05-05 17:00", late)))

	s.books("2026-05-05 18:00", elsewhere)

	v, err := s.viewFor(t.Context(), s.db.Tenant(tenant), tenant, s.now, demand(60, "ada"), interval{berlinTime("2026-05-05 00:00").Unix(), berlinTime("2026-05-06 00:00").Unix()}, nil)
	require.NoError(t, err)
	require.Len(t, v.people["ada"].claims, 1, "the diary in Berlin shows it")
}

func TestAVL10_ABranchIsClosedOnHolidays(t *testing.T) {
	t.Parallel()
	s := onSQLite(t)
	d := demand(60, "ada")
	s.works("ada", berlin, 5, "09:00", "13:00")
	s.now = at("2026-04-20T08:00:00Z")
	require.Equal(t, "closed", code(t, s.check("2026-05-01 10:00", d)))
	_, err := s.Check(t.Context(), tenant, s.now, availability.CheckRequest{Demand: d, Start: berlinTime("2026-05-01 10:00")})
	require.ErrorContains(t, err, "AVL-10")

	s.exception("", "2026-05-01", availability.Open, availability.Times{Start: "10:00", End: "12:00"})
	require.Equal(t, []string{"10:00", "10:15", "10:30", "10:45", "11:00"}, s.starts("2026-05-01", d), "an exception opens it")
	s.exception("", "2026-05-01", availability.NoException)
	_, _, err = s.SetBranch(t.Context(), tenant, s.now, availability.BranchSettings{BranchID: berlin, HolidayMode: "open"})
	require.NoError(t, err)
	require.NoError(t, s.check("2026-05-01 10:00", d))
	_, _, err = s.SetHoliday(t.Context(), tenant, s.now, availability.HolidayRequest{BranchID: berlin, Date: "2026-05-08", Name: "Betriebsausflug", Closed: true})
	require.NoError(t, err)
	require.Equal(t, "closed", code(t, s.check("2026-05-08 10:00", d)), "one that the branch added")
}

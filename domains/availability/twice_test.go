package availability

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/internal/store/storetest"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/availability"
)

// TestEveryChangeOfAPlanMayRunTwice repeats each request a minute later, as a caller
// does who has not heard the answer.
func TestEveryChangeOfAPlanMayRunTwice(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		appointment := s.books("2026-05-05 15:00", demand(60, "ada"))
		times := []availability.Interval{{Weekday: 2, Start: "09:00", End: "18:00"}}
		ctx := t.Context()
		for name, do := range map[string]func(now time.Time) (any, []events.Event, error){
			"branch": func(now time.Time) (any, []events.Event, error) {
				return s.both(s.SetBranch(ctx, tenant, now, availability.BranchSettings{BranchID: berlin, LocalFeasts: []string{assumption}}))
			},
			"staff": func(now time.Time) (any, []events.Event, error) {
				return s.both(s.SetStaff(ctx, tenant, now, availability.StaffSettings{StaffID: "ada", Active: true, MaxPerDay: 5}))
			},
			"opening": func(now time.Time) (any, []events.Event, error) {
				return s.both(s.SetOpening(ctx, tenant, now, availability.OpeningRequest{BranchID: berlin, Intervals: times}))
			},
			"working": func(now time.Time) (any, []events.Event, error) {
				return s.both(s.SetWorking(ctx, tenant, now, availability.WorkingRequest{StaffID: "ada", BranchID: berlin, Intervals: times}))
			},
			"breaks": func(now time.Time) (any, []events.Event, error) {
				return s.both(s.SetBreaks(ctx, tenant, now, availability.BreaksRequest{StaffID: "ada", Breaks: []availability.Break{{Weekday: 2, Start: "12:00", End: "13:00"}}}))
			},
			"exception": func(now time.Time) (any, []events.Event, error) {
				return s.both(s.SetException(ctx, tenant, now, availability.ExceptionRequest{BranchID: berlin, Date: "2026-05-12", Kind: availability.Closed}))
			},
			"holiday": func(now time.Time) (any, []events.Event, error) {
				return s.both(s.SetHoliday(ctx, tenant, now, availability.HolidayRequest{BranchID: berlin, Date: "2026-05-19", Name: "Fest", Closed: true}))
			},
			"zone": func(now time.Time) (any, []events.Event, error) {
				return s.both(s.Rezone(ctx, tenant, now, availability.RezoneRequest{Key: "k", BranchID: berlin, Zone: "Europe/Vienna"}))
			},
			"absence": func(now time.Time) (any, []events.Event, error) {
				a, e, err := s.RecordAbsence(ctx, tenant, now, availability.AbsenceRequest{AbsenceID: "x", StaffID: "ada", BranchID: berlin, Kind: "other", FirstDate: "2026-05-05", LastDate: "2026-05-06", Source: "calcom", ExternalID: "1"})
				require.Equal(t, []string{appointment}, a.AppointmentIDs)
				return a, e, err
			},
			"no absence": func(now time.Time) (any, []events.Event, error) { return s.both(s.EndAbsence(ctx, tenant, now, "x")) },
		} {
			once, announced, err := do(s.now)
			require.NoError(t, err, name)
			dump := withoutVersions(storetest.Dump(t, s.db))

			twice, again, err := do(s.now.Add(time.Minute))

			require.NoError(t, err, name)
			require.Equal(t, once, twice, name)
			require.Equal(t, announced, again, name)
			require.Equal(t, dump, withoutVersions(storetest.Dump(t, s.db)), name)
			for _, e := range announced {
				checked, ok := e.(events.Validator)
				require.True(t, ok)
				require.NoError(t, checked.Validate(), name)
			}
		}
	})
}

func (s *salon) both(touched availability.Touched, announced []events.Event, err error) (any, []events.Event, error) {
	return touched, announced, err
}

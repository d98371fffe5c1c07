package domains_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/availability"
	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/tenancy"
	vocabulary "github.com/herald-bus/herald/events/availability"
)

// The tenant, the branch and the person of the samples, and a service of 15 minutes.
const (
	sampleTenant  = "0195e4c2-5a00-7000-8000-0000000000aa"
	sampleBranch  = "0195e4c2-5a00-7000-8000-0000000000b1"
	sampleStaff   = "0195e4c2-5a00-7000-8000-0000000000c1"
	sampleService = "01980000-0000-7000-8000-0000000000f4"
)

// takeTime gives the appointments and the call of samples time to give back, and
// another appointment a time when nobody works.
func takeTime(t *testing.T, db *store.DB, free *availability.Service) {
	t.Helper()
	now := time.Date(2027, 3, 23, 9, 0, 0, 0, time.UTC)
	scope := db.Tenant(sampleTenant)
	require.NoError(t, tenancy.PutTenant(t.Context(), scope, tenancy.Tenant{ID: sampleTenant, Slug: "salon", Kind: tenancy.Salon, Status: tenancy.Active}))
	require.NoError(t, tenancy.PutBranch(t.Context(), scope, tenancy.Branch{ID: sampleBranch, Slug: "mitte", Zone: "Europe/Berlin", Region: "DE-BE"}))
	week := func(start string) {
		_, _, err := free.SetWorking(t.Context(), sampleTenant, now, vocabulary.WorkingRequest{StaffID: sampleStaff, BranchID: sampleBranch, Intervals: []vocabulary.Interval{
			{Weekday: 2, Start: start, End: "18:00"},
		}})
		require.NoError(t, err)
	}
	week("08:00")
	demand := vocabulary.Demand{BranchID: sampleBranch, ServiceID: "cut", MaxDays: 90, Phases: []vocabulary.Phase{
		{Kind: vocabulary.Busy, Minutes: 60, Staff: []string{sampleStaff}, SamePersonAs: -1},
	}}
	for i, appointment := range []string{"of appointment.cancelled", "of nobody", "of appointment.completed", "of appointment.no_show", "of appointment.booking_failed"} {
		hold, start := uuid.NewString(), time.Date(2027, 4, 6, 7+i, 0, 0, 0, time.UTC)
		_, _, err := free.Hold(t.Context(), sampleTenant, now, vocabulary.HoldRequest{HoldID: hold, Owner: appointment, Demand: demand, Start: start})
		require.NoError(t, err)
		_, _, err = free.Convert(t.Context(), sampleTenant, now, vocabulary.ConvertRequest{HoldID: hold, AppointmentID: appointment})
		require.NoError(t, err)
	}
	_, _, err := free.Hold(t.Context(), sampleTenant, now, vocabulary.HoldRequest{
		HoldID: uuid.NewString(), Session: "of call.ended", Demand: demand, Start: time.Date(2027, 4, 6, 12, 0, 0, 0, time.UTC),
	})
	require.NoError(t, err)
	week("12:00")
}

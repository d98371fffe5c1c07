package availability

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/store/storetest"
	"github.com/herald-bus/herald/events/availability"
)

// rows counts the tenant's rows of some tables.
func (s *salon) rows(tables ...string) map[string]int64 {
	s.t.Helper()
	counts := map[string]int64{}
	for _, table := range tables {
		n, err := store.One(s.t.Context(), s.db.Tenant(tenant), scanInt, `SELECT count(*) FROM `+table+` WHERE tenant_id = $1`)
		require.NoError(s.t, err)
		counts[table] = n
	}
	return counts
}

// tidied runs twice and wants nothing left to do for the second run.
func (s *salon) tidied(t *testing.T, now time.Time) {
	t.Helper()
	require.NoError(t, s.TidyAll(t.Context(), now))
	before := storetest.Dump(t, s.db)
	require.NoError(t, s.TidyAll(t.Context(), now))
	require.Equal(t, before, storetest.Dump(t, s.db))
}

func TestTidyKeepsWhatIsBooked(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		s.books("2026-05-05 09:00", demand(60, "ada"))
		s.books("2026-05-05 10:00", course(3))
		far := s.books("2026-09-01 09:00", demand(60, "ada"))
		cancelled := s.books("2026-09-01 10:00", demand(60, "ada"))
		_, _, err := s.ReleaseBooking(t.Context(), tenant, s.now, availability.ReleaseBookingRequest{AppointmentID: cancelled, Reason: availability.ReleasedCancelled})
		require.NoError(t, err)
		slots, err := s.FreeSlots(t.Context(), tenant, s.now, availability.FreeSlotsRequest{Demand: demand(60, "ada"), From: berlinTime("2026-05-05 14:00"), Until: berlinTime("2026-05-05 18:00")})
		require.NoError(t, err)
		_, err = s.Offer(t.Context(), tenant, s.now, availability.OfferRequest{Session: "offered", Slots: slots.Slots})
		require.NoError(t, err)
		s.holds(s.hold("forgotten", "2026-05-05 11:00", demand(60, "ada")))
		s.holds(s.hold("forgotten too", "2026-05-05 10:00", course(3)))
		_, err = s.ImportBusyTime(t.Context(), tenant, s.now, availability.BusyTime{
			Source: "calcom", ExternalUID: "u", BranchID: berlin, StaffID: "ada", StartsAt: berlinTime("2026-05-05 17:00"), EndsAt: berlinTime("2026-05-05 18:00"), SeenAt: s.now,
		})
		require.NoError(t, err)
		require.Equal(t, map[string]int64{"offer": 3, "hold": 6, "claim": 5, "seat": 2, "busy_time": 1}, s.rows("offer", "hold", "claim", "seat", "busy_time"))

		s.tidied(t, s.now.Add(3*time.Minute))
		require.Equal(t, map[string]int64{"offer": 0, "hold": 6}, s.rows("offer", "hold"))
		s.tidied(t, s.now.AddDate(0, 0, 45)) // ends what was forgotten; what was given back goes
		s.tidied(t, s.now.AddDate(0, 0, 80))

		require.Equal(t, map[string]int64{"hold": 1, "claim": 3, "seat": 1, "group_session": 1, "busy_time": 0}, s.rows("hold", "claim", "seat", "group_session", "busy_time"))
		full, err := s.Occupancy(t.Context(), tenant, availability.OccupancyRequest{BranchID: berlin, First: "2026-05-05", Last: "2026-05-05"})
		require.NoError(t, err)
		require.Equal(t, 120, full[0].BookedMinutes, "figures of the past stay")
		_, announced, err := s.ReleaseBooking(t.Context(), tenant, s.now.AddDate(0, 0, 80), availability.ReleaseBookingRequest{AppointmentID: far, Reason: availability.ReleasedCancelled})
		require.NoError(t, err)
		require.Len(t, announced, 1, "what is to come can be given back")
	})
}

func TestTidyLetsNoEntryOfAnAppointmentComeBack(t *testing.T) {
	t.Parallel()
	s := onSQLite(t)
	cancelled := s.books("2026-09-01 10:00", demand(60, "ada"))
	s.reports("u", "2026-09-01 10:00", func(b *availability.BusyTime) { b.AppointmentID = cancelled })
	_, _, err := s.ReleaseBooking(t.Context(), tenant, s.now, availability.ReleaseBookingRequest{AppointmentID: cancelled, Reason: availability.ReleasedCancelled})
	require.NoError(t, err)

	s.tidied(t, s.now.AddDate(0, 0, 45))

	require.NoError(t, s.check("2026-09-01 10:00", demand(60, "ada")), "whatever the calendar still shows")
}

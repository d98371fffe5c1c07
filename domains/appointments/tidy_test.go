package appointments_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/appointments"
	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/store/storetest"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/calendar"
)

// rows counts a tenant's rows of a table.
func (f fixture) rows(table string) int {
	f.t.Helper()
	n, err := store.One(f.t.Context(), f.db.Tenant(tenant), func(row store.Row) (n int, err error) { return n, row.Scan(&n) },
		`SELECT count(*) FROM `+table+` WHERE tenant_id = $1`)
	require.NoError(f.t, err)
	return n
}

func TestTidyLeavesWhatIsYoungerThanAMonth(t *testing.T) {
	onBoth(t, func(t *testing.T, f fixture) {
		v, _ := f.book(wish(), forVera())
		_, _, err := f.cancel(now, v, reception)
		require.NoError(t, err)
		require.NoError(t, f.NoteRequest(t.Context(), tenant, now, appointments.Request{ID: "1", Session: "call-1", BranchID: berlin, ServiceID: cut, DesiredAt: starts, Answer: "slot_taken"}))
		_, err = f.RecordWish(t.Context(), tenant, now, veraWish("w1"))
		require.NoError(t, err)
		slot := appointment.Slot{StartsAt: starts, EndsAt: starts.Add(30 * time.Minute), StaffID: aylin}
		_, err = f.MatchWishes(t.Context(), tenant, "e1", berlin, cut, slot)
		require.NoError(t, err)
		tables := []string{"request", "command_answer", "wish_match"}
		left := func(after time.Duration) (counts []int) {
			require.NoError(t, f.TidyAll(t.Context(), now.Add(after)))
			tidied := storetest.Dump(t, f.db)
			require.NoError(t, f.TidyAll(t.Context(), now.Add(after)))
			require.Equal(t, tidied, storetest.Dump(t, f.db), "the second time there is nothing to do")
			for _, table := range tables {
				counts = append(counts, f.rows(table))
			}
			return counts
		}
		const month = 30 * 24 * time.Hour

		before := left(month - time.Second)
		require.NotContains(t, before, 0)

		require.Equal(t, []int{0, 0, before[2]}, left(month))
		require.Equal(t, []int{0, 0, 0}, left(2*month))
		require.Equal(t, 1, f.rows("wish"))
		require.Equal(t, 1, f.rows("modification"))
	})
}

func TestTidyForgetsTheNamesOfWhatIsOver(t *testing.T) {
	onBoth(t, func(t *testing.T, f fixture) {
		l := &lives{fixture: f}
		f.twice(appointments.NewImportCalendarBooking(f.Service, l), booked(outside("b1", starts)))
		f.twice(appointments.NewFollowCalendarCancellation(f.Service, l), calendar.BookingCancelled{Booking: outside("never imported", starts), CancelledBy: "staff"})
		left := func(at time.Time) int {
			require.NoError(t, f.TidyAll(t.Context(), at))
			return f.rows("calendar_entry")
		}

		require.Equal(t, 2, left(now.AddDate(0, 0, 29)))
		require.Equal(t, 1, left(now.AddDate(0, 0, 31)), "what is to come keeps its name")
		require.Zero(t, left(starts.AddDate(0, 0, 31)))
	})
}

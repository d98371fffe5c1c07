package appointments_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/events/appointment"
)

func TestABooking(t *testing.T) {
	onBoth(t, func(t *testing.T, f fixture) {
		view, created := f.book(wish(), forVera())

		require.Equal(t, appointment.Confirmed, view.Status)
		require.Equal(t, 1, view.Version)
		require.Equal(t, []string{aylin}, view.StaffIDs)
		require.Equal(t, []string{"Aylin"}, created.Display.StaffNames)
		require.Equal(t, starts.Add(30*time.Minute), created.EndsAt)
		require.Equal(t, appointment.Money{Cents: 3200, Currency: "EUR"}, created.Price)
		require.True(t, created.Notify)
		require.Equal(t, asJSON(view), asJSON(f.get(view.AppointmentID)))
	})
}

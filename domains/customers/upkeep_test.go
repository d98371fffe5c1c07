package customers_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/internal/store/storetest"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/customer"
	"github.com/herald-bus/herald/events/eventstest"
)

// unreachable is a publisher without a server.
type unreachable struct{ events.Publisher }

func (unreachable) Publish(context.Context, events.Event, ...events.Option) (events.Receipt, error) {
	return events.Receipt{}, errors.New("the server is away")
}

// announced are the types that were published, in their order.
func announced(bus *eventstest.Bus) []string {
	list := []string{}
	for _, env := range bus.Envelopes() {
		list = append(list, env.Type)
	}
	return list
}

func TestCUS54_RestrictionsAreReviewedDaily(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		anna, bus := s.known("Anna Müller", nil).ID, eventstest.NewBus(t, customer.Types)
		s.track(visit("a", anna, -360, 1, appointment.NoShow), visit("b", anna, -2, 1, appointment.NoShow), visit("c", anna, -1, 1, appointment.NoShow))
		require.NoError(t, s.ReviewAll(t.Context(), bus, now))
		require.Empty(t, announced(bus), "not yet")
		night := time.Date(2027, 3, 29, 23, 30, 0, 0, time.UTC)

		require.ErrorContains(t, s.ReviewAll(t.Context(), unreachable{}, night), "the server is away")
		lifted := storetest.Dump(t, s.db)
		for n := range 2 {
			require.NoError(t, s.ReviewAll(t.Context(), bus, night.Add(time.Duration(n+1)*time.Hour)), "tomorrow")
		}

		require.Equal(t, []string{"customer.booking_restricted", "customer.updated"}, announced(bus))
		require.Equal(t, customer.Unrestricted, eventstest.Published[customer.BookingRestricted](bus)[0].Restriction)
		require.Equal(t, tenant, bus.Envelopes()[0].TenantID)
		require.Contains(t, lifted, "booking_restriction=none")
	})
}

func TestCUS48_WhoIsDueIsErasedAndAnnouncedOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		anna, bea := s.known("Anna Müller", nil).ID, s.known("Bea Muster", nil).ID
		for _, id := range []string{anna, bea} {
			_, _, err := s.RequestErasure(t.Context(), tenant, now, customer.ErasureRequest{Key: id, CustomerID: id, Assurance: customer.AssuredStaff})
			require.NoError(t, err)
		}
		s.track(visit("a", bea, 40, 1, appointment.Confirmed)) // booked after the request
		bus, due := eventstest.NewBus(t, customer.Types), now.AddDate(0, 1, 0)
		var out strings.Builder
		erase := func(p events.Publisher, at time.Time) error {
			return s.EraseAll(t.Context(), slog.New(slog.NewTextHandler(&out, nil)), p, at)
		}

		require.NoError(t, erase(bus, due.Add(-time.Second)))
		require.Empty(t, out.String())
		require.NotContains(t, storetest.Dump(t, s.db), "display_name=erased")
		require.ErrorContains(t, erase(unreachable{}, due), "the server is away")
		for n := range 2 {
			require.NoError(t, erase(bus, due.Add(time.Duration(n+1)*time.Hour)))
		}

		erased := eventstest.Published[customer.Erased](bus)
		require.Len(t, erased, 1)
		require.Equal(t, []any{anna, due}, []any{erased[0].CustomerID, erased[0].At})
		require.Equal(t, 3, strings.Count(out.String(), "waits for an appointment"))
		require.NotContains(t, out.String(), "Bea")

		s.track(visit("a", bea, 40, 2, appointment.Completed))
		require.NoError(t, erase(bus, due.AddDate(0, 0, 3)))
		require.NoError(t, erase(bus, due.AddDate(0, 0, 4)))
		require.Equal(t, []string{"customer.erased", "customer.erased"}, announced(bus))
	})
}

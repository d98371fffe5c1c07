package analytics_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/analytics"
	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/store/storetest"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/call"
)

const tenant = "0198c0de-0000-7000-8000-0000000000aa"

var (
	// booked is a Saturday in UTC and a Sunday in Berlin.
	booked = time.Date(2027, 3, 27, 23, 30, 0, 0, time.UTC)
	starts = time.Date(2027, 3, 30, 8, 0, 0, 0, time.UTC)
	// today is when reports are asked for.
	today = time.Date(2027, 4, 30, 8, 0, 0, 0, time.UTC)
)

func ref() appointment.Ref {
	return appointment.Ref{
		AppointmentID: "a1", Version: 1, BranchID: "b1", ServiceID: "s1", CustomerID: "c1", StaffIDs: []string{"ada", "bea"},
		StartsAt: starts, EndsAt: starts.Add(time.Hour), Zone: "Europe/Berlin", Status: appointment.Confirmed, Origin: appointment.Voice,
	}
}

// sealed returns an event that happened at the given instant, whose id ends in n.
func sealed(t *testing.T, e events.Event, at time.Time, n int) events.Envelope {
	t.Helper()
	env, err := events.Seal(e, events.Tenant(tenant), events.OccurredAt(at), events.Backdated(),
		events.ID(fmt.Sprintf("0198c0de-0000-7000-8000-%012d", n)))
	require.NoError(t, err)
	return env
}

func created(t *testing.T) events.Envelope {
	t.Helper()
	e := appointment.Created{Ref: ref(), Price: appointment.Money{Cents: 4200, Currency: "EUR"}, CallID: "call-1", CalendarState: "pending", IdempotencyKey: "k"}
	return sealed(t, e, booked, 1)
}

func cancelled(t *testing.T, at time.Time, n int) events.Envelope {
	t.Helper()
	r := ref()
	r.StaffIDs, r.Version, r.Status, r.Origin = []string{"bea"}, 2, appointment.StatusCancelled, appointment.Portal
	e := appointment.Cancelled{Ref: r, CancelledBy: "customer", Fee: appointment.Money{Cents: 1500, Currency: "EUR"}}
	return sealed(t, e, at, n)
}

func started(t *testing.T) events.Envelope {
	t.Helper()
	e := call.Started{
		Ref:       call.Ref{CallID: "call-1", BranchID: "b1", Zone: "Europe/Berlin"},
		Direction: "inbound", Kind: "customer", CallerID: "withheld", StartedAt: booked,
	}
	return sealed(t, e, booked.Add(time.Second), 3)
}

// deliver hands the events to their listeners, in that order.
func deliver(t *testing.T, db *store.DB, envelopes ...events.Envelope) *analytics.Facts {
	t.Helper()
	facts := analytics.NewFacts(db)
	require.NoError(t, tryDeliver(t.Context(), facts, envelopes...))
	return facts
}

func tryDeliver(ctx context.Context, facts *analytics.Facts, envelopes ...events.Envelope) error {
	registry, err := events.NewRegistry(analytics.Types, analytics.Listeners(facts))
	if err != nil {
		return err
	}
	for _, env := range envelopes {
		for _, l := range registry.Listeners(env.Type) {
			if _, err := registry.Deliver(ctx, l.Name(), env, events.Run{Attempt: 1, Now: starts}); err != nil {
				return err
			}
		}
	}
	return nil
}

func TestABookingAndItsCancellation(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		facts := deliver(t, db, created(t), cancelled(t, booked.Add(time.Hour), 2))

		got, err := facts.Booking(t.Context(), tenant, "a1")

		require.NoError(t, err)
		require.Equal(t, analytics.Booking{
			AppointmentID: "a1", BranchID: "b1", ServiceID: "s1", StaffID: "bea", CustomerID: "c1", Origin: "voice", CallID: "call-1",
			CreatedAt: booked, CreatedOn: "2027-03-28", StartsAt: starts, VisitOn: "2027-03-30", DurationMin: 60,
			PriceCents: 4200, Currency: "EUR", Status: analytics.Cancelled, CancelledBy: "customer", Late: true, FeeCents: 1500,
			LeadSeconds: int64(starts.Sub(booked).Seconds()), FirstVisit: true,
		}, got)
	}, analytics.Migrations)
}

func TestOrderAndRepeatsDoNotMatter(t *testing.T) {
	t.Parallel()
	storetest.EachConfig(t, func(t *testing.T, config store.Config) {
		a, b, c := created(t), cancelled(t, booked.Add(time.Hour), 2), cancelled(t, booked.Add(2*time.Hour), 0)
		var want string
		for i, order := range [][]events.Envelope{{a, b, c}, {c, b, a}, {b, a, c, a, b, c}, {c, a, b, b}} {
			db := storetest.Open(t, config, analytics.Migrations)
			_, err := db.AllTenants().Exec(t.Context(), `DELETE FROM fact_booking`)
			require.NoError(t, err)

			deliver(t, db, order...)

			if got := storetest.Dump(t, db); i == 0 {
				want = got
			} else {
				require.Equal(t, want, got, "order %d", i)
			}
		}
	})
}

func TestOfTwoThatHappenAtOnceTheMoreFinalOneCounts(t *testing.T) {
	t.Parallel()
	for _, order := range [][]events.Envelope{
		{created(t), cancelled(t, booked, 0)},
		{cancelled(t, booked, 0), created(t)},
		{created(t), cancelled(t, booked, 9)},
		{cancelled(t, booked, 9), created(t)},
	} {
		facts := deliver(t, storetest.SQLite(t, analytics.Migrations), order...)

		got, err := facts.Booking(t.Context(), tenant, "a1")

		require.NoError(t, err)
		require.Equal(t, analytics.Cancelled, got.Status)
	}
}

func TestEventsOfOneBookingAtTheSameTime(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		envelopes := []events.Envelope{created(t)}
		for n := range 8 {
			envelopes = append(envelopes, cancelled(t, booked.Add(time.Duration(n+1)*time.Minute), n+10))
		}

		var wait sync.WaitGroup
		for _, env := range envelopes {
			wait.Go(func() {
				if err := tryDeliver(t.Context(), analytics.NewFacts(db), env); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()

		got, err := analytics.NewFacts(db).Booking(t.Context(), tenant, "a1")
		require.NoError(t, err)
		require.Equal(t, "voice", got.Origin, "nothing of the creation is lost")
		require.Equal(t, analytics.Cancelled, got.Status)
	}, analytics.Migrations)
}

func TestACall(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		facts := deliver(t, db, started(t), started(t))

		got, err := facts.Call(t.Context(), tenant, "call-1")

		require.NoError(t, err)
		require.Equal(t, analytics.Call{
			CallID: "call-1", BranchID: "b1", Kind: "customer", Direction: "inbound", StartedAt: booked, StartedOn: "2027-03-28",
		}, got)
	}, analytics.Migrations)
}

func TestAnotherTenantsFactsAreNotThere(t *testing.T) {
	t.Parallel()
	facts := deliver(t, storetest.SQLite(t, analytics.Migrations), created(t))

	_, err := facts.Booking(t.Context(), "0198c0de-0000-7000-8000-0000000000bb", "a1")

	require.ErrorIs(t, err, store.ErrNotFound)
}

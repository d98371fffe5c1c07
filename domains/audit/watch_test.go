package audit_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/audit"
	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/store/storetest"
	"github.com/herald-bus/herald/events"
	broken "github.com/herald-bus/herald/events/audit"
	"github.com/herald-bus/herald/events/eventstest"
)

// unreachable is a publisher without a server.
type unreachable struct{ events.Publisher }

func (unreachable) Publish(context.Context, events.Event, ...events.Option) (events.Receipt, error) {
	return events.Receipt{}, errors.New("the server is away")
}

// days seals a chain of three entries that has a checkpoint on each of two days.
func days(t *testing.T, db *store.DB) *audit.Trail {
	t.Helper()
	trail := sealed(t, db, 3)
	for day := range 2 {
		_, err := trail.Checkpoint(t.Context(), tenant, later.AddDate(0, 0, day))
		require.NoError(t, err)
	}
	return trail
}

func TestAUD15_ABreakIsLoggedAndAnnouncedOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		trail, bus := days(t, db), eventstest.NewBus(t, broken.Types)
		var out strings.Builder
		log := slog.New(slog.NewTextHandler(&out, nil))
		require.NoError(t, trail.VerifyAll(t.Context(), log, bus, later))
		require.Empty(t, out.String())
		asSuperuser(t, db, `UPDATE audit_entry SET actor_id = '8' WHERE seq = 2`)
		tomorrow := later.AddDate(0, 0, 1)

		for n := range 2 {
			require.NoError(t, trail.VerifyAll(t.Context(), log, bus, tomorrow.AddDate(0, 0, n)))
		}

		require.Equal(t, 2, strings.Count(out.String(), "the audit trail is broken"))
		require.Contains(t, out.String(), "seq=2 kind=hash")
		announced := bus.Envelopes()
		require.Len(t, announced, 1)
		require.Equal(t, []string{tenant, tenant}, []string{announced[0].TenantID, announced[0].Subject})
		e := eventstest.Published[broken.ChainBroken](bus)[0]
		require.Equal(t, []any{int64(2), broken.Hash, tomorrow}, []any{e.Seq, e.Kind, e.CheckedAt})
		require.Len(t, e.Expected, 64)
		require.NotEqual(t, e.Expected, e.Found)
	}, audit.Migrations)
}

// TestAUD15_TwoWorkersAnnounceOneBreak lets each look at a copy of the same chain,
// as if neither had written down yet that it told of the break.
func TestAUD15_TwoWorkersAnnounceOneBreak(t *testing.T) {
	t.Parallel()
	bus := eventstest.NewBus(t, broken.Types)
	for range 2 {
		db := storetest.SQLite(t, audit.Migrations)
		trail := sealed(t, db, 3)
		asSuperuser(t, db, `UPDATE audit_entry SET actor_id = '8' WHERE seq = 2`)
		require.NoError(t, trail.VerifyAll(t.Context(), quiet, bus, later))
	}

	require.Len(t, bus.Envelopes(), 1)
}

func TestAUD15_ABreakThatCanNotBeAnnouncedIsAnnouncedLater(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		trail, bus := sealed(t, db, 3), eventstest.NewBus(t, broken.Types)
		asSuperuser(t, db, `DELETE FROM audit_entry WHERE seq = 2`)

		require.ErrorContains(t, trail.VerifyAll(t.Context(), quiet, unreachable{}, later), "the server is away")
		require.NoError(t, trail.VerifyAll(t.Context(), quiet, bus, later.Add(time.Hour)))

		e := eventstest.Published[broken.ChainBroken](bus)[0]
		require.Equal(t, []any{int64(2), broken.Gap}, []any{e.Seq, e.Kind})
	}, audit.Migrations)
}

func TestAUD15_WholeChainsAreVerifiedEveryNight(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		trail, bus := sealed(t, db, 3), eventstest.NewBus(t, broken.Types)
		for n, c := range []time.Time{later, later.AddDate(0, 0, 1)} { // a day between two checkpoints
			require.NoError(t, trail.Append(t.Context(), tenant, entry(t, 10+n)))
			_, err := trail.Seal(t.Context(), tenant, c)
			require.NoError(t, err)
			_, err = trail.Checkpoint(t.Context(), tenant, c)
			require.NoError(t, err)
		}
		evening := time.Date(2027, 3, 31, 22, 0, 0, 0, time.UTC)
		require.NoError(t, trail.VerifyAll(t.Context(), quiet, bus, evening), "the first time it is the whole")
		asSuperuser(t, db, `UPDATE audit_entry SET actor_id = '8' WHERE seq = 2`)

		before := time.Date(2027, 4, 1, 0, 59, 59, 0, time.UTC) // 02:59:59 in Berlin
		require.NoError(t, trail.VerifyAll(t.Context(), quiet, bus, before))
		require.Empty(t, bus.Envelopes(), "by day it looks at what is new")
		require.NoError(t, trail.VerifyAll(t.Context(), quiet, bus, before.Add(time.Second)))

		require.Len(t, bus.Envelopes(), 1)
	}, audit.Migrations)
}

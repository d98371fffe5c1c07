package audit_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/audit"
	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/store/storetest"
	"github.com/herald-bus/herald/events"
)

// numbered is the n-th event, which happened so many seconds later.
func numbered(n, seconds int) events.Envelope {
	env := envelope(fmt.Sprintf(`{"appointment_id": "a%d", "cancelled_by": "staff", "fee": {"cents": %d, "currency": "EUR"}, "reason": "secret"}`, n, n))
	env.ID, env.Time = fmt.Sprintf("0198c0de-0000-7000-8000-%012d", n), happened.Add(time.Duration(seconds)*time.Second)
	return env
}

func TestReplayTellsTheFactsInTheOrderInWhichTheyHappened(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		trail := audit.NewTrail(db)
		const many = 1001 // more than a page
		for n := range many {
			require.NoError(t, deliver(t, trail, numbered(n+1, (many-n)/2), recorded))
		}
		require.NoError(t, trail.Record(t.Context(), tenant, recorded, audit.Command{
			ID: "0198c0de-0000-7000-8000-0000000000c0", Type: "operator.redrive", Subject: "a1", Actor: "operator:7", At: happened,
		}))

		var all []events.Envelope
		require.NoError(t, trail.Replay(t.Context(), db.Tenant(tenant), tenant, func(env events.Envelope) error {
			all = append(all, env)
			return nil
		}))

		require.Len(t, all, many)
		for i, env := range all[1:] {
			before := all[i]
			require.True(t, before.Time.Before(env.Time) || before.Time.Equal(env.Time) && before.ID < env.ID)
		}
		last := numbered(2, many/2)
		require.Equal(t, last.ID, all[many-1].ID)
		require.Equal(t, last.Version, all[many-1].Version)
		require.JSONEq(t, `{"appointment_id": "a2", "cancelled_by": "staff", "fee": {"cents": 2, "currency": "EUR"}}`, string(all[many-1].Data))

		since, err := trail.Since(t.Context(), db.Tenant(tenant), recorded)
		require.NoError(t, err)
		require.Zero(t, since, "nothing has expired")
		require.NoError(t, trail.Replay(t.Context(), db.Tenant(another), another, func(events.Envelope) error { return fmt.Errorf("another tenant's") }))
	}, audit.Migrations)
}

func TestSinceIsAfterWhatHasExpired(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		trail := audit.NewTrail(db)
		later := recorded.AddDate(1, 0, 0)
		require.NoError(t, deliver(t, trail, numbered(1, 0), recorded))
		require.NoError(t, deliver(t, trail, numbered(2, 0), later))
		_, err := trail.Seal(t.Context(), tenant, later.Add(time.Hour))
		require.NoError(t, err)
		for _, c := range []struct {
			now  time.Time
			want time.Time
		}{{recorded.AddDate(4, 0, 0), later}, {recorded.AddDate(9, 0, 0), recorded.AddDate(9, 0, 0)}} {
			deleted, err := trail.Expire(t.Context(), tenant, c.now, 3)
			require.NoError(t, err)
			require.Equal(t, int64(1), deleted)

			since, err := trail.Since(t.Context(), db.Tenant(tenant), c.now)

			require.NoError(t, err)
			require.Equal(t, c.want, since)
		}
	}, audit.Migrations)
}

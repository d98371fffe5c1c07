package upkeep_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/store/storetest"
	"github.com/herald-bus/herald/domains/internal/tenancy"
	"github.com/herald-bus/herald/domains/internal/upkeep"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/call"
	"github.com/herald-bus/herald/events/eventstest"
)

const (
	tenant  = "0198c0de-0000-7000-8000-0000000000aa"
	another = "0198c0de-0000-7000-8000-0000000000bb"
)

func TestATenantThatFailsDoesNotKeepTheOthers(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for i, id := range []string{tenant, another} {
			require.NoError(t, tenancy.PutTenant(t.Context(), db.Tenant(id), tenancy.Tenant{ID: id, Slug: fmt.Sprint("kamm-", i), Kind: tenancy.Salon, Status: tenancy.Active}))
		}
		var done []string

		err := upkeep.EachTenant(t.Context(), db, func(id string) error {
			done = append(done, id)
			return errors.New("no comb")
		}, `SELECT tenant_id FROM tenant WHERE status = $1 ORDER BY tenant_id`, tenancy.Active)

		require.Equal(t, []string{tenant, another}, done)
		require.ErrorContains(t, err, "tenant "+tenant+": no comb")
		require.ErrorContains(t, err, "tenant "+another+": no comb")
		stopped, stop := context.WithCancel(t.Context())
		err = upkeep.EachTenant(stopped, db, func(string) error { stop(); return nil }, `SELECT tenant_id FROM tenant`)
		require.ErrorIs(t, err, context.Canceled, "the second is not begun after the stop")
	}, tenancy.Migrations)
}

func TestBatchesEndWhenNothingIsLeft(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		require.NoError(t, db.Tenant(tenant).InTx(t.Context(), func(tx store.Scope) error {
			err := tenancy.PutTenant(t.Context(), tx, tenancy.Tenant{ID: tenant, Slug: "kamm", Kind: tenancy.Salon, Status: tenancy.Active})
			for i := range upkeep.Batch + 1 {
				err = errors.Join(err, tenancy.PutBranch(t.Context(), tx, tenancy.Branch{ID: events.DerivedID(tenant, "branch", i), Slug: fmt.Sprint(i), Zone: "Europe/Berlin"}))
			}
			return err
		}))

		var found [2]int64
		var workers sync.WaitGroup
		for i := range found { // two at once
			workers.Go(func() {
				n, err := upkeep.InBatches(t.Context(), db.Tenant(tenant), `DELETE FROM branch WHERE tenant_id = $1
					AND branch_id IN (SELECT branch_id FROM branch WHERE tenant_id = $1 AND zone = $2 LIMIT $3)`, "Europe/Berlin")
				if found[i] = n; err != nil {
					t.Error(err)
				}
			})
		}
		workers.Wait()

		require.EqualValues(t, upkeep.Batch+1, found[0]+found[1])
		left, err := tenancy.Branches(t.Context(), db.Tenant(tenant))
		require.NoError(t, err)
		require.Empty(t, left)
	}, tenancy.Migrations)
}

func TestWhatIsAnnouncedAgainIsADuplicate(t *testing.T) {
	t.Parallel()
	bus := eventstest.NewBus(t, call.Types)
	started := call.Started{Ref: call.Ref{CallID: "c"}, Direction: "inbound", CallerID: "withheld"}
	for range 2 {
		require.NoError(t, upkeep.Announce(t.Context(), bus, tenant, "test.calls/today", started, started))
	}
	require.NoError(t, upkeep.Announce(t.Context(), bus, tenant, "test.calls/tomorrow", started))
	require.NoError(t, upkeep.Announce(t.Context(), bus, another, "test.calls/today", started))

	require.Len(t, bus.Envelopes(), 4)
	err := upkeep.Announce(t.Context(), bus, tenant, "test.calls/never", call.Started{}, started)
	require.ErrorContains(t, err, "announce call.started")
	require.Len(t, bus.Envelopes(), 5, "the second is published all the same")
}

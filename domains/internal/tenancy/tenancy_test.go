package tenancy_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/store/storetest"
	"github.com/herald-bus/herald/domains/internal/tenancy"
	"github.com/herald-bus/herald/events"
)

const (
	tenant  = "0198c0de-0000-7000-8000-000000000001"
	another = "0198c0de-0000-7000-8000-000000000002"
	branch  = "0198c0de-0000-7000-8000-000000000003"
)

func TestTenantAndBranchComeBack(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		want := tenancy.Tenant{ID: tenant, Slug: "kamm", Name: "Kamm", Kind: tenancy.Salon, Status: tenancy.Active, Locale: "de-DE", Currency: "EUR", MailDomain: "kamm.example", AuditYears: 10}
		place := tenancy.Branch{ID: branch, Slug: "mitte", Name: "Mitte", Address: "Weg 1", Phone: "+493023125100", Email: "mitte@kamm.example", Zone: "Europe/Berlin", Region: "DE-BE"}
		for range 2 { // the second time it replaces
			require.NoError(t, tenancy.PutTenant(t.Context(), db.Tenant(tenant), want))
			require.NoError(t, tenancy.PutBranch(t.Context(), db.Tenant(tenant), place))
		}

		got, err := tenancy.FindTenant(t.Context(), db.Tenant(tenant))
		require.NoError(t, err)
		require.Equal(t, want, got)
		found, err := tenancy.FindBranch(t.Context(), db.Tenant(tenant), branch)
		require.NoError(t, err)
		require.Equal(t, place, found)
		all, err := tenancy.Branches(t.Context(), db.Tenant(tenant))
		require.NoError(t, err)
		require.Equal(t, []tenancy.Branch{place}, all)

		_, err = tenancy.FindBranch(t.Context(), db.Tenant(another), branch)
		var refused *events.Refusal
		require.ErrorAs(t, err, &refused, "another tenant's id answers like an unknown one")
		require.Equal(t, "not_found", refused.Code)
	}, tenancy.Migrations)
}

func TestABranchNeedsAZone(t *testing.T) {
	t.Parallel()
	db := storetest.SQLite(t, tenancy.Migrations)

	err := tenancy.PutBranch(t.Context(), db.Tenant(tenant), tenancy.Branch{ID: branch, Zone: "Berlin"})

	require.ErrorContains(t, err, `zone "Berlin" is no IANA time zone`)
}

package audit_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/audit"
	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/store/storetest"
	"github.com/herald-bus/herald/domains/internal/tenancy"
	broken "github.com/herald-bus/herald/events/audit"
)

func TestAUD9_EntriesExpireThreeYearsAfterTheirYear(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) { // worked example 5
		trail := audit.NewTrail(db)
		newYear := time.Date(2027, 12, 31, 23, 0, 0, 0, time.UTC) // midnight in Berlin
		for n, at := range []time.Time{recorded, newYear.Add(-time.Second), newYear, newYear.Add(time.Hour)} {
			e := entry(t, n+1)
			e.RecordedAt = at
			require.NoError(t, trail.Append(t.Context(), tenant, e))
		}
		_, err := trail.Seal(t.Context(), tenant, newYear.AddDate(1, 0, 0))
		require.NoError(t, err)
		ends := time.Date(2030, 12, 31, 23, 0, 0, 0, time.UTC)

		early, err := trail.Expire(t.Context(), tenant, ends.Add(-time.Second), audit.Years)
		require.NoError(t, err)
		due, err := trail.Expire(t.Context(), tenant, ends, audit.Years)
		require.NoError(t, err)
		again, err := trail.Expire(t.Context(), tenant, ends, audit.Years)
		require.NoError(t, err)

		require.Equal(t, []int64{0, 2, 0}, []int64{early, due, again})
		require.Equal(t, broken.Verification{Checked: 2}, verify(t, trail, tenant))
		made, err := trail.Checkpoints(t.Context(), tenant)
		require.NoError(t, err)
		require.Len(t, made, 1)
		require.Equal(t, []any{int64(2), int64(2), true}, []any{made[0].Seq, made[0].Entries, made[0].Expired})
		_, err = trail.Expire(t.Context(), tenant, ends, 11)
		require.Error(t, err)
	}, audit.Migrations)
}

func TestAUD9_EachTenantHasItsTerm(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		trail := audit.NewTrail(db)
		require.NoError(t, tenancy.PutTenant(t.Context(), db.Tenant(another), tenancy.Tenant{ID: another, Slug: "kamm", Kind: tenancy.Salon, Status: tenancy.Active, AuditYears: 1}))
		require.ErrorContains(t, tenancy.PutTenant(t.Context(), db.Tenant(another), tenancy.Tenant{ID: another, Slug: "kamm", Kind: tenancy.Salon, Status: tenancy.Active, AuditYears: 11}), "audit_years")
		for _, id := range []string{tenant, another} {
			require.NoError(t, trail.Append(t.Context(), id, entry(t, 1)))
			_, err := trail.Seal(t.Context(), id, later)
			require.NoError(t, err)
		}
		left := func(at time.Time) (checked []int64) {
			for range 2 {
				require.NoError(t, trail.ExpireAll(t.Context(), quiet, at))
			}
			return []int64{verify(t, trail, tenant).Checked, verify(t, trail, another).Checked}
		}

		require.Equal(t, []int64{1, 1}, left(time.Date(2028, 12, 31, 22, 0, 0, 0, time.UTC)))
		require.Equal(t, []int64{1, 0}, left(time.Date(2028, 12, 31, 23, 0, 0, 0, time.UTC)), "a year after the end of 2027 in Berlin")
		require.Equal(t, []int64{0, 0}, left(time.Date(2030, 12, 31, 23, 0, 0, 0, time.UTC)))
	}, audit.Migrations, tenancy.Migrations)
}

func TestAUD9_WhatIsNotSealedStays(t *testing.T) {
	t.Parallel()
	db := storetest.SQLite(t, audit.Migrations, tenancy.Migrations)
	trail := audit.NewTrail(db)
	require.NoError(t, deliver(t, trail, envelope(`{}`), recorded))

	require.NoError(t, trail.ExpireAll(t.Context(), quiet, recorded.AddDate(20, 0, 0)))
	deleted, err := trail.Expire(t.Context(), tenant, recorded.AddDate(20, 0, 0), 1)

	require.NoError(t, err)
	require.Zero(t, deleted)
}

func TestAUD10_CommandsAreRecordedBesideEvents(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		trail := sealed(t, db, 1)
		c := audit.Command{
			ID: "0198c0de-0000-7000-8000-0000000000c1", Type: "operator.redrive", Subject: "evt-1", Actor: "operator:7",
			At: recorded, Facts: map[string]string{"listener": "notifications.dispatch"},
		}

		require.NoError(t, trail.Record(t.Context(), tenant, recorded, c))
		require.NoError(t, trail.Record(t.Context(), tenant, recorded, c))
		_, err := trail.Seal(t.Context(), tenant, later)
		require.NoError(t, err)

		require.Equal(t, broken.Verification{Checked: 2}, verify(t, trail, tenant))
		c.Type = "operator.danced"
		require.Error(t, trail.Record(t.Context(), tenant, recorded, c))
	}, audit.Migrations)
}

func TestAUD12_ReadingIsRecordedWithItsFilter(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		trail := sealed(t, db, 3)

		_, err := trail.Read(t.Context(), tenant, later, "operator:7", audit.Filter{Subject: "a1"})
		require.NoError(t, err)
		reads, err := trail.Read(t.Context(), tenant, later, "operator:8", audit.Filter{EventType: "audit.read"})

		require.NoError(t, err)
		require.Len(t, reads, 1)
		require.Equal(t, []string{"operator", "7"}, []string{reads[0].ActorKind, reads[0].ActorID})
		var facts map[string]string
		require.NoError(t, json.Unmarshal([]byte(reads[0].Facts), &facts))
		require.JSONEq(t, `{"subject": "a1"}`, facts["filter"])
		_, err = trail.Read(t.Context(), tenant, later, "", audit.Filter{})
		require.Error(t, err)
	}, audit.Migrations)
}

func TestAUD13_EntriesAreReadByPages(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		trail := sealed(t, db, 1001)
		require.NoError(t, trail.Append(t.Context(), tenant, entry(t, 1002)))

		first, err := trail.Read(t.Context(), tenant, later, "staff:7", audit.Filter{EventType: "appointment.cancelled"})
		require.NoError(t, err)
		second, err := trail.Read(t.Context(), tenant, later, "staff:7", audit.Filter{EventType: "appointment.cancelled", After: first[999].Seq})
		require.NoError(t, err)

		require.Len(t, first, 1000)
		require.Len(t, second, 2)
		require.Equal(t, []int64{1, 1000, 1001, 0}, []int64{first[0].Seq, first[999].Seq, second[0].Seq, second[1].Seq}, "the tail has no seq")
		none, err := trail.Read(t.Context(), tenant, later, "staff:7", audit.Filter{Subject: "a1", Until: happened})
		require.NoError(t, err)
		require.Empty(t, none)
	}, audit.Migrations)
}

func TestAUD14_TheChainIsInOrderOfRecording(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		trail := audit.NewTrail(db)
		early, late := entry(t, 1), entry(t, 2)
		early.OccurredAt, early.RecordedAt = happened.AddDate(0, 0, -1), recorded.Add(time.Minute)
		require.NoError(t, trail.Append(t.Context(), tenant, early))
		require.NoError(t, trail.Append(t.Context(), tenant, late))

		_, err := trail.Seal(t.Context(), tenant, later)
		require.NoError(t, err)

		entries, err := trail.Read(t.Context(), tenant, later, "staff:7", audit.Filter{})
		require.NoError(t, err)
		require.Equal(t, []string{late.EventID, early.EventID}, []string{entries[0].EventID, entries[1].EventID})
	}, audit.Migrations)
}

package audit_test

import (
	"crypto/sha256"
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/audit"
	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/store/storetest"
	"github.com/herald-bus/herald/events"
)

const (
	tenant  = "0198c0de-0000-7000-8000-0000000000aa"
	another = "0198c0de-0000-7000-8000-0000000000bb"
)

var (
	happened = time.Date(2027, 3, 30, 8, 0, 0, 0, time.UTC)
	recorded = happened.Add(time.Minute)
)

func envelope(data string) events.Envelope {
	return events.Envelope{
		Meta: events.Meta{
			ID: "0198c0de-0000-7000-8000-000000000001", Source: "/herald/test", Type: "appointment.cancelled", Version: 1,
			Subject: "a1", AggregateType: "appointment", Time: happened, TenantID: tenant, CausedBy: "staff:7",
			CorrelationID: "0198c0de-0000-7000-8000-000000000001",
		},
		Data: json.RawMessage(data),
	}
}

func deliver(t *testing.T, trail *audit.Trail, env events.Envelope, now time.Time) error {
	t.Helper()
	registry, err := events.NewRegistry(nil, []events.Listener{audit.NewAppendEntry(trail)})
	require.NoError(t, err)
	_, err = registry.Deliver(t.Context(), "audit.append-entry", env, events.Run{Attempt: 1, Now: now})
	return err
}

func TestAppendEntryOncePerEvent(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		trail := audit.NewTrail(db)

		require.NoError(t, deliver(t, trail, envelope(`{"name": "Mia Beispiel", "id": "a1"}`), recorded))
		require.NoError(t, deliver(t, trail, envelope(`{"name": "Mia Beispiel", "id": "a1"}`), recorded.Add(time.Hour)))

		entries, err := trail.OfSubject(t.Context(), tenant, "appointment", "a1")
		require.NoError(t, err)
		digest := sha256.Sum256([]byte(`{"id":"a1","name":"Mia Beispiel"}`))
		require.Equal(t, []audit.Entry{{
			EventID: "0198c0de-0000-7000-8000-000000000001", EventType: "appointment.cancelled", EventVersion: 1,
			AggregateType: "appointment", Subject: "a1", OccurredAt: happened, RecordedAt: recorded,
			ActorKind: "staff", ActorID: "7", CorrelationID: "0198c0de-0000-7000-8000-000000000001",
			Outcome: audit.OK, Facts: `{}`, Digest: digest[:],
		}}, entries)
		require.NotContains(t, storetest.Dump(t, db), "Beispiel", "the data itself is not kept")
		others, err := trail.OfSubject(t.Context(), another, "appointment", "a1")
		require.NoError(t, err)
		require.Empty(t, others)
	}, audit.Migrations)
}

func TestNobodyChangesTheTrail(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		require.NoError(t, deliver(t, audit.NewTrail(db), envelope(`{}`), recorded))
		before := storetest.Dump(t, db)

		for _, statement := range []string{
			`UPDATE audit_entry SET actor_id = '8' WHERE tenant_id = $1`,
			`DELETE FROM audit_entry WHERE tenant_id = $1`,
		} {
			_, err := db.Tenant(tenant).Exec(t.Context(), statement)
			require.ErrorIs(t, err, store.ErrAppendOnly)
		}
		if db.Dialect() == store.Postgres {
			_, err := db.AllTenants().Exec(t.Context(), `TRUNCATE audit_entry`)
			require.ErrorIs(t, err, store.ErrAppendOnly)
		} else {
			_, err := db.AllTenants().Exec(t.Context(), `INSERT OR REPLACE INTO audit_entry (tenant_id, event_id, event_type,
				event_version, aggregate_type, subject, occurred_at, recorded_at, actor_kind, actor_id, correlation_id, causation_id,
				outcome, payload_digest) SELECT tenant_id, event_id, event_type,
				event_version, aggregate_type, subject, occurred_at, recorded_at, actor_kind, '8', correlation_id, causation_id,
				outcome, payload_digest FROM audit_entry`)
			require.NoError(t, err)
		}

		require.Equal(t, before, storetest.Dump(t, db))
	}, audit.Migrations)
}

func TestActorsAndOutcomes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		causedBy, eventType, kind, id string
		outcome                       audit.Outcome
	}{
		{"", "appointment.created", "system", "", audit.OK},
		{"customer:c1", "appointment.booking_failed", "customer", "c1", audit.Refused},
		{"agent:7:2", "appointment.policy_violated", "agent", "7:2", audit.Refused},
		{"cli", "calendar.sync_failed", "unknown", "cli", audit.Failed},
		{"robot:7", "notification.failed", "unknown", "robot:7", audit.Failed},
	} {
		env := envelope(`{}`)
		env.CausedBy, env.Type = c.causedBy, c.eventType

		entry, err := audit.EntryOf(env, recorded)

		require.NoError(t, err)
		require.Equal(t, []any{c.kind, c.id, c.outcome}, []any{entry.ActorKind, entry.ActorID, entry.Outcome})
	}
}

func TestAUD16_AFailingAppendFailsItsListener(t *testing.T) {
	t.Parallel()
	closed := store.New(store.Config{}, nil, slog.New(slog.DiscardHandler))

	err := deliver(t, audit.NewTrail(closed), envelope(`{}`), recorded)

	require.ErrorIs(t, err, store.ErrNotOpen, "nothing is swallowed")
	require.False(t, events.IsPermanent(err), "it is tried again")
}

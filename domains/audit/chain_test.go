package audit_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/audit"
	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/store/storetest"
	"github.com/herald-bus/herald/events"
	broken "github.com/herald-bus/herald/events/audit"
)

// later is when everything in these tests may be sealed.
var later = recorded.Add(time.Hour)

// entry is the n-th of a tenant, recorded n milliseconds after the first.
func entry(t *testing.T, n int) audit.Entry {
	t.Helper()
	env := envelope(fmt.Sprintf(`{"appointment_id": "a%d"}`, n))
	env.ID = fmt.Sprintf("0198c0de-0000-7000-8000-%012d", n)
	e, err := audit.EntryOf(env, recorded.Add(time.Duration(n)*time.Millisecond))
	require.NoError(t, err)
	return e
}

// sealed appends and seals n entries of the tenant.
func sealed(t *testing.T, db *store.DB, n int) *audit.Trail {
	t.Helper()
	trail := audit.NewTrail(db)
	for i := range n {
		require.NoError(t, trail.Append(t.Context(), tenant, entry(t, i+1)))
	}
	got, err := trail.Seal(t.Context(), tenant, later)
	require.NoError(t, err)
	require.Equal(t, n, got)
	return trail
}

// asSuperuser runs a statement without the triggers that forbid it.
func asSuperuser(t *testing.T, db *store.DB, statement string, args ...any) {
	t.Helper()
	unlock := []string{`ALTER TABLE audit_entry DISABLE TRIGGER USER`}
	if db.Dialect() == store.SQLite {
		unlock = []string{`DROP TRIGGER audit_entry_sealed_once`, `DROP TRIGGER audit_entry_goes_expired`}
	}
	for _, s := range unlock {
		_, err := db.AllTenants().Exec(t.Context(), s)
		require.NoError(t, err)
	}
	n, err := db.AllTenants().Exec(t.Context(), statement, args...)
	require.NoError(t, err)
	require.Positive(t, n)
}

func verify(t *testing.T, trail *audit.Trail, tenantID string) broken.Verification {
	t.Helper()
	v, err := trail.Verify(t.Context(), tenantID, 0)
	require.NoError(t, err)
	return v
}

func TestAUD1_EveryEventHasOneEntryInItsTenantsChain(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) { // worked examples 1 and 3
		trail := sealed(t, db, 3)
		require.NoError(t, trail.Append(t.Context(), tenant, entry(t, 3)), "the same event again")
		require.NoError(t, trail.Append(t.Context(), another, entry(t, 1)))
		require.NoError(t, trail.SealAll(t.Context(), quiet, later))

		require.Equal(t, broken.Verification{Checked: 3}, verify(t, trail, tenant))
		require.Equal(t, broken.Verification{Checked: 1}, verify(t, trail, another))
	}, audit.Migrations)
}

func TestAUD2_TheDatabaseAllowsTheSealAndNothingElse(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) { // worked example 4, first half
		trail := sealed(t, db, 2)
		require.NoError(t, trail.Append(t.Context(), tenant, entry(t, 3)))
		_, err := trail.Checkpoint(t.Context(), tenant, later)
		require.NoError(t, err)
		before := storetest.Dump(t, db)
		const of3 = ` WHERE tenant_id = $1 AND event_id = '0198c0de-0000-7000-8000-000000000003'`

		for _, statement := range []string{
			`UPDATE audit_entry SET actor_id = '8' WHERE tenant_id = $1`,
			`UPDATE audit_entry SET seq = seq + 10 WHERE tenant_id = $1 AND seq = 2`,
			`UPDATE audit_entry SET seq = NULL, hash = NULL, prev_hash = NULL WHERE tenant_id = $1 AND seq = 2`,
			`UPDATE audit_entry SET seq = 3` + of3,
			`UPDATE audit_entry SET seq = 3, facts = '{"a":1}', hash = payload_digest, prev_hash = payload_digest` + of3,
			`DELETE FROM audit_entry WHERE tenant_id = $1`,
			`DELETE FROM audit_checkpoint WHERE tenant_id = $1`,
			`UPDATE audit_checkpoint SET seq = 1 WHERE tenant_id = $1`,
			`INSERT INTO audit_entry (tenant_id, event_id, event_type, event_version, aggregate_type, subject, occurred_at, recorded_at,
				actor_kind, actor_id, correlation_id, causation_id, outcome, payload_digest, seq)
				SELECT tenant_id, '0198c0de-0000-7000-8000-000000000009', event_type, event_version, aggregate_type, subject, occurred_at,
				recorded_at, actor_kind, actor_id, correlation_id, causation_id, outcome, payload_digest, 9 FROM audit_entry` + of3,
		} {
			_, err := db.Tenant(tenant).Exec(t.Context(), statement)
			require.ErrorIs(t, err, store.ErrAppendOnly, statement)
		}
		if db.Dialect() == store.SQLite {
			_, err := db.Tenant(tenant).Exec(t.Context(), `UPDATE OR REPLACE audit_entry SET seq = 2, hash = payload_digest, prev_hash = payload_digest`+of3)
			require.ErrorIs(t, err, store.ErrAppendOnly)
		}

		require.Equal(t, before, storetest.Dump(t, db))
	}, audit.Migrations)
}

func TestAUD3_TheTailWaitsForFiveSeconds(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		trail := audit.NewTrail(db)
		require.NoError(t, deliver(t, trail, envelope(`{}`), recorded))

		early, err := trail.Seal(t.Context(), tenant, recorded.Add(5*time.Second))
		require.NoError(t, err)
		due, err := trail.Seal(t.Context(), tenant, recorded.Add(5*time.Second+time.Millisecond))

		require.NoError(t, err)
		require.Equal(t, []int{0, 1}, []int{early, due})
	}, audit.Migrations)
}

func TestAUD3_ThousandEntriesAtOnceHaveNoGap(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) { // worked example 2
		trail := audit.NewTrail(db)
		due := make(chan struct{})
		var writers, sealers sync.WaitGroup
		for w := range 10 {
			entries := make([]audit.Entry, 100)
			for i := range entries {
				entries[i] = entry(t, w*100+i+1)
			}
			writers.Go(func() {
				for i, e := range entries {
					if err := trail.Append(t.Context(), tenant, e); err != nil {
						t.Error(err)
					}
					if i%10 == 0 {
						due <- struct{}{}
					}
				}
			})
		}
		for range 2 {
			sealers.Go(func() {
				for range due {
					if _, err := trail.Seal(t.Context(), tenant, later); err != nil {
						t.Error(err)
					}
				}
			})
		}
		writers.Wait()
		close(due)
		sealers.Wait()

		_, err := trail.Seal(t.Context(), tenant, later)
		require.NoError(t, err)
		require.Equal(t, broken.Verification{Checked: 1000}, verify(t, trail, tenant))
	}, audit.Migrations)
}

func TestAUD4_TheHashCoversTheEntryAndTheOneBefore(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		trail := sealed(t, db, 2)

		entries, err := trail.Read(t.Context(), tenant, later, "staff:7", audit.Filter{})
		require.NoError(t, err)
		first, second := entries[0], entries[1]

		require.Equal(t, audit.Genesis(tenant), first.Prev)
		require.NotEqual(t, audit.Genesis(another), first.Prev)
		hash := first.Hash(tenant, first.Prev)
		require.Equal(t, hash, first.Sealed)
		require.Equal(t, hash, second.Prev)
		changed := first
		changed.Facts = `{"appointment_id":"a2"}`
		require.NotEqual(t, hash, changed.Hash(tenant, first.Prev))
	}, audit.Migrations)
}

func TestAUD4_TheHashIsThatOfTheCanonicalForm(t *testing.T) {
	t.Parallel()
	e := entry(t, 1)
	e.Seq, e.ActorID, e.Subject = 7, "a \"quoted\" ü \n", "subject"
	e.OccurredAt = happened.Add(time.Microsecond)
	raw, err := json.Marshal(map[string]any{
		"tenant_id": tenant, "event_id": e.EventID, "seq": 7, "event_type": e.EventType, "event_version": 1,
		"aggregate_type": "appointment", "subject": "subject", "occurred_at": "2027-03-30T08:00:00.000001Z",
		"recorded_at": "2027-03-30T08:01:00.001Z", "actor_kind": "staff", "actor_id": e.ActorID,
		"correlation_id": e.CorrelationID, "causation_id": "", "outcome": "ok",
		"facts": json.RawMessage(e.Facts), "payload_digest": hex.EncodeToString(e.Digest),
	})
	require.NoError(t, err)
	canonical, err := audit.Canonical(raw)
	require.NoError(t, err)

	want := sha256.Sum256(append(audit.Genesis(tenant), canonical...))

	require.Equal(t, want[:], e.Hash(tenant, audit.Genesis(tenant)))
}

func TestAUD5_VerificationFindsTheFirstBadEntry(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, statement, kind string
		seq                   int64
	}{
		{"changed", `UPDATE audit_entry SET actor_id = '8' WHERE seq IN (5, 7)`, broken.Hash, 5},
		{"removed", `DELETE FROM audit_entry WHERE seq = 3`, broken.Gap, 3},
		{"swapped", `UPDATE audit_entry SET seq = CASE seq WHEN 4 THEN 400 ELSE 4 END WHERE seq IN (4, 6)`, broken.Hash, 4},
		{"the first", `DELETE FROM audit_entry WHERE seq = 1`, broken.Gap, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			storetest.Each(t, func(t *testing.T, db *store.DB) { // worked example 4, second half
				trail := sealed(t, db, 10)
				if c.name == "swapped" && db.Dialect() == store.SQLite {
					asSuperuser(t, db, `UPDATE audit_entry SET seq = 500 WHERE seq = 4`)
					_, err := db.AllTenants().Exec(t.Context(), `UPDATE audit_entry SET seq = 4 WHERE seq = 6`)
					require.NoError(t, err)
				} else {
					asSuperuser(t, db, c.statement)
				}

				v := verify(t, trail, tenant)

				require.Equal(t, []any{c.seq, c.kind, c.seq - 1}, []any{v.BadSeq, v.Kind, v.Checked})
			}, audit.Migrations)
		})
	}
}

func TestAUD5_VerificationStartsWhereItIsTold(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		trail := sealed(t, db, 10)
		asSuperuser(t, db, `UPDATE audit_entry SET actor_id = '8' WHERE seq = 3`)

		v, err := trail.Verify(t.Context(), tenant, 4)
		require.NoError(t, err)
		require.Equal(t, broken.Verification{Checked: 7}, v)
		_, err = trail.Verify(t.Context(), tenant, 40)
		var refusal *events.Refusal
		require.ErrorAs(t, err, &refusal)
		require.Equal(t, "not_found", refusal.Code)
	}, audit.Migrations)
}

func TestAUD6_ATruncatedTailIsFound(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		trail := sealed(t, db, 10)
		c, err := trail.Checkpoint(t.Context(), tenant, later)
		require.NoError(t, err)
		require.Equal(t, []int64{10, 10}, []int64{c.Seq, c.Entries})
		again, err := trail.Checkpoint(t.Context(), tenant, later.Add(time.Minute))
		require.NoError(t, err)
		require.Nil(t, again, "one a day")

		asSuperuser(t, db, `DELETE FROM audit_entry WHERE seq > 8`)
		require.Equal(t, broken.Verification{Checked: 8, BadSeq: 9, Kind: broken.Truncated, Expected: "10", Found: "8"}, verify(t, trail, tenant))

		_, err = db.AllTenants().Exec(t.Context(), `UPDATE audit_head SET seq = 8, hash = (SELECT hash FROM audit_entry WHERE seq = 8)`)
		require.NoError(t, err)
		v := verify(t, trail, tenant)
		require.Equal(t, []any{int64(9), broken.Truncated}, []any{v.BadSeq, v.Kind}, "the checkpoint knows better than the head")
	}, audit.Migrations)
}

func TestAUD6_ARewrittenChainIsNotThatOfTheCheckpoint(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		trail := sealed(t, db, 2)
		_, err := trail.Checkpoint(t.Context(), tenant, later)
		require.NoError(t, err)
		asSuperuser(t, db, `UPDATE audit_entry SET actor_id = '8', seq = NULL, prev_hash = NULL, hash = NULL`)
		_, err = db.AllTenants().Exec(t.Context(), `DELETE FROM audit_head`)
		require.NoError(t, err)

		_, err = trail.Seal(t.Context(), tenant, later)

		require.NoError(t, err)
		v := verify(t, trail, tenant)
		require.Equal(t, []any{int64(2), broken.Checkpoint}, []any{v.BadSeq, v.Kind})
	}, audit.Migrations)
}

func TestAUD8_TheChainVerifiesAfterAnErasure(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		trail := audit.NewTrail(db)
		created := envelope(`{"customer_id": "c1", "version": 1, "display_name": "Vera Neuling", "source": "voice",
			"contacts": [{"id": "k1", "kind": "phone", "value": "+491713920019"}], "placeholder": false}`)
		created.Type, created.AggregateType, created.Subject = "customer.created", "customer", "c1"
		erased := envelope(`{"customer_id": "c1", "holds": [], "at": "2027-03-30T08:00:00Z"}`)
		erased.ID, erased.Type, erased.AggregateType, erased.Subject = "0198c0de-0000-7000-8000-000000000002", "customer.erased", "customer", "c1"
		for _, env := range []events.Envelope{created, erased} {
			require.NoError(t, deliver(t, trail, env, recorded))
		}

		_, err := trail.Seal(t.Context(), tenant, later)

		require.NoError(t, err)
		require.Equal(t, broken.Verification{Checked: 2}, verify(t, trail, tenant))
		dump := storetest.Dump(t, db)
		require.Contains(t, dump, `{"customer_id":"c1","placeholder":false,"source":"voice","version":1}`)
		require.NotContains(t, dump, "Neuling")
		require.NotContains(t, dump, "+491713920019")
	}, audit.Migrations)
}

package audit_test

import (
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/audit"
	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/store/storetest"
	broken "github.com/herald-bus/herald/events/audit"
)

// TestAUD15_AMillionEntriesVerifyWithinAMinute builds and verifies a chain of as
// many entries as HERALD_TEST_ENTRIES says, a thousand if it says nothing, and logs
// how long that took.
func TestAUD15_AMillionEntriesVerifyWithinAMinute(t *testing.T) {
	t.Parallel()
	entries := 1000
	if n := os.Getenv("HERALD_TEST_ENTRIES"); n != "" {
		var err error
		entries, err = strconv.Atoi(n)
		require.NoError(t, err)
	}
	db := storetest.SQLite(t, audit.Migrations)
	trail := audit.NewTrail(db)
	began := time.Now()
	fill(t, db, entries)
	filled := time.Now()
	n, err := trail.Seal(t.Context(), tenant, later.AddDate(0, 0, 1))
	require.NoError(t, err)
	require.Equal(t, entries, n)
	isSealed := time.Now()

	v, err := trail.Verify(t.Context(), tenant, 0)

	require.NoError(t, err)
	require.Equal(t, broken.Verification{Checked: int64(entries)}, v)
	t.Logf("%d entries: written in %s, sealed in %s, verified in %s", entries, filled.Sub(began), isSealed.Sub(filled), time.Since(isSealed))
}

// fill adds unsealed entries, a millisecond after each other.
func fill(t *testing.T, db *store.DB, entries int) {
	t.Helper()
	e := entry(t, 1)
	e.Facts = `{"appointment_id":"0198c0de-0000-7000-8000-000000000001","cancelled_by":"customer","fee.cents":1500,"fee.currency":"EUR"}`
	_, err := db.Tenant(tenant).Exec(t.Context(), `WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < $2)
		INSERT INTO audit_entry (tenant_id, event_id, event_type, event_version, aggregate_type, subject,
			occurred_at, recorded_at, actor_kind, actor_id, correlation_id, causation_id, outcome, facts, payload_digest)
		SELECT $1, printf('0198c0de-0000-7000-8000-%012d', n), $3, $4, $5, $6, $7, $8 + 1000 * n, $9, $10, $11, $12, $13, $14, $15 FROM counted`,
		entries, e.EventType, e.EventVersion, e.AggregateType, e.Subject, e.OccurredAt, e.RecordedAt,
		e.ActorKind, e.ActorID, e.CorrelationID, e.CausationID, string(e.Outcome), e.Facts, e.Digest)
	require.NoError(t, err)
}

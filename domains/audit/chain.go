package audit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
)

// Genesis is what the first entry of a tenant's chain follows.
func Genesis(tenantID string) []byte {
	sum := sha256.Sum256([]byte("herald-audit-v1" + tenantID))
	return sum[:]
}

// Hash returns what seals the entry as the one after the entry with hash prev. It
// covers every field but the two hashes.
func (e Entry) Hash(tenantID string, prev []byte) ([]byte, error) {
	raw, err := json.Marshal(map[string]any{
		"tenant_id": tenantID, "event_id": e.EventID, "seq": e.Seq,
		"event_type": e.EventType, "event_version": e.EventVersion,
		"aggregate_type": e.AggregateType, "subject": e.Subject,
		"occurred_at": e.OccurredAt.UTC().Format(time.RFC3339Nano), "recorded_at": e.RecordedAt.UTC().Format(time.RFC3339Nano),
		"actor_kind": e.ActorKind, "actor_id": e.ActorID,
		"correlation_id": e.CorrelationID, "causation_id": e.CausationID,
		"outcome": e.Outcome, "facts": json.RawMessage(e.Facts), "payload_digest": hex.EncodeToString(e.Digest),
	})
	if err != nil {
		return nil, err
	}
	canonical, err := Canonical(raw)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(append(bytes.Clone(prev), canonical...))
	return sum[:], nil
}

// A head is the last sealed entry of a chain.
type head struct {
	seq  int64
	hash []byte
}

func scanHead(row store.Row) (h head, err error) { return h, row.Scan(&h.seq, &h.hash) }

// lockHead returns the chain's head, which nobody else moves until the transaction
// ends: writing what is there locks the row on both databases.
func lockHead(ctx context.Context, tx store.Scope, tenantID string) (head, error) {
	return store.One(ctx, tx, scanHead, `INSERT INTO audit_head (tenant_id, seq, hash) VALUES ($1, 0, $2)
		ON CONFLICT (tenant_id) DO UPDATE SET seq = audit_head.seq RETURNING seq, hash`, Genesis(tenantID))
}

// A Checkpoint says how far a chain had come, for ever.
type Checkpoint struct {
	Seq  int64
	Hash []byte
	// Entries are those since the checkpoint before.
	Entries  int64
	SealedAt time.Time
	// Expired says that the entries up to here were deleted, or are about to be.
	Expired bool
}

// Checkpoints returns the checkpoints of a tenant in the order of the chain.
func (t *Trail) Checkpoints(ctx context.Context, tenantID string) ([]Checkpoint, error) {
	return checkpoints(ctx, t.db.Tenant(tenantID))
}

func checkpoints(ctx context.Context, s store.Scope) ([]Checkpoint, error) {
	return store.All(ctx, s, func(row store.Row) (c Checkpoint, err error) {
		return c, row.Scan(&c.Seq, &c.Hash, &c.Entries, store.At(&c.SealedAt), &c.Expired)
	}, `SELECT seq, hash, entries, sealed_at, expired FROM audit_checkpoint WHERE tenant_id = $1 ORDER BY seq`)
}

// putCheckpoint keeps a checkpoint; one that is there stays, and may become expired.
func putCheckpoint(ctx context.Context, tx store.Scope, c Checkpoint) error {
	_, err := tx.Exec(ctx, `INSERT INTO audit_checkpoint (tenant_id, seq, hash, entries, sealed_at, expired)
		SELECT $1, $2, $3, $2 - coalesce(max(seq), 0), $4, $5 FROM audit_checkpoint WHERE tenant_id = $1 AND seq < $2
		ON CONFLICT (tenant_id, seq) DO UPDATE SET expired = audit_checkpoint.expired OR excluded.expired`,
		c.Seq, c.Hash, c.SealedAt, c.Expired)
	return err
}

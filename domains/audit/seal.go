package audit

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/upkeep"
)

const (
	// tail is how long an entry stays unsealed, so that one that was recorded before
	// it and is still being written comes before it.
	tail = 5 * time.Second
	// batch is how many entries are sealed in one transaction.
	batch = 1000
)

// Seal gives the entries that were recorded more than five seconds ago their place
// in the tenant's chain, without a gap. Whoever seals the same chain meanwhile
// waits; whoever appends does not. It returns how many were sealed.
func (t *Trail) Seal(ctx context.Context, tenantID string, now time.Time) (int, error) {
	total := 0
	for {
		sealed := 0
		err := t.db.Tenant(tenantID).InTx(ctx, func(tx store.Scope) (err error) {
			sealed, err = sealBatch(ctx, tx, tenantID, now)
			return err
		})
		if err != nil {
			return total, fmt.Errorf("audit: seal the chain of %s: %w", tenantID, err)
		}
		total += sealed
		if sealed < batch {
			return total, nil
		}
	}
}

func sealBatch(ctx context.Context, tx store.Scope, tenantID string, now time.Time) (int, error) {
	h, err := lockHead(ctx, tx, tenantID)
	if err != nil {
		return 0, err
	}
	entries, err := store.All(ctx, tx, scanEntry, `SELECT `+entryColumns+` FROM audit_entry
		WHERE tenant_id = $1 AND seq IS NULL AND recorded_at < $2
		ORDER BY recorded_at, event_id LIMIT $3`, now.Add(-tail), batch)
	if err != nil || len(entries) == 0 {
		return 0, err
	}
	for _, e := range entries {
		e.Seq = h.seq + 1
		hash := e.Hash(tenantID, h.hash)
		_, err := tx.Exec(ctx, `UPDATE audit_entry SET seq = $3, prev_hash = $4, hash = $5 WHERE tenant_id = $1 AND event_id = $2`,
			e.EventID, e.Seq, h.hash, hash)
		if err != nil {
			return 0, err
		}
		h = head{e.Seq, hash}
	}
	if _, err := tx.Exec(ctx, `UPDATE audit_head SET seq = $2, hash = $3 WHERE tenant_id = $1`, h.seq, h.hash); err != nil {
		return 0, err
	}
	return len(entries), nil
}

// Checkpoint remembers how far the chain has come, once a day of UTC: it returns
// nil if today has one, or if nothing was sealed since the last.
func (t *Trail) Checkpoint(ctx context.Context, tenantID string, now time.Time) (*Checkpoint, error) {
	var made *Checkpoint
	err := t.db.Tenant(tenantID).InTx(ctx, func(tx store.Scope) error {
		h, err := lockHead(ctx, tx, tenantID)
		if err != nil {
			return err
		}
		last, err := checkpoints(ctx, tx)
		if err != nil {
			return err
		}
		c := Checkpoint{Seq: h.seq, Hash: h.hash, Entries: h.seq, SealedAt: now}
		for _, before := range last {
			if !before.SealedAt.Before(now.UTC().Truncate(24*time.Hour)) || before.Seq == h.seq {
				return nil
			}
			c.Entries = h.seq - before.Seq
		}
		if h.seq == 0 {
			return nil
		}
		made = &c
		return putCheckpoint(ctx, tx, c)
	})
	if err != nil {
		return nil, fmt.Errorf("audit: make a checkpoint of %s: %w", tenantID, err)
	}
	return made, nil
}

// SealAll seals the chains of all tenants that have something to seal, and makes
// their checkpoints of the day.
func (t *Trail) SealAll(ctx context.Context, log *slog.Logger, now time.Time) error {
	return upkeep.EachTenant(ctx, t.db, func(tenantID string) error {
		if _, err := t.Seal(ctx, tenantID, now); err != nil {
			return err
		}
		c, err := t.Checkpoint(ctx, tenantID, now)
		if c != nil {
			log.InfoContext(ctx, "checkpoint of the audit trail", "tenant", tenantID, "seq", c.Seq, "hash", fmt.Sprintf("%x", c.Hash))
		}
		return err
	}, `SELECT DISTINCT tenant_id FROM audit_entry WHERE seq IS NULL AND recorded_at < $1`, now.Add(-tail))
}

package audit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/tenancy"
	"github.com/herald-bus/herald/domains/internal/upkeep"
	"github.com/herald-bus/herald/events"
)

// Years is how long entries are kept after the end of the year they are from,
// unless a tenant wants otherwise.
const Years = 3

// zone is where the year ends.
const zone = "Europe/Berlin"

// Expire deletes the entries whose time is over: of each year, so many years after
// its end. First it seals a checkpoint at the last of them, where verification
// starts from then on. It returns how many were deleted.
func (t *Trail) Expire(ctx context.Context, tenantID string, now time.Time, years int) (int64, error) {
	if years < 1 || years > 10 {
		return 0, events.Refuse("invalid", "AUD-9", "entries are kept for 1 to 10 years, not %d", years)
	}
	location, err := time.LoadLocation(zone)
	if err != nil {
		return 0, err
	}
	cutoff := time.Date(now.In(location).Year()-years, time.January, 1, 0, 0, 0, 0, location)
	var last head
	err = t.db.Tenant(tenantID).InTx(ctx, func(tx store.Scope) error {
		if _, err := lockHead(ctx, tx, tenantID); err != nil {
			return err
		}
		if last, err = lastExpired(ctx, tx, cutoff); err != nil {
			return err
		}
		return putCheckpoint(ctx, tx, Checkpoint{Seq: last.seq, Hash: last.hash, SealedAt: now, Expired: true})
	})
	if errors.Is(err, store.ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("audit: expire entries of %s: %w", tenantID, err)
	}
	// From the first to the last: what an interruption leaves ends at the checkpoint.
	deleted, err := upkeep.InBatches(ctx, t.db.Tenant(tenantID), `DELETE FROM audit_entry WHERE tenant_id = $1 AND seq IN
		(SELECT seq FROM audit_entry WHERE tenant_id = $1 AND seq <= $2 ORDER BY seq LIMIT $3)`, last.seq)
	if err != nil {
		return deleted, fmt.Errorf("audit: delete expired entries of %s: %w", tenantID, err)
	}
	return deleted, nil
}

// lastExpired returns the last entry of those at the chain's beginning that are
// all older than the cutoff.
func lastExpired(ctx context.Context, tx store.Scope, cutoff time.Time) (head, error) {
	return store.One(ctx, tx, scanHead, `SELECT seq, hash FROM audit_entry
		WHERE tenant_id = $1 AND recorded_at < $2 AND seq IS NOT NULL AND seq < coalesce(
			(SELECT min(seq) FROM audit_entry WHERE tenant_id = $1 AND recorded_at >= $2), 9223372036854775807)
		ORDER BY seq DESC LIMIT 1`, cutoff)
}

// ExpireAll does that for all tenants that have a chain, each by its own term.
func (t *Trail) ExpireAll(ctx context.Context, log *slog.Logger, now time.Time) error {
	return upkeep.EachTenant(ctx, t.db, func(tenantID string) error {
		years, err := t.years(ctx, tenantID)
		if err != nil {
			return err
		}
		deleted, err := t.Expire(ctx, tenantID, now, years)
		if deleted > 0 {
			log.InfoContext(ctx, "entries of the audit trail have expired", "tenant", tenantID, "entries", deleted)
		}
		return err
	}, chains)
}

// years is a tenant's term. One that is not registered has the usual one.
func (t *Trail) years(ctx context.Context, tenantID string) (int, error) {
	tenant, err := tenancy.FindTenant(ctx, t.db.Tenant(tenantID))
	if _, unknown := errors.AsType[*events.Refusal](err); err != nil && !unknown {
		return 0, fmt.Errorf("audit: term of %s: %w", tenantID, err)
	}
	return cmp.Or(tenant.AuditYears, Years), nil
}

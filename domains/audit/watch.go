package audit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/upkeep"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/audit"
)

// night is the hour at which whole chains are due to be verified, local time.
const night = 3

// chains are the tenants that have one, be it only by what is left of it.
const chains = `SELECT tenant_id FROM audit_head UNION SELECT tenant_id FROM audit_checkpoint`

// VerifyAll looks at what was sealed since the last checkpoint but one of each
// tenant, and once a night at the whole chain. What is not good is logged each time
// and announced once. A chain that could not be verified, or whose break could not
// be announced, is an error and due again.
func (t *Trail) VerifyAll(ctx context.Context, log *slog.Logger, p events.Publisher, now time.Time) error {
	return upkeep.EachTenant(ctx, t.db, func(tenantID string) error {
		whole, err := t.wholeIsDue(ctx, tenantID, now)
		if err != nil {
			return err
		}
		from := int64(0)
		if !whole {
			if from, err = t.lately(ctx, tenantID); err != nil {
				return err
			}
		}
		v, err := t.verifyTwice(ctx, tenantID, from)
		if err == nil && !v.OK() {
			log.ErrorContext(ctx, "the audit trail is broken", "tenant", tenantID, "seq", v.BadSeq, "kind", v.Kind, "expected", v.Expected, "found", v.Found)
			err = t.announce(ctx, p, tenantID, now, v)
		}
		if err != nil || !whole {
			return err
		}
		_, err = t.db.Tenant(tenantID).Exec(ctx, `INSERT INTO audit_verified (tenant_id, at) VALUES ($1, $2)
			ON CONFLICT (tenant_id) DO UPDATE SET at = excluded.at`, now)
		return err
	}, chains)
}

// verifyTwice looks again at a chain that seems to be broken: entries that expire
// while somebody is at them seem to be missing.
func (t *Trail) verifyTwice(ctx context.Context, tenantID string, from int64) (audit.Verification, error) {
	v, err := t.Verify(ctx, tenantID, from)
	if err != nil || v.OK() {
		return v, err
	}
	return t.Verify(ctx, tenantID, from)
}

// lately is where what was sealed since the last checkpoint but one begins.
func (t *Trail) lately(ctx context.Context, tenantID string) (int64, error) {
	made, err := t.Checkpoints(ctx, tenantID)
	if err != nil || len(made) < 2 {
		return 0, err
	}
	return made[len(made)-2].Seq + 1, nil
}

// wholeIsDue reports whether nobody has looked at the whole chain since last night.
func (t *Trail) wholeIsDue(ctx context.Context, tenantID string, now time.Time) (bool, error) {
	location, err := time.LoadLocation(zone)
	if err != nil {
		return false, err
	}
	local := now.In(location)
	last := time.Date(local.Year(), local.Month(), local.Day(), night, 0, 0, 0, location)
	if last.After(now) {
		last = time.Date(local.Year(), local.Month(), local.Day()-1, night, 0, 0, 0, location)
	}
	at, err := store.One(ctx, t.db.Tenant(tenantID), func(row store.Row) (at time.Time, err error) { return at, row.Scan(store.At(&at)) },
		`SELECT at FROM audit_verified WHERE tenant_id = $1`)
	if errors.Is(err, store.ErrNotFound) {
		return true, nil
	}
	return at.Before(last), err
}

// announce tells of a break that nobody was told of.
func (t *Trail) announce(ctx context.Context, p events.Publisher, tenantID string, now time.Time, v audit.Verification) error {
	s := t.db.Tenant(tenantID)
	told, err := store.All(ctx, s, scanSeq, `SELECT seq FROM audit_break WHERE tenant_id = $1 AND seq = $2`, v.BadSeq)
	if err != nil || len(told) > 0 {
		return err
	}
	err = upkeep.Announce(ctx, p, tenantID, "audit.verify/"+strconv.FormatInt(v.BadSeq, 10), audit.ChainBroken{
		TenantID: tenantID, Seq: v.BadSeq, Kind: v.Kind, Expected: v.Expected, Found: v.Found, CheckedAt: now,
	})
	if err != nil {
		return fmt.Errorf("audit: the break at %d is not announced: %w", v.BadSeq, err)
	}
	_, err = s.Exec(ctx, `INSERT INTO audit_break (tenant_id, seq, kind, announced_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (tenant_id, seq) DO NOTHING`, v.BadSeq, v.Kind, now)
	return err
}

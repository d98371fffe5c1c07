package customers

import (
	"context"
	"strconv"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
)

// Whoever fails to show who he is maxClaims times within claimWindow has to wait.
const (
	maxClaims   = 3
	claimWindow = time.Hour
)

// claimantOf is who makes a claim: the number that the network shows, or the call
// or request if it shows none.
func claimantOf(networkNumber, region, callID, key string) string {
	n, err := NormalizePhone(networkNumber, region)
	switch {
	case err == nil && n.Value != "":
		return n.Value
	case callID != "":
		return "call:" + callID
	}
	return "request:" + key
}

// A Claim is an attempt to show who one is, by a one-time code or a birthday.
type Claim struct {
	// Key makes two reports of one attempt one attempt.
	Key           string `json:"key"`
	NetworkNumber string `json:"network_number,omitzero"`
	Region        string `json:"region,omitzero"`
	CallID        string `json:"call_id,omitzero"`
	// Succeeded is what came of it.
	Succeeded bool `json:"succeeded"`
}

// NoteClaim records an attempt. It refuses with rate_limited, and then records
// nothing, if there were too many that failed; a success clears them. That a
// number is unknown is no attempt.
func (s *Service) NoteClaim(ctx context.Context, tenantID string, now time.Time, c Claim) error {
	claimant := claimantOf(c.NetworkNumber, c.Region, c.CallID, c.Key)
	if err := s.mayClaim(ctx, tenantID, now, claimant); err != nil {
		return err
	}
	return s.noteClaim(ctx, tenantID, now, claimant, c.Key, c.Succeeded)
}

func (s *Service) noteClaim(ctx context.Context, tenantID string, now time.Time, claimant, key string, succeeded bool) error {
	scope := s.db.Tenant(tenantID)
	if succeeded {
		_, err := scope.Exec(ctx, `DELETE FROM identity_attempt WHERE tenant_id = $1 AND claimant = $2`, claimant)
		return err
	}
	_, err := scope.Exec(ctx, `INSERT INTO identity_attempt (tenant_id, claimant, claim_key, failed_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (tenant_id, claimant, claim_key) DO NOTHING`, claimant, key, now)
	return err
}

// mayClaim refuses with rate_limited after too many failures.
func (s *Service) mayClaim(ctx context.Context, tenantID string, now time.Time, claimant string) error {
	failed, err := store.All(ctx, s.db.Tenant(tenantID), instant, `SELECT failed_at FROM identity_attempt
		WHERE tenant_id = $1 AND claimant = $2 AND failed_at > $3 ORDER BY failed_at`, claimant, now.Add(-claimWindow))
	if err != nil || len(failed) < maxClaims {
		return err
	}
	wait := failed[len(failed)-maxClaims].Add(claimWindow).Sub(now)
	return events.Refuse("rate_limited", "CUS-37", "%d claims have failed within an hour: try again in %s, or have the caller called back", len(failed), wait).
		With("retry_after", strconv.Itoa(int(wait.Seconds())))
}

func instant(row store.Row) (at time.Time, err error) { return at, row.Scan(store.At(&at)) }

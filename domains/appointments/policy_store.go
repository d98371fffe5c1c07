package appointments

import (
	"context"
	"encoding/json"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/tenancy"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// PutPolicy replaces what a level decides of a kind of policy. What is booked
// already keeps its terms.
func (s *Service) PutPolicy(ctx context.Context, tenantID string, p Policy) error {
	if err := p.validate(); err != nil {
		return err
	}
	_, err := s.db.Tenant(tenantID).Exec(ctx, `
		INSERT INTO policy (tenant_id, level, level_id, kind, config) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (tenant_id, level, level_id, kind) DO UPDATE SET config = excluded.config`,
		p.Level, p.LevelID, p.Kind, p.Config)
	return err
}

// SeedPolicies gives a new tenant its terms: cancelling up to 24 hours before, three
// times in 30 days; moving up to 12 hours before, twice an appointment; no fees.
// A policy that is there stays.
func (s *Service) SeedPolicies(ctx context.Context, tenantID string) error {
	seed := map[string]string{
		PolicyCancellation: `{"hours_before": 24, "max_per_30d": 3}`,
		PolicyReschedule:   `{"hours_before": 12, "max_per_appointment": 2}`,
	}
	for kind, config := range seed {
		_, err := s.db.Tenant(tenantID).Exec(ctx, `
			INSERT INTO policy (tenant_id, level, level_id, kind, config) VALUES ($1, $2, '', $3, $4) ON CONFLICT (tenant_id, level, level_id, kind) DO NOTHING`,
			levelTenant, kind, config)
		if err != nil {
			return err
		}
	}
	return nil
}

// EffectivePolicy returns the keys that count for a branch, a service and a staff
// member, each with the level that it comes from. Empty ids leave a level out.
func (s *Service) EffectivePolicy(ctx context.Context, tenantID, kind, branchID, serviceID, staffID string) (Settings, error) {
	return effective(ctx, s.db.Tenant(tenantID), kind, branchID, serviceID, staffID)
}

func effective(ctx context.Context, s store.Scope, kind, branchID, serviceID, staffID string) (Settings, error) {
	pieces, err := store.All(ctx, s, func(row store.Row) (p Policy, err error) {
		var text string
		err = row.Scan(&p.Level, &p.LevelID, &p.Kind, &text)
		p.Config = json.RawMessage(text)
		return p, err
	}, `SELECT level, level_id, kind, config FROM policy WHERE tenant_id = $1 AND kind = $2
		AND (level = 'tenant' OR level = 'branch' AND level_id = $3 OR level = 'service' AND level_id = $4 OR level = 'staff' AND level_id = $5)`,
		kind, branchID, serviceID, staffID)
	if err != nil {
		return nil, err
	}
	return merge(pieces)
}

func configOf(ctx context.Context, s store.Scope, kind, branchID, serviceID, staffID string) (config, error) {
	settings, err := effective(ctx, s, kind, branchID, serviceID, staffID)
	if err != nil {
		return config{}, err
	}
	return settings.config()
}

// termsOf returns the terms of an appointment with all these people.
func termsOf(ctx context.Context, s store.Scope, branchID, serviceID string, staffIDs []string) (appointment.Terms, error) {
	ruleOf := func(kind string) (appointment.Rule, error) {
		var rules []appointment.Rule
		for _, staffID := range staffIDs {
			c, err := configOf(ctx, s, kind, branchID, serviceID, staffID)
			if err != nil {
				return appointment.Rule{}, err
			}
			rules = append(rules, c.rule())
		}
		return strictest(rules), nil
	}
	var terms appointment.Terms
	var err error
	if terms.Cancellation, err = ruleOf(PolicyCancellation); err != nil {
		return terms, err
	}
	if terms.Reschedule, err = ruleOf(PolicyReschedule); err != nil {
		return terms, err
	}
	terms.NoShow, err = ruleOf(PolicyNoShow)
	return terms, err
}

// Allowed refuses an operation that the branch has switched off, or not on at that
// time. Its kind is that of the policy, such as [PolicyOpeningHours].
func (s *Service) Allowed(ctx context.Context, tenantID string, now time.Time, branchID, kind string) error {
	scope := s.db.Tenant(tenantID)
	branch, err := tenancy.FindBranch(ctx, scope, branchID)
	if err != nil {
		return err
	}
	refusal, err := switchedOff(ctx, scope, now, branch, kind, "")
	if err == nil && refusal != nil {
		return refusal
	}
	return err
}

func switchedOff(ctx context.Context, s store.Scope, now time.Time, branch tenancy.Branch, kind, serviceID string) (*events.Refusal, error) {
	zone, err := branch.Location()
	if err != nil {
		return nil, err
	}
	c, err := configOf(ctx, s, kind, branch.ID, serviceID, "")
	if err != nil {
		return nil, err
	}
	return c.switched(now, zone), nil
}

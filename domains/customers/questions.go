package customers

import (
	"context"
	"strings"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events/customer"
)

// FindProfiles returns whom [Service.Find] finds, or, without a text, the first
// customers by name.
func (s *Service) FindProfiles(ctx context.Context, tenantID string, q customer.FindQuery) ([]customer.Profile, error) {
	ids, err := s.findIDs(ctx, tenantID, q)
	if err != nil {
		return nil, err
	}
	profiles := make([]customer.Profile, 0, len(ids))
	for _, id := range ids {
		profile, err := s.Profile(ctx, tenantID, id)
		if err != nil {
			return nil, err
		}
		profiles = append(profiles, profile)
	}
	return profiles, nil
}

func (s *Service) findIDs(ctx context.Context, tenantID string, q customer.FindQuery) ([]string, error) {
	if strings.TrimSpace(q.Text) == "" {
		return store.All(ctx, s.db.Tenant(tenantID), text, `SELECT customer_id FROM customer
			WHERE tenant_id = $1 AND status IN ('active', 'pending_verification') ORDER BY name_fold, customer_id LIMIT $2`, foundAtMost)
	}
	found, err := s.Find(ctx, tenantID, q.Text, q.Region)
	if err != nil {
		return nil, err
	}
	ids := make([]string, 0, len(found))
	for _, c := range found {
		ids = append(ids, c.ID)
	}
	return ids, nil
}

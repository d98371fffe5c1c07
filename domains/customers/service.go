package customers

import (
	"context"
	"errors"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/customer"
)

// Service keeps the customers of all tenants. Its methods announce nothing by
// themselves: what they return as events is for the caller to publish. A request
// with a key may be repeated: it has its effect once, and the same answer and
// the same events each time.
type Service struct{ db *store.DB }

// NewService returns the customers in db.
func NewService(db *store.DB) *Service { return &Service{db} }

// Resolve answers whose booking it is, and makes a new customer where nobody is
// known. It refuses with ambiguous, name_required, contact_required, rate_limited,
// customer_blocked, not_found, or the codes of names, numbers and addresses.
func (s *Service) Resolve(ctx context.Context, tenantID string, now time.Time, q customer.Query) (customer.Resolution, []events.Event, error) {
	return customer.Resolution{}, nil, errors.ErrUnsupported
}

// Lookup answers who calls from a number, and creates nothing.
func (s *Service) Lookup(ctx context.Context, tenantID string, now time.Time, q LookupRequest) (customer.Caller, error) {
	return customer.Caller{}, errors.ErrUnsupported
}

// A LookupRequest asks who calls.
type LookupRequest struct {
	NetworkNumber string `json:"network_number,omitzero"`
	// Region is the branch's, such as DE or DE-BE.
	Region string `json:"region,omitzero"`
}

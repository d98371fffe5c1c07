package customers

import (
	"context"
	"encoding/json"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events/customer"
)

// An ExportRequest asks for everything that is kept about a customer.
type ExportRequest struct {
	CustomerID string             `json:"customer_id"`
	Assurance  customer.Assurance `json:"assurance"`
}

// export is the document. It has all own rows, those of merged customers included.
type export struct {
	At        time.Time  `json:"at"`
	Customers []Customer `json:"customers"`
	Contacts  []contact  `json:"contacts"`
	Consents  []Consent  `json:"consents"`
	Notes     []Note     `json:"notes"`
	Visits    []visited  `json:"visits"`
	Counters  Counters   `json:"counters"`
}

// Export returns everything that is kept about a customer, as JSON. It refuses with
// not_found, and with erasure_identity unless he has logged in or staff ask.
func (s *Service) Export(ctx context.Context, tenantID string, now time.Time, req ExportRequest) (json.RawMessage, error) {
	if req.Assurance != customer.AssuredLogin && req.Assurance != customer.AssuredStaff {
		return nil, refuse("erasure_identity", "CUS-35", "assurance %q is too little to see all data: log in, or ask the staff", req.Assurance)
	}
	scope := s.db.Tenant(tenantID)
	c, err := find(ctx, scope, req.CustomerID)
	if err != nil {
		return nil, err
	}
	e := export{At: now}
	if e.Customers, err = store.All(ctx, scope, scanCustomer, `SELECT `+customerColumns+` FROM customer
		WHERE tenant_id = $1 AND (customer_id = $2 OR merged_into_id = $2) ORDER BY created_at, customer_id`, c.ID); err != nil {
		return nil, err
	}
	if e.Contacts, err = contactsOf(ctx, scope, c.ID); err != nil {
		return nil, err
	}
	if e.Consents, err = consentsOf(ctx, scope, c.ID); err != nil {
		return nil, err
	}
	if e.Notes, err = notesOf(ctx, scope, c.ID, true); err != nil {
		return nil, err
	}
	if e.Visits, err = visitsOf(ctx, scope, c.ID); err != nil {
		return nil, err
	}
	e.Counters, err = counters(ctx, scope, now, c)
	return toJSON(e), err
}

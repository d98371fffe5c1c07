package customers

import (
	"context"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events/customer"
)

// A LookupRequest asks who calls.
type LookupRequest struct {
	NetworkNumber string `json:"network_number,omitzero"`
	// Region is the branch's, such as DE or DE-BE.
	Region string `json:"region,omitzero"`
}

// Lookup answers who calls from a number, and creates nothing. It reads the tables
// each time, so its answer is never an old one.
func (s *Service) Lookup(ctx context.Context, tenantID string, now time.Time, q LookupRequest) (customer.Caller, error) {
	scope := s.db.Tenant(tenantID)
	caller := customer.Caller{Match: customer.MatchNone, Greeting: customer.GreetPlainly}
	house, err := s.house(ctx, scope)
	if err != nil {
		return caller, err
	}
	match, id, err := house.lookup(ctx, scope, q)
	caller.Match = match
	if err != nil || id == "" {
		return caller, err
	}
	c, err := find(ctx, scope, id)
	if err != nil {
		return caller, err
	}
	visits, err := visitsOf(ctx, scope, c.ID)
	likes := preferences(visits, house.practice)
	caller.CustomerID, caller.Language, caller.Restriction, caller.Greeting = &c.ID, &c.Language, &c.Restriction, likes.Greeting
	caller.DisplayName, caller.Salutation, caller.LastName, caller.ServiceID = known(c.DisplayName), known(c.Salutation), known(c.Last), known(likes.ServiceID)
	if c.Status == Placeholder {
		caller.DisplayName = nil // it is nobody's name
	}
	return caller, err
}

// known is nil for what nobody has said.
func known(value string) *string {
	if value == "" || value == NoSalutation {
		return nil
	}
	return &value
}

// lookup finds the customer of the network's number, if it is one.
func (h house) lookup(ctx context.Context, scope store.Scope, q LookupRequest) (match, id string, err error) {
	number := h.network(q.NetworkNumber, q.Region)
	if number.Withheld {
		return customer.MatchWithheld, "", nil
	}
	found, err := candidatesBy(ctx, scope, phoneContact(number, ""))
	switch at := sole(found); {
	case err != nil || len(found) == 0:
		return customer.MatchNone, "", err
	case at >= 0:
		return customer.MatchOne, found[at].ID, nil
	}
	return customer.MatchAmbiguous, "", nil
}

// found is how many customers a search returns at most.
const foundAtMost = 20

// Find returns the customers with a number, an address, or a name like the text,
// the most alike first.
func (s *Service) Find(ctx context.Context, tenantID, text, region string) ([]Customer, error) {
	scope := s.db.Tenant(tenantID)
	var candidates []candidate
	var err error
	if n, phoneErr := NormalizePhone(text, region); phoneErr == nil && n.Value != "" {
		candidates, err = candidatesBy(ctx, scope, phoneContact(n, ""))
	} else if address, mailErr := NormalizeEmail(text, MailRules{}); mailErr == nil && address != "" {
		candidates, err = candidatesBy(ctx, scope, emailContact(address, ""))
	} else {
		candidates, err = likeNames(ctx, scope, SplitName(text))
	}
	if err != nil {
		return nil, err
	}
	found := []Customer{}
	for _, candidate := range candidates[:min(len(candidates), foundAtMost)] {
		c, err := find(ctx, scope, candidate.ID)
		if err != nil {
			return nil, err
		}
		found = append(found, c)
	}
	return found, nil
}

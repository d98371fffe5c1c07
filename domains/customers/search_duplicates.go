package customers

import (
	"context"
	"slices"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/customer"
)

// telling are the changes after which a customer may turn out to be another.
var telling = []string{"name", "birthday", "contacts"}

// NewSearchDuplicatesOfNew returns the listener that looks for customers who may be
// the same person as a new one.
func NewSearchDuplicatesOfNew(s *Service) events.Listener {
	return searchDuplicates(s, func(e customer.Created) (string, bool) { return e.CustomerID, true })
}

// NewSearchDuplicatesOfChanged returns the listener that does so after a change
// that tells something about the person.
func NewSearchDuplicatesOfChanged(s *Service) events.Listener {
	return searchDuplicates(s, func(e customer.Updated) (string, bool) {
		return e.CustomerID, slices.ContainsFunc(e.Changed, func(what string) bool { return slices.Contains(telling, what) })
	})
}

func searchDuplicates[E events.Event](s *Service, read func(E) (customerID string, worthwhile bool)) events.Listener {
	return events.On("customers.search-duplicates", func(ctx context.Context, d events.Delivery[E]) error {
		id, worthwhile := read(d.Event)
		if !worthwhile {
			return nil
		}
		return emit(d, func() ([]events.Event, error) {
			return s.SearchDuplicates(ctx, d.TenantID, d.Now(), d.IdempotencyKey(), id)
		})
	}, events.Priority(20), events.Emits(customer.DuplicateSuspected{}))
}

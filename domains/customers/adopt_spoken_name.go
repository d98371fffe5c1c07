package customers

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/call"
	"github.com/herald-bus/herald/events/customer"
)

// sureToName is how sure a name must be, from 0 to 100, to be anybody's. One that was
// heard in a call without a number never is.
const sureToName = 60

// NewAdoptSpokenName returns the listener that makes use of the name that was heard
// in a call.
func NewAdoptSpokenName(s *Service) events.Listener {
	return events.On("customers.adopt-spoken-name", func(ctx context.Context, d events.Delivery[call.Analyzed]) error {
		e := d.Event
		if e.SaidName == nil || e.SaidName.Confidence < sureToName {
			return nil
		}
		said := SpokenIn{Key: e.CallID + "/" + strconv.Itoa(e.Revision), CallID: e.CallID, Name: e.SaidName.Value}
		return emit(d, func() ([]events.Event, error) { return s.AdoptSpokenName(ctx, d.TenantID, d.Now(), said) }, events.OccurredAt(d.Time))
	}, events.Priority(60), events.Emits(customer.Updated{}, customer.Identified{}))
}

// SpokenIn is the name that was heard in a call.
type SpokenIn struct {
	Key, CallID string
	Name        string
}

// AdoptSpokenName names the placeholder that has called. A call that is nobody's
// yet, as several share its number, is that one's whose name it is. What is no name
// is no news, and nobody becomes a customer by it.
func (s *Service) AdoptSpokenName(ctx context.Context, tenantID string, now time.Time, said SpokenIn) ([]events.Event, error) {
	name, err := ValidateName(said.Name, nil, true)
	if err != nil {
		return nil, nil
	}
	_, announced, err := once(ctx, s, tenantID, key("adopt-spoken-name", said.Key), now, func(tx store.Scope) (outcome[string], error) {
		var none outcome[string]
		identified, err := identifyByName(ctx, tx, said.CallID, name)
		if err != nil || identified.CustomerID == "" {
			return none, err
		}
		c, err := lock(ctx, tx, identified.CustomerID)
		if err != nil {
			return none, unlessGone(err)
		}
		identified.CustomerID = c.ID
		var announced []events.Event
		if c.Status == Placeholder {
			c.rename(name)
			c.Status = Active
			if err := save(ctx, tx, &c); err != nil {
				return none, err
			}
			event, err := updated(ctx, tx, c, "name")
			if err != nil {
				return none, err
			}
			announced = append(announced, event)
		}
		if identified.Method != "" {
			if err := keepIdentity(ctx, tx, said.CallID, c.ID, customer.MatchOne, "", now); err != nil {
				return none, err
			}
			identified.AttendeeDiffers = Similar(name, c.Name) < Weak
			announced = append(announced, identified)
		}
		return outcome[string]{c.ID, c.ID, announced}, nil
	})
	return announced, err
}

// identifyByName returns whose call it is. The method is empty where that was known
// before, and the customer where the name does not help.
func identifyByName(ctx context.Context, tx store.Scope, callID string, name Name) (customer.Identified, error) {
	identified := customer.Identified{CallID: callID, Assurance: customer.AssuredPhone}
	known, err := store.One(ctx, tx, func(row store.Row) (k [2]string, err error) { return k, row.Scan(&k[0], &k[1]) },
		`SELECT customer_id, number FROM call_identity WHERE tenant_id = $1 AND call_id = $2`, callID)
	if errors.Is(err, store.ErrNotFound) {
		return identified, nil
	}
	if identified.CustomerID = known[0]; err != nil || known[0] != "" || known[1] == "" {
		return identified, err
	}
	found, err := candidatesBy(ctx, tx, phoneContact(Number{Value: known[1]}, ""))
	if err != nil || len(found) == 0 {
		return identified, err
	}
	at, method, confidence := byNumber(found, name, "")
	if at >= 0 {
		identified.CustomerID, identified.Method, identified.Confidence = found[at].ID, method, confidence
	}
	return identified, nil
}

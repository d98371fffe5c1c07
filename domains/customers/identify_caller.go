package customers

import (
	"context"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/call"
	"github.com/herald-bus/herald/events/customer"
)

// NewIdentifyCaller returns the listener that looks up who is calling before the
// assistant greets. A call that it fails for goes on with an unknown caller.
func NewIdentifyCaller(s *Service) events.Listener {
	return events.On("customers.identify-caller", func(ctx context.Context, d events.Delivery[call.Started]) error {
		c := IncomingCall{Key: d.IdempotencyKey(), CallID: d.Event.CallID, NetworkNumber: d.Event.FromNumber}
		if d.Event.Direction == "outbound" {
			c.NetworkNumber = d.Event.ToNumber // it is we who call
		} else if d.Event.CallerID != "presented" {
			c.NetworkNumber = ""
		}
		return emit(d, func() ([]events.Event, error) { return s.Identify(ctx, d.TenantID, d.Now(), c) })
	}, events.Sync(), events.Priority(400), events.Emits(customer.Identified{}))
}

// emit hands on what a service announces.
func emit[E events.Event](d events.Delivery[E], serve func() ([]events.Event, error), options ...events.Option) error {
	announced, err := serve()
	if err != nil {
		return err
	}
	for _, event := range announced {
		d.Emit(event, options...)
	}
	return nil
}

// IncomingCall is a call that has begun.
type IncomingCall struct {
	Key, CallID   string
	NetworkNumber string
}

// Identify remembers whose call it is, so that nobody has to search again, and
// announces it if it is exactly one customer's.
func (s *Service) Identify(ctx context.Context, tenantID string, now time.Time, c IncomingCall) ([]events.Event, error) {
	_, announced, err := once(ctx, s, tenantID, key("identify", c.Key), now, func(tx store.Scope) (outcome[string], error) {
		house, err := s.house(ctx, tx)
		if err != nil {
			return outcome[string]{}, err
		}
		match, id, err := house.lookup(ctx, tx, LookupRequest{NetworkNumber: c.NetworkNumber})
		if err != nil {
			return outcome[string]{}, err
		}
		known, err := identityOf(ctx, tx, c.CallID)
		if err != nil || known != "" {
			return outcome[string]{result: known, about: known}, err // a booking was faster
		}
		number := ""
		if id == "" {
			number = house.network(c.NetworkNumber, "").Value
		}
		if err := keepIdentity(ctx, tx, c.CallID, id, match, number, now); err != nil || id == "" {
			return outcome[string]{result: id}, err
		}
		return outcome[string]{id, id, []events.Event{customer.Identified{
			Ref: customer.Ref{CustomerID: id}, CallID: c.CallID, Method: customer.ByPhone, Confidence: sureAlone, Assurance: customer.AssuredPhone,
		}}}, nil
	})
	return announced, err
}

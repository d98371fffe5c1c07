package customers

import (
	"context"
	"errors"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/customer"
	"github.com/herald-bus/herald/events/notification"
)

// NewMarkUnreachable returns the listener that remembers that a customer's number or
// address is wrong, or takes nothing.
func NewMarkUnreachable(s *Service) events.Listener {
	return events.On("customers.mark-unreachable", func(ctx context.Context, d events.Delivery[notification.Failed]) error {
		if d.Event.ReasonClass != notification.ClassRecipient || d.Event.ContactID == "" {
			return nil
		}
		m := Mark{Key: d.IdempotencyKey(), ContactID: d.Event.ContactID, At: d.Time}
		return emit(d, func() ([]events.Event, error) { return s.MarkUnreachable(ctx, d.TenantID, d.Now(), m) }, events.OccurredAt(d.Time))
	}, events.Priority(50), events.Emits(customer.Updated{}))
}

// NewMarkReachable returns the listener that remembers that a message has arrived.
func NewMarkReachable(s *Service) events.Listener {
	return events.On("customers.mark-reachable", func(ctx context.Context, d events.Delivery[notification.Delivered]) error {
		if d.Event.ContactID == "" {
			return nil
		}
		m := Mark{Key: d.IdempotencyKey(), ContactID: d.Event.ContactID, At: d.Event.At}
		return emit(d, func() ([]events.Event, error) { return s.MarkReachable(ctx, d.TenantID, d.Now(), m) }, events.OccurredAt(d.Time))
	}, events.Priority(10), events.Emits(customer.Updated{}))
}

// A Mark says what became of a message to a contact.
type Mark struct {
	Key, ContactID string
	At             time.Time
}

// MarkUnreachable notes that a contact reaches nobody, unless a later message has
// arrived there. A contact that is gone is not missed.
func (s *Service) MarkUnreachable(ctx context.Context, tenantID string, now time.Time, m Mark) ([]events.Event, error) {
	return s.mark(ctx, tenantID, now, "mark-unreachable", m, func(p contact) contact {
		if !p.ReachedAt.After(m.At) {
			p.State = customer.Unreachable
		}
		return p
	})
}

// MarkReachable notes when a contact was reached. It proves nobody's identity.
func (s *Service) MarkReachable(ctx context.Context, tenantID string, now time.Time, m Mark) ([]events.Event, error) {
	return s.mark(ctx, tenantID, now, "mark-reachable", m, func(p contact) contact {
		if p.State == customer.Unreachable {
			p.State = customer.Reachable
		}
		if m.At.After(p.ReachedAt) {
			p.ReachedAt = m.At
		}
		return p
	})
}

// mark changes what is known of a contact, and announces another state.
func (s *Service) mark(ctx context.Context, tenantID string, now time.Time, verb string, m Mark, change func(contact) contact) ([]events.Event, error) {
	_, announced, err := once(ctx, s, tenantID, key(verb, m.Key), now, func(tx store.Scope) (outcome[string], error) {
		var none outcome[string]
		const selectContact = `SELECT ` + contactColumns + ` FROM contact_point p WHERE p.tenant_id = $1 AND p.contact_id = $2`
		p, err := store.One(ctx, tx, scanContact, selectContact, m.ContactID)
		if errors.Is(err, store.ErrNotFound) {
			return none, nil
		}
		if err != nil {
			return none, err
		}
		c, err := lock(ctx, tx, p.CustomerID)
		if err != nil {
			return none, unlessGone(err)
		}
		if p, err = store.One(ctx, tx, scanContact, selectContact, m.ContactID); err != nil {
			return none, err
		}
		before := p.State
		if p = change(p); p.State == before {
			return outcome[string]{about: c.ID}, p.setState(ctx, tx)
		}
		if err := errors.Join(p.setState(ctx, tx), save(ctx, tx, &c)); err != nil {
			return none, err
		}
		event, err := updated(ctx, tx, c, "contact_state")
		return outcome[string]{about: c.ID, announced: []events.Event{event}}, err
	})
	return announced, err
}

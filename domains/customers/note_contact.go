package customers

import (
	"context"
	"errors"
	"time"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/call"
)

// NewNoteContact returns the listener that counts a call as its customer's.
func NewNoteContact(s *Service) events.Listener {
	return events.On("customers.note-contact", func(ctx context.Context, d events.Delivery[call.CustomerLinked]) error {
		return unlessGone(s.NoteContact(ctx, d.TenantID, d.Event.CallID, d.Event.CustomerID, d.Time))
	}, events.Priority(30))
}

// NoteContact writes down that a call was with a customer; a call that turns out
// to be another customer's is moved, and keeps its instant. What was said last, at,
// counts.
func (s *Service) NoteContact(ctx context.Context, tenantID, callID, customerID string, at time.Time) error {
	scope := s.db.Tenant(tenantID)
	c, err := find(ctx, scope, customerID)
	if err != nil {
		return err
	}
	_, err = scope.Exec(ctx, `INSERT INTO call_contact (tenant_id, call_id, customer_id, at, linked_at) VALUES ($1, $2, $3, $4, $4)
		ON CONFLICT (tenant_id, call_id) DO UPDATE SET customer_id = excluded.customer_id, linked_at = excluded.linked_at
		WHERE excluded.linked_at >= COALESCE(call_contact.linked_at, call_contact.at)`, callID, c.ID, at)
	return err
}

// unlessGone leaves out that a customer is not there any more: an event that comes
// too late for him asks for nothing.
func unlessGone(err error) error {
	if refusal, ok := errors.AsType[*events.Refusal](err); ok && refusal.Code == "not_found" {
		return nil
	}
	return err
}

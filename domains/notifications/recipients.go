package notifications

import (
	"context"
	"errors"
	"fmt"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events/customer"
)

// A Recipient is what there is to know of a customer to write to him.
type Recipient struct {
	CustomerID string
	Version    int
	Name       string
	// Email and Phone are empty where he has none that reaches him.
	Email, Phone string
	Language     string
	// Granted are the purposes that he has agreed to, in alphabetical order.
	Granted []string
	// Forgotten is a customer who was erased: nothing else is known of him.
	Forgotten bool
}

func recipientOf(p customer.Profile) Recipient {
	return Recipient{
		CustomerID: p.CustomerID, Version: p.Version, Name: p.DisplayName, Language: p.Language,
		Email: contactOf(p.Contacts, customer.Email), Phone: contactOf(p.Contacts, customer.Phone),
	}
}

// contactOf returns the primary contact of a kind, or else the first that there is.
func contactOf(contacts []customer.Contact, kind string) string {
	first := ""
	for _, c := range contacts {
		switch {
		case c.Kind != kind || c.State == customer.Unreachable:
		case c.Primary:
			return c.Value
		case first == "":
			first = c.Value
		}
	}
	return first
}

// Recipients keeps a copy of the customers, which their events feed.
type Recipients struct{ db *store.DB }

// NewRecipients returns the recipients in db.
func NewRecipients(db *store.DB) *Recipients { return &Recipients{db} }

// Find returns a customer, or the one that he turned out to be, and found false for
// one that nobody has told of yet.
func (s *Recipients) Find(ctx context.Context, tenantID, customerID string) (r Recipient, found bool, err error) {
	scope := s.db.Tenant(tenantID)
	r, err = store.One(ctx, scope, func(row store.Row) (r Recipient, err error) {
		return r, row.Scan(&r.CustomerID, &r.Version, &r.Name, &r.Email, &r.Phone, &r.Language, &r.Forgotten)
	}, `WITH RECURSIVE same (id) AS (
			SELECT CAST($2 AS text) UNION
			SELECT m.primary_id FROM recipient_merge m JOIN same ON m.duplicate_id = same.id WHERE m.tenant_id = $1 AND NOT m.undone)
		SELECT customer_id, version, name, email, phone, language, forgotten FROM recipient JOIN same ON customer_id = same.id
		WHERE tenant_id = $1 AND NOT EXISTS (SELECT 1 FROM recipient_merge m WHERE m.tenant_id = $1 AND m.duplicate_id = same.id AND NOT m.undone)`, customerID)
	if errors.Is(err, store.ErrNotFound) {
		return Recipient{}, false, nil
	}
	if err == nil {
		r.Granted, err = s.granted(ctx, tenantID, r.CustomerID)
	}
	if err != nil {
		return Recipient{}, false, fmt.Errorf("notifications: look for the recipient %s: %w", customerID, err)
	}
	return r, true, nil
}

// Keep remembers a customer, unless a later version of him is known or he was
// forgotten.
func (s *Recipients) Keep(ctx context.Context, tenantID string, r Recipient) error {
	_, err := s.db.Tenant(tenantID).Exec(ctx, `
		INSERT INTO recipient (tenant_id, customer_id, version, name, email, phone, language, forgotten)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (tenant_id, customer_id) DO UPDATE SET version = excluded.version, name = excluded.name, email = excluded.email,
			phone = excluded.phone, language = excluded.language
		WHERE excluded.version > recipient.version AND NOT recipient.forgotten`,
		r.CustomerID, r.Version, r.Name, r.Email, r.Phone, r.Language, false)
	if err != nil {
		return fmt.Errorf("notifications: keep the recipient %s: %w", r.CustomerID, err)
	}
	return nil
}

// Forget clears a customer for good: what is told of him later is not kept either.
func (s *Recipients) Forget(ctx context.Context, tenantID, customerID string) error {
	err := s.db.Tenant(tenantID).InTx(ctx, func(tx store.Scope) error {
		if _, err := tx.Exec(ctx, `DELETE FROM recipient_consent WHERE tenant_id = $1 AND customer_id = $2`, customerID); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO recipient (tenant_id, customer_id, version, name, email, phone, language, forgotten)
			VALUES ($1, $2, 0, '', '', '', '', $3)
			ON CONFLICT (tenant_id, customer_id) DO UPDATE SET name = '', email = '', phone = '', language = '', forgotten = excluded.forgotten`,
			customerID, true)
		return err
	})
	if err != nil {
		return fmt.Errorf("notifications: forget the recipient %s: %w", customerID, err)
	}
	return nil
}

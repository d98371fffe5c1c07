package customers

import (
	"context"
	"slices"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
)

// A Note is what staff write about a customer.
type Note struct {
	ID         string `json:"id"`
	CustomerID string `json:"customer_id"`
	// Type is general, call, complaint, preference or system, and Visibility team
	// or managers.
	Type       string    `json:"type"`
	Visibility string    `json:"visibility"`
	Subject    string    `json:"subject"`
	Content    string    `json:"content"`
	Pinned     bool      `json:"pinned,omitzero"`
	Important  bool      `json:"important,omitzero"`
	Author     string    `json:"author"`
	CreatedAt  time.Time `json:"created_at"`
}

// AddNote adds a note; ownKey makes a repeated request one request. Id and instant
// are set here.
func (s *Service) AddNote(ctx context.Context, tenantID string, now time.Time, ownKey string, n Note) (Note, error) {
	types := []string{"general", "call", "complaint", "preference"}
	if !slices.Contains(types, n.Type) || !slices.Contains([]string{"team", "managers"}, n.Visibility) {
		return Note{}, refuse("field_invalid", "", "a note of type %q for %q is unknown: take one of %q, for team or managers", n.Type, n.Visibility, types)
	}
	note, _, err := once(ctx, s, tenantID, key("add-note", ownKey), now, func(tx store.Scope) (outcome[Note], error) {
		c, err := find(ctx, tx, n.CustomerID)
		if err != nil {
			return outcome[Note]{}, err
		}
		n.ID, n.CustomerID, n.CreatedAt = newID(), c.ID, now
		return outcome[Note]{result: n, about: c.ID}, putNote(ctx, tx, n)
	})
	return note, err
}

func putNote(ctx context.Context, tx store.Scope, n Note) error {
	_, err := tx.Exec(ctx, `INSERT INTO customer_note (tenant_id, note_id, customer_id, type, visibility, subject, content, pinned, important, author, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		n.ID, n.CustomerID, n.Type, n.Visibility, n.Subject, n.Content, n.Pinned, n.Important, n.Author, n.CreatedAt)
	return err
}

// Notes returns the notes about a customer, pinned ones first and then the newest;
// those for managers only if the reader is one.
func (s *Service) Notes(ctx context.Context, tenantID, customerID string, manager bool) ([]Note, error) {
	scope := s.db.Tenant(tenantID)
	c, err := find(ctx, scope, customerID)
	if err != nil {
		return nil, err
	}
	return notesOf(ctx, scope, c.ID, manager)
}

func notesOf(ctx context.Context, scope store.Scope, customerID string, manager bool) ([]Note, error) {
	return store.All(ctx, scope, func(row store.Row) (n Note, err error) {
		return n, row.Scan(&n.ID, &n.CustomerID, &n.Type, &n.Visibility, &n.Subject, &n.Content, &n.Pinned, &n.Important, &n.Author, store.At(&n.CreatedAt))
	}, `SELECT note_id, customer_id, type, visibility, subject, content, pinned, important, author, created_at FROM customer_note
		WHERE tenant_id = $1 AND customer_id IN `+family+` AND (visibility = 'team' OR $3)
		ORDER BY CASE WHEN pinned THEN 0 ELSE 1 END, created_at DESC, note_id DESC`, customerID, manager)
}

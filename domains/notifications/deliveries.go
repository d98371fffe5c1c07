package notifications

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
)

// A Delivery is one message that went out. It holds nobody's address.
type Delivery struct {
	// Key is the idempotency key under which it was sent.
	Key       string
	Type      string
	SubjectID string
	Way       Way
	MessageID string
	SentAt    time.Time
}

// Deliveries remembers what went out, so that nothing goes out twice.
type Deliveries struct{ db *store.DB }

// NewDeliveries returns the deliveries in db.
func NewDeliveries(db *store.DB) *Deliveries { return &Deliveries{db} }

// Find returns the message that went out under key, if one did.
func (s *Deliveries) Find(ctx context.Context, tenantID, key string) (d Delivery, found bool, err error) {
	d, err = store.One(ctx, s.db.Tenant(tenantID), scanDelivery, `
		SELECT idempotency_key, type, subject_id, way, message_id, sent_at
		FROM notification_delivery
		WHERE tenant_id = $1 AND idempotency_key = $2`, key)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return Delivery{}, false, nil
	case err != nil:
		return Delivery{}, false, fmt.Errorf("notifications: look for the delivery %s: %w", key, err)
	}
	return d, true, nil
}

func scanDelivery(row store.Row) (d Delivery, err error) {
	return d, row.Scan(&d.Key, &d.Type, &d.SubjectID, &d.Way, &d.MessageID, store.At(&d.SentAt))
}

// Add remembers that a message went out; the first time counts.
func (s *Deliveries) Add(ctx context.Context, tenantID string, d Delivery) error {
	_, err := s.db.Tenant(tenantID).Exec(ctx, `
		INSERT INTO notification_delivery (tenant_id, idempotency_key, type, subject_id, way, message_id, sent_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (tenant_id, idempotency_key) DO NOTHING`,
		d.Key, d.Type, d.SubjectID, string(d.Way), d.MessageID, d.SentAt)
	if err != nil {
		return fmt.Errorf("notifications: remember the delivery %s: %w", d.Key, err)
	}
	return nil
}

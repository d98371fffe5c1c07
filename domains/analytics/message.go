package analytics

import (
	"context"
	"fmt"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/notification"
)

// A Message is the fact of one notification, over whatever channels it went.
type Message struct {
	NotificationID string
	// BranchID is that of the appointment.
	BranchID      string
	AppointmentID string
	// Channel is the last that was tried.
	Channel string
	Purpose string
	DueAt   time.Time
	SentAt  time.Time
	// SentOn is the date at the branch, of giving up if it was never sent.
	SentOn       string
	DeliveredAt  time.Time
	FailedAt     time.Time
	FailureClass string
	CostCents    int64
	Currency     string
	// Late says that it was sent later than it should have been.
	Late bool
}

// punctual is how long after it is due a message is sent in time.
const punctual = 5 * time.Minute

// derive fills in what follows from the other fields.
func (n *Message) derive(ctx context.Context, tx store.Scope) (err error) {
	at := n.SentAt
	if at.IsZero() {
		at = n.FailedAt
	}
	n.Late = !n.SentAt.IsZero() && !n.DueAt.IsZero() && n.SentAt.Sub(n.DueAt) > punctual
	n.SentOn = ""
	if !at.IsZero() {
		n.SentOn, err = localDate(ctx, tx, n.BranchID, "", at)
	}
	return err
}

func (n *Message) applySent(m *merge, e notification.Sent) {
	set(m, "channel", &n.Channel, e.Channel)
	set(m, "purpose", &n.Purpose, e.Purpose)
	set(m, "due_at", &n.DueAt, e.DueAt)
	set(m, "sent_at", &n.SentAt, e.SentAt)
	if m.once("sent:" + m.by.Event) { // on each channel it costs
		n.CostCents += e.CostCents
	}
	if e.Currency != "" {
		set(m, "currency", &n.Currency, e.Currency)
	}
}

func (n *Message) applyDelivered(m *merge, e notification.Delivered) {
	set(m, "delivered_at", &n.DeliveredAt, e.At)
}

func (n *Message) applyFailed(m *merge, e notification.Failed) {
	set(m, "channel", &n.Channel, e.Channel)
	set(m, "purpose", &n.Purpose, e.Purpose)
	set(m, "failed_at", &n.FailedAt, m.by.At)
	set(m, "failure_class", &n.FailureClass, e.ReasonClass)
}

func (n *Message) table() (name, key string) { return "fact_message", "notification_id" }

func (n *Message) id() string { return n.NotificationID }

func (n *Message) columns() []string {
	return []string{
		"branch_id", "appointment_id", "channel", "purpose", "due_at", "sent_at", "sent_on", "delivered_at",
		"failed_at", "failure_class", "cost_cents", "currency", "late",
	}
}

func (n *Message) into() []any {
	return []any{
		&n.BranchID, &n.AppointmentID, &n.Channel, &n.Purpose, store.At(&n.DueAt), store.At(&n.SentAt), &n.SentOn, store.At(&n.DeliveredAt),
		store.At(&n.FailedAt), &n.FailureClass, &n.CostCents, &n.Currency, &n.Late,
	}
}

func (n *Message) values() []any {
	return []any{
		n.BranchID, n.AppointmentID, n.Channel, n.Purpose, n.DueAt, n.SentAt, n.SentOn, n.DeliveredAt,
		n.FailedAt, n.FailureClass, n.CostCents, n.Currency, n.Late,
	}
}

// recordMessage has apply put what the event by says into the fact of a message. The
// appointment that it names, if any, is begun and locked first: so either its branch
// is known here, or whoever records the branch finds the message.
func (f *Facts) recordMessage(ctx context.Context, by events.Meta, now time.Time, id, appointmentID string, apply func(*Message, *merge)) error {
	err := f.scope(by.TenantID).InTx(ctx, func(tx store.Scope) error {
		branchID, err := branchOf(ctx, tx, appointmentID)
		if err != nil {
			return err
		}
		n := Message{NotificationID: id}
		m, err := load(ctx, tx, by, &n)
		if err != nil {
			return err
		}
		before := n
		if appointmentID != "" {
			set(m, "appointment_id", &n.AppointmentID, appointmentID)
			if n.AppointmentID == appointmentID {
				n.BranchID = branchID
			}
		}
		if apply(&n, m); !m.changed {
			return nil
		}
		return f.saveMessage(ctx, tx, m, now, n, before)
	})
	if err != nil {
		return fmt.Errorf("analytics: record the message %s: %w", id, err)
	}
	return nil
}

func (f *Facts) saveMessage(ctx context.Context, tx store.Scope, m *merge, now time.Time, n, before Message) error {
	if err := n.derive(ctx, tx); err != nil {
		return err
	}
	if err := save(ctx, tx, m, &n); err != nil {
		return err
	}
	return f.touch(ctx, tx, now, day{messageFigures, before.SentOn, before.BranchID}, day{messageFigures, n.SentOn, n.BranchID})
}

// branchOf returns the branch of an appointment, as far as it is known.
func branchOf(ctx context.Context, tx store.Scope, appointmentID string) (string, error) {
	if appointmentID == "" {
		return "", nil
	}
	return store.One(ctx, tx, func(row store.Row) (id string, err error) { return id, row.Scan(&id) },
		`INSERT INTO fact_booking (tenant_id, appointment_id) VALUES ($1, $2)
		ON CONFLICT (tenant_id, appointment_id) DO UPDATE SET seen = fact_booking.seen RETURNING branch_id`, appointmentID)
}

// moveMessages takes an appointment's messages along to another branch.
func (f *Facts) moveMessages(ctx context.Context, tx store.Scope, now time.Time, appointmentID, from, to string) error {
	moved, err := store.All(ctx, tx, func(row store.Row) (n Message, err error) {
		return n, row.Scan(&n.NotificationID, &n.BranchID, store.At(&n.SentAt), store.At(&n.FailedAt), &n.SentOn)
	}, `UPDATE fact_message SET branch_id = $3 WHERE tenant_id = $1 AND appointment_id = $2 AND branch_id <> $3
		RETURNING notification_id, branch_id, sent_at, failed_at, sent_on`, appointmentID, to)
	if err != nil {
		return err
	}
	for _, n := range moved {
		before := n.SentOn
		if err := n.derive(ctx, tx); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE fact_message SET sent_on = $3 WHERE tenant_id = $1 AND notification_id = $2`, n.NotificationID, n.SentOn)
		if err != nil {
			return err
		}
		if err := f.touch(ctx, tx, now, day{messageFigures, before, from}, day{messageFigures, n.SentOn, to}); err != nil {
			return err
		}
	}
	return nil
}

// Message returns the fact of a notification, or [store.ErrNotFound].
func (f *Facts) Message(ctx context.Context, tenantID, notificationID string) (Message, error) {
	return store.One(ctx, f.db.Tenant(tenantID), func(row store.Row) (Message, error) {
		n := Message{NotificationID: notificationID}
		return n, row.Scan(n.into()...)
	}, `SELECT `+columnsOf(&Message{})+` FROM fact_message WHERE tenant_id = $1 AND notification_id = $2`, notificationID)
}

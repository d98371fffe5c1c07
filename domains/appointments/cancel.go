package appointments

import (
	"context"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// A customer may think again for a while, as long as the start is not near.
const (
	regretWithin = 15 * time.Minute
	regretBefore = 2 * time.Hour
	quotaWindow  = 30 * 24 * time.Hour
	// maxReason is how long a reason may be, and minPortalReason how short over the
	// portal, if there is one.
	maxReason       = 500
	minPortalReason = 10
)

// PreviewCancel says what a cancellation would cost, or why it would be refused.
func (s *Service) PreviewCancel(ctx context.Context, tenantID string, now time.Time, r appointment.CancelRequest) (appointment.Cancellation, []events.Event, error) {
	r.AcceptFee = true // it is only told
	var c appointment.Cancellation
	b, err := find(ctx, s.db.Tenant(tenantID), r.AppointmentID)
	if err == nil {
		c, err = judgeCancel(ctx, s.db.Tenant(tenantID), now, r, b)
	}
	return c, nil, err
}

// Cancel ends the appointment. One that is cancelled already stays so, without an
// event. A refusal comes with what is to be announced of it.
func (s *Service) Cancel(ctx context.Context, tenantID string, now time.Time, r appointment.CancelRequest) (appointment.Cancellation, []events.Event, error) {
	c, announce, err := once(ctx, s.db.Tenant(tenantID), now, r.AppointmentID, r.ID, func(tx store.Scope, b *booking) (appointment.Cancellation, []events.Event, error) {
		c, err := judgeCancel(ctx, tx, now, r, *b)
		if err != nil || b.Status == appointment.StatusCancelled {
			return c, nil, err
		}
		b.Status, b.Version = appointment.StatusCancelled, b.Version+1
		b.CancelledAt, b.CancelReason, b.CancelledBy = now, r.Reason, string(actorOf(r.By))
		if err := b.save(ctx, tx, now); err != nil {
			return c, nil, err
		}
		notice := b.StartsAt.Sub(now)
		m := modification{kind: "cancel", command: r.Command, notice: notice, charge: charge{c.Fee.Cents, c.WithinPolicy, c.Counts}, waived: c.Waived, reason: r.Reason}
		if err := m.insert(ctx, tx, now, *b); err != nil {
			return c, nil, err
		}
		c.Appointment = b.View
		return c, []events.Event{appointment.Cancelled{
			Ref: b.Ref, Reason: r.Reason, CancelledBy: b.CancelledBy, NoticeSeconds: int64(notice / time.Second), Fee: owed(c.Fee, c.Waived),
			WithinPolicy: c.WithinPolicy, Notify: !r.Silent,
		}}, nil
	})
	if err != nil {
		announce, err = s.refused(ctx, tenantID, now, r.Command, opCancel, err)
	}
	return c, announce, err
}

// owed is what is left of a fee.
func owed(fee appointment.Money, waived bool) appointment.Money {
	if waived {
		fee.Cents = 0
	}
	return fee
}

// judgeCancel says what a cancellation costs, or refuses it.
func judgeCancel(ctx context.Context, scope store.Scope, now time.Time, r appointment.CancelRequest, b booking) (appointment.Cancellation, error) {
	c := appointment.Cancellation{Appointment: b.View, Fee: appointment.Money{Currency: b.Price.Currency}, WithinPolicy: true}
	if err := permit(opCancel, r.By, b); err != nil {
		return c, err
	}
	if b.Status == appointment.StatusCancelled {
		return c, nil
	}
	who := actorOf(r.By)
	if err := expect(b, r.ExpectedVersion); err != nil {
		return c, err
	}
	if err := mayBecome(b, appointment.StatusCancelled, who, now); err != nil {
		return c, err
	}
	length := len([]rune(r.Reason))
	if length > maxReason || r.By.Origin == appointment.Portal && length < minPortalReason {
		return c, events.Refuse("invalid_reason", "APT-42", "the reason has %d characters: up to %d, and over the portal at least %d", length, maxReason, minPortalReason)
	}
	notice := b.StartsAt.Sub(now)
	rule := b.Terms.Cancellation
	switch {
	case who == byCustomer && now.Sub(b.CreatedAt) <= regretWithin && notice >= regretBefore:
		return c, nil
	case who == byStaff && r.ChargeFee:
		c.Fee.Cents = feeOf(rule, b.Price.Cents, notice)
		c.WithinPolicy = !isLate(rule, notice)
	case who == byCustomer:
		used, err := countChanges(ctx, scope, "cancel", b.CustomerID, "", now)
		if err != nil {
			return c, err
		}
		charged, refusal := change{rule: rule, price: b.Price.Cents, notice: notice, perMonth: used, acceptFee: r.AcceptFee}.judge()
		if refusal != nil {
			return c, refusal
		}
		c.Fee.Cents, c.WithinPolicy, c.Counts = charged.cents, charged.within, charged.counts
	}
	if r.WaiveFee {
		if err := mayWaive(r.By, r.Reason); err != nil {
			return c, err
		}
		c.Waived = true
	}
	return c, nil
}

// A modification is the record of a cancellation or a move. It never changes.
type modification struct {
	kind    string
	command appointment.Command
	notice  time.Duration
	charge  charge
	waived  bool
	reason  string
}

func (m modification) insert(ctx context.Context, tx store.Scope, now time.Time, b booking) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO modification (tenant_id, appointment_id, command_id, customer_id, kind, origin, actor_id, within_policy, notice_seconds, fee_cents, currency, waived, counts, reason, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		b.AppointmentID, m.command.ID, b.CustomerID, m.kind, string(m.command.By.Origin), m.command.By.ActorID, m.charge.within,
		int64(m.notice/time.Second), m.charge.cents, b.Price.Currency, m.waived, m.charge.counts, m.reason, now)
	return err
}

// countChanges counts the customer's own changes that count: those of the last 30
// days in the whole tenant, or those of one appointment.
func countChanges(ctx context.Context, scope store.Scope, kind, customerID, appointmentID string, now time.Time) (int, error) {
	if appointmentID != "" {
		return store.One(ctx, scope, scanInt, `SELECT COUNT(*) FROM modification WHERE tenant_id = $1 AND kind = $2 AND appointment_id = $3 AND counts`, kind, appointmentID)
	}
	return store.One(ctx, scope, scanInt, `SELECT COUNT(*) FROM modification
		WHERE tenant_id = $1 AND kind = $2 AND customer_id = $3 AND counts AND at > $4`, kind, customerID, now.Add(-quotaWindow))
}

var byPolicy = []string{"deadline_missed", "fee_not_accepted", "quota_exceeded", "reschedule_limit", "operation_disabled"}

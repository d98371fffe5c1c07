package customers

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/upkeep"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/customer"
)

// RequestErasure writes down that a customer wants to be forgotten within a month.
// It refuses with not_found, already_erased, erasure_identity unless the customer
// has logged in or staff ask for him, and erasure_open_appointment.
func (s *Service) RequestErasure(ctx context.Context, tenantID string, now time.Time, req customer.ErasureRequest) (customer.Erasure, []events.Event, error) {
	if req.Assurance != customer.AssuredLogin && req.Assurance != customer.AssuredStaff {
		return customer.Erasure{}, nil, refuse("erasure_identity", "CUS-48", "assurance %q is too little to be forgotten: log in, or ask the staff", req.Assurance)
	}
	return once(ctx, s, tenantID, key("request-erasure", req.Key), now, func(tx store.Scope) (outcome[customer.Erasure], error) {
		var none outcome[customer.Erasure]
		c, err := findAny(ctx, tx, req.CustomerID)
		if err != nil {
			return none, err
		}
		if c.Status == Erased {
			return none, refuse("already_erased", "CUS-50", "the customer was erased at %s", c.ErasedAt.Format(time.RFC3339))
		}
		if err := noOpenAppointment(ctx, tx, now, c.ID, req.CancelFuture); err != nil {
			return none, err
		}
		e := customer.Erasure{CustomerID: c.ID, RequestedAt: now, DueAt: monthAfter(now), State: "requested", CancelFuture: req.CancelFuture, Holds: []string{}, By: req.By}
		_, err = tx.Exec(ctx, `INSERT INTO erasure (tenant_id, customer_id, requested_at, due_at, state, cancel_future, holds, by)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
			ON CONFLICT (tenant_id, customer_id) DO UPDATE SET cancel_future = excluded.cancel_future OR erasure.cancel_future`,
			c.ID, now, e.DueAt, e.State, e.CancelFuture, toJSON(e.Holds), e.By)
		if err != nil {
			return none, err
		}
		e, err = readErasure(ctx, tx, c.ID)
		return outcome[customer.Erasure]{e, c.ID, []events.Event{customer.ErasureRequested{Ref: customer.Ref{CustomerID: c.ID}, DueAt: e.DueAt}}}, err
	})
}

// monthAfter is the same day of the next month, or its last.
func monthAfter(t time.Time) time.Time {
	next := t.AddDate(0, 1, 0)
	if next.Day() != t.Day() {
		next = next.AddDate(0, 0, -next.Day())
	}
	return next
}

func noOpenAppointment(ctx context.Context, scope store.Scope, now time.Time, customerID string, cancelFuture bool) error {
	if cancelFuture {
		return nil
	}
	visits, err := visitsOf(ctx, scope, customerID)
	for _, v := range visits {
		if !v.over() && v.StartsAt.After(now) {
			return refuse("erasure_open_appointment", "CUS-48", "there is an appointment at %s: cancel it, or have it cancelled along", v.StartsAt.Format(time.RFC3339)).
				With("starts_at", v.StartsAt.Format(time.RFC3339)).With("appointment_id", v.AppointmentID)
		}
	}
	return err
}

// Erase forgets a customer who has asked for it, and those who were merged into
// him. Once more is a no-op. It refuses with not_found, erasure_not_requested and
// erasure_open_appointment.
func (s *Service) Erase(ctx context.Context, tenantID string, now time.Time, customerID string) (customer.Erasure, []events.Event, error) {
	return once(ctx, s, tenantID, key("erase", customerID), now, func(tx store.Scope) (outcome[customer.Erasure], error) {
		var none outcome[customer.Erasure]
		c, err := findAny(ctx, tx, customerID)
		if err != nil {
			return none, err
		}
		e, err := readErasure(ctx, tx, c.ID)
		if c.Status == Erased || err != nil {
			return outcome[customer.Erasure]{result: e, about: c.ID}, err
		}
		if c, err = lock(ctx, tx, c.ID); err != nil {
			return none, err
		}
		if err := noOpenAppointment(ctx, tx, now, c.ID, e.CancelFuture); err != nil {
			return none, err
		}
		if e.Holds, err = s.holds(ctx, tx, c.ID); err != nil {
			return none, err
		}
		if e.State, e.DoneAt = "done", now; len(e.Holds) > 0 {
			e.State = "held"
		}
		members, err := forget(ctx, tx, now, c.ID)
		if err != nil {
			return none, err
		}
		_, err = tx.Exec(ctx, `UPDATE erasure SET state = $3, holds = $4, done_at = $5 WHERE tenant_id = $1 AND customer_id = $2`, c.ID, e.State, toJSON(e.Holds), now)
		var announced []events.Event
		for _, id := range members {
			announced = append(announced, customer.Erased{Ref: customer.Ref{CustomerID: id}, Holds: e.Holds, At: now})
		}
		return outcome[customer.Erasure]{e, c.ID, announced}, err
	})
}

// announceFor is how long an erasure is announced once more, as the run that did it
// may not have been able to.
const announceFor = 2 * day

// EraseAll erases whom it is due to erase, in all tenants, and announces it. Who has
// an appointment to come stays until it is over: the log says so.
func (s *Service) EraseAll(ctx context.Context, log *slog.Logger, p events.Publisher, now time.Time) error {
	return upkeep.EachTenant(ctx, s.db, func(tenantID string) error {
		due, err := store.All(ctx, s.db.Tenant(tenantID), text, `SELECT customer_id FROM erasure WHERE tenant_id = $1
			AND (state = 'requested' AND due_at <= $2 OR done_at > $3) ORDER BY due_at, customer_id`, now, now.Add(-announceFor))
		errs := []error{err}
		for _, id := range due {
			_, announced, err := s.Erase(ctx, tenantID, now, id)
			if refusal, ok := errors.AsType[*events.Refusal](err); ok && refusal.Code == "erasure_open_appointment" {
				log.WarnContext(ctx, "an erasure is due and waits for an appointment", "tenant", tenantID, "customer", id, "starts_at", refusal.Facts["starts_at"])
				continue
			}
			if err == nil {
				err = upkeep.Announce(ctx, p, tenantID, "customers.erase/"+id, announced...)
			}
			errs = append(errs, err)
		}
		return errors.Join(errs...)
	}, `SELECT DISTINCT tenant_id FROM erasure`)
}

func readErasure(ctx context.Context, scope store.Scope, customerID string) (customer.Erasure, error) {
	e, err := store.One(ctx, scope, func(row store.Row) (e customer.Erasure, err error) {
		return e, row.Scan(&e.CustomerID, store.At(&e.RequestedAt), store.At(&e.DueAt), &e.State, &e.CancelFuture, asJSON{&e.Holds}, store.At(&e.DoneAt), &e.By)
	}, `SELECT customer_id, requested_at, due_at, state, cancel_future, holds, done_at, by FROM erasure WHERE tenant_id = $1 AND customer_id = $2`, customerID)
	if errors.Is(err, store.ErrNotFound) {
		return e, refuse("erasure_not_requested", "CUS-48", "customer %s has not asked to be erased: record the request first", customerID)
	}
	return e, err
}

// holds is what the law keeps: invoices of what was paid for, and a practice's
// records of treatment.
func (s *Service) holds(ctx context.Context, scope store.Scope, customerID string) ([]string, error) {
	house, err := s.house(ctx, scope)
	if err != nil {
		return nil, err
	}
	visits, err := visitsOf(ctx, scope, customerID)
	holds := []string{}
	for _, v := range visits {
		if v.Status == "completed" && v.PriceCents > 0 {
			holds = union(holds, []string{customer.HoldInvoice})
		}
		if v.Status == "completed" && house.practice {
			holds = union(holds, []string{customer.HoldTreatmentRecord})
		}
	}
	slices.Sort(holds)
	return holds, err
}

// forget takes the person out of all rows and returns the ids that were his, the
// one that had remained first. Rows without a person, and consents, stay.
func forget(ctx context.Context, tx store.Scope, now time.Time, customerID string) ([]string, error) {
	members, err := store.All(ctx, tx, text, `SELECT customer_id FROM customer WHERE tenant_id = $1 AND (customer_id = $2 OR merged_into_id = $2)
		ORDER BY CASE WHEN customer_id = $2 THEN 0 ELSE 1 END, customer_id`, customerID)
	if err != nil {
		return nil, err
	}
	for _, statement := range []string{
		`DELETE FROM identity_attempt WHERE tenant_id = $1 AND claimant IN (SELECT value FROM contact_point WHERE tenant_id = $1 AND customer_id = $2)`,
		`UPDATE call_identity SET number = '' WHERE tenant_id = $1 AND number IN (SELECT value FROM contact_point WHERE tenant_id = $1 AND customer_id = $2)`,
		`DELETE FROM contact_point WHERE tenant_id = $1 AND customer_id = $2`,
		`DELETE FROM customer_name_code WHERE tenant_id = $1 AND customer_id = $2`,
		`DELETE FROM customer_note WHERE tenant_id = $1 AND customer_id = $2`,
		`DELETE FROM customer_answer WHERE tenant_id = $1 AND customer_id = $2`,
		`UPDATE customer_merge SET snapshot = '{}' WHERE tenant_id = $1 AND (primary_id = $2 OR duplicate_id = $2)`,
	} {
		for _, id := range members {
			if _, err := tx.Exec(ctx, statement, id); err != nil {
				return nil, err
			}
		}
	}
	for _, id := range members {
		_, err := tx.Exec(ctx, `UPDATE customer SET display_name = 'erased', first_name = '', last_name = '', title = '', salutation = 'none', zone = '',
				birthday = '', vip = FALSE, tags = '[]', company_name = '', preferred_branch_id = '', preferred_staff_id = '', preferred_channel = '',
				name_fold = '', status = 'erased', merged_into_id = '', erased_at = $3, version = version + 1
			WHERE tenant_id = $1 AND customer_id = $2`, id, now)
		if err != nil {
			return nil, err
		}
	}
	return members, nil
}

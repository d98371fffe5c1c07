package analytics

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/customer"
)

// lockCustomer returns the id under which facts about a customer are kept: that of
// the one he was merged into, or none if he wants to be forgotten. Nobody else
// writes facts about him until the transaction ends.
func lockCustomer(ctx context.Context, tx store.Scope, id string) (string, error) {
	const longest = 16 // a chain of merges ends
	for range longest {
		if id == "" {
			return "", nil
		}
		type fate struct {
			into      string
			forgotten bool
		}
		f, err := store.One(ctx, tx, func(row store.Row) (f fate, err error) { return f, row.Scan(&f.into, &f.forgotten) },
			`INSERT INTO fact_customer (tenant_id, customer_id) VALUES ($1, $2)
			ON CONFLICT (tenant_id, customer_id) DO UPDATE SET source = fact_customer.source RETURNING folded_into, forgotten`, id)
		switch {
		case err != nil:
			return "", err
		case f.forgotten:
			return "", nil
		case f.into == "":
			return id, nil
		}
		id = f.into
	}
	return id, nil
}

// rankVisits settles which of a customer's bookings was the first, and returns the
// days whose figures that changes.
func rankVisits(ctx context.Context, tx store.Scope, customerID string) ([]day, error) {
	if customerID == "" {
		return nil, nil
	}
	return store.All(ctx, tx, func(row store.Row) (day, error) {
		d := day{figures: bookingFigures}
		return d, row.Scan(&d.date, &d.branchID)
	}, `UPDATE fact_booking SET first_visit = NOT first_visit
		WHERE tenant_id = $1 AND customer_id = $2 AND first_visit <> (appointment_id = coalesce((
			SELECT b.appointment_id FROM fact_booking b WHERE b.tenant_id = $1 AND b.customer_id = $2 AND b.created_on <> ''
			ORDER BY b.created_at, b.appointment_id LIMIT 1), ''))
		RETURNING created_on, branch_id`, customerID)
}

// recordCustomer notes when somebody became a customer, and how.
func (f *Facts) recordCustomer(ctx context.Context, by events.Meta, e customer.Created) error {
	scope := f.scope(by.TenantID)
	on, err := localDate(ctx, scope, "", "", by.Time)
	if err != nil {
		return err
	}
	_, err = scope.Exec(ctx, `INSERT INTO fact_customer (tenant_id, customer_id, created_on, source) VALUES ($1, $2, $3, $4)
		ON CONFLICT (tenant_id, customer_id) DO UPDATE SET created_on = excluded.created_on, source = excluded.source`,
		e.CustomerID, on, e.Source)
	if err != nil {
		return fmt.Errorf("analytics: record the customer %s: %w", e.CustomerID, err)
	}
	return nil
}

// forget takes a customer's id out of all facts, and keeps it out. The facts stay.
func (f *Facts) forget(ctx context.Context, tenantID, customerID string) error {
	scope := f.scope(tenantID)
	// The note comes first, by itself: who records a booking of his at the same time
	// either sees it or is done before the facts are changed.
	_, err := scope.Exec(ctx, `INSERT INTO fact_customer (tenant_id, customer_id, forgotten) VALUES ($1, $2, true)
		ON CONFLICT (tenant_id, customer_id) DO UPDATE SET forgotten = true`, customerID)
	if err == nil {
		_, err = scope.Exec(ctx, `UPDATE fact_booking SET customer_id = '' WHERE tenant_id = $1 AND customer_id = $2`, customerID)
	}
	if err != nil {
		return fmt.Errorf("analytics: forget the customer %s: %w", customerID, err)
	}
	return nil
}

// fold makes the facts about a duplicate the surviving customer's, those that are
// still to come included.
func (f *Facts) fold(ctx context.Context, tenantID string, now time.Time, e customer.Merged) error {
	scope := f.scope(tenantID)
	_, err := scope.Exec(ctx, `INSERT INTO fact_customer (tenant_id, customer_id, folded_into) VALUES ($1, $2, $3)
		ON CONFLICT (tenant_id, customer_id) DO UPDATE SET folded_into = excluded.folded_into`, e.DuplicateID, e.PrimaryID)
	if err == nil {
		err = scope.InTx(ctx, func(tx store.Scope) error {
			survivor, err := lockCustomer(ctx, tx, e.PrimaryID)
			if err != nil {
				return err
			}
			_, err = tx.Exec(ctx, `UPDATE fact_booking SET customer_id = $3 WHERE tenant_id = $1 AND customer_id = $2`, e.DuplicateID, survivor)
			if err != nil {
				return err
			}
			days, err := rankVisits(ctx, tx, survivor)
			return errors.Join(err, f.touch(ctx, tx, now, days...))
		})
	}
	if err != nil {
		return fmt.Errorf("analytics: fold the customer %s into %s: %w", e.DuplicateID, e.PrimaryID, err)
	}
	return nil
}

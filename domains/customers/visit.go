package customers

import (
	"context"
	"errors"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/upkeep"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/customer"
)

// A Visit is what one event says of an appointment.
type Visit struct {
	// Key is the delivery's.
	Key string
	appointment.Ref
	// Price is nil where the event names none.
	Price *appointment.Money
	// CancelledBy is who has cancelled, and Late whether that was too late.
	CancelledBy string
	Late        bool
	// Moved says that the appointment got another time.
	Moved bool
	// At is when it happened.
	At time.Time
}

// TrackVisit writes down what an event says of an appointment, unless a newer one
// has, and returns what follows from it for the customer's bookings. A customer
// whom nobody knows, as after an import of appointments alone, has visits, too.
func (s *Service) TrackVisit(ctx context.Context, tenantID string, now time.Time, v Visit) ([]events.Event, error) {
	_, announced, err := once(ctx, s, tenantID, key("track-visit", v.Key), now, func(tx store.Scope) (outcome[string], error) {
		c, err := findAny(ctx, tx, v.CustomerID)
		if _, unknown := errors.AsType[*events.Refusal](err); unknown {
			return outcome[string]{}, v.record(ctx, tx, v.CustomerID)
		}
		if err != nil {
			return outcome[string]{}, err
		}
		if err := v.record(ctx, tx, c.ID); err != nil {
			return outcome[string]{}, err
		}
		announced, err := s.review(ctx, tx, c, now)
		return outcome[string]{c.ID, c.ID, announced}, err
	})
	return announced, err
}

// record writes the newest version. The visit of a customer who was merged stays
// his: it is read through the one that remains.
func (v Visit) record(ctx context.Context, tx store.Scope, survivor string) error {
	if v.Moved {
		_, err := tx.Exec(ctx, `INSERT INTO visit_move (tenant_id, appointment_id, version, at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (tenant_id, appointment_id, version) DO NOTHING`, v.AppointmentID, v.Version, v.At)
		if err != nil {
			return err
		}
	}
	staff, price := "", appointment.Money{}
	if len(v.StaffIDs) > 0 {
		staff = v.StaffIDs[0]
	}
	if v.Price != nil {
		price = *v.Price
	}
	var ended, cancelled time.Time
	if v.Status == appointment.Completed {
		ended = v.EndsAt
	}
	if v.Status == appointment.StatusCancelled {
		cancelled = v.At
	}
	_, err := tx.Exec(ctx, `INSERT INTO visit (tenant_id, appointment_id, customer_id, version, status, starts_at, ended_at, service_id, staff_id,
			price_cents, currency, cancelled_by, cancelled_at, late)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
		ON CONFLICT (tenant_id, appointment_id) DO UPDATE SET version = excluded.version, status = excluded.status,
			starts_at = excluded.starts_at, ended_at = excluded.ended_at, service_id = excluded.service_id, staff_id = excluded.staff_id,
			price_cents = CASE WHEN excluded.currency = '' THEN visit.price_cents ELSE excluded.price_cents END,
			currency = CASE WHEN excluded.currency = '' THEN visit.currency ELSE excluded.currency END,
			cancelled_by = excluded.cancelled_by, cancelled_at = excluded.cancelled_at, late = excluded.late,
			customer_id = CASE WHEN visit.customer_id IN (SELECT customer_id FROM customer WHERE tenant_id = $1 AND (customer_id = $3 OR merged_into_id = $3))
				THEN visit.customer_id ELSE excluded.customer_id END
		WHERE visit.version < excluded.version`,
		v.AppointmentID, survivor, v.Version, string(v.Status), v.StartsAt, ended, v.ServiceID, staff,
		price.Cents, price.Currency, v.CancelledBy, cancelled, v.Late)
	return err
}

// year is how long a missed visit counts.
const year = 365 * 24 * time.Hour

// noShows counts the visits that a customer has missed within the last year.
func noShows(ctx context.Context, scope store.Scope, customerID string, now time.Time) (int, error) {
	return store.One(ctx, scope, func(row store.Row) (n int, err error) { return n, row.Scan(&n) }, `SELECT count(*) FROM visit
		WHERE tenant_id = $1 AND status = 'no_show' AND starts_at > $3 AND starts_at <= $4 AND customer_id IN `+family, customerID, now.Add(-year), now)
}

// review sets the restriction that follows from missed visits, and lifts the one
// that it has set itself.
func (s *Service) review(ctx context.Context, tx store.Scope, c Customer, now time.Time) ([]events.Event, error) {
	if !c.live() {
		return nil, nil
	}
	house, err := s.house(ctx, tx)
	if err != nil {
		return nil, err
	}
	if c, err = lock(ctx, tx, c.ID); err != nil {
		return nil, err
	}
	missed, err := noShows(ctx, tx, c.ID, now)
	if err != nil {
		return nil, err
	}
	wanted, reason := c.Restriction, ""
	switch tooMany := house.NoShowLimit > 0 && missed >= house.NoShowLimit; {
	case tooMany && c.Restriction == customer.Unrestricted:
		wanted, reason, c.RestrictedBy = customer.ConfirmFirst, "no_shows", byRule
	case !tooMany && c.Restriction == customer.ConfirmFirst && c.RestrictedBy == byRule:
		wanted, reason, c.RestrictedBy = customer.Unrestricted, "no_shows_over", ""
	}
	if wanted == c.Restriction {
		return nil, nil
	}
	c.Restriction = wanted
	if err := save(ctx, tx, &c); err != nil {
		return nil, err
	}
	event, err := updated(ctx, tx, c, "booking_restriction")
	restricted := customer.BookingRestricted{Ref: customer.Ref{CustomerID: c.ID}, Restriction: wanted, Reason: reason, NoShowCount: missed}
	return []events.Event{restricted, event}, err
}

// ReviewRestrictions lifts the restrictions whose reason has passed, as time goes
// by. It is for once a day; key names the day.
func (s *Service) ReviewRestrictions(ctx context.Context, tenantID string, now time.Time, day string) ([]events.Event, error) {
	_, announced, err := once(ctx, s, tenantID, key("review-restrictions", day), now, func(tx store.Scope) (outcome[int], error) {
		restricted, err := store.All(ctx, tx, scanCustomer, `SELECT `+customerColumns+` FROM customer
			WHERE tenant_id = $1 AND booking_restriction = 'confirm_first' AND restricted_by = 'rule' ORDER BY customer_id`)
		if err != nil {
			return outcome[int]{}, err
		}
		var announced []events.Event
		for _, c := range restricted {
			lifted, err := s.review(ctx, tx, c, now)
			if err != nil {
				return outcome[int]{}, err
			}
			announced = append(announced, lifted...)
		}
		return outcome[int]{result: len(announced), announced: announced}, nil
	})
	return announced, err
}

// ReviewAll does that for all tenants and announces what it leads to: today's, and
// yesterday's once more, as the last run of a day may not have been able to.
func (s *Service) ReviewAll(ctx context.Context, p events.Publisher, now time.Time) error {
	today, yesterday := now.UTC().Format(time.DateOnly), now.UTC().Add(-day).Format(time.DateOnly)
	return upkeep.EachTenant(ctx, s.db, func(tenantID string) error {
		lifted, err := s.ReviewRestrictions(ctx, tenantID, now, today)
		if err != nil {
			return err
		}
		before, err := recall[int](ctx, s.db.Tenant(tenantID), key("review-restrictions", yesterday))
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		return errors.Join(
			upkeep.Announce(ctx, p, tenantID, "customers.review/"+yesterday, before.announced...),
			upkeep.Announce(ctx, p, tenantID, "customers.review/"+today, lifted...))
	}, `SELECT DISTINCT tenant_id FROM customer`)
}

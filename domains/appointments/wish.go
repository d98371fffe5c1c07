package appointments

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/tenancy"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

const (
	wishReach = 2 * time.Hour
	// sureEnough is the least confidence, of 100, of a request that was understood.
	sureEnough = 60
	// TellCompanyAfter is how long a wish may wait before the company is told.
	TellCompanyAfter = 5 * time.Minute
)

// A Wish is a request that stayed unfulfilled.
type Wish struct {
	ID, BranchID, ServiceID, CustomerID, CallID string
	DesiredAt                                   time.Time
	// Window is when it may be as well, if anything was said.
	Window       appointment.Interval
	Alternatives []appointment.Slot
	Reason       appointment.WishReason
	Status       string // pending, contacted, rebooked or expired
	CreatedAt    time.Time
}

// ReasonFor is why a request found in a transcript is a wish: never more than that.
func ReasonFor(confidence int, otherwise appointment.WishReason) appointment.WishReason {
	if confidence < sureEnough {
		return appointment.LowConfidence
	}
	return otherwise
}

func (w Wish) recorded() appointment.WishRecorded {
	return appointment.WishRecorded{
		WishID: w.ID, BranchID: w.BranchID, ServiceID: w.ServiceID, CustomerID: w.CustomerID, CallID: w.CallID, DesiredAt: w.DesiredAt, Reason: w.Reason,
		Alternatives: append([]appointment.Slot{}, w.Alternatives...),
	}
}

// RecordWish keeps a request that stayed unfulfilled. Of one call there is one wish
// a service and local day: a second one is not kept, and not announced.
func (s *Service) RecordWish(ctx context.Context, tenantID string, now time.Time, w Wish) ([]events.Event, error) {
	var announce []events.Event
	err := s.db.Tenant(tenantID).InTx(ctx, func(tx store.Scope) (err error) {
		announce, err = recordWish(ctx, tx, now, w)
		return err
	})
	return announce, err
}

func recordWish(ctx context.Context, tx store.Scope, now time.Time, w Wish) ([]events.Event, error) {
	branch, err := tenancy.FindBranch(ctx, tx, w.BranchID)
	if err != nil {
		return nil, err
	}
	zone, err := branch.Location()
	if err != nil {
		return nil, err
	}
	alternatives, err := json.Marshal(append([]appointment.Slot{}, w.Alternatives...))
	if err != nil {
		return nil, err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO wish (tenant_id, wish_id, branch_id, service_id, customer_id, call_id, desired_at, desired_on, window_from, window_until, alternatives, reason, status, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'pending', $13) ON CONFLICT DO NOTHING`,
		w.ID, w.BranchID, w.ServiceID, w.CustomerID, w.CallID, w.DesiredAt, w.DesiredAt.In(zone).Format(time.DateOnly), w.Window.StartsAt, w.Window.EndsAt,
		json.RawMessage(alternatives), string(w.Reason), now)
	if err != nil {
		return nil, err
	}
	kept, err := store.One(ctx, tx, scanWish, selectWish+` AND wish_id = $2`, w.ID)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil // the call has this wish already, under another id
	}
	return []events.Event{kept.recorded()}, err
}

const selectWish = `SELECT wish_id, branch_id, service_id, customer_id, call_id, desired_at, window_from, window_until, alternatives, reason, status, created_at
	FROM wish WHERE tenant_id = $1`

func scanWish(row store.Row) (w Wish, err error) {
	var alternatives string
	err = row.Scan(&w.ID, &w.BranchID, &w.ServiceID, &w.CustomerID, &w.CallID, store.At(&w.DesiredAt), store.At(&w.Window.StartsAt), store.At(&w.Window.EndsAt),
		&alternatives, &w.Reason, &w.Status, store.At(&w.CreatedAt))
	if err != nil {
		return w, err
	}
	return w, json.Unmarshal([]byte(alternatives), &w.Alternatives)
}

// FindWish returns a wish, or [store.ErrNotFound].
func (s *Service) FindWish(ctx context.Context, tenantID, wishID string) (Wish, error) {
	return store.One(ctx, s.db.Tenant(tenantID), scanWish, selectWish+` AND wish_id = $2`, wishID)
}

// ResolveWishes marks the pending wishes that a booking fulfils: the same service,
// for the same customer or in the same call.
func (s *Service) ResolveWishes(ctx context.Context, tenantID, serviceID, customerID, callID string) error {
	_, err := s.db.Tenant(tenantID).Exec(ctx, `
		UPDATE wish SET status = 'rebooked' WHERE tenant_id = $1 AND service_id = $2 AND status = 'pending'
			AND (customer_id = $3 AND customer_id <> '' OR call_id = $4 AND call_id <> '')`, serviceID, customerID, callID)
	return err
}

// ContactWish says that a person has reached the customer.
func (s *Service) ContactWish(ctx context.Context, tenantID, wishID string) error {
	_, err := s.db.Tenant(tenantID).Exec(ctx, `UPDATE wish SET status = 'contacted' WHERE tenant_id = $1 AND wish_id = $2 AND status = 'pending'`, wishID)
	return err
}

// TellCompany reports whether the company is to be told of a wish now: it waited
// for five minutes, is still pending, and the branch wants to know.
func (s *Service) TellCompany(ctx context.Context, tenantID string, now time.Time, wishID string) (bool, error) {
	w, err := s.FindWish(ctx, tenantID, wishID)
	if err != nil {
		return false, err
	}
	settings, err := bookingOf(ctx, s.db.Tenant(tenantID), w.BranchID)
	return settings.WishMail && w.Status == "pending" && !now.Before(w.CreatedAt.Add(TellCompanyAfter)), err
}

// MatchWishes returns the oldest pending wish of that branch, service and local day
// that a slot which came free fits, to announce. One event, of the given id, finds
// the same wish each time.
func (s *Service) MatchWishes(ctx context.Context, tenantID, eventID, branchID, serviceID string, slot appointment.Slot) ([]events.Event, error) {
	var announce []events.Event
	err := s.db.Tenant(tenantID).InTx(ctx, func(tx store.Scope) error {
		wishID, err := store.One(ctx, tx, scanText, `SELECT wish_id FROM wish_match WHERE tenant_id = $1 AND event_id = $2`, eventID)
		if errors.Is(err, store.ErrNotFound) {
			wishID, err = matchWish(ctx, tx, eventID, branchID, serviceID, slot)
		}
		if err == nil && wishID != "" {
			announce = []events.Event{appointment.WishMatched{WishID: wishID, Slot: slot}}
		}
		return err
	})
	return announce, err
}

func matchWish(ctx context.Context, tx store.Scope, eventID, branchID, serviceID string, slot appointment.Slot) (string, error) {
	branch, err := tenancy.FindBranch(ctx, tx, branchID)
	if err != nil {
		return "", err
	}
	zone, err := branch.Location()
	if err != nil {
		return "", err
	}
	service, _, err := serviceIn(ctx, tx, branchID, serviceID)
	if err != nil {
		return "", err
	}
	if slot.EndsAt.Sub(slot.StartsAt) < time.Duration(service.DurationMin)*time.Minute {
		return "", nil
	}
	wishes, err := store.All(ctx, tx, scanWish, selectWish+` AND branch_id = $2 AND service_id = $3 AND desired_on = $4 AND status = 'pending' ORDER BY created_at, wish_id`,
		branchID, serviceID, slot.StartsAt.In(zone).Format(time.DateOnly))
	if err != nil {
		return "", err
	}
	for _, w := range wishes {
		inWindow := !w.Window.StartsAt.IsZero() && !slot.StartsAt.Before(w.Window.StartsAt) && slot.StartsAt.Before(w.Window.EndsAt)
		if !inWindow && slot.StartsAt.Sub(w.DesiredAt).Abs() > wishReach {
			continue
		}
		_, err := tx.Exec(ctx, `INSERT INTO wish_match (tenant_id, event_id, wish_id) VALUES ($1, $2, $3)`, eventID, w.ID)
		return w.ID, err
	}
	return "", nil
}

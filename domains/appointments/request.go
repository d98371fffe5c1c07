package appointments

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// A Request is what somebody asked for, and what he heard.
type Request struct {
	ID string
	// Session is the call, or the session in the portal or on the web.
	Session                         string
	BranchID, ServiceID, CustomerID string
	DesiredAt                       time.Time
	Window                          appointment.Interval
	// Answer is the code of the refusal, or customer_declined.
	Answer       string
	Alternatives []appointment.Slot
}

// NoteRefused keeps a booking of a call that found its time taken, with what is free
// instead. Another one's is not kept.
func (s *Service) NoteRefused(ctx context.Context, tenantID string, now time.Time, p appointment.Prepared, offered []appointment.Alternative) error {
	if p.Request.CallID == "" {
		return nil
	}
	r := Request{
		ID: p.AppointmentID, Session: p.Request.CallID, BranchID: p.Request.BranchID, ServiceID: p.Request.ServiceID, CustomerID: p.For.CustomerID,
		DesiredAt: p.Request.StartsAt, Answer: "slot_taken",
	}
	for _, a := range offered {
		r.Alternatives = append(r.Alternatives, a.Slot)
	}
	return s.NoteRequest(ctx, tenantID, now, r)
}

// NoteRequest keeps what was asked for and refused, or offered in vain. The same one
// again counts as asked for then.
func (s *Service) NoteRequest(ctx context.Context, tenantID string, now time.Time, r Request) error {
	alternatives, err := json.Marshal(append([]appointment.Slot{}, r.Alternatives...))
	if err != nil {
		return err
	}
	_, err = s.db.Tenant(tenantID).Exec(ctx, `
		INSERT INTO request (tenant_id, request_id, session, at, branch_id, service_id, customer_id, desired_at, window_from, window_until, answer, alternatives)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (tenant_id, request_id) DO UPDATE SET at = excluded.at, answer = excluded.answer, alternatives = excluded.alternatives`,
		r.ID, r.Session, now, r.BranchID, r.ServiceID, r.CustomerID, r.DesiredAt, r.Window.StartsAt, r.Window.EndsAt, r.Answer, json.RawMessage(alternatives))
	return err
}

// LostWish makes a wish of the last request of a call that has booked nothing, and
// returns what to announce. The same event, of the given id, finds the same wish each
// time; another one does not make it a second wish. Nothing known is nothing to do.
func (s *Service) LostWish(ctx context.Context, tenantID string, now time.Time, eventID, callID string) ([]events.Event, error) {
	var announce []events.Event
	err := s.db.Tenant(tenantID).InTx(ctx, func(tx store.Scope) error {
		booked, err := store.One(ctx, tx, scanInt, `SELECT COUNT(*) FROM appointment WHERE tenant_id = $1 AND call_id = $2 AND status <> 'failed'`, callID)
		if err != nil || booked > 0 {
			return err
		}
		last, err := lastRequest(ctx, tx, callID)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		announce, err = recordWish(ctx, tx, now, Wish{
			ID: derived(tenantID, "lost", eventID), BranchID: last.BranchID, ServiceID: last.ServiceID, CustomerID: last.CustomerID, CallID: callID,
			DesiredAt: last.DesiredAt, Window: last.Window, Alternatives: last.Alternatives, Reason: reasonOf(last.Answer),
		})
		return err
	})
	return announce, err
}

// lastRequest returns what a call has asked for last, or [store.ErrNotFound].
func lastRequest(ctx context.Context, scope store.Scope, callID string) (Request, error) {
	return store.One(ctx, scope, scanRequest, `SELECT request_id, session, branch_id, service_id, customer_id, desired_at, window_from, window_until, answer, alternatives
		FROM request WHERE tenant_id = $1 AND session = $2 ORDER BY at DESC, request_id DESC LIMIT 1`, callID)
}

func reasonOf(answer string) appointment.WishReason {
	switch answer {
	case string(appointment.CustomerDeclined):
		return appointment.CustomerDeclined
	case "internal", "calendar_unavailable":
		return appointment.TechnicalError
	}
	return appointment.NotAvailable
}

func scanRequest(row store.Row) (r Request, err error) {
	var alternatives string
	err = row.Scan(&r.ID, &r.Session, &r.BranchID, &r.ServiceID, &r.CustomerID, store.At(&r.DesiredAt), store.At(&r.Window.StartsAt), store.At(&r.Window.EndsAt), &r.Answer, &alternatives)
	if err != nil {
		return r, err
	}
	return r, json.Unmarshal([]byte(alternatives), &r.Alternatives)
}

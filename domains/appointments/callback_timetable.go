package appointments

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// slack is how much later than a rule allows something is due, so that two clocks
// that differ a little agree that it is.
const slack = time.Second

// CallbackTimetable says what time will bring to a callback, as it stands. It knows
// no present: what is over is listed as well. open returns the instant at which a
// branch has been open for so many minutes; it is refused with never_open if there
// is none.
func (s *Service) CallbackTimetable(ctx context.Context, tenantID, callbackID string, open func(branchID string, from time.Time, minutes int) (time.Time, error)) (appointment.CallbackTimetable, error) {
	c, err := s.Callback(ctx, tenantID, callbackID)
	t := appointment.CallbackTimetable{Callback: c, Over: !isOpen(c)}
	if err != nil || t.Over {
		return t, err
	}
	var untouchedAt time.Time
	for _, stage := range []struct {
		at      *time.Time
		minutes int
	}{{&t.WarningAt, warningMin}, {&t.BreachAt, breachMin}, {&untouchedAt, escalateMin}} {
		at, err := open(c.BranchID, c.CreatedAt, stage.minutes)
		if err != nil && !isRefusal(err, "never_open") {
			return t, fmt.Errorf("%d open minutes after callback %s: %w", stage.minutes, callbackID, err)
		}
		*stage.at = at
	}
	if isUntouched(c) {
		t.ExpiresAt = c.CreatedAt.Add(callbackLifetime + slack)
	}
	t.Rises = rises(c, untouchedAt)
	return t, nil
}

// rises are the causes to raise the level: nobody has touched it, it is late, or
// three attempts have failed. Who was reached needs none.
func rises(c appointment.Callback, untouchedAt time.Time) (due []appointment.Rise) {
	if c.Status == callbackContacted || c.Level >= maxLevel {
		return nil
	}
	if isUntouched(c) && c.Level == 0 && !untouchedAt.IsZero() {
		due = append(due, appointment.Rise{Cause: "untouched", Reason: "sla_breach", At: untouchedAt})
	}
	due = append(due, appointment.Rise{Cause: "late", Reason: "sla_breach", At: c.ExpiresAt})
	if c.Attempts >= attemptsToRise {
		due = append(due, appointment.Rise{Cause: "attempts", Reason: "attempts_failed", At: c.CreatedAt})
	}
	for i := range due {
		if next := c.LastRaisedAt.Add(betweenRises + slack); c.Level > 0 && due[i].At.Before(next) {
			due[i].At = next
		}
	}
	return due
}

// isUntouched reports that nobody has tried to reach the caller yet.
func isUntouched(c appointment.Callback) bool {
	return isOpen(c) && c.Status != callbackContacted && c.Attempts == 0
}

// Callback returns a callback as it stands.
func (s *Service) Callback(ctx context.Context, tenantID, callbackID string) (appointment.Callback, error) {
	c, _, err := findCallback(ctx, s.db.Tenant(tenantID), callbackID)
	if errors.Is(err, store.ErrNotFound) {
		return c, noCallback(callbackID)
	}
	return c, err
}

// ListCallbacks returns callbacks by when they are due, the open ones unless all are
// asked for.
func (s *Service) ListCallbacks(ctx context.Context, tenantID string, q appointment.CallbackQuery) ([]appointment.ListedCallback, error) {
	const usual, most = 100, 1000
	switch {
	case q.Limit < 0 || q.Limit > most:
		return nil, events.Refuse("invalid_limit", "APT-48", "limit %d: ask for 1 to %d callbacks", q.Limit, most)
	case q.Limit == 0:
		q.Limit = usual
	}
	return listCallbacks(ctx, s.db.Tenant(tenantID), q)
}

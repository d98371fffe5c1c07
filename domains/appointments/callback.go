package appointments

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/tenancy"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// The states of a callback.
const (
	callbackPending   = "pending"
	callbackAssigned  = "assigned"
	callbackContacted = "contacted"
	callbackCompleted = "completed"
	callbackExpired   = "expired"
	callbackCancelled = "cancelled"
)

// The clock of a callback.
const (
	mergeWithin      = 30 * time.Minute
	callbackLifetime = 7 * 24 * time.Hour
	afterOpening     = 2 * time.Hour
	betweenRises     = 4 * time.Hour
	maxLevel         = 3
	attemptsToRise   = 3
	warningMin       = 60
	breachMin        = 90
	escalateMin      = 120
)

var callbackWithin = map[appointment.Priority]time.Duration{
	appointment.UrgentPriority: 2 * time.Hour, appointment.HighPriority: 4 * time.Hour, appointment.NormalPriority: 24 * time.Hour,
}

var e164 = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

// idNamespace is that of ids which derive from a cause.
var idNamespace = uuid.MustParse("5f6d3d9c-3a0b-5b7e-9a53-5d1f1a1f6c10")

// derived returns the id of something that a cause leads to.
func derived(tenantID, kind, cause string) string {
	return uuid.NewSHA1(idNamespace, []byte(tenantID+"\n"+kind+"\n"+cause)).String()
}

// OpenCallback writes down that somebody is to be called. One for the same number
// that is open, and not older than 30 minutes, takes it in: the higher priority
// counts and the notes are added; nothing is announced then.
func (s *Service) OpenCallback(ctx context.Context, tenantID string, now time.Time, r appointment.CallbackRequest) (appointment.Callback, []events.Event, error) {
	if !e164.MatchString(r.Phone) {
		return appointment.Callback{}, nil, events.Refuse("phone_required", "APT-54", "a callback needs a number in E.164: ask for one")
	}
	if r.Priority == "" {
		r.Priority = appointment.NormalPriority
	}
	if !slices.Contains(appointment.Priorities, r.Priority) || r.CallbackID == "" {
		return appointment.Callback{}, nil, events.Refuse("invalid_callback", "APT-54", "callback %q of priority %q: give it an id, and one of %q", r.CallbackID, r.Priority, appointment.Priorities)
	}
	var c appointment.Callback
	var announce []events.Event
	err := s.db.Tenant(tenantID).InTx(ctx, func(tx store.Scope) error {
		branch, err := tenancy.FindBranch(ctx, tx, r.BranchID)
		if err != nil {
			return err
		}
		if customerMade(r.By) {
			refusal, err := switchedOff(ctx, tx, now, branch, PolicyCallback, r.ServiceID)
			if err != nil {
				return err
			}
			if refusal != nil {
				return refusal
			}
		}
		c, announce, err = openCallback(ctx, tx, now, r)
		return err
	})
	return c, announce, err
}

// openCallback adds the callback, merges it into another one, or finds that this
// was done before.
func openCallback(ctx context.Context, tx store.Scope, now time.Time, r appointment.CallbackRequest) (appointment.Callback, []events.Event, error) {
	known, mergedInto, err := findCallback(ctx, tx, r.CallbackID)
	switch {
	case err == nil && mergedInto != "":
		known, _, err = findCallback(ctx, tx, mergedInto)
		return known, nil, err
	case err == nil:
		return known, []events.Event{requested(known)}, nil
	case !errors.Is(err, store.ErrNotFound):
		return known, nil, err
	}
	c := appointment.Callback{
		CallbackID: r.CallbackID, BranchID: r.BranchID, Phone: r.Phone, Name: r.Name, Priority: r.Priority, Status: callbackPending, CustomerID: r.CustomerID,
		ServiceID: r.ServiceID, PreferredStaffID: r.PreferredStaffID, CallID: r.CallID, Topic: r.Topic, Notes: r.Notes, Window: r.Window,
		ExpiresAt: expiry(now, r.Priority, r.NextOpening), CreatedAt: now,
	}
	open, err := store.All(ctx, tx, scanCallback, selectCallback+` AND phone = $2 AND status IN ('pending', 'assigned') AND merged_into = '' AND created_at > $3 ORDER BY created_at, callback_id`,
		r.Phone, now.Add(-mergeWithin))
	if err != nil {
		return c, nil, err
	}
	if len(open) == 0 {
		return c, []events.Event{requested(c)}, insertCallback(ctx, tx, c, "")
	}
	into := open[0]
	c.Status = callbackCancelled
	if err := insertCallback(ctx, tx, c, into.CallbackID); err != nil {
		return into, nil, err
	}
	if slices.Index(appointment.Priorities, r.Priority) > slices.Index(appointment.Priorities, into.Priority) {
		into.Priority, into.ExpiresAt = r.Priority, earlier(into.ExpiresAt, c.ExpiresAt)
	}
	into.Notes = strings.Trim(into.Notes+"\n"+r.Notes, "\n")
	return into, nil, saveCallback(ctx, tx, into)
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// expiry is when a callback must be done; if the branch is closed, two hours after
// it opens next.
func expiry(now time.Time, p appointment.Priority, nextOpening time.Time) time.Time {
	if !nextOpening.IsZero() {
		return nextOpening.Add(afterOpening)
	}
	return now.Add(callbackWithin[p])
}

func requested(c appointment.Callback) appointment.CallbackRequested {
	return appointment.CallbackRequested{
		CallbackID: c.CallbackID, BranchID: c.BranchID, Phone: c.Phone, Name: c.Name, Priority: c.Priority, ExpiresAt: c.ExpiresAt,
		CustomerID: c.CustomerID, ServiceID: c.ServiceID, CallID: c.CallID, Topic: c.Topic,
	}
}

// verify opens the callback of a caller who could not prove who he is, to the number
// that is on file. Without one there is nothing to open.
func (s *Service) verify(ctx context.Context, tenantID string, now time.Time, cause, appointmentID string, by appointment.By) ([]events.Event, error) {
	if by.PhoneOnFile == "" || by.Origin != appointment.Voice {
		return nil, nil
	}
	r := appointment.CallbackRequest{
		CallbackID: derived(tenantID, "verify", cause), BranchID: by.BranchID, Phone: by.PhoneOnFile, Name: by.NameOnFile, Priority: appointment.HighPriority,
		CustomerID: by.CustomerID, Topic: "verification",
	}
	if appointmentID != "" {
		b, err := find(ctx, s.db.Tenant(tenantID), appointmentID)
		if err != nil {
			return nil, err
		}
		r.BranchID, r.CustomerID, r.ServiceID = b.BranchID, b.CustomerID, b.ServiceID
	}
	_, announce, err := s.OpenCallback(ctx, tenantID, now, r)
	return announce, err
}

// Assign chooses who calls back: the preferred one, else who served the customer
// most, else who does the service and has the fewest open callbacks, else who has
// the fewest. onDuty limits it to those at work before the callback is due, if
// there are any.
func (s *Service) Assign(ctx context.Context, tenantID, callbackID string, onDuty []string) (appointment.Callback, []events.Event, error) {
	var announce []events.Event
	c, err := s.onCallback(ctx, tenantID, callbackID, func(tx store.Scope, c *appointment.Callback) error {
		if c.AssignedRule != "" && c.Level == 0 {
			announce = []events.Event{appointment.CallbackAssigned{CallbackID: c.CallbackID, StaffID: c.AssignedTo, Rule: c.AssignedRule}}
		}
		if c.Status != callbackPending || c.AssignedTo != "" {
			return nil
		}
		staffID, rule, err := choose(ctx, tx, *c, onDuty)
		if err != nil || staffID == "" {
			return err
		}
		c.AssignedTo, c.AssignedRule, c.Status = staffID, rule, callbackAssigned
		announce = []events.Event{appointment.CallbackAssigned{CallbackID: c.CallbackID, StaffID: staffID, Rule: rule}}
		return nil
	})
	return c, announce, err
}

// LogAttempt counts a try to reach somebody; reached says that it was one. A third
// failure in vain is a reason to escalate.
func (s *Service) LogAttempt(ctx context.Context, tenantID, callbackID string, attempt int, reached bool, note string) (appointment.Callback, error) {
	return s.onCallback(ctx, tenantID, callbackID, func(_ store.Scope, c *appointment.Callback) error {
		if attempt <= c.Attempts {
			return nil
		}
		if !isOpen(*c) {
			return closed(*c)
		}
		c.Attempts = attempt
		if reached {
			c.Status = callbackContacted
		}
		c.Notes = strings.Trim(c.Notes+"\n"+note, "\n")
		return nil
	})
}

// CompleteCallback closes a callback; a second time it changes nothing.
func (s *Service) CompleteCallback(ctx context.Context, tenantID, callbackID, outcome, appointmentID string) (appointment.Callback, []events.Event, error) {
	c, err := s.onCallback(ctx, tenantID, callbackID, func(_ store.Scope, c *appointment.Callback) error {
		if c.Status == callbackCompleted {
			return nil
		}
		if !isOpen(*c) {
			return closed(*c)
		}
		c.Status = callbackCompleted
		return nil
	})
	if err != nil {
		return c, nil, err
	}
	return c, []events.Event{appointment.CallbackCompleted{CallbackID: c.CallbackID, Outcome: outcome, AppointmentID: appointmentID}}, nil
}

func isOpen(c appointment.Callback) bool {
	return slices.Contains([]string{callbackPending, callbackAssigned, callbackContacted}, c.Status)
}

func closed(c appointment.Callback) error {
	return events.Refuse("invalid_transition", "APT-58", "the callback is %s: open a new one", c.Status).With("status", c.Status)
}

// Overdue returns what to announce of a callback that nobody has touched for so
// many open minutes.
func (s *Service) Overdue(ctx context.Context, tenantID, callbackID string, openMinutes int) ([]events.Event, error) {
	c, _, err := findCallback(ctx, s.db.Tenant(tenantID), callbackID)
	if err != nil {
		return nil, fmt.Errorf("callback %s: %w", callbackID, err)
	}
	stage := "warning"
	switch {
	case openMinutes < warningMin, !isUntouched(c):
		return nil, nil
	case openMinutes >= breachMin:
		stage = "breach"
	}
	return []events.Event{appointment.CallbackOverdue{CallbackID: c.CallbackID, Stage: stage, AgeOpenMin: openMinutes}}, nil
}

// Escalate raises the level by one and gives the callback to somebody else of the
// branch, or to the manager given. Between two rises are four hours or more; a rise
// that is there already is answered as then.
func (s *Service) Escalate(ctx context.Context, tenantID string, now time.Time, callbackID string, level int, reason, manager string) (appointment.Callback, []events.Event, error) {
	var announce []events.Event
	c, err := s.onCallback(ctx, tenantID, callbackID, func(tx store.Scope, c *appointment.Callback) error {
		if level <= c.Level {
			e, err := escalationOf(ctx, tx, callbackID, level)
			announce = []events.Event{e}
			return err
		}
		if !isOpen(*c) || level != c.Level+1 || level > maxLevel || !c.LastRaisedAt.IsZero() && now.Before(c.LastRaisedAt.Add(betweenRises)) {
			return nil
		}
		to, err := successor(ctx, tx, *c, manager)
		if err != nil {
			return err
		}
		e := appointment.CallbackEscalated{CallbackID: callbackID, Level: level, Reason: reason, FromStaff: c.AssignedTo, ToStaff: to}
		if err := insertEscalation(ctx, tx, now, e); err != nil {
			return err
		}
		c.Level, c.LastRaisedAt = level, now
		if to != "" {
			c.AssignedTo, c.Status = to, callbackAssigned
		}
		announce = []events.Event{e}
		return nil
	})
	return c, announce, err
}

// ExpireCallback ends a callback that nobody has touched for seven days.
func (s *Service) ExpireCallback(ctx context.Context, tenantID string, now time.Time, callbackID string) (appointment.Callback, []events.Event, error) {
	var announce []events.Event
	c, err := s.onCallback(ctx, tenantID, callbackID, func(_ store.Scope, c *appointment.Callback) error {
		if isUntouched(*c) && !now.Before(c.CreatedAt.Add(callbackLifetime)) {
			c.Status = callbackExpired
		}
		if c.Status == callbackExpired {
			announce = []events.Event{appointment.CallbackExpired{CallbackID: c.CallbackID, Outcome: callbackExpired}}
		}
		return nil
	})
	return c, announce, err
}

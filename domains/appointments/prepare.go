package appointments

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/tenancy"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/availability"
)

func itoa(n int) string { return strconv.Itoa(n) }

// Prepare judges a booking and says what it needs. It changes nothing. If the key
// is booked already, or the same call has booked the same thing, the answer has
// Existing set. A refusal by a policy comes with the event to announce.
func (s *Service) Prepare(ctx context.Context, tenantID string, now time.Time, r appointment.BookRequest, who appointment.BookedFor) (appointment.Prepared, []events.Event, error) {
	scope := s.db.Tenant(tenantID)
	key, err := keyOf(r)
	if err != nil {
		return appointment.Prepared{}, nil, err
	}
	p := appointment.Prepared{AppointmentID: appointment.ID(tenantID, r.By.Origin, key), Key: key, Request: r, For: who}
	existing, err := find(ctx, scope, p.AppointmentID)
	if err == nil && existing.Status != appointment.StatusBooking && existing.Status != appointment.StatusFailed {
		p.Existing = &existing.View
		return p, nil, nil
	}
	if err != nil && !isRefusal(err, "not_found") {
		return p, nil, err
	}
	if r.AttendeeName != "" {
		p.For.AttendeeName = r.AttendeeName
	}
	err = s.prepare(ctx, scope, now, &p)
	if refusal, ok := errors.AsType[*events.Refusal](err); ok && (refusal.Code == "operation_disabled" || refusal.Code == "customer_blocked") {
		return p, violated(refusal, "book", r.BranchID, who.CustomerID, ""), refusal
	}
	return p, nil, err
}

// keyOf returns the idempotency key of a booking.
func keyOf(r appointment.BookRequest) (string, error) {
	switch {
	case r.Key != "":
		return r.Key, nil
	case r.By.Origin == appointment.Voice && r.CallID != "":
		return appointment.VoiceKey(r.CallID, r.ServiceID, r.StartsAt, r.AttendeeName), nil
	}
	return "", events.Refuse("key_required", "APT-60", "a booking over %s needs an idempotency key: send one", r.By.Origin)
}

func isRefusal(err error, code string) bool {
	refusal, ok := errors.AsType[*events.Refusal](err)
	return ok && refusal.Code == code
}

// prepare fills p in, one question after another.
func (s *Service) prepare(ctx context.Context, scope store.Scope, now time.Time, p *appointment.Prepared) error {
	r := p.Request
	branch, err := bookable(ctx, scope, now, r)
	if err != nil {
		return err
	}
	zone, err := branch.Location()
	if err != nil {
		return err
	}
	p.Zone = branch.Zone
	service, maxDays, err := serviceIn(ctx, scope, branch.ID, r.ServiceID)
	if err != nil {
		return err
	}
	if !service.Active {
		return notOffered(ctx, scope, service, branch)
	}
	if err := reachable(r, p.For); err != nil {
		return err
	}
	window, err := windowFor(ctx, scope, service, branch.ID, r.By, r.OverrideNotice, maxDays)
	if err != nil {
		return err
	}
	if err := window.check(r.StartsAt, now, zone); err != nil {
		return err
	}
	l, err := lineupFor(ctx, scope, service, branch.ID, p.For.CustomerID, r.StaffID, r.StartsAt, zone)
	if err != nil {
		return err
	}
	if err := fill(ctx, scope, p, service, l, window); err != nil {
		return err
	}
	if err := notTwice(ctx, scope, p); err != nil || p.Existing != nil {
		return err
	}
	if p.Status, err = bornAs(ctx, scope, now, r, p.For, service); err != nil {
		return err
	}
	p.Notify = !r.Silent && !r.StartsAt.Before(now)
	p.Reminders, err = remindersFor(ctx, scope, service, branch, p.Status, r.StartsAt, now)
	return err
}

// bookable returns the branch, unless it takes no bookings now.
func bookable(ctx context.Context, scope store.Scope, now time.Time, r appointment.BookRequest) (tenancy.Branch, error) {
	tenant, err := tenancy.FindTenant(ctx, scope)
	if err != nil {
		return tenancy.Branch{}, err
	}
	if tenant.Status != tenancy.Active {
		return tenancy.Branch{}, events.Refuse("tenant_suspended", "TEN-12", "%s is %s and takes no bookings", tenant.Name, tenant.Status)
	}
	branch, err := tenancy.FindBranch(ctx, scope, r.BranchID)
	if isRefusal(err, "not_found") {
		return branch, mismatch("branch", r.BranchID)
	}
	if err != nil {
		return branch, err
	}
	settings, err := bookingOf(ctx, scope, branch.ID)
	if err != nil {
		return branch, err
	}
	if !settings.Active {
		return branch, events.Refuse("service_unavailable", "APT-1", "%s takes no bookings: choose another branch", branch.Name)
	}
	if !customerMade(r.By) {
		return branch, nil
	}
	refusal, err := switchedOff(ctx, scope, now, branch, PolicyBooking, r.ServiceID)
	if err == nil && refusal != nil {
		return branch, refusal
	}
	return branch, err
}

func notOffered(ctx context.Context, scope store.Scope, c CatalogService, branch tenancy.Branch) error {
	names, err := offered(ctx, scope, branch.ID)
	if err != nil {
		return err
	}
	what := strings.Join(names, ", ")
	return events.Refuse("service_unavailable", "APT-2", "%s is not offered at %s: take one of %s", c.Name, branch.Name, what).With("offered", what)
}

// reachable refuses a booking for nobody, and one of a caller whom nobody can call.
func reachable(r appointment.BookRequest, who appointment.BookedFor) error {
	given := r.CallerPhone != "" || r.ContactOverride != nil && r.ContactOverride.Phone != ""
	proven := who.Assurance == appointment.ByPhone || who.Assurance == appointment.ByLogin || who.Assurance == appointment.ByStaff
	if who.CustomerID == "" || r.By.Origin == appointment.Voice && !given && !proven {
		return events.Refuse("contact_required", "APT-46", "there is no number to reach the customer: ask for one")
	}
	return nil
}

// fill adds demand, staff, price and terms.
func fill(ctx context.Context, scope store.Scope, p *appointment.Prepared, c CatalogService, l lineup, w window) error {
	first := l.candidates[0]
	phases, err := staffed(c.layout(first.duration), l.candidates, c.MaySplit)
	if err != nil {
		return err
	}
	p.Demand = availability.Demand{
		BranchID: p.Request.BranchID, ServiceID: c.ID, Phases: phases, BufferBefore: c.BufferBeforeMin, BufferAfter: c.BufferAfterMin,
		Grid: c.GridMin, Notice: w.noticeMin, MaxDays: w.maxDays, Capacity: c.Capacity, Nestable: c.Nestable, Owner: p.AppointmentID, OwnUIDs: p.Request.CalendarUIDs,
	}
	p.AssignmentModel, p.WasFallback, p.CalendarMode = l.model, l.fallback, c.CalendarMode
	if p.Request.By.Origin == appointment.Calendar {
		p.CalendarMode = appointment.CalendarNone // it is there already
	}
	p.Staff, p.Names, p.Prices = []string{}, map[string]string{}, map[string]int64{}
	for _, candidate := range l.candidates {
		p.Staff = append(p.Staff, candidate.id)
		p.Names[candidate.id], p.Prices[candidate.id] = candidate.name, candidate.priceCents
	}
	p.Price = appointment.Money{Cents: first.priceCents, Currency: c.Currency}
	if p.Terms, err = termsOf(ctx, scope, p.Request.BranchID, c.ID, []string{first.id}); err != nil {
		return err
	}
	p.Display, err = displayOf(ctx, scope, p.Request.BranchID, c, []string{first.id}, nil)
	return err
}

// nearlySame is how far apart two starts may be to be the same wish.
const nearlySame = 15 * time.Minute

// othersOf returns the customer's active appointments that lie in (from, until), but
// for one.
func othersOf(ctx context.Context, scope store.Scope, except, customerID string, from, until time.Time) ([]booking, error) {
	return store.All(ctx, scope, scanBooking, `SELECT `+appointmentColumns+` FROM appointment
		WHERE tenant_id = $1 AND customer_id = $2 AND appointment_id <> $3 AND status IN ('booking', 'pending', 'confirmed', 'in_progress')
			AND starts_at < $4 AND ends_at > $5 ORDER BY starts_at`, customerID, except, until, from)
}

// notTwice refuses what the customer has already, or at the same time. What the
// same call has booked is the answer.
func notTwice(ctx context.Context, scope store.Scope, p *appointment.Prepared) error {
	r, end := p.Request, p.EndsAt()
	others, err := othersOf(ctx, scope, p.AppointmentID, p.For.CustomerID, r.StartsAt.Add(-nearlySame), end.Add(nearlySame))
	if err != nil {
		return err
	}
	for _, other := range others {
		sameWho := strings.EqualFold(other.AttendeeName, p.For.AttendeeName)
		at := other.StartsAt.Format(time.RFC3339)
		switch {
		case sameWho && other.ServiceID == r.ServiceID && other.BranchID == r.BranchID && other.StartsAt.Sub(r.StartsAt).Abs() <= nearlySame:
			if r.CallID != "" && r.CallID == other.CallID && other.Status != appointment.StatusBooking {
				err := other.load(ctx, scope)
				p.Existing, p.AppointmentID = &other.View, other.AppointmentID
				return err
			}
			return events.Refuse("duplicate", "APT-6", "the customer has that appointment already, at %s", at).With("appointment_id", other.AppointmentID).With("starts_at", at)
		case sameWho && other.StartsAt.Before(end) && other.EndsAt.After(r.StartsAt) && !insists(r):
			return events.Refuse("customer_busy", "APT-7", "the customer has another appointment at %s: name who comes, if it is somebody else", at).With("appointment_id", other.AppointmentID).With("starts_at", at)
		}
	}
	return nil
}

// insists reports whether a booking may be beside another one of the customer: staff
// may say so, and what stands in a calendar does stand there.
func insists(r appointment.BookRequest) bool {
	who := actorOf(r.By)
	return who == byCalendar || who == byStaff && r.Insist
}

// strikes are the no-shows of a year from which on a person must say yes.
const strikes = 3

// bornAs decides whether a person must say yes to a customer's booking. Of one that was
// made in a calendar, the calendar knows.
func bornAs(ctx context.Context, scope store.Scope, now time.Time, r appointment.BookRequest, who appointment.BookedFor, c CatalogService) (appointment.Status, error) {
	if r.Unconfirmed && actorOf(r.By) == byCalendar {
		return appointment.Pending, nil
	}
	if !customerMade(r.By) {
		return appointment.Confirmed, nil
	}
	restriction, err := restrictionOf(ctx, scope, who)
	if err != nil {
		return "", err
	}
	if restriction == "blocked" {
		return "", events.Refuse("customer_blocked", "APT-9", "this customer's bookings are made at the branch: offer a callback")
	}
	missed, err := noShows(ctx, scope, who.CustomerID, now)
	if err != nil {
		return "", err
	}
	if c.RequiresConfirmation || restriction == "confirm_first" || missed >= strikes {
		return appointment.Pending, nil
	}
	return appointment.Confirmed, nil
}

// restrictionOf returns the stricter of what the caller knows and what is noted.
func restrictionOf(ctx context.Context, scope store.Scope, who appointment.BookedFor) (string, error) {
	noted, err := store.One(ctx, scope, scanText, `SELECT restriction FROM restriction WHERE tenant_id = $1 AND customer_id = $2`, who.CustomerID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return "", err
	}
	for _, restriction := range []string{"blocked", "confirm_first"} {
		if noted == restriction || who.Restriction == restriction {
			return restriction, nil
		}
	}
	return "none", nil
}

// noShows counts the customer's no-shows of the last 365 days.
func noShows(ctx context.Context, scope store.Scope, customerID string, now time.Time) (int, error) {
	return store.One(ctx, scope, scanInt, `SELECT COUNT(*) FROM appointment
		WHERE tenant_id = $1 AND customer_id = $2 AND status = 'no_show' AND starts_at > $3`, customerID, now.AddDate(0, 0, -365))
}

package customers

import (
	"context"
	"math"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
)

// Counters are a customer's figures, counted anew whenever they are asked for.
type Counters struct {
	Booked    int `json:"booked"`
	Completed int `json:"completed"`
	// Cancelled and CancelledLate are those by the customer himself.
	Cancelled     int `json:"cancelled"`
	CancelledLate int `json:"cancelled_late"`
	Rescheduled   int `json:"rescheduled"`
	NoShow        int `json:"no_show"`
	// NoShowYear are those of the last 365 days.
	NoShowYear        int       `json:"no_show_year"`
	FirstVisitAt      time.Time `json:"first_visit_at,omitzero"`
	LastVisitAt       time.Time `json:"last_visit_at,omitzero"`
	NextAppointmentAt time.Time `json:"next_appointment_at,omitzero"`
	// RevenueCents are what completed visits cost, in the currency of the last.
	RevenueCents int64  `json:"revenue_cents"`
	Currency     string `json:"currency,omitzero"`
	// CancelledRecently and RescheduledRecently are those of the last 30 days.
	CancelledRecently   int       `json:"cancelled_recently"`
	RescheduledRecently int       `json:"rescheduled_recently"`
	Calls               int       `json:"calls"`
	LastCallAt          time.Time `json:"last_call_at,omitzero"`
	// Engagement weighs all that, and AtRisk says that the customer may be lost.
	Engagement int  `json:"engagement"`
	AtRisk     bool `json:"at_risk"`
}

const (
	day      = 24 * time.Hour
	recently = 30 * day
)

// Counters counts what a customer, and those who were merged into him, have done.
func (s *Service) Counters(ctx context.Context, tenantID string, now time.Time, customerID string) (Counters, error) {
	scope := s.db.Tenant(tenantID)
	c, err := find(ctx, scope, customerID)
	if err != nil {
		return Counters{}, err
	}
	counted, err := counters(ctx, scope, now, c)
	return counted, err
}

func counters(ctx context.Context, scope store.Scope, now time.Time, c Customer) (n Counters, err error) {
	visits, err := visitsOf(ctx, scope, c.ID)
	if err != nil {
		return n, err
	}
	for _, v := range visits {
		n.add(v, now)
	}
	moves, err := store.All(ctx, scope, instant, `SELECT at FROM visit_move WHERE tenant_id = $1 AND appointment_id IN
		(SELECT appointment_id FROM visit WHERE tenant_id = $1 AND customer_id IN `+family+`)`, c.ID)
	if err != nil {
		return n, err
	}
	n.Rescheduled = len(moves)
	for _, at := range moves {
		if at.After(now.Add(-recently)) {
			n.RescheduledRecently++
		}
	}
	calls, err := store.All(ctx, scope, instant, `SELECT at FROM call_contact WHERE tenant_id = $1 AND customer_id IN `+family+` ORDER BY at`, c.ID)
	if err != nil {
		return n, err
	}
	if n.Calls = len(calls); n.Calls > 0 {
		n.LastCallAt = calls[n.Calls-1]
	}
	n.Engagement = n.engagement(now, c.VIP)
	n.AtRisk = n.atRisk(now)
	return n, nil
}

// visited is one row of the ledger.
type visited struct {
	AppointmentID string    `json:"appointment_id"`
	CustomerID    string    `json:"customer_id"`
	Status        string    `json:"status"`
	StartsAt      time.Time `json:"starts_at"`
	EndedAt       time.Time `json:"ended_at,omitzero"`
	ServiceID     string    `json:"service_id"`
	StaffID       string    `json:"staff_id,omitzero"`
	PriceCents    int64     `json:"price_cents"`
	Currency      string    `json:"currency,omitzero"`
	CancelledBy   string    `json:"cancelled_by,omitzero"`
	CancelledAt   time.Time `json:"cancelled_at,omitzero"`
	Late          bool      `json:"late,omitzero"`
}

// over says that the visit will not take place any more, or has.
func (v visited) over() bool {
	return v.Status == "completed" || v.Status == "cancelled" || v.Status == "no_show"
}

func visitsOf(ctx context.Context, scope store.Scope, customerID string) ([]visited, error) {
	return store.All(ctx, scope, func(row store.Row) (v visited, err error) {
		return v, row.Scan(&v.AppointmentID, &v.CustomerID, &v.Status, store.At(&v.StartsAt), store.At(&v.EndedAt), &v.ServiceID, &v.StaffID,
			&v.PriceCents, &v.Currency, &v.CancelledBy, store.At(&v.CancelledAt), &v.Late)
	}, `SELECT appointment_id, customer_id, status, starts_at, ended_at, service_id, staff_id, price_cents, currency, cancelled_by, cancelled_at, late
		FROM visit WHERE tenant_id = $1 AND customer_id IN `+family+` ORDER BY starts_at, appointment_id`, customerID)
}

// add counts one visit; they come in the order of their starts.
func (n *Counters) add(v visited, now time.Time) {
	n.Booked++
	switch {
	case v.Status == "completed":
		n.Completed++
		if n.FirstVisitAt.IsZero() {
			n.FirstVisitAt = v.StartsAt
		}
		n.LastVisitAt = v.StartsAt
		n.RevenueCents += v.PriceCents
		if v.Currency != "" {
			n.Currency = v.Currency
		}
	case v.Status == "no_show":
		n.NoShow++
		if v.StartsAt.After(now.Add(-year)) && !v.StartsAt.After(now) {
			n.NoShowYear++
		}
	case v.Status == "cancelled" && v.CancelledBy == "customer":
		n.Cancelled++
		if v.Late {
			n.CancelledLate++
		}
		if v.CancelledAt.After(now.Add(-recently)) {
			n.CancelledRecently++
		}
	case !v.over() && v.StartsAt.After(now) && n.NextAppointmentAt.IsZero():
		n.NextAppointmentAt = v.StartsAt
	}
}

// engagement weighs what a customer has done.
func (n Counters) engagement(now time.Time, vip bool) int {
	score := 10*n.Booked + 5*n.Completed + 3*n.Calls - 5*n.NoShow - 2*n.Cancelled
	if within(n.LastVisitAt, now, 30*day) {
		score += 20
	}
	if within(n.LastCallAt, now, 14*day) {
		score += 10
	}
	if vip {
		score += 50
	}
	return max(score, 0)
}

// atRisk says that a customer was here once, and has not been for long.
func (n Counters) atRisk(now time.Time) bool {
	return n.Completed > 0 && !within(n.LastVisitAt, now, 90*day) && !within(n.LastCallAt, now, 60*day)
}

// within says whether something happened no longer ago than d.
func within(at, now time.Time, d time.Duration) bool {
	return !at.IsZero() && now.Sub(at) <= d
}

// Preferences are what a customer usually books.
type Preferences struct {
	ServiceID string `json:"service_id,omitzero"`
	StaffID   string `json:"staff_id,omitzero"`
	// ServiceConfidence and StaffConfidence are shares, with two decimals.
	ServiceConfidence float64 `json:"service_confidence"`
	StaffConfidence   float64 `json:"staff_confidence"`
	// Visits is how many it was learnt from.
	Visits int `json:"visits"`
	// Greeting says what the greeting does with the service: name, offer or plain.
	Greeting string `json:"greeting"`
}

const (
	learnFrom = 20
	learnMin  = 3
	nameFrom  = 0.80
	offerFrom = 0.50
)

// Preferences learns from a customer's latest visits.
func (s *Service) Preferences(ctx context.Context, tenantID string, now time.Time, customerID string) (Preferences, error) {
	scope := s.db.Tenant(tenantID)
	c, err := find(ctx, scope, customerID)
	if err != nil {
		return Preferences{}, err
	}
	house, err := s.house(ctx, scope)
	if err != nil {
		return Preferences{}, err
	}
	visits, err := visitsOf(ctx, scope, c.ID)
	return preferences(visits, house.practice), err
}

// preferences reads the visits from the latest on.
func preferences(visits []visited, practice bool) Preferences {
	var services, staff []string
	for i := len(visits) - 1; i >= 0 && len(services) < learnFrom; i-- {
		v := visits[i]
		if v.Status != "cancelled" && v.Status != "no_show" && v.ServiceID != "" && v.StaffID != "" {
			services, staff = append(services, v.ServiceID), append(staff, v.StaffID)
		}
	}
	p := Preferences{Visits: len(services), Greeting: "plain"}
	if p.Visits < learnMin {
		return p
	}
	p.ServiceID, p.ServiceConfidence = mostFrequent(services)
	p.StaffID, p.StaffConfidence = mostFrequent(staff)
	switch {
	case practice:
	case p.ServiceConfidence >= nameFrom:
		p.Greeting = "name"
	case p.ServiceConfidence >= offerFrom:
		p.Greeting = "offer"
	}
	return p
}

// mostFrequent returns the value that is there most often, of several the first,
// and its share.
func mostFrequent(values []string) (value string, share float64) {
	counts, most := map[string]int{}, 0
	for _, v := range values {
		counts[v]++
	}
	for _, v := range values {
		if counts[v] > most {
			value, most = v, counts[v]
		}
	}
	return value, math.Round(float64(most)/float64(len(values))*100) / 100
}

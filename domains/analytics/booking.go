package analytics

import (
	"time"

	"github.com/herald-bus/herald/events/appointment"
)

// Status is what became of an appointment.
type Status string

// The statuses.
const (
	Booked    Status = "booked" // a person must still say yes
	Confirmed Status = "confirmed"
	Cancelled Status = "cancelled"
	NoShow    Status = "no_show"
	Completed Status = "completed"
)

var finality = map[Status]int{Booked: 1, Confirmed: 2, Cancelled: 3, NoShow: 4, Completed: 5}

// A Booking is the fact of one appointment. A field is empty until an event has
// told it.
type Booking struct {
	AppointmentID string
	BranchID      string
	ServiceID     string
	StaffID       string
	CustomerID    string
	Origin        string
	CallID        string
	CreatedAt     time.Time
	// CreatedOn and VisitOn are the dates at the branch.
	CreatedOn   string
	StartsAt    time.Time
	VisitOn     string
	DurationMin int
	PriceCents  int64
	Currency    string
	Status      Status
	CancelledBy string
	// Late says that the customer cancelled too late to be free of charge.
	Late     bool
	FeeCents int64
	// LeadSeconds is the time from the booking to the start that it was made for.
	LeadSeconds int64
	// Reschedules counts how often it was moved.
	Reschedules int
	// FirstVisit says that the customer had booked nothing before.
	FirstVisit bool
}

// applyRef takes over what every event of an appointment says.
func (b *Booking) applyRef(m *merge, r appointment.Ref) error {
	visitOn, err := dateIn(r.Zone, r.StartsAt)
	if err != nil {
		return err
	}
	staff := ""
	if len(r.StaffIDs) > 0 {
		staff = r.StaffIDs[0]
	}
	set(m, "branch_id", &b.BranchID, r.BranchID)
	set(m, "service_id", &b.ServiceID, r.ServiceID)
	set(m, "staff_id", &b.StaffID, staff)
	set(m, "customer_id", &b.CustomerID, r.CustomerID)
	set(m, "starts_at", &b.StartsAt, r.StartsAt)
	set(m, "visit_on", &b.VisitOn, visitOn)
	set(m, "duration_min", &b.DurationMin, int(r.EndsAt.Sub(r.StartsAt).Minutes()))
	return nil
}

func (b *Booking) applyCreated(m *merge, e appointment.Created) error {
	createdOn, err := dateIn(e.Zone, m.by.At)
	if err != nil {
		return err
	}
	status := Booked
	if e.Status == appointment.Confirmed {
		status = Confirmed
	}
	set(m, "origin", &b.Origin, string(e.Origin))
	set(m, "call_id", &b.CallID, e.CallID)
	set(m, "created_at", &b.CreatedAt, m.by.At)
	set(m, "created_on", &b.CreatedOn, createdOn)
	set(m, "lead", &b.LeadSeconds, int64(e.StartsAt.Sub(m.by.At).Seconds()))
	b.setPrice(m, e.Price)
	setStatus(m, &b.Status, status)
	return b.applyRef(m, e.Ref)
}

func (b *Booking) setPrice(m *merge, price appointment.Money) {
	set(m, "price", &b.PriceCents, price.Cents)
	set(m, "currency", &b.Currency, price.Currency)
}

func (b *Booking) setFee(m *merge, fee appointment.Money) {
	set(m, "fee", &b.FeeCents, fee.Cents)
	if fee.Currency != "" {
		set(m, "currency", &b.Currency, fee.Currency)
	}
}

func (b *Booking) applyConfirmed(m *merge, e appointment.BecameConfirmed) error {
	setStatus(m, &b.Status, Confirmed)
	return b.applyRef(m, e.Ref)
}

func (b *Booking) applyUpdated(m *merge, e appointment.Updated) error {
	b.setPrice(m, e.After.Price)
	return b.applyRef(m, e.Ref)
}

func (b *Booking) applyRescheduled(m *merge, e appointment.Rescheduled) error {
	if m.once("rescheduled:" + m.by.Event) {
		b.Reschedules++
	}
	return b.applyRef(m, e.Ref)
}

func (b *Booking) applyCancelled(m *merge, e appointment.Cancelled) error {
	set(m, "cancelled_by", &b.CancelledBy, e.CancelledBy)
	set(m, "late", &b.Late, e.CancelledBy == "customer" && !e.WithinPolicy)
	b.setFee(m, e.Fee)
	setStatus(m, &b.Status, Cancelled)
	return b.applyRef(m, e.Ref)
}

func (b *Booking) applyCompleted(m *merge, e appointment.BecameCompleted) error {
	b.setPrice(m, e.Price)
	setStatus(m, &b.Status, Completed)
	return b.applyRef(m, e.Ref)
}

func (b *Booking) applyNoShow(m *merge, e appointment.BecameNoShow) error {
	b.setFee(m, e.Fee)
	setStatus(m, &b.Status, NoShow)
	return b.applyRef(m, e.Ref)
}

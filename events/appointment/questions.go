package appointment

import (
	"time"

	"github.com/herald-bus/herald/events/availability"
)

// A SlotsQuery asks when a service can be had in [From, Until).
type SlotsQuery struct {
	By        By     `json:"by"`
	Session   string `json:"session,omitzero"`
	BranchID  string `json:"branch_id"`
	ServiceID string `json:"service_id"`
	// StaffID is the wished-for person; anybody, if it is empty.
	StaffID string    `json:"staff_id,omitzero"`
	From    time.Time `json:"from"`
	Until   time.Time `json:"until"`
	Limit   int       `json:"limit,omitzero"`
	// Any gives one slot a start, with the first person who can.
	Any bool `json:"any,omitzero"`
}

// Slots answer a [SlotsQuery].
type Slots struct {
	Zone        string `json:"zone"`
	ServiceName string `json:"service_name"`
	// Names are those of the staff, by id.
	Names map[string]string   `json:"names"`
	Slots []availability.Slot `json:"slots"`
	// Stale says that a calendar outside could not be asked lately.
	Stale bool `json:"stale,omitzero"`
}

// A ListQuery asks staff's question: what stands between From and Until. What is
// empty does not limit.
type ListQuery struct {
	BranchID   string    `json:"branch_id,omitzero"`
	CustomerID string    `json:"customer_id,omitzero"`
	Status     Status    `json:"status,omitzero"`
	From       time.Time `json:"from,omitzero"`
	Until      time.Time `json:"until,omitzero"`
	// Limit is at most 1000, and 100 if it is 0.
	Limit int `json:"limit,omitzero"`
}

// Listed is an appointment in a list.
type Listed struct {
	Told
	CustomerID string `json:"customer_id"`
	Origin     Origin `json:"origin"`
}

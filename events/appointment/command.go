package appointment

import (
	"time"

	"github.com/herald-bus/herald/events/availability"
)

// A Command concerns one appointment. The same ID again has the same answer and no
// second effect.
type Command struct {
	ID            string `json:"command_id"`
	AppointmentID string `json:"appointment_id"`
	// ExpectedVersion refuses the command if the appointment has changed; 0 applies
	// it to whatever there is.
	ExpectedVersion int `json:"expected_version,omitzero"`
	By              By  `json:"by"`
}

// MoveRequest asks for another start.
type MoveRequest struct {
	Command
	StartsAt time.Time `json:"starts_at"`
	// StaffID is who shall do it from then on; the same people, if it is empty.
	StaffID   string `json:"staff_id,omitzero"`
	Reason    string `json:"reason,omitzero"`
	AcceptFee bool   `json:"accept_fee,omitzero"`
	// WaiveFee and Override, of notice and quotas, are reception's and upward.
	WaiveFee bool `json:"waive_fee,omitzero"`
	Override bool `json:"override,omitzero"`
	// Approved is staff's yes to a move that needed it.
	Approved bool `json:"approved,omitzero"`
	// Silent has nobody told.
	Silent bool `json:"silent,omitzero"`
}

// Move is a move that may be made.
type Move struct {
	Request MoveRequest `json:"request"`
	// Unchanged says that there is nothing to do.
	Unchanged bool `json:"unchanged,omitzero"`
	// NeedsApproval has the old time stay until staff says yes.
	NeedsApproval bool                `json:"needs_approval,omitzero"`
	Version       int                 `json:"version"`
	StartsAt      time.Time           `json:"starts_at"`
	EndsAt        time.Time           `json:"ends_at"`
	Demand        availability.Demand `json:"demand"`
	Fee           Money               `json:"fee"`
	Waived        bool                `json:"waived,omitzero"`
	WithinPolicy  bool                `json:"within_policy"`
	Counts        bool                `json:"counts"`
	CalendarMode  string              `json:"calendar_mode"`
	CalendarUIDs  []string            `json:"calendar_uids,omitzero"`
	Appointment   View                `json:"appointment"`
}

// CancelRequest asks for an end.
type CancelRequest struct {
	Command
	Reason    string `json:"reason,omitzero"`
	AcceptFee bool   `json:"accept_fee,omitzero"`
	// ChargeFee has staff charge what a customer would owe.
	ChargeFee bool `json:"charge_fee,omitzero"`
	// WaiveFee and Override are reception's and upward.
	WaiveFee bool `json:"waive_fee,omitzero"`
	Override bool `json:"override,omitzero"`
	// Silent has nobody told.
	Silent bool `json:"silent,omitzero"`
}

// Cancellation is what a cancellation costs, or would.
type Cancellation struct {
	Appointment  View  `json:"appointment"`
	Fee          Money `json:"fee"`
	Waived       bool  `json:"waived,omitzero"`
	WithinPolicy bool  `json:"within_policy"`
	Counts       bool  `json:"counts"`
}

// UpdateRequest asks for another attendee, note, person or service. A field that
// is nil or empty stays.
type UpdateRequest struct {
	Command
	Notes        *string `json:"notes,omitzero"`
	AttendeeName *string `json:"attendee_name,omitzero"`
	StaffID      string  `json:"staff_id,omitzero"`
	ServiceID    string  `json:"service_id,omitzero"`
	// Phases is the time that was taken for another person or service: see [Change].
	Phases []Phase `json:"phases,omitzero"`
}

// Change is an update that may be made. With NeedsTime its demand has to be taken
// first, at the same start, and the phases given to the update.
type Change struct {
	NeedsTime   bool                `json:"needs_time,omitzero"`
	Demand      availability.Demand `json:"demand"`
	StartsAt    time.Time           `json:"starts_at"`
	Appointment View                `json:"appointment"`
}

// Query asks for a customer's appointments, which come as APT-48 has it.
type Query struct {
	By         By     `json:"by"`
	CustomerID string `json:"customer_id"`
	BranchID   string `json:"branch_id,omitzero"`
	ServiceID  string `json:"service_id,omitzero"`
	// From and Until limit the start; the future, if they are zero.
	From  time.Time `json:"from,omitzero"`
	Until time.Time `json:"until,omitzero"`
	// All asks for a list instead of the answer that is read out.
	All bool `json:"all,omitzero"`
	// WithStaff asks who does it.
	WithStaff bool `json:"with_staff,omitzero"`
}

// Found is the answer to a [Query].
type Found struct {
	Appointments []Told `json:"appointments"`
	// More are the appointments that are not told.
	More int `json:"more,omitzero"`
}

// Told is what may be told of an appointment.
type Told struct {
	AppointmentID string    `json:"appointment_id"`
	Version       int       `json:"version"`
	StartsAt      time.Time `json:"starts_at"`
	EndsAt        time.Time `json:"ends_at"`
	Zone          string    `json:"zone"`
	Status        Status    `json:"status"`
	ServiceName   string    `json:"service_name"`
	StaffNames    []string  `json:"staff_names,omitzero"`
	Price         *Money    `json:"price,omitzero"`
	Notes         string    `json:"notes,omitzero"`
}

// Wanted is a request that could not be met, for which alternatives are sought.
type Wanted struct {
	Origin   Origin    `json:"origin"`
	StartsAt time.Time `json:"starts_at"`
	Zone     string    `json:"zone"`
	Now      time.Time `json:"now"`
	// Part is a spoken part of the day, such as vormittags or "ab 15", or empty.
	Part string `json:"part,omitzero"`
	// Busy are the customer's other appointments.
	Busy []Slot `json:"busy,omitzero"`
	// OpenDays are the branch's open local dates; those of the free slots, if empty.
	OpenDays []string `json:"open_days,omitzero"`
	// Limit overrides the channel's number of alternatives.
	Limit int `json:"limit,omitzero"`
}

// An Alternative is a free slot and how well it fits.
type Alternative struct {
	Slot
	Score int `json:"score"`
	// Near says that it is as good as what was wanted: a find, not a refusal.
	Near bool `json:"near,omitzero"`
}

// CallbackRequest asks for somebody to call.
type CallbackRequest struct {
	// CallbackID makes it safe to ask twice; take one that derives from the cause.
	CallbackID string `json:"callback_id"`
	BranchID   string `json:"branch_id"`
	// Phone is in E.164.
	Phone            string   `json:"phone"`
	Name             string   `json:"name,omitzero"`
	Priority         Priority `json:"priority,omitzero"`
	CustomerID       string   `json:"customer_id,omitzero"`
	ServiceID        string   `json:"service_id,omitzero"`
	PreferredStaffID string   `json:"preferred_staff_id,omitzero"`
	CallID           string   `json:"call_id,omitzero"`
	Topic            string   `json:"topic,omitzero"`
	Notes            string   `json:"notes,omitzero"`
	Window           string   `json:"window,omitzero"`
	// NextOpening is when the branch opens next, if it is closed now.
	NextOpening time.Time `json:"next_opening,omitzero"`
	By          By        `json:"by"`
}

// Callback is a callback as it stands.
type Callback struct {
	CallbackID string   `json:"callback_id"`
	BranchID   string   `json:"branch_id"`
	Phone      string   `json:"phone"`
	Name       string   `json:"name"`
	Priority   Priority `json:"priority"`
	// Status is pending, assigned, contacted, completed, expired or cancelled.
	Status           string `json:"status"`
	CustomerID       string `json:"customer_id,omitzero"`
	ServiceID        string `json:"service_id,omitzero"`
	PreferredStaffID string `json:"preferred_staff_id,omitzero"`
	CallID           string `json:"call_id,omitzero"`
	Topic            string `json:"topic,omitzero"`
	Notes            string `json:"notes,omitzero"`
	Window           string `json:"window,omitzero"`
	AssignedTo       string `json:"assigned_to,omitzero"`
	// AssignedRule is how that person was chosen: see [CallbackAssigned].
	AssignedRule string    `json:"assigned_rule,omitzero"`
	Attempts     int       `json:"attempts"`
	Level        int       `json:"level"`
	LastRaisedAt time.Time `json:"last_raised_at,omitzero"`
	ExpiresAt    time.Time `json:"expires_at"`
	CreatedAt    time.Time `json:"created_at"`
}

// Interval is a half-open piece of time.
type Interval struct {
	StartsAt time.Time `json:"starts_at"`
	EndsAt   time.Time `json:"ends_at"`
}

// SeriesRule says when a series has its occurrences.
type SeriesRule struct {
	// Frequency is daily, weekly, monthly or yearly.
	Frequency string `json:"frequency"`
	Interval  int    `json:"interval"`
	// Weekdays are 1 (Monday) to 7; weekly, and with Nth monthly.
	Weekdays []int `json:"weekdays,omitzero"`
	// MonthDay is 1 to 31, and Nth 1 to 5, the weekday's place in the month.
	MonthDay int `json:"month_day,omitzero"`
	Nth      int `json:"nth,omitzero"`
	// StartDate and EndDate are local, and Time is "15:04".
	StartDate string `json:"start_date"`
	EndDate   string `json:"end_date,omitzero"`
	Count     int    `json:"count,omitzero"`
	Time      string `json:"time"`
	// Exceptions are local dates without an occurrence.
	Exceptions []string `json:"exceptions,omitzero"`
}

// SeriesRequest asks for a series. Its bookings are made of Template.
type SeriesRequest struct {
	SeriesID string      `json:"series_id"`
	Rule     SeriesRule  `json:"rule"`
	Template BookRequest `json:"template"`
}

// SeriesPlan is what is to be done for a series now.
type SeriesPlan struct {
	SeriesID string `json:"series_id"`
	// Book are the bookings to make, each by its own saga, and Cancel the
	// appointments to cancel.
	Book   []BookRequest `json:"book"`
	Cancel []string      `json:"cancel,omitzero"`
	// Skipped are the occurrences that are left out at once.
	Skipped []Skipped `json:"skipped"`
	// NextAt is when to plan again; zero if all is planned.
	NextAt time.Time `json:"next_at,omitzero"`
}

// SeriesChange changes a series from an occurrence on.
type SeriesChange struct {
	ChangeID string `json:"change_id"`
	SeriesID string `json:"series_id"`
	// Scope is single, future or all.
	Scope string `json:"scope"`
	// Date is the local date of the occurrence that it is about.
	Date string `json:"date,omitzero"`
	// Rule replaces the old one from Date on; without one the series ends.
	Rule *SeriesRule `json:"rule,omitzero"`
}

// SeriesQuery asks for series.
type SeriesQuery struct {
	// All is those that are over, too.
	All bool `json:"all,omitzero"`
	// Limit is at most 1000, and 100 if it is 0.
	Limit int `json:"limit,omitzero"`
}

// ListedSeries is a series in a list.
type ListedSeries struct {
	SeriesID    string     `json:"series_id"`
	BranchID    string     `json:"branch_id"`
	ServiceID   string     `json:"service_id"`
	ServiceName string     `json:"service_name"`
	StaffID     string     `json:"staff_id,omitzero"`
	Rule        SeriesRule `json:"rule"`
	Zone        string     `json:"zone"`
	Over        bool       `json:"over"`
	// Booked counts the appointments that are booked and still to come, of which NextAt
	// is the first. Its customer is known once there is one.
	Booked     int       `json:"booked"`
	NextAt     time.Time `json:"next_at,omitzero"`
	CustomerID string    `json:"customer_id,omitzero"`
}

// Head returns what every command has.
func (c Command) Head() Command { return c }

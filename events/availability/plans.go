package availability

import "time"

// An Interval is a part of the week. Its times are local, such as 09:00; an end
// that is not after the start is on the next day, and 24:00 is midnight.
type Interval struct {
	// Weekday counts from 1, Monday.
	Weekday int    `json:"weekday"`
	Start   string `json:"start"`
	End     string `json:"end"`
	// ValidFrom and ValidUntil are the first and the last local date; empty is open.
	ValidFrom  string `json:"valid_from,omitzero"`
	ValidUntil string `json:"valid_until,omitzero"`
}

// Times are a part of a day, with the local times of an [Interval].
type Times struct {
	Start string `json:"start"`
	End   string `json:"end"`
}

// A BranchSettings request says how a branch works.
type BranchSettings struct {
	BranchID string `json:"branch_id"`
	// LocalFeasts are assumption, corpus_christi and augsburg_peace.
	LocalFeasts []string `json:"local_feasts,omitzero"`
	// HolidayMode is closed, the default, or open.
	HolidayMode string `json:"holiday_mode,omitzero"`
	// GridMin is 5, 10, 15, 20, 30 or 60; 15, if it is 0.
	GridMin int `json:"grid_min,omitzero"`
}

// A RezoneRequest moves a branch to another time zone.
type RezoneRequest struct {
	// Key identifies the request: conflicts get their ids from it.
	Key      string `json:"key"`
	BranchID string `json:"branch_id"`
	Zone     string `json:"zone"`
}

// A StaffSettings request says what holds for a person in all branches.
type StaffSettings struct {
	StaffID string `json:"staff_id"`
	Active  bool   `json:"active"`
	// MaxPerDay limits the bookings of a date; 0 is no limit.
	MaxPerDay int `json:"max_per_day,omitzero"`
	// Linked says that a calendar outside shows this person's busy times.
	Linked bool `json:"linked,omitzero"`
}

// An OpeningRequest replaces the opening hours of a branch.
type OpeningRequest struct {
	BranchID  string     `json:"branch_id"`
	Intervals []Interval `json:"intervals"`
}

// A WorkingRequest replaces the working hours of a person at a branch.
type WorkingRequest struct {
	StaffID   string     `json:"staff_id"`
	BranchID  string     `json:"branch_id"`
	Intervals []Interval `json:"intervals"`
}

// A Break is one of every week, or of a date.
type Break struct {
	Weekday int    `json:"weekday,omitzero"`
	Date    string `json:"date,omitzero"`
	Start   string `json:"start"`
	End     string `json:"end"`
}

// A BreaksRequest replaces the breaks of a person.
type BreaksRequest struct {
	StaffID string  `json:"staff_id"`
	Breaks  []Break `json:"breaks"`
}

// The kinds of exceptions.
const (
	Closed      = "closed"
	Open        = "open"
	NoException = "none"
)

// An ExceptionRequest replaces the weekly plan of one date: of the branch, or of a
// person at that branch.
type ExceptionRequest struct {
	BranchID string `json:"branch_id"`
	StaffID  string `json:"staff_id,omitzero"`
	Date     string `json:"date"`
	// Kind is closed, open with its Times, or none, which takes the exception back.
	Kind  string  `json:"kind"`
	Times []Times `json:"times,omitzero"`
}

// A HolidayRequest adds a holiday to a branch, or takes one away.
type HolidayRequest struct {
	BranchID string `json:"branch_id"`
	Date     string `json:"date"`
	Name     string `json:"name"`
	Closed   bool   `json:"closed"`
}

// An AbsenceRequest says that a person is away: for whole local dates, or for a
// span of time.
type AbsenceRequest struct {
	// AbsenceID is a UUID of the caller's: a second request with it changes nothing.
	AbsenceID string `json:"absence_id"`
	StaffID   string `json:"staff_id"`
	// BranchID says in which zone the dates are.
	BranchID string `json:"branch_id"`
	// Kind is vacation, sick, training or other.
	Kind      string    `json:"kind"`
	FirstDate string    `json:"first_date,omitzero"`
	LastDate  string    `json:"last_date,omitzero"`
	From      time.Time `json:"from,omitzero"`
	Until     time.Time `json:"until,omitzero"`
	Note      string    `json:"note,omitzero"`
	// Source and ExternalID say where an absence was taken from.
	Source     string `json:"source,omitzero"`
	ExternalID string `json:"external_id,omitzero"`
}

// An Absence is what was recorded.
type Absence struct {
	AbsenceID string   `json:"absence_id"`
	Dates     []string `json:"dates"`
	// AppointmentIDs are the bookings that it hits.
	AppointmentIDs []string `json:"appointment_ids"`
}

// A Touched answer names the local dates on which something else is free now.
type Touched struct {
	Dates []string `json:"dates"`
}

// A Holiday is a date, and whether a branch is closed on it.
type Holiday struct {
	Date   string `json:"date"`
	Name   string `json:"name"`
	Closed bool   `json:"closed"`
}

// An OccupancyRequest asks how full some dates are, the last one included.
type OccupancyRequest struct {
	BranchID string `json:"branch_id"`
	// StaffID is one person; everybody, if it is empty.
	StaffID string `json:"staff_id,omitzero"`
	First   string `json:"first"`
	Last    string `json:"last"`
}

// Levels of occupancy.
const (
	LevelFull     = "full"
	LevelBusy     = "busy"
	LevelModerate = "moderate"
	LevelLight    = "light"
	LevelEmpty    = "empty"
	LevelClosed   = "closed"
)

// An Occupancy is one date's.
type Occupancy struct {
	Date            string `json:"date"`
	BookedMinutes   int    `json:"booked_minutes"`
	BookableMinutes int    `json:"bookable_minutes"`
	Level           string `json:"level"`
}

// A BusyTime is what a calendar outside reports of a person.
type BusyTime struct {
	Source      string `json:"source"`
	ExternalUID string `json:"external_uid"`
	// StaffID is empty if the calendar's host is nobody we know.
	StaffID  string    `json:"staff_id,omitzero"`
	BranchID string    `json:"branch_id"`
	StartsAt time.Time `json:"starts_at"`
	EndsAt   time.Time `json:"ends_at"`
	AllDay   bool      `json:"all_day,omitzero"`
	// Status is the vendor's: free, cancelled, declined and rejected block nothing.
	Status string `json:"status,omitzero"`
	// AppointmentID is ours, if the entry names one.
	AppointmentID string `json:"appointment_id,omitzero"`
	// SeenAt is the vendor's instant of the change: the newest one counts.
	SeenAt time.Time `json:"seen_at"`
}

// A BusyWindow is all that a calendar outside lists of some people in [From, Until).
type BusyWindow struct {
	Source    string     `json:"source"`
	StaffIDs  []string   `json:"staff_ids"`
	From      time.Time  `json:"from"`
	Until     time.Time  `json:"until"`
	Entries   []BusyTime `json:"entries"`
	CheckedAt time.Time  `json:"checked_at"`
}

package calendarsync

import (
	"context"
	"errors"
	"time"
)

// A Booking is an appointment as the calendar shows it.
type Booking struct {
	ID       string    `json:"id"`
	Title    string    `json:"title"`
	Location string    `json:"location"`
	StartsAt time.Time `json:"starts_at"`
	EndsAt   time.Time `json:"ends_at"`
	Zone     string    `json:"zone"`
	Version  int       `json:"version"`
	Changed  time.Time `json:"changed_at"`
	Metadata Metadata  `json:"metadata"`
}

// Metadata is what the calendar keeps with a booking and gives back with it.
type Metadata struct {
	AppointmentID string `json:"herald_appointment_id"`
}

// An Entry is what the calendar says that it holds. What it does not say is zero.
type Entry struct {
	UID      string    `json:"uid"`
	StartsAt time.Time `json:"starts_at"`
	EndsAt   time.Time `json:"ends_at"`
	Metadata Metadata  `json:"metadata"`
}

// A Calendar shows bookings. Both methods may be called again with the same key,
// and then change nothing. Their errors say whether another attempt makes sense.
type Calendar interface {
	// Put shows the booking, instead of what was shown under its id, and returns what
	// the calendar holds now, in its own words.
	Put(ctx context.Context, key string, b Booking) (Entry, error)
	// Delete is content with a booking that is not there.
	Delete(ctx context.Context, key, bookingID string) error
}

// ErrTaken means that the calendar has something else at that time.
var ErrTaken = errors.New("calendarsync: the time is taken")

// NewCalendar returns the calendar that the configuration asks for: the vendor's
// where there is one, or else the one in files.
func NewCalendar(config Config) (Calendar, error) {
	if config.URL != "" {
		return NewHTTPCalendar(config.URL)
	}
	return FileCalendar{Dir: config.Dir(config.CalendarDir, "calendar")}, nil
}

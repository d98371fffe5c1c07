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
}

// A Calendar shows bookings. Both methods may be called again with the same key,
// and then change nothing. Their errors say whether another attempt makes sense.
type Calendar interface {
	// Put shows the booking, instead of what was shown under its id.
	Put(ctx context.Context, key string, b Booking) error
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

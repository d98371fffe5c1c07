package calendarsync

import (
	"context"
	"path/filepath"
	"time"

	"github.com/herald-bus/herald/domains/internal/ics"
	"github.com/herald-bus/herald/domains/internal/local"
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

// A Calendar holds bookings. Both methods may be called again with the same key,
// and then change nothing. Errors say whether a retry makes sense.
type Calendar interface {
	Put(ctx context.Context, key string, b Booking) error
	// Delete is content with a booking that is not there.
	Delete(ctx context.Context, key, bookingID string) error
}

// NewCalendar returns the vendor's calendar, or the one in files.
func NewCalendar(config Config) Calendar {
	if config.URL != "" {
		return NewHTTPCalendar(config.URL)
	}
	return fileCalendar{dir: config.Dir(config.CalendarDir, "calendar")}
}

// fileCalendar keeps one .ics file a booking.
type fileCalendar struct{ dir string }

func (c fileCalendar) path(id string) string {
	return filepath.Join(c.dir, local.FileName(id)+".ics")
}

func (c fileCalendar) Put(_ context.Context, _ string, b Booking) error {
	file, err := ics.Write(ics.Publish, ics.Event{
		UID: b.ID, Sequence: b.Version - 1, Stamp: b.Changed, Start: b.StartsAt, End: b.EndsAt, Zone: b.Zone, Summary: b.Title, Location: b.Location,
	})
	if err != nil {
		return err
	}
	return local.Write(c.path(b.ID), []byte(file))
}

func (c fileCalendar) Delete(_ context.Context, _, bookingID string) error {
	return local.Remove(c.path(bookingID))
}

package calendarsync

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/herald-bus/herald/domains/internal/ics"
	"github.com/herald-bus/herald/domains/internal/local"
	"github.com/herald-bus/herald/events"
)

// FileCalendar is a folder with one .ics file a booking, for whoever has no
// vendor.
type FileCalendar struct{ Dir string }

// Put writes the booking's file.
func (c FileCalendar) Put(_ context.Context, _ string, b Booking) (Entry, error) {
	file, err := ics.Write(ics.Publish, ics.Event{
		UID: b.ID, Sequence: max(b.Version-1, 0), Stamp: b.Changed,
		Start: b.StartsAt, End: b.EndsAt, Zone: b.Zone, Summary: b.Title, Location: b.Location,
	})
	if err != nil {
		return Entry{}, events.Permanent(err) // made of the booking alone
	}
	if err := local.Write(c.path(b.ID), []byte(file)); err != nil {
		return Entry{}, fmt.Errorf("calendarsync: %w", err)
	}
	return Entry{UID: b.ID, StartsAt: b.StartsAt, EndsAt: b.EndsAt, Metadata: b.Metadata}, nil
}

// Delete removes the booking's file.
func (c FileCalendar) Delete(_ context.Context, _, bookingID string) error {
	if err := local.Remove(c.path(bookingID)); err != nil {
		return fmt.Errorf("calendarsync: %w", err)
	}
	return nil
}

func (c FileCalendar) path(id string) string {
	return filepath.Join(c.Dir, local.FileName(id)+".ics")
}

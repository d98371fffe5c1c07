package calendarsync

import (
	"context"
	"errors"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// A Desk books in a calendar that has the last word on an appointment, while its
// booking is at work. Whoever calls does so in order, so that nothing has to be
// remembered here.
type Desk struct{ calendar Calendar }

// NewDesk returns the desk of the given calendar.
func NewDesk(calendar Calendar) *Desk { return &Desk{calendar} }

// Book has the calendar show the appointment at its time, and returns the entries.
// The calendar's no is a refusal; another key asks it anew.
func (d *Desk) Book(ctx context.Context, key string, ref appointment.Ref) ([]string, error) {
	err := d.calendar.Put(ctx, key, bookingOf(ref, ref.StartsAt))
	if events.IsPermanent(err) || errors.Is(err, ErrTaken) {
		return nil, events.Refuse("calendar_conflict", "APT-62", "the calendar does not take it: %s", err)
	}
	return []string{ref.AppointmentID}, err
}

// Cancel has the calendar show nothing. It is content with what is not there.
func (d *Desk) Cancel(ctx context.Context, key string, ref appointment.Ref) error {
	return d.calendar.Delete(ctx, key, ref.AppointmentID)
}

package calendarsync

import (
	"context"
	"errors"
	"time"

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
// The calendar's no is a refusal; another key asks it anew. So is an answer that
// does not say what was asked for: the entries are returned with it then, because
// something is there, and it is for the caller to take it out again.
func (d *Desk) Book(ctx context.Context, key string, ref appointment.Ref) ([]string, error) {
	wanted := bookingOf(ref, ref.StartsAt)
	held, err := d.calendar.Put(ctx, key, wanted)
	switch {
	case events.IsPermanent(err) || errors.Is(err, ErrTaken):
		return nil, events.Refuse("calendar_conflict", "APT-62", "the calendar does not take it: %s", err)
	case err != nil:
		return nil, err
	}
	if no := held.differs(wanted); no != nil {
		return []string{wanted.ID}, no
	}
	return []string{held.UID}, nil
}

// differs refuses an entry that is not the booking which was asked for.
func (e Entry) differs(b Booking) *events.Refusal {
	refuse := func(what, has, wanted string) *events.Refusal {
		return events.Refuse("calendar_conflict", "APT-62", "the calendar holds something else: %s is %q instead of %q", what, has, wanted).
			With("field", what).With("held", has).With("wanted", wanted)
	}
	clock := func(t time.Time) string { return t.UTC().Format(time.RFC3339) }
	switch {
	case e.UID == "":
		return refuse("uid", "", "an id")
	case !e.StartsAt.Equal(b.StartsAt):
		return refuse("starts_at", clock(e.StartsAt), clock(b.StartsAt))
	case !e.EndsAt.Equal(b.EndsAt):
		return refuse("ends_at", clock(e.EndsAt), clock(b.EndsAt))
	case e.Metadata != b.Metadata:
		return refuse("herald_appointment_id", e.Metadata.AppointmentID, b.Metadata.AppointmentID)
	}
	return nil
}

// Cancel has the calendar show nothing. It is content with what is not there.
func (d *Desk) Cancel(ctx context.Context, key string, ref appointment.Ref) error {
	return d.calendar.Delete(ctx, key, ref.AppointmentID)
}

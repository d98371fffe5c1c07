package appointments

import (
	"context"
	"fmt"
	"time"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/availability"
	"github.com/herald-bus/herald/events/calendar"
)

// NewFollowCalendarChange returns the listener that does with an appointment what
// people did with its booking in a calendar outside: it moves it, gives it to somebody
// else, or confirms it. What the calendar shows of what we hold changes nothing, nor
// does what is over by now. What they say of visits and money is for a person to judge,
// as is what can't be done.
func NewFollowCalendarChange(s *Service, lives Lives) events.Listener {
	return events.On("appointments.follow-calendar-change", func(ctx context.Context, d events.Delivery[calendar.BookingUpdated]) error {
		announce, err := s.followChange(ctx, lives, d.Meta, d.Now(), d.Event)
		emit(d, announce)
		return forGood(err)
	}, events.Priority(90), events.Emits(appointment.AttentionRequired{}))
}

func (s *Service) followChange(ctx context.Context, lives Lives, meta events.Meta, now time.Time, e calendar.BookingUpdated) ([]events.Event, error) {
	scope := s.db.Tenant(meta.TenantID)
	entry, err := follow(ctx, scope, meta.TenantID, e.Booking, e.PreviousUID, false)
	if err != nil {
		return nil, err
	}
	b, err := find(ctx, scope, entry.appointmentID)
	if err != nil {
		return nil, err
	}
	switch e.Change {
	case calendar.Rescheduled, calendar.HostChanged:
		if !isActive(b.Status) || e.OccurredAt.Before(entry.seenAt) {
			return nil, nil // it is over, or has changed again since
		}
		return s.followMove(ctx, lives, meta, now, e, b)
	case calendar.StatusConfirmed:
		if b.Status != appointment.Pending {
			return nil, nil
		}
		err := lives.Confirm(ctx, changeOf(e.Booking, b.AppointmentID, e.Change), meta)
		return s.outcome(ctx, meta, now, b.AppointmentID, err, inWords(e.Booking)+" was confirmed, the appointment can't be")
	case calendar.NoShowMarked, calendar.NoShowUnmarked:
		if (b.Status == appointment.NoShow) == (e.Change == calendar.NoShowMarked) {
			return nil, nil
		}
	}
	return s.attend(ctx, meta.TenantID, now, meta.ID, b.AppointmentID, codeMarked,
		fmt.Sprintf("%s is marked %s: do with the appointment what is right", inWords(e.Booking), e.Change))
}

// followMove brings the appointment to where its booking is, and to whom.
func (s *Service) followMove(ctx context.Context, lives Lives, meta events.Meta, now time.Time, e calendar.BookingUpdated, b booking) ([]events.Event, error) {
	part := shownAs(b.Phases, e.SegmentKey)
	shift, staffID := e.StartsAt.Sub(part.StartsAt), e.StaffID
	if e.Change == calendar.HostChanged && staffID == "" || staffID != "" && staffID != part.StaffID && len(b.StaffIDs) > 1 {
		return s.attend(ctx, meta.TenantID, now, meta.ID, b.AppointmentID, codeUnmapped,
			inWords(e.Booking)+" has another host, which can't be followed: say who does it")
	}
	if staffID == part.StaffID {
		staffID = ""
	}
	command := changeOf(e.Booking, b.AppointmentID, e.Change)
	var err error
	switch {
	case shift != 0:
		err = lives.Move(ctx, appointment.MoveRequest{
			Command: command, StartsAt: b.StartsAt.Add(shift), StaffID: staffID, Reason: cut(e.Reason, maxReason), Silent: e.VendorNotifies,
		}, meta)
	case staffID != "":
		err = lives.Update(ctx, appointment.UpdateRequest{Command: command, StaffID: staffID}, meta)
	}
	return s.outcome(ctx, meta, now, b.AppointmentID, err, inWords(e.Booking)+" was changed, the appointment can't follow")
}

// shownAs is the busy phase that a calendar shows under a key, or else the first one.
func shownAs(phases []appointment.Phase, key string) (first appointment.Phase) {
	for _, p := range phases {
		if p.Kind != availability.Busy {
			continue
		}
		if key != "" && p.SegmentKey == key {
			return p
		}
		if first.StaffID == "" {
			first = p
		}
	}
	return first
}

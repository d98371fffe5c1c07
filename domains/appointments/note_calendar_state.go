package appointments

import (
	"context"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/calendar"
)

// NewNoteCalendarState returns the listener that keeps that the calendar shows an
// appointment, and under which names.
func NewNoteCalendarState(s *Service) events.Listener {
	return events.On("appointments.note-calendar-state", func(ctx context.Context, d events.Delivery[calendar.SyncCompleted]) error {
		var uids []string
		for _, segment := range d.Event.Segments {
			uids = append(uids, segment.UID)
		}
		return forGood(s.NoteCalendarState(ctx, d.TenantID, d.Now(), d.Event.AppointmentID, d.Event.Version, appointment.CalendarSynced, uids))
	}, events.Sync(), events.Priority(200))
}

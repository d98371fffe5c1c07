package appointments

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/calendar"
)

// Why a person has to look at an appointment.
const (
	codeConflict   = "conflict"          // nobody is there for it
	codeUnmapped   = "calendar_unmapped" // the calendar names nobody, or nothing, that we know
	codeRefused    = "calendar_refused"  // it can't be what the calendar says
	codeMarked     = "calendar_marked"   // the calendar says something that is for staff to say
	codeDrift      = "calendar_drift"    // the calendar shows something else
	codeCollision  = "calendar_conflict" // it was changed here and there
	codeSyncFailed = "sync_failed"       // the calendar does not show it
)

// emit announces what follows from an event, as of that event, however late or often
// it is handled.
func emit[E events.Event](d events.Delivery[E], all []events.Event) {
	for _, e := range all {
		d.Emit(e, events.OccurredAt(d.Time))
	}
}

// attend asks for a person, because of the event with the given id. The appointment
// is marked, if there is one.
func (s *Service) attend(ctx context.Context, tenantID string, now time.Time, eventID, appointmentID, code, text string) ([]events.Event, error) {
	a, err := s.FlagForReview(ctx, tenantID, now, appointment.AttentionRequired{AppointmentID: appointmentID, Code: code, Text: text, SourceEventID: eventID})
	if err != nil && !isRefusal(err, "not_found") {
		return nil, err
	}
	return []events.Event{a}, nil
}

// outcome makes a refusal of what a calendar has done a person's business. It is told
// by its code: texts may name people.
func (s *Service) outcome(ctx context.Context, meta events.Meta, now time.Time, appointmentID string, err error, what string) ([]events.Event, error) {
	refusal, refused := errors.AsType[*events.Refusal](err)
	if !refused {
		return nil, err
	}
	return s.attend(ctx, meta.TenantID, now, meta.ID, appointmentID, codeRefused, fmt.Sprintf("%s: %s (%s)", what, refusal.Code, refusal.Rule))
}

// inWords names a booking outside.
func inWords(b calendar.Booking) string {
	return fmt.Sprintf("the booking %s at %s in the calendar", b.UID, b.StartsAt.UTC().Format(time.RFC3339))
}

// forGood makes a refusal the end of a delivery: a rule answers alike next time.
func forGood(err error) error {
	if _, refused := errors.AsType[*events.Refusal](err); refused {
		return events.Permanent(err)
	}
	return err
}

// cut shortens a text to at most so many characters.
func cut(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most])
	}
	return text
}

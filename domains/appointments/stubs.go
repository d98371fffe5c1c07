package appointments

import (
	"context"
	"errors"
	"time"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

var errLater = errors.New("appointments: this is not built yet")

// Prepare judges a booking and says what it needs. It changes nothing. If the key
// is booked already, or the same call has booked the same thing, the answer has
// Existing set. A refusal by a policy comes with the event to announce.
func (s *Service) Prepare(ctx context.Context, tenantID string, now time.Time, r appointment.BookRequest, who appointment.BookedFor) (appointment.Prepared, []events.Event, error) {
	return appointment.Prepared{}, nil, errLater
}

// Record writes the booking down in the state booking, at the time that was taken.
func (s *Service) Record(ctx context.Context, tenantID string, now time.Time, p appointment.Prepared, phases []appointment.Phase) error {
	return errLater
}

// MarkFailed gives a booking up, whether or not it was recorded. told says that
// the customer hears of it while he waits.
func (s *Service) MarkFailed(ctx context.Context, tenantID string, now time.Time, p appointment.Prepared, reason appointment.FailureReason, told bool) ([]events.Event, error) {
	return nil, errLater
}

// Confirm ends the booking: the appointment is confirmed, or pending where a
// person must say yes.
func (s *Service) Confirm(ctx context.Context, tenantID string, now time.Time, appointmentID string, calendarUIDs []string, calendarState string) (appointment.View, []events.Event, error) {
	return appointment.View{}, nil, errLater
}

// PrepareMove judges a move, which it also previews. It changes nothing.
func (s *Service) PrepareMove(ctx context.Context, tenantID string, now time.Time, r appointment.MoveRequest) (appointment.Move, []events.Event, error) {
	return appointment.Move{}, nil, errLater
}

// RequestMove returns what to announce of a move that is not settled: state is
// needs_approval or processing.
func (s *Service) RequestMove(ctx context.Context, tenantID string, now time.Time, m appointment.Move, state string) ([]events.Event, error) {
	return nil, errLater
}

// RecordMove moves the appointment to the time that was taken.
func (s *Service) RecordMove(ctx context.Context, tenantID string, now time.Time, m appointment.Move, phases []appointment.Phase) (appointment.View, []events.Event, error) {
	return appointment.View{}, nil, errLater
}

// PreviewCancel says what a cancellation would cost, or why it would be refused.
func (s *Service) PreviewCancel(ctx context.Context, tenantID string, now time.Time, r appointment.CancelRequest) (appointment.Cancellation, []events.Event, error) {
	return appointment.Cancellation{}, nil, errLater
}

// Cancel ends the appointment.
func (s *Service) Cancel(ctx context.Context, tenantID string, now time.Time, r appointment.CancelRequest) (appointment.Cancellation, []events.Event, error) {
	return appointment.Cancellation{}, nil, errLater
}

// ConfirmPending is staff's yes to an appointment that waits for it.
func (s *Service) ConfirmPending(ctx context.Context, tenantID string, now time.Time, c appointment.Command) (appointment.View, []events.Event, error) {
	return appointment.View{}, nil, errLater
}

// Decide settles an appointment that still waits at its deadline: it is confirmed
// for a trusted customer where the branch allows it, and cancelled otherwise.
func (s *Service) Decide(ctx context.Context, tenantID string, now time.Time, c appointment.Command) (appointment.View, []events.Event, error) {
	return appointment.View{}, nil, errLater
}

// PrepareUpdate judges an update and says whether it needs time to be taken.
func (s *Service) PrepareUpdate(ctx context.Context, tenantID string, now time.Time, r appointment.UpdateRequest) (appointment.Change, error) {
	return appointment.Change{}, errLater
}

// Update changes notes, attendee, staff or service, never the start.
func (s *Service) Update(ctx context.Context, tenantID string, now time.Time, r appointment.UpdateRequest) (appointment.View, []events.Event, error) {
	return appointment.View{}, nil, errLater
}

// CheckIn says that the customer is there.
func (s *Service) CheckIn(ctx context.Context, tenantID string, now time.Time, c appointment.Command) (appointment.View, []events.Event, error) {
	return appointment.View{}, nil, errLater
}

// Complete closes the visit: by staff, or by the clock with the role system.
func (s *Service) Complete(ctx context.Context, tenantID string, now time.Time, c appointment.Command) (appointment.View, []events.Event, error) {
	return appointment.View{}, nil, errLater
}

// MarkNoShow says that nobody came.
func (s *Service) MarkNoShow(ctx context.Context, tenantID string, now time.Time, c appointment.Command) (appointment.View, []events.Event, error) {
	return appointment.View{}, nil, errLater
}

// Timetable says what time will bring to an appointment, as it stands.
func (s *Service) Timetable(ctx context.Context, tenantID, appointmentID string) (appointment.Timetable, error) {
	return appointment.Timetable{}, errLater
}

// Remind returns the reminder to announce; none if the appointment no longer has
// it, or had it for this start.
func (s *Service) Remind(ctx context.Context, tenantID string, now time.Time, appointmentID string, kind appointment.ReminderKind) ([]events.Event, error) {
	return nil, errLater
}

// Get returns an appointment as it stands, or a not_found refusal.
func (s *Service) Get(ctx context.Context, tenantID, appointmentID string) (appointment.View, error) {
	return appointment.View{}, errLater
}

// Query answers what appointments a customer has. A caller who has not proven to
// be the customer is refused, with a callback to announce.
func (s *Service) Query(ctx context.Context, tenantID string, now time.Time, q appointment.Query) (appointment.Found, []events.Event, error) {
	return appointment.Found{}, nil, errLater
}

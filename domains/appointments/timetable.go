package appointments

import (
	"context"
	"slices"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/tenancy"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// Deciding on a pending appointment.
const (
	decideWithin  = 24 * time.Hour
	decideBefore  = 2 * time.Hour
	decideAtLeast = 30 * time.Minute
	// quietAfter is how long after booking or moving nobody needs a reminder.
	quietAfter = time.Hour
)

// confirmBy returns until when staff has to say yes.
func confirmBy(created, start time.Time) time.Time {
	deadline := created.Add(decideWithin)
	if early := start.Add(-decideBefore); early.Before(deadline) {
		deadline = early
	}
	if least := created.Add(decideAtLeast); deadline.Before(least) {
		return least
	}
	return deadline
}

// reminders returns those of an appointment that was planned at that instant.
func reminders(start, planned time.Time, zone *time.Location, kinds []appointment.ReminderKind) []appointment.Reminder {
	local := start.In(zone)
	at := map[appointment.ReminderKind]time.Time{
		appointment.DayBefore:   time.Date(local.Year(), local.Month(), local.Day()-1, local.Hour(), local.Minute(), local.Second(), 0, zone).UTC(),
		appointment.TwoHours:    start.Add(-2 * time.Hour).UTC(),
		appointment.QuarterHour: start.Add(-15 * time.Minute).UTC(),
	}
	due := []appointment.Reminder{}
	for _, kind := range appointment.ReminderKinds {
		if slices.Contains(kinds, kind) && !at[kind].Before(planned.Add(quietAfter)) {
			due = append(due, appointment.Reminder{Kind: kind, At: at[kind]})
		}
	}
	return due
}

// remindersFor returns the reminders of an appointment of that service and state.
func remindersFor(ctx context.Context, scope store.Scope, c CatalogService, branch tenancy.Branch, status appointment.Status, start, planned time.Time) ([]appointment.Reminder, error) {
	zone, err := branch.Location()
	if err != nil || status != appointment.Confirmed {
		return []appointment.Reminder{}, err
	}
	kinds := []appointment.ReminderKind{appointment.DayBefore}
	if c.Reminders != "single" {
		policy, err := configOf(ctx, scope, PolicyBooking, branch.ID, c.ID, "")
		if err != nil {
			return nil, err
		}
		kinds = append(kinds, appointment.TwoHours)
		if policy.RemindQuarterHour {
			kinds = append(kinds, appointment.QuarterHour)
		}
	}
	return reminders(start, planned, zone, kinds), nil
}

// Timetable says what time will bring to an appointment, as it stands. It knows no
// present: what is over is listed as well.
func (s *Service) Timetable(ctx context.Context, tenantID, appointmentID string) (appointment.Timetable, error) {
	scope := s.db.Tenant(tenantID)
	b, err := find(ctx, scope, appointmentID)
	if err != nil {
		return appointment.Timetable{}, err
	}
	branch, err := tenancy.FindBranch(ctx, scope, b.BranchID)
	if err != nil {
		return appointment.Timetable{}, err
	}
	settings, err := bookingOf(ctx, scope, b.BranchID)
	if err != nil {
		return appointment.Timetable{}, err
	}
	t := appointment.Timetable{Version: b.Version, Status: b.Status}
	if t.Reminders, err = remindersFor(ctx, scope, b.service, branch, b.Status, b.StartsAt, b.plannedAt); err != nil {
		return t, err
	}
	switch b.Status {
	case appointment.Pending:
		t.ConfirmBy = confirmBy(b.CreatedAt, b.StartsAt)
		t.EndsWatchAt = b.EndsAt.Add(correctionTime)
	case appointment.Confirmed, appointment.InProgress:
		if settings.AutoComplete {
			t.CompleteAt = b.EndsAt.Add(completeAfter)
		}
		t.EndsWatchAt = b.EndsAt.Add(correctionTime)
	case appointment.Completed, appointment.NoShow:
		t.EndsWatchAt = b.EndsAt.Add(correctionTime)
	default: // nothing is to come
	}
	return t, nil
}

// Remind returns the reminder to announce; none if the appointment no longer has
// it, or had it for this start.
func (s *Service) Remind(ctx context.Context, tenantID string, now time.Time, appointmentID string, kind appointment.ReminderKind) ([]events.Event, error) {
	table, err := s.Timetable(ctx, tenantID, appointmentID)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(table.Reminders, func(r appointment.Reminder) bool { return r.Kind == kind })
	if i < 0 || now.Before(table.Reminders[i].At) {
		return nil, nil
	}
	command := "remind/" + string(kind) + "/" + table.Reminders[i].At.Format(time.RFC3339)
	_, announce, err := once(ctx, s.db.Tenant(tenantID), now, appointmentID, command, func(_ store.Scope, b *booking) (appointment.View, []events.Event, error) {
		if b.Status != appointment.Confirmed || !now.Before(b.StartsAt) {
			return b.View, nil, nil
		}
		return b.View, []events.Event{appointment.ReminderDue{Ref: b.Ref, Kind: kind}}, nil
	})
	return announce, err
}

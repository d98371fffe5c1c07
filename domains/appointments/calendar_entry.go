package appointments

import (
	"context"
	"errors"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/calendar"
)

// An entry is what a calendar outside has of an appointment.
type entry struct {
	uid, appointmentID string
	seenAt             time.Time // the vendor's instant of the latest change
	gone               bool
}

// follow writes down what an event says of its entry, and returns it as it stands,
// with the latest change of any entry of that appointment: events may come late.
func follow(ctx context.Context, scope store.Scope, tenantID string, b calendar.Booking, previousUID string, gone bool) (e entry, err error) {
	err = scope.InTx(ctx, func(tx store.Scope) error {
		id, err := appointmentOf(ctx, tx, tenantID, b, previousUID)
		if err != nil {
			return err
		}
		if err := noteEntry(ctx, tx, entry{uid: b.UID, appointmentID: id, seenAt: b.OccurredAt, gone: gone}); err != nil {
			return err
		}
		e, err = store.One(ctx, tx, scanEntry, selectEntry+` AND uid = $2`, b.UID)
		if err != nil {
			return err
		}
		e.seenAt, err = store.One(ctx, tx, func(row store.Row) (at time.Time, err error) {
			return at, row.Scan(store.At(&at))
		}, `SELECT MAX(seen_at) FROM calendar_entry WHERE tenant_id = $1 AND appointment_id = $2`, e.appointmentID)
		return err
	})
	return e, err
}

const selectEntry = `SELECT uid, appointment_id, seen_at, gone FROM calendar_entry WHERE tenant_id = $1`

func scanEntry(row store.Row) (e entry, err error) {
	return e, row.Scan(&e.uid, &e.appointmentID, store.At(&e.seenAt), &e.gone)
}

// appointmentOf returns the appointment of a booking outside: the one that the event
// names, that this or its previous name belongs to, or that it becomes by its import.
func appointmentOf(ctx context.Context, s store.Scope, tenantID string, b calendar.Booking, previousUID string) (string, error) {
	if b.AppointmentID != "" {
		return b.AppointmentID, nil
	}
	for _, uid := range []string{b.UID, previousUID} {
		e, err := store.One(ctx, s, scanEntry, selectEntry+` AND uid = $2`, uid)
		if !errors.Is(err, store.ErrNotFound) {
			return e.appointmentID, err
		}
	}
	return appointment.ID(tenantID, appointment.Calendar, calendar.Key(b.ConnectionID, b.UID)), nil
}

// noteEntry writes an entry down, unless a later change of it is known. What is gone
// stays so.
func noteEntry(ctx context.Context, s store.Scope, e entry) error {
	_, err := s.Exec(ctx, `INSERT INTO calendar_entry (tenant_id, uid, appointment_id, seen_at, gone) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (tenant_id, uid) DO UPDATE SET appointment_id = excluded.appointment_id, gone = calendar_entry.gone OR excluded.gone,
			seen_at = CASE WHEN calendar_entry.seen_at IS NULL OR excluded.seen_at > calendar_entry.seen_at THEN excluded.seen_at ELSE calendar_entry.seen_at END`,
		e.uid, e.appointmentID, e.seenAt, e.gone)
	return err
}

// byCalendarOf is who acts when people change their bookings outside.
func byCalendarOf(b calendar.Booking) appointment.By {
	return appointment.By{Origin: appointment.Calendar, ActorID: "calendar:" + b.UID}
}

// changeOf is the command of one change of a booking outside, the same whenever it is
// heard of.
func changeOf(b calendar.Booking, appointmentID, change string) appointment.Command {
	return appointment.Command{
		ID: "calendar/" + b.UID + "/" + change + "/" + b.OccurredAt.UTC().Format(time.RFC3339Nano), AppointmentID: appointmentID, By: byCalendarOf(b),
	}
}

package appointments

import (
	"context"
	"slices"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events/appointment"
)

// ofCustomers are the tables with a customer in each row, and the name of its id.
var ofCustomers = []struct{ table, id string }{
	{"appointment", "appointment_id"},
	{"callback", "callback_id"},
	{"wish", "wish_id"},
	{"request", "request_id"},
	{"modification", "appointment_id || '/' || command_id"},
}

// FollowMerge gives everything of a customer to the one that he turned out to be,
// and remembers what it was, under the merge's id. A merge that was undone already,
// whose event is late, moves nothing.
func (s *Service) FollowMerge(ctx context.Context, tenantID, mergeID, survivorID, duplicateID string) error {
	return s.db.Tenant(tenantID).InTx(ctx, func(tx store.Scope) error {
		undone, err := store.One(ctx, tx, scanInt, `SELECT count(*) FROM customer_move WHERE tenant_id = $1 AND merge_id = $2 AND table_name = $3`, mergeID, undoneMove)
		if err != nil || undone > 0 {
			return err
		}
		for _, of := range ofCustomers {
			_, err := tx.Exec(ctx, `
				INSERT INTO customer_move (tenant_id, merge_id, table_name, row_id, old_customer_id)
				SELECT tenant_id, $2, $3, `+of.id+`, customer_id FROM `+of.table+` WHERE tenant_id = $1 AND customer_id = $4
				ON CONFLICT (tenant_id, merge_id, table_name, row_id) DO NOTHING`, mergeID, of.table, duplicateID)
			if err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `UPDATE `+of.table+` SET customer_id = $2 WHERE tenant_id = $1 AND customer_id = $3`, survivorID, duplicateID); err != nil {
				return err
			}
		}
		return nil
	})
}

// undoneMove marks a merge that was undone, in the place of a table's name.
const undoneMove = "(undone)"

// UndoMerge gives back what a merge had moved, and nothing that came later.
func (s *Service) UndoMerge(ctx context.Context, tenantID, mergeID, restoredID string) error {
	return s.db.Tenant(tenantID).InTx(ctx, func(tx store.Scope) error {
		_, err := tx.Exec(ctx, `INSERT INTO customer_move (tenant_id, merge_id, table_name, row_id, old_customer_id) VALUES ($1, $2, $3, '', $4)
			ON CONFLICT (tenant_id, merge_id, table_name, row_id) DO NOTHING`, mergeID, undoneMove, restoredID)
		if err != nil {
			return err
		}
		for _, of := range ofCustomers {
			_, err := tx.Exec(ctx, `UPDATE `+of.table+` SET customer_id = $2 WHERE tenant_id = $1 AND `+of.id+` IN (
				SELECT row_id FROM customer_move WHERE tenant_id = $1 AND merge_id = $3 AND table_name = $4 AND old_customer_id = $2)`, restoredID, mergeID, of.table)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// ForgetCustomer clears everything that says who a customer is; ids and figures
// stay. It returns his appointments to come, which whoever calls has to cancel,
// with [ForgottenReason]; those that were cancelled so are returned again.
func (s *Service) ForgetCustomer(ctx context.Context, tenantID string, now time.Time, customerID string) (cancel []string, err error) {
	err = s.db.Tenant(tenantID).InTx(ctx, func(tx store.Scope) error {
		cancel, err = store.All(ctx, tx, scanText, `SELECT appointment_id FROM appointment
			WHERE tenant_id = $1 AND customer_id = $2 AND (status IN ('booking', 'pending', 'confirmed', 'in_progress') AND starts_at > $3
				OR appointment_id IN (SELECT appointment_id FROM command_answer WHERE tenant_id = $1 AND command_id = $4))
			ORDER BY starts_at, appointment_id`, customerID, now, forgetCommand(customerID))
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `DELETE FROM command_answer WHERE tenant_id = $1 AND command_id <> $3
			AND appointment_id IN (SELECT appointment_id FROM appointment WHERE tenant_id = $1 AND customer_id = $2)`, customerID, forgetCommand(customerID))
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE appointment SET cancel_reason = '' WHERE tenant_id = $1 AND customer_id = $2 AND cancel_reason <> $3`, customerID, ForgottenReason)
		if err != nil {
			return err
		}
		for _, statement := range []string{
			`UPDATE appointment SET attendee_name = '', notes = '', contact_email = '', contact_phone = '', caller_phone = '' WHERE tenant_id = $1 AND customer_id = $2`,
			`UPDATE callback SET phone = '', name = '', notes = '', status = CASE WHEN status IN ('pending', 'assigned', 'contacted') THEN 'cancelled' ELSE status END
				WHERE tenant_id = $1 AND customer_id = $2`,
			`UPDATE wish SET status = CASE WHEN status = 'pending' THEN 'expired' ELSE status END WHERE tenant_id = $1 AND customer_id = $2`,
		} {
			if _, err := tx.Exec(ctx, statement, customerID); err != nil {
				return err
			}
		}
		return nil
	})
	return cancel, err
}

// ForgottenReason is why the appointments of a forgotten customer are cancelled.
const ForgottenReason = "customer_erased"

// forgetCommand is the id of the commands that cancel them. Their answers, which are
// given when nothing is left of the person, are the only ones that stay.
func forgetCommand(customerID string) string { return "forget/" + customerID }

// NoteRestriction keeps what the customers domain says of a customer's bookings;
// what was said last counts.
func (s *Service) NoteRestriction(ctx context.Context, tenantID string, at time.Time, customerID, restriction string) error {
	_, err := s.db.Tenant(tenantID).Exec(ctx, `
		INSERT INTO restriction (tenant_id, customer_id, restriction, at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (tenant_id, customer_id) DO UPDATE SET restriction = excluded.restriction, at = excluded.at WHERE excluded.at >= restriction.at`,
		customerID, restriction, at)
	return err
}

// AdoptCaller gives the callbacks, wishes and requests of a call, as far as they are
// nobody's, to the customer that the caller is.
func (s *Service) AdoptCaller(ctx context.Context, tenantID, callID, customerID string) error {
	return s.db.Tenant(tenantID).InTx(ctx, func(tx store.Scope) error {
		for table, call := range map[string]string{"callback": "call_id", "wish": "call_id", "request": "session"} {
			_, err := tx.Exec(ctx, `UPDATE `+table+` SET customer_id = $3 WHERE tenant_id = $1 AND `+call+` = $2 AND `+call+` <> '' AND customer_id = ''`, callID, customerID)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// NoteCalendarState keeps what the calendar shows of an appointment, unless a later
// version is known already. Nobody has to look any more at why it did not show it.
func (s *Service) NoteCalendarState(ctx context.Context, tenantID string, now time.Time, appointmentID string, version int, state string, uids []string) error {
	return s.db.Tenant(tenantID).InTx(ctx, func(tx store.Scope) error {
		b, err := lock(ctx, tx, appointmentID)
		if err != nil || version < b.Version {
			return err
		}
		for _, uid := range uids {
			if err := noteEntry(ctx, tx, entry{uid: uid, appointmentID: appointmentID}); err != nil {
				return err
			}
		}
		if len(uids) == 0 {
			uids = b.CalendarUIDs
		}
		review := b.ReviewReason
		if review == codeSyncFailed && state == appointment.CalendarSynced {
			review = ""
		}
		if b.CalendarState == state && b.ReviewReason == review && slices.Equal(b.CalendarUIDs, uids) {
			return nil
		}
		b.CalendarState, b.ReviewReason, b.CalendarUIDs = state, review, uids
		return b.save(ctx, tx, now)
	})
}

// FlagForReview marks an appointment that only a person can settle, and returns
// what to announce. The source is the event that made it so.
func (s *Service) FlagForReview(ctx context.Context, tenantID string, now time.Time, a appointment.AttentionRequired) (appointment.AttentionRequired, error) {
	return a, s.db.Tenant(tenantID).InTx(ctx, func(tx store.Scope) error {
		b, err := lock(ctx, tx, a.AppointmentID)
		if err != nil {
			return err
		}
		before := b.View
		b.ReviewReason = a.Code
		if a.Code == codeSyncFailed {
			b.CalendarState = appointment.CalendarFailed
		}
		if b.ReviewReason == before.ReviewReason && b.CalendarState == before.CalendarState {
			return nil // it is marked already
		}
		return b.save(ctx, tx, now)
	})
}

// Substitutes returns who could take over the whole of an appointment at its time, in
// order of rank; nobody, where the branch wants a person to decide, and where several
// people are at work. Whether they are free, Availability knows.
func (s *Service) Substitutes(ctx context.Context, tenantID, appointmentID string) ([]string, error) {
	scope := s.db.Tenant(tenantID)
	b, err := find(ctx, scope, appointmentID)
	if err != nil {
		return nil, err
	}
	settings, err := bookingOf(ctx, scope, b.BranchID)
	if err != nil || !settings.AutoReassign || len(b.StaffIDs) != 1 {
		return nil, err
	}
	_, l, err := substitute(ctx, scope, b, b.ServiceID, "")
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, c := range l.candidates {
		lacks := slices.ContainsFunc(b.Phases, func(p appointment.Phase) bool { return !c.does(p.SegmentKey) })
		if c.id != b.StaffIDs[0] && !lacks {
			ids = append(ids, c.id)
		}
	}
	return ids, nil
}

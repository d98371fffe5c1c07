package appointments

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/tenancy"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/availability"
)

// A booking is an appointment as it is stored.
type booking struct {
	appointment.View
	bornAs    appointment.Status
	plannedAt time.Time
	service   CatalogService
}

const appointmentColumns = `appointment_id, branch_id, service_id, customer_id, attendee_name, status, born_as, starts_at, ends_at, zone,
	price_cents, currency, origin, call_id, series_id, idempotency_key, version, reschedule_count, previous_starts_at, requested_at, rebooks,
	cancelled_at, cancel_reason, cancelled_by, policy_snapshot, assignment_model, was_fallback, calendar_state, calendar_uids, review_reason,
	notes, contact_email, contact_phone, caller_phone, notify, trusted, planned_at, created_at`

func scanBooking(row store.Row) (b booking, err error) {
	var terms, uids string
	var contact appointment.ContactOverride
	err = row.Scan(&b.AppointmentID, &b.BranchID, &b.ServiceID, &b.CustomerID, &b.AttendeeName, &b.Status, &b.bornAs, store.At(&b.StartsAt), store.At(&b.EndsAt), &b.Zone,
		&b.Price.Cents, &b.Price.Currency, &b.Origin, &b.CallID, &b.SeriesID, &b.Key, &b.Version, &b.RescheduleCount, store.At(&b.PreviousStart), store.At(&b.RequestedAt), &b.Rebooks,
		store.At(&b.CancelledAt), &b.CancelReason, &b.CancelledBy, &terms, &b.AssignmentModel, &b.WasFallback, &b.CalendarState, &uids, &b.ReviewReason,
		&b.Notes, &contact.Email, &contact.Phone, &b.CallerPhone, &b.Notify, &b.Trusted, store.At(&b.plannedAt), store.At(&b.CreatedAt))
	if err != nil {
		return b, err
	}
	if contact != (appointment.ContactOverride{}) {
		b.ContactOverride = &contact
	}
	return b, errors.Join(json.Unmarshal([]byte(terms), &b.Terms), json.Unmarshal([]byte(uids), &b.CalendarUIDs))
}

// find returns an appointment, or a not_found refusal.
func find(ctx context.Context, s store.Scope, id string) (booking, error) {
	return complete(ctx, s, id, `SELECT `+appointmentColumns+` FROM appointment WHERE tenant_id = $1 AND appointment_id = $2`)
}

// lock returns an appointment that nobody else changes until the transaction ends.
// Writing what is there locks the row on both databases.
func lock(ctx context.Context, tx store.Scope, id string) (booking, error) {
	return complete(ctx, tx, id, `UPDATE appointment SET version = version WHERE tenant_id = $1 AND appointment_id = $2 RETURNING `+appointmentColumns)
}

func complete(ctx context.Context, s store.Scope, id, query string) (booking, error) {
	b, err := store.One(ctx, s, scanBooking, query, id)
	if errors.Is(err, store.ErrNotFound) {
		return b, events.Refuse("not_found", "TEN-5", "there is no appointment %s", id)
	}
	if err != nil {
		return b, err
	}
	return b, b.load(ctx, s)
}

// load adds what other tables say of the appointment.
func (b *booking) load(ctx context.Context, s store.Scope) (err error) {
	b.Phases, err = store.All(ctx, s, func(row store.Row) (p appointment.Phase, err error) {
		return p, row.Scan(&p.Seq, &p.Kind, &p.SegmentKey, &p.StaffID, store.At(&p.StartsAt), store.At(&p.EndsAt))
	}, `SELECT seq, kind, segment_key, COALESCE(staff_id, ''), starts_at, ends_at FROM appointment_phase
		WHERE tenant_id = $1 AND appointment_id = $2 ORDER BY seq`, b.AppointmentID)
	if err != nil {
		return err
	}
	b.StaffIDs = staffOf(b.Phases)
	if b.service, err = findService(ctx, s, b.ServiceID); err != nil {
		return err
	}
	b.CalendarMode = b.service.CalendarMode
	b.Display, err = displayOf(ctx, s, b.BranchID, b.service, b.StaffIDs, b.Phases)
	return err
}

// displayOf puts an appointment into words, as of now.
func displayOf(ctx context.Context, s store.Scope, branchID string, c CatalogService, staffIDs []string, phases []appointment.Phase) (appointment.Display, error) {
	branch, err := tenancy.FindBranch(ctx, s, branchID)
	if err != nil {
		return appointment.Display{}, err
	}
	d := appointment.Display{
		ServiceName: c.Name, StaffNames: []string{}, BranchName: branch.Name, BranchAddress: branch.Address, BranchPhone: branch.Phone, BranchEmail: branch.Email,
	}
	for _, id := range staffIDs {
		member, err := findStaff(ctx, s, id)
		if err != nil {
			return d, err
		}
		d.StaffNames = append(d.StaffNames, member.Name)
	}
	for _, p := range phases {
		for _, def := range c.Phases {
			if def.Key != "" && def.Key == p.SegmentKey {
				d.Segments = append(d.Segments, def.Name)
			}
		}
	}
	return d, nil
}

// staffOf returns who is busy in the phases, in order, everybody once.
func staffOf(phases []appointment.Phase) []string {
	ids, seen := []string{}, map[string]bool{}
	for _, p := range phases {
		if p.Kind == availability.Busy && !seen[p.StaffID] {
			seen[p.StaffID] = true
			ids = append(ids, p.StaffID)
		}
	}
	return ids
}

// save writes back what commands may change of an appointment.
func (b *booking) save(ctx context.Context, tx store.Scope, now time.Time) error {
	uids, err := json.Marshal(b.CalendarUIDs)
	if err != nil {
		return err
	}
	staffID := ""
	if len(b.StaffIDs) > 0 {
		staffID = b.StaffIDs[0]
	}
	_, err = tx.Exec(ctx, `
		UPDATE appointment SET service_id = $3, attendee_name = $4, status = $5, starts_at = $6, ends_at = $7, staff_id = $8, price_cents = $9,
			version = $10, reschedule_count = $11, previous_starts_at = $12, cancelled_at = $13, cancel_reason = $14, cancelled_by = $15,
			calendar_state = $16, calendar_uids = $17, review_reason = $18, notes = $19, planned_at = $20, updated_at = $21
		WHERE tenant_id = $1 AND appointment_id = $2`,
		b.AppointmentID, b.ServiceID, b.AttendeeName, string(b.Status), b.StartsAt, b.EndsAt, staffID, b.Price.Cents,
		b.Version, b.RescheduleCount, b.PreviousStart, b.CancelledAt, b.CancelReason, b.CancelledBy,
		b.CalendarState, json.RawMessage(uids), b.ReviewReason, b.Notes, b.plannedAt, now)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE appointment_phase SET active = $3 WHERE tenant_id = $1 AND appointment_id = $2 AND active <> $3`, b.AppointmentID, isActive(b.Status))
	return err
}

// savePhases replaces the phases. What somebody else has taken is slot_taken: the
// schema is the second arbiter, after the claims.
func (b *booking) savePhases(ctx context.Context, tx store.Scope, c CatalogService, phases []appointment.Phase) error {
	if _, err := tx.Exec(ctx, `DELETE FROM appointment_phase WHERE tenant_id = $1 AND appointment_id = $2`, b.AppointmentID); err != nil {
		return err
	}
	first, last := edges(phases)
	for i, p := range phases {
		var staffID any
		if p.StaffID != "" {
			staffID = p.StaffID
		}
		before, after := 0, 0
		if i == first {
			before = c.BufferBeforeMin
		}
		if i == last {
			after = c.BufferAfterMin
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO appointment_phase (tenant_id, appointment_id, seq, kind, segment_key, staff_id, starts_at, ends_at, buffer_before_min, buffer_after_min, exclusive, active)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
			b.AppointmentID, p.Seq, p.Kind, p.SegmentKey, staffID, p.StartsAt, p.EndsAt, before, after, c.Capacity == 1, isActive(b.Status))
		if errors.Is(err, store.ErrOverlap) {
			return events.Refuse("slot_taken", "APT-61", "that time has just gone: offer another one")
		}
		if err != nil {
			return err
		}
	}
	b.Phases, b.StaffIDs = phases, staffOf(phases)
	return nil
}

// edges returns the positions of the first and the last busy phase.
func edges(phases []appointment.Phase) (first, last int) {
	first, last = -1, -1
	for i, p := range phases {
		if p.Kind == availability.Busy {
			if first < 0 {
				first = i
			}
			last = i
		}
	}
	return first, last
}

// checkStaffed refuses phases that a person would have to do and nobody does, and
// people who are not of this tenant.
func checkStaffed(ctx context.Context, s store.Scope, phases []appointment.Phase) error {
	if len(phases) == 0 {
		return events.Refuse("staff_required", "APT-1", "the booking has no phases: take time for it first")
	}
	for _, p := range phases {
		if p.Kind != availability.Busy {
			continue
		}
		if p.StaffID == "" {
			return events.Refuse("staff_required", "APT-1", "phase %d has nobody who does it: name a staff member", p.Seq)
		}
		if _, err := findStaff(ctx, s, p.StaffID); err != nil {
			return err
		}
	}
	return nil
}

// Get returns an appointment as it stands, or a not_found refusal.
func (s *Service) Get(ctx context.Context, tenantID, appointmentID string) (appointment.View, error) {
	b, err := find(ctx, s.db.Tenant(tenantID), appointmentID)
	return b.View, err
}

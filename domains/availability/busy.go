package availability

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/availability"
)

// harmless are the vendor's words for entries that take no time.
var harmless = []string{"free", "cancelled", "declined", "rejected"}

// ImportBusyTime takes in what a calendar outside reports. Our own bookings are
// recognised and ignored; of one entry the newest report counts. An entry of a host
// that is nobody we know keeps every linked person of the branch away.
func (s *Service) ImportBusyTime(ctx context.Context, tenantID string, now time.Time, req availability.BusyTime) ([]events.Event, error) {
	if slices.Contains(harmless, req.Status) {
		return s.DropBusyTime(ctx, tenantID, now, req.Source, req.ExternalUID)
	}
	if !req.EndsAt.After(req.StartsAt) || req.Source == "" || req.ExternalUID == "" {
		return nil, events.Refuse("invalid_time", "AVL-29", "the entry %q of %q from %s to %s: name it, and let it end after it starts",
			req.ExternalUID, req.Source, req.StartsAt.Format(time.RFC3339), req.EndsAt.Format(time.RFC3339))
	}
	scope := s.db.Tenant(tenantID)
	loc, err := zoneOf(ctx, scope, req.BranchID)
	if err != nil {
		return nil, err
	}
	span := interval{req.StartsAt.Unix(), ceil(req.EndsAt).Unix()}
	if req.AllDay {
		span = interval{dayAt(span.from, loc).bounds(loc).from, dayAt(span.to-1, loc).bounds(loc).to}
	}
	var announced []events.Event
	err = scope.InTx(ctx, func(tx store.Scope) error {
		announced = nil
		if own, err := isOurs(ctx, tx, req.AppointmentID); err != nil || own {
			return err
		}
		before, others, err := busyBefore(ctx, tx, req)
		if err != nil {
			return err
		}
		written, err := tx.Exec(ctx, `INSERT INTO busy_time (tenant_id, source, external_uid, staff_id, branch_id, starts_at, ends_at, all_day, appointment_id, seen_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
			ON CONFLICT (tenant_id, source, external_uid, staff_id) DO UPDATE SET branch_id = excluded.branch_id, starts_at = excluded.starts_at,
				ends_at = excluded.ends_at, all_day = excluded.all_day, appointment_id = excluded.appointment_id, seen_at = excluded.seen_at
			WHERE excluded.seen_at >= busy_time.seen_at`,
			req.Source, req.ExternalUID, req.StaffID, req.BranchID, instant(span.from), instant(span.to), req.AllDay, req.AppointmentID, req.SeenAt)
		if err != nil || written == 0 {
			return err
		}
		announced, err = busyChanged(ctx, tx, req.BranchID, append([]string{req.StaffID}, others...), append(before, span), loc)
		return err
	})
	return announced, err
}

// busyBefore takes away what an older report of the entry says of other people, and
// returns when it was, and whose.
func busyBefore(ctx context.Context, tx store.Scope, req availability.BusyTime) (before []interval, others []string, err error) {
	gone, err := store.All(ctx, tx, scanTaken, `DELETE FROM busy_time WHERE tenant_id = $1 AND source = $2 AND external_uid = $3 AND staff_id <> $4 AND seen_at <= $5
		RETURNING staff_id, starts_at, ends_at`, req.Source, req.ExternalUID, req.StaffID, req.SeenAt)
	if err != nil {
		return nil, nil, err
	}
	own, err := store.All(ctx, tx, scanTaken, `SELECT staff_id, starts_at, ends_at FROM busy_time WHERE tenant_id = $1 AND source = $2 AND external_uid = $3 AND staff_id = $4`,
		req.Source, req.ExternalUID, req.StaffID)
	for _, t := range append(own, gone...) {
		before = append(before, t.interval)
		if t.staff != req.StaffID {
			others = append(others, t.staff)
		}
	}
	return before, others, err
}

// isOurs reports whether an appointment is one that has time here.
func isOurs(ctx context.Context, tx store.Scope, appointmentID string) (bool, error) {
	if appointmentID == "" {
		return false, nil
	}
	n, err := store.One(ctx, tx, scanInt, `SELECT count(*) FROM hold WHERE tenant_id = $1 AND (appointment_id = $2 OR owner = $2)`, appointmentID)
	return n > 0, err
}

// busyChanged raises the days of whom a busy time keeps away or kept away, and
// announces them.
func busyChanged(ctx context.Context, tx store.Scope, branchID string, staff []string, spans []interval, loc *time.Location) ([]events.Event, error) {
	people := staff
	if slices.Contains(staff, "") {
		linked, err := store.All(ctx, tx, scanText, `SELECT DISTINCT w.staff_id FROM working_interval w
			JOIN staff_calendar c ON c.tenant_id = w.tenant_id AND c.staff_id = w.staff_id
			WHERE w.tenant_id = $1 AND w.branch_id = $2 AND c.linked ORDER BY w.staff_id`, branchID)
		if err != nil {
			return nil, err
		}
		people = append(linked, staff...)
	}
	var all []taken
	var days []day
	for _, span := range spans {
		for _, id := range people {
			if id != "" {
				all = append(all, taken{id, span})
			}
		}
		for d := dayAt(span.from, loc); d <= dayAt(span.to-1, loc); d++ {
			days = append(days, d)
		}
	}
	if err := raise(ctx, tx, daysOf(all, loc)); err != nil {
		return nil, err
	}
	slices.Sort(days)
	var on []string
	for _, d := range slices.Compact(days) {
		on = append(on, d.String())
	}
	return changed([]string{branchID}, staff[0], on, availability.ReasonExternal), nil
}

// DropBusyTime forgets what a calendar outside has reported under a uid.
func (s *Service) DropBusyTime(ctx context.Context, tenantID string, now time.Time, source, externalUID string) ([]events.Event, error) {
	var announced []events.Event
	err := s.db.Tenant(tenantID).InTx(ctx, func(tx store.Scope) error {
		announced = nil
		gone, err := store.All(ctx, tx, func(r store.Row) (b availability.BusyTime, err error) {
			return b, r.Scan(&b.StaffID, &b.BranchID, store.At(&b.StartsAt), store.At(&b.EndsAt))
		}, `DELETE FROM busy_time WHERE tenant_id = $1 AND source = $2 AND external_uid = $3 RETURNING staff_id, branch_id, starts_at, ends_at`, source, externalUID)
		if err != nil {
			return err
		}
		for _, b := range gone {
			loc, err := zoneOf(ctx, tx, b.BranchID)
			if err != nil {
				return err
			}
			found, err := busyChanged(ctx, tx, b.BranchID, []string{b.StaffID}, []interval{{b.StartsAt.Unix(), b.EndsAt.Unix()}}, loc)
			if err != nil {
				return err
			}
			announced = append(announced, found...)
		}
		return nil
	})
	return announced, err
}

// ReconcileBusyTimes takes in all that a calendar lists of some people in a window,
// and forgets what it lists no longer. Reports that are newer than the reading stay.
func (s *Service) ReconcileBusyTimes(ctx context.Context, tenantID string, now time.Time, req availability.BusyWindow) ([]events.Event, error) {
	scope := s.db.Tenant(tenantID)
	var announced []events.Event
	for _, staff := range req.StaffIDs {
		known, err := store.All(ctx, scope, scanText, `SELECT external_uid FROM busy_time
			WHERE tenant_id = $1 AND source = $2 AND staff_id = $3 AND ends_at > $4 AND starts_at < $5 AND seen_at <= $6 ORDER BY external_uid`,
			req.Source, staff, req.From, req.Until, req.CheckedAt)
		if err != nil {
			return nil, err
		}
		for _, uid := range known {
			if slices.ContainsFunc(req.Entries, func(b availability.BusyTime) bool { return b.ExternalUID == uid }) {
				continue
			}
			dropped, err := s.DropBusyTime(ctx, tenantID, now, req.Source, uid)
			if err != nil {
				return nil, err
			}
			announced = append(announced, dropped...)
		}
	}
	for _, entry := range req.Entries {
		imported, err := s.ImportBusyTime(ctx, tenantID, now, entry)
		if err != nil {
			return nil, err
		}
		announced = append(announced, imported...)
	}
	for _, staff := range req.StaffIDs {
		if err := s.MarkSynced(ctx, tenantID, staff, req.CheckedAt); err != nil {
			return nil, err
		}
	}
	return announced, nil
}

// MarkStale says since when a tenant's calendars can't be asked, and with stale
// false that they can again. The last instant wins. The system tenant stands for
// every one.
func (s *Service) MarkStale(ctx context.Context, tenantID string, at time.Time, stale bool) error {
	_, err := s.db.Tenant(tenantID).Exec(ctx, `INSERT INTO stale_mark (tenant_id, stale, at) VALUES ($1, $2, $3)
		ON CONFLICT (tenant_id) DO UPDATE SET stale = excluded.stale, at = excluded.at WHERE excluded.at >= stale_mark.at`, stale, at)
	return err
}

// MarkSynced says when a person's calendar was last read.
func (s *Service) MarkSynced(ctx context.Context, tenantID, staffID string, at time.Time) error {
	_, err := s.db.Tenant(tenantID).Exec(ctx, `UPDATE staff_calendar SET synced_at = $3
		WHERE tenant_id = $1 AND staff_id = $2 AND (synced_at IS NULL OR synced_at < $3)`, staffID, at)
	return err
}

// refused reports whether an error is a rule's, rather than a failure.
func refused(err error) bool {
	_, ok := errors.AsType[*events.Refusal](err)
	return ok
}

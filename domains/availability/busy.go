package availability

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/availability"
)

// harmless are the vendor's words for entries that take no time.
var harmless = []string{"free", "cancelled", "declined", "rejected"}

// ImportBusyTime takes in what a calendar outside reports: an entry, or, by its
// status, that it takes no time any more. Our own bookings are recognised: their
// entries take none. Of one entry the newest report counts, and one that says
// nothing new announces nothing. An entry of a host that is nobody we know keeps
// every linked person of the branch away.
func (s *Service) ImportBusyTime(ctx context.Context, tenantID string, now time.Time, req availability.BusyTime) ([]events.Event, error) {
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
	req.SeenAt = req.SeenAt.Truncate(time.Microsecond) // as it is stored
	var announced []events.Event
	err = scope.InTx(ctx, func(tx store.Scope) error {
		announced = nil
		own, err := isOurs(ctx, tx, req.AppointmentID)
		if err != nil {
			return err
		}
		spans, err := writeBusy(ctx, tx, req, span)
		switch {
		case errors.Is(err, store.ErrNotFound):
			return nil // a newer report is known
		case err != nil || own:
			return err
		}
		others, err := retireBusy(ctx, tx, req)
		if err != nil || len(spans) == 0 && len(others) == 0 {
			return err
		}
		people := []string{req.StaffID}
		for _, t := range others {
			people, spans = append(people, t.staff), append(spans, t.interval)
		}
		announced, err = busyChanged(ctx, tx, req.BranchID, people, spans, loc)
		return err
	})
	return announced, err
}

// writeBusy writes an entry down and returns when it is and was, if that differs. An
// older report is not found.
func writeBusy(ctx context.Context, tx store.Scope, req availability.BusyTime, span interval) ([]interval, error) {
	const differs = `busy_time.starts_at <> excluded.starts_at OR busy_time.ends_at <> excluded.ends_at OR busy_time.gone <> excluded.gone`
	return store.One(ctx, tx, func(r store.Row) (spans []interval, err error) {
		var changed, from, until time.Time
		if err := r.Scan(store.At(&changed), store.At(&from), store.At(&until)); err != nil || !changed.Equal(req.SeenAt) {
			return nil, err
		}
		if !from.IsZero() {
			spans = append(spans, interval{from.Unix(), until.Unix()})
		}
		return append(spans, span), nil
	}, `INSERT INTO busy_time (tenant_id, source, external_uid, staff_id, branch_id, starts_at, ends_at, all_day, appointment_id, gone, seen_at, changed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)
		ON CONFLICT (tenant_id, source, external_uid, staff_id) DO UPDATE SET branch_id = excluded.branch_id, starts_at = excluded.starts_at,
			ends_at = excluded.ends_at, all_day = excluded.all_day, appointment_id = excluded.appointment_id, gone = excluded.gone, seen_at = excluded.seen_at,
			changed_at = CASE WHEN `+differs+` THEN excluded.changed_at ELSE busy_time.changed_at END,
			was_starts_at = CASE WHEN `+differs+` THEN busy_time.starts_at ELSE busy_time.was_starts_at END,
			was_ends_at = CASE WHEN `+differs+` THEN busy_time.ends_at ELSE busy_time.was_ends_at END
		WHERE excluded.seen_at >= busy_time.seen_at RETURNING changed_at, was_starts_at, was_ends_at`,
		req.Source, req.ExternalUID, req.StaffID, req.BranchID, instant(span.from), instant(span.to), req.AllDay, req.AppointmentID,
		slices.Contains(harmless, req.Status), req.SeenAt)
}

// retireBusy takes away what older reports of the entry say of other people, and
// returns whose time it was; that of this very report again.
func retireBusy(ctx context.Context, tx store.Scope, req availability.BusyTime) ([]taken, error) {
	others, err := store.All(ctx, tx, scanTaken, `UPDATE busy_time SET gone = $6, seen_at = $5, changed_at = $5
		WHERE tenant_id = $1 AND source = $2 AND external_uid = $3 AND staff_id <> $4 AND seen_at <= $5 AND (gone <> $6 OR changed_at = $5)
		RETURNING staff_id, starts_at, ends_at`, req.Source, req.ExternalUID, req.StaffID, req.SeenAt, true)
	slices.SortFunc(others, func(a, b taken) int { return strings.Compare(a.staff, b.staff) })
	return others, err
}

// ours says of a busy time that it belongs to an appointment which has, or had, its
// time here: what counts is that, wherever the entry stands.
const ours = `EXISTS (SELECT 1 FROM hold h WHERE h.tenant_id = busy_time.tenant_id AND h.owner = busy_time.appointment_id AND h.state IN ('taken_over', 'converted'))`

// isOurs reports whether an appointment is one that has, or had, its time here.
func isOurs(ctx context.Context, tx store.Scope, appointmentID string) (bool, error) {
	if appointmentID == "" {
		return false, nil
	}
	n, err := store.One(ctx, tx, scanInt, `SELECT count(*) FROM hold WHERE tenant_id = $1 AND owner = $2 AND state IN ('taken_over', 'converted')`, appointmentID)
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

// MarkStale says since when a tenant's calendars can't be asked, and with stale
// false that they can again. The last instant wins. The system tenant stands for
// every one.
func (s *Service) MarkStale(ctx context.Context, tenantID string, at time.Time, stale bool) error {
	_, err := s.db.Tenant(tenantID).Exec(ctx, `INSERT INTO stale_mark (tenant_id, stale, at) VALUES ($1, $2, $3)
		ON CONFLICT (tenant_id) DO UPDATE SET stale = excluded.stale, at = excluded.at WHERE excluded.at >= stale_mark.at`, stale, at)
	return err
}

// refused reports whether an error is a rule's, rather than a failure.
func refused(err error) bool {
	_, ok := errors.AsType[*events.Refusal](err)
	return ok
}

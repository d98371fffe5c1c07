package availability

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/availability"
	outside "github.com/herald-bus/herald/events/calendar"
)

// NewReconcileBusyTimes returns the listener that compares what is known of a
// calendar with all that stands in it. A poll looks at changes only, each of which is
// an event of its own: after it the calendar counts as read.
func NewReconcileBusyTimes(s *Service) events.Listener {
	return events.On("availability.reconcile-busy-times", func(ctx context.Context, d events.Delivery[outside.WindowSynced]) error {
		e := d.Event
		if e.Kind == outside.Poll {
			return s.markSynced(ctx, d.TenantID, e.StaffIDs, e.CheckedAt)
		}
		window := availability.BusyWindow{Source: e.ConnectionID, StaffIDs: e.StaffIDs, From: e.From, Until: e.To, CheckedAt: e.CheckedAt}
		for _, live := range e.Live {
			window.Entries = append(window.Entries, availability.BusyTime{
				Source: e.ConnectionID, ExternalUID: live.UID, StaffID: live.StaffID, StartsAt: live.StartsAt, EndsAt: live.EndsAt, SeenAt: e.CheckedAt,
			})
		}
		announced, err := s.ReconcileBusyTimes(ctx, d.TenantID, d.Now(), window)
		emit(d, announced)
		return err
	}, events.Priority(60), events.Emits(availability.Changed{}))
}

// ReconcileBusyTimes takes in all that a calendar lists of some people in a window,
// and forgets what it lists no longer. Reports that are newer than the reading stay.
// An entry within the time of an appointment of the same person says nothing new:
// mostly it is that appointment, as the calendar shows it.
func (s *Service) ReconcileBusyTimes(ctx context.Context, tenantID string, now time.Time, req availability.BusyWindow) ([]events.Event, error) {
	scope := s.db.Tenant(tenantID)
	entries := req.Entries
	for _, staff := range req.StaffIDs {
		vanished, err := s.vanished(ctx, scope, staff, req)
		if err != nil {
			return nil, err
		}
		entries = append(slices.Clone(entries), vanished...)
	}
	homes := map[string]string{}
	var announced []events.Event
	for _, entry := range entries {
		if entry.BranchID == "" {
			home, err := homeOf(ctx, scope, homes, entry.StaffID)
			if err != nil {
				return nil, err
			}
			entry.BranchID = home
		}
		if entry.BranchID == "" {
			continue // nobody knows whom it would keep away
		}
		covered, err := isCovered(ctx, scope, entry)
		if err != nil {
			return nil, err
		}
		if covered {
			continue
		}
		if entry.AppointmentID, err = becomes(ctx, scope, tenantID, entry, []availability.BusyTime{entry}); err != nil {
			return nil, err
		}
		imported, err := s.ImportBusyTime(ctx, tenantID, now, entry)
		if err != nil {
			return nil, err
		}
		announced = append(announced, imported...)
	}
	return together(announced), s.markSynced(ctx, tenantID, req.StaffIDs, req.CheckedAt)
}

// vanished are the entries of a person that the calendar lists no longer; those that
// this very reading has found gone once more.
func (s *Service) vanished(ctx context.Context, scope store.Scope, staff string, req availability.BusyWindow) ([]availability.BusyTime, error) {
	known, err := store.All(ctx, scope, func(r store.Row) (b availability.BusyTime, err error) {
		b = availability.BusyTime{Source: req.Source, StaffID: staff, Status: harmless[0], SeenAt: req.CheckedAt}
		return b, r.Scan(&b.ExternalUID, &b.BranchID, store.At(&b.StartsAt), store.At(&b.EndsAt), &b.AllDay)
	}, `SELECT external_uid, branch_id, starts_at, ends_at, all_day FROM busy_time
		WHERE tenant_id = $1 AND source = $2 AND staff_id = $3 AND ends_at > $4 AND starts_at < $5 AND seen_at <= $6 AND (NOT gone OR changed_at = $6)
		ORDER BY external_uid`, req.Source, staff, req.From, req.Until, req.CheckedAt.Truncate(time.Microsecond))
	return slices.DeleteFunc(known, func(b availability.BusyTime) bool {
		return slices.ContainsFunc(req.Entries, func(listed availability.BusyTime) bool { return listed.ExternalUID == b.ExternalUID })
	}), err
}

// isCovered reports whether an entry lies within the time that an appointment has of
// the person.
func isCovered(ctx context.Context, scope store.Scope, b availability.BusyTime) (bool, error) {
	if slices.Contains(harmless, b.Status) {
		return false, nil
	}
	n, err := store.One(ctx, scope, scanInt, `SELECT count(*) FROM (`+bookings+`) b WHERE b.staff_id = $2 AND b.starts_at <= $3 AND b.ends_at >= $4`,
		b.StaffID, b.StartsAt, b.EndsAt)
	return n > 0, err
}

// homeOf is the first branch at which a person works; none, if nobody knows the
// person. homes remembers it.
func homeOf(ctx context.Context, scope store.Scope, homes map[string]string, staffID string) (string, error) {
	if home, known := homes[staffID]; known {
		return home, nil
	}
	branches, err := branchesOf(ctx, scope, staffID)
	if len(branches) > 0 {
		homes[staffID] = branches[0]
	}
	return homes[staffID], err
}

// together joins changes of one person at one branch to a single event.
func together(all []events.Event) []events.Event {
	var joined []availability.Changed
	for _, e := range all {
		c, ok := e.(availability.Changed)
		if !ok {
			continue
		}
		at := slices.IndexFunc(joined, func(j availability.Changed) bool { return j.BranchID == c.BranchID && j.StaffID == c.StaffID })
		if at < 0 {
			joined = append(joined, c)
			continue
		}
		joined[at].Dates = append(slices.Clone(joined[at].Dates), c.Dates...)
		slices.Sort(joined[at].Dates)
		joined[at].Dates = slices.Compact(joined[at].Dates)
	}
	slices.SortFunc(joined, func(a, b availability.Changed) int {
		return cmp.Or(strings.Compare(a.BranchID, b.BranchID), strings.Compare(a.StaffID, b.StaffID))
	})
	found := make([]events.Event, len(joined))
	for i, c := range joined {
		found[i] = c
	}
	return found
}

// MarkSynced says when a person's calendar was last read.
func (s *Service) MarkSynced(ctx context.Context, tenantID, staffID string, at time.Time) error {
	return s.markSynced(ctx, tenantID, []string{staffID}, at)
}

func (s *Service) markSynced(ctx context.Context, tenantID string, staffIDs []string, at time.Time) error {
	var errs []error
	for _, id := range staffIDs {
		_, err := s.db.Tenant(tenantID).Exec(ctx, `UPDATE staff_calendar SET synced_at = $3
			WHERE tenant_id = $1 AND staff_id = $2 AND (synced_at IS NULL OR synced_at < $3)`, id, at)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

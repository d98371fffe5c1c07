package appointments

import (
	"context"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// The limits that count where the tenant has not set any.
const (
	defaultNotice    = 15 // minutes
	defaultGrid      = 15
	defaultDays      = 90
	defaultStaffDays = 180
	// walkIn is how far back staff may enter a visit, and anyDays as good as no limit.
	walkIn  = 24 * time.Hour
	anyDays = 3650
	anyPast = -anyDays * 24 * 60
)

// A window is when a booking may start, seen from now.
type window struct {
	noticeMin int
	maxDays   int
	gridMin   int
	who       actor
}

// windowFor returns what counts for this service, at this branch, for this actor.
func windowFor(ctx context.Context, scope store.Scope, c CatalogService, branchID string, by appointment.By, override bool, maxDays *int) (window, error) {
	w := window{gridMin: c.GridMin, who: actorOf(by)}
	if w.gridMin == 0 {
		w.gridMin = defaultGrid
	}
	if w.who == byCalendar {
		w.noticeMin, w.maxDays = anyPast, anyDays
		return w, nil
	}
	policy, err := configOf(ctx, scope, PolicyBooking, branchID, c.ID, "")
	if err != nil {
		return w, err
	}
	w.noticeMin = or(c.MinNoticeMin, or(policy.MinNoticeMin, defaultNotice))
	w.maxDays = or(maxDays, or(policy.MaxAdvanceDays, defaultDays))
	if w.who == byStaff {
		w.maxDays = max(w.maxDays, defaultStaffDays)
	}
	if override {
		if w.who != byStaff || by.Role == appointment.StaffRole {
			return w, forbidden("override_notice", by)
		}
		w.noticeMin = 0
	}
	return w, nil
}

// check refuses a start outside of the window. Staff may enter a visit of the last
// day; its notice becomes negative, so that the time can be taken.
func (w *window) check(start, now time.Time, zone *time.Location) error {
	if w.who == byCalendar {
		return nil
	}
	if start.Before(now) {
		if w.who != byStaff || start.Before(now.Add(-walkIn)) {
			return events.Refuse("in_past", "APT-5", "%s is over: take a later start", start.Format(time.RFC3339)).With("earliest", w.earliest(now, zone).Format(time.RFC3339))
		}
		w.noticeMin = -int(walkIn / time.Minute)
		return nil
	}
	if start.Before(now.Add(time.Duration(w.noticeMin) * time.Minute)) {
		earliest := w.earliest(now, zone).Format(time.RFC3339)
		return events.Refuse("too_soon", "APT-3", "%s is less than %d min ahead: %s is the earliest start", start.Format(time.RFC3339), w.noticeMin, earliest).With("earliest", earliest)
	}
	if latest := dateOf(now, zone).AddDate(0, 0, w.maxDays); dateOf(start, zone).After(latest) {
		date := latest.Format(time.DateOnly)
		return events.Refuse("too_far", "APT-4", "%s is more than %d days ahead: %s is the last day", start.Format(time.RFC3339), w.maxDays, date).With("latest", date)
	}
	return nil
}

// earliest returns the first start on the grid, which is counted from local midnight.
func (w *window) earliest(now time.Time, zone *time.Location) time.Time {
	at := now.Add(time.Duration(w.noticeMin) * time.Minute)
	midnight := startOfDay(at, zone)
	grid := time.Duration(w.gridMin) * time.Minute
	steps := (at.Sub(midnight) + grid - 1) / grid
	return midnight.Add(steps * grid).UTC()
}

func startOfDay(t time.Time, zone *time.Location) time.Time {
	y, m, d := t.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, zone)
}

// dateOf returns the local date of t as a midnight in UTC, to count days with.
func dateOf(t time.Time, zone *time.Location) time.Time {
	y, m, d := t.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

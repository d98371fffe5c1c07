package availability

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/tenancy"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/availability"
)

// A dateOf is a staff-day.
type dateOf struct {
	staff string
	day   day
}

// daysOf are the staff-days that spans touch, each once, in the order of locking.
func daysOf(spans []taken, loc *time.Location) []dateOf {
	var days []dateOf
	for _, s := range spans {
		for d := dayAt(s.from, loc); d <= dayAt(s.to-1, loc); d++ {
			days = append(days, dateOf{s.staff, d})
		}
	}
	slices.SortFunc(days, func(a, b dateOf) int {
		return cmp.Or(strings.Compare(a.staff, b.staff), cmp.Compare(a.day, b.day))
	})
	return slices.Compact(days)
}

// raise makes what is cached of staff-days worthless, and holds them until the
// transaction ends. The days must be in the order of [daysOf], so that two
// transactions never wait for each other.
func raise(ctx context.Context, tx store.Scope, days []dateOf) error {
	for chunk := range slices.Chunk(days, 200) {
		rows, args := make([]string, len(chunk)), make([]any, 0, 2*len(chunk))
		for i, d := range chunk {
			rows[i] = fmt.Sprintf("($1, $%d, $%d, 1)", 2*i+2, 2*i+3)
			args = append(args, d.staff, d.day.String())
		}
		_, err := tx.Exec(ctx, `INSERT INTO day_version (tenant_id, staff_id, date, version) VALUES `+strings.Join(rows, ", ")+`
			ON CONFLICT (tenant_id, staff_id, date) DO UPDATE SET version = day_version.version + 1`, args...)
		if err != nil {
			return err
		}
	}
	return nil
}

// raiseBranch does it for all days of everybody at a branch.
func raiseBranch(ctx context.Context, tx store.Scope, branchID string) error {
	_, err := tx.Exec(ctx, `INSERT INTO branch_calendar (tenant_id, branch_id) VALUES ($1, $2)
		ON CONFLICT (tenant_id, branch_id) DO UPDATE SET version = branch_calendar.version + 1`, branchID)
	return err
}

// raiseStaff does it for all days of a person, who becomes known, and reports
// whether the person was.
func raiseStaff(ctx context.Context, tx store.Scope, staffID string) (known bool, err error) {
	version, err := store.One(ctx, tx, scanInt, `INSERT INTO staff_calendar (tenant_id, staff_id) VALUES ($1, $2)
		ON CONFLICT (tenant_id, staff_id) DO UPDATE SET version = staff_calendar.version + 1 RETURNING version`, staffID)
	return version > 1, err
}

func scanTaken(r store.Row) (t taken, err error) {
	var from, to time.Time
	err = r.Scan(&t.staff, store.At(&from), store.At(&to))
	t.interval = interval{from.Unix(), to.Unix()}
	return t, err
}

func scanInt(r store.Row) (n int64, err error)   { return n, r.Scan(&n) }
func scanText(r store.Row) (s string, err error) { return s, r.Scan(&s) }

// horizon is how many days a change of a weekly plan names.
const horizon = 92

// ahead are the dates of the horizon.
func ahead(now time.Time, loc *time.Location) []string {
	today := dayAt(now.Unix(), loc)
	return dates(today, today+horizon-1)
}

func dates(first, last day) []string {
	var all []string
	for d := first; d <= last; d++ {
		all = append(all, d.String())
	}
	return all
}

// branchesOf are the branches at which a person works, by id.
func branchesOf(ctx context.Context, scope store.Scope, staffID string) ([]string, error) {
	return store.All(ctx, scope, scanText, `SELECT DISTINCT branch_id FROM working_interval WHERE tenant_id = $1 AND staff_id = $2 ORDER BY branch_id`, staffID)
}

// staffAt are the people who work at a branch, by id.
func staffAt(ctx context.Context, scope store.Scope, branchID string) ([]string, error) {
	return store.All(ctx, scope, scanText, `SELECT DISTINCT staff_id FROM working_interval WHERE tenant_id = $1 AND branch_id = $2 ORDER BY staff_id`, branchID)
}

func zoneOf(ctx context.Context, scope store.Scope, branchID string) (*time.Location, error) {
	branch, err := tenancy.FindBranch(ctx, scope, branchID)
	if err != nil {
		return nil, err
	}
	return location(branch.Zone)
}

// changed is the event for each of the branches.
func changed(branches []string, staffID string, dates []string, reason string) []events.Event {
	var found []events.Event
	for _, id := range branches {
		found = append(found, availability.Changed{BranchID: id, StaffID: staffID, Dates: dates, Reason: reason})
	}
	return found
}

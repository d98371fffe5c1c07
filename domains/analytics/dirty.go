package analytics

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
)

// The figures that are kept by day.
const (
	visitFigures   = "visits"   // by the day of the visit
	bookingFigures = "bookings" // by the day of the booking
	callFigures    = "calls"    // by the day of the call
	messageFigures = "messages" // by the day of sending, or of giving up
)

// A day of a branch is the unit that figures are computed for.
type day struct{ figures, date, branchID string }

// closedAfter is how many days back figures still change.
const closedAfter = 400

// open returns those of the days whose figures still change.
func open(now time.Time, days []day) []day {
	oldest := now.AddDate(0, 0, -closedAfter).Format(time.DateOnly)
	return slices.DeleteFunc(days, func(d day) bool { return d.date == "" || d.date < oldest })
}

// markDirty notes that the figures of the days must be computed again. The rows stay
// locked until the transaction ends, so that nobody computes before the facts are
// there; the order is the same for everybody, so that nobody waits in a circle.
func markDirty(ctx context.Context, tx store.Scope, days []day) error {
	slices.SortFunc(days, func(a, b day) int {
		return cmp.Or(cmp.Compare(a.figures, b.figures), cmp.Compare(a.date, b.date), cmp.Compare(a.branchID, b.branchID))
	})
	for _, d := range slices.Compact(days) {
		_, err := tx.Exec(ctx, `INSERT INTO dirty_day (tenant_id, figures, day, branch_id) VALUES ($1, $2, $3, $4)
			ON CONFLICT (tenant_id, figures, day, branch_id) DO UPDATE SET day = excluded.day`, d.figures, d.date, d.branchID)
		if err != nil {
			return err
		}
	}
	return nil
}

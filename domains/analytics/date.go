package analytics

import (
	"context"
	"errors"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/tenancy"
	"github.com/herald-bus/herald/events"
)

// dateIn returns the date that the zone's calendars show at t.
func dateIn(zone string, t time.Time) (string, error) {
	location, err := time.LoadLocation(zone)
	if err != nil {
		return "", err
	}
	return t.In(location).Format(time.DateOnly), nil
}

// localDate returns the date at t in the given zone, or else at the branch, or else
// at the tenant's first. Where nothing is known of them it is that of UTC.
func localDate(ctx context.Context, s store.Scope, branchID, zone string, t time.Time) (string, error) {
	if zone != "" {
		on, err := dateIn(zone, t)
		return on, events.Permanent(err) // the same event has the same fault next time
	}
	if branchID != "" {
		branch, err := tenancy.FindBranch(ctx, s, branchID)
		if _, unknown := errors.AsType[*events.Refusal](err); unknown {
			return dateIn("UTC", t)
		}
		if err != nil {
			return "", err
		}
		return dateIn(branch.Zone, t)
	}
	home, err := homeZone(ctx, s)
	if err != nil {
		return "", err
	}
	return dateIn(home, t)
}

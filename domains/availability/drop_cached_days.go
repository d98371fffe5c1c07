package availability

import (
	"context"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/availability"
)

// The listeners that forget cached staff-days in this process. Versions keep the
// others right too, so nothing depends on where they run.

// NewDropChangedDays returns the one for plans.
func NewDropChangedDays(s *Service) events.Listener {
	return dropCachedDays(s, func(e availability.Changed) map[string][]string {
		return map[string][]string{e.StaffID: e.Dates}
	})
}

// NewDropHeldDays returns the one for holds.
func NewDropHeldDays(s *Service) events.Listener {
	return dropCachedDays(s, func(e availability.SlotHeld) map[string][]string { return datesNear(e.Spans) })
}

// NewDropBookedDays returns the one for bookings.
func NewDropBookedDays(s *Service) events.Listener {
	return dropCachedDays(s, func(e availability.SlotBooked) map[string][]string { return datesNear(e.Spans) })
}

// NewDropReleasedDays returns the one for time that was given back.
func NewDropReleasedDays(s *Service) events.Listener {
	return dropCachedDays(s, func(e availability.SlotReleased) map[string][]string { return datesNear(e.Spans) })
}

func dropCachedDays[E events.Event](s *Service, of func(E) map[string][]string) events.Listener {
	return events.On("availability.drop-cached-days", func(_ context.Context, d events.Delivery[E]) error {
		for staff, dates := range of(d.Event) {
			days := map[day]bool{}
			for _, date := range dates {
				if parsed, err := parseDay(date); err == nil {
					days[parsed] = true
				}
			}
			s.cache.drop(d.TenantID, staff, days)
		}
		return nil
	}, events.Sync(), events.Priority(400))
}

// datesNear are the dates that spans have in any zone, by person.
func datesNear(spans []availability.Span) map[string][]string {
	near := map[string][]string{}
	for _, t := range takenOf(spans) {
		near[t.staff] = append(near[t.staff], dates(day((t.from-oneDay)/oneDay), day((t.to+oneDay)/oneDay))...)
	}
	return near
}

package availability

import (
	"context"
	"time"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/availability"
)

// FreeSlots returns the starts that can be had, at most 500 of at most 31 local
// dates. It is refused with window_too_long and unknown_staff.
func (s *Service) FreeSlots(ctx context.Context, tenantID string, now time.Time, req availability.FreeSlotsRequest) (availability.FreeSlots, error) {
	window := interval{ceil(req.From).Unix(), ceil(req.Until).Unix()}
	if req.Limit <= 0 || req.Limit > maxSlots {
		req.Limit = maxSlots
	}
	if window.empty() {
		return availability.FreeSlots{}, nil
	}
	if window.to-window.from > (maxDates+1)*oneDay {
		return availability.FreeSlots{}, tooLong(window)
	}
	v, err := s.viewFor(ctx, s.db.Tenant(tenantID), tenantID, now, req.Demand, window, s.cache)
	if err != nil {
		return availability.FreeSlots{}, err
	}
	if dayAt(window.to-1, v.loc)-dayAt(window.from, v.loc) >= maxDates {
		return availability.FreeSlots{}, tooLong(window)
	}
	slots, err := free(v, question{req.Demand, askerOf(req.Asker, req.Demand, now), window, req.Limit, req.Any})
	return availability.FreeSlots{Slots: slots, Stale: v.stale}, err
}

func tooLong(window interval) error {
	return events.Refuse("window_too_long", "AVL-28", "the window of %d hours has more than %d local dates: ask for a shorter one",
		(window.to-window.from)/hour, maxDates)
}

// Check returns the slot at one start, which need not be on the grid. It is refused
// with the first of too_soon, too_far, closed, outside_hours, staff_absent,
// day_full, group_full and slot_taken that applies.
func (s *Service) Check(ctx context.Context, tenantID string, now time.Time, req availability.CheckRequest) (availability.Slot, error) {
	start := req.Start.Unix()
	v, err := s.viewFor(ctx, s.db.Tenant(tenantID), tenantID, now, req.Demand, interval{start, start}, s.cache)
	if err != nil {
		return availability.Slot{}, err
	}
	p, found, err := check(v, req.Demand, askerOf(req.Asker, req.Demand, now), start)
	if err != nil {
		return availability.Slot{}, err
	}
	return p.slot(found), nil
}

// stride is how many days NextFree reads at a time: most often the first are enough.
const stride = 14

// NextFree returns the first slot in the 90 days after an instant.
func (s *Service) NextFree(ctx context.Context, tenantID string, now time.Time, req availability.NextFreeRequest) (availability.NextFree, error) {
	asker := askerOf(req.Asker, req.Demand, now)
	after := max(ceil(req.After).Unix(), asker.soonest)
	end := after + lookout*oneDay
	for from := after; from < end; from += stride * oneDay {
		window := interval{from, min(from+stride*oneDay, end)}
		v, err := s.viewFor(ctx, s.db.Tenant(tenantID), tenantID, now, req.Demand, window, s.cache)
		if err != nil {
			return availability.NextFree{}, err
		}
		slots, err := free(v, question{req.Demand, asker, window, 1, true})
		if err != nil || len(slots) > 0 {
			answer := availability.NextFree{Stale: v.stale}
			if len(slots) > 0 {
				answer.Slot = &slots[0]
			}
			return answer, err
		}
	}
	return availability.NextFree{}, nil
}

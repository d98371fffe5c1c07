package availability

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/store/storetest"
	"github.com/herald-bus/herald/domains/internal/tenancy"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/availability"
)

// atOnce runs n requests at the same time and counts the answers by code.
func atOnce(t *testing.T, n int, do func(i int) error) map[string]int {
	t.Helper()
	answers := make([]error, n)
	var ready, done sync.WaitGroup
	ready.Add(n)
	for i := range n {
		done.Go(func() {
			ready.Done()
			ready.Wait()
			answers[i] = do(i)
		})
	}
	done.Wait()
	counts := map[string]int{}
	for _, err := range answers {
		counts[code(t, err)]++
	}
	return counts
}

func TestAVL42_OfFiftyAtOnceOneWins(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		starts := []string{"2026-05-05 10:00", "2026-05-05 10:30", "2026-05-05 09:15"} // they all overlap at 10:00
		requests := make([]availability.HoldRequest, 50)
		for i := range requests {
			requests[i] = s.hold(uuid.NewString(), starts[i%len(starts)], demand(60, "ada"))
		}
		began := time.Now()

		got := atOnce(t, len(requests), func(i int) error {
			_, _, err := s.Hold(t.Context(), tenant, s.now, requests[i])
			return err
		})

		require.Equal(t, 50, got[""]+got["slot_taken"])
		require.Less(t, time.Since(began), 10*time.Second)
		claims, err := store.One(t.Context(), s.db.Tenant(tenant), scanInt, `SELECT count(*) FROM claim WHERE tenant_id = $1`)
		require.NoError(t, err)
		holds, err := store.One(t.Context(), s.db.Tenant(tenant), scanInt, `SELECT count(*) FROM hold WHERE tenant_id = $1`)
		require.NoError(t, err)
		require.EqualValues(t, got[""], claims, "the others leave nothing behind")
		require.EqualValues(t, got[""], holds)
		require.Contains(t, []int{1, 2}, got[""], "10:30 and 09:15 leave each other alone")
	})
}

func TestAVL42_ManyPeopleAndManyTimes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		s.works("bea", berlin, 2, "09:00", "18:00")
		d := pausing(availability.Free, 30, 0, 30, "ada")
		d.Phases[2].Staff, d.Phases[2].SamePersonAs = []string{"bea"}, -1
		reverse := pausing(availability.Free, 30, 0, 30, "bea")
		reverse.Phases[2].Staff, reverse.Phases[2].SamePersonAs = []string{"ada"}, -1
		anybody := demand(60, "ada", "bea")
		demands := []availability.Demand{d, reverse, anybody}

		got := atOnce(t, 24, func(i int) error {
			_, _, err := s.Hold(t.Context(), tenant, s.now, s.hold(uuid.NewString(), "2026-05-05 10:00", demands[i%3]))
			return err
		})

		require.Equal(t, 24, got[""]+got["slot_taken"], "and nobody waits for somebody who waits for him")
		require.Contains(t, []int{1, 2}, got[""])
	})
}

func TestAVL42_TheSameRequestAtOnceIsOneHold(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		req := s.hold("s", "2026-05-05 10:00", demand(60, "ada"))
		require.Equal(t, map[string]int{"": 10}, atOnce(t, 10, func(int) error {
			_, announced, err := s.Hold(t.Context(), tenant, s.now, req)
			return errors.Join(err, onlyOne(announced))
		}))
	})
}

func onlyOne(announced []events.Event) error {
	if len(announced) != 1 {
		return errors.New("one event for each answer")
	}
	return nil
}

func TestExample5_Race(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		began := time.Now()
		got := atOnce(t, 50, func(int) error {
			_, _, err := s.Hold(t.Context(), tenant, s.now, s.hold(uuid.NewString(), "2026-05-05 10:00", demand(60, "ada")))
			return err
		})
		require.Equal(t, map[string]int{"": 1, "slot_taken": 49}, got)
		t.Logf("%s for all", time.Since(began))
		s.holds(s.hold("next", "2026-05-05 11:00", demand(60, "ada")))
		_, _, err := s.Hold(t.Context(), tenant, s.now, s.hold("between", "2026-05-05 10:30", demand(60, "ada")))
		require.Equal(t, "slot_taken", code(t, err))
	})
}

func TestAVL43_AnAppointmentThatMovesIsNeverWithoutTime(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		appointment := s.books("2026-05-05 10:00", demand(60, "ada"))
		req := s.hold("", "2026-05-05 11:00", demand(60, "ada"))
		req.Owner = appointment
		s.holds(req)
		stop := make(chan struct{})
		var watching sync.WaitGroup
		watching.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				spans, err := s.bookedSpans(t.Context(), s.db.Tenant(tenant), appointment)
				if err != nil || len(spans) != 1 {
					t.Errorf("%v, %v", spans, err)
					return
				}
			}
		})
		_, _, err := s.Move(t.Context(), tenant, s.now, availability.MoveRequest{AppointmentID: appointment, HoldID: req.HoldID})
		close(stop)
		watching.Wait()
		require.NoError(t, err)
	})
}

func TestSeatsOfAGroupAreNeverSoldTwice(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *salon) {
		got := atOnce(t, 30, func(int) error {
			_, _, err := s.Hold(t.Context(), tenant, s.now, s.hold(uuid.NewString(), "2026-05-05 10:00", course(10)))
			return err
		})
		require.Equal(t, map[string]int{"": 10, "group_full": 20}, got)
	})
}

// TestEveryFreeStartCanBeHeld takes what is free in a full diary, one after another,
// until nothing is.
func TestEveryFreeStartCanBeHeld(t *testing.T) {
	t.Parallel()
	s := open(t, storetest.SQLite(t, Migrations, tenancy.Migrations))
	s.works("bea", berlin, 2, "10:00", "16:00")
	s.books("2026-05-05 10:00", pausing(availability.Restricted, 30, 45, 30, "ada"))
	s.books("2026-05-05 12:00", course(3))
	s.reports("u", "2026-05-05 15:00", nil)
	demands := []availability.Demand{demand(45, "bea", "ada"), pausing(availability.Free, 30, 15, 15, "ada", "bea"), course(3)}
	demands[0].BufferAfter, demands[0].Nestable = 10, true
	for i := 0; ; i++ {
		d := demands[i%len(demands)]
		got, err := s.FreeSlots(t.Context(), tenant, s.now, availability.FreeSlotsRequest{Demand: d, From: berlinTime("2026-05-05 00:00"), Until: berlinTime("2026-05-06 00:00")})
		require.NoError(t, err)
		if len(got.Slots) == 0 {
			require.Greater(t, i, 3)
			return
		}
		slot := got.Slots[(i*7)%len(got.Slots)]
		for p := range d.Phases {
			if d.Phases[p].Kind == availability.Busy && len(d.Phases[p].Staff) > 0 {
				d.Phases[p].Staff = slot.StaffIDs[:1]
			}
		}
		held := s.holds(availability.HoldRequest{HoldID: uuid.NewString(), Session: uuid.NewString(), Demand: d, Start: slot.StartsAt})
		require.Equal(t, slot.Spans, held.Spans)
	}
}

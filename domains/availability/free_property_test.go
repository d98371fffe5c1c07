package availability

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/herald-bus/herald/events/availability"
)

// A world is a random view with a random question.
type world struct {
	view   *view
	demand availability.Demand
	asker  asker
	window interval
}

const rare = 5

func drawWorld(t *rapid.T) world {
	loc := mustZone(t, rapid.SampledFrom([]string{"Europe/Berlin", "UTC"}).Draw(t, "zone"))
	first := day(rapid.SampledFrom([]int{20_540, 20_750, 20_600}).Draw(t, "first")) // clock changes are near the first two
	from := first.bounds(loc).from
	end := (first + 2).bounds(loc).from
	steps := int((end - from) / (5 * minute))
	span := func(label string, longest int) interval {
		at := rapid.IntRange(0, steps-1).Draw(t, label)
		return interval{from + int64(at)*5*minute, from + int64(at+rapid.IntRange(1, longest).Draw(t, label+" length"))*5*minute}
	}
	spans := func(label string, most, longest int) []interval {
		var all []interval
		for i := range rapid.IntRange(0, most).Draw(t, label+"s") {
			all = append(all, span(fmt.Sprint(label, i), longest))
		}
		return all
	}
	v := &view{loc: loc, grid: 15, days: map[day]branchDay{}, people: map[string]*person{}}
	v.open = union(spans("open", 3, 200), []interval{{from, from + 20*hour}})
	for d := first - 1; d <= first+2; d++ {
		v.days[d] = branchDay{closed: rapid.IntRange(0, rare*2).Draw(t, "closed") == 0}
	}
	now := from + int64(rapid.IntRange(0, 600).Draw(t, "now"))*minute
	for _, id := range []string{"ada", "bea"} {
		p := &person{maxPerDay: rapid.SampledFrom([]int{0, 0, 2}).Draw(t, "max")}
		p.hours = union(spans("work", 4, 150)).and(v.open)
		p.present = p.hours.without(union(spans("absence", 1, 40)))
		for i, s := range spans("claim", 5, 20) {
			p.claims = append(p.claims, claim{
				interval: s, id: fmt.Sprint(i), kind: rapid.SampledFrom([]string{kindHold, kindBooking, kindPause}).Draw(t, "kind"),
				holder: rapid.SampledFrom([]string{"a1", "a2", "own"}).Draw(t, "holder"), session: rapid.SampledFrom([]string{"", "me"}).Draw(t, "session"),
				expires: rapid.SampledFrom([]int64{0, now, now + 60}).Draw(t, "expires"),
			})
		}
		for _, s := range spans("busy", 2, 20) {
			p.busy = append(p.busy, busyTime{interval: s, uid: rapid.SampledFrom([]string{"u1", "u2"}).Draw(t, "uid")})
		}
		for _, s := range spans("offer", 1, 12) {
			p.offers = append(p.offers, offered{s, rapid.SampledFrom([]string{"me", "you"}).Draw(t, "of"), now + 30})
		}
		v.people[id] = p
	}
	return world{v, drawDemand(t), asker{now: now, soonest: now, session: "me", owner: "own", uids: []string{"u1"}, staff: rapid.Bool().Draw(t, "staff")}, interval{from, end}}
}

func drawDemand(t *rapid.T) availability.Demand {
	minutes := func(label string) int { return 5 * rapid.IntRange(1, 12).Draw(t, label) }
	candidates := func(label string) []string {
		return rapid.SampledFrom([][]string{{"ada"}, {"bea"}, {"bea", "ada"}}).Draw(t, label)
	}
	d := demand(minutes("first"), candidates("who")...)
	d.BufferBefore, d.BufferAfter = 5*rapid.IntRange(0, 2).Draw(t, "before"), 5*rapid.IntRange(0, 2).Draw(t, "after")
	d.MaxDays, d.Notice = rapid.IntRange(0, 2).Draw(t, "days"), rapid.IntRange(0, 90).Draw(t, "notice")
	d.Grid = rapid.SampledFrom([]int{0, 15, 30, 45}).Draw(t, "grid")
	d.Nestable = rapid.Bool().Draw(t, "nestable")
	if rapid.Bool().Draw(t, "composite") {
		gap := availability.Phase{Seq: 1, Kind: rapid.SampledFrom([]string{availability.Free, availability.Restricted}).Draw(t, "gap"), Minutes: minutes("pause"), SamePersonAs: -1}
		last := availability.Phase{Seq: 2, Kind: availability.Busy, Minutes: minutes("last"), Staff: candidates("then"), SamePersonAs: rapid.SampledFrom([]int{-1, 0}).Draw(t, "same")}
		d.Phases = append(d.Phases, gap, last)
	}
	return d
}

func (w world) free(t require.TestingT, v *view, window interval) []availability.Slot {
	found, err := free(v, question{demand: w.demand, asker: w.asker, window: window, limit: 100_000})
	require.NoError(t, err)
	return found
}

// fitsByMinutes is the oracle: it asks of each minute of each claim whether anything
// forbids it, one after the other.
func (w world) fitsByMinutes(start int64, people []string) bool {
	v, d := w.view, w.demand
	at, busy := start, 0
	var spans []taken
	for _, p := range d.Phases {
		end := at + int64(p.Minutes)*minute
		if p.Kind == availability.Busy {
			spans = append(spans, taken{people[busy], interval{at, end}})
			busy++
		}
		at = end
	}
	for m := start; m < at; m += minute {
		if !slices.ContainsFunc(v.open, func(i interval) bool { return i.from <= m && m < i.to && i.from <= start }) {
			return false
		}
	}
	spans[0].from -= int64(d.BufferBefore) * minute
	spans[len(spans)-1].to += int64(d.BufferAfter) * minute
	for _, s := range spans {
		if !w.spanByMinutes(s) {
			return false
		}
	}
	return true
}

func (w world) spanByMinutes(s taken) bool {
	p := w.view.people[s.staff]
	touched, inside := false, false
	holders := map[string]bool{}
	for _, c := range p.claims {
		if c.expires != 0 && c.expires <= w.asker.now || c.holder == "own" || c.session == "me" {
			continue
		}
		if c.kind == kindPause {
			touched = touched || c.overlaps(s.interval)
			inside = inside || c.covers(s.interval)
			continue
		}
		if dayAt(c.from, w.view.loc) == dayAt(s.from, w.view.loc) {
			holders[c.holder] = true
		}
		for m := s.from; m < s.to; m += minute {
			if c.from <= m && m < c.to {
				return false
			}
		}
	}
	if p.maxPerDay > 0 && len(holders) >= p.maxPerDay || touched && (!w.demand.Nestable || !inside) {
		return false
	}
	for m := s.from; m < s.to; m += minute {
		covers := func(i interval) bool { return i.from <= m && m < i.to }
		if !slices.ContainsFunc(p.present, covers) ||
			slices.ContainsFunc(p.busy, func(b busyTime) bool { return b.uid != "u1" && covers(b.interval) }) ||
			slices.ContainsFunc(p.offers, func(o offered) bool { return !w.asker.staff && o.session != "me" && covers(o.interval) }) {
			return false
		}
	}
	return true
}

func TestFreeIsWhatAWalkThroughTheMinutesFinds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		type start struct {
			at   int64
			lead string
		}
		var want, got []start
		grid := int64(w.view.step(w.demand)) * minute
		today := dayAt(w.asker.now, w.view.loc)
		for at := w.window.from; at < w.window.to; at += 5 * minute {
			d := dayAt(at, w.view.loc)
			local := (at + offsetAt(at, w.view.loc)) % oneDay
			if local%grid != 0 || w.view.days[d].closed || at < w.asker.now+int64(w.demand.Notice)*minute || d > today+day(w.demand.MaxDays) {
				continue
			}
			for _, lead := range w.demand.Phases[0].Staff {
				if w.anyoneFits(at, lead) {
					want = append(want, start{at, lead})
				}
			}
		}

		for _, slot := range w.free(t, w.view, w.window) {
			got = append(got, start{slot.StartsAt.Unix(), slot.StaffIDs[0]})
		}

		require.Equal(t, want, got)
	})
}

// anyoneFits tries all candidates of the last phase.
func (w world) anyoneFits(at int64, lead string) bool {
	if len(w.demand.Phases) == 1 {
		return w.fitsByMinutes(at, []string{lead})
	}
	last := w.demand.Phases[2]
	if last.SamePersonAs == 0 {
		return w.fitsByMinutes(at, []string{lead, lead})
	}
	return slices.ContainsFunc(last.Staff, func(id string) bool { return w.fitsByMinutes(at, []string{lead, id}) })
}

func TestFreeDoesNotDependOnTheOrderOfWhatIsTaken(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		want := w.free(t, w.view, w.window)
		for _, p := range w.view.people {
			p.claims = rapid.Permutation(p.claims).Draw(t, "claims")
			slices.Reverse(p.busy)
			slices.Reverse(p.offers)
		}
		require.Equal(t, want, w.free(t, w.view, w.window))
	})
}

func TestFreeOfTwoPartsIsFreeOfTheWhole(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		cut := rapid.Int64Range(w.window.from, w.window.to).Draw(t, "cut")
		parts := append(w.free(t, w.view, interval{w.window.from, cut}), w.free(t, w.view, interval{cut, w.window.to})...)
		require.Equal(t, w.free(t, w.view, w.window), parts)
	})
}

func TestEveryFreeStartPassesTheCheck(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		for _, slot := range w.free(t, w.view, w.window) {
			_, _, err := check(w.view, w.demand, w.asker, slot.StartsAt.Unix())
			require.NoError(t, err)
		}
	})
}

func TestSetsAreWhatTheirMinutesAre(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		draw := func(label string) (set, map[int64]bool) {
			var parts []interval
			has := map[int64]bool{}
			for range rapid.IntRange(0, 6).Draw(t, label) {
				from := rapid.Int64Range(0, 60).Draw(t, "from")
				i := interval{from, from + rapid.Int64Range(0, 12).Draw(t, "length")}
				parts = append(parts, i)
				for m := i.from; m < i.to; m++ {
					has[m] = true
				}
			}
			return union(parts), has
		}
		a, inA := draw("a")
		b, inB := draw("b")
		free, both := a.without(b), a.and(b)
		for m := range int64(80) {
			one := interval{m, m + 1}
			require.Equal(t, inA[m], a.covers(one))
			require.Equal(t, inA[m] && !inB[m], free.covers(one))
			require.Equal(t, inA[m] && inB[m], both.covers(one))
		}
		require.Empty(t, free.and(b), "what is free is not taken")
		require.Equal(t, a, union(free, both), "and with what is taken it is the plan")
	})
}

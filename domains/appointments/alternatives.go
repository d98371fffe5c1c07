package appointments

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/herald-bus/herald/events/appointment"
)

const (
	nearWish     = 30 * time.Minute
	sameDayReach = 2 * time.Hour
	searchDays   = 14
	nextDays     = 7
	perfectScore = 10000
	noon         = 12
)

// offers are how many alternatives a channel takes.
var offers = map[appointment.Origin]int{appointment.Voice: 2, appointment.Portal: 5, appointment.Web: 5, appointment.API: 10}

const (
	defaultOffers = 5
	maxVoice      = 3
)

// partsOfDay are the spoken parts of a day, in minutes from midnight.
var partsOfDay = map[string][2]int{
	"früh": {6 * 60, 9 * 60}, "morgens": {6 * 60, 10 * 60}, "vormittags": {9 * 60, 12 * 60}, "mittags": {11 * 60, 14 * 60},
	"nachmittags": {13 * 60, 17 * 60}, "abends": {17 * 60, 21 * 60}, "spät": {19 * 60, 22 * 60},
}

// partOf returns the minutes of the day that a spoken part means; "ab 15" and
// "ab 15:30" last until closing.
func partOf(spoken string) (from, until int, known bool) {
	spoken = strings.ToLower(strings.TrimSpace(spoken))
	if part, ok := partsOfDay[spoken]; ok {
		return part[0], part[1], true
	}
	rest, ok := strings.CutPrefix(spoken, "ab ")
	if !ok {
		return 0, 0, false
	}
	hour, minute, _ := strings.Cut(strings.TrimSuffix(strings.TrimSpace(rest), " uhr"), ":")
	h, err := strconv.Atoi(hour)
	m, errMinute := strconv.Atoi(cmp.Or(minute, "0"))
	if err != nil || errMinute != nil || h > 23 || h < 0 || m < 0 || m > 59 {
		return 0, 0, false
	}
	return h*60 + m, 24 * 60, true
}

// An option is a free slot, seen from what was wanted.
type option struct {
	appointment.Alternative
	day    int // local days after the wanted one
	inPart bool
	order  int // how late the search comes to it
}

// Alternatives picks from the free slots what to offer instead of a refused start,
// the best first. The slots are those that can be booked now: of others' holds and
// offers it knows nothing. It is a pure function.
func Alternatives(w appointment.Wanted, free []appointment.Slot) []appointment.Alternative {
	zone, err := time.LoadLocation(w.Zone)
	if err != nil {
		zone = time.UTC
	}
	options := seen(w, free, zone)
	slices.SortStableFunc(options, func(a, b option) int {
		return cmp.Or(cmp.Compare(a.order, b.order), cmp.Compare(b.Score, a.Score), a.StartsAt.Compare(b.StartsAt))
	})
	limit := limitOf(w)
	options = options[:min(limit, len(options))]
	slices.SortStableFunc(options, func(a, b option) int {
		return cmp.Or(cmp.Compare(truth(b.Near), truth(a.Near)), cmp.Compare(truth(b.inPart), truth(a.inPart)), cmp.Compare(b.Score, a.Score), a.StartsAt.Compare(b.StartsAt))
	})
	found := []appointment.Alternative{}
	for _, o := range options {
		found = append(found, o.Alternative)
	}
	return found
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

func limitOf(w appointment.Wanted) int {
	limit, known := offers[w.Origin]
	if !known {
		limit = defaultOffers
	}
	if w.Limit > 0 {
		limit = w.Limit
	}
	if w.Origin == appointment.Voice {
		limit = min(limit, maxVoice)
	}
	return limit
}

// seen judges each start that may be offered, once, with the first person listed.
func seen(w appointment.Wanted, free []appointment.Slot, zone *time.Location) []option {
	from, until, wantsPart := partOf(w.Part)
	openDays := w.OpenDays
	taken := map[time.Time]bool{w.StartsAt.UTC(): true}
	var slots []appointment.Slot
	for _, slot := range free {
		start := slot.StartsAt.UTC()
		overlaps := slices.ContainsFunc(w.Busy, func(b appointment.Slot) bool { return b.StartsAt.Before(slot.EndsAt) && slot.StartsAt.Before(b.EndsAt) })
		if taken[start] || overlaps || !slot.StartsAt.After(w.Now) {
			continue
		}
		taken[start] = true
		slots = append(slots, slot)
		if len(w.OpenDays) == 0 {
			openDays = append(openDays, start.In(zone).Format(time.DateOnly))
		}
	}
	slices.SortFunc(slots, func(a, b appointment.Slot) int { return a.StartsAt.Compare(b.StartsAt) })
	days := nextOpenDays(openDays, w.StartsAt.In(zone).Format(time.DateOnly))
	firstOf := map[string]bool{}
	var options []option
	for _, slot := range slots {
		o := option{Alternative: appointment.Alternative{Slot: slot}, day: dayDistance(w.StartsAt, slot.StartsAt, zone)}
		if o.day > searchDays || o.day < -searchDays {
			continue
		}
		o.Score = perfectScore - int(slot.StartsAt.Sub(w.StartsAt).Abs().Minutes()) + bonus(w, slot, days, zone)
		local := slot.StartsAt.In(zone)
		minute := local.Hour()*60 + local.Minute()
		o.inPart = wantsPart && from <= minute && minute < until
		o.Near = slot.StartsAt.Sub(w.StartsAt).Abs() <= nearWish
		date := local.Format(time.DateOnly)
		o.order = searchOrder(o, w, days, zone, wantsPart, !firstOf[date])
		firstOf[date] = true
		options = append(options, o)
	}
	return options
}

// nextOpenDays returns the open dates after a date, in order, each once.
func nextOpenDays(dates []string, after string) []string {
	dates = slices.Clone(dates)
	slices.Sort(dates)
	return slices.DeleteFunc(slices.Compact(dates), func(d string) bool { return d <= after })
}

func dayDistance(from, to time.Time, zone *time.Location) int {
	return int(dateOf(to, zone).Sub(dateOf(from, zone)).Hours() / 24)
}

// sameClock reports whether two instants show the same local time.
func sameClock(a, b time.Time, zone *time.Location) bool {
	return a.In(zone).Format("15:04") == b.In(zone).Format("15:04")
}

func isNextOpenDay(slot time.Time, days []string, zone *time.Location) bool {
	return len(days) > 0 && slot.In(zone).Format(time.DateOnly) == days[0]
}

// searchOrder is the round of the search that comes to a slot; a later round is
// for what the earlier ones have not filled.
func searchOrder(o option, w appointment.Wanted, days []string, zone *time.Location, wantsPart, firstOfDay bool) int {
	if o.Near {
		return 0
	}
	if wantsPart {
		switch {
		case o.inPart && o.day == 0:
			return 1
		case o.inPart && o.day > 0 && o.day <= nextDays:
			return 2
		}
	}
	date := o.StartsAt.In(zone).Format(time.DateOnly)
	rank := slices.Index(days, date)
	switch {
	case o.day == 0 && o.StartsAt.Sub(w.StartsAt).Abs() <= sameDayReach:
		return 3
	case isNextOpenDay(o.StartsAt, days, zone) && sameClock(o.StartsAt, w.StartsAt, zone):
		return 4
	case o.day == 7 && sameClock(o.StartsAt, w.StartsAt, zone):
		return 5
	case firstOfDay && rank >= 0 && rank < nextDays:
		return 6
	}
	return 7
}

func bonus(w appointment.Wanted, slot appointment.Slot, days []string, zone *time.Location) int {
	switch day := dayDistance(w.StartsAt, slot.StartsAt, zone); {
	case day == 0:
		later := w.StartsAt.In(zone).Hour() >= noon
		if slot.StartsAt.After(w.StartsAt) == later {
			return 500
		}
		return 300
	case isNextOpenDay(slot.StartsAt, days, zone):
		return 250
	case day == 7:
		return 150
	}
	return 100
}

package availability

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/herald-bus/herald/events"
)

// A holiday is a date on which the law of a state closes shops.
type holiday struct {
	day  day
	name string
}

// Feasts that only some communes of a state keep.
const (
	assumption    = "assumption"
	corpusChristi = "corpus_christi"
	augsburgPeace = "augsburg_peace"
)

var states = strings.Fields("BB BE BW BY HB HE HH MV NI NW RP SH SL SN ST TH")

// easter is Easter Sunday by the Gregorian computus (Meeus, Jones, Butcher).
func easter(year int) day {
	a, b, c := year%19, year/100, year%100
	h := (19*a + b - b/4 - (b-(b+8)/25+1)/3 + 15) % 30
	l := (32 + 2*(b%4) + 2*(c/4) - h - c%4) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	return on(year, time.Month(n/31), n%31+1)
}

func on(year int, month time.Month, date int) day {
	return day(time.Date(year, month, date, 0, 0, 0, 0, time.UTC).Unix() / oneDay)
}

// holidaysOf returns the public holidays of a region in order; outside of Germany
// there are none. It is refused with unknown_state.
func holidaysOf(region string, feasts []string, year int) ([]holiday, error) {
	state, german := strings.CutPrefix(region, "DE-")
	if !german {
		return nil, nil
	}
	if !slices.Contains(states, state) {
		return nil, events.Refuse("unknown_state", "AVL-12", "region %q is no state of Germany: use one of DE-%s", region, strings.Join(states, ", DE-"))
	}
	var found []holiday
	in := func(codes string, d day, name string) {
		if codes == "*" || slices.Contains(strings.Fields(codes), state) {
			found = append(found, holiday{d, name})
		}
	}
	commune := func(feast, codes string, d day, name string) {
		if slices.Contains(feasts, feast) {
			in(codes, d, name)
		}
	}
	sunday := easter(year)
	in("*", on(year, time.January, 1), "Neujahr")
	in("BW BY ST", on(year, time.January, 6), "Heilige Drei Könige")
	in("BE MV", on(year, time.March, 8), "Internationaler Frauentag")
	in("*", sunday-2, "Karfreitag")
	in("BB", sunday, "Ostersonntag")
	in("*", sunday+1, "Ostermontag")
	in("*", on(year, time.May, 1), "Tag der Arbeit")
	if year == 2025 {
		in("BE", on(year, time.May, 8), "80. Jahrestag der Befreiung")
	}
	if year == 2028 {
		in("BE", on(year, time.June, 17), "75. Jahrestag des Aufstandes vom 17. Juni")
	}
	in("*", sunday+39, "Christi Himmelfahrt")
	in("BB", sunday+49, "Pfingstsonntag")
	in("*", sunday+50, "Pfingstmontag")
	in("BW BY HE NW RP SL", sunday+60, "Fronleichnam")
	commune(corpusChristi, "SN TH", sunday+60, "Fronleichnam")
	commune(augsburgPeace, "BY", on(year, time.August, 8), "Augsburger Friedensfest")
	in("SL", on(year, time.August, 15), "Mariä Himmelfahrt")
	commune(assumption, "BY", on(year, time.August, 15), "Mariä Himmelfahrt")
	in("TH", on(year, time.September, 20), "Weltkindertag")
	in("*", on(year, time.October, 3), "Tag der Deutschen Einheit")
	in("BB HB HH MV NI SH SN ST TH", on(year, time.October, 31), "Reformationstag")
	in("BW BY NW RP SL", on(year, time.November, 1), "Allerheiligen")
	in("SN", repentance(year), "Buß- und Bettag")
	in("*", on(year, time.December, 25), "Erster Weihnachtstag")
	in("*", on(year, time.December, 26), "Zweiter Weihnachtstag")
	slices.SortStableFunc(found, func(a, b holiday) int { return cmp.Compare(a.day, b.day) })
	return found, nil
}

// repentance is the Wednesday before 23 November.
func repentance(year int) day {
	d := on(year, time.November, 22)
	for d.weekday() != 3 {
		d--
	}
	return d
}

package main

import (
	"fmt"
	"time"

	"github.com/spf13/pflag"
)

// homeZone is the zone of the demo salons.
const homeZone = "Europe/Berlin"

// zoned reads an instant: with its offset, or as the clock in the zone shows it. A
// time that this clock skips, or shows twice, is refused.
func zoned(flag, value, zone string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00"} {
		if at, err := time.Parse(layout, value); err == nil {
			return at.UTC(), nil
		}
	}
	location, err := locationOf(zone)
	if err != nil {
		return time.Time{}, err
	}
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02T15:04:05"} {
		if wall, err := time.Parse(layout, value); err == nil {
			return onTheClock(flag, value, wall, location)
		}
	}
	return time.Time{}, usage("--%s %q: write 2027-03-30T10:00 for the clock in %s, or 2027-03-30T08:00:00Z", flag, value, zone)
}

func locationOf(zone string) (*time.Location, error) {
	location, err := time.LoadLocation(zone)
	if err != nil || zone == "" || zone == "Local" {
		return nil, usage("--zone %q: write an IANA time zone such as %s", zone, homeZone)
	}
	return location, nil
}

// onTheClock finds the one instant at which the clock shows the time of wall.
func onTheClock(flag, value string, wall time.Time, location *time.Location) (time.Time, error) {
	const day = 24 * time.Hour
	var found []time.Time
	for _, around := range []time.Time{wall.Add(-day), wall.Add(day)} {
		_, offset := around.In(location).Zone()
		at := wall.Add(-time.Duration(offset) * time.Second)
		shown := at.In(location).Format(time.DateTime) == wall.Format(time.DateTime)
		if shown && (len(found) == 0 || !found[0].Equal(at)) {
			found = append(found, at)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return time.Time{}, usage("--%s %q: the clock in %s skips that time: choose another", flag, value, location)
	}
	return time.Time{}, usage("--%s %q: the clock in %s shows that time twice: write %s or %s", flag, value, location,
		found[0].In(location).Format(time.RFC3339), found[1].In(location).Format(time.RFC3339))
}

// A period is a number of days.
type period struct {
	from, zone string
	days       int
}

func (p *period) register(set *pflag.FlagSet, days int) {
	set.StringVar(&p.from, "from", "", "first `DAY` or time, such as 2027-03-30 (now)")
	set.IntVar(&p.days, "days", days, "`NUMBER` of days")
	set.StringVar(&p.zone, "zone", homeZone, "time `ZONE` of --from")
}

// limits returns the first instant and the one after the last.
func (p *period) limits(now time.Time, most int) (from, until time.Time, err error) {
	if p.days < 1 || p.days > most {
		return from, until, usage("--days %d: ask for 1 to %d days", p.days, most)
	}
	location, err := locationOf(p.zone)
	if err != nil {
		return from, until, err
	}
	if from = now; p.from != "" {
		text := p.from
		if _, err := time.Parse(time.DateOnly, text); err == nil {
			text += "T00:00"
		}
		if from, err = zoned("from", text, p.zone); err != nil {
			return from, until, err
		}
	}
	return from.UTC(), from.In(location).AddDate(0, 0, p.days).UTC(), nil
}

// local writes an instant as the clock in the zone shows it, or as --time-format
// has it.
func (a *app) local(t time.Time, zone string) string {
	location, err := time.LoadLocation(zone)
	if err != nil || t.IsZero() || a.flags.timeFormat != "relative" {
		return a.when(t)
	}
	return t.In(location).Format("Mon 2006-01-02 15:04 MST")
}

// minutes writes how long something takes.
func minutes(from, until time.Time) string {
	return fmt.Sprintf("%d min", int(until.Sub(from).Round(time.Minute)/time.Minute))
}

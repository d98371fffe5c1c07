package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestZoned(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, value, zone, want string
	}{
		{"winter", "2027-01-15T10:00", "Europe/Berlin", "2027-01-15T09:00:00Z"},
		{"summer", "2027-07-15T10:00", "Europe/Berlin", "2027-07-15T08:00:00Z"},
		{"with a space", "2027-07-15 10:00", "Europe/Berlin", "2027-07-15T08:00:00Z"},
		{"with seconds", "2027-07-15T10:00:30", "Europe/Berlin", "2027-07-15T08:00:30Z"},
		{"another zone", "2027-07-15T10:00", "America/New_York", "2027-07-15T14:00:00Z"},
		{"a zone without summer time", "2027-07-15T10:00", "Asia/Kolkata", "2027-07-15T04:30:00Z"},
		{"in UTC", "2027-07-15T10:00:00Z", "Europe/Berlin", "2027-07-15T10:00:00Z"},
		{"with an offset, whatever the zone", "2027-07-15T10:00+02:00", "Nowhere", "2027-07-15T08:00:00Z"},
		{"before the clock goes forward", "2027-03-28T01:59", "Europe/Berlin", "2027-03-28T00:59:00Z"},
		{"after the clock has gone forward", "2027-03-28T03:00", "Europe/Berlin", "2027-03-28T01:00:00Z"},
		{"before the hour that comes twice", "2027-10-31T01:59", "Europe/Berlin", "2027-10-30T23:59:00Z"},
		{"after the hour that comes twice", "2027-10-31T03:00", "Europe/Berlin", "2027-10-31T02:00:00Z"},
		{"the first of two", "2027-10-31T02:30:00+02:00", "Europe/Berlin", "2027-10-31T00:30:00Z"},
		{"the second of two", "2027-10-31T02:30+01:00", "Europe/Berlin", "2027-10-31T01:30:00Z"},
		{"half an hour of summer time", "2027-10-03T03:00", "Australia/Lord_Howe", "2027-10-02T16:00:00Z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()

			at, err := zoned("at", c.value, c.zone)

			require.NoError(t, err)
			require.Equal(t, c.want, at.Format(time.RFC3339))
		})
	}

	for _, c := range []struct {
		name, value, zone, says string
	}{
		{"skipped", "2027-03-28T02:30", "Europe/Berlin", "the clock in Europe/Berlin skips that time: choose another"},
		{"the first that is skipped", "2027-03-28T02:00", "Europe/Berlin", "skips that time"},
		{"half an hour is skipped", "2027-10-03T02:15", "Australia/Lord_Howe", "skips that time"},
		{"a day is skipped", "2011-12-30T12:00", "Pacific/Apia", "skips that time"},
		{"twice", "2027-10-31T02:30", "Europe/Berlin", "shows that time twice: write 2027-10-31T02:30:00+02:00 or 2027-10-31T02:30:00+01:00"},
		{"the first that comes twice", "2027-10-31T02:00", "Europe/Berlin", "shows that time twice"},
		{"no such day", "2027-02-29T10:00", "Europe/Berlin", "write 2027-03-30T10:00 for the clock in Europe/Berlin"},
		{"no time", "2027-03-30", "Europe/Berlin", "write 2027-03-30T10:00"},
		{"no zone", "2027-03-30T10:00", "", `--zone "": write an IANA time zone`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()

			_, err := zoned("at", c.value, c.zone)

			require.ErrorContains(t, err, c.says)
		})
	}
}

func TestPeriod(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name        string
		period      period
		from, until string
	}{
		{"from now on", period{zone: homeZone, days: 1}, "2027-03-30T08:00:00Z", "2027-03-31T08:00:00Z"},
		{"from a day on", period{from: "2027-04-01", zone: homeZone, days: 7}, "2027-03-31T22:00:00Z", "2027-04-07T22:00:00Z"},
		{"from a time on", period{from: "2027-04-01T12:00", zone: homeZone, days: 1}, "2027-04-01T10:00:00Z", "2027-04-02T10:00:00Z"},
		{"a day of 23 hours", period{from: "2027-03-28", zone: homeZone, days: 1}, "2027-03-27T23:00:00Z", "2027-03-28T22:00:00Z"},
		{"a day of 25 hours", period{from: "2027-10-31", zone: homeZone, days: 1}, "2027-10-30T22:00:00Z", "2027-10-31T23:00:00Z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()

			from, until, err := c.period.limits(now, 31)

			require.NoError(t, err)
			require.Equal(t, c.from, from.Format(time.RFC3339))
			require.Equal(t, c.until, until.Format(time.RFC3339))
		})
	}
}

func TestLocal(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ format, zone, want string }{
		{"relative", "Europe/Berlin", "Tue 2027-03-30 10:00 CEST"},
		{"relative", "America/New_York", "Tue 2027-03-30 04:00 EDT"},
		{"iso", "Europe/Berlin", "2027-03-30T08:00:00Z"},
		{"raw", "Europe/Berlin", "2027-03-30T08:00:00Z"},
	} {
		t.Run(c.format+" in "+c.zone, func(t *testing.T) {
			t.Parallel()
			term := newTerminal(t)
			term.flags.timeFormat = c.format

			require.Equal(t, c.want, term.local(now, c.zone))
		})
	}

	require.Equal(t, "45 min", minutes(now, now.Add(45*time.Minute)))
	require.Equal(t, "180 min", minutes(now, now.Add(3*time.Hour)))
}

package ics_test

import (
	"strings"
	"testing"
	"time"

	emersion "github.com/emersion/go-ical"
	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/internal/ics"
)

func haircut() ics.Event {
	return ics.Event{
		UID:       "0198c0de@herald.example",
		Sequence:  2,
		Stamp:     time.Date(2027, 3, 20, 9, 0, 0, 0, time.UTC),
		Start:     time.Date(2027, 3, 30, 8, 0, 0, 0, time.UTC),
		End:       time.Date(2027, 3, 30, 9, 0, 0, 0, time.UTC),
		Zone:      "Europe/Berlin",
		Summary:   "Färben & Schneiden – Salon Grün",
		Location:  "Salon Grün, Königstraße 5; 10115 Berlin",
		Organizer: ics.Person{Name: `Salon "Grün": Mitte, Ada's`, Email: "termine@herald.example"},
		Attendee:  ics.Person{Email: "mia.beispiel@kunden.example"},
	}
}

func TestWriteIsReadBackByAnotherLibrary(t *testing.T) {
	t.Parallel()

	text, err := ics.Write(ics.Request, haircut())

	require.NoError(t, err)
	calendar, err := emersion.NewDecoder(strings.NewReader(text)).Decode()
	require.NoError(t, err)
	require.Equal(t, "REQUEST", calendar.Props.Get(emersion.PropMethod).Value)
	require.Len(t, calendar.Events(), 1)
	event := calendar.Events()[0]
	prop := func(name string) *emersion.Prop { return event.Props.Get(name) }
	require.Equal(t, "0198c0de@herald.example", prop(emersion.PropUID).Value)
	require.Equal(t, "2", prop(emersion.PropSequence).Value)
	require.Equal(t, "20270330T100000", prop(emersion.PropDateTimeStart).Value)
	require.Equal(t, "Europe/Berlin", prop(emersion.PropDateTimeStart).Params.Get("TZID"))
	start, err := event.DateTimeStart(time.UTC)
	require.NoError(t, err)
	require.True(t, haircut().Start.Equal(start))
	location, err := prop(emersion.PropLocation).Text()
	require.NoError(t, err)
	require.Equal(t, haircut().Location, location)
	require.Equal(t, "Salon ’Grün’ Mitte Ada’s", prop(emersion.PropOrganizer).Params.Get("CN"))
	require.Equal(t, "mailto:mia.beispiel@kunden.example", prop(emersion.PropAttendee).Value)
}

func TestWriteKeepsTheStandardsLines(t *testing.T) {
	t.Parallel()
	event := haircut()
	event.Summary = strings.Repeat("ä", 100) + "\r\nATTENDEE:mailto:eve@evil.example"
	event.UID = "a\r\nSTATUS:CANCELLED"

	text, err := ics.Write(ics.Request, event)

	require.NoError(t, err)
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\r\n"), "\r\n") {
		require.LessOrEqual(t, len(line), 75)
		require.NotContains(t, line, "\n")
	}
	require.Equal(t, 1, strings.Count(text, "\r\nATTENDEE"), "no text becomes a line of its own")
	require.Equal(t, 1, strings.Count(text, "\r\nSTATUS"))
	again, err := ics.Write(ics.Request, event)
	require.NoError(t, err)
	require.Equal(t, text, again)
}

func TestWriteDescribesTheZone(t *testing.T) {
	t.Parallel()

	text, err := ics.Write(ics.Request, haircut())

	require.NoError(t, err)
	require.Contains(t, text, strings.ReplaceAll(`BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:DAYLIGHT
DTSTART:20270328T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
TZNAME:CEST
END:DAYLIGHT
END:VTIMEZONE
`, "\n", "\r\n"))
}

func TestTheHourThatOccursTwice(t *testing.T) {
	t.Parallel()
	at := func(hour, minute int) ics.Event {
		event := haircut()
		event.Start = time.Date(2026, 10, 25, hour, minute, 0, 0, time.UTC)
		event.End = event.Start.Add(15 * time.Minute)
		return event
	}

	first, err := ics.Write(ics.Request, at(0, 30))
	require.NoError(t, err)
	second, err := ics.Write(ics.Request, at(1, 30))
	require.NoError(t, err)

	require.Contains(t, first, "DTSTART;TZID=Europe/Berlin:20261025T023000")
	require.Contains(t, second, "DTSTART:20261025T013000Z")
	require.NotContains(t, second, "TZID")
}

func TestWriteAcrossAChangeOfClocks(t *testing.T) {
	t.Parallel()
	event := haircut()
	event.Start = time.Date(2027, 3, 28, 0, 30, 0, 0, time.UTC)
	event.End = time.Date(2027, 3, 28, 1, 30, 0, 0, time.UTC)

	text, err := ics.Write(ics.Cancel, event)

	require.NoError(t, err)
	require.Contains(t, text, "BEGIN:STANDARD\r\nDTSTART:20261025T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\n")
	require.Contains(t, text, "DTSTART;TZID=Europe/Berlin:20270328T013000")
	require.Contains(t, text, "DTEND;TZID=Europe/Berlin:20270328T033000")
	require.Contains(t, text, "STATUS:CANCELLED")
}

func TestAZoneNobodyKnows(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{"", "Europe/Atlantis"} {
		event := haircut()
		event.Zone = zone

		_, err := ics.Write(ics.Request, event)

		require.ErrorContains(t, err, "zone")
	}
}

// Package ics writes appointments as iCalendar files (RFC 5545).
package ics

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	ical "github.com/arran4/golang-ical"
)

// Method says what whoever gets the file should do with it (RFC 5546).
type Method string

// The methods.
const (
	Publish Method = "PUBLISH"
	Request Method = "REQUEST"
	Cancel  Method = "CANCEL"
)

// A Person takes part in an event.
type Person struct {
	Name  string
	Email string
}

// An Event is one entry of a calendar.
type Event struct {
	// UID is the same for ever, and Sequence grows with each change.
	UID      string
	Sequence int
	// Stamp is when this version was written.
	Stamp time.Time
	Start time.Time
	End   time.Time
	// Zone is the IANA zone in whose local time the event takes place.
	Zone        string
	Summary     string
	Description string
	Location    string
	Organizer   Person
	Attendee    Person // may be nobody
}

// Write returns the file, with the lines' ends and lengths that the standard asks
// for. Equal events give equal bytes.
func Write(method Method, e Event) (string, error) {
	zone, err := time.LoadLocation(e.Zone)
	if err != nil {
		return "", fmt.Errorf("ics: %w", err)
	}
	if e.Zone == "" { // which would be UTC
		return "", errors.New("ics: the event has no zone")
	}
	calendar := ical.NewCalendarFor("Herald")
	calendar.SetMethod(ical.Method(method))
	calendar.SetCalscale("GREGORIAN")
	event := ical.NewEvent(oneLine(e.UID))
	event.SetDtStampTime(e.Stamp.UTC())
	event.SetSequence(e.Sequence)
	event.SetStatus(ical.ObjectStatusConfirmed)
	if method == Cancel {
		event.SetStatus(ical.ObjectStatusCancelled)
	}
	setTimes(calendar, event, e.Start.In(zone), e.End.In(zone))
	event.SetSummary(oneLine(e.Summary))
	if e.Description != "" {
		event.SetDescription(printable(e.Description))
	}
	if e.Location != "" {
		event.SetLocation(oneLine(e.Location))
	}
	if e.Organizer.Email != "" {
		event.SetOrganizer(e.Organizer.Email, name(e.Organizer)...)
	}
	if e.Attendee.Email != "" {
		event.AddAttendee(e.Attendee.Email, append(name(e.Attendee),
			ical.ParticipationRoleReqParticipant, ical.ParticipationStatusAccepted, ical.WithRSVP(false))...)
	}
	event.SetTimeTransparency(ical.TransparencyOpaque)
	event.SetClass(ical.ClassificationPrivate)
	calendar.AddVEvent(event)
	return calendar.Serialize(ical.WithNewLineWindows), nil
}

// setTimes writes both times in local time with the zone beside them, or in UTC if
// local time can't say which instant is meant: when clocks are set back, an hour
// occurs twice, and its local form is the first.
func setTimes(calendar *ical.Calendar, event *ical.VEvent, start, end time.Time) {
	if isSecondPass(start) || isSecondPass(end) {
		event.SetStartAt(start)
		event.SetEndAt(end)
		return
	}
	id := start.Location().String()
	calendar.AddVTimezone(timezone(id, start, end))
	const local = "20060102T150405"
	event.SetProperty(ical.ComponentPropertyDtStart, start.Format(local), ical.WithTZID(id))
	event.SetProperty(ical.ComponentPropertyDtEnd, end.Format(local), ical.WithTZID(id))
}

func isSecondPass(t time.Time) bool {
	const format = "2006-01-02 15:04:05"
	began, _ := t.ZoneBounds()
	if began.IsZero() {
		return false
	}
	back := offset(began.Add(-time.Second)) - offset(t)
	return back > 0 && t.Add(-back).Format(format) == t.Format(format)
}

func offset(t time.Time) time.Duration {
	_, seconds := t.Zone()
	return time.Duration(seconds) * time.Second
}

// timezone describes the zone's rules as far as the event needs them: what holds
// at its start and what holds at its end.
func timezone(id string, start, end time.Time) *ical.VTimezone {
	zone := ical.NewTimezone(id)
	periods := []time.Time{start}
	if offset(start) != offset(end) {
		periods = append(periods, end)
	}
	for _, t := range periods {
		began, _ := t.ZoneBounds()
		before := offset(t)
		if began.IsZero() { // a zone that never changed
			began = time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)
		} else {
			before = offset(began.Add(-time.Second))
		}
		abbreviation, _ := t.Zone()
		rule := ical.ComponentBase{}
		rule.SetProperty(ical.ComponentPropertyDtStart, began.UTC().Add(before).Format("20060102T150405"))
		rule.SetProperty(ical.ComponentProperty(ical.PropertyTzoffsetfrom), written(before))
		rule.SetProperty(ical.ComponentProperty(ical.PropertyTzoffsetto), written(offset(t)))
		rule.SetProperty(ical.ComponentProperty(ical.PropertyTzname), abbreviation)
		if t.IsDST() {
			zone.Components = append(zone.Components, &ical.Daylight{ComponentBase: rule})
		} else {
			zone.Components = append(zone.Components, &ical.Standard{ComponentBase: rule})
		}
	}
	return zone
}

// written makes "+0200" of two hours.
func written(offset time.Duration) string {
	return time.Unix(0, 0).In(time.FixedZone("", int(offset.Seconds()))).Format("-0700")
}

// name returns the parameter that names a person. The library quotes no value, so
// whatever would need quotes is left out.
func name(p Person) []ical.PropertyParameter {
	plain := strings.Map(func(r rune) rune {
		switch r {
		case ',', ';', ':', '\\':
			return ' '
		case '"', '\'':
			return '’'
		}
		return r
	}, oneLine(p.Name))
	if plain = strings.Join(strings.Fields(plain), " "); plain == "" {
		return nil
	}
	return []ical.PropertyParameter{ical.WithCN(plain)}
}

func oneLine(text string) string { return strings.Join(strings.Fields(printable(text)), " ") }

// printable drops control characters but for the ends of lines.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && (r < ' ' || r == 0x7f) {
			if slices.Contains([]rune{'\t', '\r'}, r) {
				return ' '
			}
			return -1
		}
		return r
	}, text)
}

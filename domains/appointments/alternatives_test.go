package appointments_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/appointments"
	"github.com/herald-bus/herald/events/appointment"
)

func slots(times ...string) []appointment.Slot {
	var list []appointment.Slot
	for _, text := range times {
		list = append(list, appointment.Slot{StartsAt: at(text), EndsAt: at(text).Add(30 * time.Minute), StaffID: aylin})
	}
	return list
}

func wanted(text string, origin appointment.Origin) appointment.Wanted {
	return appointment.Wanted{Origin: origin, StartsAt: at(text), Zone: "Europe/Berlin", Now: at(text).AddDate(0, 0, -7)}
}

// read writes alternatives as local times and scores.
func read(alternatives []appointment.Alternative) (times []string, scores []int) {
	for _, a := range alternatives {
		times, scores = append(times, a.StartsAt.In(zone).Format("2006-01-02 15:04")), append(scores, a.Score)
	}
	return times, scores
}

func TestAPT49_WhatIsNeverOffered(t *testing.T) {
	t.Parallel()
	w := wanted("2026-05-05 14:00", appointment.Portal)
	w.Busy = []appointment.Slot{{StartsAt: at("2026-05-05 15:00"), EndsAt: at("2026-05-05 15:45")}}
	free := append(slots("2026-05-05 14:00", "2026-05-05 15:30", "2026-05-05 15:45", "2026-05-05 15:45", "2026-05-05 14:30"), slots("2026-04-01 10:00")...)

	times, _ := read(appointments.Alternatives(w, free))

	require.Equal(t, []string{"2026-05-05 14:30", "2026-05-05 15:45"}, times)
}

func TestAPT49_HowManyAreOffered(t *testing.T) {
	t.Parallel()
	var free []appointment.Slot
	for day := range 12 {
		free = append(free, appointment.Slot{StartsAt: at("2026-05-06 09:00").AddDate(0, 0, day), EndsAt: at("2026-05-06 09:30").AddDate(0, 0, day)})
	}
	for origin, n := range map[appointment.Origin]int{appointment.Voice: 2, appointment.Portal: 5, appointment.API: 10} {
		require.Len(t, appointments.Alternatives(wanted("2026-05-05 14:00", origin), free), n)
	}
	more := wanted("2026-05-05 14:00", appointment.Voice)
	more.Limit = 9
	require.Len(t, appointments.Alternatives(more, free), 3, "nobody remembers more by ear")
	require.Empty(t, appointments.Alternatives(more, nil))
}

func TestAPT50_WhereTheSearchLooksFirst(t *testing.T) {
	t.Parallel()
	w := wanted("2026-05-05 14:00", appointment.API)
	w.Limit, w.OpenDays = 1, []string{"2026-05-06", "2026-05-07", "2026-05-12", "2026-05-13"}
	free := slots("2026-05-25 14:00", "2026-05-13 11:00", "2026-05-06 09:00", "2026-05-12 14:00", "2026-05-06 14:00", "2026-05-05 12:00")
	order := []string{"2026-05-05 12:00", "2026-05-06 14:00", "2026-05-12 14:00", "2026-05-06 09:00", "2026-05-13 11:00"}
	for _, first := range order {
		times, _ := read(appointments.Alternatives(w, free))
		require.Equal(t, []string{first}, times)
		free = slices.DeleteFunc(free, func(s appointment.Slot) bool { return s.StartsAt.Equal(at(first)) })
	}
	require.Empty(t, appointments.Alternatives(w, free), "two weeks are enough")
}

func TestAPT50_APartOfTheDay(t *testing.T) {
	t.Parallel()
	w := wanted("2026-05-05 14:00", appointment.Voice)
	w.Part, w.Limit = "vormittags", 3
	times, _ := read(appointments.Alternatives(w, slots("2026-05-05 15:00", "2026-05-05 16:00", "2026-05-05 09:00", "2026-05-08 10:00", "2026-05-06 14:00")))
	require.Equal(t, []string{"2026-05-05 09:00", "2026-05-08 10:00", "2026-05-05 15:00"}, times)
}

func TestAPT51_Scores(t *testing.T) {
	t.Parallel()
	free := slots("2026-05-05 12:30", "2026-05-05 15:30", "2026-05-06 14:00", "2026-05-12 14:00")
	times, scores := read(appointments.Alternatives(wanted("2026-05-05 14:00", appointment.Portal), free))
	require.Equal(t, []string{"2026-05-05 15:30", "2026-05-05 12:30", "2026-05-06 14:00", "2026-05-12 14:00"}, times)
	require.Equal(t, []int{10410, 10210, 8810, 70}, scores)
	times, _ = read(appointments.Alternatives(wanted("2026-05-05 14:00", appointment.Voice), free))
	require.Equal(t, []string{"2026-05-05 15:30", "2026-05-05 12:30"}, times)

	times, scores = read(appointments.Alternatives(wanted("2026-05-05 10:00", appointment.Voice), slots("2026-05-05 11:00", "2026-05-05 09:00")))
	require.Equal(t, []string{"2026-05-05 09:00", "2026-05-05 11:00"}, times)
	require.Equal(t, []int{10440, 10240}, scores)
}

func TestAPT52_SpokenPartsOfTheDay(t *testing.T) {
	t.Parallel()
	for spoken, want := range map[string][2]int{
		"früh": {6, 9}, "morgens": {6, 10}, "Vormittags": {9, 12}, "mittags": {11, 14}, "nachmittags": {13, 17}, "abends": {17, 21}, "spät": {19, 22},
		"ab 15": {15, 24}, "ab 16 Uhr": {16, 24},
	} {
		from, until, known := appointments.PartOf(spoken)
		require.True(t, known, spoken)
		require.Equal(t, want, [2]int{from / 60, until / 60}, spoken)
	}
	from, _, _ := appointments.PartOf("ab 15:30")
	require.Equal(t, 15*60+30, from)
	for _, spoken := range []string{"", "irgendwann", "ab", "ab morgen", "ab 25"} {
		_, _, known := appointments.PartOf(spoken)
		require.False(t, known, spoken)
	}
}

func TestAPT53_NearEnoughIsAFind(t *testing.T) {
	t.Parallel()
	found := appointments.Alternatives(wanted("2026-05-05 14:00", appointment.Portal), slots("2026-05-05 14:45", "2026-05-05 13:30"))
	require.True(t, found[0].Near)
	require.Equal(t, at("2026-05-05 13:30"), found[0].StartsAt, "though it scores less")
	require.False(t, found[1].Near)
}

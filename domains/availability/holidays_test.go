package availability

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/events/availability"
)

// holidayDates are those of a state, without the year.
func holidayDates(t *testing.T, state string, year int, feasts ...string) []string {
	t.Helper()
	all, err := HolidaysOf("DE-"+state, feasts, year)
	require.NoError(t, err)
	var found []string
	for _, h := range all {
		require.True(t, h.Closed)
		require.NotEmpty(t, h.Name)
		found = append(found, h.Date[5:])
	}
	require.IsIncreasing(t, found)
	return found
}

func TestAVL11_NineHolidaysEverywhere(t *testing.T) {
	t.Parallel()
	everywhere := []string{"01-01", "04-03", "04-06", "05-01", "05-14", "05-25", "10-03", "12-25", "12-26"}
	for _, state := range states {
		require.Subset(t, holidayDates(t, state, 2026), everywhere, state)
	}
	abroad, err := HolidaysOf("AT-9", nil, 2026)
	require.NoError(t, err)
	require.Empty(t, abroad)
	_, err = HolidaysOf("DE-XX", nil, 2026)
	require.Equal(t, "unknown_state", code(t, err))
}

func TestAVL12_TheStatesHaveTheirOwn(t *testing.T) {
	t.Parallel()
	for date, in := range map[string]string{
		"01-06": "BW BY ST", "03-08": "BE MV", "04-05": "BB", "05-24": "BB", "06-04": "BW BY HE NW RP SL", "08-15": "SL", "09-20": "TH",
		"10-31": "BB HB HH MV NI SH SN ST TH", "11-01": "BW BY NW RP SL", "11-18": "SN",
	} {
		var having []string
		for _, state := range states {
			for _, d := range holidayDates(t, state, 2026) {
				if d == date {
					having = append(having, state)
				}
			}
		}
		require.Equal(t, in, strings.Join(having, " "), date)
	}
	require.Len(t, holidayDates(t, "BY", 2026), 12)
	require.Len(t, holidayDates(t, "HB", 2026), 10)
}

func TestAVL13_LocalFeastsAndThoseOfOneYear(t *testing.T) {
	t.Parallel()
	require.NotContains(t, holidayDates(t, "BY", 2026), "08-15")
	require.Contains(t, holidayDates(t, "BY", 2026, assumption), "08-15")
	require.NotContains(t, holidayDates(t, "BE", 2026, assumption, corpusChristi, augsburgPeace), "08-15", "not elsewhere")
	for _, state := range []string{"SN", "TH"} {
		require.NotContains(t, holidayDates(t, state, 2026), "06-04")
		require.Contains(t, holidayDates(t, state, 2026, corpusChristi), "06-04")
	}
	require.Contains(t, holidayDates(t, "BY", 2026, augsburgPeace), "08-08")
	require.Contains(t, holidayDates(t, "BE", 2025), "05-08")
	require.NotContains(t, holidayDates(t, "BE", 2026), "05-08")
	require.Contains(t, holidayDates(t, "BE", 2028), "06-17")
	require.NotContains(t, holidayDates(t, "BB", 2028), "06-17")
}

func TestAVL14_EasterMovesTheOthers(t *testing.T) {
	t.Parallel()
	for year, date := range map[int]string{
		1818: "1818-03-22", 1943: "1943-04-25", 1961: "1961-04-02", 2000: "2000-04-23", 2024: "2024-03-31", 2025: "2025-04-20",
		2026: "2026-04-05", 2027: "2027-03-28", 2038: "2038-04-25", 2049: "2049-04-18", 2076: "2076-04-19", 2100: "2100-03-28",
	} {
		require.Equal(t, date, easter(year).String())
		require.Equal(t, 7, easter(year).weekday())
	}
	require.Equal(t, "2026-11-18", repentance(2026).String())
	require.Equal(t, "2027-11-17", repentance(2027).String())
	require.Equal(t, "2022-11-16", repentance(2022).String(), "23 November itself is a Wednesday")
	for _, state := range states {
		require.NotContains(t, holidayDates(t, state, 2026), "12-24")
		require.NotContains(t, holidayDates(t, state, 2026), "12-31")
	}
}

func TestExample4_Holidays(t *testing.T) {
	t.Parallel()
	require.Contains(t, holidayDates(t, "NW", 2026), "06-04")
	require.NotContains(t, holidayDates(t, "BE", 2026), "06-04")
	for _, state := range states {
		require.Equal(t, state == "SN", strings.Contains(strings.Join(holidayDates(t, state, 2026), " "), "11-18"), state)
	}
	require.NotContains(t, holidayDates(t, "BE", 2026), "05-08")
	require.Equal(t, "2027-03-28", easter(2027).String())
	whole := easter(2027).bounds(berlinTime("2027-03-28 12:00").In(mustZone(t, "Europe/Berlin")).Location())
	require.Equal(t, 23*hour, whole.to-whole.from, "also the day of the clock change")
	require.Contains(t, holidayDates(t, "SL", 2026), "08-15")
	require.NotContains(t, holidayDates(t, "BY", 2026), "08-15")
	require.Contains(t, holidayDates(t, "BY", 2026, assumption), "08-15")
}

func TestHolidaysOfABranch(t *testing.T) {
	t.Parallel()
	s := onSQLite(t)
	_, _, err := s.SetHoliday(t.Context(), tenant, s.now, availability.HolidayRequest{BranchID: berlin, Date: "2026-03-08", Name: "Frauentag", Closed: false})
	require.NoError(t, err)
	_, _, err = s.SetHoliday(t.Context(), tenant, s.now, availability.HolidayRequest{BranchID: berlin, Date: "2026-06-10", Name: "Betriebsausflug", Closed: true})
	require.NoError(t, err)

	all, err := s.Holidays(t.Context(), tenant, berlin, 2026)

	require.NoError(t, err)
	require.Len(t, all, 11)
	require.Contains(t, all, availability.Holiday{Date: "2026-03-08", Name: "Frauentag"})
	require.Contains(t, all, availability.Holiday{Date: "2026-06-10", Name: "Betriebsausflug", Closed: true})
	require.Contains(t, all, availability.Holiday{Date: "2026-04-03", Name: "Karfreitag", Closed: true})
}

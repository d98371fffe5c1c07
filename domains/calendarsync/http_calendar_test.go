package calendarsync_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/calendarsync"
	"github.com/herald-bus/herald/domains/internal/store/storetest"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/eventstest"
	"github.com/herald-bus/herald/tests/sandbox/calendar"
)

func connect(t *testing.T, handler http.Handler) (*calendarsync.HTTPCalendar, string) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	vendor, err := calendarsync.NewHTTPCalendar(server.URL + "/")
	require.NoError(t, err)
	return vendor, server.URL
}

func TestHTTPCalendarSends(t *testing.T) {
	t.Parallel()
	var got string
	vendor, _ := connect(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got += r.Method + " " + r.URL.EscapedPath() + " " + r.Header.Get("Idempotency-Key") + " " + string(body) + "\n"
		w.WriteHeader(http.StatusNoContent)
	}))

	held, err := vendor.Put(t.Context(), "k1", calendarsync.Booking{
		ID: "a/1", Title: "Haarschnitt", StartsAt: starts, EndsAt: starts.Add(time.Hour), Zone: "Europe/Berlin", Version: 1, Changed: starts,
		Metadata: calendarsync.Metadata{AppointmentID: "a/1"},
	})
	require.NoError(t, err)
	require.Zero(t, held, "an empty answer says nothing")
	require.NoError(t, vendor.Delete(t.Context(), "k2", "a/1"))

	require.Equal(t, `PUT /bookings/a%2F1 k1 {"id":"a/1","title":"Haarschnitt","location":"","starts_at":"2027-03-30T08:00:00Z","ends_at":"2027-03-30T09:00:00Z","zone":"Europe/Berlin","version":1,"changed_at":"2027-03-30T08:00:00Z","metadata":{"herald_appointment_id":"a/1"}}
DELETE /bookings/a%2F1 k2 
`, got)
}

func TestHTTPCalendarJudgesAnswers(t *testing.T) {
	t.Parallel()
	const none = time.Duration(-1)
	for _, c := range []struct {
		name      string
		status    int
		header    http.Header
		body      string
		permanent bool
		after     time.Duration
		says      string
	}{
		{"refused", 400, nil, `{"message":"ends_at must be after starts_at"}`, true, none, "ends_at must be after starts_at"},
		{"refused in plain text", 422, nil, "no\n  such service", true, none, "422 Unprocessable Entity to PUT: no such service"},
		{"unauthorized", 401, nil, `{"error":"who are you?"}`, true, none, "who are you?"},
		{"put that finds nothing", 404, nil, "", true, none, "no message"},
		{"request timeout", 408, nil, "", false, none, "408"},
		{"conflict", 409, nil, "", false, none, "409"},
		{"too early", 425, nil, "", false, none, "425"},
		{"throttled", 429, http.Header{"Retry-After": {"7"}}, "", false, 7 * time.Second, "429"},
		{"throttled without a time", 429, nil, "", false, none, "429"},
		{"away until a date", 503, http.Header{"Retry-After": {"Tue, 30 Mar 2027 08:01:00 GMT"}, "Date": {"Tue, 30 Mar 2027 08:00:00 GMT"}}, "", false, time.Minute, "503"},
		{"away for very long", 503, http.Header{"Retry-After": {"99999999999"}}, "", false, 24 * time.Hour, "503"},
		{"away for nonsense", 503, http.Header{"Retry-After": {"soon"}}, "", false, none, "503"},
		{"broken", 500, http.Header{"Retry-After": {"7"}}, "oops", false, none, "oops"},
		{"moved", 301, http.Header{"Location": {"/elsewhere"}}, "", false, none, "301"},
		{"endless", 500, nil, strings.Repeat("ä", 1<<20), false, none, "ä…"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			vendor, _ := connect(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				for name, values := range c.header {
					w.Header()[name] = values
				}
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.body)
			}))

			_, err := vendor.Put(t.Context(), "k1", calendarsync.Booking{ID: "a1"})

			require.ErrorContains(t, err, c.says)
			require.Less(t, len(err.Error()), 1000)
			require.Equal(t, c.permanent, events.IsPermanent(err))
			after, asked := events.RetryDelay(err)
			require.Equal(t, c.after != none, asked)
			if asked {
				require.Equal(t, c.after, after)
			}
		})
	}
}

func TestHTTPCalendarIsContentWithABookingThatIsGone(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusNotFound, http.StatusGone} {
		vendor, _ := connect(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))

		require.NoError(t, vendor.Delete(t.Context(), "k1", "a1"))
	}
}

func TestHTTPCalendarThatNobodyServes(t *testing.T) {
	t.Parallel()
	vendor, err := calendarsync.NewHTTPCalendar("http://127.0.0.1:1")
	require.NoError(t, err)

	err = vendor.Delete(t.Context(), "k1", "a1")

	require.ErrorContains(t, err, "reach the calendar")
	require.False(t, events.IsPermanent(err))
	require.True(t, events.IsPermanent(vendor.Delete(t.Context(), "k1", "..")))
	for _, address := range []string{"calendar.example", "ftp://calendar.example", "http://", "://"} {
		_, err := calendarsync.NewHTTPCalendar(address)
		require.ErrorContains(t, err, "HERALD_CALENDAR_URL")
	}
}

func TestHTTPCalendarReadsWhatIsHeld(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]calendarsync.Entry{
		`{"uid":"u-1","starts_at":"2027-03-30T10:00:00+02:00","ends_at":"2027-03-30T11:00:00+02:00","metadata":{"herald_appointment_id":"a1"}}`: {
			UID: "u-1", StartsAt: starts, EndsAt: starts.Add(time.Hour), Metadata: calendarsync.Metadata{AppointmentID: "a1"},
		},
		`{"uid":"u-1","starts_at":"soon"}`: {},
		"<html>fine</html>":                {},
	} {
		vendor, _ := connect(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }))

		held, err := vendor.Put(t.Context(), "k1", calendarsync.Booking{ID: "a1"})

		require.NoError(t, err, "it was taken, whatever is said of it")
		held.StartsAt, held.EndsAt = held.StartsAt.UTC(), held.EndsAt.UTC()
		require.Equal(t, want, held)
	}
}

func TestAPT62_AgainstTheSandbox(t *testing.T) {
	t.Parallel()
	vendor, address := connect(t, calendar.New())
	desk := calendarsync.NewDesk(vendor)
	uids, err := desk.Book(t.Context(), "k1", ref(1))
	require.NoError(t, err)
	require.Equal(t, []string{"a1"}, uids)

	for i, answer := range []string{`{"starts_at":"2027-03-30T08:15:00Z"}`, `{"metadata":{"herald_appointment_id":"somebody's"}}`, `{"uid":""}`} {
		response, err := http.Post(address+"/faults", "application/json", strings.NewReader(`{"booking":"a1","times":1,"answer":`+answer+`}`)) //nolint:noctx // loopback
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, http.StatusNoContent, response.StatusCode)

		_, err = desk.Book(t.Context(), fmt.Sprintf("wrong-%d", i), ref(1))
		require.ErrorContains(t, err, "calendar_conflict (APT-62): the calendar holds something else")
	}
}

func TestAgainstTheSandbox(t *testing.T) {
	t.Parallel()
	sandbox := calendar.New()
	vendor, address := connect(t, sandbox)
	push, cancel := listeners(vendor, storetest.SQLite(t, calendarsync.Migrations))
	fault := func(body string) {
		response, err := http.Post(address+"/faults", "application/json", strings.NewReader(body)) //nolint:noctx // loopback
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, http.StatusNoContent, response.StatusCode)
	}
	bookings := func() string {
		response, err := http.Get(address + "/bookings") //nolint:noctx // loopback
		require.NoError(t, err)
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		return string(body)
	}

	fault(`{"booking":"a1","times":1,"status":503,"retry_after":30}`)
	_, err := eventstest.Deliver(t, push, created())
	after, _ := events.RetryDelay(err)
	require.Equal(t, 30*time.Second, after)
	fault(`{"booking":"*","times":1,"status":400,"message":"no such service"}`)
	_, err = eventstest.Deliver(t, push, created())
	require.True(t, events.IsPermanent(err))
	require.ErrorContains(t, err, "no such service")

	eventstest.RunTwice(t, push, created())
	require.Contains(t, bookings(), `"title":"Haarschnitt"`)
	eventstest.RunTwice(t, cancel, cancelled(2))
	require.Equal(t, "[]", bookings())
}

package calendarsync_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/calendarsync"
	"github.com/herald-bus/herald/domains/internal/local"
	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/store/storetest"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/eventstest"
)

var starts = time.Date(2027, 3, 30, 8, 0, 0, 0, time.UTC)

func ref(version int) appointment.Ref {
	return appointment.Ref{
		AppointmentID: "a1", Version: version, StartsAt: starts, EndsAt: starts.Add(time.Hour), Zone: "Europe/Berlin",
		Status: appointment.Confirmed, Origin: appointment.Voice,
		Display: appointment.Display{ServiceName: "Haarschnitt", BranchAddress: "Königstraße 5, 10115 Berlin"},
	}
}

func created() appointment.Created {
	return appointment.Created{Ref: ref(1), CalendarState: "pending", IdempotencyKey: "k"}
}

func cancelled(version int) appointment.Cancelled { return appointment.Cancelled{Ref: ref(version)} }

// memory is a calendar that honours keys. before runs ahead of every call.
type memory struct {
	shows  map[string]int // versions by booking
	keys   map[string]bool
	calls  int
	before func() error
}

func newMemory() *memory { return &memory{shows: map[string]int{}, keys: map[string]bool{}} }

func (m *memory) call(key string, do func()) error {
	m.calls++
	if m.before != nil {
		if err := m.before(); err != nil {
			return err
		}
	}
	if !m.keys[key] {
		do()
	}
	m.keys[key] = true
	return nil
}

func (m *memory) Put(_ context.Context, key string, b calendarsync.Booking) (calendarsync.Entry, error) {
	return calendarsync.Entry{}, m.call(key, func() { m.shows[b.ID] = b.Version })
}

func (m *memory) Delete(_ context.Context, key, id string) error {
	return m.call(key, func() { delete(m.shows, id) })
}

func listeners(calendar calendarsync.Calendar, db *store.DB) (push, cancel events.Listener) {
	sync := calendarsync.NewSync(calendar, db, slog.New(slog.DiscardHandler))
	return calendarsync.NewPushNewAppointment(sync), calendarsync.NewPushCancellation(sync)
}

func TestPushAndCancel(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		calendar := newMemory()
		push, cancel := listeners(calendar, db)

		eventstest.RunTwice(t, push, created())
		require.Equal(t, map[string]int{"a1": 1}, calendar.shows)
		require.Equal(t, 1, calendar.calls, "what was told is not told again")

		eventstest.RunTwice(t, cancel, cancelled(2))
		require.Empty(t, calendar.shows)
		require.Equal(t, 2, calendar.calls)
	}, calendarsync.Migrations)
}

func TestACancellationThatOvertakesTheBooking(t *testing.T) {
	t.Parallel()
	for _, version := range []int{1, 2} {
		calendar := newMemory()
		push, cancel := listeners(calendar, storetest.SQLite(t, calendarsync.Migrations))
		_, err := eventstest.Deliver(t, cancel, cancelled(version))
		require.NoError(t, err)

		eventstest.RunTwice(t, push, created())

		require.Empty(t, calendar.shows)
	}
}

func TestACancellationWhileTheBookingIsPushed(t *testing.T) {
	t.Parallel()
	calendar := newMemory()
	push, cancel := listeners(calendar, storetest.SQLite(t, calendarsync.Migrations))
	calendar.before = func() error {
		calendar.before = nil // the booking's call is on its way, and the cancellation's overtakes it
		_, err := eventstest.Deliver(t, cancel, cancelled(2))
		return err
	}

	_, err := eventstest.Deliver(t, push, created())

	require.NoError(t, err)
	require.Empty(t, calendar.shows)
	require.Equal(t, 3, calendar.calls, "the late booking is taken out again")
}

func TestABookingWhoseAnswerIsLostAndThatIsCancelledMeanwhile(t *testing.T) {
	t.Parallel()
	calendar := newMemory()
	push, cancel := listeners(calendar, storetest.SQLite(t, calendarsync.Migrations))
	id := events.ID("0198c0de-0000-7000-8000-000000000001")
	calendar.before = func() error {
		calendar.before = nil
		if _, err := eventstest.Deliver(t, cancel, cancelled(2)); err != nil {
			return err
		}
		calendar.shows["a1"] = 1 // the call gets through after all
		return errors.New("the connection broke")
	}
	_, err := eventstest.Deliver(t, push, created(), id, events.Backdated())
	require.Error(t, err)
	require.NotEmpty(t, calendar.shows)

	_, err = eventstest.Deliver(t, push, created(), id, events.Backdated())

	require.NoError(t, err)
	require.Empty(t, calendar.shows, "the second attempt tells what counts now")
}

func TestAFailureIsTriedAgain(t *testing.T) {
	t.Parallel()
	calendar := newMemory()
	push, _ := listeners(calendar, storetest.SQLite(t, calendarsync.Migrations))
	calendar.before = func() error { return errors.New("away") }
	_, err := eventstest.Deliver(t, push, created())
	require.EqualError(t, err, "away")
	calendar.before = nil

	_, err = eventstest.Deliver(t, push, created())

	require.NoError(t, err)
	require.Equal(t, map[string]int{"a1": 1}, calendar.shows)
}

func TestWhatTheCalendarKnowsIsNotPushed(t *testing.T) {
	t.Parallel()
	for _, state := range []string{"synced", "none"} {
		calendar := newMemory()
		push, _ := listeners(calendar, storetest.SQLite(t, calendarsync.Migrations))
		e := created()
		e.CalendarState = state

		_, err := eventstest.Deliver(t, push, e)

		require.NoError(t, err)
		require.Zero(t, calendar.calls)
	}
}

func TestAChangeIsPushed(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		calendar := newMemory()
		push, cancel := listeners(calendar, db)
		sync := calendarsync.NewSync(calendar, db, slog.New(slog.DiscardHandler))
		confirm, change, move := calendarsync.NewPushConfirmation(sync), calendarsync.NewPushChange(sync), calendarsync.NewPushReschedule(sync)

		eventstest.RunTwice(t, push, created())
		eventstest.RunTwice(t, confirm, appointment.BecameConfirmed{Ref: ref(2), ConfirmedBy: "staff"})
		eventstest.RunTwice(t, move, appointment.Rescheduled{Ref: ref(4), OldStartsAt: starts, OldEndsAt: starts})
		require.Equal(t, map[string]int{"a1": 4}, calendar.shows)
		require.Equal(t, 3, calendar.calls)
		eventstest.RunTwice(t, change, appointment.Updated{Ref: ref(3), Changed: []string{"service_id"}})
		require.Equal(t, map[string]int{"a1": 4}, calendar.shows, "what is late tells what counts now")

		eventstest.RunTwice(t, cancel, cancelled(5))
		eventstest.RunTwice(t, change, appointment.Updated{Ref: ref(3), Changed: []string{"notes"}})
		require.Empty(t, calendar.shows)
	}, calendarsync.Migrations)
}

func TestNoChangeIsShownOfWhatIsNoneOfTheCalendars(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		calendar := newMemory()
		push, cancel := listeners(calendar, db)
		move := calendarsync.NewPushReschedule(calendarsync.NewSync(calendar, db, slog.New(slog.DiscardHandler)))
		consultation := created()
		consultation.CalendarState = appointment.CalendarNone

		eventstest.RunTwice(t, push, consultation)
		eventstest.RunTwice(t, move, appointment.Rescheduled{Ref: ref(2)})
		eventstest.RunTwice(t, cancel, cancelled(3))
		require.Zero(t, calendar.calls)

		consultation.AppointmentID = "a2"
		early := appointment.Rescheduled{Ref: ref(2)}
		early.AppointmentID = "a2"
		eventstest.RunTwice(t, move, early)
		require.Equal(t, map[string]int{"a2": 2}, calendar.shows, "nobody knows better yet")
		eventstest.RunTwice(t, push, consultation)
		require.Empty(t, calendar.shows)
		early.Version = 3
		eventstest.RunTwice(t, move, early)
		require.Empty(t, calendar.shows)
	}, calendarsync.Migrations)
}

func TestFileCalendar(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	calendar, err := calendarsync.NewCalendar(calendarsync.Config{Config: local.Config{DataDir: dir}})
	require.NoError(t, err)
	push, cancel := listeners(calendar, storetest.SQLite(t, calendarsync.Migrations))
	path := filepath.Join(dir, "calendar", "a1.ics")
	require.NoDirExists(t, filepath.Dir(path), "nothing is made before it is needed")

	eventstest.RunTwice(t, push, created())

	content, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Contains(t, string(content), "DTSTART;TZID=Europe/Berlin:20270330T100000\r\n")
	eventstest.RunTwice(t, cancel, cancelled(2))
	require.NoFileExists(t, path)
}

package booking

import (
	"bytes"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/workflows"
)

// TestKillingTheWorkerAtAnyStepLosesNothing kills the worker as a step of a booking
// begins, and when its work is done but not yet known. Another worker goes on, and
// then there is a whole booking or none.
func TestKillingTheWorkerAtAnyStepLosesNothing(t *testing.T) {
	s := newSalon(t, "")
	s.worker(t, binaries.worker)
	s.seed(t)
	var deaths []death
	for _, step := range []string{
		workflows.StepResolve, workflows.StepPrepare, workflows.StepHold, workflows.StepRecord,
		workflows.StepCalendarBook, workflows.StepConvert, workflows.StepConfirm,
	} {
		deaths = append(deaths, death{step: step, when: "before"}, death{step: step, when: "after"})
	}
	for _, step := range []string{workflows.StepMarkFailed, workflows.StepCalendarCancel, workflows.StepRelease} {
		deaths = append(deaths, death{step: step, when: "before", no: http.StatusUnprocessableEntity}, death{step: step, when: "after", no: http.StatusUnprocessableEntity})
	}
	slots := s.days(t, len(deaths))
	t.Run("deaths", func(t *testing.T) {
		for i, d := range deaths {
			t.Run(d.step+" "+d.when, func(t *testing.T) {
				t.Parallel()
				d.happens(t, s, s.booking("straehnen", "aylin", slots[i], i))
			})
		}
	})
	require.Len(t, s.shown(t), len(s.list(t, appointment.ListQuery{Status: appointment.Confirmed})), "the calendar has an entry that nobody knows")
	require.Equal(t, len(s.shown(t)), s.mails(t), "there is a letter for each booking, and no other")
}

// TestACalendarThatNeverTakesItFailsTheBooking has the calendar answer 503 to every
// write until the saga's patience is over: the
// server skips the time in between.
func TestACalendarThatNeverTakesItFailsTheBooking(t *testing.T) {
	s := newSalon(t, "")
	takes := s.vendor.Config.Handler
	s.vendor.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		takes.ServeHTTP(w, r)
	})
	s.worker(t, binaries.worker)
	s.seed(t)
	c := s.booking("straehnen", "aylin", s.days(t, 1)[0], 0)
	c.Cause.TimeSkipping, c.Wait = true, time.Second

	answer := s.settled(t, c)

	require.Equal(t, workflows.Failed, answer.State)
	require.Equal(t, "calendar_unavailable", answer.Refusal.Code)
	s.requireNothing(t, answer.AppointmentID, c)
	require.Zero(t, s.mails(t))
}

// TestAPT62_ACalendarThatHoldsSomethingElseBooksNothing has the calendar take a
// booking, and say that it has another start.
func TestAPT62_ACalendarThatHoldsSomethingElseBooksNothing(t *testing.T) {
	s := newSalon(t, "")
	s.worker(t, binaries.worker)
	s.seed(t)
	c := s.booking("straehnen", "aylin", s.days(t, 1)[0], 0)
	id := appointment.ID(s.tenant, web.Origin, c.Booking.Key)
	s.fault(t, map[string]any{"booking": id, "times": 1, "answer": map[string]any{"starts_at": c.Booking.StartsAt.Add(time.Hour)}})

	answer := s.settled(t, c)

	require.Equal(t, workflows.Refused, answer.State)
	require.Equal(t, "calendar_conflict", answer.Refusal.Code)
	s.requireNothing(t, id, c)
	require.Zero(t, s.mails(t))
}

// A death is where the worker dies. The calendar answers no, if that is a status.
type death struct {
	step, when string
	no         int
}

func (d death) happens(t *testing.T, s *salon, c workflows.BookCommand) {
	s = s.on("booking-" + newID())
	id := appointment.ID(s.tenant, web.Origin, c.Booking.Key)
	if d.no != 0 {
		s.refuse(t, id, d.no)
	}
	mortal := s.worker(t, binaries.mortal, "HERALD_TEST_DIE_AT="+d.step+":"+d.when)
	answered := make(chan workflows.BookingAnswer, 1)
	go func() { // the answer may come before the worker dies, or from the one after it
		answer, err := s.desk().Book(t.Context(), c)
		if err == nil {
			answered <- answer
		}
		close(answered)
	}()
	select {
	case <-mortal.Done():
	case <-time.After(patience):
		require.FailNow(t, "the worker lives on")
	}

	s.worker(t, binaries.worker)

	answer := s.settled(t, c)
	if first := <-answered; first.State != "" && first.State != workflows.Processing {
		require.Equal(t, first.State, answer.State, "the first answer was another")
	}
	if d.no != 0 {
		require.Equal(t, workflows.Refused, answer.State)
		require.Equal(t, "calendar_conflict", answer.Refusal.Code)
		s.requireNothing(t, id, c)
		return
	}
	require.Equal(t, workflows.Booked, answer.State, "%v", answer.Refusal)
	require.Equal(t, id, answer.AppointmentID)
	s.requireWhole(t, id, c)
}

// requireWhole checks that the appointment stands everywhere, once.
func (s *salon) requireWhole(t *testing.T, id string, c workflows.BookCommand) {
	t.Helper()
	types := s.types(t, c.Cause.CorrelationID, func(types map[string]int) bool {
		return types["appointment.created"] > 0 && types["availability.slot_booked"] > 0
	})
	require.Equal(t, 1, types["appointment.created"], types)
	require.Equal(t, 1, types["availability.slot_booked"], types)
	require.Zero(t, types["availability.slot_released"], types)
	require.Zero(t, types["appointment.booking_failed"], types)
	listed := s.list(t, appointment.ListQuery{From: c.Booking.StartsAt, Until: c.Booking.StartsAt.AddDate(0, 0, 1)})
	require.Len(t, listed, 1)
	require.Equal(t, id, listed[0].AppointmentID)
	require.Equal(t, appointment.Confirmed, listed[0].Status)
	require.Equal(t, 1, s.shown(t)[id], "it is not in the calendar")
	require.False(t, s.isFree(t, c), "somebody else could have the time")
}

// requireNothing checks that nothing is left of the booking but the news of it.
func (s *salon) requireNothing(t *testing.T, id string, c workflows.BookCommand) {
	t.Helper()
	types := s.types(t, c.Cause.CorrelationID, func(types map[string]int) bool {
		return types["appointment.booking_failed"] > 0 && types["availability.slot_released"] > 0
	})
	require.Equal(t, 1, types["appointment.booking_failed"], types)
	require.Equal(t, 1, types["availability.slot_released"], types)
	require.Zero(t, types["appointment.created"], types)
	require.Zero(t, types["availability.slot_booked"], types)
	for _, listed := range s.list(t, appointment.ListQuery{From: c.Booking.StartsAt, Until: c.Booking.StartsAt.AddDate(0, 0, 1)}) {
		require.Equal(t, appointment.StatusFailed, listed.Status)
	}
	require.Zero(t, s.shown(t)[id], "the calendar shows what is not")
	require.True(t, s.isFree(t, c), "nobody can have the time")
}

// isFree says whether somebody else could have the booking's time.
func (s *salon) isFree(t *testing.T, c workflows.BookCommand) bool {
	t.Helper()
	at := c.Booking.StartsAt
	for _, slot := range s.free(t, "straehnen", "aylin", at, 1) {
		if slot.StartsAt.Equal(at) {
			return true
		}
	}
	return false
}

// days returns the first free start of each of n days.
func (s *salon) days(t *testing.T, n int) (first []time.Time) {
	t.Helper()
	for day := far(); len(first) < n; day = day.AddDate(0, 0, 1) {
		if free := s.free(t, "straehnen", "aylin", day, 1); len(free) > 0 {
			first = append(first, free[0].StartsAt)
		}
	}
	return first
}

// refuse has the calendar answer each new entry for the booking with a no.
func (s *salon) refuse(t *testing.T, booking string, status int) {
	t.Helper()
	s.fault(t, map[string]any{"booking": booking, "times": 1, "status": status})
}

// fault has the calendar misbehave.
func (s *salon) fault(t *testing.T, fault map[string]any) {
	t.Helper()
	body, err := json.Marshal(fault)
	require.NoError(t, err)
	response, err := http.Post(s.vendor.URL+"/faults", "application/json", bytes.NewReader(body)) //nolint:noctx // loopback
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Less(t, response.StatusCode, 300)
}

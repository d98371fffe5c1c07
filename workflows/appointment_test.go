package workflows_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/workflows"
)

func TestABookingIsConfirmedRemindedAndCompleted(t *testing.T) {
	t.Parallel()
	h := newHouse()
	w := newLifeWorld(t, h)
	booked := w.book(5 * time.Second)

	answer := w.live(t)

	require.Equal(t, appointment.BookedFor{CustomerID: staffMember, Assurance: appointment.ByPhone, Trusted: true}, h.who)
	require.Equal(t, workflows.Booked, booked.booking(t).State)
	require.Equal(t, workflows.Booked, answer.State)
	require.Equal(t, []string{
		"resolve", "prepare", "hold", "record", "convert", "confirm",
		"remind day_before 2027-03-29T08:00:00Z", "remind two_hours 2027-03-30T06:00:00Z", "complete",
	}, w.steps)
	require.Equal(t, []string{"created", "day_before", "two_hours", "complete"}, w.published)
}

func TestABookingOfTheCalendarIsThereAlready(t *testing.T) {
	t.Parallel()
	h := newHouse()
	h.mode = appointment.CalendarNone
	w := newLifeWorld(t, h)
	w.send(0, workflows.BookUpdate, workflows.BookCommand{Cause: cause, Wait: time.Second, Booking: appointment.BookRequest{
		Key: "k", By: appointment.By{Origin: appointment.Calendar}, StartsAt: start, CalendarUIDs: []string{"b1"},
	}})

	w.live(t)

	require.Zero(t, h.count("calendar-book"))
	require.Equal(t, "b1 synced", h.shown)
}

func TestWhatIsNotFreeIsRefusedWithAlternatives(t *testing.T) {
	t.Parallel()
	h := newHouse()
	h.fail["hold"] = []error{events.Refuse("slot_taken", "AVL-42", "the time has just gone")}
	w := newLifeWorld(t, h)
	booked := w.book(5 * time.Second)

	w.live(t)

	answer := booked.booking(t)
	require.Equal(t, workflows.Refused, answer.State)
	require.Equal(t, "slot_taken", answer.Refusal.Code)
	require.Equal(t, start.Add(time.Hour), answer.Alternatives[0].StartsAt)
	require.Equal(t, []string{"resolve", "prepare", "hold"}, w.steps)
	require.Empty(t, w.published)
}

func TestAPT61_TheCalendarsNoTakesEverythingBackInReverse(t *testing.T) {
	t.Parallel()
	h := newHouse()
	h.mode = appointment.CalendarAuthoritative
	h.fail["calendar-book"] = []error{events.Refuse("calendar_conflict", "APT-62", "taken there")}
	w := newLifeWorld(t, h)
	booked := w.book(5 * time.Second)

	w.live(t)

	require.Equal(t, workflows.Refused, booked.booking(t).State)
	require.Equal(t, []string{"resolve", "prepare", "hold", "record", "calendar-book", "mark-failed", "calendar-cancel", "release"}, w.steps)
	require.Empty(t, h.claims)
	require.Empty(t, h.entries)
	require.Equal(t, []string{"failed"}, w.published)
}

func TestAPT62_WhatTheCalendarHoldsInsteadIsTakenOut(t *testing.T) {
	t.Parallel()
	h := newHouse()
	h.mode, h.wrong = appointment.CalendarAuthoritative, time.Hour
	w := newLifeWorld(t, h)
	booked := w.book(5 * time.Second)

	w.live(t)

	answer := booked.booking(t)
	require.Equal(t, workflows.Refused, answer.State)
	require.Equal(t, "calendar_conflict", answer.Refusal.Code)
	require.NotEmpty(t, answer.Alternatives)
	require.Zero(t, h.count("confirm"))
	require.Equal(t, 1, h.count("calendar-cancel"))
	require.Empty(t, h.entries)
	require.Empty(t, h.claims)
}

func TestAPT62_AMoveThatTheCalendarGetsWrongIsTakenBack(t *testing.T) {
	t.Parallel()
	h := newHouse()
	h.mode = appointment.CalendarAuthoritative
	w := newLifeWorld(t, h)
	w.book(5 * time.Second)
	w.RegisterDelayedCallback(func() { h.wrong = time.Hour }, time.Minute)
	moved := w.send(time.Hour, workflows.RescheduleUpdate, workflows.ChangeCommand[appointment.MoveRequest]{
		Cause: cause, Wait: time.Minute, Request: appointment.MoveRequest{Command: command("m", 0), StartsAt: start.AddDate(0, 0, 1)},
	})

	w.live(t)

	require.Equal(t, "calendar_conflict", moved.change(t).Refusal.Code)
	require.Equal(t, start, h.entries[appointmentID], "the calendar shows the old time again")
	require.Equal(t, start, h.view.StartsAt)
}

func TestAPT62_ACalendarThatKeepsSomethingElseNeedsAPerson(t *testing.T) {
	t.Parallel()
	h := newHouse()
	h.mode = appointment.CalendarAuthoritative
	h.fail["move"] = []error{events.Refuse("hold_lost", "AVL-40", "gone")}
	h.fail["calendar-book"] = []error{nil, nil, events.Refuse("calendar_conflict", "APT-62", "taken there")}
	w := newLifeWorld(t, h)
	w.book(5 * time.Second)
	w.send(time.Hour, workflows.RescheduleUpdate, workflows.ChangeCommand[appointment.MoveRequest]{
		Cause: cause, Wait: time.Minute, Request: appointment.MoveRequest{Command: command("m", 0), StartsAt: start.AddDate(0, 0, 1)},
	})

	w.ExecuteWorkflow(workflows.AppointmentLifeType, workflows.LifeStart{Cause: cause, AppointmentID: appointmentID})

	require.ErrorContains(t, w.GetWorkflowError(), "somebody has to look: [the calendar shows another time: calendar_conflict (APT-62): taken there]")
	require.Contains(t, w.published, "appointment.attention_required")
}

func TestTimeThatIsLostTakesEverythingBack(t *testing.T) {
	t.Parallel()
	h := newHouse()
	h.mode = appointment.CalendarAuthoritative
	h.fail["convert"] = []error{errors.New("deadlock"), events.Refuse("hold_lost", "AVL-40", "gone")}
	w := newLifeWorld(t, h)
	booked := w.book(5 * time.Second)

	w.live(t)

	require.Equal(t, "hold_lost", booked.booking(t).Refusal.Code)
	require.Equal(t, 2, h.count("convert"))
	require.Empty(t, h.claims)
	require.Empty(t, h.entries)
}

func TestAPT63_ASlowCalendarIsAnsweredAsProcessing(t *testing.T) {
	t.Parallel()
	h := newHouse()
	h.mode = appointment.CalendarAuthoritative
	h.fail["calendar-book"] = []error{errors.New("503"), errors.New("503"), errors.New("503")}
	w := newLifeWorld(t, h)
	booked := w.book(3 * time.Second)
	again := w.send(time.Minute, workflows.BookUpdate, workflows.BookCommand{Cause: cause, Wait: time.Second})

	w.live(t)

	require.Equal(t, workflows.Processing, booked.booking(t).State)
	require.WithinDuration(t, start.AddDate(0, 0, -7).Add(3*time.Second), booked.at, time.Second)
	require.Equal(t, workflows.Booked, again.booking(t).State)
	require.True(t, again.booking(t).Duplicate)
	require.Equal(t, 1, h.count("confirm"))
}

func TestAPT63_NobodyIsKeptWaitingLongerThanTheChannelAllows(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		channel       appointment.Origin
		wanted, waits time.Duration
	}{
		{appointment.Voice, time.Minute, 3 * time.Second},
		{appointment.Voice, 2 * time.Second, 2 * time.Second},
		{appointment.Web, time.Minute, 5 * time.Second},
		{appointment.Staff, time.Minute, 5 * time.Second},
	} {
		t.Run(fmt.Sprintf("%s %s", c.channel, c.wanted), func(t *testing.T) {
			t.Parallel()
			h := newHouse()
			h.mode = appointment.CalendarAuthoritative
			h.fail["calendar-book"] = slices.Repeat([]error{errors.New("503")}, 5)
			w := newLifeWorld(t, h)
			by := appointment.By{Origin: c.channel}
			booked := w.send(0, workflows.BookUpdate, workflows.BookCommand{
				Cause: cause, Wait: c.wanted, Booking: appointment.BookRequest{Key: "k", By: by, StartsAt: start},
			})
			const later = time.Hour
			w.RegisterDelayedCallback(func() { h.fail["calendar-book"] = slices.Repeat([]error{errors.New("503")}, 3) }, later)
			moved := w.send(later+time.Minute, workflows.RescheduleUpdate, workflows.ChangeCommand[appointment.MoveRequest]{
				Cause: cause, Wait: c.wanted, Request: appointment.MoveRequest{Command: appointment.Command{ID: "m", AppointmentID: appointmentID, By: by}, StartsAt: start.AddDate(0, 0, 1)},
			})

			answer := w.live(t)

			begun := start.AddDate(0, 0, -7)
			require.Equal(t, workflows.Processing, booked.booking(t).State)
			require.WithinDuration(t, begun.Add(c.waits), booked.at, time.Second)
			require.Equal(t, workflows.Processing, moved.change(t).State)
			require.WithinDuration(t, begun.Add(later+time.Minute+c.waits), moved.at, time.Second)
			require.Equal(t, workflows.Booked, answer.State, "the saga goes on")
			require.Equal(t, start.AddDate(0, 0, 1), h.view.StartsAt, "and so does the move")
		})
	}
}

func TestAPT63_ABookingThatFailsUnheardSaysThatNobodyWasTold(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		failures int
		told     bool
	}{{0, true}, {5, false}} {
		h := newHouse()
		h.mode = appointment.CalendarAuthoritative
		h.fail["calendar-book"] = append(slices.Repeat([]error{errors.New("503")}, c.failures), events.Refuse("calendar_conflict", "APT-62", "taken there"))
		w := newLifeWorld(t, h)
		w.book(time.Hour)

		w.live(t)

		require.Equal(t, c.told, h.told, "after %d failures", c.failures)
	}
}

func TestACalendarThatStaysAwayFailsTheBooking(t *testing.T) {
	t.Parallel()
	h := newHouse()
	h.mode = appointment.CalendarAuthoritative
	h.fail["calendar-book"] = slices.Repeat([]error{errors.New("503")}, 100)
	w := newLifeWorld(t, h)
	w.book(3 * time.Second)

	answer := w.live(t)

	require.Equal(t, workflows.Failed, answer.State)
	require.Equal(t, "calendar_unavailable", answer.Refusal.Code)
	require.Empty(t, h.claims)
}

func TestACompensationThatFailsHoldsNobodyUpAndIsReported(t *testing.T) {
	t.Parallel()
	h := newHouse()
	h.fail["record"] = slices.Repeat([]error{errors.New("disk full")}, 10)
	h.fail["mark-failed"] = slices.Repeat([]error{errors.New("disk full")}, 1000)
	w := newLifeWorld(t, h)
	w.book(3 * time.Second)

	w.ExecuteWorkflow(workflows.AppointmentLifeType, workflows.LifeStart{Cause: cause, AppointmentID: appointmentID})

	require.ErrorContains(t, w.GetWorkflowError(), "somebody has to look: [appointments.mark-failed: ")
	require.Empty(t, h.claims, "the time was given back all the same")
	require.Equal(t, []string{"appointment.attention_required"}, w.published)
}

func TestAPendingBookingIsDecidedAtItsDeadline(t *testing.T) {
	t.Parallel()
	h := newHouse()
	h.status = appointment.Pending
	w := newLifeWorld(t, h)
	w.book(5 * time.Second)

	w.live(t)

	require.Equal(t, []string{"created", "decide"}, w.published)
	require.Equal(t, appointment.StatusCancelled, h.view.Status)
}

func TestACancellationEndsTheLife(t *testing.T) {
	t.Parallel()
	w := newLifeWorld(t, newHouse())
	w.book(5 * time.Second)
	cancelled := w.send(time.Hour, workflows.CancelUpdate, workflows.ChangeCommand[appointment.CancelRequest]{
		Cause: cause, Wait: time.Second, Request: appointment.CancelRequest{Command: command("x", 1)},
	})

	w.live(t)

	require.Equal(t, workflows.Done, cancelled.change(t).State)
	require.Equal(t, []string{"created", "cancel"}, w.published)
	require.Zero(t, w.count("complete"))
}

func TestAMoveTakesTheNewTimeFirstAndPlansTheRemindersAnew(t *testing.T) {
	t.Parallel()
	h := newHouse()
	h.mode = appointment.CalendarAuthoritative
	w := newLifeWorld(t, h)
	w.book(5 * time.Second)
	later := start.AddDate(0, 0, 1)
	moved := w.send(time.Hour, workflows.RescheduleUpdate, workflows.ChangeCommand[appointment.MoveRequest]{
		Cause: cause, Wait: 5 * time.Second, Request: appointment.MoveRequest{Command: command("m", 1), StartsAt: later},
	})

	w.live(t)

	require.Equal(t, 2, moved.change(t).Appointment.Version)
	require.Equal(t, later, h.entries[appointmentID])
	require.Equal(t, []string{"prepare-move", "hold", "calendar-book", "move", "record-move", "remind day_before 2027-03-30T08:00:00Z", "remind two_hours 2027-03-31T06:00:00Z", "complete"}, w.steps[7:])
}

func TestAPT25_AMoveThatFailsLeavesTheAppointmentAsItWas(t *testing.T) {
	t.Parallel()
	h := newHouse()
	h.mode = appointment.CalendarAuthoritative
	h.fail["move"] = []error{events.Refuse("hold_lost", "AVL-40", "gone")}
	w := newLifeWorld(t, h)
	w.book(5 * time.Second)
	moved := w.send(time.Hour, workflows.RescheduleUpdate, workflows.ChangeCommand[appointment.MoveRequest]{
		Cause: cause, Wait: time.Minute, Request: appointment.MoveRequest{Command: command("m", 0), StartsAt: start.AddDate(0, 0, 1)},
	})

	w.live(t)

	require.Equal(t, "hold_lost", moved.change(t).Refusal.Code)
	require.Equal(t, start, h.entries[appointmentID], "the calendar shows the old time again")
	require.Equal(t, start, h.view.StartsAt)
}

func TestAPT49_AMoveToATakenTimeIsRefusedWithAlternatives(t *testing.T) {
	t.Parallel()
	h := newHouse()
	h.fail["hold"] = []error{nil, events.Refuse("slot_taken", "AVL-42", "the time has just gone")}
	w := newLifeWorld(t, h)
	w.book(5 * time.Second)
	moved := w.send(time.Hour, workflows.RescheduleUpdate, workflows.ChangeCommand[appointment.MoveRequest]{
		Cause: cause, Wait: time.Minute, Request: appointment.MoveRequest{Command: command("m", 0), StartsAt: start.AddDate(0, 0, 1)},
	})

	w.live(t)

	answer := moved.change(t)
	require.Equal(t, workflows.Refused, answer.State)
	require.NotEmpty(t, answer.Alternatives)
	require.Equal(t, start, h.view.StartsAt)
}

func TestAPT23_OfTwoCommandsAtOnceOneWins(t *testing.T) {
	t.Parallel()
	w := newLifeWorld(t, newHouse())
	w.book(5 * time.Second)
	moved := w.send(time.Hour, workflows.RescheduleUpdate, workflows.ChangeCommand[appointment.MoveRequest]{
		Cause: cause, Wait: time.Minute, Request: appointment.MoveRequest{Command: command("m", 1), StartsAt: start.AddDate(0, 0, 1)},
	})
	stale := w.send(time.Hour+time.Minute, workflows.CancelUpdate, workflows.ChangeCommand[appointment.CancelRequest]{
		Cause: cause, Wait: time.Minute, Request: appointment.CancelRequest{Command: command("x", 1)},
	})

	w.live(t)

	require.Equal(t, workflows.Done, moved.change(t).State)
	require.ErrorContains(t, stale.err, "version_conflict (APT-22): version 1 was expected, but the appointment is at version 2")
	require.Zero(t, w.count("cancel"), "a refusal by the validator leaves nothing behind")
}

func TestACommandForNobodysAppointmentIsRefused(t *testing.T) {
	t.Parallel()
	w := newLifeWorld(t, newHouse())
	cancelled := w.send(0, workflows.CancelUpdate, workflows.ChangeCommand[appointment.CancelRequest]{
		Cause: cause, Wait: time.Second, Request: appointment.CancelRequest{Command: command("x", 0)},
	})

	w.ExecuteWorkflow(workflows.AppointmentLifeType, workflows.LifeStart{Cause: cause, AppointmentID: appointmentID, Booked: true})

	require.NoError(t, w.GetWorkflowError())
	require.Equal(t, "not_found", cancelled.change(t).Refusal.Code)
}

func TestALifeEndsOnlyWhenEveryCommandIsDone(t *testing.T) {
	t.Parallel()
	h := newHouse()
	h.fail["no-show"] = []error{errors.New("locked"), errors.New("locked")}
	w := newLifeWorld(t, h)
	w.book(5 * time.Second)
	end := start.Add(25 * time.Hour).Sub(start.AddDate(0, 0, -7))
	marked := w.send(end-50*time.Millisecond, workflows.NoShowUpdate, workflows.ChangeCommand[appointment.Command]{Cause: cause, Wait: time.Millisecond, Request: command("n", 0)})

	w.live(t)

	require.Equal(t, workflows.Processing, marked.change(t).State, "whoever asked has gone")
	require.Equal(t, 3, h.count("no-show"))
	require.Equal(t, appointment.NoShow, h.view.Status)
}

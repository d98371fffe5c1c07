package appointments_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/appointments"
	"github.com/herald-bus/herald/events/appointment"
)

func TestAPT64_WhenRemindersAreDue(t *testing.T) {
	t.Parallel()
	all := appointment.ReminderKinds
	due := appointments.Reminders(at("2026-03-29 10:00"), at("2026-03-20 10:00"), zone, all)
	require.Equal(t, []appointment.Reminder{
		{Kind: "day_before", At: time.Date(2026, 3, 28, 9, 0, 0, 0, time.UTC)},
		{Kind: "two_hours", At: time.Date(2026, 3, 29, 6, 0, 0, 0, time.UTC)},
		{Kind: "quarter_hour", At: time.Date(2026, 3, 29, 7, 45, 0, 0, time.UTC)},
	}, due, "the same local time, over the change of the clocks")
}

func TestAPT64_WhichRemindersThereAre(t *testing.T) {
	f := onSQLite(t)
	kinds := func() (kinds []appointment.ReminderKind) {
		p, err := f.prepare(wish(), forVera())
		require.NoError(t, err)
		for _, r := range p.Reminders {
			kinds = append(kinds, r.Kind)
		}
		return kinds
	}
	require.Equal(t, []appointment.ReminderKind{"day_before", "two_hours"}, kinds())
	f.policy("tenant", "", "booking", `{"remind_quarter_hour": true}`)
	require.Equal(t, appointment.ReminderKinds, kinds())
	f.service(appointments.CatalogService{ID: cut, Name: "Herrenhaarschnitt", DurationMin: 30, Reminders: "single"})
	require.Equal(t, []appointment.ReminderKind{"day_before"}, kinds())
}

func TestAPT65_RemindersThatNobodyNeeds(t *testing.T) {
	t.Parallel()
	start := at("2027-03-24 11:00")
	require.Len(t, appointments.Reminders(start, at("2027-03-23 10:00"), zone, appointment.ReminderKinds), 3, "an hour later is kept")
	require.Len(t, appointments.Reminders(start, at("2027-03-23 10:01"), zone, appointment.ReminderKinds), 2)
	require.Empty(t, appointments.Reminders(start, at("2027-03-24 10:30"), zone, appointment.ReminderKinds))
}

func TestAPT65_EachReminderOncePerStart(t *testing.T) {
	f := onSQLite(t)
	view, _ := f.book(wish(), forVera())
	remind := func(at time.Time) int {
		announce, err := f.Remind(t.Context(), tenant, at, view.AppointmentID, appointment.TwoHours)
		require.NoError(t, err)
		check(t, announce)
		return len(announce)
	}
	due := starts.Add(-2 * time.Hour)
	require.Zero(t, remind(due.Add(-time.Second)))
	require.Equal(t, 1, remind(due))

	_, _, err := f.move(now, appointment.MoveRequest{Command: command("m", view, caller), StartsAt: starts.Add(5 * time.Hour)})
	require.NoError(t, err)
	table, err := f.Timetable(t.Context(), tenant, view.AppointmentID)
	require.NoError(t, err)
	require.Equal(t, starts.Add(3*time.Hour), table.Reminders[1].At, "planned anew")
	require.Zero(t, remind(due.Add(time.Minute)), "the old instant is none any more")
	require.Equal(t, 1, remind(starts.Add(3*time.Hour)))

	_, _, err = f.Cancel(t.Context(), tenant, now, appointment.CancelRequest{Command: command("c", view, caller)})
	require.NoError(t, err)
	require.Zero(t, remind(starts.Add(4*time.Hour)))
	table, err = f.Timetable(t.Context(), tenant, view.AppointmentID)
	require.NoError(t, err)
	require.Equal(t, appointment.Timetable{Version: 3, Status: "cancelled", Reminders: []appointment.Reminder{}}, table)
}

func TestAPT66_WhenAVisitCountsAsDone(t *testing.T) {
	f := onSQLite(t)
	view, _ := f.book(wish(), forVera())
	table, err := f.Timetable(t.Context(), tenant, view.AppointmentID)
	require.NoError(t, err)
	require.Equal(t, starts.Add(time.Hour), table.CompleteAt)
	require.Equal(t, starts.Add(30*time.Minute+24*time.Hour), table.EndsWatchAt)

	require.NoError(t, f.PutBranchBooking(t.Context(), tenant, appointments.BranchBooking{BranchID: berlin, Active: true}))
	table, err = f.Timetable(t.Context(), tenant, view.AppointmentID)
	require.NoError(t, err)
	require.Zero(t, table.CompleteAt)
	_, _, err = f.Complete(t.Context(), tenant, starts.Add(time.Hour), command("c", view, clock))
	require.NoError(t, err)
	table, err = f.Timetable(t.Context(), tenant, view.AppointmentID)
	require.NoError(t, err)
	require.Zero(t, table.CompleteAt)
	require.NotZero(t, table.EndsWatchAt)
}

package appointments_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/appointments"
	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/availability"
)

func TestAPT22_VersionsAndWhoIsLate(t *testing.T) {
	f := onSQLite(t)
	view, _ := f.book(wish(), forVera())
	note := func(id, text string, version int) (appointment.View, []events.Event, error) {
		c := command(id, view, reception)
		c.ExpectedVersion = version
		return f.Update(t.Context(), tenant, now, appointment.UpdateRequest{Command: c, Notes: &text})
	}
	v, announce, err := note("u1", "a", 1)
	require.NoError(t, err)
	require.Equal(t, 2, v.Version)
	again, repeated, err := note("u1", "a", 1)
	require.NoError(t, err, "the same command again")
	require.Equal(t, asJSON(v), asJSON(again))
	require.Equal(t, asJSON(announce), asJSON(repeated))

	_, _, err = note("u2", "b", 1)
	r := refusal(t, err, "version_conflict")
	require.Equal(t, "2", r.Facts["version"])
	require.Equal(t, "confirmed", r.Facts["status"])
	v, _, err = note("u3", "b", 0)
	require.NoError(t, err, "without a version it applies to what there is")
	require.Equal(t, 3, v.Version)
}

func TestAPT23_OfTwoAtOnceOneWins(t *testing.T) {
	onBoth(t, func(t *testing.T, f fixture) {
		view, _ := f.book(wish(), forVera())
		m, _, err := f.PrepareMove(t.Context(), tenant, now, appointment.MoveRequest{Command: appointment.Command{ID: "m", AppointmentID: view.AppointmentID, ExpectedVersion: 1, By: caller}, StartsAt: starts.Add(5 * time.Hour)})
		require.NoError(t, err)
		errs := make([]error, 2)
		var wait sync.WaitGroup
		wait.Go(func() { _, _, errs[0] = f.RecordMove(t.Context(), tenant, now, m, shifted(m)) })
		wait.Go(func() {
			_, _, errs[1] = f.Cancel(t.Context(), tenant, now, appointment.CancelRequest{Command: appointment.Command{ID: "c", AppointmentID: view.AppointmentID, ExpectedVersion: 1, By: caller}})
		})
		wait.Wait()

		if errs[0] == nil {
			refusal(t, errs[1], "version_conflict")
		} else {
			refusal(t, errs[0], "version_conflict")
			require.NoError(t, errs[1])
		}
		require.Equal(t, 2, f.get(view.AppointmentID).Version)
	})
}

func TestAPT24_WhatMayBeMovedWhereTo(t *testing.T) {
	f := onSQLite(t)
	view, _ := f.book(wish(), forVera())
	to := func(at time.Time, when time.Time, by appointment.By, staff string) (appointment.Move, error) {
		m, announce, err := f.PrepareMove(t.Context(), tenant, at, appointment.MoveRequest{Command: command("m", view, by), StartsAt: when, StaffID: staff})
		check(t, announce)
		return m, err
	}
	m, err := to(now, starts.Add(15*time.Minute), caller, "")
	require.NoError(t, err)
	require.Equal(t, view.AppointmentID, m.Demand.Owner, "the own old time is no obstacle")
	require.Equal(t, []string{aylin}, m.Demand.Phases[0].Staff, "staff and length stay")
	require.Equal(t, starts.Add(45*time.Minute), m.EndsAt)

	m, err = to(now, starts, caller, jonas)
	require.NoError(t, err)
	require.Equal(t, []string{jonas}, m.Demand.Phases[0].Staff)
	_, err = to(now, starts, caller, mila)
	refusal(t, err, "staff_not_qualified")
	_, err = to(now, now.Add(time.Minute), caller, "")
	refusal(t, err, "too_soon")
	_, err = to(now, now.AddDate(0, 0, 91), caller, "")
	refusal(t, err, "too_far")
	_, err = to(starts, starts.Add(fewHours), reception, "")
	refusal(t, err, "invalid_transition")

	_, _, err = f.CheckIn(t.Context(), tenant, starts.Add(-time.Minute), command("in", view, aylinBy))
	require.NoError(t, err)
	_, err = to(starts.Add(-time.Minute), starts.Add(fewHours), reception, "")
	refusal(t, err, "invalid_transition")
}

func TestAPT25_AMoveIsWholeOrNot(t *testing.T) {
	onBoth(t, func(t *testing.T, f fixture) {
		view, _ := f.book(wish(), forVera())
		f.book(wish(func(r *appointment.BookRequest) { r.CallID, r.StartsAt = "call-2", starts.Add(time.Hour) }), forKarl())

		_, _, err := f.move(now, appointment.MoveRequest{Command: command("m1", view, caller), StartsAt: starts.Add(time.Hour)})
		refusal(t, err, "slot_taken")
		require.Equal(t, asJSON(view), asJSON(f.get(view.AppointmentID)), "the old one stands")

		request := appointment.MoveRequest{Command: command("m2", view, caller), StartsAt: starts.Add(15 * time.Minute), Reason: "Zug"}
		m, _, err := f.PrepareMove(t.Context(), tenant, now, request)
		require.NoError(t, err)
		moved, announce, err := f.RecordMove(t.Context(), tenant, now, m, shifted(m))
		require.NoError(t, err)
		check(t, announce)
		e := announce[0].(appointment.Rescheduled)
		require.Equal(t, starts, e.OldStartsAt)
		require.Equal(t, starts, e.OldPhases[0].StartsAt)
		require.Equal(t, starts.Add(15*time.Minute), e.Phases[0].StartsAt)
		require.Equal(t, 2, e.Version)
		require.True(t, e.WithinPolicy)
		require.Equal(t, starts, moved.PreviousStart)

		again, repeated, err := f.RecordMove(t.Context(), tenant, now.Add(time.Hour), m, shifted(m))
		require.NoError(t, err)
		require.Equal(t, asJSON(moved), asJSON(again))
		require.Equal(t, asJSON(announce), asJSON(repeated))
		require.Equal(t, 1, f.get(view.AppointmentID).RescheduleCount)
		m, _, err = f.PrepareMove(t.Context(), tenant, starts, request)
		require.NoError(t, err, "even when it would be too late")
		again, repeated, err = f.RecordMove(t.Context(), tenant, starts, m, nil)
		require.NoError(t, err)
		require.Equal(t, asJSON(moved), asJSON(again))
		require.Equal(t, asJSON(announce), asJSON(repeated))

		request.ID = "m3"
		m, _, err = f.PrepareMove(t.Context(), tenant, now, request)
		require.NoError(t, err)
		require.True(t, m.Unchanged)
		wrong := shifted(m)
		m.Unchanged, wrong[0].StartsAt = false, starts
		_, _, err = f.RecordMove(t.Context(), tenant, now, m, wrong)
		refusal(t, err, "wrong_time")
	})
}

func TestAPT26_AnUpdateKeepsTheStart(t *testing.T) {
	onBoth(t, func(t *testing.T, f fixture) {
		view, _ := f.book(wish(), forVera())
		r := appointment.UpdateRequest{Command: command("u", view, reception), ServiceID: colour, StaffID: jonas, AttendeeName: ptr("Ida"), Notes: ptr("Fenster")}
		change, err := f.PrepareUpdate(t.Context(), tenant, now, r)
		require.NoError(t, err)
		require.True(t, change.NeedsTime)
		require.Equal(t, view.AppointmentID, change.Demand.Owner)
		_, _, err = f.Update(t.Context(), tenant, now, r)
		refusal(t, err, "staff_required")

		r.Phases = held(appointment.Prepared{Request: appointment.BookRequest{StartsAt: change.StartsAt}, Demand: change.Demand})
		v, announce, err := f.Update(t.Context(), tenant, now, r)
		require.NoError(t, err)
		check(t, announce)
		e := announce[0].(appointment.Updated)
		require.Equal(t, []string{"notes", "attendee_name", "service_id", "staff_ids"}, e.Changed)
		require.Equal(t, []string{aylin}, e.Before.StaffIDs)
		require.Equal(t, []string{jonas}, e.After.StaffIDs)
		require.Equal(t, int64(8500), e.After.Price.Cents)
		require.Equal(t, "Ansatzfärbung", e.Display.ServiceName)
		require.Equal(t, starts, v.StartsAt)
		require.Equal(t, starts.Add(2*time.Hour), v.EndsAt)

		r.ID, r.StaffID, r.ServiceID = "u2", mila, ""
		_, err = f.PrepareUpdate(t.Context(), tenant, now, r)
		refusal(t, err, "staff_not_qualified")
		_, announce, err = f.Update(t.Context(), tenant, now, appointment.UpdateRequest{Command: command("u3", view, reception), Notes: ptr("Fenster")})
		require.NoError(t, err)
		require.Empty(t, announce, "what is there already changes nothing")
	})
}

func TestAPT26_AnotherServiceStaysWithThePerson(t *testing.T) {
	onBoth(t, func(t *testing.T, f fixture) {
		view, _ := f.book(wish(func(r *appointment.BookRequest) { r.StaffID = jonas }), forVera())
		r := appointment.UpdateRequest{Command: command("u", view, reception), ServiceID: colour}
		change, err := f.PrepareUpdate(t.Context(), tenant, now, r)
		require.NoError(t, err)
		require.Equal(t, [][]string{{jonas}, nil, {jonas}}, candidatesOf(change.Demand))

		r.Phases = held(appointment.Prepared{Request: appointment.BookRequest{StartsAt: change.StartsAt}, Demand: change.Demand})
		_, announce, err := f.Update(t.Context(), tenant, now, r)
		require.NoError(t, err)
		require.Equal(t, []string{"service_id"}, announce[0].(appointment.Updated).Changed)

		require.NoError(t, f.PutServiceStaff(t.Context(), tenant, appointments.ServiceStaff{ServiceID: cut, StaffID: jonas}))
		r = appointment.UpdateRequest{Command: command("u2", view, reception), ServiceID: cut}
		change, err = f.PrepareUpdate(t.Context(), tenant, now, r)
		require.NoError(t, err, "somebody else does it")
		require.NotContains(t, candidatesOf(change.Demand)[0], jonas)
		r.Phases = held(appointment.Prepared{Request: appointment.BookRequest{StartsAt: change.StartsAt}, Demand: change.Demand})
		_, announce, err = f.Update(t.Context(), tenant, now, r)
		require.NoError(t, err)
		require.Equal(t, []string{"service_id", "staff_ids"}, announce[0].(appointment.Updated).Changed)
	})
}

func candidatesOf(d availability.Demand) (all [][]string) {
	for _, p := range d.Phases {
		all = append(all, p.Staff)
	}
	return all
}

func TestAPT27_HowOftenACustomerMayMove(t *testing.T) {
	f := onSQLite(t)
	view, _ := f.book(wish(), forVera())
	move := func(id string, hours int, by appointment.By) ([]events.Event, error) {
		_, announce, err := f.move(now, appointment.MoveRequest{Command: command(id, view, by), StartsAt: starts.Add(time.Duration(hours) * time.Hour)})
		return announce, err
	}
	for i, by := range []appointment.By{caller, reception, caller} {
		_, err := move("m"+string(rune('0'+i)), i+1, by)
		require.NoError(t, err, "moves by staff don't count")
	}
	announce, err := move("m9", 9, caller)
	refusal(t, err, "reschedule_limit")
	require.Equal(t, appointment.High, announce[0].(appointment.PolicyViolated).Severity)
	require.Equal(t, "reschedule", announce[0].(appointment.PolicyViolated).Action)
	check(t, announce)
	_, err = move("m10", 9, reception)
	require.NoError(t, err)

	f.policy("tenant", "", "reschedule", `{"max_per_30d": 2}`)
	second, _ := f.book(wish(func(r *appointment.BookRequest) { r.CallID, r.StartsAt = "call-2", starts.AddDate(0, 0, 1) }), forVera())
	_, _, err = f.move(now, appointment.MoveRequest{Command: command("x", second, caller), StartsAt: starts.AddDate(0, 0, 2)})
	refusal(t, err, "quota_exceeded")
}

func TestAPT28_AMoveThatStaffHasToApprove(t *testing.T) {
	f := onSQLite(t)
	f.policy("tenant", "", "reschedule", `{"approval": true}`)
	view, _ := f.book(wish(), forVera())
	r := appointment.MoveRequest{Command: command("m", view, caller), StartsAt: starts.Add(time.Hour)}

	m, _, err := f.PrepareMove(t.Context(), tenant, now, r)
	require.NoError(t, err)
	require.True(t, m.NeedsApproval)
	announce, err := f.RequestMove(t.Context(), tenant, m, "needs_approval")
	require.NoError(t, err)
	check(t, announce)
	require.Equal(t, starts.Add(time.Hour), announce[0].(appointment.RescheduleRequested).NewStartsAt)
	require.Equal(t, asJSON(view), asJSON(f.get(view.AppointmentID)), "the old time stays")

	r.Approved = true
	m, _, err = f.PrepareMove(t.Context(), tenant, now, r)
	require.NoError(t, err)
	require.False(t, m.NeedsApproval)
}

func TestAPT29_WhatIsSoAlreadyIsASuccess(t *testing.T) {
	f := onSQLite(t)
	view, _ := f.book(wish(), forVera())
	v, announce, err := f.move(now, appointment.MoveRequest{Command: command("m", view, caller), StartsAt: starts})
	require.NoError(t, err)
	require.Empty(t, announce)
	require.Equal(t, 1, v.Version)

	_, announce, err = f.Cancel(t.Context(), tenant, now, appointment.CancelRequest{Command: command("c1", view, caller)})
	require.NoError(t, err)
	require.Len(t, announce, 1)
	c, announce, err := f.Cancel(t.Context(), tenant, now, appointment.CancelRequest{Command: command("c2", view, caller)})
	require.NoError(t, err)
	require.Empty(t, announce)
	require.Equal(t, 2, c.Appointment.Version)

	rebooked, _ := f.book(wish(func(r *appointment.BookRequest) { r.CallID, r.Rebooks = "call-2", view.AppointmentID }), forVera())
	require.Equal(t, view.AppointmentID, rebooked.Rebooks)
	require.NotEqual(t, view.AppointmentID, rebooked.AppointmentID)
}

func TestAPT30_ACancellationIsFinalAtOnce(t *testing.T) {
	f := onSQLite(t)
	view, _ := f.book(wish(), forVera())
	request := appointment.CancelRequest{Command: command("c", view, caller), Reason: "krank"}

	c, announce, err := f.Cancel(t.Context(), tenant, now.Add(time.Hour), request)

	require.NoError(t, err)
	check(t, announce)
	e := announce[0].(appointment.Cancelled)
	require.Equal(t, "customer", e.CancelledBy)
	require.Equal(t, "krank", e.Reason)
	require.Equal(t, int64(starts.Sub(now.Add(time.Hour)).Seconds()), e.NoticeSeconds)
	require.Equal(t, appointment.StatusCancelled, f.get(view.AppointmentID).Status, "whatever the calendar says")
	again, repeated, err := f.Cancel(t.Context(), tenant, now.Add(2*time.Hour), request)
	require.NoError(t, err)
	require.Equal(t, asJSON(c), asJSON(again))
	require.Equal(t, asJSON(announce), asJSON(repeated))
}

func TestExample12_MoveAndCancelArriveTogether(t *testing.T) {
	f := onSQLite(t)
	view, _ := f.book(wish(), forVera())
	_, _, err := f.move(now, appointment.MoveRequest{Command: command("m", view, caller), StartsAt: starts.Add(5 * time.Hour)})
	require.NoError(t, err)
	_, _, err = f.Cancel(t.Context(), tenant, now, appointment.CancelRequest{Command: command("c", view, caller)})
	require.NoError(t, err, "cancel after move cancels")
	_, _, err = f.move(now, appointment.MoveRequest{Command: command("m2", view, caller), StartsAt: starts.Add(6 * time.Hour)})
	refusal(t, err, "invalid_transition")
}

func TestTheStatusMachine(t *testing.T) {
	f := onSQLite(t)
	view, _ := f.book(wish(), forVera())
	c := func(id string, by appointment.By) appointment.Command { return command(id, view, by) }
	end := starts.Add(30 * time.Minute)
	_, _, err := f.CheckIn(t.Context(), tenant, starts.Add(-31*time.Minute), c("1", aylinBy))
	refusal(t, err, "invalid_transition")
	v, announce, err := f.CheckIn(t.Context(), tenant, starts.Add(-30*time.Minute), c("1", aylinBy))
	require.NoError(t, err)
	check(t, announce)
	require.Equal(t, appointment.InProgress, v.Status)
	_, _, err = f.MarkNoShow(t.Context(), tenant, end, c("2", aylinBy))
	refusal(t, err, "invalid_transition")
	_, _, err = f.Complete(t.Context(), tenant, end.Add(30*time.Minute-time.Second), c("3", clock))
	refusal(t, err, "invalid_transition")
	_, announce, err = f.Complete(t.Context(), tenant, end.Add(30*time.Minute), c("3", clock))
	require.NoError(t, err)
	check(t, announce)
	require.Equal(t, "auto", announce[0].(appointment.BecameCompleted).By)
	_, _, err = f.MarkNoShow(t.Context(), tenant, end.Add(24*time.Hour), c("4", aylinBy))
	refusal(t, err, "invalid_transition")
	_, announce, err = f.MarkNoShow(t.Context(), tenant, end.Add(23*time.Hour), c("4", aylinBy))
	require.NoError(t, err)
	check(t, announce)
	require.Equal(t, 1, announce[0].(appointment.BecameNoShow).Count365d)
	v, _, err = f.Complete(t.Context(), tenant, end.Add(23*time.Hour), c("5", reception))
	require.NoError(t, err, "a correction")
	require.Equal(t, 5, v.Version)
	_, _, err = f.Cancel(t.Context(), tenant, end, appointment.CancelRequest{Command: c("6", reception)})
	refusal(t, err, "invalid_transition")
	_, _, err = f.Complete(t.Context(), tenant, end, c("", reception))
	refusal(t, err, "command_required")
}

func TestStaffConfirmsAPendingAppointment(t *testing.T) {
	f := onSQLite(t)
	f.service(appointments.CatalogService{ID: cut, Name: "Herrenhaarschnitt", DurationMin: 30, RequiresConfirmation: true})
	view, _ := f.book(wish(), forVera())
	_, _, err := f.ConfirmPending(t.Context(), tenant, now, command("1", view, caller))
	refusal(t, err, "forbidden")
	_, _, err = f.ConfirmPending(t.Context(), tenant, now, command("1", view, appointment.By{Origin: appointment.Staff, Role: appointment.StaffRole, StaffID: jonas}))
	refusal(t, err, "forbidden")
	elsewhere := reception
	elsewhere.BranchID = munich
	_, _, err = f.ConfirmPending(t.Context(), tenant, now, command("1", view, elsewhere))
	refusal(t, err, "forbidden")
	v, announce, err := f.ConfirmPending(t.Context(), tenant, now, command("1", view, aylinBy))
	require.NoError(t, err)
	check(t, announce)
	require.Equal(t, "staff", announce[0].(appointment.BecameConfirmed).ConfirmedBy)
	require.Equal(t, appointment.Confirmed, v.Status)
}

func TestModificationsNeverChange(t *testing.T) {
	onBoth(t, func(t *testing.T, f fixture) {
		view, _ := f.book(wish(), forVera())
		_, _, err := f.Cancel(t.Context(), tenant, now, appointment.CancelRequest{Command: command("c", view, caller)})
		require.NoError(t, err)
		_, err = f.db.Tenant(tenant).Exec(t.Context(), `UPDATE modification SET fee_cents = 1 WHERE tenant_id = $1`)
		require.ErrorIs(t, err, store.ErrAppendOnly)
		_, err = f.db.Tenant(tenant).Exec(t.Context(), `DELETE FROM modification WHERE tenant_id = $1`)
		require.ErrorIs(t, err, store.ErrAppendOnly)
	})
}

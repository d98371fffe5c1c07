package appointments_test

import (
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/appointments"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/eventstest"
)

func (f fixture) callback(id string, changes ...func(*appointment.CallbackRequest)) (appointment.Callback, []events.Event) {
	f.t.Helper()
	r := appointment.CallbackRequest{CallbackID: id, BranchID: berlin, Phone: phone, Name: "Vera", Notes: id}
	for _, change := range changes {
		change(&r)
	}
	c, announce, err := f.OpenCallback(f.t.Context(), tenant, now, r)
	require.NoError(f.t, err)
	check(f.t, announce)
	return c, announce
}

func TestAPT54_ACallbackNeedsANumberAndIsOne(t *testing.T) {
	onBoth(t, func(t *testing.T, f fixture) {
		for _, bad := range []string{"", "0171 3920019", "+49"} {
			_, _, err := f.OpenCallback(t.Context(), tenant, now, appointment.CallbackRequest{CallbackID: "1", BranchID: berlin, Phone: bad})
			refusal(t, err, "phone_required")
		}
		first, announce := f.callback("1", func(r *appointment.CallbackRequest) { r.Priority = appointment.HighPriority })
		require.Len(t, announce, 1)
		for range 2 {
			merged, announce := f.callback("2")
			require.Empty(t, announce)
			require.Equal(t, first.CallbackID, merged.CallbackID)
			require.Equal(t, appointment.HighPriority, merged.Priority, "the higher one counts")
			require.Equal(t, "1\n2", merged.Notes)
		}
		raised, _ := f.callback("3", func(r *appointment.CallbackRequest) { r.Priority = appointment.UrgentPriority })
		require.Equal(t, appointment.UrgentPriority, raised.Priority)
		require.Equal(t, now.Add(2*time.Hour), raised.ExpiresAt)
		_, announce = f.callback("4", func(r *appointment.CallbackRequest) { r.Phone = "+491713920020" })
		require.Len(t, announce, 1)
		later, announce, err := f.OpenCallback(t.Context(), tenant, now.Add(30*time.Minute), appointment.CallbackRequest{CallbackID: "5", BranchID: berlin, Phone: phone})
		require.NoError(t, err)
		require.Len(t, announce, 1)
		require.Equal(t, "5", later.CallbackID)

		f.policy("branch", berlin, "callback_service", `{"enabled": false}`)
		_, _, err = f.OpenCallback(t.Context(), tenant, now, appointment.CallbackRequest{CallbackID: "6", BranchID: berlin, Phone: phone, By: caller})
		refusal(t, err, "operation_disabled")
	})
}

func TestAPT55_WhoCallsBack(t *testing.T) {
	f := onSQLite(t)
	assign := func(id string, onDuty []string, changes ...func(*appointment.CallbackRequest)) (string, string) {
		f.callback(id, append(changes, func(r *appointment.CallbackRequest) { r.Phone = "+4917139200" + id })...)
		var rule, who string
		for range 2 {
			c, announce, err := f.Assign(t.Context(), tenant, id, onDuty)
			require.NoError(t, err)
			require.Len(t, announce, 1)
			rule, who = announce[0].(appointment.CallbackAssigned).Rule, c.AssignedTo
		}
		return who, rule
	}
	expect := func(wantWho, wantRule, id string, onDuty []string, changes ...func(*appointment.CallbackRequest)) {
		t.Helper()
		who, rule := assign(id, onDuty, changes...)
		require.Equal(t, []string{wantWho, wantRule}, []string{who, rule})
	}
	preferMila := func(r *appointment.CallbackRequest) { r.PreferredStaffID = mila }
	forVera := func(r *appointment.CallbackRequest) { r.CustomerID = vera }
	aboutCut := func(r *appointment.CallbackRequest) { r.ServiceID = cut }
	expect(mila, "preferred", "10", nil, preferMila)
	expect(aylin, "least_loaded", "11", []string{aylin, jonas}, preferMila)
	expect(jonas, "qualified", "12", nil, aboutCut)
	expect(aylin, "qualified", "13", nil, aboutCut)

	view, _ := f.book(wish(func(r *appointment.BookRequest) { r.StaffID = jonas }), appointment.BookedFor{CustomerID: vera, Assurance: appointment.ByPhone})
	_, _, err := f.Complete(t.Context(), tenant, starts, command("done", view, reception))
	require.NoError(t, err)
	expect(jonas, "familiar", "14", nil, forVera, aboutCut)
	expect(mila, "least_loaded", "15", []string{leonie}, aboutNothing)
}

func aboutNothing(*appointment.CallbackRequest) {}

func TestAPT56_UntilWhen(t *testing.T) {
	f := onSQLite(t)
	phones := 0
	for priority, within := range map[appointment.Priority]time.Duration{"urgent": 2 * time.Hour, "high": 4 * time.Hour, "normal": 24 * time.Hour, "": 24 * time.Hour} {
		phones++
		c, _ := f.callback("of-"+strconv.Itoa(phones), func(r *appointment.CallbackRequest) {
			r.Priority, r.Phone = priority, "+49171392002"+strconv.Itoa(phones)
		})
		require.Equal(t, now.Add(within), c.ExpiresAt)
	}
	c, _ := f.callback("closed", func(r *appointment.CallbackRequest) { r.NextOpening = now.Add(20 * time.Hour) })
	require.Equal(t, now.Add(22*time.Hour), c.ExpiresAt)
}

func TestAPT57_TheClockRunsInOpeningHours(t *testing.T) {
	f := onSQLite(t)
	f.callback("1")
	open := func(branchID string, from time.Time, minutes int) (time.Time, error) {
		require.Equal(t, berlin, branchID)
		require.Equal(t, now, from)
		return starts.Add(time.Duration(minutes) * time.Minute), nil
	}
	table, err := f.CallbackTimetable(t.Context(), tenant, "1", open)
	require.NoError(t, err)
	require.Equal(t, starts.Add(time.Hour), table.WarningAt)
	require.Equal(t, starts.Add(90*time.Minute), table.BreachAt)
	require.Equal(t, appointment.Rise{Cause: "untouched", Reason: "sla_breach", At: starts.Add(2 * time.Hour)}, table.Rises[0])

	table, err = f.CallbackTimetable(t.Context(), tenant, "1", neverOpen)
	require.NoError(t, err)
	require.Zero(t, table.WarningAt)
	require.Equal(t, []appointment.Rise{{Cause: "late", Reason: "sla_breach", At: now.AddDate(0, 0, 1)}}, table.Rises)
	_, err = f.CallbackTimetable(t.Context(), tenant, "1", func(string, time.Time, int) (time.Time, error) { return time.Time{}, errors.New("away") })
	require.ErrorContains(t, err, "60 open minutes after callback 1: away")

	for minutes, stage := range map[int]string{59: "", 60: "warning", 89: "warning", 90: "breach"} {
		announce, err := f.Overdue(t.Context(), tenant, "1", minutes)
		require.NoError(t, err)
		if stage == "" {
			require.Empty(t, announce)
			continue
		}
		require.Equal(t, stage, announce[0].(appointment.CallbackOverdue).Stage)
	}
	_, err = f.LogAttempt(t.Context(), tenant, "1", 1, false, "niemand da")
	require.NoError(t, err)
	announce, err := f.Overdue(t.Context(), tenant, "1", 90)
	require.NoError(t, err)
	require.Empty(t, announce, "somebody has tried")
}

func TestAPT58_LevelsAndTheEnd(t *testing.T) {
	f := onSQLite(t)
	f.callback("1", func(r *appointment.CallbackRequest) { r.PreferredStaffID = aylin })
	_, _, err := f.Assign(t.Context(), tenant, "1", nil)
	require.NoError(t, err)
	rise := func(at time.Time, level int) []events.Event {
		_, announce, err := f.Escalate(t.Context(), tenant, at, "1", level, "sla_breach", leonie)
		require.NoError(t, err)
		check(t, announce)
		return announce
	}
	require.Empty(t, rise(now, 2), "one level at a time")
	for range 2 {
		require.Equal(t, appointment.CallbackEscalated{CallbackID: "1", Level: 1, Reason: "sla_breach", FromStaff: aylin, ToStaff: jonas}, rise(now, 1)[0])
	}
	require.Empty(t, rise(now.Add(4*time.Hour-time.Second), 2))
	require.Equal(t, mila, rise(now.Add(4*time.Hour), 2)[0].(appointment.CallbackEscalated).ToStaff)
	require.Equal(t, leonie, rise(now.Add(8*time.Hour), 3)[0].(appointment.CallbackEscalated).ToStaff, "nobody else is left but the manager")
	require.Empty(t, rise(now.Add(12*time.Hour), 4))

	_, announce, err := f.ExpireCallback(t.Context(), tenant, now.Add(7*24*time.Hour-time.Second), "1")
	require.NoError(t, err)
	require.Empty(t, announce)
	for range 2 {
		c, announce, err := f.ExpireCallback(t.Context(), tenant, now.Add(7*24*time.Hour), "1")
		require.NoError(t, err)
		require.Equal(t, "expired", c.Status)
		require.Len(t, announce, 1)
	}
	_, _, err = f.CompleteCallback(t.Context(), tenant, "1", "booked", "")
	refusal(t, err, "invalid_transition")
	_, err = f.LogAttempt(t.Context(), tenant, "1", 9, true, "")
	refusal(t, err, "invalid_transition")
}

func neverOpen(string, time.Time, int) (time.Time, error) {
	return time.Time{}, events.Refuse("never_open", "AVL-5", "closed for good")
}

func TestAPT58_TheCausesToRise(t *testing.T) {
	f := onSQLite(t)
	f.callback("1")
	table := func() appointment.CallbackTimetable {
		table, err := f.CallbackTimetable(t.Context(), tenant, "1", neverOpen)
		require.NoError(t, err)
		return table
	}
	late := appointment.Rise{Cause: "late", Reason: "sla_breach", At: now.AddDate(0, 0, 1)}
	require.Equal(t, []appointment.Rise{late}, table().Rises)
	require.Equal(t, now.Add(7*24*time.Hour+time.Second), table().ExpiresAt)

	for attempt := range 3 {
		require.Len(t, table().Rises, 1)
		_, err := f.LogAttempt(t.Context(), tenant, "1", attempt+1, false, "")
		require.NoError(t, err)
	}
	require.Equal(t, []appointment.Rise{late, {Cause: "attempts", Reason: "attempts_failed", At: now}}, table().Rises)
	require.Zero(t, table().ExpiresAt, "somebody has tried")

	raisedAt := now.Add(time.Hour)
	_, announce, err := f.Escalate(t.Context(), tenant, raisedAt, "1", 1, "attempts_failed", "")
	require.NoError(t, err)
	require.Len(t, announce, 1)
	require.Equal(t, raisedAt.Add(4*time.Hour+time.Second), table().Rises[1].At, "not sooner")

	_, err = f.LogAttempt(t.Context(), tenant, "1", 4, true, "")
	require.NoError(t, err)
	require.Empty(t, table().Rises, "he was reached")
	_, _, err = f.CompleteCallback(t.Context(), tenant, "1", "reached", "")
	require.NoError(t, err)
	require.True(t, table().Over)

	_, err = f.CallbackTimetable(t.Context(), tenant, "nobody", neverOpen)
	refusal(t, err, "not_found")
}

func TestCallbacksAreListed(t *testing.T) {
	onBoth(t, func(t *testing.T, f fixture) {
		const ids = "7e57ab1e-0000-4000-8000-0000000000"
		f.callback(ids+"e1", func(r *appointment.CallbackRequest) { r.PreferredStaffID = mila })
		f.callback(ids+"e2", func(r *appointment.CallbackRequest) {
			r.Phone, r.Priority = "+491713920020", appointment.UrgentPriority
		})
		f.callback(ids+"e3", func(r *appointment.CallbackRequest) { r.Phone = "+491713920021" })
		_, _, err := f.Assign(t.Context(), tenant, ids+"e1", nil)
		require.NoError(t, err)
		_, _, err = f.CompleteCallback(t.Context(), tenant, ids+"e3", "reached", "")
		require.NoError(t, err)
		list := func(q appointment.CallbackQuery) (found []string) {
			listed, err := f.ListCallbacks(t.Context(), tenant, q)
			require.NoError(t, err)
			for _, l := range listed {
				require.Equal(t, "Europe/Berlin", l.Zone)
				found = append(found, strings.TrimPrefix(l.CallbackID, ids)+" "+l.StaffName)
			}
			return found
		}

		require.Equal(t, []string{"e2 ", "e1 Mila"}, list(appointment.CallbackQuery{}))
		require.Equal(t, []string{"e2 ", "e1 Mila", "e3 "}, list(appointment.CallbackQuery{All: true, BranchID: berlin}))
		require.Equal(t, []string{"e1 Mila"}, list(appointment.CallbackQuery{StaffID: mila}))
		require.Equal(t, []string{"e2 "}, list(appointment.CallbackQuery{Limit: 1}))
		require.Empty(t, list(appointment.CallbackQuery{BranchID: munich}))
		_, err = f.ListCallbacks(t.Context(), tenant, appointment.CallbackQuery{Limit: 1001})
		refusal(t, err, "invalid_limit")
	})
}

func TestACallbackIsCompleted(t *testing.T) {
	f := onSQLite(t)
	f.callback("1")
	for range 2 {
		c, err := f.LogAttempt(t.Context(), tenant, "1", 1, true, "erreicht")
		require.NoError(t, err)
		require.Equal(t, 1, c.Attempts)
		require.Equal(t, "1\nerreicht", c.Notes)
		require.Equal(t, "contacted", c.Status)
	}
	for range 2 {
		_, announce, err := f.CompleteCallback(t.Context(), tenant, "1", "booked", "a1")
		require.NoError(t, err)
		require.Equal(t, appointment.CallbackCompleted{CallbackID: "1", Outcome: "booked", AppointmentID: "a1"}, announce[0])
	}
	_, _, err := f.CompleteCallback(t.Context(), tenant, "nobody", "booked", "")
	refusal(t, err, "not_found")
}

func veraWish(id string) appointments.Wish {
	return appointments.Wish{ID: id, BranchID: berlin, ServiceID: cut, CustomerID: vera, CallID: "call-1", DesiredAt: starts, Reason: appointment.NotAvailable}
}

func TestAPT59_TheLifeOfAWish(t *testing.T) {
	onBoth(t, func(t *testing.T, f fixture) {
		for range 2 {
			announce, err := f.RecordWish(t.Context(), tenant, now, veraWish("w1"))
			require.NoError(t, err)
			check(t, announce)
			require.Len(t, announce, 1)
		}
		announce, err := f.RecordWish(t.Context(), tenant, now, veraWish("w2"))
		require.NoError(t, err)
		require.Empty(t, announce, "one a call, service and day")

		tell := func(after time.Duration) bool {
			yes, err := f.TellCompany(t.Context(), tenant, now.Add(after), "w1")
			require.NoError(t, err)
			return yes
		}
		require.False(t, tell(5*time.Minute), "off by default")
		require.NoError(t, f.PutBranchBooking(t.Context(), tenant, appointments.BranchBooking{BranchID: berlin, Active: true, WishMail: true}))
		require.False(t, tell(5*time.Minute-time.Second))
		require.True(t, tell(5*time.Minute))

		status := func() string {
			w, err := f.FindWish(t.Context(), tenant, "w1")
			require.NoError(t, err)
			return w.Status
		}
		require.NoError(t, f.Tidy(t.Context(), tenant, now.Add(30*24*time.Hour-time.Second)))
		require.Equal(t, "pending", status())
		require.NoError(t, f.Tidy(t.Context(), tenant, now.Add(30*24*time.Hour)))
		require.Equal(t, "expired", status())

		third := veraWish("w3")
		third.CallID = "call-3"
		_, err = f.RecordWish(t.Context(), tenant, now, third)
		require.NoError(t, err)
		require.NoError(t, f.ContactWish(t.Context(), tenant, "w3"))
		w, err := f.FindWish(t.Context(), tenant, "w3")
		require.NoError(t, err)
		require.Equal(t, "contacted", w.Status)
	})
}

func TestWishesThatAFreedSlotFits(t *testing.T) {
	f := onSQLite(t)
	late := veraWish("w1")
	late.DesiredAt = starts.Add(2*time.Hour + time.Minute)
	anytime := veraWish("w2")
	anytime.CallID, anytime.DesiredAt = "call-2", starts.Add(6*time.Hour)
	anytime.Window = appointment.Interval{StartsAt: starts, EndsAt: starts.Add(time.Hour)}
	for i, w := range []appointments.Wish{late, anytime, func() appointments.Wish { w := veraWish("w3"); w.CallID = "call-3"; return w }()} {
		_, err := f.RecordWish(t.Context(), tenant, now.Add(time.Duration(i)*time.Minute), w)
		require.NoError(t, err)
	}
	slot := appointment.Slot{StartsAt: starts, EndsAt: starts.Add(30 * time.Minute), StaffID: aylin}
	for range 2 {
		announce, err := f.MatchWishes(t.Context(), tenant, "e1", berlin, cut, slot)
		require.NoError(t, err)
		require.Equal(t, "w2", announce[0].(appointment.WishMatched).WishID, "the oldest that fits")
	}
	slot.EndsAt = starts.Add(29 * time.Minute)
	announce, err := f.MatchWishes(t.Context(), tenant, "e2", berlin, cut, slot)
	require.NoError(t, err)
	require.Empty(t, announce, "too short")
}

func TestResolveWishes(t *testing.T) {
	onBoth(t, func(t *testing.T, f fixture) {
		_, err := f.RecordWish(t.Context(), tenant, now, veraWish("w1"))
		require.NoError(t, err)
		_, created := f.book(wish(), forVera())

		eventstest.RunTwice(t, appointments.NewResolveWishes(f.Service), created)

		w, err := f.FindWish(t.Context(), tenant, "w1")
		require.NoError(t, err)
		require.Equal(t, "rebooked", w.Status)
	})
}

func TestOpenFailsafeCallback(t *testing.T) {
	onBoth(t, func(t *testing.T, f fixture) {
		p, err := f.prepare(wish(), forVera())
		require.NoError(t, err)
		require.NoError(t, f.Record(t.Context(), tenant, now, p, held(p)))
		fail := func(reason appointment.FailureReason, told bool) appointment.BookingFailed {
			announce, err := f.MarkFailed(t.Context(), tenant, now, p, reason, told)
			require.NoError(t, err)
			return announce[0].(appointment.BookingFailed)
		}
		listener := appointments.NewOpenFailsafeCallback(f.Service)
		require.Empty(t, eventstest.RunTwice(t, listener, fail(appointment.CalendarConflict, true)), "he has heard of it, with alternatives")

		emitted := eventstest.RunTwice(t, listener, fail(appointment.CalendarUnavailable, true))
		require.Len(t, emitted, 2)
		require.Equal(t, "appointment.wish_recorded", emitted[0].Type)
		require.Equal(t, "appointment.callback_requested", emitted[1].Type)

		nobody := fail(appointment.CalendarConflict, false)
		nobody.AppointmentID = "unknown"
		require.Empty(t, eventstest.RunTwice(t, listener, nobody))
	})
}

package appointments_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/events/appointment"
)

func TestAPT44_OnlyTheNumberProvesACaller(t *testing.T) {
	f := onSQLite(t)
	view, _ := f.book(wish(), forVera())
	for assurance, allowed := range map[appointment.Assurance]bool{
		appointment.ByPhone: true, appointment.ByLogin: true, appointment.Claimed: false, appointment.Unproven: false, "": false,
	} {
		by := caller
		by.Assurance = assurance
		_, _, err := f.Query(t.Context(), tenant, now, appointment.Query{By: by, CustomerID: vera})
		if allowed {
			require.NoError(t, err)
		} else {
			refusal(t, err, "verification_required")
		}
	}
	karlCalls := caller
	karlCalls.CustomerID = karl
	_, _, err := f.cancel(now, view, karlCalls)
	refusal(t, err, "not_found")
	byNumber := onlineBy
	byNumber.Assurance = appointment.ByPhone
	_, _, err = f.cancel(now, view, byNumber)
	refusal(t, err, "verification_required")
	_, _, err = f.cancel(now, view, appointment.By{Origin: appointment.Web})
	refusal(t, err, "forbidden")
	_, _, err = f.cancel(now, view, onlineBy)
	refusal(t, err, "invalid_reason")
	_, _, err = f.cancel(now, view, appointment.By{Origin: appointment.API})
	require.NoError(t, err)
}

func TestAPT45_AStrangerIsCalledBackOnTheNumberOnFile(t *testing.T) {
	f := onSQLite(t)
	view, _ := f.book(wish(), forVera())
	for range 2 {
		_, announce, err := f.cancel(now, view, stranger)
		r := refusal(t, err, "verification_required")
		require.NotContains(t, r.Error(), phone)
		require.Empty(t, r.Facts)
		e := announce[0].(appointment.CallbackRequested)
		require.Equal(t, appointment.HighPriority, e.Priority)
		require.Equal(t, phone, e.Phone)
		require.Equal(t, vera, e.CustomerID)
	}
	query := appointment.Query{By: stranger, CustomerID: vera}
	query.By.BranchID, query.By.PhoneOnFile = berlin, "+491713920020"
	_, announce, err := f.Query(t.Context(), tenant, now, query)
	refusal(t, err, "verification_required")
	require.Len(t, announce, 1)
	_, announce, err = f.PrepareMove(t.Context(), tenant, now, appointment.MoveRequest{Command: command("m", view, stranger), StartsAt: starts.Add(time.Hour)})
	refusal(t, err, "verification_required")
	require.Empty(t, announce, "the callback that is open takes it in")
}

func TestAPT47_WhatIsTold(t *testing.T) {
	f := onSQLite(t)
	f.book(wish(func(r *appointment.BookRequest) { r.Notes = "Fenster" }), forVera())
	ask := func(by appointment.By, staff bool) appointment.Told {
		found, _, err := f.Query(t.Context(), tenant, now, appointment.Query{By: by, CustomerID: vera, WithStaff: staff})
		require.NoError(t, err)
		return found.Appointments[0]
	}
	told := ask(caller, false)
	require.Equal(t, "Herrenhaarschnitt", told.ServiceName)
	require.Equal(t, starts, told.StartsAt)
	require.Empty(t, told.StaffNames)
	require.Nil(t, told.Price)
	require.Empty(t, told.Notes)
	require.Equal(t, []string{"Aylin"}, ask(caller, true).StaffNames)
	f.policy("tenant", "", "info_disclosure", `{"tell": ["price", "notes"]}`)
	require.Equal(t, int64(3200), ask(caller, false).Price.Cents)
	require.Equal(t, "Fenster", ask(caller, false).Notes)
}

func TestAPT48_HowManyAreTold(t *testing.T) {
	f := onSQLite(t)
	booked := 0
	book := func(when time.Time) {
		booked++
		f.book(wish(func(r *appointment.BookRequest) { r.CallID, r.StartsAt = "call-"+strconv.Itoa(booked), when }), forVera())
	}
	ask := func(changes ...func(*appointment.Query)) (told, more int) {
		q := appointment.Query{By: caller, CustomerID: vera}
		for _, change := range changes {
			change(&q)
		}
		found, _, err := f.Query(t.Context(), tenant, now, q)
		require.NoError(t, err)
		return len(found.Appointments), found.More
	}
	expect := func(told, more int, changes ...func(*appointment.Query)) {
		t.Helper()
		gotTold, gotMore := ask(changes...)
		require.Equal(t, []int{told, more}, []int{gotTold, gotMore})
	}
	expect(0, 0)
	book(starts)
	expect(1, 0)
	book(starts.Add(time.Hour))
	book(starts.Add(2 * time.Hour))
	expect(3, 0)
	book(starts.Add(3 * time.Hour))
	expect(1, 3)
	for n := range 8 {
		book(starts.AddDate(0, 0, n+1))
	}
	all := func(q *appointment.Query) { q.All = true }
	expect(5, 7, all)
	expect(10, 2, all, func(q *appointment.Query) { q.By = onlineBy })
	expect(1, 0, func(q *appointment.Query) { q.From, q.Until = starts.AddDate(0, 0, 1), starts.AddDate(0, 0, 2) })
	expect(0, 0, func(q *appointment.Query) { q.ServiceID = colour })
	expect(10, 2, all, func(q *appointment.Query) { q.By = aylinBy })
	expect(0, 0, all, func(q *appointment.Query) { q.By = aylinBy; q.By.StaffID = jonas })
}

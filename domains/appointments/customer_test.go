package appointments_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/appointments"
	"github.com/herald-bus/herald/domains/internal/store/storetest"
	"github.com/herald-bus/herald/events/appointment"
)

func TestAMergeOfCustomersAndItsEnd(t *testing.T) {
	onBoth(t, func(t *testing.T, f fixture) {
		veras, _ := f.book(wish(), forVera())
		karls, _ := f.book(wish(func(r *appointment.BookRequest) { r.CallID, r.StartsAt = "call-2", starts.Add(time.Hour) }), forKarl())
		_, _, err := f.Cancel(t.Context(), tenant, now, appointment.CancelRequest{Command: command("c", veras, caller)})
		require.NoError(t, err)
		for range 2 {
			require.NoError(t, f.FollowMerge(t.Context(), tenant, "merge-1", karl, vera))
		}
		require.Equal(t, karl, f.get(veras.AppointmentID).CustomerID)
		for range 2 {
			require.NoError(t, f.UndoMerge(t.Context(), tenant, "merge-1", vera))
		}
		require.Equal(t, vera, f.get(veras.AppointmentID).CustomerID)
		require.Equal(t, karl, f.get(karls.AppointmentID).CustomerID)
	})
}

func TestAForgottenCustomer(t *testing.T) {
	onBoth(t, func(t *testing.T, f fixture) {
		view, _ := f.book(wish(func(r *appointment.BookRequest) { r.AttendeeName, r.Notes = "Ida Probst", "Allergie" }), forVera())
		f.callback("1", func(r *appointment.CallbackRequest) { r.CustomerID, r.Name = vera, "Vera Neuling" })
		for range 2 {
			cancel, err := f.ForgetCustomer(t.Context(), tenant, now, vera)
			require.NoError(t, err)
			require.Equal(t, []string{view.AppointmentID}, cancel)
		}
		dump := storetest.Dump(t, f.db)
		for _, personal := range []string{"Ida Probst", "Allergie", "Vera Neuling", phone} {
			require.NotContains(t, dump, personal)
		}
		_, announce, err := f.Cancel(t.Context(), tenant, now, appointment.CancelRequest{Command: command("gone", view, clock), Reason: appointments.ForgottenReason, Silent: true})
		require.NoError(t, err)
		require.False(t, announce[0].(appointment.Cancelled).Notify)
	})
}

func TestACallersThingsAreAdopted(t *testing.T) {
	f := onSQLite(t)
	w := veraWish("w1")
	w.CustomerID = ""
	_, err := f.RecordWish(t.Context(), tenant, now, w)
	require.NoError(t, err)
	require.NoError(t, f.AdoptCaller(t.Context(), tenant, "call-1", karl))
	require.NoError(t, f.AdoptCaller(t.Context(), tenant, "call-1", vera))
	w, err = f.FindWish(t.Context(), tenant, "w1")
	require.NoError(t, err)
	require.Equal(t, karl, w.CustomerID, "only what is nobody's")
}

func TestWhatTheCalendarSays(t *testing.T) {
	f := onSQLite(t)
	view, _ := f.book(wish(), forVera())
	require.NoError(t, f.NoteCalendarState(t.Context(), tenant, now, view.AppointmentID, 1, "synced", []string{"uid-1"}))
	require.NoError(t, f.NoteCalendarState(t.Context(), tenant, now, view.AppointmentID, 0, "failed", nil))
	noted := f.get(view.AppointmentID)
	require.Equal(t, "synced", noted.CalendarState)
	require.Equal(t, []string{"uid-1"}, noted.CalendarUIDs)
	require.Equal(t, 1, noted.Version)

	_, err := f.FlagForReview(t.Context(), tenant, now, appointment.AttentionRequired{AppointmentID: view.AppointmentID, Code: "sync_failed", Text: "x"})
	require.NoError(t, err)
	require.Equal(t, "failed", f.get(view.AppointmentID).CalendarState)
	require.Equal(t, "sync_failed", f.get(view.AppointmentID).ReviewReason)
}

func TestWhoCouldTakeOver(t *testing.T) {
	f := onSQLite(t)
	view, _ := f.book(wish(), forVera())
	ids, err := f.Substitutes(t.Context(), tenant, view.AppointmentID)
	require.NoError(t, err)
	require.Empty(t, ids, "a person decides")
	require.NoError(t, f.PutBranchBooking(t.Context(), tenant, appointments.BranchBooking{BranchID: berlin, Active: true, AutoReassign: true}))
	ids, err = f.Substitutes(t.Context(), tenant, view.AppointmentID)
	require.NoError(t, err)
	require.Equal(t, []string{jonas}, ids)
}

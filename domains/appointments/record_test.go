package appointments_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/appointments"
	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/tenancy"
	"github.com/herald-bus/herald/events/appointment"
)

func TestAPT60_TheKeyIsTheAppointment(t *testing.T) {
	t.Parallel()
	key := appointment.VoiceKey("call_abc", "01980000-0000-7000-8000-0000000000aa", time.Date(2026, 5, 5, 14, 0, 0, 0, zone), "Erika Muster")
	require.Equal(t, "call_abc|01980000-0000-7000-8000-0000000000aa|2026-05-05T12:00:00Z|erika muster", key)
	require.Equal(t, "b318dc7a-c90f-55cd-80ea-f353d4ed6c6a", appointment.ID("01980000-0000-7000-8000-000000000001", appointment.Voice, key))
}

func TestAPT60_ABookedKeyIsAnsweredFromItsRow(t *testing.T) {
	f := onSQLite(t)
	view, _ := f.book(wish(), forVera())
	p, err := f.prepare(wish(), forVera())
	require.NoError(t, err)
	require.Equal(t, view.AppointmentID, p.Existing.AppointmentID)

	_, _, err = f.Cancel(t.Context(), tenant, now.Add(time.Minute), appointment.CancelRequest{Command: command("c", view, caller)})
	require.NoError(t, err)
	p, err = f.prepare(wish(), forVera())
	require.NoError(t, err)
	require.Equal(t, appointment.StatusCancelled, p.Existing.Status, "for as long as the row is there")

	_, err = f.prepare(wish(func(r *appointment.BookRequest) { r.By = onlineBy }), forVera())
	refusal(t, err, "key_required")
}

func TestAPT61_AFailedBookingLeavesNothingButItsRow(t *testing.T) {
	onBoth(t, func(t *testing.T, f fixture) {
		p, err := f.prepare(wish(), forVera())
		require.NoError(t, err)
		require.NoError(t, f.Record(t.Context(), tenant, now, p, held(p)))
		for range 2 {
			announce, err := f.MarkFailed(t.Context(), tenant, now, p, appointment.CalendarUnavailable, false)
			require.NoError(t, err)
			require.Len(t, announce, 1)
			check(t, announce)
		}
		_, _, err = f.Confirm(t.Context(), tenant, now, p.AppointmentID, nil, "none")
		refusal(t, err, "invalid_transition")

		karls, _ := f.book(wish(func(r *appointment.BookRequest) { r.CallID = "call-2" }), forKarl())
		require.Equal(t, []string{aylin}, karls.StaffIDs, "the time is free again")

		again, err := f.prepare(wish(func(r *appointment.BookRequest) { r.StaffID = jonas }), forVera())
		require.NoError(t, err)
		require.Nil(t, again.Existing, "a failed key is judged anew")
		require.NoError(t, f.Record(t.Context(), tenant, now, again, held(again)))
		view, announce, err := f.Confirm(t.Context(), tenant, now, p.AppointmentID, []string{"uid"}, "synced")
		require.NoError(t, err)
		require.Equal(t, 2, view.Version)
		require.Equal(t, []string{"uid"}, announce[0].(appointment.Created).CalendarUIDs)

		announce, err = f.MarkFailed(t.Context(), tenant, now, p, appointment.Internal, false)
		require.NoError(t, err)
		require.Empty(t, announce, "what is confirmed stays")
	})
}

func TestTheSchemaIsTheSecondArbiter(t *testing.T) {
	onBoth(t, func(t *testing.T, f fixture) {
		f.book(wish(), forVera())
		second, err := f.prepare(wish(func(r *appointment.BookRequest) { r.CallID, r.StartsAt = "call-2", starts.Add(15*time.Minute) }), forKarl())
		require.NoError(t, err)

		err = f.Record(t.Context(), tenant, now, second, held(second))

		refusal(t, err, "slot_taken")
		_, err = f.Get(t.Context(), tenant, second.AppointmentID)
		refusal(t, err, "not_found")
		third, err := f.prepare(wish(func(r *appointment.BookRequest) { r.CallID, r.StartsAt = "call-3", starts.Add(30*time.Minute) }), forKarl())
		require.NoError(t, err)
		require.NoError(t, f.Record(t.Context(), tenant, now, third, held(third)), "back to back is allowed")

		_, err = f.db.Tenant(tenant).Exec(t.Context(), `UPDATE appointment_phase SET starts_at = $2 WHERE tenant_id = $1 AND appointment_id = $3`, starts, third.AppointmentID)
		require.ErrorIs(t, err, store.ErrOverlap)
	})
}

func TestGroupServicesShareATime(t *testing.T) {
	onBoth(t, func(t *testing.T, f fixture) {
		f.service(appointments.CatalogService{ID: cut, Name: "Kurs", DurationMin: 30, Capacity: 2})
		f.book(wish(), forVera())
		f.book(wish(func(r *appointment.BookRequest) { r.CallID = "call-2" }), forKarl())
	})
}

func TestASuspendedTenantTakesNoBookings(t *testing.T) {
	f := onSQLite(t)
	require.NoError(t, tenancy.PutTenant(t.Context(), f.db.Tenant(tenant), tenancy.Tenant{
		ID: tenant, Slug: "salon-1", Name: "Salon", Kind: tenancy.Salon, Status: tenancy.Suspended, Locale: "de-DE", Currency: "EUR",
	}))
	_, err := f.prepare(wish(), forVera())
	refusal(t, err, "tenant_suspended")
}

func TestABookingMadeInTheCalendar(t *testing.T) {
	f := onSQLite(t)
	p, err := f.prepare(wish(func(r *appointment.BookRequest) {
		r.By, r.Key, r.StartsAt, r.Silent, r.CalendarUIDs = vendor, "uid-1", now.Add(-48*time.Hour), true, []string{"uid-1"}
	}), appointment.BookedFor{CustomerID: vera})

	require.NoError(t, err, "no notice, no policy")
	require.Equal(t, appointment.CalendarNone, p.CalendarMode, "no calendar step")
	require.False(t, p.Notify)
	require.Equal(t, []string{"uid-1"}, p.Demand.OwnUIDs)
}

func TestRecordRefusesWhatWasBookedMeanwhile(t *testing.T) {
	f := onSQLite(t)
	first, err := f.prepare(wish(), forVera())
	require.NoError(t, err)
	second, err := f.prepare(wish(func(r *appointment.BookRequest) { r.CallID, r.StaffID = "call-2", jonas }), forVera())
	require.NoError(t, err)
	require.NoError(t, f.Record(t.Context(), tenant, now, first, held(first)))

	refusal(t, f.Record(t.Context(), tenant, now, second, held(second)), "duplicate")
}

func TestTheCatalogueIsValidated(t *testing.T) {
	f := onSQLite(t)
	for _, c := range []appointments.CatalogService{
		{ID: "7", Name: "x", DurationMin: 30, Currency: "EUR"},
		{ID: cut, DurationMin: 30, Currency: "EUR"},
		{ID: cut, Name: "x", DurationMin: 30, Currency: "Euro"},
		{ID: cut, Name: "x", DurationMin: 30, Currency: "EUR", PriceCents: -1},
		{ID: cut, Name: "x", DurationMin: 30, Currency: "EUR", CalendarMode: "some"},
	} {
		refusal(t, f.PutService(t.Context(), tenant, c), "invalid_service")
	}
	refusal(t, f.PutStaff(t.Context(), tenant, appointments.StaffMember{ID: aylin, BranchID: berlin}), "invalid_staff")
	refusal(t, f.PutStaff(t.Context(), tenant, appointments.StaffMember{ID: aylin, BranchID: tenant, Name: "x"}), "not_found")
	refusal(t, f.PutServiceStaff(t.Context(), tenant, appointments.ServiceStaff{ServiceID: cut, StaffID: tenant}), "tenant_mismatch")
	refusal(t, f.PutPolicy(t.Context(), tenant, appointments.Policy{Level: "tenant", Kind: "booking", Config: []byte(`{"hours": 2}`)}), "invalid_policy")
	refusal(t, f.PutPolicy(t.Context(), tenant, appointments.Policy{Level: "planet", Kind: "booking", Config: []byte(`{}`)}), "invalid_policy")
}

func TestNotesMustFit(t *testing.T) {
	f := onSQLite(t)
	view, _ := f.book(wish(), forVera())
	_, _, err := f.Update(t.Context(), tenant, now, appointment.UpdateRequest{Command: command("u", view, reception), Notes: ptr(strings.Repeat("x", 2001))})
	refusal(t, err, "invalid_notes")
}

// TestWhatCrossesAProcessSurvivesJSON is for the workflow, which keeps the answers of
// its steps as JSON.
func TestWhatCrossesAProcessSurvivesJSON(t *testing.T) {
	f := onSQLite(t)
	f.policy("tenant", "", "cancellation", `{"hours_before": 24, "fee_tiers": "standard"}`)
	p, err := f.prepare(wish(func(r *appointment.BookRequest) {
		r.ServiceID, r.ContactOverride = colour, &appointment.ContactOverride{Phone: phone}
	}), forVera())
	require.NoError(t, err)
	view, _ := f.book(wish(), forVera())
	m, _, err := f.PrepareMove(t.Context(), tenant, now, appointment.MoveRequest{Command: command("m", view, caller), StartsAt: starts.Add(time.Hour)})
	require.NoError(t, err)

	require.Equal(t, p, again(t, p))
	require.Equal(t, view, again(t, view))
	require.Equal(t, m, again(t, m))
}

func again[T any](t *testing.T, v T) (read T) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(asJSON(v)), &read))
	return read
}

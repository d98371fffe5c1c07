package domains_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/appointments"
	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/tenancy"
	"github.com/herald-bus/herald/events/appointment"
)

// seedAppointments makes the booking, the wish and the requests that the samples are
// about.
func seedAppointments(t *testing.T, db *store.DB, s *appointments.Service) {
	t.Helper()
	ctx, env := t.Context(), sample(t, "appointment.booking_failed")
	var failed appointment.BookingFailed
	require.NoError(t, json.Unmarshal(env.Data, &failed))
	created := sample(t, "appointment.created")
	var booked appointment.Created
	require.NoError(t, json.Unmarshal(created.Data, &booked))
	scope := db.Tenant(env.TenantID)
	require.NoError(t, tenancy.PutTenant(ctx, scope, tenancy.Tenant{ID: env.TenantID, Slug: "salon-a", Name: "Salon", Kind: tenancy.Salon, Status: tenancy.Active, Locale: "de-DE", Currency: "EUR"}))
	require.NoError(t, tenancy.PutBranch(ctx, scope, tenancy.Branch{ID: failed.BranchID, Slug: "booking", Name: "Mitte", Zone: "Europe/Berlin", Region: "DE-BE"}))
	const staffID = "01980000-0000-7000-8000-0000000000f1"
	require.NoError(t, s.PutService(ctx, env.TenantID, appointments.CatalogService{ID: failed.ServiceID, Name: "Haarschnitt", Active: true, DurationMin: 30, Currency: "EUR"}))
	require.NoError(t, s.PutStaff(ctx, env.TenantID, appointments.StaffMember{ID: staffID, BranchID: failed.BranchID, Name: "Ada", Active: true, Bookable: true}))
	require.NoError(t, s.PutServiceStaff(ctx, env.TenantID, appointments.ServiceStaff{ServiceID: failed.ServiceID, StaffID: staffID, CanBook: true}))

	now := failed.StartsAt.Add(-24 * time.Hour)
	p, _, err := s.Prepare(ctx, env.TenantID, now, appointment.BookRequest{
		By: appointment.By{Origin: appointment.Voice}, BranchID: failed.BranchID, ServiceID: failed.ServiceID, StartsAt: failed.StartsAt,
		CallID: failed.CallID, CallerPhone: "+491713920019",
	}, appointment.BookedFor{CustomerID: failed.CustomerID})
	require.NoError(t, err)
	p.AppointmentID = failed.AppointmentID
	require.NoError(t, s.Record(ctx, env.TenantID, now, p, []appointment.Phase{{Kind: "busy", StaffID: staffID, StartsAt: failed.StartsAt, EndsAt: failed.StartsAt.Add(time.Hour)}}))
	_, err = s.MarkFailed(ctx, env.TenantID, now, p, failed.Reason, failed.ToldCustomer)
	require.NoError(t, err)
	keepBookings(t, s, env.TenantID, failed)
	require.NoError(t, s.PutService(ctx, env.TenantID, appointments.CatalogService{ID: sampleService, Name: "Beratung", Active: true, DurationMin: 15, Currency: "EUR"}))
	_, err = s.RecordWish(ctx, env.TenantID, now, appointments.Wish{
		ID: "01980000-0000-7000-8000-0000000000f3", BranchID: sampleBranch, ServiceID: sampleService, CustomerID: failed.CustomerID,
		DesiredAt: booked.StartsAt, Reason: appointment.NotAvailable,
	})
	require.NoError(t, err)
	_, err = s.RecordWish(ctx, env.TenantID, now, appointments.Wish{
		ID: "01980000-0000-7000-8000-0000000000f2", BranchID: failed.BranchID, ServiceID: booked.ServiceID, CustomerID: booked.CustomerID,
		DesiredAt: booked.StartsAt, Reason: appointment.NotAvailable,
	})
	require.NoError(t, err)
	askInVain(t, s, booked.StartsAt)
}

// askInVain has the calls of the samples ask for a time that they don't get.
func askInVain(t *testing.T, s *appointments.Service, at time.Time) {
	t.Helper()
	for _, callID := range []string{"of call.analyzed", "of call.customer_linked", "of call.ended"} {
		require.NoError(t, s.NoteRequest(t.Context(), sampleTenant, at.Add(-time.Hour), appointments.Request{
			ID: callID, Session: callID, BranchID: sampleBranch, ServiceID: sampleService, DesiredAt: at, Answer: "slot_taken",
		}))
	}
}

// keepBookings books what is to be moved to another customer, cancelled with its own,
// and looked at by a person.
func keepBookings(t *testing.T, s *appointments.Service, tenantID string, like appointment.BookingFailed) {
	t.Helper()
	now := like.StartsAt.Add(-24 * time.Hour)
	require.NoError(t, s.PutStaff(t.Context(), tenantID, appointments.StaffMember{ID: sampleStaff, BranchID: like.BranchID, Name: "Grace", Active: true, Bookable: true}))
	for i, b := range []struct{ id, customer string }{
		{"of availability.conflict_found", "somebody"},
		{"of customer.erased", "of customer.erased"},
		{"of customer.merged", "0195e4c2-5a00-7000-8000-00000000c002"},
		{"of calendar.booking_updated", "somebody"},
		{"of calendar.booking_cancelled", "somebody"},
		{"of calendar.sync_completed", "somebody"},
		{"of calendar.sync_failed", "somebody"},
		{"of calendar.drift_detected", "somebody"},
		{"of calendar.conflict_detected", "somebody"},
	} {
		start := like.StartsAt.Add(time.Duration(i) * time.Hour)
		p, _, err := s.Prepare(t.Context(), tenantID, now, appointment.BookRequest{
			By: appointment.By{Origin: appointment.Voice}, BranchID: like.BranchID, ServiceID: like.ServiceID, StartsAt: start, CallID: b.id, CallerPhone: "+491713920019",
		}, appointment.BookedFor{CustomerID: b.customer})
		require.NoError(t, err)
		p.AppointmentID = b.id
		require.NoError(t, s.Record(t.Context(), tenantID, now, p, []appointment.Phase{{Kind: "busy", StaffID: sampleStaff, StartsAt: start, EndsAt: start.Add(30 * time.Minute)}}))
		_, _, err = s.Confirm(t.Context(), tenantID, now, b.id, nil, appointment.CalendarPending)
		require.NoError(t, err)
	}
}

package appointments_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/appointments"
	"github.com/herald-bus/herald/events/appointment"
)

func TestABooking(t *testing.T) {
	onBoth(t, func(t *testing.T, f fixture) {
		view, created := f.book(wish(), forVera())

		require.Equal(t, appointment.Confirmed, view.Status)
		require.Equal(t, 1, view.Version)
		require.Equal(t, []string{aylin}, view.StaffIDs)
		require.Equal(t, []string{"Aylin"}, created.Display.StaffNames)
		require.Equal(t, starts.Add(30*time.Minute), created.EndsAt)
		require.Equal(t, appointment.Money{Cents: 3200, Currency: "EUR"}, created.Price)
		require.True(t, created.Notify)
		require.Equal(t, asJSON(view), asJSON(f.get(view.AppointmentID)))
	})
}

func TestAPT1_EverythingIsOfTheSameTenantAndStaffed(t *testing.T) {
	f := onSQLite(t)
	for name, change := range map[string]func(*appointment.BookRequest){
		"branch":  func(r *appointment.BookRequest) { r.BranchID = tenant },
		"service": func(r *appointment.BookRequest) { r.ServiceID = tenant },
		"staff":   func(r *appointment.BookRequest) { r.StaffID = tenant },
	} {
		_, err := f.prepare(wish(change), forVera())
		refusal(t, err, "tenant_mismatch")
		require.ErrorContains(t, err, name)
	}
	p, err := f.prepare(wish(), forVera())
	require.NoError(t, err)

	phases := held(p)
	phases[0].StaffID = ""
	refusal(t, f.Record(t.Context(), tenant, now, p, phases), "staff_required")
	phases[0].StaffID = tenant
	refusal(t, f.Record(t.Context(), tenant, now, p, phases), "tenant_mismatch")

	_, err = f.Get(t.Context(), other, p.AppointmentID)
	refusal(t, err, "not_found")
}

func TestAPT2_ThePriceIsTheCataloguesAndFrozen(t *testing.T) {
	f := onSQLite(t)
	require.NoError(t, f.PutOverride(t.Context(), tenant, appointments.Override{BranchID: berlin, ServiceID: cut, Active: true, PriceCents: ptr(int64(3500)), DurationMin: ptr(40)}))
	f.assign(appointments.ServiceStaff{ServiceID: cut, StaffID: aylin, PriceCents: ptr(int64(3900)), DurationMin: ptr(20)})
	f.assign(appointments.ServiceStaff{ServiceID: colour, StaffID: aylin, DurationMin: ptr(20)})

	personal, err := f.prepare(wish(), forVera())
	require.NoError(t, err)
	require.Equal(t, int64(3900), personal.Price.Cents)
	require.Equal(t, 20, personal.Demand.Phases[0].Minutes)
	require.Equal(t, []string{aylin}, personal.Staff, "a demand has one length")

	byBranch, err := f.prepare(wish(func(r *appointment.BookRequest) { r.StaffID = jonas }), forVera())
	require.NoError(t, err)
	require.Equal(t, int64(3500), byBranch.Price.Cents)
	require.Equal(t, 40, byBranch.Demand.Phases[0].Minutes)

	phased, err := f.prepare(wish(func(r *appointment.BookRequest) { r.ServiceID = colour }), forVera())
	require.NoError(t, err)
	require.Equal(t, starts.Add(2*time.Hour), phased.EndsAt(), "a personal duration is for services of one phase")

	view, _ := f.book(wish(), forVera())
	f.service(appointments.CatalogService{ID: cut, Name: "Herrenhaarschnitt", DurationMin: 60, PriceCents: 9900})
	require.Equal(t, view.Price, f.get(view.AppointmentID).Price)
	require.Equal(t, view.EndsAt, f.get(view.AppointmentID).EndsAt)
}

func TestAPT2_WhatIsNotOfferedNamesWhatIs(t *testing.T) {
	f := onSQLite(t)
	require.NoError(t, f.PutOverride(t.Context(), tenant, appointments.Override{BranchID: berlin, ServiceID: cut}))

	_, err := f.prepare(wish(), forVera())

	r := refusal(t, err, "service_unavailable")
	require.Equal(t, "Ansatzfärbung, Dauerwelle", r.Facts["offered"])
}

func TestAPT2_ABranchMayHaveItsOwnPhases(t *testing.T) {
	onBoth(t, func(t *testing.T, f fixture) {
		own := appointments.Override{BranchID: berlin, ServiceID: colour, Active: true, Phases: processing(30, 60, 30), BufferAfterMin: ptr(10)}
		for range 2 {
			require.NoError(t, f.PutOverride(t.Context(), tenant, own))
		}
		p, err := f.prepare(wish(func(r *appointment.BookRequest) { r.ServiceID = colour }), forVera())
		require.NoError(t, err)
		require.Equal(t, "busy 30, free 60, busy 30, ", kinds(p.Demand))
		require.Equal(t, 10, p.Demand.BufferAfter)

		own.Phases = processing(30, 60, 40)
		refusal(t, f.PutOverride(t.Context(), tenant, own), "invalid_service")
		own.BranchID = tenant
		refusal(t, f.PutOverride(t.Context(), tenant, own), "not_found")
	})
}

func TestAPT3_MinimumNotice(t *testing.T) {
	f := onSQLite(t)
	soon := func(minutes int) error {
		_, err := f.prepare(wish(func(r *appointment.BookRequest) { r.StartsAt = now.Add(time.Duration(minutes) * time.Minute) }), forVera())
		return err
	}
	require.NoError(t, soon(15), "exactly the notice is enough")
	require.Equal(t, "2027-03-23T09:15:00Z", refusal(t, soon(14), "too_soon").Facts["earliest"])

	f.policy("tenant", "", "booking", `{"min_notice_min": 50}`)
	require.NoError(t, soon(50))
	require.Equal(t, "2027-03-23T10:00:00Z", refusal(t, soon(49), "too_soon").Facts["earliest"], "rounded up to the grid")

	f.service(appointments.CatalogService{ID: cut, Name: "Herrenhaarschnitt", DurationMin: 30, MinNoticeMin: ptr(120)})
	refusal(t, soon(119), "too_soon")
	require.NoError(t, f.PutOverride(t.Context(), tenant, appointments.Override{BranchID: berlin, ServiceID: cut, Active: true, MinNoticeMin: ptr(20)}))
	require.NoError(t, soon(20))

	byStaff := wish(func(r *appointment.BookRequest) {
		r.StartsAt, r.OverrideNotice, r.Key, r.By = now.Add(time.Minute), true, "k", aylinBy
	})
	_, err := f.prepare(byStaff, forVera())
	refusal(t, err, "forbidden")
	byStaff.By = reception
	_, err = f.prepare(byStaff, forVera())
	require.NoError(t, err)
}

func TestAPT4_HowFarAhead(t *testing.T) {
	f := onSQLite(t)
	days := func(n int, by appointment.By) error {
		_, err := f.prepare(wish(func(r *appointment.BookRequest) { r.StartsAt, r.By, r.Key = now.AddDate(0, 0, n), by, "k" }), forVera())
		return err
	}
	require.NoError(t, days(90, caller))
	require.Equal(t, "2027-06-21", refusal(t, days(91, caller), "too_far").Facts["latest"])
	require.NoError(t, days(180, reception))
	refusal(t, days(181, reception), "too_far")
	require.NoError(t, days(181, vendor), "the calendar is no channel with limits")
	f.policy("branch", berlin, "booking", `{"max_advance_days": 10}`)
	refusal(t, days(11, caller), "too_far")
}

func TestAPT5_OnlyStaffEntersAVisitThatIsOver(t *testing.T) {
	f := onSQLite(t)
	past := func(ago time.Duration, by appointment.By) (appointment.Prepared, error) {
		return f.prepare(wish(func(r *appointment.BookRequest) { r.StartsAt, r.By, r.Key = now.Add(-ago), by, "k" }), forVera())
	}
	_, err := past(time.Minute, caller)
	refusal(t, err, "in_past")
	walkIn, err := past(24*time.Hour, reception)
	require.NoError(t, err)
	require.False(t, walkIn.Notify)
	require.Empty(t, walkIn.Reminders)
	require.Negative(t, walkIn.Demand.Notice)
	_, err = past(24*time.Hour+time.Second, reception)
	refusal(t, err, "in_past")
}

func TestAPT6_TheSameWishTwice(t *testing.T) {
	f := onSQLite(t)
	view, _ := f.book(wish(), forVera())
	near := func(minutes int, call string) (appointment.Prepared, error) {
		return f.prepare(wish(func(r *appointment.BookRequest) {
			r.StartsAt, r.CallID = starts.Add(time.Duration(minutes)*time.Minute), call
		}), forVera())
	}
	p, err := near(15, "call-1")
	require.NoError(t, err)
	require.Equal(t, view.AppointmentID, p.Existing.AppointmentID, "in the same call it is the answer")

	for _, minutes := range []int{-15, 15} {
		_, err = near(minutes, "call-2")
		require.Equal(t, view.AppointmentID, refusal(t, err, "duplicate").Facts["appointment_id"])
	}
	_, err = near(30, "call-2")
	require.NoError(t, err)
	_, err = near(16, "call-2")
	refusal(t, err, "customer_busy")
}

func TestAPT49_WhereTheCustomerIsElsewhereNothingIsOffered(t *testing.T) {
	onBoth(t, func(t *testing.T, f fixture) {
		view, _ := f.book(wish(), forVera())
		elsewhere := func(except string, who appointment.BookedFor, from, until time.Time) []appointment.Slot {
			slots, err := f.Elsewhere(t.Context(), tenant, except, who, from, until)
			require.NoError(t, err)
			return slots
		}
		child := forVera()
		child.AttendeeName = "Ida"

		require.Equal(t, []appointment.Slot{{StartsAt: view.StartsAt, EndsAt: view.EndsAt}}, elsewhere("", forVera(), starts.Add(-time.Hour), starts.Add(time.Minute)))
		require.Empty(t, elsewhere(view.AppointmentID, forVera(), starts, starts.Add(time.Hour)), "its own time is none")
		require.Empty(t, elsewhere("", child, starts, starts.Add(time.Hour)), "somebody else comes")
		require.Empty(t, elsewhere("", forVera(), view.EndsAt, view.EndsAt.Add(time.Hour)), "it is over by then")
		require.Empty(t, elsewhere("", forKarl(), starts, starts.Add(time.Hour)))
	})
}

func TestAPT7_OneCustomerIsInOnePlace(t *testing.T) {
	f := onSQLite(t)
	f.book(wish(), forVera())
	second := wish(func(r *appointment.BookRequest) {
		r.ServiceID, r.StartsAt, r.CallID, r.StaffID = colour, starts.Add(-time.Hour), "call-2", jonas
	})
	_, err := f.prepare(second, forVera())
	refusal(t, err, "customer_busy")

	forChild := second
	forChild.AttendeeName = "Ida"
	_, err = f.prepare(forChild, forVera())
	require.NoError(t, err)

	insisting := second
	insisting.Insist = true
	_, err = f.prepare(insisting, forVera())
	refusal(t, err, "customer_busy")
	insisting.By, insisting.Key = reception, "k"
	_, err = f.prepare(insisting, forVera())
	require.NoError(t, err)

	after := second
	after.StartsAt = starts.Add(30 * time.Minute)
	_, err = f.prepare(after, forVera())
	require.NoError(t, err, "back to back is two visits")
}

func TestAPT8_ATranscriptMakesAWishAtMost(t *testing.T) {
	t.Parallel()
	require.Equal(t, appointment.LowConfidence, appointments.ReasonFor(59, appointment.NotAvailable))
	require.Equal(t, appointment.NotAvailable, appointments.ReasonFor(60, appointment.NotAvailable))
}

func TestAPT9_WhoHasToWaitForAYes(t *testing.T) {
	f := onSQLite(t)
	born := func(by appointment.By, who appointment.BookedFor) appointment.Status {
		p, err := f.prepare(wish(func(r *appointment.BookRequest) { r.By, r.Key = by, "k" }), who)
		require.NoError(t, err)
		return p.Status
	}
	careful := forVera()
	careful.Restriction = "confirm_first"
	require.Equal(t, appointment.Confirmed, born(caller, forVera()))
	require.Equal(t, appointment.Pending, born(caller, careful))
	require.Equal(t, appointment.Confirmed, born(reception, careful))

	require.NoError(t, f.NoteRestriction(t.Context(), tenant, now, vera, "blocked"))
	require.NoError(t, f.NoteRestriction(t.Context(), tenant, now.Add(-time.Hour), vera, "none"), "what was said last counts")
	_, announce, err := f.Prepare(t.Context(), tenant, now, wish(), forVera())
	refusal(t, err, "customer_blocked")
	require.Len(t, announce, 1)
	check(t, announce)
	require.NoError(t, f.NoteRestriction(t.Context(), tenant, now.Add(time.Hour), vera, "none"))

	for _, days := range []int{0, 1, 2} {
		v, _ := f.book(wish(func(r *appointment.BookRequest) {
			r.StartsAt, r.CallID = starts.AddDate(0, 0, -days), "call-"+starts.AddDate(0, 0, -days).String()
		}), forKarl())
		_, _, err := f.MarkNoShow(t.Context(), tenant, v.StartsAt.Add(time.Hour), command("ns", v, reception))
		require.NoError(t, err)
	}
	p, _, err := f.Prepare(t.Context(), tenant, starts.Add(fewHours), wish(func(r *appointment.BookRequest) { r.StartsAt = starts.AddDate(0, 0, 1) }), forKarl())
	require.NoError(t, err)
	require.Equal(t, appointment.Pending, p.Status, "three strikes")

	f.service(appointments.CatalogService{ID: cut, Name: "Herrenhaarschnitt", DurationMin: 30, RequiresConfirmation: true})
	view, created := f.book(wish(func(r *appointment.BookRequest) { r.StaffID = jonas }), forVera())
	require.Equal(t, appointment.Pending, view.Status)
	require.Equal(t, appointment.Pending, created.Status)
}

func TestAPT10_TheDeadlineOfAPendingAppointment(t *testing.T) {
	t.Parallel()
	created := at("2027-03-23 10:00")
	require.Equal(t, at("2027-03-24 10:00"), appointments.ConfirmBy(created, at("2027-03-30 10:00")))
	require.Equal(t, at("2027-03-23 13:00"), appointments.ConfirmBy(created, at("2027-03-23 15:00")))
	require.Equal(t, at("2027-03-23 10:30"), appointments.ConfirmBy(created, at("2027-03-23 12:15")), "at least half an hour")
}

func TestAPT10_WhatTheDeadlineDecides(t *testing.T) {
	f := onSQLite(t)
	f.service(appointments.CatalogService{ID: cut, Name: "Herrenhaarschnitt", DurationMin: 30, RequiresConfirmation: true})
	require.NoError(t, f.PutBranchBooking(t.Context(), tenant, appointments.BranchBooking{BranchID: berlin, Active: true, TrustedAutoConfirm: true}))
	trusted := forKarl()
	trusted.Trusted = true
	karls, _ := f.book(wish(func(r *appointment.BookRequest) { r.CallID, r.StaffID = "call-2", jonas }), trusted)
	veras, _ := f.book(wish(), forVera())
	table, err := f.Timetable(t.Context(), tenant, veras.AppointmentID)
	require.NoError(t, err)
	require.Equal(t, now.Add(24*time.Hour), table.ConfirmBy)
	require.Empty(t, table.Reminders)

	v, announce, err := f.Decide(t.Context(), tenant, table.ConfirmBy.Add(-time.Second), command("d", veras, clock))
	require.NoError(t, err)
	require.Empty(t, announce)
	require.Equal(t, appointment.Pending, v.Status)

	for range 2 {
		v, announce, err = f.Decide(t.Context(), tenant, table.ConfirmBy, command("d", veras, clock))
		require.NoError(t, err)
		require.Equal(t, appointment.StatusCancelled, v.Status)
		cancelled := announce[0].(appointment.Cancelled)
		require.Equal(t, "confirmation_timeout", cancelled.Reason)
		require.Equal(t, "system", cancelled.CancelledBy)
		require.Zero(t, cancelled.Fee.Cents)

		v, announce, err = f.Decide(t.Context(), tenant, table.ConfirmBy, command("d", karls, clock))
		require.NoError(t, err)
		require.Equal(t, appointment.Confirmed, v.Status)
		require.Equal(t, "auto", announce[0].(appointment.BecameConfirmed).ConfirmedBy)
		check(t, announce)
	}
}

func TestAPT43_OperationsCanBeSwitchedOff(t *testing.T) {
	f := onSQLite(t)
	f.policy("branch", berlin, "booking", `{"allowed_hours": {"2": [["09:00", "10:00"]]}, "disabled_text": "Bitte rufen Sie morgens an."}`)
	_, announce, err := f.Prepare(t.Context(), tenant, now, wish(), forVera())
	r := refusal(t, err, "operation_disabled")
	require.Equal(t, "Bitte rufen Sie morgens an.", r.Text)
	require.Equal(t, appointment.Low, announce[0].(appointment.PolicyViolated).Severity)
	_, _, err = f.Prepare(t.Context(), tenant, now.Add(-time.Second), wish(), forVera())
	require.NoError(t, err, "the hours are half-open")
	_, err = f.prepare(wish(func(r *appointment.BookRequest) { r.By, r.Key = reception, "k" }), forVera())
	require.NoError(t, err, "staff may")

	f.policy("tenant", "", "opening_hours", `{"enabled": false}`)
	refusal(t, f.Allowed(t.Context(), tenant, now, berlin, "opening_hours"), "operation_disabled")
	require.NoError(t, f.Allowed(t.Context(), tenant, now, berlin, "service_information"))
}

func TestAPT46_ACallerWithoutANumberGivesOne(t *testing.T) {
	f := onSQLite(t)
	withheld := appointment.BookedFor{CustomerID: vera, Assurance: appointment.Unproven}
	hidden := wish(func(r *appointment.BookRequest) { r.By.Assurance, r.CallerPhone = appointment.Unproven, "" })
	_, err := f.prepare(hidden, withheld)
	refusal(t, err, "contact_required")
	hidden.ContactOverride = &appointment.ContactOverride{Phone: phone}
	_, err = f.prepare(hidden, withheld)
	require.NoError(t, err)
	_, err = f.prepare(hidden, appointment.BookedFor{})
	refusal(t, err, "contact_required")
}

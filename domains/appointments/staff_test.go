package appointments_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/appointments"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/availability"
	"github.com/herald-bus/herald/events/customer"
)

func (f fixture) staff(changes ...func(*appointment.BookRequest)) []string {
	f.t.Helper()
	p, err := f.prepare(wish(changes...), forVera())
	require.NoError(f.t, err)
	return p.Staff
}

func TestAPT11_WhoIsQualifiedOnThatDate(t *testing.T) {
	f := onSQLite(t)
	require.Equal(t, []string{aylin, jonas}, f.staff())

	f.assign(appointments.ServiceStaff{ServiceID: cut, StaffID: aylin, FromDate: "2027-03-31"})
	require.Equal(t, []string{jonas}, f.staff(), "not yet assigned on the date of the appointment")
	f.assign(appointments.ServiceStaff{ServiceID: cut, StaffID: aylin, UntilDate: "2027-03-30"})
	require.Equal(t, []string{aylin, jonas}, f.staff(), "the last day counts")
	f.assign(appointments.ServiceStaff{ServiceID: cut, StaffID: aylin, UntilDate: "2027-03-29"})
	require.Equal(t, []string{jonas}, f.staff())

	require.NoError(t, f.PutServiceStaff(t.Context(), tenant, appointments.ServiceStaff{ServiceID: cut, StaffID: aylin}))
	require.Equal(t, []string{jonas}, f.staff(), "assigned, but not to be booked")
	require.NoError(t, f.PutStaff(t.Context(), tenant, appointments.StaffMember{ID: jonas, BranchID: berlin, Name: "Jonas", Active: true}))
	_, err := f.prepare(wish(), forVera())
	refusal(t, err, "service_unavailable")
	f.assign(appointments.ServiceStaff{ServiceID: cut, StaffID: leonie})
	_, err = f.prepare(wish(), forVera())
	refusal(t, err, "service_unavailable")
}

func TestAPT12_AWishedForPersonIsNeverReplaced(t *testing.T) {
	f := onSQLite(t)
	require.Equal(t, []string{jonas}, f.staff(func(r *appointment.BookRequest) { r.StaffID = jonas }))

	_, err := f.prepare(wish(func(r *appointment.BookRequest) { r.StaffID = mila }), forVera())

	require.Equal(t, "Aylin, Jonas", refusal(t, err, "staff_not_qualified").Facts["qualified"])
}

func TestAPT13_ModelsAndTheirFallback(t *testing.T) {
	f := onSQLite(t)
	set := func(a appointments.Assignment) { require.NoError(t, f.PutAssignment(t.Context(), tenant, a)) }
	set(appointments.Assignment{Model: "any_staff", Ranking: "priority"})
	require.Equal(t, []string{aylin, jonas, mila}, f.staff(), "everybody of the branch, those without a priority last")

	set(appointments.Assignment{Model: "service_staff", Fallback: "any_staff", Ranking: "priority"})
	require.Equal(t, []string{aylin, jonas}, f.staff(), "somebody is assigned, so there is no fallback")

	beard := "7e57ab1e-0000-4000-8000-0000000000c9"
	f.service(appointments.CatalogService{ID: beard, Name: "Bartpflege", DurationMin: 15})
	view, _ := f.book(wish(func(r *appointment.BookRequest) { r.ServiceID = beard }), forVera())
	require.True(t, view.WasFallback)
	require.Equal(t, "any_staff", view.AssignmentModel)
}

func TestAPT14_Rankings(t *testing.T) {
	f := onSQLite(t)
	rank := func(ranking string) []string {
		require.NoError(t, f.PutAssignment(t.Context(), tenant, appointments.Assignment{Model: "service_staff", Ranking: ranking}))
		return f.staff(func(r *appointment.BookRequest) { r.StartsAt = starts.Add(5 * time.Hour) })
	}
	require.Equal(t, []string{aylin, jonas}, rank("priority"))
	require.Equal(t, []string{aylin, jonas}, rank("least_busy"), "a tie goes by priority")

	aylins, _ := f.book(wish(func(r *appointment.BookRequest) { r.CallID, r.StaffID = "call-2", aylin }), forKarl())
	require.Equal(t, []string{aylin, jonas}, rank("priority"))
	require.Equal(t, []string{jonas, aylin}, rank("least_busy"))
	require.Equal(t, []string{jonas, aylin}, rank("round_robin"))
	require.Equal(t, []string{aylin, jonas}, rank("familiar"))

	jonass, _ := f.book(wish(func(r *appointment.BookRequest) { r.StaffID = jonas }), forVera())
	_, _, err := f.Complete(t.Context(), tenant, starts.Add(time.Hour), command("done", jonass, reception))
	require.NoError(t, err)
	require.Equal(t, []string{jonas, aylin}, rank("familiar"), "who served this customer")
	_, _, err = f.Cancel(t.Context(), tenant, now, appointment.CancelRequest{Command: command("c", aylins, reception)})
	require.NoError(t, err)
	require.Equal(t, []string{aylin, jonas}, rank("least_busy"), "what is cancelled is no work, and what is done is over")
}

func TestAPT15_OnePersonForAComposite(t *testing.T) {
	f := onSQLite(t)
	phases := func(maySplit bool) []availability.Phase {
		f.service(appointments.CatalogService{ID: perm, Name: "Dauerwelle", DurationMin: 135, Phases: permPhases(), MaySplit: maySplit})
		p, err := f.prepare(wish(func(r *appointment.BookRequest) { r.ServiceID = perm }), forVera())
		require.NoError(t, err)
		return p.Demand.Phases
	}
	f.assign(appointments.ServiceStaff{ServiceID: perm, StaffID: jonas, SegmentKeys: []string{"wind", "cut"}})
	for _, p := range phases(false) {
		if p.Kind == availability.Busy {
			require.Equal(t, []string{aylin}, p.Staff, "only she does all of it")
			require.True(t, p.Seq == 0 || p.SamePersonAs == 0)
		}
	}
	split := phases(true)
	require.Equal(t, []string{aylin, jonas}, split[0].Staff)
	require.Equal(t, []string{aylin}, split[2].Staff)
	require.Equal(t, []string{aylin, jonas}, split[5].Staff)
	require.Equal(t, -1, split[5].SamePersonAs)
	require.Equal(t, 2, split[3].SamePersonAs, "the gap that counts as busy belongs to who was at work")

	f.assign(appointments.ServiceStaff{ServiceID: perm, StaffID: aylin, SegmentKeys: []string{"fix", "rinse"}})
	split = phases(false)
	require.Equal(t, []string{jonas}, split[0].Staff, "nobody does all of it, so it is shared")
	f.assign(appointments.ServiceStaff{ServiceID: perm, StaffID: aylin, SegmentKeys: []string{"fix"}})
	_, err := f.prepare(wish(func(r *appointment.BookRequest) { r.ServiceID = perm }), forVera())
	refusal(t, err, "service_unavailable")
}

func TestStaffNamesAreThoseOfWhoWorksHere(t *testing.T) {
	f := onSQLite(t)
	require.NoError(t, f.PutStaff(t.Context(), tenant, appointments.StaffMember{ID: jonas, BranchID: berlin, Name: "Jonas"}))

	names, err := f.StaffNames(t.Context(), tenant)
	require.NoError(t, err)
	require.Contains(t, names, customer.StaffName{ID: leonie, Name: "Leonie"})
	require.NotContains(t, names, customer.StaffName{ID: jonas, Name: "Jonas"}, "he has left")

	names, err = f.StaffNames(t.Context(), uuid.NewString())
	require.NoError(t, err)
	require.Empty(t, names)
}

func TestAPT16_PhasesAreValid(t *testing.T) {
	f := onSQLite(t)
	put := func(duration int, phases ...appointments.PhaseDef) error {
		return f.PutService(t.Context(), tenant, appointments.CatalogService{ID: cut, Name: "x", DurationMin: duration, Currency: "EUR", Phases: phases})
	}
	busy := func(key string, minutes int) appointments.PhaseDef {
		return appointments.PhaseDef{Kind: "busy", Key: key, Minutes: minutes}
	}
	gap := appointments.PhaseDef{Kind: "free", Minutes: 20}
	require.NoError(t, put(120, processing(45, 45, 30)...))
	require.NoError(t, put(75, processing(0, 45, 30)...))
	require.NoError(t, put(50, busy("a", 10), gap, busy("b", 20)))
	require.NoError(t, put(30, busy("a", 10), busy("b", 20)))
	for name, err := range map[string]error{
		"sum":               put(119, processing(45, 45, 30)...),
		"no processing":     put(75, processing(45, 0, 30)...),
		"only processing":   put(45, processing(0, 45, 0)...),
		"one segment":       put(10, busy("a", 10)),
		"the same key":      put(50, busy("a", 10), gap, busy("a", 20)),
		"an empty segment":  put(40, busy("a", 0), gap, busy("b", 20)),
		"a gap at the end":  put(50, busy("a", 10), busy("b", 20), gap),
		"two gaps":          put(70, busy("a", 10), gap, gap, busy("b", 20)),
		"a gap first":       put(50, gap, busy("a", 10), busy("b", 20)),
		"a part without it": put(30, busy("a", 10), busy("", 20)),
		"no kind":           put(30, appointments.PhaseDef{Minutes: 30}),
	} {
		require.Error(t, err, name)
		refusal(t, err, "invalid_service")
	}
}

func TestAPT17_AGapMayBeARange(t *testing.T) {
	f := onSQLite(t)
	ranged := []appointments.PhaseDef{{Kind: "busy", Key: "a", Minutes: 10}, {Kind: "free", Minutes: 20, MaxMinutes: 40}, {Kind: "busy", Key: "b", Minutes: 20}}
	f.service(appointments.CatalogService{ID: perm, Name: "Dauerwelle", DurationMin: 50, Phases: ranged})
	p, err := f.prepare(wish(func(r *appointment.BookRequest) { r.ServiceID = perm }), forVera())
	require.NoError(t, err)
	require.Equal(t, 20, p.Demand.Phases[1].Minutes, "the demand begins with the least")
	require.Equal(t, 40, p.Demand.Phases[1].MaxMinutes)

	ranged[1].MaxMinutes = 10
	err = f.PutService(t.Context(), tenant, appointments.CatalogService{ID: perm, Name: "x", DurationMin: 50, Currency: "EUR", Phases: ranged})
	refusal(t, err, "invalid_service")
}

func kinds(d availability.Demand) string {
	text := ""
	for _, p := range d.Phases {
		text += p.Kind + " " + strconv.Itoa(p.Minutes) + ", "
	}
	return text
}

func TestAPT18_WhatAPauseIs(t *testing.T) {
	f := onSQLite(t)
	for pause, want := range map[string]string{
		"free": "busy 45, free 45, busy 30, ", "blocked": "busy 45, busy 45, busy 30, ", "by_service": "busy 45, restricted 45, busy 30, ",
	} {
		f.service(appointments.CatalogService{ID: colour, Name: "Ansatzfärbung", DurationMin: 120, Phases: processing(45, 45, 30), Pause: pause})
		p, err := f.prepare(wish(func(r *appointment.BookRequest) { r.ServiceID = colour }), forVera())
		require.NoError(t, err)
		require.Equal(t, want, kinds(p.Demand), pause)
	}
}

func TestAPT19_AShortPauseIsWork(t *testing.T) {
	f := onSQLite(t)
	eleven := at("2026-05-05 11:00")
	r := wish(func(r *appointment.BookRequest) { r.ServiceID, r.StartsAt = perm, eleven })

	p, _, err := f.Prepare(t.Context(), tenant, eleven.AddDate(0, 0, -7), r, forVera())

	require.NoError(t, err)
	require.Equal(t, "busy 50, free 15, busy 5, busy 10, busy 15, busy 40, ", kinds(p.Demand))
}

func TestAPT20_ANestedVisitIsOneOfItsOwn(t *testing.T) {
	onBoth(t, func(t *testing.T, f fixture) {
		coloured, _ := f.book(wish(func(r *appointment.BookRequest) { r.ServiceID, r.StaffID = colour, aylin }), forVera())
		inPause := func(minutes int) error {
			p, err := f.prepare(wish(func(r *appointment.BookRequest) {
				r.CallID, r.StaffID, r.StartsAt = "call-"+strconv.Itoa(minutes), aylin, starts.Add(time.Duration(minutes)*time.Minute)
			}), forKarl())
			require.NoError(t, err)
			require.True(t, p.Demand.Nestable)
			return f.Record(t.Context(), tenant, now, p, held(p))
		}
		refusal(t, inPause(75), "slot_taken")
		require.NoError(t, inPause(45), "10:45 is in the pause")

		moved, _, err := f.move(now, appointment.MoveRequest{Command: command("m", coloured, caller), StartsAt: starts.Add(5 * time.Hour)})
		require.NoError(t, err)
		require.Equal(t, starts.Add(5*time.Hour), moved.StartsAt)
		id := appointment.ID(tenant, appointment.Voice, appointment.VoiceKey("call-45", cut, starts.Add(45*time.Minute), ""))
		require.Equal(t, starts.Add(45*time.Minute), f.get(id).StartsAt)
	})
}

func TestAPT21_ACompositeIsOneAppointment(t *testing.T) {
	f := onSQLite(t)
	view, created := f.book(wish(func(r *appointment.BookRequest) { r.ServiceID = perm }), forVera())
	require.Len(t, created.Phases, 6)
	require.Equal(t, int64(9800), view.Price.Cents)
	require.Equal(t, []string{"Wickeln", "Fixieren", "Spülen", "Schneiden"}, created.Display.Segments)

	moved, announce, err := f.move(now, appointment.MoveRequest{Command: command("m", view, caller), StartsAt: starts.Add(time.Hour)})
	require.NoError(t, err)
	require.Len(t, announce, 1)
	for i, p := range moved.Phases {
		require.Equal(t, time.Hour, p.StartsAt.Sub(view.Phases[i].StartsAt), "all phases move alike")
	}
	cancelled, announce, err := f.Cancel(t.Context(), tenant, now, appointment.CancelRequest{Command: command("c", view, caller)})
	require.NoError(t, err)
	require.Len(t, announce, 1)
	require.Equal(t, 3, cancelled.Appointment.Version)
	f.book(wish(func(r *appointment.BookRequest) {
		r.ServiceID, r.CallID, r.StartsAt = perm, "call-2", starts.Add(time.Hour)
	}), forKarl())
}

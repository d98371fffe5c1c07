package appointments_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/appointments"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

func (f fixture) cancel(at time.Time, v appointment.View, by appointment.By, changes ...func(*appointment.CancelRequest)) (appointment.Cancellation, []events.Event, error) {
	f.t.Helper()
	r := appointment.CancelRequest{Command: command("cancel", v, by)}
	for _, change := range changes {
		change(&r)
	}
	c, announce, err := f.Cancel(f.t.Context(), tenant, at, r)
	check(f.t, announce)
	return c, announce, err
}

func TestAPT31_PoliciesAreMergedKeyByKey(t *testing.T) {
	f := onSQLite(t)
	f.policy("tenant", "", "cancellation", `{"hours_before": 24, "max_per_30d": 3, "fee_percentage": 0}`)
	f.policy("branch", berlin, "cancellation", `{"hours_before": 12}`)
	f.policy("service", cut, "cancellation", `{"fee_percentage": 50}`)
	f.policy("staff", aylin, "cancellation", `{"max_per_30d": null}`)

	for range 2 {
		settings, err := f.EffectivePolicy(t.Context(), tenant, "cancellation", berlin, cut, aylin)
		require.NoError(t, err)
		require.Equal(t, `{"value":12,"level":"branch"}`, asJSON(settings["hours_before"]))
		require.Equal(t, `{"value":50,"level":"service"}`, asJSON(settings["fee_percentage"]))
		require.Equal(t, `{"value":null,"level":"staff"}`, asJSON(settings["max_per_30d"]), "null is none")
		f.policy("tenant", "", "cancellation", `{"hours_before": 48, "max_per_30d": 3, "fee_percentage": 0}`)
	}
	view, _ := f.book(wish(), forVera())
	require.InDelta(t, 12.0, *view.Terms.Cancellation.HoursBefore, 0)
	require.Nil(t, view.Terms.Cancellation.MaxPer30d)
}

func TestAPT32_SeveralPeopleTheStrictestTerms(t *testing.T) {
	t.Parallel()
	rule := appointments.Strictest([]appointment.Rule{
		appointments.RuleOf(`{"hours_before": 24, "max_per_30d": 3, "fee_cents": 500, "late": "charge"}`),
		appointments.RuleOf(`{"hours_before": 48, "max_per_30d": null, "fee_percentage": 50}`),
		appointments.RuleOf(`{"max_per_appointment": 1, "approval": true}`),
	})
	require.InDelta(t, 48.0, *rule.HoursBefore, 0)
	require.Equal(t, 3, *rule.MaxPer30d)
	require.Equal(t, 1, *rule.MaxPerAppointment)
	require.True(t, rule.Approval)
	require.False(t, rule.LateCharge)
	require.Len(t, rule.Fees, 2)
}

func TestAPT33_TermsAreThoseOfTheBooking(t *testing.T) {
	f := onSQLite(t)
	view, _ := f.book(wish(), forVera())
	f.policy("tenant", "", "cancellation", `{"hours_before": 100}`)
	later, _ := f.book(wish(func(r *appointment.BookRequest) { r.CallID, r.StartsAt = "call-2", starts.Add(time.Hour) }), forKarl())

	_, _, err := f.cancel(starts.Add(-30*time.Hour), view, caller)
	require.NoError(t, err)
	karlsCall := caller
	karlsCall.CustomerID = karl
	_, _, err = f.cancel(starts.Add(-30*time.Hour), later, karlsCall)
	refusal(t, err, "deadline_missed")
}

func TestAPT34_TheTermsOfANewTenant(t *testing.T) {
	f := onSQLite(t)
	view, _ := f.book(wish(), forVera())
	require.InDelta(t, 24.0, *view.Terms.Cancellation.HoursBefore, 0)
	require.Equal(t, 3, *view.Terms.Cancellation.MaxPer30d)
	require.InDelta(t, 12.0, *view.Terms.Reschedule.HoursBefore, 0)
	require.Equal(t, 2, *view.Terms.Reschedule.MaxPerAppointment)
	require.Empty(t, view.Terms.Cancellation.Fees)
	f.policy("tenant", "", "cancellation", `{}`)
	require.NoError(t, f.SeedPolicies(t.Context(), tenant), "what is there stays")

	free, _ := f.book(wish(func(r *appointment.BookRequest) { r.CallID, r.StartsAt = "call-2", starts.Add(time.Hour) }), forVera())
	c, _, err := f.cancel(free.StartsAt.Add(-time.Second), free, caller)
	require.NoError(t, err, "without a policy everything is allowed")
	require.Zero(t, c.Fee.Cents)
}

func TestAPT35_NoticeIsElapsedTime(t *testing.T) {
	for name, c := range map[string]struct{ start, last, tooLate string }{
		"spring": {"2026-03-29 10:00", "2026-03-28 09:00", "2026-03-28 09:01"},
		"autumn": {"2026-10-25 10:00", "2026-10-24 11:00", "2026-10-24 11:01"},
	} {
		t.Run(name, func(t *testing.T) {
			f := onSQLite(t)
			day := at(c.start)
			p, _, err := f.Prepare(t.Context(), tenant, day.AddDate(0, 0, -7), wish(func(r *appointment.BookRequest) { r.StartsAt = day }), forVera())
			require.NoError(t, err)
			require.NoError(t, f.Record(t.Context(), tenant, day.AddDate(0, 0, -7), p, held(p)))
			view, _, err := f.Confirm(t.Context(), tenant, day.AddDate(0, 0, -7), p.AppointmentID, nil, "none")
			require.NoError(t, err)

			_, _, err = f.cancel(at(c.tooLate), view, caller)
			require.Equal(t, "86400", refusal(t, err, "deadline_missed").Facts["required_seconds"])
			_, _, err = f.cancel(at(c.last), view, caller)
			require.NoError(t, err)
		})
	}
}

func TestAPT36_TooLate(t *testing.T) {
	f := onSQLite(t)
	f.policy("tenant", "", "cancellation", `{"hours_before": 24, "fee_percentage": 50}`)
	denied, _ := f.book(wish(), forVera())
	f.policy("tenant", "", "cancellation", `{"hours_before": 24, "fee_percentage": 50, "late": "charge"}`)
	charged, _ := f.book(wish(func(r *appointment.BookRequest) { r.CallID, r.StartsAt = "call-2", starts.Add(time.Hour) }), forVera())
	late := starts.Add(-3 * time.Hour)

	_, announce, err := f.cancel(late, denied, caller)
	r := refusal(t, err, "deadline_missed")
	require.Equal(t, "10800", r.Facts["remaining_seconds"])
	require.Equal(t, "1600", r.Facts["fee_cents"], "what staff could charge")
	violated := announce[0].(appointment.PolicyViolated)
	require.Equal(t, appointment.Medium, violated.Severity)
	require.Equal(t, "cancel", violated.Action)

	_, announce, err = f.cancel(late, charged, caller)
	require.Equal(t, "1600", refusal(t, err, "fee_not_accepted").Facts["fee_cents"])
	require.Equal(t, appointment.Low, announce[0].(appointment.PolicyViolated).Severity)
	c, announce, err := f.cancel(late, charged, caller, func(r *appointment.CancelRequest) { r.AcceptFee = true })
	require.NoError(t, err)
	require.Equal(t, int64(1600), c.Fee.Cents)
	require.False(t, announce[0].(appointment.Cancelled).WithinPolicy)

	c, announce, err = f.cancel(late, denied, reception, func(r *appointment.CancelRequest) { r.ChargeFee = true })
	require.NoError(t, err, "staff may always")
	require.Equal(t, int64(1600), c.Fee.Cents)
	require.Equal(t, "staff", announce[0].(appointment.Cancelled).CancelledBy)
}

func TestAPT37_TheQuotaOfCancellations(t *testing.T) {
	f := onSQLite(t)
	cancelAt := func(n int, when time.Time, by appointment.By) error {
		v, _ := f.book(wish(func(r *appointment.BookRequest) {
			r.CallID, r.StartsAt = "call-q"+strconv.Itoa(n), starts.AddDate(0, 0, 40+n)
		}), forVera())
		_, announce, err := f.cancel(when, v, by)
		if err != nil {
			require.Equal(t, appointment.High, announce[0].(appointment.PolicyViolated).Severity)
		}
		return err
	}
	first := now.Add(time.Hour)
	for n := range 3 {
		require.NoError(t, cancelAt(n, first, caller))
	}
	r := refusal(t, cancelAt(3, first.Add(30*24*time.Hour-time.Second), caller), "quota_exceeded")
	require.Equal(t, "3", r.Facts["used"])
	require.Equal(t, "3", r.Facts["max"])
	require.NoError(t, cancelAt(4, first.Add(30*24*time.Hour-time.Second), reception))
	require.NoError(t, cancelAt(5, first.Add(30*24*time.Hour), caller), "30 times 24 hours later")
}

func TestAPT38_ThinkingAgainIsFree(t *testing.T) {
	f := onSQLite(t)
	f.policy("tenant", "", "cancellation", `{"hours_before": 240, "max_per_30d": 0}`)
	view, _ := f.book(wish(), forVera())
	_, _, err := f.cancel(now.Add(15*time.Minute+time.Second), view, caller)
	refusal(t, err, "deadline_missed")
	c, announce, err := f.cancel(now.Add(15*time.Minute), view, caller)
	require.NoError(t, err)
	require.False(t, c.Counts)
	require.True(t, announce[0].(appointment.Cancelled).WithinPolicy)

	soon, _ := f.book(wish(func(r *appointment.BookRequest) { r.CallID, r.StartsAt = "call-2", now.Add(2*time.Hour) }), forVera())
	_, _, err = f.cancel(now.Add(time.Second), soon, caller)
	refusal(t, err, "deadline_missed")
	_, _, err = f.cancel(now, soon, caller)
	require.NoError(t, err, "two hours before the start")
}

func TestAPT39_TheFirstFeeThatIsNamed(t *testing.T) {
	t.Parallel()
	require.Equal(t, int64(1500), appointments.FeeOf(`{"fee_cents": 1500, "fee_percentage": 50}`, 8500, 0))
	require.Equal(t, int64(1500), appointments.FeeOf(`{"fee_tiers": "standard", "fee_percentage": 50}`, 8500, 0))
	require.Equal(t, int64(4250), appointments.FeeOf(`{"fee_percentage": 50}`, 8500, 0))
	require.Equal(t, int64(4250), appointments.FeeOf(`{"fee_cents": null, "fee_percentage": 50}`, 8500, 0))
	require.Zero(t, appointments.FeeOf(`{"hours_before": 24}`, 8500, 0), "no fee without agreement")
	require.Zero(t, appointments.FeeOf(`{"hours_before": 24, "fee_percentage": 50}`, 8500, 24*time.Hour), "in time")
	require.Equal(t, int64(4250), appointments.FeeOf(`{"hours_before": 24, "fee_percentage": 50}`, 8500, 24*time.Hour-1))
}

func TestAPT40_Tiers(t *testing.T) {
	t.Parallel()
	for hours, cents := range map[time.Duration]int64{30: 1000, 48: 0, 24: 1000, 23: 1500, 0: 1500, 100: 0} {
		require.Equal(t, cents, appointments.FeeOf(`{"fee_tiers": "standard"}`, 8500, hours*time.Hour), "%d hours", hours)
	}
	own := `{"fee_tiers": [{"min_hours": 2, "cents": 300}, {"min_hours": 10, "cents": 100}]}`
	require.Equal(t, int64(300), appointments.FeeOf(own, 8500, 2*time.Hour))
	require.Zero(t, appointments.FeeOf(own, 8500, time.Hour), "no tier reaches there")
}

func TestAPT41_PercentagesAndTheirLimit(t *testing.T) {
	f := onSQLite(t)
	require.Equal(t, int64(1250), appointments.FeeOf(`{"fee_percentage": 25}`, 4999, 0), "half a cent goes up")
	require.Equal(t, int64(1000), appointments.FeeOf(`{"fee_cents": 1500}`, 1000, 0), "no more than the price")
	require.Equal(t, int64(625), appointments.FeeOf(`{"fee_percentage": 12.5}`, 5000, 0))
	err := f.PutPolicy(t.Context(), tenant, appointments.Policy{Level: "tenant", Kind: "no_show", Config: []byte(`{"fee_percentage": 101}`)})
	require.Equal(t, "APT-41", refusal(t, err, "invalid_policy").Rule)

	f.policy("tenant", "", "no_show", `{"fee_percentage": 100}`)
	view, _ := f.book(wish(), forVera())
	_, announce, err := f.MarkNoShow(t.Context(), tenant, starts.Add(15*time.Minute), command("n", view, aylinBy))
	require.NoError(t, err)
	require.Equal(t, int64(3200), announce[0].(appointment.BecameNoShow).Fee.Cents)
}

func TestAPT42_FeesAreToldAndMayBeWaived(t *testing.T) {
	f := onSQLite(t)
	f.policy("tenant", "", "cancellation", `{"fee_cents": 700}`)
	f.policy("tenant", "", "reschedule", `{"fee_cents": 300}`)
	view, _ := f.book(wish(), forVera())
	later := now.Add(time.Hour)
	preview, announce, err := f.PreviewCancel(t.Context(), tenant, later, appointment.CancelRequest{Command: command("p", view, caller)})
	require.NoError(t, err)
	require.Empty(t, announce)
	require.Equal(t, int64(700), preview.Fee.Cents)
	require.Equal(t, appointment.Confirmed, f.get(view.AppointmentID).Status)
	m, err := f.PreviewMove(t.Context(), tenant, later, appointment.MoveRequest{Command: command("p", view, caller), StartsAt: starts.Add(time.Hour)})
	require.NoError(t, err)
	require.Equal(t, int64(300), m.Fee.Cents)

	waive := func(by appointment.By, reason string) error {
		_, _, err := f.cancel(later, view, by, func(r *appointment.CancelRequest) { r.ChargeFee, r.WaiveFee, r.Reason = true, true, reason })
		return err
	}
	refusal(t, waive(aylinBy, "kulant"), "forbidden")
	refusal(t, waive(reception, ""), "reason_required")
	c, announce, err := f.cancel(later, view, reception, func(r *appointment.CancelRequest) { r.ChargeFee, r.WaiveFee, r.Reason = true, true, "kulant" })
	require.NoError(t, err)
	require.True(t, c.Waived)
	require.Equal(t, int64(700), c.Fee.Cents, "it is on record")
	require.Zero(t, announce[0].(appointment.Cancelled).Fee.Cents, "and not owed")
}

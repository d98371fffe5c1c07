package analytics_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/analytics"
	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/store/storetest"
	"github.com/herald-bus/herald/domains/internal/tenancy"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/calendar"
	"github.com/herald-bus/herald/events/figures"
	"github.com/herald-bus/herald/events/notification"
	"github.com/herald-bus/herald/events/resilience"
)

// message is the event that the n-th message was sent, so long after it was due.
func message(t *testing.T, n int, channel string, after time.Duration) events.Envelope {
	t.Helper()
	e := notification.Sent{
		NotificationID: fmt.Sprintf("n%d", n), DeliveryID: fmt.Sprintf("n%d", n), Channel: channel, Purpose: "confirmation", AppointmentID: "a1",
		DueAt: booked, SentAt: booked.Add(after), CostCents: 7, Currency: "EUR",
	}
	return sealed(t, e, booked.Add(after), 1000+n)
}

func arrived(t *testing.T, n int, at time.Time) events.Envelope {
	t.Helper()
	id := fmt.Sprintf("n%d", n)
	return sealed(t, notification.Delivered{NotificationID: id, DeliveryID: id, Channel: "sms", At: at}, at, 2000+n)
}

func bounced(t *testing.T, n int, channel string) events.Envelope {
	t.Helper()
	e := notification.Failed{
		NotificationID: fmt.Sprintf("n%d", n), Type: "confirmation", Audience: "customer", Channel: channel, Purpose: "confirmation",
		AppointmentID: "a1", ReasonClass: notification.ClassRecipient, Reason: "unknown", Attempts: 1,
	}
	return sealed(t, e, booked.Add(time.Hour), 3000+n)
}

func TestDeliveryOfMessages(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db *store.DB) { // worked example 4
		all := []events.Envelope{booking(t, visit(1), 1)}
		for n := range 100 {
			all = append(all, message(t, n, "sms", time.Second))
			switch {
			case n < 92:
				all = append(all, arrived(t, n, booked.Add(time.Minute)))
			case n < 95:
				all = append(all, bounced(t, n, "sms"))
			}
		}
		for n := range 4 { // mails have no receipts
			all = append(all, message(t, 200+n, "email", 6*time.Minute))
		}
		facts := deliver(t, db, append(all, bounced(t, 200, "email"))...)

		rate := report(t, facts, "delivery_rate", "")
		require.Equal(t, []figures.Row{{Sum: 92, Of: 95}}, rate)
		require.Equal(t, "96.8 %", rate[0].Percent())
		require.Equal(t, "5.0 %", report(t, facts, "unproven", "")[0].Percent())
		require.Equal(t, "75.0 %", report(t, facts, "not_bounced", "")[0].Percent())
		require.Equal(t, []figures.Row{{Group: "email", Sum: 4, Of: 4}, {Group: "sms", Of: 100}}, report(t, facts, "late_messages", "channel"))
		require.Equal(t, []figures.Row{{Group: branch, Currency: "EUR", Sum: 728}}, report(t, facts, "message_cost", "branch"))

		soon, err := facts.Report(t.Context(), tenant, booked.Add(time.Hour), figures.Query{Measures: []string{"unproven"}, From: "2027-03-01", To: "2027-04-30"})
		require.NoError(t, err)
		require.Equal(t, []figures.Row{{Of: 100}}, soon[0].Rows, "there is still time")
	})
}

func TestMessagesAreAtTheBranchOfTheirAppointment(t *testing.T) {
	t.Parallel()
	storetest.EachConfig(t, func(t *testing.T, config store.Config) {
		again := message(t, 1, "email", time.Hour) // the other channel failed
		again.ID = "0198c0de-0000-7000-8000-000000009999"
		all := []events.Envelope{booking(t, visit(1), 1), message(t, 1, "sms", time.Second), again, arrived(t, 1, starts)}
		var want string
		for i, order := range [][]int{{0, 1, 2, 3}, {3, 2, 1, 0}, {1, 3, 0, 2}} {
			db := storetest.Open(t, config, analytics.Migrations, tenancy.Migrations)
			for _, table := range []string{"fact_booking", "fact_customer", "fact_message", "agg_visits_daily", "agg_bookings_daily", "agg_messages_daily", "dirty_day"} {
				_, err := db.AllTenants().Exec(t.Context(), `DELETE FROM `+table)
				require.NoError(t, err)
			}
			var facts *analytics.Facts
			for _, n := range order {
				facts = deliver(t, db, all[n], all[n])
			}
			require.Equal(t, []figures.Row{{Group: branch, Sum: 1}}, report(t, facts, "messages_sent", "branch"))
			n, err := facts.Message(t.Context(), tenant, "n1")
			require.NoError(t, err)
			require.Equal(t, int64(14), n.CostCents, "both were paid for")
			require.Equal(t, "email", n.Channel)
			if got := state(t, db, facts); i == 0 {
				want = got
			} else {
				require.Equal(t, want, got, "order %v", order)
			}
		}
	})
}

func TestCalendarsAndDrift(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db *store.DB) {
		facts := deliver(t, db, booking(t, visit(1), 1),
			sealed(t, calendar.SyncCompleted{AppointmentID: "a1", Version: 1, Action: "created"}, booked, 2),
			sealed(t, calendar.SyncFailed{AppointmentID: "a1", Version: 2, Code: "gone", NextStep: "review"}, booked, 3),
			sealed(t, calendar.DriftDetected{ConnectionID: "x", FindingID: "f1", Kind: "missing", Severity: "high", BranchID: "b2", Action: "report"}, booked, 4),
		)

		require.Equal(t, []figures.Row{{Group: branch, Sum: 1, Of: 2}, {Group: "b2"}}, report(t, facts, "calendar_synced", "branch"))
		require.Equal(t, []figures.Row{{Group: "created"}, {Group: "gone"}, {Group: "missing", Sum: 1}}, report(t, facts, "calendar_drift", "kind"))
	})
}

func TestIncidentsAndRecovery(t *testing.T) {
	t.Parallel()
	storetest.EachConfig(t, func(t *testing.T, config store.Config) {
		i := resilience.Incident{IncidentID: "i1", Dependency: resilience.CalCom, Scope: resilience.Global}
		unwell := func(id int, level string, since time.Time) events.Envelope {
			return sealed(t, resilience.ServiceDegraded{Incident: i, Level: level, Severity: "warning", Cause: "circuit", Since: since}, since, id)
		}
		open := unwell(4, resilience.Degraded, booked)
		open.Data = []byte(`{"incident_id": "i2", "dependency": "retell", "scope": "global", "level": "degraded", "since": "2027-03-27T23:30:00Z"}`)
		all := []events.Envelope{
			unwell(1, resilience.Degraded, booked), unwell(2, resilience.Down, booked.Add(time.Minute)), open,
			sealed(t, resilience.ServiceRecovered{Incident: i, WorstLevel: resilience.Down, StartedAt: booked, RecoveredAt: booked.Add(9 * time.Minute)}, booked.Add(11*time.Minute), 3),
		}
		for _, order := range [][]int{{0, 1, 2, 3}, {3, 2, 1, 0}} {
			db := storetest.Open(t, config, analytics.Migrations, tenancy.Migrations)
			_, err := db.AllTenants().Exec(t.Context(), `DELETE FROM fact_incident`)
			require.NoError(t, err)
			var facts *analytics.Facts
			for _, n := range order {
				facts = deliver(t, db, all[n], all[n])
			}

			got, err := facts.Incident(t.Context(), tenant, "i1")

			require.NoError(t, err)
			require.Equal(t, analytics.Incident{
				IncidentID: "i1", Dependency: resilience.CalCom, Scope: resilience.Global, WorstLevel: resilience.Down,
				StartedAt: booked, StartedOn: "2027-03-27", EndedAt: booked.Add(9 * time.Minute), LastedSeconds: 540,
			}, got)
			require.Equal(t, []figures.Row{{Sum: 540, Of: 1}}, report(t, facts, "recovery_time", ""))
			require.Equal(t, []figures.Row{{Group: "degraded", Sum: 1}, {Group: "down", Sum: 1}}, report(t, facts, "incidents", "level"))
		}
	})
}

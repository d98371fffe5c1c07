package domains_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/herald-bus/herald/domains/analytics"
	"github.com/herald-bus/herald/domains/audit"
	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/store/storetest"
	"github.com/herald-bus/herald/domains/internal/tenancy"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/calendar"
	"github.com/herald-bus/herald/events/call"
	"github.com/herald-bus/herald/events/customer"
	"github.com/herald-bus/herald/events/figures"
	"github.com/herald-bus/herald/events/notification"
	"github.com/herald-bus/herald/events/resilience"
)

// monday is the first day of the histories; they take three weeks.
var monday = time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC)

const historyDays = 21

// day returns the date so many days later.
func day(n int) string { return monday.AddDate(0, 0, n).Format(time.DateOnly) }

// books keeps the facts and the trail of one tenant.
type books struct {
	db      *store.DB
	tenant  string
	facts   *analytics.Facts
	trail   *audit.Trail
	rebuild *analytics.Rebuilder
	now     time.Time
}

func openBooks(db *store.DB, tenant string) *books {
	b := &books{db: db, tenant: tenant, facts: analytics.NewFacts(db), trail: audit.NewTrail(db), now: monday.AddDate(0, 0, historyDays)}
	b.rebuild = analytics.NewRebuilder(b.facts, b.trail)
	return b
}

// record has the trail and those who listen take the events in that order.
func (b *books) record(ctx context.Context, all ...events.Envelope) error {
	registry, err := events.NewRegistry(analytics.Types, append(analytics.Listeners(b.facts), audit.NewAppendEntry(b.trail)))
	if err != nil {
		return err
	}
	for _, env := range all {
		for _, l := range registry.Listeners(env.Type) {
			if _, err := registry.Deliver(ctx, l.Name(), env, events.Run{Attempt: 1, Now: b.now}); err != nil {
				return err
			}
		}
	}
	_, err = b.facts.Recompute(ctx, b.tenant)
	return err
}

func (b *books) again(ctx context.Context, from, to string) (figures.Rebuilt, error) {
	return b.rebuild.Rebuild(ctx, b.tenant, b.now, figures.RebuildRequest{ID: "r1", From: from, To: to})
}

// dump are all the tenant's rows.
func (b *books) dump(t *testing.T) string {
	var rows []string
	for line := range strings.Lines(storetest.Dump(t, b.db)) {
		if !strings.HasPrefix(line, "\t") || strings.Contains(line, b.tenant) {
			rows = append(rows, line)
		}
	}
	return strings.Join(rows, "")
}

// A history is what happens to some appointments, calls and customers.
type history struct {
	t      *rapid.T
	tenant string
	all    []events.Envelope
}

func (h *history) happens(at time.Time, e events.Event) {
	id := events.DerivedID(h.tenant, "history", len(h.all))
	env, err := events.Seal(e, events.Tenant(h.tenant), events.OccurredAt(at), events.Backdated(), events.ID(id))
	require.NoError(h.t, err)
	h.all = append(h.all, env)
}

// instant is some hour from the given one on, of those that the history has.
func (h *history) instant(after time.Time) time.Time {
	left := int(monday.AddDate(0, 0, historyDays-1).Sub(after).Hours())
	return after.Add(time.Duration(rapid.IntRange(0, max(0, left)).Draw(h.t, "hours")) * time.Hour)
}

func (h *history) appointment(n int) {
	at := h.instant(monday)
	ref := appointment.Ref{
		AppointmentID: fmt.Sprintf("a%d", n), BranchID: rapid.SampledFrom([]string{"b1", "b2"}).Draw(h.t, "branch"), ServiceID: "s1",
		CustomerID: rapid.SampledFrom([]string{"", "c1", "c2", "c3", "c4"}).Draw(h.t, "customer"), StaffIDs: []string{"ada"},
		Zone: "Europe/Berlin", Status: appointment.Pending, Origin: appointment.Voice,
	}
	move := func(e *appointment.Ref) {
		e.StartsAt = h.instant(at)
		e.EndsAt = e.StartsAt.Add(time.Hour)
	}
	move(&ref)
	price := appointment.Money{Cents: int64(rapid.IntRange(0, 9000).Draw(h.t, "price")), Currency: "EUR"}
	if rapid.IntRange(0, 9).Draw(h.t, "known") > 0 { // else the creation is still to come
		h.happens(at, appointment.Created{Ref: ref, Price: price, CalendarState: "none", IdempotencyKey: "k"})
	}
	for range rapid.IntRange(0, 4).Draw(h.t, "changes") {
		if at = h.instant(at); rapid.Bool().Draw(h.t, "moved") {
			old := ref
			move(&ref)
			h.happens(at, appointment.Rescheduled{Ref: ref, OldStartsAt: old.StartsAt, OldEndsAt: old.EndsAt})
			continue
		}
		ref.ServiceID = rapid.SampledFrom([]string{"s1", "s2"}).Draw(h.t, "service")
		h.happens(at, appointment.Updated{Ref: ref, Changed: []string{"service"}, After: appointment.Details{ServiceID: ref.ServiceID, Price: price}})
	}
	switch at = h.instant(at); rapid.IntRange(0, 3).Draw(h.t, "end") {
	case 0:
		h.happens(at, appointment.Cancelled{Ref: ref, CancelledBy: "customer", WithinPolicy: rapid.Bool().Draw(h.t, "in time"), Fee: price})
	case 1:
		h.happens(at, appointment.BecameCompleted{Ref: ref, By: "staff", Price: price})
	case 2:
		h.happens(at, appointment.BecameNoShow{Ref: ref, Fee: price})
	}
}

func (h *history) others() {
	ref := call.Ref{CallID: "call-1", BranchID: "b1", Zone: "Europe/Berlin"}
	at := h.instant(monday)
	h.happens(at, call.Started{Ref: ref, Direction: "inbound", Kind: "customer", CallerID: "withheld", StartedAt: at})
	h.happens(h.instant(at), call.Ended{Ref: ref, StartedAt: at, EndedAt: at.Add(time.Minute), DurationMS: 60000, EndClass: call.EndCaller, CostCents: 20, CostCurrency: "EUR"})
	for revision := range rapid.IntRange(0, 2).Draw(h.t, "analyses") {
		h.happens(h.instant(at), call.Analyzed{Ref: ref, Revision: revision + 1, Outcome: rapid.SampledFrom([]string{"booked", "spam"}).Draw(h.t, "outcome"), EndClass: call.EndCaller})
	}
	h.happens(h.instant(at), call.CostSettled{Ref: ref, CostCents: 33, Currency: "EUR", VendorAmount: "0.36", Rate: "0.92"})
	h.happens(h.instant(at), call.AppointmentBooked{Ref: ref, AppointmentID: "a0", StartsAt: at, EndsAt: at.Add(time.Hour), ServiceID: "s1", Ordinal: 1})
	h.happens(h.instant(monday), appointment.WishRecorded{WishID: "w1", BranchID: "b1", ServiceID: "s1", DesiredAt: at, Reason: appointment.NotAvailable})
	h.happens(at, appointment.CallbackRequested{CallbackID: "k1", BranchID: "b1", Priority: appointment.HighPriority, ExpiresAt: at.Add(time.Hour)})
	h.happens(h.instant(at), appointment.CallbackCompleted{CallbackID: "k1", Outcome: "done"})
	h.messages()
	h.happens(at, customer.Created{Profile: customer.Profile{Ref: customer.Ref{CustomerID: "c1"}, Source: "staff"}})
	if rapid.Bool().Draw(h.t, "merged") {
		h.happens(h.instant(monday), customer.Merged{MergeID: "m1", PrimaryID: "c1", DuplicateID: "c2", By: "staff"})
		h.happens(h.instant(monday), customer.Merged{MergeID: "m2", PrimaryID: "c3", DuplicateID: "c1", By: "staff"})
	}
}

func (h *history) messages() {
	for n := range rapid.IntRange(0, 3).Draw(h.t, "messages") {
		at, id := h.instant(monday), fmt.Sprintf("n%d", n)
		about := fmt.Sprintf("a%d", n)
		for range rapid.IntRange(0, 2).Draw(h.t, "channels") {
			h.happens(at, notification.Sent{
				NotificationID: id, DeliveryID: id, Channel: "sms", Purpose: "confirmation", AppointmentID: about,
				DueAt: at, SentAt: at, CostCents: 7, Currency: "EUR",
			})
			at = h.instant(at)
		}
		if rapid.Bool().Draw(h.t, "arrived") {
			h.happens(at, notification.Delivered{NotificationID: id, DeliveryID: id, Channel: "sms", At: at})
			continue
		}
		h.happens(at, notification.Failed{
			NotificationID: id, Type: "confirmation", Audience: "customer", Channel: "sms", Purpose: "confirmation", AppointmentID: about,
			ReasonClass: notification.ClassProvider, Reason: "down", Attempts: 3,
		})
	}
	at, i := h.instant(monday), resilience.Incident{IncidentID: "i1", Dependency: resilience.SMTP, Scope: resilience.Global}
	h.happens(at, resilience.ServiceDegraded{Incident: i, Level: resilience.Degraded, Severity: "warning", Cause: "circuit", Since: at})
	h.happens(h.instant(at), resilience.ServiceRecovered{Incident: i, WorstLevel: resilience.Down, StartedAt: at, RecoveredAt: at.Add(time.Minute)})
	h.happens(h.instant(monday), calendar.SyncFailed{AppointmentID: "a0", Version: 1, Code: "gone", NextStep: "review"})
}

// A past is a history in an order in which it may arrive: any, but that what is said
// of somebody comes before that he is to be forgotten.
type past struct {
	arrived  []events.Envelope
	from, to int
}

func pasts(tenant string) *rapid.Generator[past] {
	return rapid.Custom(func(t *rapid.T) past {
		h := &history{t: t, tenant: tenant}
		for n := range rapid.IntRange(1, 6).Draw(t, "appointments") {
			h.appointment(n)
		}
		h.others()
		p := past{arrived: rapid.Permutation(h.all).Draw(t, "order"), from: rapid.IntRange(0, historyDays).Draw(t, "from")}
		p.to = rapid.IntRange(p.from, historyDays).Draw(t, "to")
		if rapid.Bool().Draw(t, "erased") {
			said := len(h.all)
			for _, id := range []string{"c1", "c2", "c3"} {
				h.happens(monday.AddDate(0, 0, historyDays), customer.Erased{Ref: customer.Ref{CustomerID: id}, At: monday})
			}
			p.arrived = append(p.arrived, h.all[said:]...)
		}
		return p
	})
}

// damages are what a rebuild mends.
var damages = []string{
	`UPDATE fact_booking SET price_cents = price_cents + 1, reschedules = 99, first_visit = NOT first_visit, customer_id = 'c9', seen = '{}'
		WHERE tenant_id = $1 AND (visit_on BETWEEN $2 AND $3 OR created_on BETWEEN $2 AND $3)`,
	`DELETE FROM fact_lost WHERE tenant_id = $1 AND lost_on BETWEEN $2 AND $3`,
	`UPDATE fact_callback SET result = '', closed_at = NULL, closed_by = '' WHERE tenant_id = $1 AND requested_on BETWEEN $2 AND $3`,
	`UPDATE fact_call SET direction = 'sideways', seen = '{}' WHERE tenant_id = $1 AND started_on BETWEEN $2 AND $3`,
	`UPDATE fact_message SET sent_at = NULL, cost_cents = 99, seen = '{}' WHERE tenant_id = $1 AND sent_on BETWEEN $2 AND $3`,
	`UPDATE fact_sync SET result = 'completed' WHERE tenant_id = $1 AND synced_on BETWEEN $2 AND $3`,
	`DELETE FROM fact_incident WHERE tenant_id = $1 AND started_on BETWEEN $2 AND $3`,
	`DELETE FROM agg_calls_daily WHERE tenant_id = $1 AND started_on BETWEEN $2 AND $3`,
	`UPDATE agg_messages_daily SET sent = 99 WHERE tenant_id = $1 AND sent_on BETWEEN $2 AND $3`,
	`UPDATE fact_customer SET source = 'nowhere' WHERE tenant_id = $1 AND created_on BETWEEN $2 AND $3`,
	`UPDATE agg_visits_daily SET booked = 99 WHERE tenant_id = $1 AND visit_on BETWEEN $2 AND $3`,
	`DELETE FROM agg_bookings_daily WHERE tenant_id = $1 AND created_on BETWEEN $2 AND $3`,
}

func TestANA6_ARebuildEqualsWhatWasRecordedLive(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		const histories = 8
		for n := range histories {
			b := openBooks(db, fmt.Sprintf("0198c0de-0000-7000-8000-%012d", n))
			p := pasts(b.tenant).Example(n)
			require.NoError(t, b.record(t.Context(), p.arrived...))
			want := b.dump(t)
			for _, damage := range damages {
				_, err := db.Tenant(b.tenant).Exec(t.Context(), damage, day(p.from), day(p.to))
				require.NoError(t, err)
			}

			done, err := b.again(t.Context(), day(p.from), day(p.to))

			require.NoError(t, err)
			require.Equal(t, len(p.arrived), done.Events)
			require.Equal(t, want, b.dump(t), "history %d, %s to %s", n, day(p.from), day(p.to))
		}
	}, analytics.Migrations, audit.Migrations, tenancy.Migrations)
}

func TestANA6_OneRebuildAtATime(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := openBooks(db, sampleTenant)
		running := func(id string, now time.Time) {
			_, err := db.Tenant(b.tenant).Exec(t.Context(), `INSERT INTO rebuilding (tenant_id, rebuild_id, until) VALUES ($1, $2, $3)`, id, now)
			require.NoError(t, err)
		}
		running("another", b.now.Add(time.Minute))

		_, err := b.again(t.Context(), day(0), day(1))

		var refusal *events.Refusal
		require.ErrorAs(t, err, &refusal)
		require.Equal(t, "already_running", refusal.Code)

		b.now = b.now.Add(time.Minute)
		_, err = b.again(t.Context(), day(0), day(1))
		require.NoError(t, err, "the other has died")
		running("r1", b.now.Add(time.Minute))
		_, err = b.again(t.Context(), day(0), day(1))
		require.NoError(t, err, "it is its own next attempt")
	}, analytics.Migrations, audit.Migrations, tenancy.Migrations)
}

func TestANA6_WhatTheTrailDoesNotKnowStays(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := openBooks(db, sampleTenant)
		p := pasts(b.tenant).Example(3)
		require.NoError(t, b.record(t.Context(), p.arrived...))
		want := b.dump(t)
		b.rebuild = analytics.NewRebuilder(b.facts, expired{})

		done, err := b.again(t.Context(), day(0), day(historyDays))

		require.NoError(t, err)
		require.Zero(t, done.Events)
		require.Equal(t, want, b.dump(t))
	}, analytics.Migrations, audit.Migrations, tenancy.Migrations)
}

// expired is a trail of which nothing is left.
type expired struct{}

func (expired) Since(_ context.Context, _ store.Scope, now time.Time) (time.Time, error) {
	return now, nil
}

func (expired) Replay(context.Context, store.Scope, string, func(events.Envelope) error) error {
	return nil
}

func TestANA6_ARebuildThatFailsChangesNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := openBooks(db, sampleTenant)
		require.NoError(t, b.record(t.Context(), pasts(b.tenant).Example(1).arrived...))
		want := b.dump(t)
		b.rebuild = analytics.NewRebuilder(b.facts, torn{})

		_, err := b.again(t.Context(), day(0), day(historyDays))

		require.ErrorIs(t, err, errTorn)
		require.Equal(t, want, b.dump(t))
	}, analytics.Migrations, audit.Migrations, tenancy.Migrations)
}

var errTorn = errors.New("a page is missing")

// torn is a trail that can't be read to its end.
type torn struct{ expired }

func (torn) Since(context.Context, store.Scope, time.Time) (time.Time, error) {
	return time.Time{}, nil
}

func (torn) Replay(context.Context, store.Scope, string, func(events.Envelope) error) error {
	return errTorn
}

// patiently does it again, as the bus does, if it had to wait too long for the database.
func patiently(do func() error) (err error) {
	const attempts = 10
	for range attempts {
		if err = do(); !errors.Is(err, context.DeadlineExceeded) {
			return err
		}
	}
	return err
}

func TestANA6_WhatIsRecordedMeanwhileIsNotLost(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		const lives = 4
		b := openBooks(db, sampleTenant)
		p := pasts(b.tenant).Example(5)
		half := len(p.arrived) / 2
		require.NoError(t, b.record(t.Context(), p.arrived[:half]...))
		live := make(chan error, lives)
		for n := range lives {
			go func() {
				for i := half + n; i < len(p.arrived); i += lives {
					if err := patiently(func() error { return b.record(t.Context(), p.arrived[i]) }); err != nil {
						live <- err
						return
					}
				}
				live <- nil
			}()
		}
		for range lives {
			_, err := b.again(t.Context(), day(0), day(historyDays))
			require.NoError(t, err)
			require.NoError(t, <-live)
		}
		want := b.dump(t)

		_, err := b.again(t.Context(), day(0), day(historyDays))

		require.NoError(t, err)
		require.Equal(t, want, b.dump(t))
	}, analytics.Migrations, audit.Migrations, tenancy.Migrations)
}

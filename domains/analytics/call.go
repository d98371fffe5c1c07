package analytics

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/call"
)

// A Call is the fact of one telephone call.
type Call struct {
	CallID    string
	BranchID  string
	Kind      string
	Direction string
	StartedAt time.Time
	// StartedOn is the date at the branch.
	StartedOn  string
	EndedAt    time.Time
	DurationMS int64
	EndClass   string
	// Outcome, Intent and Sentiment are those of the highest revision.
	Outcome, Intent, Sentiment string
	Revision                   int
	// Booked counts the appointments that it led to.
	Booked        int
	FirstBookedAt time.Time
	// CostCents is an estimate until CostFinal.
	CostCents int64
	Currency  string
	CostFinal bool
	Failed    bool
	// Qualified says that somebody called who might have booked.
	Qualified bool
	// BookingSeconds is the time from the start to the first booking.
	BookingSeconds int64
}

// shortest is how long a call lasts that counts.
const shortest = 10 * time.Second

// noCustomers are the outcomes of calls by nobody who might have booked.
var noCustomers = []string{"spam", "voicemail"}

// derive fills in what follows from the other fields.
func (c *Call) derive() {
	c.Qualified = c.Direction == "inbound" && c.Kind != "test" && !c.EndedAt.IsZero() &&
		c.DurationMS >= shortest.Milliseconds() && !slices.Contains(noCustomers, c.Outcome)
	c.BookingSeconds = 0
	if !c.StartedAt.IsZero() && !c.FirstBookedAt.IsZero() {
		c.BookingSeconds = int64(c.FirstBookedAt.Sub(c.StartedAt).Seconds())
	}
}

func (c *Call) setStart(m *merge, r call.Ref, at time.Time) error {
	startedOn, err := dateIn(r.Zone, at)
	if err != nil {
		return err
	}
	set(m, "started_at", &c.StartedAt, at)
	set(m, "started_on", &c.StartedOn, startedOn)
	return nil
}

func (c *Call) applyStarted(m *merge, e call.Started) error {
	set(m, "kind", &c.Kind, e.Kind)
	set(m, "direction", &c.Direction, e.Direction)
	return c.setStart(m, e.Ref, e.StartedAt)
}

func (c *Call) applyEnded(m *merge, e call.Ended) error {
	set(m, "ended_at", &c.EndedAt, e.EndedAt)
	set(m, "duration", &c.DurationMS, e.DurationMS)
	set(m, "end_class", &c.EndClass, e.EndClass)
	cost, currency := &c.CostCents, &c.Currency
	if c.CostFinal { // the estimate comes too late
		cost, currency = new(int64), new(string)
	}
	set(m, "estimate", cost, e.CostCents)
	set(m, "estimate_currency", currency, e.CostCurrency)
	if e.StartedAt.IsZero() {
		return nil
	}
	return c.setStart(m, e.Ref, e.StartedAt)
}

func (c *Call) applyAnalyzed(m *merge, e call.Analyzed) error {
	const name = "analysis"
	if e.Revision < c.Revision {
		return nil
	}
	if e.Revision > c.Revision { // whenever it was made
		delete(m.seen, name)
	}
	said := [3]string{e.Outcome, e.Intent, e.Sentiment}
	kept := [3]string{c.Outcome, c.Intent, c.Sentiment}
	set(m, name, &kept, said)
	c.Outcome, c.Intent, c.Sentiment, c.Revision = kept[0], kept[1], kept[2], e.Revision
	return nil
}

func (c *Call) applySettled(m *merge, e call.CostSettled) error {
	set(m, "cost", &c.CostCents, e.CostCents)
	set(m, "cost_currency", &c.Currency, e.Currency)
	c.CostFinal = true
	return nil
}

func (c *Call) applyFailed(m *merge, _ call.Failed) error {
	set(m, "failed", &c.Failed, true)
	return nil
}

func (c *Call) applyBooked(m *merge, e call.AppointmentBooked) error {
	if m.once("booked:" + e.AppointmentID) {
		c.Booked++
	}
	earliest(m, &c.FirstBookedAt, m.by.At)
	return nil
}

func (c *Call) table() (name, key string) { return "fact_call", "call_id" }

func (c *Call) id() string { return c.CallID }

func (c *Call) columns() []string {
	return []string{
		"branch_id", "kind", "direction", "started_at", "started_on", "ended_at", "duration_ms", "end_class", "outcome", "intent",
		"sentiment", "revision", "booked", "first_booked_at", "cost_cents", "currency", "cost_final", "failed", "qualified", "booking_s",
	}
}

func (c *Call) into() []any {
	return []any{
		&c.BranchID, &c.Kind, &c.Direction, store.At(&c.StartedAt), &c.StartedOn, store.At(&c.EndedAt), &c.DurationMS, &c.EndClass, &c.Outcome, &c.Intent,
		&c.Sentiment, &c.Revision, &c.Booked, store.At(&c.FirstBookedAt), &c.CostCents, &c.Currency, &c.CostFinal, &c.Failed, &c.Qualified, &c.BookingSeconds,
	}
}

func (c *Call) values() []any {
	return []any{
		c.BranchID, c.Kind, c.Direction, c.StartedAt, c.StartedOn, c.EndedAt, c.DurationMS, c.EndClass, c.Outcome, c.Intent,
		c.Sentiment, c.Revision, c.Booked, c.FirstBookedAt, c.CostCents, c.Currency, c.CostFinal, c.Failed, c.Qualified, c.BookingSeconds,
	}
}

// onCall returns a listener to one of the events of a call: apply puts what it says
// into the fact.
func onCall[E events.Event](name string, facts *Facts, ref func(E) call.Ref, apply func(*Call, *merge, E) error) events.Listener {
	return events.On(name, func(ctx context.Context, d events.Delivery[E]) error {
		r := ref(d.Event)
		err := facts.recordCall(ctx, d.Meta, d.Now(), r, func(c *Call, m *merge) error { return apply(c, m, d.Event) })
		if err != nil {
			return fmt.Errorf("analytics: record the call %s: %w", r.CallID, err)
		}
		return nil
	}, patient)
}

func (f *Facts) recordCall(ctx context.Context, by events.Meta, now time.Time, ref call.Ref, apply func(*Call, *merge) error) error {
	return f.scope(by.TenantID).InTx(ctx, func(tx store.Scope) error {
		c := Call{CallID: ref.CallID}
		m, err := load(ctx, tx, by, &c)
		if err != nil {
			return err
		}
		before := c
		set(m, "branch_id", &c.BranchID, ref.BranchID)
		if err := apply(&c, m); err != nil {
			return events.Permanent(err) // the same event has the same fault next time
		}
		if !m.changed {
			return nil
		}
		c.derive()
		if err := save(ctx, tx, m, &c); err != nil {
			return err
		}
		return f.touch(ctx, tx, now, day{callFigures, before.StartedOn, before.BranchID}, day{callFigures, c.StartedOn, c.BranchID})
	})
}

// Call returns the fact of a call, or [store.ErrNotFound].
func (f *Facts) Call(ctx context.Context, tenantID, callID string) (Call, error) {
	return store.One(ctx, f.db.Tenant(tenantID), func(row store.Row) (Call, error) {
		c := Call{CallID: callID}
		return c, row.Scan(c.into()...)
	}, `SELECT `+columnsOf(&Call{})+` FROM fact_call WHERE tenant_id = $1 AND call_id = $2`, callID)
}

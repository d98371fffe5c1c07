package workflows

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/customer"
)

// SeriesLifeType is the type of the workflow of one series.
const SeriesLifeType = "appointment.series"

// SeriesWorkflowID returns the id of the workflow of a series.
func SeriesWorkflowID(seriesID string) string { return "series/" + seriesID }

// The updates that a series takes. [SeriesEnd] is a change without a rule.
const (
	SeriesPlan   = "plan"
	SeriesChange = "change"
	SeriesEnd    = "end"
)

// Steps of a series' life.
const (
	StepPlanSeries   = "appointments.plan-series"
	StepChangeSeries = "appointments.change-series"
	StepRecordSeries = "appointments.record-series"
	StepBookOne      = "appointments.book-occurrence"
	StepCancelOne    = "appointments.cancel-occurrence"
)

// A SeriesPlanCommand asks for a series. Who is asked for each of its bookings.
type SeriesPlanCommand struct {
	Cause  Cause                     `json:"cause"`
	Series appointment.SeriesRequest `json:"series"`
	Who    customer.Query            `json:"who"`
	// Wait is how long the caller waits for the first bookings.
	Wait time.Duration `json:"wait"`
}

// A SeriesChangeCommand changes a series, or ends it. By is who cancels what goes.
type SeriesChangeCommand struct {
	Cause  Cause                    `json:"cause"`
	By     appointment.By           `json:"by"`
	Change appointment.SeriesChange `json:"change"`
	Wait   time.Duration            `json:"wait"`
}

// A SeriesAnswer says what became of a series: its state is [Done], [Refused] or
// [Processing].
type SeriesAnswer struct {
	State    BookingState          `json:"state"`
	SeriesID string                `json:"series_id"`
	Created  []string              `json:"created,omitzero"`
	Skipped  []appointment.Skipped `json:"skipped,omitzero"`
	// NextAt is when the next occurrences come into reach.
	NextAt time.Time `json:"next_at,omitzero"`
	// Cancelled are the appointments that a change has ended, and Kept those that may
	// not be cancelled, with the reason.
	Cancelled []string          `json:"cancelled,omitzero"`
	Kept      map[string]string `json:"kept,omitzero"`
	// Follows is the series that goes on instead of this one.
	Follows string          `json:"follows,omitzero"`
	Refusal *events.Refusal `json:"refusal,omitzero"`
}

// RecordSeriesRequest is the input of [StepRecordSeries].
type RecordSeriesRequest struct {
	SeriesID string                `json:"series_id"`
	Created  []string              `json:"created,omitzero"`
	Skipped  []appointment.Skipped `json:"skipped,omitzero"`
}

// A SeriesStart is the input of a series' workflow.
type SeriesStart struct {
	Cause    Cause  `json:"cause"`
	SeriesID string `json:"series_id"`
	// Series and Who are what was asked for; without them the workflow waits.
	Series *appointment.SeriesRequest `json:"series,omitzero"`
	Who    customer.Query             `json:"who,omitzero"`
	// CustomerKey is the key by which the customer is known, if it is another series'.
	CustomerKey string `json:"customer_key,omitzero"`
	// Settled are the keys of the bookings that were made, or left out.
	Settled []string `json:"settled,omitzero"`
	// Root is the first appointment of the series.
	Root string `json:"root,omitzero"`
}

// seriesLife is the state of one run.
type seriesLife struct {
	SeriesStart
	turn    workflow.Mutex // commands and the clock take turns
	changes int            // commands that were done
	working int            // commands that run or wait
	rounds  int
	planned bool
	handed  bool         // what to book was handed over: nobody waits for the first round
	last    time.Time    // when the last planned occurrence has begun; zero if none is to come
	answer  SeriesAnswer // what became of it so far
}

// SeriesLife books the occurrences of a series, each when it comes into reach, and
// takes changes until the last one has begun.
func SeriesLife(ctx workflow.Context, start SeriesStart) (SeriesAnswer, error) {
	l := &seriesLife{SeriesStart: start, turn: workflow.NewMutex(ctx), handed: start.Series != nil, answer: SeriesAnswer{State: Processing, SeriesID: start.SeriesID}}
	if err := l.listen(ctx); err != nil {
		return l.answer, err
	}
	if _, err := workflow.AwaitWithTimeout(ctx, askedWithin, func() bool { return l.Series != nil || l.changes > 0 }); err != nil {
		return l.answer, err
	}
	for l.Series != nil {
		seen := l.changes
		if err := l.round(ctx); err != nil {
			return l.answer, err
		}
		if l.answer.Refusal != nil {
			break
		}
		if l.until().IsZero() && l.changes == seen && l.working == 0 {
			break
		}
		if err := l.rest(ctx, seen); err != nil {
			return l.answer, err
		}
	}
	return l.answer, l.finish(ctx)
}

// rest waits until there is something to plan, and goes on in a new run now and then.
func (l *seriesLife) rest(ctx workflow.Context, seen int) error {
	stirred := func() bool { return l.changes != seen }
	until := l.until()
	if until.IsZero() {
		return workflow.Await(ctx, func() bool { return stirred() || l.working == 0 })
	}
	workflow.SetCurrentDetails(ctx, fmt.Sprintf("%d booked, %d left out; sleeps until %s",
		len(l.answer.Created), len(l.answer.Skipped), until.UTC().Format(time.RFC3339)))
	const least = time.Minute // so that no two clocks make it spin
	changed, err := workflow.AwaitWithTimeout(ctx, max(until.Sub(workflow.Now(ctx)), least), stirred)
	if err != nil || changed || !workflow.GetInfo(ctx).GetContinueAsNewSuggested() {
		return err
	}
	if err := l.finish(ctx); err != nil {
		return err
	}
	return workflow.NewContinueAsNewError(ctx, SeriesLifeType, l.SeriesStart)
}

// until is when there is something to do: to plan, or to end.
func (l *seriesLife) until() time.Time {
	if !l.answer.NextAt.IsZero() {
		return l.answer.NextAt
	}
	return l.last
}

// finish waits until every command is done, and answered.
func (l *seriesLife) finish(ctx workflow.Context) error {
	return workflow.Await(ctx, func() bool { return l.working == 0 && workflow.AllHandlersFinished(ctx) })
}

// round plans, and books what is in reach and was not settled before. What is not
// free is left out, and the others stand. A refusal ends the series: whoever waits
// for the plan is told, or else a person is asked for.
func (l *seriesLife) round(ctx workflow.Context) error {
	if err := l.turn.Lock(ctx); err != nil {
		return err
	}
	defer l.turn.Unlock()
	l.Cause.Hops, l.Cause.CausationID = 0, "" // a clock is no reaction
	plan, err := do[appointment.SeriesRequest, appointment.SeriesPlan](ctx, endless, StepPlanSeries, seriesRequest(l, "", *l.Series))
	if err != nil {
		return err
	}
	if plan.Refusal != nil {
		l.answer.State, l.answer.Refusal = Refused, plan.Refusal
		if l.planned || l.handed {
			return l.attention(ctx, *plan.Refusal)
		}
		return nil
	}
	record := RecordSeriesRequest{SeriesID: l.SeriesID, Skipped: l.settle(plan.Result.Skipped)}
	l.last = time.Time{}
	for _, b := range plan.Result.Book {
		l.last = b.StartsAt.Add(time.Minute) // it has begun then
		if slices.Contains(l.Settled, b.Key) {
			continue
		}
		who := l.Who
		who.Key = cmp.Or(l.CustomerKey, SeriesWorkflowID(l.SeriesID)) // so that all of them are for one customer
		booked, err := do[BookCommand, BookingAnswer](ctx, asking, StepBookOne, seriesRequest(l, "", BookCommand{Cause: l.Cause, Booking: b, Who: who, Wait: occurrenceWait}))
		if err != nil {
			return err
		}
		l.Settled = append(l.Settled, b.Key)
		if answer := booked.Result; answer.State == Booked {
			record.Created = append(record.Created, answer.AppointmentID)
		} else {
			record.Skipped = append(record.Skipped, leftOut(b, answer))
		}
	}
	if l.Root == "" && len(record.Created) > 0 {
		l.Root = record.Created[0]
	}
	l.answer.Created = append(l.answer.Created, record.Created...)
	l.answer.Skipped = append(l.answer.Skipped, record.Skipped...)
	l.answer.NextAt = plan.Result.NextAt
	if len(record.Created)+len(record.Skipped) > 0 {
		if err := l.record(ctx, record); err != nil {
			return err
		}
	}
	l.planned, l.answer.State = true, Done
	return nil
}

// settle returns those of the occurrences that are left out for the first time.
func (l *seriesLife) settle(skipped []appointment.Skipped) (first []appointment.Skipped) {
	for _, s := range skipped {
		key := SeriesWorkflowID(l.SeriesID) + "/" + s.Date
		if !slices.Contains(l.Settled, key) {
			l.Settled, first = append(l.Settled, key), append(first, s)
		}
	}
	return first
}

// attention asks for a person: nothing more is booked of the series, and nobody who
// asked for it is there to hear that.
func (l *seriesLife) attention(ctx workflow.Context, why events.Refusal) error {
	env, err := sealAttention(ctx, l.Cause, appointment.AttentionRequired{
		AppointmentID: cmp.Or(l.Root, l.SeriesID), Code: "series_stopped",
		Text: fmt.Sprintf("nothing more is booked of the series %s: %s; once that is put right, plan it again under its id", l.SeriesID, why.Error()),
	}, 0)
	if err != nil {
		return err
	}
	return announce(ctx, []events.Envelope{env})
}

// record announces what was done in a round, or by a change.
func (l *seriesLife) record(ctx workflow.Context, r RecordSeriesRequest) error {
	l.rounds++
	key := fmt.Sprintf("%s/%d", workflow.GetInfo(ctx).WorkflowExecution.RunID, l.rounds)
	recorded, err := do[RecordSeriesRequest, struct{}](ctx, endless, StepRecordSeries, seriesRequest(l, key, r))
	if err != nil {
		return err
	}
	return announce(ctx, recorded.Announce)
}

// occurrenceWait is how long one attempt to book waits. A booking that is at work is
// asked for again until it is settled, which its saga sees to.
const occurrenceWait = 5 * time.Second

var asking = pace{timeout: 30 * time.Second, first: time.Second, factor: 2, longest: time.Minute}

// leftOut is an occurrence that was not booked. The key of its booking is that of the
// series with its local date.
func leftOut(b appointment.BookRequest, answer BookingAnswer) appointment.Skipped {
	const most = 2
	s := appointment.Skipped{Date: b.Key[strings.LastIndex(b.Key, "/")+1:], Code: string(answer.State), Alternatives: []appointment.Slot{}}
	if answer.Refusal != nil {
		s.Code = answer.Refusal.Code
	}
	for _, a := range answer.Alternatives[:min(most, len(answer.Alternatives))] {
		s.Alternatives = append(s.Alternatives, a.Slot)
	}
	return s
}

// listen takes the commands.
func (l *seriesLife) listen(ctx workflow.Context) error {
	if err := workflow.SetUpdateHandlerWithOptions(ctx, SeriesPlan, l.onPlan, workflow.UpdateHandlerOptions{
		Validator: func(c SeriesPlanCommand) error { return l.validate(c.Cause, c.Series.SeriesID) },
	}); err != nil {
		return err
	}
	for _, name := range []string{SeriesChange, SeriesEnd} {
		handle := func(ctx workflow.Context, c SeriesChangeCommand) (SeriesAnswer, error) {
			if name == SeriesEnd {
				c.Change.Rule = nil
			}
			return l.onChange(ctx, c)
		}
		if err := workflow.SetUpdateHandlerWithOptions(ctx, name, handle, workflow.UpdateHandlerOptions{
			Validator: func(c SeriesChangeCommand) error { return l.validate(c.Cause, c.Change.SeriesID) },
		}); err != nil {
			return err
		}
	}
	return nil
}

func (l *seriesLife) validate(c Cause, seriesID string) error {
	if c.TenantID != l.Cause.TenantID || seriesID != l.SeriesID {
		return refused(events.Refuse("not_found", "TEN-5", "there is no series %s", seriesID))
	}
	return nil
}

// onPlan answers when the first bookings are settled, or with how far they are.
func (l *seriesLife) onPlan(ctx workflow.Context, c SeriesPlanCommand) (SeriesAnswer, error) {
	if l.Series == nil {
		l.Series, l.Who, l.Cause = &c.Series, c.Who, c.Cause
	}
	_, err := workflow.AwaitWithTimeout(ctx, c.Wait, func() bool { return l.planned || l.answer.Refusal != nil })
	return l.answer, err
}

// seriesRequest is a step's, with what its events inherit.
func seriesRequest[T any](l *seriesLife, key string, of T) StepRequest[T] {
	return StepRequest[T]{Cause: l.Cause, Subject: l.SeriesID, Key: key, Request: of}
}

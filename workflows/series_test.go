package workflows_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	tlog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/herald-bus/herald/activities"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/customer"
	"github.com/herald-bus/herald/workflows"
)

const (
	seriesID = "0198c0de-0000-7000-8000-0000000000d1"
	nextID   = "0198c0de-0000-7000-8000-0000000000d2"
)

// planner stands for the appointments domain and for the lives of appointments: a
// series of four weeks, of which two are in reach.
type planner struct {
	activities.Customers
	activities.Availability
	activities.Appointments

	now     func() time.Time
	steps   []string
	count   map[string]int                       // by series
	refuse  *events.Refusal                      // of the plan
	plans   int                                  // those before the refusal
	except  []string                             // dates that nobody wants
	answers map[string][]workflows.BookingAnswer // by date
	booked  map[string]bool                      // by id, which is the date
	whose   []customer.Query
	keeps   string // the appointment that may not be cancelled

	attention appointment.AttentionRequired
}

const reach = 14 * 24 * time.Hour

func (p *planner) PlanSeries(_ context.Context, _ string, _ time.Time, r appointment.SeriesRequest) (appointment.SeriesPlan, error) {
	p.steps = append(p.steps, "plan "+p.now().UTC().Format(time.DateOnly))
	plan := appointment.SeriesPlan{SeriesID: r.SeriesID}
	if p.plans--; p.refuse != nil && p.plans < 0 {
		return plan, p.refuse
	}
	for i := range p.count[r.SeriesID] {
		at := start.AddDate(0, 0, 7*(i+1))
		switch {
		case at.Before(p.now()):
		case at.After(p.now().Add(reach)):
			plan.NextAt = at.Add(-reach)
			return plan, nil
		case slices.Contains(p.except, at.Format(time.DateOnly)):
			plan.Skipped = append(plan.Skipped, appointment.Skipped{Date: at.Format(time.DateOnly), Code: "exception"})
		default:
			plan.Book = append(plan.Book, appointment.BookRequest{Key: "series/" + r.SeriesID + "/" + at.Format(time.DateOnly), SeriesID: r.SeriesID, StartsAt: at})
		}
	}
	return plan, nil
}

func (p *planner) ChangeSeries(_ context.Context, _ string, _ time.Time, c appointment.SeriesChange) (appointment.SeriesPlan, error) {
	p.steps = append(p.steps, "change "+c.Scope)
	if c.Scope == "none" {
		return appointment.SeriesPlan{}, events.Refuse("invalid_rule", "APT-70", "no such scope")
	}
	plan := appointment.SeriesPlan{SeriesID: c.SeriesID}
	if c.Scope == "single" {
		p.except = append(p.except, c.Date)
		plan.Skipped = []appointment.Skipped{{Date: c.Date, Code: "exception"}}
	} else {
		p.count[c.SeriesID] = 0
	}
	if c.Rule != nil {
		plan.SeriesID, p.count[nextID] = nextID, c.Rule.Count
	}
	for id := range p.booked {
		if c.Date == "" || id == c.Date || c.Scope == "future" && id > c.Date {
			plan.Cancel = append(plan.Cancel, id)
		}
	}
	slices.Sort(plan.Cancel)
	return plan, nil
}

func (p *planner) RecordSeries(_ string, created []string, skipped []appointment.Skipped) []events.Event {
	says := strings.Join(append([]string{"created"}, created...), " ")
	for _, s := range skipped {
		says += " skipped " + s.Date + " " + s.Code
	}
	return []events.Event{placed{OrderID: says}}
}

// lives are the planner's, under a name of their own because of the methods'.
type lives struct{ *planner }

func (p lives) Book(_ context.Context, c workflows.BookCommand) (workflows.BookingAnswer, error) {
	date := c.Booking.Key[len(c.Booking.Key)-len(time.DateOnly):]
	p.steps = append(p.steps, "book "+date)
	p.whose = append(p.whose, c.Who)
	if due := p.answers[date]; len(due) > 0 {
		p.answers[date] = due[1:]
		return due[0], nil
	}
	p.booked[date] = true
	return workflows.BookingAnswer{State: workflows.Booked, AppointmentID: date}, nil
}

func (p lives) Cancel(_ context.Context, c workflows.ChangeCommand[appointment.CancelRequest]) (workflows.ChangeAnswer, error) {
	id := c.Request.AppointmentID
	p.steps = append(p.steps, "cancel "+id)
	if id == p.keeps {
		return workflows.ChangeAnswer{State: workflows.Refused, Refusal: events.Refuse("too_late", "APT-18", "no")}, nil
	}
	delete(p.booked, id)
	return workflows.ChangeAnswer{State: workflows.Done}, nil
}

// seriesWorld runs a series' life against a planner.
type seriesWorld struct {
	*planner
	*lifeWorld
}

func newSeriesWorld(t *testing.T) *seriesWorld {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(tlog.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	p := &planner{count: map[string]int{seriesID: 4}, answers: map[string][]workflows.BookingAnswer{}, booked: map[string]bool{}}
	w := &seriesWorld{p, &lifeWorld{TestWorkflowEnvironment: suite.NewTestWorkflowEnvironment()}}
	p.now = w.Now
	w.SetTestTimeout(time.Minute)
	w.SetStartTime(start)
	w.RegisterWorkflowWithOptions(workflows.SeriesLife, workflow.RegisterOptions{Name: workflows.SeriesLifeType})
	w.RegisterWorkflowWithOptions(func(_ workflow.Context, env events.Envelope) error {
		w.published = append(w.published, env.Subject)
		return nil
	}, workflow.RegisterOptions{Name: "order.placed"})
	w.RegisterWorkflowWithOptions(func(_ workflow.Context, env events.Envelope) error {
		w.published = append(w.published, env.Type+" of "+env.Subject)
		return json.Unmarshal(env.Data, &p.attention)
	}, workflow.RegisterOptions{Name: "appointment.attention_required"})
	activities.Life{Customers: p, Availability: p, Appointments: p, Desk: lives{p}, Rank: rank}.Register(w)
	return w
}

func (w *seriesWorld) plan(wait time.Duration) *updated {
	return w.send(0, workflows.SeriesPlan, workflows.SeriesPlanCommand{
		Cause: cause, Wait: wait, Series: appointment.SeriesRequest{SeriesID: seriesID}, Who: customer.Query{Key: "k", Region: "DE"},
	})
}

func (w *seriesWorld) change(d time.Duration, name string, c appointment.SeriesChange) *updated {
	c.ChangeID, c.SeriesID = "c-1", seriesID
	return w.send(d, name, workflows.SeriesChangeCommand{Cause: cause, Wait: time.Minute, By: appointment.By{Origin: appointment.Staff}, Change: c})
}

func (w *seriesWorld) live(t *testing.T) workflows.SeriesAnswer {
	t.Helper()
	w.ExecuteWorkflow(workflows.SeriesLifeType, workflows.SeriesStart{Cause: cause, SeriesID: seriesID})
	return resultOf[workflows.SeriesAnswer](t, w)
}

func seriesAnswer(t *testing.T, u *updated) workflows.SeriesAnswer {
	t.Helper()
	return answerOf[workflows.SeriesAnswer](t, u)
}

func TestAPT69_EachOccurrenceIsBookedWhenItComesIntoReach(t *testing.T) {
	t.Parallel()
	w := newSeriesWorld(t)
	planned := w.plan(time.Minute)

	answer := w.live(t)

	require.Equal(t, []string{"2027-04-06", "2027-04-13"}, seriesAnswer(t, planned).Created)
	require.Equal(t, start.AddDate(0, 0, 7), seriesAnswer(t, planned).NextAt)
	require.Equal(t, []string{"2027-04-06", "2027-04-13", "2027-04-20", "2027-04-27"}, answer.Created)
	require.Equal(t, []string{
		"plan 2027-03-30", "book 2027-04-06", "book 2027-04-13", "plan 2027-04-06", "book 2027-04-20",
		"plan 2027-04-13", "book 2027-04-27", "plan 2027-04-27",
	}, w.planner.steps)
	require.Equal(t, []string{"created 2027-04-06 2027-04-13", "created 2027-04-20", "created 2027-04-27"}, w.published)
	require.Equal(t, "series/"+seriesID, w.whose[3].Key, "all are for one customer")
}

func TestAPT69_WhatIsNotFreeIsLeftOutWithAlternatives(t *testing.T) {
	t.Parallel()
	w := newSeriesWorld(t)
	slot := appointment.Alternative{Slot: appointment.Slot{StartsAt: start}}
	w.answers["2027-04-06"] = []workflows.BookingAnswer{{
		State: workflows.Refused, Refusal: events.Refuse("slot_taken", "AVL-42", "gone"), Alternatives: []appointment.Alternative{slot, slot, slot},
	}}
	planned := w.plan(time.Minute)

	w.live(t)

	answer := seriesAnswer(t, planned)
	require.Equal(t, []string{"2027-04-13"}, answer.Created)
	require.Equal(t, []appointment.Skipped{{Date: "2027-04-06", Code: "slot_taken", Alternatives: []appointment.Slot{slot.Slot, slot.Slot}}}, answer.Skipped)
	require.Equal(t, "created 2027-04-13 skipped 2027-04-06 slot_taken", w.published[0])
	require.Equal(t, 1, w.times("book 2027-04-06"), "it is not tried again")
}

func TestABookingAtWorkIsAskedForAgain(t *testing.T) {
	t.Parallel()
	w := newSeriesWorld(t)
	w.answers["2027-04-06"] = slices.Repeat([]workflows.BookingAnswer{{State: workflows.Processing}}, 3)
	planned := w.plan(time.Second)

	answer := w.live(t)

	require.Equal(t, workflows.Processing, seriesAnswer(t, planned).State)
	require.Len(t, answer.Created, 4)
	require.Equal(t, 4, w.times("book 2027-04-06"))
}

func TestARefusedSeriesIsOver(t *testing.T) {
	t.Parallel()
	w := newSeriesWorld(t)
	w.refuse = events.Refuse("series_too_long", "APT-67", "too long")
	planned := w.plan(time.Minute)

	require.Equal(t, workflows.Refused, w.live(t).State)
	require.Equal(t, "series_too_long", seriesAnswer(t, planned).Refusal.Code)
	require.Empty(t, w.published)
}

func TestAPT69_ARefusalThatNobodyWaitsForAsksForAPerson(t *testing.T) {
	t.Parallel()
	w := newSeriesWorld(t)
	w.refuse, w.plans = events.Refuse("service_unavailable", "APT-1", "it is not offered any more"), 1
	w.plan(time.Minute)

	require.Equal(t, workflows.Refused, w.live(t).State)

	require.Equal(t, []string{"created 2027-04-06 2027-04-13", "appointment.attention_required of 2027-04-06"}, w.published)
	require.Equal(t, appointment.AttentionRequired{
		AppointmentID: "2027-04-06", Code: "series_stopped",
		Text: "nothing more is booked of the series " + seriesID + ": service_unavailable (APT-1): it is not offered any more; once that is put right, plan it again under its id",
	}, w.attention)
}

func TestAPT69_ARefusalOfASeriesThatFollowsAsksForAPerson(t *testing.T) {
	t.Parallel()
	w := newSeriesWorld(t)
	w.refuse = events.Refuse("service_unavailable", "APT-1", "it is not offered any more")

	w.ExecuteWorkflow(workflows.SeriesLifeType, workflows.SeriesStart{Cause: cause, SeriesID: seriesID, Series: &appointment.SeriesRequest{SeriesID: seriesID}})

	require.NoError(t, w.GetWorkflowError())
	require.Equal(t, []string{"appointment.attention_required of " + seriesID}, w.published)
}

func TestAPT69_AnExceptionIsReportedOnce(t *testing.T) {
	t.Parallel()
	w := newSeriesWorld(t)
	w.except = []string{"2027-04-13", "2027-04-20"}
	planned := w.plan(time.Minute)

	answer := w.live(t)

	require.Equal(t, []appointment.Skipped{{Date: "2027-04-13", Code: "exception"}}, seriesAnswer(t, planned).Skipped)
	require.Equal(t, []string{"2027-04-06", "2027-04-27"}, answer.Created)
	require.Equal(t, []string{"created 2027-04-06 skipped 2027-04-13 exception", "created skipped 2027-04-20 exception", "created 2027-04-27"}, w.published)
}

func TestAPT70_OneOccurrenceGoesAndTheOthersStay(t *testing.T) {
	t.Parallel()
	w := newSeriesWorld(t)
	w.plan(time.Minute)
	changed := w.change(time.Hour, workflows.SeriesChange, appointment.SeriesChange{Scope: "single", Date: "2027-04-06"})

	answer := w.live(t)

	require.Equal(t, []string{"2027-04-06"}, seriesAnswer(t, changed).Cancelled)
	require.Len(t, answer.Created, 4)
	require.Equal(t, 1, w.times("book 2027-04-06"), "what was cancelled is not booked again")
	require.Equal(t, []appointment.Skipped{{Date: "2027-04-06", Code: "exception"}}, seriesAnswer(t, changed).Skipped)
	require.Equal(t, []string{"created 2027-04-06 2027-04-13", "created skipped 2027-04-06 exception", "created 2027-04-20", "created 2027-04-27"}, w.published)
}

func TestAPT70_AnEndCancelsWhatIsToComeAndSaysWhatItMayNot(t *testing.T) {
	t.Parallel()
	w := newSeriesWorld(t)
	w.keeps = "2027-04-06"
	w.plan(time.Minute)
	ended := w.change(time.Hour, workflows.SeriesEnd, appointment.SeriesChange{Scope: "all", Rule: &appointment.SeriesRule{Count: 9}})

	w.live(t)

	answer := seriesAnswer(t, ended)
	require.Equal(t, []string{"2027-04-13"}, answer.Cancelled)
	require.Equal(t, map[string]string{"2027-04-06": "too_late"}, answer.Kept)
	require.Empty(t, answer.Follows)
	require.Equal(t, start.Add(time.Hour), w.Now().UTC(), "nothing is to come")
	require.Equal(t, []string{"created 2027-04-06 2027-04-13", "created"}, w.published)
}

func TestAPT70_ASeriesThatFollowsHasALifeOfItsOwn(t *testing.T) {
	t.Parallel()
	w := newSeriesWorld(t)
	w.plan(time.Minute)
	changed := w.change(time.Hour, workflows.SeriesChange, appointment.SeriesChange{Scope: "future", Date: "2027-04-13", Rule: &appointment.SeriesRule{Count: 1}})

	w.live(t)

	require.Equal(t, nextID, seriesAnswer(t, changed).Follows)
	require.Equal(t, customer.Query{Key: "series/" + nextID, Region: "DE"}, w.whose[2])
	require.Equal(t, []string{"2027-04-13"}, seriesAnswer(t, changed).Cancelled)
}

func TestAPT70_WhatFollowsASeriesThatIsOverIsForTheSameCustomer(t *testing.T) {
	t.Parallel()
	w := newSeriesWorld(t)
	changed := w.change(0, workflows.SeriesChange, appointment.SeriesChange{Scope: "future", Date: "2027-04-13", Rule: &appointment.SeriesRule{Count: 1}})

	w.live(t)

	require.Equal(t, nextID, seriesAnswer(t, changed).Follows)
	require.Equal(t, []customer.Query{{Key: "series/" + seriesID}}, w.whose)
}

func TestARefusedChangeChangesNothing(t *testing.T) {
	t.Parallel()
	w := newSeriesWorld(t)
	w.plan(time.Minute)
	changed := w.change(time.Hour, workflows.SeriesChange, appointment.SeriesChange{Scope: "none"})
	foreign := w.send(2*time.Hour, workflows.SeriesEnd, workflows.SeriesChangeCommand{Cause: workflows.Cause{TenantID: "other"}, Change: appointment.SeriesChange{SeriesID: seriesID}})

	require.Len(t, w.live(t).Created, 4)

	require.Equal(t, "invalid_rule", seriesAnswer(t, changed).Refusal.Code)
	require.ErrorContains(t, foreign.err, "not_found")
}

func TestASeriesOutlivesAWorkerThatFails(t *testing.T) {
	t.Parallel()
	w := newSeriesWorld(t)
	w.plan(time.Minute)
	failures := 0
	w.OnActivity(workflows.StepRecordSeries, mock.Anything, mock.Anything).Return(func(context.Context, workflows.StepRequest[workflows.RecordSeriesRequest]) (workflows.StepAnswer[struct{}], error) {
		failures++
		if failures < 4 {
			return workflows.StepAnswer[struct{}]{}, errors.New("the disk is full")
		}
		return workflows.StepAnswer[struct{}]{}, nil
	})

	require.Len(t, w.live(t).Created, 4)
}

func (p *planner) times(step string) (n int) {
	for _, s := range p.steps {
		if s == step {
			n++
		}
	}
	return n
}

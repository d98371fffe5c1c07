package replay

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/herald-bus/herald/activities"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/workflows"
)

// A seriesScenario is one path through the life of a series.
type seriesScenario struct {
	name   string
	refuse map[string]*events.Refusal
	fail   map[string]error
	// change is what the series is told after its first bookings. Nothing: time is
	// skipped until the last occurrence has begun.
	change *appointment.SeriesChange
	want   workflows.BookingState
	// stops has one more occurrence be an exception, and the second plan be refused.
	stops bool
}

var series = []seriesScenario{
	{name: "series-booked", fail: map[string]error{workflows.StepBookOne: errDown, workflows.StepRecordSeries: errDown}, want: workflows.Done},
	{name: "series-refused", refuse: map[string]*events.Refusal{workflows.StepPlanSeries: events.Refuse("series_too_long", "APT-67", "too long")}, want: workflows.Refused},
	{name: "series-stopped", stops: true, want: workflows.Done},
	{name: "series-ended", want: workflows.Done, change: &appointment.SeriesChange{Scope: "all"}},
	{name: "series-followed", want: workflows.Done, change: &appointment.SeriesChange{Scope: "future", Rule: &appointment.SeriesRule{Count: 1}}},
}

// planner stands for the appointments domain: two occurrences, of which one is in
// reach, and the second is not free.
type planner struct {
	*house

	begun time.Time
	ended map[string]bool // by series
	stops bool
}

func (p planner) PlanSeries(_ context.Context, _ string, now time.Time, r appointment.SeriesRequest) (appointment.SeriesPlan, error) {
	plan := appointment.SeriesPlan{SeriesID: r.SeriesID}
	if p.ended[r.SeriesID] {
		return plan, nil
	}
	if p.stops && now.After(p.begun.AddDate(0, 0, 6)) {
		return plan, events.Refuse("service_unavailable", "APT-1", "it is not offered any more")
	}
	if p.stops {
		plan.Skipped = []appointment.Skipped{{Date: "zeroth", Code: "exception"}}
	}
	for i, date := range []string{"first", "second"} {
		at := p.begun.AddDate(0, 0, 7*(i+1))
		if next := at.AddDate(0, 0, -7); next.After(now) {
			plan.NextAt = next
			break
		}
		if at.After(now) {
			plan.Book = append(plan.Book, appointment.BookRequest{Key: "series/" + r.SeriesID + "/" + date, StartsAt: at})
		}
	}
	return plan, p.step(workflows.StepPlanSeries)
}

func (p planner) ChangeSeries(_ context.Context, _ string, _ time.Time, c appointment.SeriesChange) (appointment.SeriesPlan, error) {
	plan := appointment.SeriesPlan{SeriesID: c.SeriesID, Cancel: []string{"a-1", "a-2"}}
	p.ended[c.SeriesID] = true
	if c.Rule != nil {
		plan.SeriesID = events.DerivedID(c.SeriesID, "next", 0)
		p.ended[plan.SeriesID] = true
	}
	return plan, p.step(workflows.StepChangeSeries)
}

func (p planner) RecordSeries(seriesID string, _ []string, _ []appointment.Skipped) []events.Event {
	return said("series " + seriesID)
}

// occurrences are the lives of the planner's appointments.
type occurrences struct{ planner }

func (o occurrences) Book(_ context.Context, c workflows.BookCommand) (workflows.BookingAnswer, error) {
	if filepath.Base(c.Booking.Key) == "second" {
		return workflows.BookingAnswer{State: workflows.Refused, Refusal: events.Refuse("slot_taken", "AVL-42", "gone")}, nil
	}
	return workflows.BookingAnswer{State: workflows.Booked, AppointmentID: "a-1"}, o.step(workflows.StepBookOne)
}

func (o occurrences) Cancel(_ context.Context, c workflows.ChangeCommand[appointment.CancelRequest]) (workflows.ChangeAnswer, error) {
	if c.Request.AppointmentID == "a-2" {
		return workflows.ChangeAnswer{State: workflows.Refused, Refusal: events.Refuse("too_late", "APT-18", "no")}, nil
	}
	return workflows.ChangeAnswer{State: workflows.Done}, o.step(workflows.StepCancelOne)
}

func seriesFile(s seriesScenario) string {
	return filepath.Join("histories", lifeRelease+"_"+s.name+".json")
}

func recordSeries(t *testing.T, c client.Client, s seriesScenario) {
	registry, err := events.NewRegistry(append([]events.Type{events.TypeOf[appointment.AttentionRequired]()}, testTypes...), nil)
	require.NoError(t, err)
	config := workflows.Config{Namespace: "default", TaskQueue: "replay-" + s.name}
	w := worker.New(c, config.TaskQueue, worker.Options{})
	workflows.Register(w, registry.TypeNames())
	p := planner{newHouse(lifeScenario{refuse: s.refuse, fail: s.fail}), time.Now().UTC(), map[string]bool{}, s.stops}
	activities.New(registry, events.DefaultRetry(), slog.New(slog.DiscardHandler)).Register(w)
	activities.Life{Customers: p, Availability: p, Appointments: p, Calendar: calendar{p.house}, Desk: occurrences{p}, Rank: rank}.Register(w)
	require.NoError(t, w.Start())
	defer w.Stop()

	desk, id := workflows.NewSeries(c, config), events.DerivedID(tenant, s.name, 0)
	cause := workflows.Cause{TenantID: tenant, CorrelationID: "c-" + s.name, TimeSkipping: s.change == nil}
	answer, err := desk.Plan(t.Context(), workflows.SeriesPlanCommand{Cause: cause, Series: appointment.SeriesRequest{SeriesID: id}, Wait: patience})
	require.NoError(t, err)
	require.Equal(t, s.want, answer.State, "%v", answer.Refusal)
	if s.change != nil {
		change := *s.change
		change.ChangeID, change.SeriesID = "c", id
		changed, err := desk.Change(t.Context(), workflows.SeriesChangeCommand{Cause: cause, Change: change, Wait: patience})
		require.NoError(t, err)
		require.Equal(t, map[string]string{"a-2": "too_late"}, changed.Kept)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	run := c.GetWorkflow(ctx, workflows.SeriesWorkflowID(id), "")
	require.NoError(t, run.Get(ctx, nil))
	save(t, c, seriesFile(s), run.GetID(), run.GetRunID())
}

// TestAnIncompatibleSeriesIsCaught replays the lives of series under one that differs.
func TestAnIncompatibleSeriesIsCaught(t *testing.T) {
	t.Parallel()
	changed := func(ctx workflow.Context, start workflows.SeriesStart) (workflows.SeriesAnswer, error) {
		early := workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute})
		if err := workflow.ExecuteActivity(early, workflows.StepGet).Get(ctx, nil); err != nil {
			return workflows.SeriesAnswer{}, err
		}
		return workflows.SeriesLife(ctx, start)
	}
	for _, path := range recorded(t, lifeRelease+"_series-") {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			replayer := worker.NewWorkflowReplayer()
			replayer.RegisterWorkflowWithOptions(changed, workflow.RegisterOptions{Name: workflows.SeriesLifeType})
			require.ErrorContains(t, replayer.ReplayWorkflowHistoryFromJSONFile(quiet, path), "TMPRL1100")
		})
	}
}

package workflows

import (
	"context"
	"errors"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/workflow"
)

// Series gives commands to series: each is an update of the series' workflow, which
// is started where it does not run.
type Series struct {
	client client.Client
	config Config
}

// NewSeries returns the commands over c.
func NewSeries(c client.Client, config Config) *Series { return &Series{c, config} }

// Plan asks for a series. The answer names what was booked of it and what was left
// out, or is processing: ask again with the same id, which is the same series.
func (s *Series) Plan(ctx context.Context, c SeriesPlanCommand) (SeriesAnswer, error) {
	return s.send(ctx, SeriesPlan, c.Series.SeriesID, c.Cause, c, c.Wait)
}

// Change takes an occurrence out of a series, or ends it for another.
func (s *Series) Change(ctx context.Context, c SeriesChangeCommand) (SeriesAnswer, error) {
	return s.send(ctx, SeriesChange, c.Change.SeriesID, c.Cause, c, c.Wait)
}

// End ends a series: all that is to come, or all from a date on.
func (s *Series) End(ctx context.Context, c SeriesChangeCommand) (SeriesAnswer, error) {
	return s.send(ctx, SeriesEnd, c.Change.SeriesID, c.Cause, c, c.Wait)
}

func (s *Series) send(ctx context.Context, name, id string, cause Cause, command any, wait time.Duration) (answer SeriesAnswer, err error) {
	if id == "" {
		return answer, errors.New(name + ": a series needs an id, which makes it safe to ask twice")
	}
	err = updateLife(ctx, s.client, s.config, lifeOf{
		workflow: SeriesLifeType, workflowID: SeriesWorkflowID(id), aggregate: "appointment", id: id, kind: "series",
		cause: cause, start: SeriesStart{Cause: cause, SeriesID: id},
	}, name, command, wait, &answer)
	if r, ok := refusalOf(err); ok {
		return SeriesAnswer{State: Refused, SeriesID: id, Refusal: r}, nil
	}
	return answer, err
}

// seriesChild are the options of a life that a series starts: it outlives its parent.
func seriesChild(s SeriesStart) workflow.ChildWorkflowOptions {
	return workflow.ChildWorkflowOptions{
		WorkflowID:            SeriesWorkflowID(s.SeriesID),
		WorkflowIDReusePolicy: enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
		ParentClosePolicy:     enumspb.PARENT_CLOSE_POLICY_ABANDON,
		TypedSearchAttributes: lifeAttributes("appointment", s.SeriesID, s.Cause),
		StaticSummary:         "series " + s.SeriesID,
		Priority:              lifePriority(s.Cause),
	}
}

package workflows

import (
	"context"
	"errors"
	"time"

	"go.temporal.io/sdk/client"

	"github.com/herald-bus/herald/events/availability"
)

// holdWait is how long a step of a hold may be tried.
const holdWait = 20 * time.Second

// Holds gives commands to holds: each is an update of the hold's workflow, which is
// started where it does not run. A rule's no is an [events.Refusal].
type Holds struct {
	client client.Client
	config Config
}

// NewHolds returns the commands over c.
func NewHolds(c client.Client, config Config) *Holds { return &Holds{c, config} }

// Hold keeps a time for a session, for a few minutes. The same hold_id again has the
// same answer.
func (h *Holds) Hold(ctx context.Context, c HoldCommand[availability.HoldRequest]) (availability.Hold, error) {
	return sendHold[availability.HoldRequest, availability.Hold](ctx, h, HoldUpdate, c.Request.HoldID, c)
}

// Renew has a hold last longer.
func (h *Holds) Renew(ctx context.Context, c HoldCommand[availability.RenewRequest]) (availability.Hold, error) {
	return sendHold[availability.RenewRequest, availability.Hold](ctx, h, RenewUpdate, c.Request.HoldID, c)
}

// Release gives a hold back. What is given back already stays so.
func (h *Holds) Release(ctx context.Context, c HoldCommand[availability.ReleaseRequest]) (availability.Released, error) {
	return sendHold[availability.ReleaseRequest, availability.Released](ctx, h, ReleaseUpdate, c.Request.HoldID, c)
}

func sendHold[T, R any](ctx context.Context, h *Holds, name, holdID string, c HoldCommand[T]) (result R, err error) {
	if holdID == "" {
		return result, errors.New(name + ": a hold needs an id, which makes it safe to ask twice")
	}
	var answer StepAnswer[R]
	err = updateLife(ctx, h.client, h.config, lifeOf{
		workflow: HoldLifeType, workflowID: HoldWorkflowID(holdID), aggregate: "availability", id: holdID, kind: "hold",
		cause: c.Cause, start: HoldStart{Cause: c.Cause, HoldID: holdID},
	}, name, c, holdWait, &answer)
	if r, ok := refusalOf(err); ok {
		return result, r
	}
	if err == nil && answer.Refusal != nil {
		return result, answer.Refusal
	}
	return answer.Result, err
}

package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/availability"
)

// HoldLifeType is the type of the workflow of one hold.
const HoldLifeType = "availability.hold"

// HoldWorkflowID returns the id of the workflow of a hold.
func HoldWorkflowID(holdID string) string { return "hold/" + holdID }

// The updates that a hold takes.
const (
	HoldUpdate    = "hold"
	RenewUpdate   = "renew"
	ReleaseUpdate = "release"
)

// Steps of a hold's life. It shares [StepHold] and [StepRelease] with appointments.
const (
	StepRenew  = "availability.renew"
	StepExpire = "availability.expire"
)

// ExpireRequest is the input of [StepExpire]. At is the instant at which the hold is
// found to have run out: a retry has the same one, and so announces the same.
type ExpireRequest struct {
	HoldID string    `json:"hold_id"`
	At     time.Time `json:"at"`
}

// A HoldStart is the input of a hold's workflow.
type HoldStart struct {
	Cause  Cause  `json:"cause"`
	HoldID string `json:"hold_id"`
}

// A HoldCommand asks something of a hold.
type HoldCommand[T any] struct {
	Cause   Cause `json:"cause"`
	Request T     `json:"request"`
}

// How a hold ended; the last one says that nothing was to be given back, as for a
// hold that a booking took over, and for one that was refused.
const (
	HoldReleased = "released"
	HoldExpired  = "expired"
	HoldOver     = "over"
)

// A HoldEnd is the result of a hold's life.
type HoldEnd struct {
	Ended string `json:"ended"`
}

// holdLife is the state of one run.
type holdLife struct {
	HoldStart
	turn      workflow.Mutex // commands and the clock take turns
	asked     bool           // a command was done
	working   int            // commands that run or wait
	expiresAt time.Time      // zero: nothing is known to be held
	unsure    *availability.HoldRequest
	ended     string
}

// HoldLife takes a time and keeps it until it is released or runs out. A hold that
// somebody else has ended, as a booking that takes it over does, ends in silence.
func HoldLife(ctx workflow.Context, start HoldStart) (HoldEnd, error) {
	l := &holdLife{HoldStart: start, turn: workflow.NewMutex(ctx)}
	if err := l.listen(ctx); err != nil {
		return HoldEnd{}, err
	}
	if _, err := workflow.AwaitWithTimeout(ctx, askedWithin, func() bool { return l.asked }); err != nil {
		return HoldEnd{}, err
	}
	for {
		var err error
		switch {
		case l.unsure != nil:
			err = l.giveBack(ctx)
		case l.ended == "" && !l.expiresAt.IsZero():
			err = l.keep(ctx)
		default:
			err = workflow.Await(ctx, func() bool { return l.working == 0 && workflow.AllHandlersFinished(ctx) })
			if err == nil && l.unsure == nil && (l.ended != "" || l.expiresAt.IsZero()) {
				if l.ended == "" {
					l.ended = HoldOver
				}
				return HoldEnd{Ended: l.ended}, nil
			}
		}
		if err != nil {
			return HoldEnd{}, err
		}
	}
}

// keep waits until the hold runs out, unless something happens before.
func (l *holdLife) keep(ctx workflow.Context) error {
	until := l.expiresAt
	workflow.SetCurrentDetails(ctx, "held until "+until.UTC().Format(time.RFC3339))
	changed, err := workflow.AwaitWithTimeout(ctx, until.Sub(workflow.Now(ctx)), func() bool {
		return l.ended != "" || l.unsure != nil || !l.expiresAt.Equal(until)
	})
	if err != nil || changed {
		return err
	}
	if err := l.turn.Lock(ctx); err != nil {
		return err
	}
	defer l.turn.Unlock()
	if l.ended != "" || !l.expiresAt.Equal(until) {
		return nil // a command came first
	}
	at := workflow.Now(ctx)
	if at.Before(until) {
		at = until
	}
	l.Cause.Hops, l.Cause.CausationID = 0, "" // a clock is no reaction
	answer, err := do[ExpireRequest, struct{}](ctx, endless, StepExpire, holdRequest(l.HoldStart, l.Cause, ExpireRequest{HoldID: l.HoldID, At: at}))
	if err != nil {
		return err
	}
	l.ended = HoldOver
	if len(answer.Announce) > 0 {
		l.ended = HoldExpired
	}
	return announce(ctx, answer.Announce)
}

// giveBack releases what may be held, or not: the step that should have taken it has
// not answered.
func (l *holdLife) giveBack(ctx workflow.Context) error {
	if err := l.turn.Lock(ctx); err != nil {
		return err
	}
	defer l.turn.Unlock()
	if l.unsure == nil {
		return nil // asked again, and answered
	}
	r := availability.ReleaseRequest{HoldID: l.HoldID, Session: l.unsure.Session, Reason: availability.ReleasedCompensated}
	answer, err := do[availability.ReleaseRequest, availability.Released](ctx, undoing, StepRelease, holdRequest(l.HoldStart, l.Cause, r))
	if err != nil {
		return err
	}
	l.unsure = nil
	return announce(ctx, answer.Announce)
}

// listen takes the commands.
func (l *holdLife) listen(ctx workflow.Context) error {
	if err := onHold(ctx, l, HoldUpdate, l.hold, func(r availability.HoldRequest) (string, bool) { return r.HoldID, r.Owner == "" }); err != nil {
		return err
	}
	if err := onHold(ctx, l, RenewUpdate, l.renew, func(r availability.RenewRequest) (string, bool) { return r.HoldID, r.Owner == "" }); err != nil {
		return err
	}
	return onHold(ctx, l, ReleaseUpdate, l.release, func(r availability.ReleaseRequest) (string, bool) { return r.HoldID, r.Owner == "" })
}

// onHold registers an update. Its validator refuses what is meant for another hold,
// another tenant's, or an appointment's.
func onHold[T, R any](ctx workflow.Context, l *holdLife, name string,
	handle func(workflow.Context, HoldCommand[T]) (StepAnswer[R], error), about func(T) (holdID string, session bool),
) error {
	return workflow.SetUpdateHandlerWithOptions(ctx, name,
		func(ctx workflow.Context, c HoldCommand[T]) (answer StepAnswer[R], err error) {
			l.working++
			defer func() { l.working-- }()
			if err := l.turn.Lock(ctx); err != nil {
				return answer, err
			}
			defer l.turn.Unlock()
			defer func() { l.asked = true }()
			l.Cause = c.Cause
			if answer, err = handle(ctx, c); err != nil {
				return answer, err
			}
			said := answer.Announce
			answer.Announce = nil
			return answer, announce(ctx, said)
		},
		workflow.UpdateHandlerOptions{Validator: func(c HoldCommand[T]) error {
			id, session := about(c.Request)
			switch {
			case c.Cause.TenantID != l.Cause.TenantID:
				return refused(events.Refuse("hold_not_yours", "AVL-38", "the hold %s belongs to somebody else: take one of your own", id))
			case id != l.HoldID || !session:
				return refused(events.Refuse("invalid_hold", "AVL-38", "hold_id %q: give that of a session's hold, and no owner", id))
			}
			return nil
		}},
	)
}

func (l *holdLife) hold(ctx workflow.Context, c HoldCommand[availability.HoldRequest]) (StepAnswer[availability.Hold], error) {
	answer, err := do[availability.HoldRequest, availability.Hold](ctx, quick, StepHold, holdRequest(l.HoldStart, c.Cause, c.Request))
	switch {
	case err == nil && answer.Refusal == nil && l.ended == "":
		l.unsure, l.expiresAt = nil, answer.Result.ExpiresAt
	case err != nil && l.expiresAt.IsZero():
		l.unsure = &c.Request
	}
	return answer, err
}

func (l *holdLife) renew(ctx workflow.Context, c HoldCommand[availability.RenewRequest]) (StepAnswer[availability.Hold], error) {
	answer, err := do[availability.RenewRequest, availability.Hold](ctx, quick, StepRenew, holdRequest(l.HoldStart, c.Cause, c.Request))
	if err == nil && answer.Refusal == nil && l.ended == "" {
		l.expiresAt = answer.Result.ExpiresAt
	}
	return answer, err
}

func (l *holdLife) release(ctx workflow.Context, c HoldCommand[availability.ReleaseRequest]) (StepAnswer[availability.Released], error) {
	answer, err := do[availability.ReleaseRequest, availability.Released](ctx, patient, StepRelease, holdRequest(l.HoldStart, c.Cause, c.Request))
	if err == nil && answer.Refusal == nil && l.ended == "" {
		l.ended = HoldOver
		if len(answer.Announce) > 0 {
			l.ended = HoldReleased
		}
	}
	return answer, err
}

// holdRequest is a step's, with what its events inherit.
func holdRequest[T any](l HoldStart, cause Cause, of T) StepRequest[T] {
	return StepRequest[T]{Cause: cause, Subject: l.HoldID, Request: of}
}

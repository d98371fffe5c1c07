package workflows

import (
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// CallbackLifeType is the type of the workflow of one callback.
const CallbackLifeType = "appointment.callback"

// CallbackWorkflowID returns the id of the workflow of a callback.
func CallbackWorkflowID(callbackID string) string { return "callback/" + callbackID }

// The updates that a callback takes; it answers [StateQuery] with its timetable.
const (
	LogAttemptUpdate       = "log_attempt"
	CompleteCallbackUpdate = "complete"
)

// A CallbackStart is the input of a callback's workflow.
type CallbackStart struct {
	Cause      Cause  `json:"cause"`
	CallbackID string `json:"callback_id"`
	// Assigned says that it was somebody's once.
	Assigned bool `json:"assigned,omitzero"`
	// Struck is what time has brought already.
	Struck []string `json:"struck,omitzero"`
}

// A CallbackEnd says how a callback ended; its status is empty if there is none.
type CallbackEnd struct {
	Status string `json:"status,omitzero"`
}

// callbackLife is the state of one run.
type callbackLife struct {
	CallbackStart
	table   *appointment.CallbackTimetable
	unknown *events.Refusal // there is no such callback
	turn    workflow.Mutex  // commands and the clock take turns
	changes int
}

// CallbackLife gives a callback to somebody and then lives until it is closed: it
// says when nobody has called for too long, raises its level, and lets it expire.
func CallbackLife(ctx workflow.Context, start CallbackStart) (CallbackEnd, error) {
	c := &callbackLife{CallbackStart: start, turn: workflow.NewMutex(ctx)}
	if err := c.listen(ctx); err != nil {
		return CallbackEnd{}, err
	}
	if err := c.assign(ctx); err != nil {
		return CallbackEnd{}, err
	}
	if err := c.live(ctx); err != nil {
		return CallbackEnd{}, err
	}
	if err := c.finish(ctx); err != nil || c.unknown != nil {
		return CallbackEnd{}, err
	}
	return CallbackEnd{Status: c.table.Callback.Status}, nil
}

// assign gives the callback to somebody, once.
func (c *callbackLife) assign(ctx workflow.Context) error {
	if c.Assigned {
		return nil
	}
	answer, err := do[string, appointment.Callback](ctx, endless, StepAssignCallback, about(c, c.Cause, "", c.CallbackID))
	if err != nil {
		return err
	}
	c.Assigned = true
	return announce(ctx, answer.Announce)
}

// live waits for what time brings, until the callback is closed.
func (c *callbackLife) live(ctx workflow.Context) error {
	for {
		seen := c.changes
		if err := c.load(ctx); err != nil || c.unknown != nil || c.table.Over {
			return err
		}
		if workflow.GetInfo(ctx).GetContinueAsNewSuggested() {
			if err := c.finish(ctx); err != nil {
				return err
			}
			return workflow.NewContinueAsNewError(ctx, CallbackLifeType, c.CallbackStart)
		}
		due := c.due()
		workflow.SetCurrentDetails(ctx, c.words(due))
		changed := func() bool { return c.changes != seen }
		if due.what == "" {
			if err := workflow.Await(ctx, changed); err != nil {
				return err
			}
			continue
		}
		touched, err := workflow.AwaitWithTimeout(ctx, due.at.Sub(workflow.Now(ctx)), changed)
		if err == nil && !touched {
			err = c.strike(ctx, due, seen)
		}
		if err != nil {
			return err
		}
	}
}

// finish waits until every command is answered.
func (c *callbackLife) finish(ctx workflow.Context) error {
	return workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) })
}

// load reads what is written of the callback.
func (c *callbackLife) load(ctx workflow.Context) error {
	answer, err := do[string, appointment.CallbackTimetable](ctx, endless, StepCallbackTimetable, about(c, c.Cause, "", c.CallbackID))
	if err != nil {
		return err
	}
	if answer.Refusal != nil {
		c.unknown = answer.Refusal
		return nil
	}
	c.table = &answer.Result
	return nil
}

// What time brings to a callback.
const (
	dueWarning = "warning"
	dueBreach  = "breach"
	dueRise    = "rise"
	dueExpiry  = "expire"
)

// A callbackDue is something that is due.
type callbackDue struct {
	what string
	at   time.Time
	rise appointment.Rise
}

// key names it; each comes once.
func (d callbackDue) key() string {
	if d.what == dueRise {
		return d.what + "/" + d.rise.Cause
	}
	return d.what
}

// due returns what comes next; nothing, if only a command can change anything.
func (c *callbackLife) due() (next callbackDue) {
	consider := func(d callbackDue) {
		if !d.at.IsZero() && (next.what == "" || d.at.Before(next.at)) && !slices.Contains(c.Struck, d.key()) {
			next = d
		}
	}
	consider(callbackDue{what: dueWarning, at: c.table.WarningAt})
	consider(callbackDue{what: dueBreach, at: c.table.BreachAt})
	for _, rise := range c.table.Rises {
		consider(callbackDue{what: dueRise, at: rise.At, rise: rise})
	}
	consider(callbackDue{what: dueExpiry, at: c.table.ExpiresAt})
	return next
}

// strike does what is due, once, unless a command has come first. Its events keep
// the correlation and start again at hop 0: a clock is no reaction. A refusal means
// that it has become moot.
func (c *callbackLife) strike(ctx workflow.Context, due callbackDue, seen int) error {
	if err := c.turn.Lock(ctx); err != nil {
		return err
	}
	defer c.turn.Unlock()
	if c.changes != seen {
		return nil
	}
	c.Struck = append(c.Struck, due.key())
	clock := c.Cause
	clock.Hops, clock.CausationID, clock.CausedBy = 0, "", ""
	said, err := c.bring(ctx, due, clock)
	if err != nil {
		return err
	}
	return announce(ctx, said)
}

// The open minutes after which nobody has touched a callback for too long.
const (
	warningMinutes = 60
	breachMinutes  = 90
)

// bring takes the step that is due and returns what it announces.
func (c *callbackLife) bring(ctx workflow.Context, due callbackDue, clock Cause) ([]events.Envelope, error) {
	switch due.what {
	case dueWarning, dueBreach:
		minutes := warningMinutes
		if due.what == dueBreach {
			minutes = breachMinutes
		}
		answer, err := do[OverdueRequest, struct{}](ctx, endless, StepCallbackOverdue, about(c, clock, due.key(), OverdueRequest{CallbackID: c.CallbackID, OpenMinutes: minutes}))
		return answer.Announce, err
	case dueRise:
		level := c.table.Callback.Level + 1
		answer, err := do[EscalateRequest, appointment.Callback](ctx, endless, StepEscalateCallback,
			about(c, clock, fmt.Sprintf("level/%d", level), EscalateRequest{CallbackID: c.CallbackID, Level: level, Reason: due.rise.Reason}))
		return answer.Announce, err
	}
	answer, err := do[string, appointment.Callback](ctx, endless, StepExpireCallback, about(c, clock, "", c.CallbackID))
	return answer.Announce, err
}

// about is a step's request, with what its events inherit.
func about[T any](c *callbackLife, cause Cause, key string, of T) StepRequest[T] {
	return StepRequest[T]{Cause: cause, Subject: c.CallbackID, Key: key, Request: of}
}

// words say for the Web UI how the callback stands.
func (c *callbackLife) words(due callbackDue) string {
	next := "whatever is done about it"
	if due.what != "" {
		next = due.key() + " at " + due.at.UTC().Format(time.RFC3339)
	}
	b := c.table.Callback
	return fmt.Sprintf("| callback | |\n|---|---|\n| status | %s |\n| priority | %s |\n| level | %d |\n| attempts | %d |\n| next | %s |\n",
		b.Status, b.Priority, b.Level, b.Attempts, next)
}

package replay

import (
	"context"
	"sync"
	"time"

	"github.com/herald-bus/herald/activities"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/workflows"
)

// office stands for the domains of a callback, as the house does for those of an
// appointment.
type office struct {
	activities.Customers
	activities.Availability
	activities.Appointments

	unknown bool
	mu      sync.Mutex
	fail    map[string]error // by step, once
	c       appointment.Callback
	raised  chan struct{} // is closed when the level rises
}

func newOffice(s callbackScenario, callbackID string) *office {
	now := time.Now().UTC()
	o := &office{unknown: s.unknown, fail: map[string]error{}, raised: make(chan struct{}), c: appointment.Callback{
		CallbackID: callbackID, Status: "pending", CreatedAt: now, ExpiresAt: now.AddDate(0, 0, 1),
	}}
	for step, err := range s.fail {
		o.fail[step] = err
	}
	return o
}

// step returns what the scenario has for the first time that a step is taken.
func (o *office) step(name string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	err := o.fail[name]
	delete(o.fail, name)
	return err
}

func (o *office) known() error {
	if o.unknown {
		return events.Refuse("not_found", "TEN-5", "there is no callback")
	}
	return nil
}

func (o *office) Callback(context.Context, string, string) (appointment.Callback, error) {
	return o.c, o.known()
}

func (o *office) OnDuty(context.Context, string, string, time.Time, time.Time) ([]string, error) {
	return []string{someone}, nil
}

func (o *office) OpenMinutes(_ context.Context, _, _ string, from time.Time, minutes int) (time.Time, error) {
	return from.Add(time.Duration(minutes) * time.Minute), nil
}

func (o *office) CallbackTimetable(_ context.Context, _, _ string, open func(string, time.Time, int) (time.Time, error)) (t appointment.CallbackTimetable, err error) {
	if err := o.known(); err != nil {
		return t, err
	}
	t = appointment.CallbackTimetable{Callback: o.c, Over: o.c.Status == "completed" || o.c.Status == "expired"}
	if t.WarningAt, err = open("", o.c.CreatedAt, 60); err != nil {
		return t, err
	}
	t.BreachAt = t.WarningAt.Add(30 * time.Minute)
	switch {
	case o.c.Status == "contacted":
		return t, nil
	case o.c.Attempts == 0:
		t.ExpiresAt = o.c.CreatedAt.AddDate(0, 0, 7)
		t.Rises = append(t.Rises, appointment.Rise{Cause: "untouched", Reason: "sla_breach", At: t.BreachAt.Add(30 * time.Minute)})
	case o.c.Attempts >= 3:
		t.Rises = append(t.Rises, appointment.Rise{Cause: "attempts", Reason: "attempts_failed", At: o.c.CreatedAt})
	}
	t.Rises = append(t.Rises, appointment.Rise{Cause: "late", Reason: "sla_breach", At: o.c.ExpiresAt})
	return t, nil
}

func (o *office) Assign(context.Context, string, string, []string) (appointment.Callback, []events.Event, error) {
	o.c.Status = "assigned"
	return o.c, said("assigned"), o.step(workflows.StepAssignCallback)
}

func (o *office) Overdue(_ context.Context, _, _ string, openMinutes int) ([]events.Event, error) {
	return said((time.Duration(openMinutes) * time.Minute).String()), o.step(workflows.StepCallbackOverdue)
}

func (o *office) Escalate(_ context.Context, _ string, _ time.Time, _ string, level int, reason, _ string) (appointment.Callback, []events.Event, error) {
	if o.c.Level == 0 {
		close(o.raised)
	}
	o.c.Level = level
	return o.c, said(reason), o.step(workflows.StepEscalateCallback)
}

func (o *office) ExpireCallback(context.Context, string, time.Time, string) (appointment.Callback, []events.Event, error) {
	o.c.Status = "expired"
	return o.c, said("expired"), nil
}

func (o *office) LogAttempt(_ context.Context, _, _ string, attempt int, reached bool, _ string) (appointment.Callback, error) {
	o.c.Attempts = attempt
	if reached {
		o.c.Status = "contacted"
	}
	return o.c, o.step(workflows.StepLogAttempt)
}

func (o *office) CompleteCallback(context.Context, string, string, string, string) (appointment.Callback, []events.Event, error) {
	o.c.Status = "completed"
	return o.c, said("completed"), o.step(workflows.StepCompleteCallback)
}

package workflows

import (
	"context"
	"errors"
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// waitMargin is how much longer than the life the client waits for its answer.
const waitMargin = 10 * time.Second

// Appointments gives commands to appointments: each command is an update of the
// appointment's workflow, which is started where it does not run.
type Appointments struct {
	client client.Client
	config Config
}

// NewAppointments returns the commands over c, whose connection should have the
// [TimeSkippingInterceptor] if causes may ask for time skipping.
func NewAppointments(c client.Client, config Config) *Appointments {
	return &Appointments{c, config}
}

// Book asks for an appointment. The answer is booked, refused or failed, or, when
// the command's wait is over, processing: ask again with the same key. The same key
// is the same appointment.
func (a *Appointments) Book(ctx context.Context, c BookCommand) (BookingAnswer, error) {
	booking := c.Booking
	if booking.Key == "" {
		return BookingAnswer{}, errors.New("a booking needs a key, which makes it safe to ask twice")
	}
	id := appointment.ID(c.Cause.TenantID, booking.By.Origin, booking.Key)
	var answer BookingAnswer
	err := a.update(ctx, LifeStart{Cause: c.Cause, AppointmentID: id}, BookUpdate, c, c.Wait, &answer)
	return answer, err
}

// Reschedule moves an appointment.
func (a *Appointments) Reschedule(ctx context.Context, c ChangeCommand[appointment.MoveRequest]) (ChangeAnswer, error) {
	return send(ctx, a, RescheduleUpdate, c)
}

// Cancel ends an appointment.
func (a *Appointments) Cancel(ctx context.Context, c ChangeCommand[appointment.CancelRequest]) (ChangeAnswer, error) {
	return send(ctx, a, CancelUpdate, c)
}

// Update changes notes, attendee, staff or service.
func (a *Appointments) Update(ctx context.Context, c ChangeCommand[appointment.UpdateRequest]) (ChangeAnswer, error) {
	return send(ctx, a, ChangeUpdate, c)
}

// Confirm is staff's yes to a pending appointment.
func (a *Appointments) Confirm(ctx context.Context, c ChangeCommand[appointment.Command]) (ChangeAnswer, error) {
	return send(ctx, a, ConfirmUpdate, c)
}

// CheckIn says that the customer is there.
func (a *Appointments) CheckIn(ctx context.Context, c ChangeCommand[appointment.Command]) (ChangeAnswer, error) {
	return send(ctx, a, CheckInUpdate, c)
}

// Complete closes the visit.
func (a *Appointments) Complete(ctx context.Context, c ChangeCommand[appointment.Command]) (ChangeAnswer, error) {
	return send(ctx, a, CompleteUpdate, c)
}

// MarkNoShow says that nobody came.
func (a *Appointments) MarkNoShow(ctx context.Context, c ChangeCommand[appointment.Command]) (ChangeAnswer, error) {
	return send(ctx, a, NoShowUpdate, c)
}

func send[T commanded](ctx context.Context, a *Appointments, name string, c ChangeCommand[T]) (answer ChangeAnswer, err error) {
	err = a.update(ctx, LifeStart{Cause: c.Cause, AppointmentID: c.Request.Head().AppointmentID, Booked: true}, name, c, c.Wait, &answer)
	if r, ok := refusalOf(err); ok {
		return refusal(r), nil
	}
	return answer, err
}

// update starts the life where it does not run, and waits for the update's answer.
func (a *Appointments) update(ctx context.Context, start LifeStart, name string, command any, wait time.Duration, answer any) error {
	return updateLife(ctx, a.client, a.config, lifeOf{
		workflow: AppointmentLifeType, workflowID: AppointmentWorkflowID(start.AppointmentID),
		aggregate: "appointment", id: start.AppointmentID, kind: "appointment", cause: start.Cause, start: start,
	}, name, command, wait, answer)
}

// A lifeOf is the life of one thing, for whoever gives it a command.
type lifeOf struct {
	workflow, workflowID string
	aggregate, id        string
	kind                 string // as people call it
	cause                Cause
	start                any
}

// options start the life where it does not run.
func (l lifeOf) options(config Config, reuse enumspb.WorkflowIdReusePolicy) client.StartWorkflowOptions {
	return client.StartWorkflowOptions{
		ID:                       l.workflowID,
		TaskQueue:                config.taskQueue(),
		WorkflowIDReusePolicy:    reuse,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		TypedSearchAttributes:    lifeAttributes(l.aggregate, l.id, l.cause),
		StaticSummary:            l.kind + " " + l.id,
		Priority:                 lifePriority(l.cause),
	}
}

// lifeAttributes are the search attributes of a life.
func lifeAttributes(aggregate, id string, c Cause) temporal.SearchAttributes {
	return temporal.NewSearchAttributes(
		aggregateTypeKey.ValueSet(aggregate), aggregateIDKey.ValueSet(id),
		correlationIDKey.ValueSet(c.CorrelationID), tenantIDKey.ValueSet(c.TenantID))
}

// lifePriority has lives, for which somebody waits, go first.
func lifePriority(c Cause) temporal.Priority {
	return temporal.Priority{PriorityKey: 1, FairnessKey: c.TenantID}
}

// skipping marks the calls of a cause that asks for time skipping.
func skipping(ctx context.Context, c Cause) context.Context {
	if !c.TimeSkipping {
		return ctx
	}
	return context.WithValue(ctx, timeSkippingKey{}, true)
}

// updateLife starts a life where it does not run, and waits for the update's answer.
func updateLife(ctx context.Context, c client.Client, config Config, l lifeOf, name string, command any, wait time.Duration, answer any) error {
	ctx, cancel := context.WithTimeout(ctx, wait+waitMargin)
	defer cancel()
	ctx = skipping(ctx, l.cause)
	options := l.options(config, enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE)
	handle, err := c.UpdateWithStartWorkflow(ctx, client.UpdateWithStartWorkflowOptions{
		StartWorkflowOperation: c.NewWithStartWorkflowOperation(options, l.workflow, l.start),
		UpdateOptions:          client.UpdateWorkflowOptions{WorkflowID: l.workflowID, UpdateName: name, Args: []any{command}, WaitForStage: client.WorkflowUpdateStageCompleted},
	})
	if err == nil {
		err = handle.Get(ctx, answer)
	}
	if err != nil {
		return fmt.Errorf("%s %s %s: %w", name, l.kind, l.id, err)
	}
	return nil
}

// refusalOf finds the refusal of a validator.
func refusalOf(err error) (*events.Refusal, bool) {
	app, ok := errors.AsType[*temporal.ApplicationError](err)
	if !ok || app.Type() != FailureRefused || !app.HasDetails() {
		return nil, false
	}
	r := &events.Refusal{}
	return r, app.Details(r) == nil
}

// State asks a running life how the appointment stands. One that does not run is
// [ErrNotFound].
func (a *Appointments) State(ctx context.Context, appointmentID string) (state LifeState, err error) {
	value, err := a.client.QueryWorkflow(ctx, AppointmentWorkflowID(appointmentID), "", StateQuery)
	if _, missing := errors.AsType[*serviceerror.NotFound](err); missing {
		return state, fmt.Errorf("%w: appointment %s", ErrNotFound, appointmentID)
	}
	if err != nil {
		return state, err
	}
	return state, value.Get(&state)
}

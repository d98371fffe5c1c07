package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
	"go.temporal.io/api/serviceerror"
	"google.golang.org/grpc"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/availability"
	"github.com/herald-bus/herald/internal/temporalclient"
	"github.com/herald-bus/herald/workflows"
)

// A desk takes the commands and questions of the business.
type desk interface {
	Book(ctx context.Context, c workflows.BookCommand) (workflows.BookingAnswer, error)
	Reschedule(ctx context.Context, c workflows.ChangeCommand[appointment.MoveRequest]) (workflows.ChangeAnswer, error)
	Cancel(ctx context.Context, c workflows.ChangeCommand[appointment.CancelRequest]) (workflows.ChangeAnswer, error)
	Update(ctx context.Context, c workflows.ChangeCommand[appointment.UpdateRequest]) (workflows.ChangeAnswer, error)
	Confirm(ctx context.Context, c workflows.ChangeCommand[appointment.Command]) (workflows.ChangeAnswer, error)
	CheckIn(ctx context.Context, c workflows.ChangeCommand[appointment.Command]) (workflows.ChangeAnswer, error)
	Complete(ctx context.Context, c workflows.ChangeCommand[appointment.Command]) (workflows.ChangeAnswer, error)
	MarkNoShow(ctx context.Context, c workflows.ChangeCommand[appointment.Command]) (workflows.ChangeAnswer, error)
	LogAttempt(ctx context.Context, c workflows.CallbackCommand[appointment.CallbackAttempt]) (workflows.CallbackAnswer, error)
	CompleteCallback(ctx context.Context, c workflows.CallbackCommand[appointment.CallbackOutcome]) (workflows.CallbackAnswer, error)
	Hold(ctx context.Context, c workflows.HoldCommand[availability.HoldRequest]) (availability.Hold, error)
	Renew(ctx context.Context, c workflows.HoldCommand[availability.RenewRequest]) (availability.Hold, error)
	Release(ctx context.Context, c workflows.HoldCommand[availability.ReleaseRequest]) (availability.Released, error)
	Plan(ctx context.Context, c workflows.SeriesPlanCommand) (workflows.SeriesAnswer, error)
	ChangeSeries(ctx context.Context, c workflows.SeriesChangeCommand) (workflows.SeriesAnswer, error)
	EndSeries(ctx context.Context, c workflows.SeriesChangeCommand) (workflows.SeriesAnswer, error)
	// Ask runs a single step and fills answer.
	Ask(ctx context.Context, step string, q workflows.StepRequest[any], answer any) error
	Close()
}

// temporalDesk is the desk over a connection to Temporal.
type temporalDesk struct {
	*workflows.Appointments
	*workflows.Holds
	*workflows.Steps
	callbacks  *workflows.Callbacks
	series     *workflows.Series
	connection *temporalclient.Connection
}

func openDesk(ctx context.Context, o temporalclient.Options, taskQueue string) (desk, error) {
	o.DialOptions = append(o.DialOptions, grpc.WithChainUnaryInterceptor(workflows.TimeSkippingInterceptor()))
	connection, err := temporalclient.Dial(ctx, o)
	if err != nil {
		return nil, err
	}
	config := workflows.Config{Namespace: connection.Namespace, TaskQueue: taskQueue}
	c := connection.Client
	return &temporalDesk{
		Appointments: workflows.NewAppointments(c, config), Holds: workflows.NewHolds(c, config), Steps: workflows.NewSteps(c, config),
		callbacks: workflows.NewCallbacks(c, config), series: workflows.NewSeries(c, config), connection: connection,
	}, nil
}

// LogAttempt notes a try to reach somebody.
func (d *temporalDesk) LogAttempt(ctx context.Context, c workflows.CallbackCommand[appointment.CallbackAttempt]) (workflows.CallbackAnswer, error) {
	return d.callbacks.LogAttempt(ctx, c)
}

// CompleteCallback closes a callback.
func (d *temporalDesk) CompleteCallback(ctx context.Context, c workflows.CallbackCommand[appointment.CallbackOutcome]) (workflows.CallbackAnswer, error) {
	return d.callbacks.Complete(ctx, c)
}

// Plan is that of series.
func (d *temporalDesk) Plan(ctx context.Context, c workflows.SeriesPlanCommand) (workflows.SeriesAnswer, error) {
	return d.series.Plan(ctx, c)
}

// ChangeSeries leaves one out of a series, or has another follow.
func (d *temporalDesk) ChangeSeries(ctx context.Context, c workflows.SeriesChangeCommand) (workflows.SeriesAnswer, error) {
	return d.series.Change(ctx, c)
}

// EndSeries ends a series.
func (d *temporalDesk) EndSeries(ctx context.Context, c workflows.SeriesChangeCommand) (workflows.SeriesAnswer, error) {
	return d.series.End(ctx, c)
}

func (d *temporalDesk) Close() { d.connection.Client.Close() }

// orNew is the id that somebody gave, or a new one.
func orNew(id string) string {
	if id == "" {
		return uuid.Must(uuid.NewV7()).String()
	}
	return id
}

// withDesk connects for the time of do.
func (a *app) withDesk(ctx context.Context, do func(d desk) error) error {
	d, err := a.desk(ctx, a.flags.connection(a), a.flags.taskQueue)
	if err != nil {
		return err
	}
	defer d.Close()
	return do(d)
}

// deskFlags are those of every command of the business.
type deskFlags struct {
	tenant, correlation string
}

func (f *deskFlags) register(cmd *cobra.Command) {
	set := cmd.Flags()
	set.SortFlags = false
	set.StringVar(&f.tenant, "tenant", "", "the tenant's `UUID` (HERALD_TENANT_ID, or the demo's)")
	set.StringVar(&f.correlation, "correlation-id", "", "`ID` that joins what comes of it (a new one)")
}

// cause is where a command comes from.
func (f *deskFlags) cause(a *app) (workflows.Cause, error) {
	tenant := f.tenant
	if tenant == "" {
		tenant = a.env("HERALD_TENANT_ID", demoTenant)
	}
	if !events.IsUUID(tenant) {
		return workflows.Cause{}, usage("--tenant %q: it is a UUID in lower case", tenant)
	}
	return workflows.Cause{TenantID: tenant, CorrelationID: orNew(f.correlation), CausedBy: a.flags.who(a)}, nil
}

// ask runs a single step and returns its answer.
func ask[R any](ctx context.Context, a *app, f *deskFlags, step, subject string, request any) (answer R, err error) {
	cause, err := f.cause(a)
	if err != nil {
		return answer, err
	}
	err = a.withDesk(ctx, func(d desk) error {
		return d.Ask(ctx, step, workflows.StepRequest[any]{Cause: cause, Subject: subject, Request: request}, &answer)
	})
	return answer, err
}

// actFlags are those of every command that changes something.
type actFlags struct {
	deskFlags
	origin, customer string
	wait             time.Duration
}

// channels are those over which the starter acts.
var channels = []string{string(appointment.Voice), string(appointment.Portal), string(appointment.Web), string(appointment.API), string(appointment.Staff)}

func (f *actFlags) register(cmd *cobra.Command, origin appointment.Origin, whose string) {
	f.deskFlags.register(cmd)
	set := cmd.Flags()
	registerOrigin(cmd, &f.origin, origin)
	set.StringVar(&f.customer, "customer", "", whose)
	set.DurationVar(&f.wait, "wait", 0, "`TIME` to wait for the result (3s with --origin voice, else 5s)")
}

func registerOrigin(cmd *cobra.Command, origin *string, fallback appointment.Origin) {
	cmd.Flags().StringVar(origin, "origin", string(fallback), "`CHANNEL`: "+orList(channels))
	complete(cmd, "origin", func(string) []string { return channels })
}

// by is who acts over the channel; those in chooses may name the customer, and the
// portal has to.
func (f *actFlags) by(chooses ...appointment.Origin) (appointment.By, error) {
	by, err := byOf(f.origin)
	longest := workflows.ChannelWait(by.Origin)
	if f.wait == 0 {
		f.wait = longest
	}
	switch {
	case err != nil:
		return by, err
	case f.wait < 0 || f.wait > longest:
		return by, usage("--wait %s: choose up to %s, the longest with --origin %s; what takes longer goes on", f.wait, longest, f.origin)
	case f.customer == "" && by.Origin == appointment.Portal:
		return by, usage("--customer is missing: --origin portal is somebody who has logged in; starter customers finds the id")
	case f.customer == "":
		return by, nil
	case !slices.Contains(chooses, by.Origin):
		return by, usage("--customer: only with --origin %s, where it is known who acts", orList(words(chooses)))
	case !events.IsUUID(f.customer):
		return by, customerID(f.customer)
	}
	return by, nil
}

// actor is who changes something; over the portal, a customer who has logged in.
func (f *actFlags) actor() (appointment.By, error) {
	by, err := f.by(appointment.Portal)
	if err == nil && f.customer != "" {
		by.CustomerID, by.Assurance = f.customer, appointment.ByLogin
	}
	return by, err
}

func customerID(value string) error {
	return usage("--customer %q: it is a UUID; starter customers finds it", value)
}

// byOf is who acts over a channel.
func byOf(origin string) (appointment.By, error) {
	if !slices.Contains(channels, origin) {
		return appointment.By{}, usage("--origin %q: choose %s", origin, orList(channels))
	}
	by := appointment.By{Origin: appointment.Origin(origin), Role: appointment.CustomerRole}
	if by.Origin == appointment.Staff {
		by.Role = appointment.Manager
	}
	return by, nil
}

// unanswered is the error for a command whose answer has not come, though it may
// have happened; again says how to ask once more.
func unanswered(err error, again string) error {
	_, gone := errors.AsType[*serviceerror.Unavailable](err)
	switch {
	case isInterrupted(err):
		return exit(exitInterrupted, "interrupted: it may have been done; ask again with %s", again)
	case isTimeout(err):
		return exit(exitTimedOut, "no answer, is a worker running? It may still be done; ask again with %s", again)
	case gone:
		return exit(exitUnreachable, "%s: the server is gone, and it may have been done; ask again with %s", oneLine(err), again)
	}
	return err
}

// refusedBy is the error for a rule's no: it names the rule and the way out, and
// what is free instead.
func (a *app) refusedBy(r *events.Refusal, alternatives []appointment.Alternative, zone string) error {
	if r == nil {
		return exit(exitFailed, "it could not be done, and nobody says why")
	}
	if len(alternatives) == 0 {
		return r
	}
	var free []string
	for _, alternative := range alternatives {
		free = append(free, a.local(alternative.StartsAt, zone))
	}
	return exit(exitConflict, "%s; free instead: %s", r, strings.Join(free, ", "))
}

func words[S ~string](values []S) []string {
	all := make([]string, len(values))
	for i, v := range values {
		all[i] = string(v)
	}
	return all
}

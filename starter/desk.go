package main

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
	"google.golang.org/grpc"

	"github.com/herald-bus/herald/domains"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/internal/temporalclient"
	"github.com/herald-bus/herald/workflows"
)

// A desk takes the commands and questions of the business.
type desk interface {
	Book(ctx context.Context, c workflows.BookCommand) (workflows.BookingAnswer, error)
	Reschedule(ctx context.Context, c workflows.ChangeCommand[appointment.MoveRequest]) (workflows.ChangeAnswer, error)
	Cancel(ctx context.Context, c workflows.ChangeCommand[appointment.CancelRequest]) (workflows.ChangeAnswer, error)
	Confirm(ctx context.Context, c workflows.ChangeCommand[appointment.Command]) (workflows.ChangeAnswer, error)
	// Ask runs a single step and fills answer.
	Ask(ctx context.Context, step string, q workflows.StepRequest[any], answer any) error
	Close()
}

// temporalDesk is the desk over a connection to Temporal.
type temporalDesk struct {
	*workflows.Appointments
	*workflows.Steps
	connection *temporalclient.Connection
}

func openDesk(ctx context.Context, o temporalclient.Options, taskQueue string) (desk, error) {
	o.DialOptions = append(o.DialOptions, grpc.WithChainUnaryInterceptor(workflows.TimeSkippingInterceptor()))
	connection, err := temporalclient.Dial(ctx, o)
	if err != nil {
		return nil, err
	}
	config := workflows.Config{Namespace: connection.Namespace, TaskQueue: taskQueue}
	return &temporalDesk{workflows.NewAppointments(connection.Client, config), workflows.NewSteps(connection.Client, config), connection}, nil
}

func (d *temporalDesk) Close() { d.connection.Client.Close() }

// withDesk connects for the time of do.
func (a *app) withDesk(ctx context.Context, do func(d desk) error) error {
	d, err := a.desk(ctx, a.flags.connection(a), a.flags.taskQueue)
	if err != nil {
		return err
	}
	defer d.Close()
	return do(d)
}

// ask runs a single step and returns its answer.
func ask[R any](ctx context.Context, d desk, step string, q workflows.StepRequest[any]) (answer R, err error) {
	return answer, d.Ask(ctx, step, q, &answer)
}

// deskFlags are those of every command of the business.
type deskFlags struct {
	tenant, correlation string
	wait                time.Duration
}

func (f *deskFlags) register(cmd *cobra.Command) {
	set := cmd.Flags()
	set.SortFlags = false
	set.StringVar(&f.tenant, "tenant", "", "the tenant's `UUID` (HERALD_TENANT_ID, or the demo's)")
	set.StringVar(&f.correlation, "correlation-id", "", "`ID` that joins what comes of it (a new one)")
}

// cause is where a command comes from.
func (f *deskFlags) cause(a *app) workflows.Cause {
	tenant := f.tenant
	if tenant == "" {
		tenant = a.env("HERALD_TENANT_ID", demoTenant)
	}
	correlation := f.correlation
	if correlation == "" {
		correlation = uuid.Must(uuid.NewV7()).String()
	}
	return workflows.Cause{TenantID: tenant, CorrelationID: correlation, CausedBy: a.flags.who(a)}
}

var slug = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)

// refOf reads the id of a thing: a UUID, or the short name of one of the demo's.
func refOf(flag, value string) (string, error) {
	switch {
	case value == "" || events.IsUUID(value):
		return value, nil
	case slug.MatchString(value):
		return domains.DemoID(value), nil
	}
	return "", usage("--%s %q: write a UUID, or a short name of the demo salons such as aylin", flag, value)
}

// zoned reads an instant: with its offset, or as the clock in the branch shows it.
func zoned(flag, value, zone string) (time.Time, error) {
	if at, err := time.Parse(time.RFC3339, value); err == nil {
		return at.UTC(), nil
	}
	location, err := time.LoadLocation(zone)
	if err != nil {
		return time.Time{}, usage("--zone %q: write an IANA time zone such as Europe/Berlin", zone)
	}
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02 15:04"} {
		if at, err := time.ParseInLocation(layout, value, location); err == nil {
			return at.UTC(), nil
		}
	}
	return time.Time{}, usage("--%s %q: write 2027-03-30T10:00 for the clock in %s, or 2027-03-30T08:00:00Z", flag, value, zone)
}

// local writes an instant as the clock in the zone shows it.
func local(t time.Time, zone string) string {
	location, err := time.LoadLocation(zone)
	if err != nil || t.IsZero() {
		return t.UTC().Format(time.RFC3339)
	}
	return t.In(location).Format("Mon 2006-01-02 15:04 MST")
}

func price(m *appointment.Money) string {
	if m == nil {
		return ""
	}
	const hundred = 100
	return fmt.Sprintf("%d.%02d %s", m.Cents/hundred, m.Cents%hundred, m.Currency)
}

// refusedBy is the error for a rule's no: it names the rule and the way out.
func refusedBy(r *events.Refusal, alternatives []appointment.Alternative, zone string) error {
	text := r.Error()
	if len(alternatives) > 0 {
		var free []string
		for _, alternative := range alternatives {
			free = append(free, local(alternative.StartsAt, zone))
		}
		text += "; free instead: " + strings.Join(free, ", ")
	}
	return exit(exitConflict, "%s", text)
}

package main

import (
	"context"
	"encoding/json"
	"time"

	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/availability"
	"github.com/herald-bus/herald/workflows"
)

const (
	anAppointment = "b318dc7a-c90f-55cd-80ea-f353d4ed6c6a"
	aCustomer     = "01a21323-4f1b-7987-9b98-b9eb3b46dc8e"
)

// fakeDesk remembers what it is told and answers what it was given.
type fakeDesk struct {
	away   error // nobody opens
	failed error // of every command and question

	booking     workflows.BookingAnswer
	change      workflows.ChangeAnswer
	answers     map[string]any // by step
	books       []workflows.BookCommand
	reschedules []workflows.ChangeCommand[appointment.MoveRequest]
	cancels     []workflows.ChangeCommand[appointment.CancelRequest]
	updates     []workflows.ChangeCommand[appointment.UpdateRequest]
	visits      map[string][]appointment.Command // by what became of them
	callback    workflows.CallbackAnswer
	attempts    []workflows.CallbackCommand[appointment.CallbackAttempt]
	outcomes    []workflows.CallbackCommand[appointment.CallbackOutcome]
	holds       []workflows.HoldCommand[availability.HoldRequest]
	renewals    []workflows.HoldCommand[availability.RenewRequest]
	releases    []workflows.HoldCommand[availability.ReleaseRequest]
	hold        availability.Hold
	released    availability.Released
	unheld      error // of holds
	plans       []workflows.SeriesPlanCommand
	changes     []workflows.SeriesChangeCommand
	ends        []workflows.SeriesChangeCommand
	series      workflows.SeriesAnswer
	asked       []workflows.StepRequest[any]
	steps       []string
}

// newClerk is a desk where all goes well.
func newClerk() *fakeDesk {
	return &fakeDesk{
		booking:  workflows.BookingAnswer{State: workflows.Booked, AppointmentID: anAppointment, Appointment: aView()},
		change:   workflows.ChangeAnswer{State: workflows.Done, Appointment: aView()},
		callback: workflows.CallbackAnswer{State: workflows.Done, Callback: toCallBack()},
		answers:  map[string]any{},
		visits:   map[string][]appointment.Command{},
	}
}

func (d *fakeDesk) Book(_ context.Context, c workflows.BookCommand) (workflows.BookingAnswer, error) {
	d.books = append(d.books, c)
	return d.booking, d.failed
}

func (d *fakeDesk) Reschedule(_ context.Context, c workflows.ChangeCommand[appointment.MoveRequest]) (workflows.ChangeAnswer, error) {
	d.reschedules = append(d.reschedules, c)
	return d.change, d.failed
}

func (d *fakeDesk) Cancel(_ context.Context, c workflows.ChangeCommand[appointment.CancelRequest]) (workflows.ChangeAnswer, error) {
	d.cancels = append(d.cancels, c)
	return d.change, d.failed
}

func (d *fakeDesk) Update(_ context.Context, c workflows.ChangeCommand[appointment.UpdateRequest]) (workflows.ChangeAnswer, error) {
	d.updates = append(d.updates, c)
	return d.change, d.failed
}

func (d *fakeDesk) Confirm(_ context.Context, c workflows.ChangeCommand[appointment.Command]) (workflows.ChangeAnswer, error) {
	return d.visit("confirm", c)
}

func (d *fakeDesk) CheckIn(_ context.Context, c workflows.ChangeCommand[appointment.Command]) (workflows.ChangeAnswer, error) {
	return d.visit("check-in", c)
}

func (d *fakeDesk) Complete(_ context.Context, c workflows.ChangeCommand[appointment.Command]) (workflows.ChangeAnswer, error) {
	return d.visit("complete", c)
}

func (d *fakeDesk) MarkNoShow(_ context.Context, c workflows.ChangeCommand[appointment.Command]) (workflows.ChangeAnswer, error) {
	return d.visit("no-show", c)
}

func (d *fakeDesk) visit(became string, c workflows.ChangeCommand[appointment.Command]) (workflows.ChangeAnswer, error) {
	d.visits[became] = append(d.visits[became], c.Request)
	return d.change, d.failed
}

func (d *fakeDesk) LogAttempt(_ context.Context, c workflows.CallbackCommand[appointment.CallbackAttempt]) (workflows.CallbackAnswer, error) {
	d.attempts = append(d.attempts, c)
	return d.callback, d.failed
}

func (d *fakeDesk) CompleteCallback(_ context.Context, c workflows.CallbackCommand[appointment.CallbackOutcome]) (workflows.CallbackAnswer, error) {
	d.outcomes = append(d.outcomes, c)
	return d.callback, d.failed
}

func (d *fakeDesk) Hold(_ context.Context, c workflows.HoldCommand[availability.HoldRequest]) (availability.Hold, error) {
	d.holds = append(d.holds, c)
	return d.hold, d.unheld
}

func (d *fakeDesk) Renew(_ context.Context, c workflows.HoldCommand[availability.RenewRequest]) (availability.Hold, error) {
	d.renewals = append(d.renewals, c)
	return d.hold, d.failed
}

func (d *fakeDesk) Release(_ context.Context, c workflows.HoldCommand[availability.ReleaseRequest]) (availability.Released, error) {
	d.releases = append(d.releases, c)
	return d.released, d.failed
}

func (d *fakeDesk) Plan(_ context.Context, c workflows.SeriesPlanCommand) (workflows.SeriesAnswer, error) {
	d.plans = append(d.plans, c)
	return d.series, d.failed
}

func (d *fakeDesk) ChangeSeries(_ context.Context, c workflows.SeriesChangeCommand) (workflows.SeriesAnswer, error) {
	d.changes = append(d.changes, c)
	return d.series, d.failed
}

func (d *fakeDesk) EndSeries(_ context.Context, c workflows.SeriesChangeCommand) (workflows.SeriesAnswer, error) {
	d.ends = append(d.ends, c)
	return d.series, d.failed
}

// Ask answers by way of JSON, as the real one does.
func (d *fakeDesk) Ask(_ context.Context, step string, q workflows.StepRequest[any], answer any) error {
	d.steps, d.asked = append(d.steps, step), append(d.asked, q)
	known := d.answers[step]
	if d.failed != nil || known == nil {
		return d.failed
	}
	raw, err := json.Marshal(known)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, answer)
}

func (d *fakeDesk) Close() {}

// commands counts what the desk was told.
func (d *fakeDesk) commands() int {
	return len(d.books) + len(d.reschedules) + len(d.cancels) + len(d.updates) + len(d.visits) +
		len(d.attempts) + len(d.outcomes) + len(d.holds) + len(d.renewals) + len(d.releases) +
		len(d.plans) + len(d.changes) + len(d.ends) + len(d.asked)
}

// aView is an appointment in Berlin, in summer.
func aView() *appointment.View {
	v := &appointment.View{}
	v.AppointmentID, v.Version, v.CustomerID, v.Status = anAppointment, 2, aCustomer, appointment.Confirmed
	v.StartsAt, v.EndsAt, v.Zone = now, now.Add(150*time.Minute), "Europe/Berlin"
	v.Display = appointment.Display{ServiceName: "Strähnen", StaffNames: []string{"Aylin Sommer", "Mila Kranich"}, BranchName: "Berlin"}
	v.Price = appointment.Money{Cents: 12905, Currency: "EUR"}
	v.CalendarState = appointment.CalendarSynced
	return v
}

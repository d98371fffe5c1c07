package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/customer"
	"github.com/herald-bus/herald/tests/harness"
	"github.com/herald-bus/herald/workflows"
)

// reception books for the callers of the story.
type reception struct {
	*teller
	lives *workflows.Appointments
	steps *workflows.Steps
	zone  *time.Location
	said  table.Writer
	lines int
}

// guest is somebody of the demo's data, or nobody yet.
type guest struct{ name, phone string }

var (
	vera  = guest{"Vera Neuling", "+491713920019"} // whom nobody knows
	karl  = guest{"Karl Muster", "+491713920011"}
	ida   = guest{"Ida Probst", "+491713920010"}
	nora  = guest{"Nora Beispiel", "+4917604069020"}
	emil  = guest{"Emil Testmann", "+4917604069021"}
	lotte = guest{"Lotte Dummer", "+493023125150"}
)

// tellSalon tells how a week's bookings come about, and what stands in their way.
func tellSalon(ctx context.Context, up *system, vendorURL string) error {
	connection, err := up.dial(ctx)
	if err != nil {
		return err
	}
	defer connection.Client.Close()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		return err
	}
	config := workflows.Config{Namespace: connection.Namespace}
	r := &reception{
		teller: newTeller(connection.Client, connection.Namespace, vendorURL),
		lives:  workflows.NewAppointments(connection.Client, config), steps: workflows.NewSteps(connection.Client, config), zone: zone, said: table.NewWriter(),
	}
	r.said.SetStyle(table.StyleLight)
	r.said.AppendHeader(table.Row{"#", "who", "asks for", "hears"})
	r.said.SetColumnConfigs([]table.ColumnConfig{{Number: 4, WidthMax: 60, WidthMaxEnforcer: text.WrapSoft}})
	story := uuid.Must(uuid.NewV7()).String()
	for _, scene := range []func(context.Context, string) error{r.open, r.firstCall, r.pause, r.race, r.change, r.outage, r.life} {
		if err := scene(ctx, story); err != nil {
			return err
		}
	}
	fmt.Println(r.said.Render())
	fmt.Printf("\nWhat the first booking set in motion (starter trace %s):\n\n", story)
	if err := r.printStory(ctx, story); err != nil {
		return err
	}
	fmt.Println()
	if err := r.printDiary(ctx); err != nil {
		return err
	}
	if err := r.printBooks(ctx); err != nil {
		return err
	}
	fmt.Printf("\nThe mails: %s\n\n", relative(up.outbox))
	return errors.Join(r.faults...)
}

// cause is where a command of the story comes from.
func cause(correlation string) workflows.Cause {
	return workflows.Cause{TenantID: tenantID, CorrelationID: correlation, CausedBy: "system:demo"}
}

// at is an hour and minute of a weekday of the week after next, which is open.
func (r *reception) at(day time.Weekday, hour, minute int) time.Time {
	now := time.Now().In(r.zone)
	monday := now.AddDate(0, 0, -(int(now.Weekday())+6)%7)
	const weeks = 14
	return time.Date(monday.Year(), monday.Month(), monday.Day()+weeks+(int(day)+6)%7, hour, minute, 0, 0, r.zone).UTC()
}

// wish is a booking that somebody asks for.
func wish(who guest, correlation, service, staff string, at time.Time) workflows.BookCommand {
	by := appointment.By{Origin: appointment.Voice, Role: appointment.CustomerRole}
	c := workflows.BookCommand{Cause: cause(correlation), Wait: workflows.ChannelWait(by.Origin), Booking: appointment.BookRequest{
		Key: uuid.NewString(), By: by, BranchID: id("berlin"), ServiceID: id(service), StartsAt: at, CallID: uuid.NewString(), CallerPhone: who.phone,
	}}
	if staff != "" {
		c.Booking.StaffID = id(staff)
	}
	c.Who = customer.Query{Key: c.Booking.Key, CallID: c.Booking.CallID, Origin: by.Origin, Region: "DE-BE", NetworkNumber: who.phone, Said: customer.Said{Name: who.name}}
	return c
}

// ask asks for a booking, and asks again while it is at work, unless that is what
// should be heard.
func (r *reception) ask(ctx context.Context, c workflows.BookCommand, want workflows.BookingState) (answer workflows.BookingAnswer, err error) {
	const most = 10
	for range most {
		answer, err = r.lives.Book(ctx, c)
		if err != nil || answer.State != workflows.Processing || want == workflows.Processing {
			break
		}
	}
	return answer, err
}

// book asks, writes down what was heard, and checks it.
func (r *reception) book(ctx context.Context, who guest, what string, c workflows.BookCommand, want workflows.BookingState, code string) (workflows.BookingAnswer, error) {
	answer, err := r.ask(ctx, c, want)
	if err != nil {
		return answer, err
	}
	r.heard(who, what, string(answer.State), string(want), answer.Refusal, code, answer.Alternatives)
	return answer, nil
}

// heard adds a line, and a fault if it is not what should be heard.
func (r *reception) heard(who guest, what, state, want string, refusal *events.Refusal, code string, free []appointment.Alternative) {
	r.lines++
	got, words := "", state
	if refusal != nil {
		got, words = refusal.Code, state+": "+refusal.Error()
	}
	var starts []string
	for _, f := range free {
		starts = append(starts, f.StartsAt.In(r.zone).Format("Mon 15:04"))
	}
	if len(starts) > 0 {
		words += "; free: " + strings.Join(starts, ", ")
	}
	if state != want || got != code {
		r.faults = append(r.faults, fmt.Errorf("%d, %s: %s (%s), it should be %s (%s)", r.lines, what, state, got, want, code))
	}
	r.said.AppendRow(table.Row{r.lines, who.name, what, words})
}

// open loads the salons.
func (r *reception) open(ctx context.Context, _ string) error {
	fmt.Println("A salon's bookings: the pause that is sold, a race, a move, an outage, a life.")
	fmt.Println()
	return r.steps.Ask(ctx, workflows.StepSeed, workflows.StepRequest[any]{Cause: cause(uuid.NewString()), Subject: "seed", Request: struct{}{}}, &struct{}{})
}

// firstCall is Vera's, whom nobody knows, and who is known afterwards.
func (r *reception) firstCall(ctx context.Context, story string) error {
	if _, err := r.publisher.Publish(ctx, started(newID(), vera.phone), r.with([]events.Option{events.Correlation(story)})...); err != nil {
		return err
	}
	c := wish(vera, story, "ansatz", "aylin", r.at(time.Tuesday, 10, 0))
	if _, err := r.book(ctx, vera, "a colouring, Tuesday at 10, with Aylin", c, workflows.Booked, ""); err != nil {
		return err
	}
	_, err := r.book(ctx, vera, "… the same once more: the line was bad", c, workflows.Booked, "")
	return err
}

// pause sells the half hour in which the colour works.
func (r *reception) pause(ctx context.Context, _ string) error {
	within := r.at(time.Tuesday, 10, 30)
	if _, err := r.book(ctx, karl, "a man's cut with Aylin at 10:30: it fits into the pause", wish(karl, uuid.NewString(), "herren", "aylin", within), workflows.Booked, ""); err != nil {
		return err
	}
	_, err := r.book(ctx, ida, "a woman's cut with Aylin at 10:30: it does not", wish(ida, uuid.NewString(), "damen", "aylin", within), workflows.Refused, "slot_taken")
	return err
}

// race has two callers want the same within the same moment.
func (r *reception) race(ctx context.Context, _ string) error {
	at := r.at(time.Wednesday, 11, 0)
	callers := []guest{ida, nora}
	answers := make([]workflows.BookingAnswer, len(callers))
	errs := make([]error, len(callers))
	var both sync.WaitGroup
	for i, who := range callers {
		both.Go(func() {
			answers[i], errs[i] = r.ask(ctx, wish(who, uuid.NewString(), "damen", "jonas", at), workflows.Booked)
		})
	}
	both.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	booked := 0
	for i, answer := range answers {
		want, code := workflows.Refused, "slot_taken"
		if answer.State == workflows.Booked && booked == 0 {
			want, code, booked = workflows.Booked, "", 1
		}
		r.heard(callers[i], "Wednesday at 11 with Jonas, both at once", string(answer.State), string(want), answer.Refusal, code, answer.Alternatives)
	}
	if booked != 1 {
		r.faults = append(r.faults, errors.New("the race: nobody got it"))
	}
	return nil
}

// change moves an appointment as often as the terms allow, and once more.
func (r *reception) change(ctx context.Context, _ string) error {
	booked, err := r.book(ctx, emil, "advice on Thursday at 11", wish(emil, uuid.NewString(), "beratung", "", r.at(time.Thursday, 11, 0)), workflows.Booked, "")
	if err != nil || booked.Appointment == nil {
		return err
	}
	for i, hour := range []int{13, 14, 15} {
		request := appointment.MoveRequest{StartsAt: r.at(time.Thursday, hour, 0), Command: appointment.Command{
			ID: uuid.NewString(), AppointmentID: booked.AppointmentID,
			By: appointment.By{Origin: appointment.Portal, Role: appointment.CustomerRole, CustomerID: booked.Appointment.CustomerID, Assurance: appointment.ByLogin},
		}}
		answer, err := r.lives.Reschedule(ctx, workflows.ChangeCommand[appointment.MoveRequest]{Cause: cause(uuid.NewString()), Request: request, Wait: 5 * time.Second})
		if err != nil {
			return err
		}
		want, code := workflows.Done, ""
		if i == 2 {
			want, code = workflows.Refused, "reschedule_limit"
		}
		r.heard(emil, fmt.Sprintf("… rather at %d", hour), string(answer.State), string(want), answer.Refusal, code, nil)
	}
	return nil
}

// outage has the calendar fail while one books what it has the last word on.
func (r *reception) outage(ctx context.Context, _ string) error {
	slow := wish(karl, uuid.NewString(), "straehnen", "mila", r.at(time.Thursday, 10, 0))
	slow.Wait = 2 * time.Second
	err := r.during(ctx, fault{Booking: "*", Times: -1, Status: http.StatusServiceUnavailable}, func() error {
		_, err := r.book(ctx, karl, "highlights, while the calendar is down", slow, workflows.Processing, "")
		return err
	})
	if err != nil {
		return err
	}
	slow.Wait = 40 * time.Second
	if _, err := r.book(ctx, karl, "… asked again: the calendar is back", slow, workflows.Booked, ""); err != nil {
		return err
	}
	return r.during(ctx, fault{Booking: "*", Times: -1, Status: http.StatusUnprocessableEntity}, func() error {
		_, err := r.book(ctx, nora, "highlights, but the calendar says no", wish(nora, uuid.NewString(), "straehnen", "mila", r.at(time.Wednesday, 14, 0)), workflows.Refused, "calendar_conflict")
		return err
	})
}

// life shows an appointment to its end; the server skips the days.
func (r *reception) life(ctx context.Context, _ string) error {
	c := wish(lotte, uuid.NewString(), "foehnen", "", r.at(time.Friday, 10, 0))
	c.Cause.TimeSkipping = true
	booked, err := r.book(ctx, lotte, "a blow-dry on Friday at 10", c, workflows.Booked, "")
	if err != nil || booked.State != workflows.Booked {
		return err
	}
	return harness.Await(ctx, patience, func(ctx context.Context) (bool, error) {
		seen, err := r.announced(ctx, c.Cause.CorrelationID)
		if err != nil {
			return true, err
		}
		if seen["appointment.completed"] != 1 {
			return false, fmt.Errorf("the blow-dry is not completed: %v", seen)
		}
		r.heard(lotte, "… and comes", fmt.Sprintf("%d reminders, completed", seen["appointment.reminder_due"]), "2 reminders, completed", nil, "", nil)
		return true, nil
	})
}

// announced counts the events of a cause by type.
func (r *reception) announced(ctx context.Context, correlation string) (map[string]int, error) {
	records, _, err := r.log.List(ctx, workflows.Filter{CorrelationID: correlation}, 100, nil)
	if err != nil {
		return nil, err
	}
	seen := map[string]int{}
	for _, record := range records {
		seen[record.Type]++
	}
	return seen, nil
}

// printStory waits until everything that the first call caused has settled.
func (r *reception) printStory(ctx context.Context, story string) error {
	return harness.Await(ctx, patience, func(ctx context.Context) (bool, error) {
		roots, err := r.log.Trace(ctx, story)
		if err != nil {
			return true, err
		}
		seen, err := r.announced(ctx, story)
		if err != nil {
			return true, err
		}
		if seen["appointment.created"] != 1 || seen["customer.created"] != 1 || settledTree(roots) != sum(seen) {
			return false, fmt.Errorf("the causal tree of %s is not complete: %v", story, seen)
		}
		printNodes(roots)
		return true, nil
	})
}

func sum(counts map[string]int) (n int) {
	for _, count := range counts {
		n += count
	}
	return n
}

// printDiary prints what stands now.
func (r *reception) printDiary(ctx context.Context) error {
	var listed []appointment.Listed
	err := r.steps.Ask(ctx, workflows.StepList, workflows.StepRequest[any]{Cause: cause(uuid.NewString()), Request: appointment.ListQuery{From: time.Now().UTC()}}, &listed)
	if err != nil {
		return err
	}
	diary := table.NewWriter()
	diary.SetStyle(table.StyleLight)
	diary.AppendHeader(table.Row{"start", "service", "with", "status"})
	for _, l := range listed {
		diary.AppendRow(table.Row{l.StartsAt.In(r.zone).Format("Mon 2006-01-02 15:04"), l.ServiceName, strings.Join(l.StaffNames, ", "), l.Status})
	}
	fmt.Println(diary.Render())
	return nil
}

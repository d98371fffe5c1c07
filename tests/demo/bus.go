package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jedib0t/go-pretty/v6/table"
	"go.temporal.io/sdk/client"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/tests/harness"
	"github.com/herald-bus/herald/workflows"
)

// patience is the real time that a delivery may take; the ladder's minutes and
// the delays are skipped by the server.
const patience = 60 * time.Second

// teller publishes the story and sees what became of it.
type teller struct {
	publisher *workflows.Publisher
	log       *workflows.Log
	vendor    string
	table     table.Writer
	faults    []error
	number    int
}

// tellBus publishes ten events and prints what happened to each.
func tellBus(ctx context.Context, up *system, vendorURL string) error {
	connection, err := up.dial(ctx)
	if err != nil {
		return err
	}
	defer connection.Client.Close()
	t := newTeller(connection.Client, connection.Namespace, vendorURL)
	story := uuid.Must(uuid.NewV7()).String()
	fmt.Println("Ten events. The retries wait the true one and two minutes, and the delay is two")
	fmt.Println("hours: the server skips the idle time.")
	fmt.Println()
	failed, err := t.tell(ctx, story)
	if err != nil {
		return err
	}
	fmt.Println(t.table.Render())
	fmt.Printf("\nWhat the first call set in motion (starter trace %s):\n\n", story)
	if err := t.printTree(ctx, story); err != nil {
		return err
	}
	fmt.Printf("\nThe run that failed:\n  %s\nThe mails: %s\n\n", failed.URL(up.server.UI, up.server.Namespace), relative(up.outbox))
	return errors.Join(t.faults...)
}

func newTeller(c client.Client, namespace, vendorURL string) *teller {
	config := workflows.Config{Namespace: namespace}
	t := &teller{publisher: workflows.NewPublisher(c, config), log: workflows.NewLog(c, config), vendor: vendorURL, table: table.NewWriter()}
	t.table.SetStyle(table.StyleLight)
	t.table.AppendHeader(table.Row{"#", "event", "what happens", "status", "listeners", "attempts", "first to last"})
	return t
}

// tell publishes the events and returns the record of the run that failed.
func (t *teller) tell(ctx context.Context, story string) (workflows.Record, error) {
	vera, karl, nora := newID(), newID(), newID()
	correlated := events.Correlation(story)
	mail := func(name string) string { return name + "@" + name + ".example" }

	if err := t.publish(ctx, "a call comes in", started(newID(), "+491713920019"), events.Delivered, correlated); err != nil {
		return workflows.Record{}, err
	}
	booking := newID()
	first := []events.Option{correlated, events.ID(booking)}
	steps := []func() error{
		func() error {
			return t.publish(ctx, "booked: two generations follow", created(vera, "vera", mail("vera")), events.Delivered, first...)
		},
		func() error { return t.repeat(ctx, created(vera, "vera", mail("vera")), first...) },
		func() error {
			return t.during(ctx, fault{Booking: karl, Times: 2, Status: http.StatusServiceUnavailable}, func() error {
				return t.publish(ctx, "the calendar fails twice, then takes it", created(karl, "karl", mail("karl")), events.Delivered, events.TimeSkipping())
			})
		},
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return workflows.Record{}, err
		}
	}
	failed, err := t.failAndRedrive(ctx, created(nora, "nora", mail("nora")))
	if err != nil {
		return failed, err
	}
	rest := []struct {
		what    string
		event   events.Event
		options []events.Option
	}{
		{"cancelled, told two hours later", cancelled(karl, "karl", mail("karl")), []events.Option{events.After(2 * time.Hour), events.TimeSkipping()}},
		{"another call", started(newID(), "+4917604069020"), nil},
		{"booked on the web", created(newID(), "ida", mail("ida")), nil},
		{"booked by the staff", created(newID(), "emil", mail("emil")), nil},
		{"cancelled at once", cancelled(vera, "vera", mail("vera")), []events.Option{correlated}},
	}
	for _, r := range rest {
		if err := t.publish(ctx, r.what, r.event, events.Delivered, r.options...); err != nil {
			return failed, err
		}
	}
	return failed, nil
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// publish publishes an event, waits until it has settled, and adds a row.
func (t *teller) publish(ctx context.Context, what string, e events.Event, want events.Status, options ...events.Option) error {
	receipt, err := t.publisher.Publish(ctx, e, t.with(options)...)
	if err != nil {
		return err
	}
	return t.settled(ctx, what, receipt.EventID, want)
}

func (t *teller) with(options []events.Option) []events.Option {
	return append([]events.Option{events.Tenant(tenantID), events.Source("/herald/demo"), events.CausedBy("system:demo")}, options...)
}

// repeat publishes an event a second time and adds a row for the answer.
func (t *teller) repeat(ctx context.Context, e events.Event, options ...events.Option) error {
	receipt, err := t.publisher.Publish(ctx, e, t.with(options)...)
	if err != nil {
		return err
	}
	t.number++
	if !receipt.Duplicate {
		t.faults = append(t.faults, fmt.Errorf("event %d: the second publish of %s was no duplicate", t.number, receipt.EventID))
	}
	t.table.AppendRow(table.Row{t.number, e.EventName(), "the same id again: a duplicate", "duplicate, " + string(receipt.Status), "", "", ""})
	return nil
}

// failAndRedrive publishes an event whose calendar listener fails for good, then
// mends the vendor and redrives. It returns the record of the failed run.
func (t *teller) failAndRedrive(ctx context.Context, e events.Event) (workflows.Record, error) {
	var failed workflows.Story
	err := t.during(ctx, fault{Booking: e.AggregateID(), Times: -1, Status: http.StatusUnprocessableEntity}, func() error {
		receipt, err := t.publisher.Publish(ctx, e, t.with(nil)...)
		if err != nil {
			return err
		}
		failed, err = t.await(ctx, receipt.EventID)
		return err
	})
	if err != nil {
		return failed.Record, err
	}
	t.row("the calendar refuses it for good", failed, events.Failed)
	if _, err := t.publisher.Redrive(ctx, failed.EventID, workflows.RedriveOptions{Reason: "the calendar takes it again", By: "demo"}); err != nil {
		return failed.Record, err
	}
	mended, err := t.await(ctx, failed.EventID)
	if err != nil {
		return failed.Record, err
	}
	t.number-- // the same event, a second row
	t.row("… mended and redriven: only what failed", mended, events.Delivered)
	return failed.Record, nil
}

func (t *teller) settled(ctx context.Context, what, eventID string, want events.Status) error {
	story, err := t.await(ctx, eventID)
	if err != nil {
		return err
	}
	t.row(what, story, want)
	return nil
}

// await polls until the delivery has settled.
func (t *teller) await(ctx context.Context, eventID string) (story workflows.Story, err error) {
	err = harness.Await(ctx, patience, func(ctx context.Context) (bool, error) {
		var err error
		if story, err = t.log.Describe(ctx, eventID); err != nil {
			return true, err
		}
		if story.Status == events.Delivered || story.Status == events.Failed {
			return true, nil
		}
		return false, fmt.Errorf("event %s %s is still %s", story.Type, eventID, story.Status)
	})
	return story, err
}

func (t *teller) row(what string, story workflows.Story, want events.Status) {
	t.number++
	if story.Status != want {
		t.faults = append(t.faults, fmt.Errorf("event %d, %s: it is %s, it should be %s: %s", t.number, what, story.Status, want, story.Failure))
	}
	succeeded, attempts := 0, 0
	for _, l := range story.Listeners {
		attempts += l.Attempts
		if l.Status == events.Succeeded {
			succeeded++
		}
	}
	took := story.ClosedAt.Sub(story.PublishedAt).Round(10 * time.Millisecond)
	t.table.AppendRow(table.Row{t.number, story.Type, what, story.Status, fmt.Sprintf("%d of %d", succeeded, len(story.Listeners)), attempts, took})
}

// fault is what the sandbox calendar is asked to do.
type fault struct {
	Booking string `json:"booking"`
	Times   int    `json:"times"`
	Status  int    `json:"status"`
}

// during has the vendor fail while something happens.
func (t *teller) during(ctx context.Context, f fault, happens func() error) error {
	body, err := json.Marshal(f)
	if err != nil {
		return err
	}
	if err := t.vendorCall(ctx, http.MethodPost, body); err != nil {
		return err
	}
	return errors.Join(happens(), t.vendorCall(ctx, http.MethodDelete, nil))
}

func (t *teller) vendorCall(ctx context.Context, method string, body []byte) error {
	request, err := http.NewRequestWithContext(ctx, method, t.vendor+"/faults", bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("sandbox calendar: %s /faults: %s", method, response.Status)
	}
	return nil
}

// printTree waits until the whole tree is there, for visibility lags a little,
// and prints it as starter trace does.
func (t *teller) printTree(ctx context.Context, correlationID string) error {
	const generations = 4 // three roots, and what they caused
	return harness.Await(ctx, patience, func(ctx context.Context) (bool, error) {
		roots, err := t.log.Trace(ctx, correlationID)
		if err != nil {
			return true, err
		}
		if len(roots) != 3 || settledTree(roots) < generations+1 {
			return false, fmt.Errorf("the causal tree of %s is not complete", correlationID)
		}
		printNodes(roots)
		return true, nil
	})
}

func printNodes(roots []*workflows.Node) {
	for _, n := range roots {
		printNode(n, "", "")
	}
}

// settledTree counts the events that have settled.
func settledTree(nodes []*workflows.Node) (n int) {
	for _, node := range nodes {
		if node.Status == events.Delivered {
			n++
		}
		n += settledTree(node.Children)
	}
	return n
}

func printNode(n *workflows.Node, lead, branch string) {
	by := ""
	if n.CausedByListener != "" {
		by = " by " + n.CausedByListener
	}
	fmt.Fprintf(os.Stdout, "  %s%s%s%s  %s\n", lead, branch, n.Type, by, n.Status)
	lead += strings.NewReplacer("├─ ", "│  ", "└─ ", "   ").Replace(branch)
	for i, child := range n.Children {
		branch := "├─ "
		if i == len(n.Children)-1 {
			branch = "└─ "
		}
		printNode(child, lead, branch)
	}
}

package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/workflows"
)

func TestFiftyPublishesOfOneIDAreOneDelivery(t *testing.T) {
	t.Parallel()
	const processes, each = 5, 10
	env, err := events.Seal(booking(newID()), events.Tenant(tenant))
	require.NoError(t, err)
	lines := strings.Repeat(encode(t, env)+"\n", each)
	outputs := make([]string, processes)
	var all sync.WaitGroup
	for i := range processes {
		all.Go(func() {
			stdout, stderr, code := shared.starter(t, lines, "publish", "-", "-o", "jsonl", "--concurrency", fmt.Sprint(each))
			if code != 0 {
				t.Errorf("starter ended with %d: %s", code, stderr)
			}
			outputs[i] = stdout
		})
	}
	all.Wait()

	count := map[string]int{}
	for line := range strings.Lines(strings.Join(outputs, "")) {
		var result struct{ Status, ID string }
		require.NoError(t, json.Unmarshal([]byte(line), &result), line)
		require.Equal(t, env.ID, result.ID)
		count[result.Status]++
	}
	require.Equal(t, map[string]int{"published": 1, "duplicate": processes*each - 1}, count)
	story := shared.settled(t, env.ID)
	require.Equal(t, events.Delivered, story.Status)
	require.Equal(t, 1, story.Runs)
}

func TestTheLadderAndTheDelayAreTrue(t *testing.T) {
	t.Parallel()
	created := booking(newID())
	shared.fail(t, created.AppointmentID, 2, http.StatusServiceUnavailable)

	receipt := shared.publish(t, created, events.TimeSkipping(), events.After(time.Hour))

	story := shared.settled(t, receipt.EventID)
	require.Equal(t, events.Delivered, story.Status)
	require.Equal(t, 3, listener(t, story, "calendarsync.push-new-appointment").Attempts)
	// One hour of delay, and one and two minutes between the attempts.
	require.GreaterOrEqual(t, story.ClosedAt.Sub(story.PublishedAt), 63*time.Minute-2*time.Second)
}

func TestAFailedEventIsRedrivenOnce(t *testing.T) {
	t.Parallel()
	created := booking(newID())
	shared.fail(t, created.AppointmentID, -1, http.StatusUnprocessableEntity)
	receipt := shared.publish(t, created)
	failed := shared.settled(t, receipt.EventID)
	require.Equal(t, events.Failed, failed.Status)
	require.Equal(t, events.GaveUp, listener(t, failed, "calendarsync.push-new-appointment").Status)

	again := shared.publish(t, created, events.ID(receipt.EventID))
	require.True(t, again.Duplicate)
	require.Equal(t, events.Failed, again.Status)
	stdout, stderr, code := shared.starter(t, "", "publish", created.EventName(), "--id", receipt.EventID, "--tenant", tenant, "--data", encode(t, created))
	require.Zero(t, code, stderr)
	require.Contains(t, stdout+stderr, "duplicate")
	require.Contains(t, stdout+stderr, "redrive")

	shared.fail(t, created.AppointmentID, 0, http.StatusOK)
	receipts := make([]events.Receipt, 5)
	var all sync.WaitGroup
	for i := range receipts {
		all.Go(func() {
			var err error
			if receipts[i], err = shared.publisher.Redrive(t.Context(), receipt.EventID, workflows.RedriveOptions{Reason: "mended"}); err != nil {
				t.Logf("redrive %d: %v", i, err)
			}
		})
	}
	all.Wait()

	mended := shared.settled(t, receipt.EventID)
	require.Equal(t, events.Delivered, mended.Status)
	require.Equal(t, 2, mended.Runs, "five operators, one run")
	for _, l := range mended.Listeners {
		require.Equal(t, l.Listener != "calendarsync.push-new-appointment", l.Carried, l.Listener)
	}
	_, err := shared.publisher.Redrive(t.Context(), receipt.EventID, workflows.RedriveOptions{})
	require.ErrorIs(t, err, workflows.ErrNotFailed)
	_, stderr, code = shared.starter(t, "", "redrive", receipt.EventID)
	require.NotZero(t, code)
	require.Contains(t, stderr, "did not fail")
}

func TestPublishAndWaitAnswersWithTheSyncOutcomes(t *testing.T) {
	t.Parallel()
	created := booking(newID())
	shared.fail(t, created.AppointmentID, 1, http.StatusServiceUnavailable)

	receipt, outcomes, err := shared.publisher.PublishAndWait(t.Context(), created, events.Tenant(tenant), events.TimeSkipping())

	require.NoError(t, err)
	require.NotEmpty(t, outcomes)
	for _, o := range outcomes {
		require.True(t, o.Sync)
		require.Equal(t, events.Succeeded, o.Status, o.Listener)
	}
	again, repeated, err := shared.publisher.PublishAndWait(t.Context(), created, events.Tenant(tenant), events.ID(receipt.EventID))
	require.NoError(t, err)
	require.True(t, again.Duplicate)
	require.Equal(t, outcomes, repeated)
	shared.settled(t, receipt.EventID)
	_, repeated, err = shared.publisher.PublishAndWait(t.Context(), created, events.Tenant(tenant), events.ID(receipt.EventID))
	require.NoError(t, err)
	require.Equal(t, outcomes, repeated, "a closed delivery answers from its history")
}

func TestTheTraceIsTheCausalTree(t *testing.T) {
	t.Parallel()
	correlation := newID()
	receipt := shared.publish(t, booking(newID()), events.Correlation(correlation))
	shared.settled(t, receipt.EventID)

	var roots []*workflows.Node
	await(t, func() (bool, error) {
		var err error
		roots, err = shared.log.Trace(t.Context(), correlation)
		return len(roots) == 1 && len(roots[0].Children) == 1 && len(roots[0].Children[0].Children) == 1, err
	})
	require.Equal(t, "appointment.created", roots[0].Type)
	second := roots[0].Children[0]
	require.Equal(t, "notification.confirmation_required", second.Type)
	require.Equal(t, "notifications.require-confirmation", second.CausedByListener)
	require.Equal(t, events.DerivedID(receipt.EventID, "notifications.require-confirmation", 0), second.EventID)
	stdout, stderr, code := shared.starter(t, "", "trace", correlation)
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "notification.confirmation_required")
}

// listener returns the story of one listener.
func listener(t *testing.T, story workflows.Story, name string) workflows.ListenerStory {
	t.Helper()
	for _, l := range story.Listeners {
		if l.Listener == name {
			return l
		}
	}
	require.FailNow(t, "no such listener in the story", name)
	return workflows.ListenerStory{}
}

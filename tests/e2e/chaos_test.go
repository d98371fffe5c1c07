package e2e

import (
	"context"
	"encoding/json"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/events"
)

// TestKillingWorkerAndServerLosesNothing publishes 200 events while the worker
// and then the server, which has its database in a file, are killed.
func TestKillingWorkerAndServerLosesNothing(t *testing.T) {
	t.Parallel()
	const count = 200
	dir := t.TempDir()
	s, err := startSystem(t.Context(), dir, filepath.Join(dir, "temporal.db"))
	require.NoError(t, err)
	defer s.stop()
	envelopes := make([]events.Envelope, count)
	for i := range envelopes {
		envelopes[i], err = events.Seal(booking(newID()), events.Tenant(tenant), events.TimeSkipping())
		require.NoError(t, err)
	}
	published := make(chan struct{}, count)
	var all sync.WaitGroup
	all.Go(func() { publishAll(t, s, envelopes, published) })

	waitFor(t, published, count/4)
	s.worker.Kill()
	require.NoError(t, s.startWorker(t.Context()))
	waitFor(t, published, count/4)
	s.server.Kill()
	require.NoError(t, s.startServer(t.Context()))
	waitFor(t, published, count/4)
	s.worker.Kill()
	require.NoError(t, s.startWorker(t.Context()))
	all.Wait()

	for _, env := range envelopes {
		story := s.settled(t, env.ID)
		require.Equal(t, events.Delivered, story.Status, story.Failure)
		require.Equal(t, 1, story.Runs)
		seen := map[string]bool{}
		for _, l := range story.Listeners {
			require.Equal(t, events.Succeeded, l.Status, "%s: %s", l.Listener, l.Error)
			require.False(t, seen[l.Listener], "%s has two outcomes", l.Listener)
			seen[l.Listener] = true
		}
	}
	require.Len(t, vendorBookings(t, s), count)
	await(t, func() (bool, error) { // the mails are the children's
		mails, err := filepath.Glob(filepath.Join(dir, "outbox", "*.eml"))
		if len(mails) > count {
			require.FailNow(t, "somebody got two mails")
		}
		return len(mails) == count, err
	})
}

// publishAll publishes each event until it is known to be durable, with the same
// id: what a caller does while the server is away.
func publishAll(t *testing.T, s *system, envelopes []events.Envelope, published chan<- struct{}) {
	const workers = 4
	queue := make(chan events.Envelope)
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for env := range queue {
				for {
					ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
					_, err := s.publisher.Publish(ctx, env)
					cancel()
					if err == nil || t.Context().Err() != nil {
						break
					}
				}
				published <- struct{}{}
			}
		})
	}
	for _, env := range envelopes {
		queue <- env
	}
	close(queue)
	all.Wait()
}

func waitFor(t *testing.T, published <-chan struct{}, n int) {
	t.Helper()
	deadline := time.After(2 * time.Minute)
	for range n {
		select {
		case <-published:
		case <-deadline:
			require.FailNow(t, "publishing stands still")
		}
	}
}

func vendorBookings(t *testing.T, s *system) []json.RawMessage {
	t.Helper()
	response, err := http.Get(s.vendor.URL + "/bookings") //nolint:noctx // loopback
	require.NoError(t, err)
	defer response.Body.Close()
	var bookings []json.RawMessage
	require.NoError(t, json.NewDecoder(response.Body).Decode(&bookings))
	return bookings
}

package upkeep_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/internal/upkeep"
)

func TestJobsRunUntilTheStop(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		var ran []time.Duration
		runner := upkeep.New(slog.New(slog.DiscardHandler), upkeep.Job{
			Name: "test.note", Every: 30 * time.Second,
			Run: func(_ context.Context, now time.Time) error {
				ran = append(ran, now.Sub(begin))
				return nil
			},
		})

		runner.Start()
		<-time.After(70 * time.Second)
		runner.Stop()
		<-time.After(time.Hour)

		require.Equal(t, []time.Duration{30 * time.Second, time.Minute}, ran)
	})
}

func TestAJobThatFailsRunsAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		runs := 0
		runner := upkeep.New(slog.New(slog.NewTextHandler(&log, nil)), upkeep.Job{
			Name: "test.fail", Every: time.Minute,
			Run: func(context.Context, time.Time) error {
				runs++
				return errors.New("the database is away")
			},
		})

		runner.Start()
		<-time.After(150 * time.Second)
		runner.Stop()

		require.Equal(t, 2, runs)
		require.Equal(t, 2, strings.Count(log.String(), "test.fail"))
	})
}

func TestTheStopWaitsForWhatRuns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ended := false
		runner := upkeep.New(slog.New(slog.DiscardHandler), upkeep.Job{
			Name: "test.wait", Every: time.Second,
			Run: func(ctx context.Context, _ time.Time) error {
				<-ctx.Done()
				ended = true
				return ctx.Err()
			},
		})

		runner.Start()
		<-time.After(1500 * time.Millisecond)
		runner.Stop()

		require.True(t, ended)
	})
}

package booking

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/events/audit"
	"github.com/herald-bus/herald/events/figures"
	"github.com/herald-bus/herald/workflows"
)

// TestTheBooksTellOfABooking asks for figures, has them made anew from the trail, and
// waits until the trail is sealed and verifies.
func TestTheBooksTellOfABooking(t *testing.T) {
	t.Parallel()
	s := newSalon(t, "")
	s.worker(t, binaries.worker)
	s.seed(t)
	free := s.free(t, "damen", "mila", far(), 3)
	require.NotEmpty(t, free)
	c := s.booking("damen", "mila", free[0].StartsAt, 0)
	require.Equal(t, workflows.Booked, s.settled(t, c).State)
	s.types(t, c.Cause.CorrelationID, func(types map[string]int) bool { return types["notification.sent"] > 0 })
	now := time.Now().UTC()
	from, to := now.AddDate(0, 0, -1).Format(time.DateOnly), now.AddDate(0, 0, 100).Format(time.DateOnly)
	report := func() (all []figures.Measure) {
		return ask[[]figures.Measure](t, s, workflows.StepReport, figures.Query{From: from, To: to, By: "branch"})
	}
	var before []figures.Measure
	await(t, func() (bool, error) {
		before = report()
		for _, m := range before {
			if m.Name == "messages_sent" && len(m.Rows) == 1 && m.Rows[0].Sum == 1 {
				return true, nil
			}
		}
		return false, fmt.Errorf("so far %v", before)
	})

	done := ask[figures.Rebuilt](t, s, workflows.StepRebuild, figures.RebuildRequest{ID: newID(), From: from, To: to})

	require.Positive(t, done.Events)
	require.Equal(t, before, report())
	await(t, func() (bool, error) {
		v := ask[audit.Verification](t, s, workflows.StepVerify, audit.VerifyRequest{})
		require.True(t, v.OK(), v)
		return v.Checked > 0, fmt.Errorf("nothing is sealed yet")
	})
}

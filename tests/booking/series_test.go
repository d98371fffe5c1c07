package booking

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/workflows"
)

// TestASeriesIsBookedChangedAndEnded plans three weeks without the second, has another
// rule count from the third on, and ends that.
func TestASeriesIsBookedChangedAndEnded(t *testing.T) {
	s := newSalon(t, "")
	s.worker(t, binaries.worker)
	s.seed(t)
	free := s.free(t, "damen", "mila", far(), 3)
	require.NotEmpty(t, free)
	c := s.booking("damen", "mila", free[0].StartsAt, 0)
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	at := free[0].StartsAt.In(berlin)
	day := func(weeks int) string { return at.AddDate(0, 0, 7*weeks).Format(time.DateOnly) }
	rule := appointment.SeriesRule{
		Frequency: "weekly", Interval: 1, Weekdays: []int{(int(at.Weekday())+6)%7 + 1}, StartDate: day(0), Time: at.Format("15:04"), Count: 3,
		Exceptions: []string{day(1)},
	}
	template := c.Booking
	template.Key = ""
	const wait = 30 * time.Second
	series := workflows.NewSeries(connection.Client, s.config())
	id := newID()

	answer, err := series.Plan(t.Context(), workflows.SeriesPlanCommand{Cause: c.Cause, Who: c.Who, Wait: wait, Series: appointment.SeriesRequest{SeriesID: id, Template: template, Rule: rule}})

	require.NoError(t, err)
	require.Equal(t, workflows.Done, answer.State, "%v", answer.Refusal)
	require.Contains(t, answer.Skipped, appointment.Skipped{Date: day(1), Code: "exception", Alternatives: []appointment.Slot{}})
	require.Len(t, answer.Created, 3-len(answer.Skipped), "%v", answer.Skipped)
	require.NotEmpty(t, answer.Created)
	require.Len(t, s.list(t, appointment.ListQuery{}), len(answer.Created))

	by := appointment.By{Origin: appointment.Staff, Role: appointment.Manager}
	rule.StartDate, rule.Count, rule.Exceptions = day(2), 1, nil
	changed, err := series.Change(t.Context(), workflows.SeriesChangeCommand{
		Cause: c.Cause, Wait: wait, By: by, Change: appointment.SeriesChange{ChangeID: newID(), SeriesID: id, Scope: "future", Date: day(2), Rule: &rule},
	})
	require.NoError(t, err)
	require.Equal(t, workflows.Done, changed.State, "%v", changed.Refusal)
	require.Subset(t, answer.Created, changed.Cancelled, "%v", changed.Kept)
	require.NotEmpty(t, changed.Follows)
	confirmed := func() (n int) { return len(s.list(t, appointment.ListQuery{Status: appointment.Confirmed})) }
	await(t, func() (bool, error) {
		n := confirmed()
		return n == len(answer.Created), fmt.Errorf("%d are confirmed", n)
	})

	open := func() (n int) {
		return len(ask[[]appointment.ListedSeries](t, s, workflows.StepListSeries, appointment.SeriesQuery{}))
	}
	require.Equal(t, 2, open())
	for _, each := range []string{id, changed.Follows} {
		_, err := series.End(t.Context(), workflows.SeriesChangeCommand{
			Cause: c.Cause, Wait: wait, By: by, Change: appointment.SeriesChange{ChangeID: newID(), SeriesID: each, Scope: "all"},
		})
		require.NoError(t, err)
		require.NoError(t, connection.Client.GetWorkflow(t.Context(), workflows.SeriesWorkflowID(each), "").Get(t.Context(), nil))
	}
	require.Zero(t, confirmed())
	require.Zero(t, open())
}

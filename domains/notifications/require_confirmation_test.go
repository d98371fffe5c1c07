package notifications_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/notifications"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/eventstest"
	"github.com/herald-bus/herald/events/notification"
)

func TestRequireConfirmationOfACertainAppointment(t *testing.T) {
	t.Parallel()

	emitted := eventstest.RunTwice(t, notifications.NewRequireConfirmation(), created(), events.OccurredAt(booked))

	require.Len(t, emitted, 1)
	require.Equal(t, booked, emitted[0].Time, "it is certain since it was booked")
	var e notification.ConfirmationRequired
	require.NoError(t, json.Unmarshal(emitted[0].Data, &e))
	require.Equal(t, required(), e)
}

func TestRequireConfirmationOfAYes(t *testing.T) {
	t.Parallel()

	emitted := eventstest.RunTwice(t, notifications.NewRequireConfirmationOfConfirmed(),
		appointment.BecameConfirmed{Ref: created().Ref, ConfirmedBy: "staff"}, events.OccurredAt(booked))

	require.Len(t, emitted, 1)
	var e notification.ConfirmationRequired
	require.NoError(t, json.Unmarshal(emitted[0].Data, &e))
	want := required()
	want.CallID = ""
	require.Equal(t, want, e)
}

func TestRequireConfirmationLeavesOthersAlone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*appointment.Created)
	}{
		{"waiting for a yes", func(e *appointment.Created) { e.Status = appointment.Pending }},
		{"somebody else tells the customer", func(e *appointment.Created) { e.Notify = false }},
		{"one of a series", func(e *appointment.Created) { e.SeriesID = "series-1" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e := created()
			c.change(&e)

			emitted, err := eventstest.Deliver(t, notifications.NewRequireConfirmation(), e)

			require.NoError(t, err)
			require.Empty(t, emitted)
		})
	}
}

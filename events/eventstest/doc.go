// Package eventstest tests domains in milliseconds, without Temporal.
//
// A [Bus] is an [events.Publisher] in memory. It keeps the promises of the bus in
// production: one delivery an id, the order of the listeners, the quick attempts
// of the sync ones and the ladder of the async ones, follow-ups that are published
// exactly once, redrives. Events, and what listeners emit, take the same way
// through JSON. The clock is a fake one: a delay of a week passes by [Bus.Advance].
//
//	bus := eventstest.NewBus(t, appointment.Types, notifications.NewSendConfirmation(mailer))
//
//	_, err := bus.Publish(t.Context(), created, events.Tenant(salon))
//
//	require.NoError(t, err)
//	require.Len(t, mailer.Sent(), 1)
//
// Publish delivers all that is due before it returns, one listener after another:
// a test has nothing to wait for. Three things are simpler than in production: the
// milliseconds between quick attempts don't pass, ids are remembered for ever, and
// an event of a type that the bus doesn't know is refused.
//
// [Deliver] and [RunTwice] run one listener by itself.
package eventstest

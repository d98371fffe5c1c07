package domains_test

import (
	"bytes"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/fx"
	"go.uber.org/fx/fxtest"

	"github.com/herald-bus/herald/domains/appointments"
	"github.com/herald-bus/herald/domains/availability"
	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
)

// TestCUS51_LogsNameNobody looks for the people of the samples in what is logged
// while their events are delivered.
func TestCUS51_LogsNameNobody(t *testing.T) {
	environment(t, "")
	var log bytes.Buffer
	var registry *events.Registry
	var db *store.DB
	var free *availability.Service
	var bookings *appointments.Service
	app := fxtest.New(t, wire(&registry, &db, &free, &bookings), fx.Replace(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))))
	app.RequireStart()
	defer app.RequireStop()
	takeTime(t, db, free)
	seedAppointments(t, db, bookings)
	knowCustomers(t, db)

	for _, name := range registry.TypeNames() {
		env := sample(t, name)
		for _, l := range registry.Listeners(name) {
			_, err := registry.Deliver(t.Context(), l.Name(), env, events.Run{Attempt: 1, Now: time.Date(2027, 3, 23, 9, 0, 0, 0, time.UTC)})
			require.NoError(t, err, "%s on %s", l.Name(), name)
		}
	}

	require.Contains(t, log.String(), "confirmation sent")
	require.NotRegexp(t, `@|\+49|Anna|Müller|Ada|Lovelace`, log.String())
}

package calendarsync

import (
	"github.com/caarlos0/env/v11"
	"go.uber.org/fx"

	"github.com/herald-bus/herald/domains/internal/local"
	"github.com/herald-bus/herald/events/eventsfx"
)

// Config is read from the environment.
type Config struct {
	local.Config
	// URL is the vendor's address. Without one, bookings are kept as files.
	URL string `env:"HERALD_CALENDAR_URL"`
	// Dir keeps those files; the default is calendar in the data folder.
	CalendarDir string `env:"HERALD_CALENDAR_DIR"`
}

// Module wires the calendarsync domain.
var Module = fx.Module("calendarsync",
	fx.Provide(fx.Private, env.ParseAs[Config], NewCalendar),
	eventsfx.Listeners(
		NewPushNewAppointment,
		NewPushCancellation,
	),
)

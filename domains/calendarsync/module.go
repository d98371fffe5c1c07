package calendarsync

import (
	"embed"

	"github.com/caarlos0/env/v11"
	"go.uber.org/fx"

	"github.com/herald-bus/herald/domains/internal/local"
	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events/calendar"
	"github.com/herald-bus/herald/events/eventsfx"
)

//go:embed migrations
var migrations embed.FS

// Migrations are the changes of the domain's tables.
var Migrations = store.Migrations{Domain: "calendarsync", Files: migrations}

// Config says where the calendar is.
type Config struct {
	local.Config
	// URL is the vendor's address. Without one, bookings are kept as files.
	URL string `env:"HERALD_CALENDAR_URL"`
	// CalendarDir keeps those files; the default is calendar in the data folder.
	CalendarDir string `env:"HERALD_CALENDAR_DIR"`
}

// Validate reports an address that no calendar can be at.
func (c Config) Validate() error {
	_, err := NewCalendar(c)
	return err
}

// Module wires the calendarsync domain.
var Module = fx.Module("calendarsync",
	store.Contribute(Migrations),
	fx.Provide(fx.Private, env.ParseAs[Config], NewCalendar, NewSync),
	fx.Provide(NewDesk),
	eventsfx.Types(calendar.Types...),
	eventsfx.Listeners(
		NewPushNewAppointment,
		NewPushConfirmation,
		NewPushChange,
		NewPushReschedule,
		NewPushCancellation,
	),
)

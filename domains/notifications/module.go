package notifications

import (
	"github.com/caarlos0/env/v11"
	"go.uber.org/fx"

	"github.com/herald-bus/herald/domains/internal/local"
	"github.com/herald-bus/herald/events/eventsfx"
	"github.com/herald-bus/herald/events/notification"
)

// Config is read from the environment.
type Config struct {
	local.Config
	// OutboxDir gets one file a mail; the default is outbox in the data folder.
	OutboxDir string `env:"HERALD_OUTBOX_DIR"`
	// MailFrom is the sender's address.
	MailFrom string `env:"HERALD_MAIL_FROM" envDefault:"termine@flaumfeder.example"`
}

// Module wires the notifications domain.
var Module = fx.Module("notifications",
	fx.Provide(fx.Private, env.ParseAs[Config], NewOutbox),
	eventsfx.Types(notification.Types...),
	eventsfx.Listeners(
		NewRequireConfirmation,
		NewPlanConfirmation,
	),
)

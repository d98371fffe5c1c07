package notifications

import (
	"embed"

	"github.com/caarlos0/env/v11"
	"go.uber.org/fx"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events/eventsfx"
	"github.com/herald-bus/herald/events/notification"
)

//go:embed migrations
var migrations embed.FS

// Migrations are the changes of the domain's tables.
var Migrations = store.Migrations{Domain: "notifications", Files: migrations}

// Module wires the notifications domain.
var Module = fx.Module("notifications",
	store.Contribute(Migrations),
	fx.Provide(fx.Private, env.ParseAs[Config], NewMailer, NewDeliveries, NewRecipients),
	eventsfx.Types(notification.Types...),
	eventsfx.Listeners(
		NewTrackNewRecipient,
		NewTrackChangedRecipient,
		NewTrackConsent,
		NewTrackMerge,
		NewTrackUndoneMerge,
		NewForgetRecipient,
		NewRequireConfirmation,
		NewRequireConfirmationOfConfirmed,
		NewPlanConfirmation,
	),
)

package audit

import (
	"embed"

	"go.uber.org/fx"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events/eventsfx"
)

//go:embed migrations
var migrations embed.FS

// Migrations are the changes of the domain's tables.
var Migrations = store.Migrations{Domain: "audit", Files: migrations}

// Module wires the audit domain.
var Module = fx.Module("audit",
	store.Contribute(Migrations),
	fx.Provide(fx.Private, NewTrail),
	eventsfx.Listeners(NewAppendEntry),
)

package customers

import (
	"context"
	"embed"
	"log/slog"
	"time"

	"github.com/caarlos0/env/v11"
	"go.uber.org/fx"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/upkeep"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/customer"
	"github.com/herald-bus/herald/events/eventsfx"
)

//go:embed migrations
var migrations embed.FS

// Migrations are the changes of the domain's tables.
var Migrations = store.Migrations{Domain: "customers", Files: migrations}

// Module wires the customers domain.
var Module = fx.Module("customers",
	store.Contribute(Migrations),
	fx.Provide(fx.Private, env.ParseAs[Config]),
	fx.Provide(NewService),
	eventsfx.Types(customer.Types...),
	eventsfx.Listeners(
		NewIdentifyCaller,
		NewAdoptSpokenName,
		NewNoteContact,
		NewMarkUnreachable,
		NewMarkReachable,
		NewWithdrawMarketing,
		NewTrackCreated,
		NewTrackConfirmed,
		NewTrackUpdated,
		NewTrackRescheduled,
		NewTrackCancelled,
		NewTrackCompleted,
		NewTrackNoShow,
		NewSearchDuplicatesOfNew,
		NewSearchDuplicatesOfChanged,
	),
	upkeep.Jobs(purging, reviewing, erasing),
)

// purging deletes what has served its time.
func purging(s *Service) upkeep.Job {
	return upkeep.Job{Name: "customers.purge", Every: time.Hour, Run: s.PurgeAll}
}

// reviewing lifts restrictions whose reason has passed.
func reviewing(s *Service, p events.Publisher) upkeep.Job {
	return upkeep.Job{Name: "customers.review", Every: time.Hour, Run: func(ctx context.Context, now time.Time) error {
		return s.ReviewAll(ctx, p, now)
	}}
}

// erasing forgets whom it is due to forget.
func erasing(s *Service, p events.Publisher, log *slog.Logger) upkeep.Job {
	return upkeep.Job{Name: "customers.erase", Every: time.Hour, Run: func(ctx context.Context, now time.Time) error {
		return s.EraseAll(ctx, log, p, now)
	}}
}

package appointments

import (
	"embed"
	"time"

	"go.uber.org/fx"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/upkeep"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/eventsfx"
)

//go:embed migrations
var migrations embed.FS

// Migrations are the changes of the domain's tables.
var Migrations = store.Migrations{Domain: "appointments", Files: migrations}

// Module wires the appointments domain.
var Module = fx.Module("appointments",
	store.Contribute(Migrations),
	fx.Provide(NewService, newNoLives),
	eventsfx.Types(appointment.Types...),
	eventsfx.Listeners(
		NewOpenFailsafeCallback,
		NewWatchCallback,
		NewCallBackDroppedCaller,
		NewRecordLostWish,
		NewRecordAnalyzedWish,
		NewAdoptCaller,
		NewResolveWishes,
		NewMatchWishes,
		NewSettleConflict,
		NewFollowMerge,
		NewUndoMerge,
		NewForgetCustomer,
		NewNoteRestriction,
		NewImportCalendarBooking,
		NewFollowCalendarChange,
		NewFollowCalendarCancellation,
		NewNoteCalendarState,
		NewFlagFailedSync,
		NewFlagDrift,
		NewFlagConflict,
	),
	upkeep.Jobs(tidying),
)

// tidying ends and removes what has served its time.
func tidying(s *Service) upkeep.Job {
	return upkeep.Job{Name: "appointments.tidy", Every: time.Hour, Run: s.TidyAll}
}

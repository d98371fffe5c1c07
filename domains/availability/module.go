package availability

import (
	"embed"
	"time"

	"go.uber.org/fx"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/upkeep"
	"github.com/herald-bus/herald/events/availability"
	"github.com/herald-bus/herald/events/eventsfx"
)

//go:embed migrations
var migrations embed.FS

// Migrations are the changes of the domain's tables.
var Migrations = store.Migrations{Domain: "availability", Files: migrations}

// Module wires the availability domain.
var Module = fx.Module("availability",
	store.Contribute(Migrations),
	fx.Provide(NewService),
	eventsfx.Types(availability.Types...),
	eventsfx.Listeners(
		NewFreeSlot,
		NewFreeFailedSlot,
		NewGiveBackRestOfVisit,
		NewGiveBackRestOfNoShow,
		NewReleaseCallHolds,
		NewDropChangedDays,
		NewDropHeldDays,
		NewDropBookedDays,
		NewDropReleasedDays,
		NewFindConflicts,
		NewWarmUpSlots,
		NewWarmDays,
		NewImportBusyTime,
		NewFollowBusyTime,
		NewDropBusyTime,
		NewRecordCalendarAbsence,
		NewReconcileBusyTimes,
		NewMarkCalendarStale,
		NewUnmarkCalendarStale,
	),
	upkeep.Jobs(tidying),
)

// tidying removes what has served its time.
func tidying(s *Service) upkeep.Job {
	return upkeep.Job{Name: "availability.tidy", Every: time.Hour, Run: s.TidyAll}
}

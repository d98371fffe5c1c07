package analytics

import (
	"context"
	"embed"
	"time"

	"go.uber.org/fx"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/upkeep"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/eventsfx"
)

//go:embed migrations
var migrations embed.FS

// Migrations are the changes of the domain's tables.
var Migrations = store.Migrations{Domain: "analytics", Files: migrations}

// Module wires the analytics domain.
var Module = fx.Module("analytics",
	store.Contribute(Migrations),
	fx.Provide(NewFacts, NewRebuilder),
	eventsfx.Listeners(constructors()...),
	upkeep.Jobs(recomputing),
)

// recorders are all who record something: they listen, and a rebuild replays the past
// to the same ones.
var recorders = []func(*Facts) events.Listener{
	NewRecordBooking,
	NewRecordConfirmation,
	NewRecordChange,
	NewRecordReschedule,
	NewRecordCancellation,
	NewRecordVisit,
	NewRecordNoShow,
	NewRecordLostBooking,
	NewRecordWish,
	NewRecordCallback,
	NewRecordCallbackCompleted,
	NewRecordCallbackExpired,
	NewRecordCallStart,
	NewRecordCallEnd,
	NewRecordCallAnalysis,
	NewRecordCallCost,
	NewRecordCallFailure,
	NewRecordConversion,
	NewRecordSend,
	NewRecordDelivery,
	NewRecordSendFailure,
	NewRecordSync,
	NewRecordSyncFailure,
	NewRecordDrift,
	NewRecordDegradation,
	NewRecordRecovery,
	NewRecordCustomer,
	NewForgetCustomer,
	NewFoldCustomer,
}

// constructors are the recorders as fx takes them.
func constructors() (all []any) {
	for _, recorder := range recorders {
		all = append(all, recorder)
	}
	return all
}

// Listeners returns the listeners that record into facts.
func Listeners(facts *Facts) (all []events.Listener) {
	for _, recorder := range recorders {
		all = append(all, recorder(facts))
	}
	return all
}

// recomputing brings the figures up to date.
func recomputing(facts *Facts) upkeep.Job {
	return upkeep.Job{Name: "analytics.recompute", Every: 30 * time.Second, Run: func(ctx context.Context, _ time.Time) error {
		return facts.RecomputeAll(ctx)
	}}
}

// patient is the ladder of a listener that needs nothing but the store.
var patient = events.Retry(events.RetryPolicy{InitialInterval: time.Minute, BackoffCoefficient: 2, MaximumAttempts: 5})

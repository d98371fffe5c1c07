package audit

import (
	"context"
	"embed"
	"log/slog"
	"time"

	"go.uber.org/fx"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/upkeep"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/audit"
	"github.com/herald-bus/herald/events/eventsfx"
)

//go:embed migrations
var migrations embed.FS

// Migrations are the changes of the domain's tables.
var Migrations = store.Migrations{Domain: "audit", Files: migrations}

// Module wires the audit domain.
var Module = fx.Module("audit",
	store.Contribute(Migrations),
	fx.Provide(NewTrail),
	eventsfx.Types(audit.Types...),
	eventsfx.Listeners(NewAppendEntry),
	upkeep.Jobs(sealing, verifying, expiring),
)

// sealing seals what was recorded, in every chain.
func sealing(trail *Trail, log *slog.Logger) upkeep.Job {
	return upkeep.Job{Name: "audit.seal", Every: 30 * time.Second, Run: func(ctx context.Context, now time.Time) error {
		return trail.SealAll(ctx, log, now)
	}}
}

// verifying looks for what is broken, oftener than every night so that a worker
// that restarts every day does it too.
func verifying(trail *Trail, p events.Publisher, log *slog.Logger) upkeep.Job {
	return upkeep.Job{Name: "audit.verify", Every: time.Hour, Run: func(ctx context.Context, now time.Time) error {
		return trail.VerifyAll(ctx, log, p, now)
	}}
}

// expiring deletes what has been kept for long enough.
func expiring(trail *Trail, log *slog.Logger) upkeep.Job {
	return upkeep.Job{Name: "audit.expire", Every: time.Hour, Run: func(ctx context.Context, now time.Time) error {
		return trail.ExpireAll(ctx, log, now)
	}}
}

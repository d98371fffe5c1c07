package store

import (
	"context"
	"log/slog"

	"github.com/caarlos0/env/v11"
	"go.uber.org/fx"
)

const group = `group:"migrations"`

// Module provides the [*DB], which opens when the application starts and closes
// when it stops. It takes part in both only if somebody asks for it.
var Module = fx.Module("store",
	fx.Provide(fx.Private, env.ParseAs[Config]),
	fx.Provide(fx.Annotate(provide, fx.ParamTags(``, ``, group))),
)

// Contribute adds a domain's migrations.
func Contribute(m Migrations) fx.Option {
	return fx.Supply(fx.Annotate(m, fx.ResultTags(group)))
}

func provide(lc fx.Lifecycle, config Config, migrations []Migrations, log *slog.Logger) *DB {
	db := New(config, migrations, log)
	lc.Append(fx.StartStopHook(
		func(ctx context.Context) error { return db.Open(ctx) },
		db.Close,
	))
	return db
}

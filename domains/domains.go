// Package domains puts the business together: one module a domain. They share
// nothing but events, and the database, of which each has tables of its own.
package domains

import (
	"errors"
	"fmt"

	"github.com/caarlos0/env/v11"
	"go.uber.org/fx"

	"github.com/herald-bus/herald/domains/analytics"
	"github.com/herald-bus/herald/domains/appointments"
	"github.com/herald-bus/herald/domains/audit"
	"github.com/herald-bus/herald/domains/availability"
	"github.com/herald-bus/herald/domains/calendarsync"
	"github.com/herald-bus/herald/domains/customers"
	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/tenancy"
	"github.com/herald-bus/herald/domains/internal/upkeep"
	"github.com/herald-bus/herald/domains/notifications"
	"github.com/herald-bus/herald/domains/resilience"
	"github.com/herald-bus/herald/domains/voiceai"
)

// Module contributes the event types and the listeners of every domain. It needs a
// *slog.Logger. Nothing is built unless somebody asks for the registry, and
// nothing opened or made before the application starts.
var Module = fx.Options(
	store.Module,
	store.Contribute(tenancy.Migrations),

	analytics.Module,
	appointments.Module,
	audit.Module,
	availability.Module,
	calendarsync.Module,
	customers.Module,
	notifications.Module,
	resilience.Module,
	voiceai.Module,

	fx.Provide(func(t *audit.Trail) analytics.Trail { return t }),
)

// Upkeep runs what the domains do by themselves every so often. It belongs into
// every worker, and nowhere else.
var Upkeep = upkeep.Module

// CheckEnvironment reports everything that is wrong with the domains' part of the
// environment, where fx would stop at the first.
func CheckEnvironment() error {
	return errors.Join(check[store.Config](), check[calendarsync.Config](), check[customers.Config](), check[notifications.Config]())
}

func check[T interface{ Validate() error }]() error {
	config, err := env.ParseAs[T]()
	if err == nil {
		err = config.Validate()
	}
	if err != nil {
		return fmt.Errorf("%T: %w", config, err)
	}
	return nil
}

// EnvironmentHelp describes the domains' part of the environment.
const EnvironmentHelp = `  HERALD_DATA_DIR [.herald]                  database and files
  DATABASE_URL                               PostgreSQL instead of SQLite
  HERALD_DATABASE_CONNECTIONS [20]           at most so many to PostgreSQL
  HERALD_OUTBOX_DIR [<data>/outbox]          where mails are written
  HERALD_MAIL_FROM                           sender of the mails
  HERALD_SMTP_ADDR                           host:port to send them by instead
  HERALD_SMTP_TLS [mandatory]                or implicit, opportunistic, none
  HERALD_SMTP_USER, HERALD_SMTP_PASSWORD
  HERALD_CALENDAR_URL                        the calendar vendor's address
  HERALD_CALENDAR_DIR [<data>/calendar]      where there is no vendor
  HERALD_PRODUCTION [false]                  refuse customers' example addresses
`

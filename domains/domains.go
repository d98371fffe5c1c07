// Package domains puts the business together: one module a domain. They share
// nothing but events, and the database, of which each has tables of its own.
package domains

import (
	"go.uber.org/fx"

	"github.com/herald-bus/herald/domains/appointments"
	"github.com/herald-bus/herald/domains/audit"
	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/voiceai"
)

// Module contributes the event types and the listeners of every domain. It needs a
// *slog.Logger. Nothing is built unless somebody asks for the registry, and
// nothing opened or made before the application starts.
var Module = fx.Options(
	store.Module,

	appointments.Module,
	audit.Module,
	voiceai.Module,
)

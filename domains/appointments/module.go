package appointments

import (
	"go.uber.org/fx"

	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/eventsfx"
)

// Module wires the appointments domain.
var Module = fx.Module("appointments",
	eventsfx.Types(appointment.Types...),
)

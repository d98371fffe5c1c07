package resilience

import (
	"go.uber.org/fx"

	"github.com/herald-bus/herald/events/eventsfx"
	"github.com/herald-bus/herald/events/resilience"
)

// Module wires the resilience domain.
var Module = fx.Module("resilience",
	eventsfx.Types(resilience.Types...),
)

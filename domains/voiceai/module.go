package voiceai

import (
	"go.uber.org/fx"

	"github.com/herald-bus/herald/events/call"
	"github.com/herald-bus/herald/events/eventsfx"
)

// Module wires the voice domain.
var Module = fx.Module("voiceai",
	eventsfx.Types(call.Types...),
)

// Package resilience is the published language of how well the services that we
// depend on are.
package resilience

import (
	"errors"
	"time"

	"github.com/herald-bus/herald/events"
)

// Types are the event types of this package.
var Types = []events.Type{
	events.TypeOf[ServiceDegraded](),
	events.TypeOf[ServiceRecovered](),
}

// The dependencies.
const (
	CalCom         = "cal.com"
	TwilioSMS      = "twilio-sms"
	TwilioWhatsApp = "twilio-whatsapp"
	SMTP           = "smtp"
	Retell         = "retell"
)

// Global is the scope that concerns every tenant. Its events carry the system
// tenant; the other scopes are tenant:<id>.
const Global = "global"

// Incident is one unhealthy stretch of a dependency.
type Incident struct {
	IncidentID string `json:"incident_id"`
	Dependency string `json:"dependency"`
	Scope      string `json:"scope"`
}

// AggregateID returns <dependency>/<scope>.
func (i Incident) AggregateID() string { return i.Dependency + "/" + i.Scope }

// How unwell a dependency can be.
const (
	Degraded = "degraded"
	Down     = "down"
)

// ServiceDegraded says that a dependency became unwell, or worse.
type ServiceDegraded struct {
	Incident
	Level string `json:"level"`
	// Severity is warning or critical.
	Severity    string    `json:"severity"`
	Cause       string    `json:"cause"`
	FailureRate float64   `json:"failure_rate"`
	SlowRate    float64   `json:"slow_rate"`
	WindowS     int       `json:"window_s"`
	Since       time.Time `json:"since"`
	Flapping    bool      `json:"flapping"`
	// Impact names what does not work meanwhile, such as calendar_sync.
	Impact []string `json:"impact"`
}

// EventName is the type on the wire.
func (ServiceDegraded) EventName() string { return "resilience.service_degraded" }

// Validate reports enums without meaning.
func (e ServiceDegraded) Validate() error {
	return errors.Join(
		events.OneOf("level", e.Level, Degraded, Down),
		events.OneOf("severity", e.Severity, "warning", "critical"),
		events.OneOf("cause", e.Cause, "failure_rate", "slow_rate", "health_check", "circuit", "business_failures"),
	)
}

// ServiceRecovered says that a dependency is well again.
type ServiceRecovered struct {
	Incident
	WorstLevel    string    `json:"worst_level"`
	StartedAt     time.Time `json:"started_at"`
	RecoveredAt   time.Time `json:"recovered_at"`
	DurationMS    int64     `json:"duration_ms"`
	CallsRejected int       `json:"calls_rejected"`
	Deferrals     int       `json:"deferrals"`
	Flapping      bool      `json:"flapping"`
}

// EventName is the type on the wire.
func (ServiceRecovered) EventName() string { return "resilience.service_recovered" }

// Validate reports enums without meaning.
func (e ServiceRecovered) Validate() error {
	return events.OneOf("worst_level", e.WorstLevel, Degraded, Down)
}

package workflows

import (
	"strings"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/herald-bus/herald/events"
)

// DefaultTaskQueue is the task queue of deliveries and listeners.
const DefaultTaskQueue = "herald"

const workflowIDPrefix = "event/"

// WorkflowID returns the id of the workflow that delivers the event.
func WorkflowID(eventID string) string { return workflowIDPrefix + eventID }

// EventID is the inverse of [WorkflowID].
func EventID(workflowID string) (string, bool) {
	return strings.CutPrefix(workflowID, workflowIDPrefix)
}

// Search attributes of a delivery. The event's type is the workflow type.
var (
	aggregateTypeKey   = temporal.NewSearchAttributeKeyKeyword("AggregateType")
	aggregateIDKey     = temporal.NewSearchAttributeKeyKeyword("AggregateId")
	correlationIDKey   = temporal.NewSearchAttributeKeyKeyword("CorrelationId")
	causationIDKey     = temporal.NewSearchAttributeKeyKeyword("CausationId")
	tenantIDKey        = temporal.NewSearchAttributeKeyKeyword("TenantId")
	eventSourceKey     = temporal.NewSearchAttributeKeyKeyword("EventSource")
	eventStatusKey     = temporal.NewSearchAttributeKeyKeyword("EventStatus")
	failedListenersKey = temporal.NewSearchAttributeKeyKeywordList("FailedListeners")
)

// SearchAttributes returns the custom search attributes that the namespace must
// have, by name.
func SearchAttributes() map[string]enumspb.IndexedValueType {
	attributes := map[string]enumspb.IndexedValueType{}
	for _, key := range []temporal.SearchAttributeKey{
		aggregateTypeKey, aggregateIDKey, correlationIDKey, causationIDKey, tenantIDKey, eventSourceKey, eventStatusKey, failedListenersKey,
	} {
		attributes[key.GetName()] = key.GetValueType()
	}
	return attributes
}

// searchAttributes returns those of a delivery that starts.
func searchAttributes(env events.Envelope, status events.Status) temporal.SearchAttributes {
	updates := []temporal.SearchAttributeUpdate{
		aggregateTypeKey.ValueSet(env.AggregateType),
		aggregateIDKey.ValueSet(env.Subject),
		correlationIDKey.ValueSet(env.CorrelationID),
		tenantIDKey.ValueSet(env.TenantID),
		eventSourceKey.ValueSet(env.Source),
		eventStatusKey.ValueSet(string(status)),
	}
	if env.CausationID != "" {
		updates = append(updates, causationIDKey.ValueSet(env.CausationID))
	}
	return temporal.NewSearchAttributes(updates...)
}

// Registry is the part of a worker, or of a replayer, that takes workflows.
type Registry interface {
	RegisterWorkflowWithOptions(w any, options workflow.RegisterOptions)
	RegisterDynamicWorkflow(w any, options workflow.DynamicRegisterOptions)
}

// Register registers the delivery under the name of every given event type, and
// for types that this process does not know, the lives of appointments, callbacks,
// holds and series, and the commands and questions of a single step.
func Register(r Registry, eventTypes []string) {
	for _, name := range eventTypes {
		r.RegisterWorkflowWithOptions(DeliverEvent, workflow.RegisterOptions{Name: name})
	}
	r.RegisterWorkflowWithOptions(AppointmentLife, workflow.RegisterOptions{Name: AppointmentLifeType})
	r.RegisterWorkflowWithOptions(CallbackLife, workflow.RegisterOptions{Name: CallbackLifeType})
	r.RegisterWorkflowWithOptions(HoldLife, workflow.RegisterOptions{Name: HoldLifeType})
	r.RegisterWorkflowWithOptions(SeriesLife, workflow.RegisterOptions{Name: SeriesLifeType})
	for _, step := range lonely {
		r.RegisterWorkflowWithOptions(runStep, workflow.RegisterOptions{Name: step})
	}
	r.RegisterDynamicWorkflow(deliverUnknown, workflow.DynamicRegisterOptions{})
}

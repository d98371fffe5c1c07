package workflows

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"

	"github.com/herald-bus/herald/events"
)

// ErrNotFound is wrapped by the error for an event that was never published, or
// whose history the retention has taken.
var ErrNotFound = errors.New("event not found")

// A Log reads the event log: the histories of the deliveries.
type Log struct {
	client client.Client
	config Config
}

// NewLog returns the log of the namespace that c is connected to.
func NewLog(c client.Client, config Config) *Log { return &Log{client: c, config: config} }

// A Record is one event in the log: what its workflow's visibility record says.
type Record struct {
	EventID       string        `json:"event_id"`
	Type          string        `json:"type"`
	AggregateType string        `json:"aggregate_type"`
	AggregateID   string        `json:"aggregate_id"`
	CorrelationID string        `json:"correlation_id"`
	CausationID   string        `json:"causation_id,omitzero"`
	TenantID      string        `json:"tenant_id"`
	Source        string        `json:"source"`
	Status        events.Status `json:"status"`
	// FailedListeners are those that gave up, while Status is failed.
	FailedListeners []string  `json:"failed_listeners,omitzero"`
	PublishedAt     time.Time `json:"published_at"`
	ClosedAt        time.Time `json:"closed_at,omitzero"`
	WorkflowID      string    `json:"workflow_id"`
	RunID           string    `json:"run_id"`
}

// URL returns the page of this run in the Web UI at the given address.
func (r Record) URL(ui, namespace string) string {
	return fmt.Sprintf("%s/namespaces/%s/workflows/%s/%s/history", strings.TrimSuffix(ui, "/"), url.PathEscape(namespace), url.PathEscape(r.WorkflowID), r.RunID)
}

// A Story is one event with everything that happened to it.
type Story struct {
	Record
	Envelope events.Envelope `json:"envelope"`
	// Listeners are the planned ones in the order of delivery, each with what
	// became of it over all runs of the delivery.
	Listeners []ListenerStory `json:"listeners"`
	// Runs counts the delivery itself and its redrives.
	Runs int `json:"runs"`
	// Failure is the text of the workflow's failure, or "".
	Failure string `json:"failure,omitzero"`
}

// A ListenerStory is one listener of one event.
type ListenerStory struct {
	Step
	Status   events.OutcomeStatus `json:"status"`
	Attempts int                  `json:"attempts"`
	// Carried says that an earlier run settled it, and this one did not plan it.
	Carried bool `json:"carried,omitzero"`
	// Error is the text of the last failed attempt.
	Error string `json:"error,omitzero"`
	// NextAttemptAt is when the next attempt of a pending listener starts, if it
	// waits for one.
	NextAttemptAt time.Time `json:"next_attempt_at,omitzero"`
	// Emitted are the events that the listener emitted.
	Emitted []EmittedEvent `json:"emitted,omitzero"`
}

// An EmittedEvent is one that a listener emitted.
type EmittedEvent struct {
	EventID   string    `json:"event_id"`
	Type      string    `json:"type"`
	DeliverAt time.Time `json:"deliver_at,omitzero"`
}

// A Filter selects records; empty fields select everything.
type Filter struct {
	Type          string
	AggregateType string
	AggregateID   string
	CorrelationID string
	TenantID      string
	Status        events.Status
	// Listener selects failed deliveries in which this listener gave up.
	Listener string
}

// A Node is an event in the causal tree of a correlation id.
type Node struct {
	Record
	// CausedByListener is the listener of the parent that emitted the event.
	CausedByListener string  `json:"caused_by_listener,omitzero"`
	Children         []*Node `json:"children,omitzero"`
}

// record returns the latest run of an event's delivery, from the server's state
// rather than from visibility, which lags.
func (l *Log) record(ctx context.Context, eventID string) (Record, error) {
	described, err := l.describe(ctx, eventID)
	if err != nil {
		return Record{}, err
	}
	return recordOf(described.GetWorkflowExecutionInfo()), nil
}

func (l *Log) describe(ctx context.Context, eventID string) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	described, err := l.client.DescribeWorkflowExecution(ctx, WorkflowID(eventID), "")
	if _, missing := errors.AsType[*serviceerror.NotFound](err); missing {
		return nil, fmt.Errorf("%w: %s was never published here, or its history is older than the retention", ErrNotFound, eventID)
	}
	if err != nil {
		return nil, fmt.Errorf("describe event %s: %w", eventID, err)
	}
	return described, nil
}

// List returns a page of the log, the latest first, and the token of the next
// page, which is empty after the last. A failed run that was redriven since is
// left out: the later run tells how the event stands.
func (l *Log) List(ctx context.Context, filter Filter, pageSize int, pageToken []byte) ([]Record, []byte, error) {
	page, err := l.client.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{
		Namespace:     l.config.Namespace,
		Query:         filter.query(),
		PageSize:      int32(min(max(pageSize, 1), 1000)),
		NextPageToken: pageToken,
	})
	if err != nil {
		return nil, nil, fmt.Errorf("list events: %w", err)
	}
	var records []Record
	for _, info := range page.GetExecutions() {
		record := recordOf(info)
		if record.Status == events.Failed {
			latest, err := l.record(ctx, record.EventID)
			if err != nil && !errors.Is(err, ErrNotFound) {
				return nil, nil, err
			}
			if err == nil && latest.RunID != record.RunID {
				continue
			}
		}
		records = append(records, record)
	}
	return records, page.GetNextPageToken(), nil
}

// Trace returns the causal trees of a correlation id: the events that nothing in
// it caused, in order of publishing, each with those that its listeners emitted.
func (l *Log) Trace(ctx context.Context, correlationID string) ([]*Node, error) {
	const pageSize = 1000
	var nodes []*Node
	for token := []byte(nil); ; {
		records, next, err := l.List(ctx, Filter{CorrelationID: correlationID}, pageSize, token)
		if err != nil {
			return nil, err
		}
		for _, record := range records {
			nodes = append(nodes, &Node{Record: record, CausedByListener: emitter(record)})
		}
		if token = next; len(token) == 0 {
			break
		}
	}
	slices.SortStableFunc(nodes, func(a, b *Node) int { return a.PublishedAt.Compare(b.PublishedAt) })
	byID := map[string]*Node{}
	for _, n := range nodes {
		byID[n.EventID] = n
	}
	var roots []*Node
	for _, n := range nodes {
		if parent := byID[n.CausationID]; parent != nil && parent != n {
			parent.Children = append(parent.Children, n)
			continue
		}
		roots = append(roots, n)
	}
	return roots, nil
}

// emitter returns the listener that emitted the event, or "".
func emitter(r Record) string {
	if r.CausationID == "" {
		return ""
	}
	return strings.TrimPrefix(r.Source, events.ListenerSource(""))
}

// query writes the filter in the visibility query language.
func (f Filter) query() string {
	conditions := []string{fmt.Sprintf("WorkflowId STARTS_WITH %s", quote(workflowIDPrefix))}
	equal := func(attribute, value string) {
		if value != "" {
			conditions = append(conditions, attribute+" = "+quote(value))
		}
	}
	equal("WorkflowType", f.Type)
	equal(aggregateTypeKey.GetName(), f.AggregateType)
	equal(aggregateIDKey.GetName(), f.AggregateID)
	equal(correlationIDKey.GetName(), f.CorrelationID)
	equal(tenantIDKey.GetName(), f.TenantID)
	equal(failedListenersKey.GetName(), f.Listener)
	switch f.Status {
	case events.Delivered:
		equal("ExecutionStatus", "Completed")
	case events.Failed:
		conditions = append(conditions, "ExecutionStatus IN ('Failed', 'Canceled', 'Terminated', 'TimedOut')")
	case events.Scheduled, events.Delivering:
		equal("ExecutionStatus", "Running")
		equal(eventStatusKey.GetName(), string(f.Status))
	}
	return strings.Join(conditions, " AND ")
}

func quote(value string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(value) + "'"
}

func recordOf(info *workflowpb.WorkflowExecutionInfo) Record {
	attributes := info.GetSearchAttributes().GetIndexedFields()
	eventID, _ := EventID(info.GetExecution().GetWorkflowId())
	r := Record{
		EventID:       eventID,
		Type:          info.GetType().GetName(),
		AggregateType: attribute[string](attributes, aggregateTypeKey.GetName()),
		AggregateID:   attribute[string](attributes, aggregateIDKey.GetName()),
		CorrelationID: attribute[string](attributes, correlationIDKey.GetName()),
		CausationID:   attribute[string](attributes, causationIDKey.GetName()),
		TenantID:      attribute[string](attributes, tenantIDKey.GetName()),
		Source:        attribute[string](attributes, eventSourceKey.GetName()),
		Status:        statusOf(info.GetStatus(), attribute[string](attributes, eventStatusKey.GetName())),
		PublishedAt:   info.GetStartTime().AsTime(),
		WorkflowID:    info.GetExecution().GetWorkflowId(),
		RunID:         info.GetExecution().GetRunId(),
	}
	if info.GetCloseTime() != nil {
		r.ClosedAt = info.GetCloseTime().AsTime()
	}
	if r.Status == events.Failed {
		r.FailedListeners = attribute[[]string](attributes, failedListenersKey.GetName())
	}
	return r
}

func statusOf(execution enumspb.WorkflowExecutionStatus, eventStatus string) events.Status {
	switch execution {
	case enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED:
		return events.Delivered
	case enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING:
		if eventStatus == string(events.Scheduled) {
			return events.Scheduled
		}
		return events.Delivering
	default:
		return events.Failed
	}
}

// attribute decodes a search attribute; one that is missing is the zero value.
func attribute[T any](attributes map[string]*commonpb.Payload, name string) (value T) {
	if payload := attributes[name]; payload != nil {
		_ = converter.GetDefaultDataConverter().FromPayload(payload, &value)
	}
	return value
}

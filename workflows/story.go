package workflows

import (
	"context"
	"fmt"
	"slices"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	failurepb "go.temporal.io/api/failure/v1"
	historypb "go.temporal.io/api/history/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"

	"github.com/herald-bus/herald/events"
)

// Describe returns the story of one event, read from the history of its latest
// run, so it needs no worker.
func (l *Log) Describe(ctx context.Context, eventID string) (Story, error) {
	described, err := l.describe(ctx, eventID)
	if err != nil {
		return Story{}, err
	}
	teller := storyteller{story: Story{Record: recordOf(described.GetWorkflowExecutionInfo())}, scheduled: map[int64]string{}}
	execution := described.GetWorkflowExecutionInfo().GetExecution()
	iterator := l.client.GetWorkflowHistory(ctx, execution.GetWorkflowId(), execution.GetRunId(), false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for iterator.HasNext() {
		event, err := iterator.Next()
		if err != nil {
			return Story{}, fmt.Errorf("read the history of event %s: %w", eventID, err)
		}
		teller.read(event)
	}
	for _, pending := range described.GetPendingActivities() {
		teller.pending(pending)
	}
	return teller.end(), nil
}

// storyteller turns the events of a history into a story.
type storyteller struct {
	story     Story
	redrive   Redrive
	scheduled map[int64]string // listener by the id of the event that scheduled it
}

func (s *storyteller) read(event *historypb.HistoryEvent) {
	switch event.GetEventType() {
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:
		started := event.GetWorkflowExecutionStartedEventAttributes()
		decode(started.GetInput(), &s.story.Envelope, &s.redrive)
		s.carry()
	case enumspb.EVENT_TYPE_MARKER_RECORDED:
		s.marker(event)
	case enumspb.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
		s.scheduled[event.GetEventId()] = event.GetActivityTaskScheduledEventAttributes().GetActivityType().GetName()
	case enumspb.EVENT_TYPE_ACTIVITY_TASK_STARTED:
		started := event.GetActivityTaskStartedEventAttributes()
		if listener := s.listener(s.scheduled[started.GetScheduledEventId()]); listener != nil {
			listener.Attempts += int(started.GetAttempt())
		}
	case enumspb.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
		completed := event.GetActivityTaskCompletedEventAttributes()
		s.succeeded(s.scheduled[completed.GetScheduledEventId()], completed.GetResult())
	case enumspb.EVENT_TYPE_ACTIVITY_TASK_FAILED:
		failed := event.GetActivityTaskFailedEventAttributes()
		s.failed(s.scheduled[failed.GetScheduledEventId()], events.GaveUp, failed.GetFailure())
	case enumspb.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT:
		timedOut := event.GetActivityTaskTimedOutEventAttributes()
		s.failed(s.scheduled[timedOut.GetScheduledEventId()], events.GaveUp, timedOut.GetFailure())
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED:
		s.failure(event.GetWorkflowExecutionFailedEventAttributes().GetFailure())
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED:
		s.story.Failure = "terminated: " + event.GetWorkflowExecutionTerminatedEventAttributes().GetReason()
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED:
		s.story.Failure = "canceled"
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT:
		s.story.Failure = "timed out"
	default: // the other events say nothing about listeners
	}
}

// carry starts the story of a redrive with what earlier runs have done.
func (s *storyteller) carry() {
	s.story.Runs = s.redrive.Number + 1
	for _, o := range s.redrive.Carried {
		l := ListenerStory{Step: Step{Listener: o.Listener, Sync: o.Sync}, Status: o.Status, Attempts: o.Attempts, Error: o.Error, Carried: true}
		for _, id := range o.Emitted {
			l.Emitted = append(l.Emitted, EmittedEvent{EventID: id})
		}
		s.story.Listeners = append(s.story.Listeners, l)
	}
}

// marker reads a local activity: the plan, or a sync listener, which the marker's
// summary names. A marker with a backoff is an attempt, not the end.
func (s *storyteller) marker(event *historypb.HistoryEvent) {
	attributes := event.GetMarkerRecordedEventAttributes()
	var data struct {
		ActivityType string
		Attempt      int
		Backoff      int64
	}
	if attributes.GetMarkerName() != "LocalActivity" || !decode(attributes.GetDetails()["data"], &data) || data.Backoff > 0 {
		return
	}
	var name string
	_ = converter.GetDefaultDataConverter().FromPayload(event.GetUserMetadata().GetSummary(), &name)
	switch listener := s.listener(name); {
	case data.ActivityType == PlanActivity:
		var plan Plan
		decode(attributes.GetDetails()["result"], &plan)
		for _, step := range plan.Steps {
			s.story.Listeners = append(s.story.Listeners, ListenerStory{Step: step, Status: events.Pending})
		}
	case listener == nil:
	case attributes.GetFailure() == nil:
		listener.Attempts = data.Attempt
		s.succeeded(name, attributes.GetDetails()["result"])
	default:
		listener.Attempts = data.Attempt
		err := temporal.GetDefaultFailureConverter().FailureToError(attributes.GetFailure())
		status := events.HandedOver
		if isFinal(err) {
			status = events.GaveUp
		}
		s.failed(name, status, attributes.GetFailure())
	}
}

// listener returns the planned listener of this run.
func (s *storyteller) listener(name string) *ListenerStory {
	for i := range s.story.Listeners {
		if l := &s.story.Listeners[i]; l.Listener == name && !l.Carried {
			return l
		}
	}
	return nil
}

func (s *storyteller) succeeded(name string, result *commonpb.Payloads) {
	l := s.listener(name)
	if l == nil {
		return
	}
	var emission Emission
	decode(result, &emission)
	l.Status, l.Error = events.Succeeded, ""
	for _, env := range emission.Events {
		l.Emitted = append(l.Emitted, EmittedEvent{EventID: env.ID, Type: env.Type, DeliverAt: env.DeliverAt})
	}
}

func (s *storyteller) failed(name string, status events.OutcomeStatus, failure *failurepb.Failure) {
	if l := s.listener(name); l != nil {
		l.Status = status
		l.Error = failureText(temporal.GetDefaultFailureConverter().FailureToError(failure))
	}
}

// failure reads the end of a failed run: what the report says of a listener
// counts, since an emitted event that could not start shows nowhere else.
func (s *storyteller) failure(failure *failurepb.Failure) {
	s.story.Failure = failure.GetMessage()
	var report Report
	if failure.GetApplicationFailureInfo().GetType() != FailureListenersFailed || !decode(failure.GetApplicationFailureInfo().GetDetails(), &report) {
		return
	}
	for _, o := range report.Outcomes {
		if l := s.listener(o.Listener); l != nil && o.Status == events.GaveUp {
			l.Status, l.Attempts = events.GaveUp, o.Attempts
			if l.Error == "" {
				l.Error = o.Error
			}
		}
	}
}

// pending adds what the server knows of an activity that is not over.
func (s *storyteller) pending(activity *workflowpb.PendingActivityInfo) {
	l := s.listener(activity.GetActivityType().GetName())
	if l == nil {
		return
	}
	l.Attempts += int(activity.GetAttempt())
	if activity.GetState() == enumspb.PENDING_ACTIVITY_STATE_SCHEDULED {
		l.Attempts-- // the one that waits has not run
		if at := activity.GetNextAttemptScheduleTime(); at != nil {
			l.NextAttemptAt = at.AsTime()
		}
	}
	if failure := activity.GetLastFailure(); failure != nil {
		l.Error = failureText(temporal.GetDefaultFailureConverter().FailureToError(failure))
	}
}

// end closes the story: what was not done when the run ended has failed.
func (s *storyteller) end() Story {
	if s.story.Status != events.Failed {
		return s.story
	}
	for i := range s.story.Listeners {
		if l := &s.story.Listeners[i]; l.Status != events.Succeeded {
			l.Status = events.GaveUp
			if l.Error == "" {
				l.Error = "not done when the delivery ended: " + s.story.Failure
			}
		}
	}
	return s.story
}

func (l ListenerStory) outcome() events.Outcome {
	o := events.Outcome{Listener: l.Listener, Sync: l.Sync, Status: l.Status, Attempts: l.Attempts, Error: l.Error}
	for _, e := range l.Emitted {
		o.Emitted = append(o.Emitted, e.EventID)
	}
	return o
}

// unsettled returns the listeners that a redrive runs again, and the outcomes
// that it carries over.
func (s Story) unsettled() (again []string, carried []events.Outcome) {
	for _, l := range s.Listeners {
		if l.Status == events.Succeeded {
			carried = append(carried, l.outcome())
			continue
		}
		again = append(again, l.Listener)
	}
	return slices.Clip(again), carried
}

// decode reads payloads into values and reports whether there were any.
func decode(payloads *commonpb.Payloads, values ...any) bool {
	if len(payloads.GetPayloads()) == 0 {
		return false
	}
	return converter.GetDefaultDataConverter().FromPayloads(payloads, values...) == nil
}

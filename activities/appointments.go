package activities

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/availability"
	"github.com/herald-bus/herald/events/customer"
	"github.com/herald-bus/herald/workflows"
)

// Customers is what an appointment's life needs of the customers domain.
type Customers interface {
	Resolve(ctx context.Context, tenantID string, now time.Time, q customer.Query) (customer.Resolution, []events.Event, error)
	FindProfiles(ctx context.Context, tenantID string, q customer.FindQuery) ([]customer.Profile, error)
	Merge(ctx context.Context, tenantID string, now time.Time, r customer.MergeRequest) (customer.Merged, []events.Event, error)
	UndoMerge(ctx context.Context, tenantID string, now time.Time, r customer.UndoRequest) (customer.Undone, []events.Event, error)
	RequestErasure(ctx context.Context, tenantID string, now time.Time, r customer.ErasureRequest) (customer.Erasure, []events.Event, error)
}

// Availability is what it needs of the availability domain.
type Availability interface {
	Duty
	FreeSlots(ctx context.Context, tenantID string, now time.Time, r availability.FreeSlotsRequest) (availability.FreeSlots, error)
	Hold(ctx context.Context, tenantID string, now time.Time, r availability.HoldRequest) (availability.Hold, []events.Event, error)
	Release(ctx context.Context, tenantID string, now time.Time, r availability.ReleaseRequest) (availability.Released, []events.Event, error)
	Convert(ctx context.Context, tenantID string, now time.Time, r availability.ConvertRequest) (availability.Booked, []events.Event, error)
	Move(ctx context.Context, tenantID string, now time.Time, r availability.MoveRequest) (availability.Moved, []events.Event, error)
	Renew(ctx context.Context, tenantID string, now time.Time, r availability.RenewRequest) (availability.Hold, error)
	Expire(ctx context.Context, tenantID string, now time.Time, r availability.ExpireRequest) ([]events.Event, error)
}

// Appointments is what it needs of the appointments domain.
type Appointments interface {
	Callbacks
	Elsewhere(ctx context.Context, tenantID, appointmentID string, who appointment.BookedFor, from, until time.Time) ([]appointment.Slot, error)
	NoteRefused(ctx context.Context, tenantID string, now time.Time, p appointment.Prepared, offered []appointment.Alternative) error
	StaffNames(ctx context.Context, tenantID string) ([]customer.StaffName, error)
	Prepare(ctx context.Context, tenantID string, now time.Time, r appointment.BookRequest, who appointment.BookedFor) (appointment.Prepared, []events.Event, error)
	Record(ctx context.Context, tenantID string, now time.Time, p appointment.Prepared, phases []appointment.Phase) error
	MarkFailed(ctx context.Context, tenantID string, now time.Time, p appointment.Prepared, reason appointment.FailureReason, told bool) ([]events.Event, error)
	Confirm(ctx context.Context, tenantID string, now time.Time, appointmentID string, calendarUIDs []string, calendarState string) (appointment.View, []events.Event, error)
	Get(ctx context.Context, tenantID, appointmentID string) (appointment.View, error)
	Timetable(ctx context.Context, tenantID, appointmentID string) (appointment.Timetable, error)
	Remind(ctx context.Context, tenantID string, now time.Time, appointmentID string, kind appointment.ReminderKind) ([]events.Event, error)
	PrepareMove(ctx context.Context, tenantID string, now time.Time, r appointment.MoveRequest) (appointment.Move, []events.Event, error)
	RequestMove(ctx context.Context, tenantID string, m appointment.Move, state string) ([]events.Event, error)
	RecordMove(ctx context.Context, tenantID string, now time.Time, m appointment.Move, phases []appointment.Phase) (appointment.View, []events.Event, error)
	Cancel(ctx context.Context, tenantID string, now time.Time, r appointment.CancelRequest) (appointment.Cancellation, []events.Event, error)
	ConfirmPending(ctx context.Context, tenantID string, now time.Time, c appointment.Command) (appointment.View, []events.Event, error)
	Decide(ctx context.Context, tenantID string, now time.Time, c appointment.Command) (appointment.View, []events.Event, error)
	PrepareUpdate(ctx context.Context, tenantID string, now time.Time, r appointment.UpdateRequest) (appointment.Change, error)
	Update(ctx context.Context, tenantID string, now time.Time, r appointment.UpdateRequest) (appointment.View, []events.Event, error)
	CheckIn(ctx context.Context, tenantID string, now time.Time, c appointment.Command) (appointment.View, []events.Event, error)
	Complete(ctx context.Context, tenantID string, now time.Time, c appointment.Command) (appointment.View, []events.Event, error)
	MarkNoShow(ctx context.Context, tenantID string, now time.Time, c appointment.Command) (appointment.View, []events.Event, error)
	Demand(ctx context.Context, tenantID string, now time.Time, q appointment.SlotsQuery) (appointment.Prepared, error)
	Query(ctx context.Context, tenantID string, now time.Time, q appointment.Query) (appointment.Found, []events.Event, error)
	PlanSeries(ctx context.Context, tenantID string, now time.Time, r appointment.SeriesRequest) (appointment.SeriesPlan, error)
	ChangeSeries(ctx context.Context, tenantID string, now time.Time, c appointment.SeriesChange) (appointment.SeriesPlan, error)
	ListSeries(ctx context.Context, tenantID string, now time.Time, q appointment.SeriesQuery) ([]appointment.ListedSeries, error)
	RecordSeries(seriesID string, created []string, skipped []appointment.Skipped) []events.Event
	List(ctx context.Context, tenantID string, q appointment.ListQuery) ([]appointment.Listed, error)
}

// Calendar is what it needs of a calendar that has the last word on a booking.
type Calendar interface {
	// Book returns entries with a refusal, too, if there is now something else in the
	// calendar than what was asked for.
	Book(ctx context.Context, key string, ref appointment.Ref) (uids []string, err error)
	Cancel(ctx context.Context, key string, ref appointment.Ref) error
}

// Life runs the steps of appointments and of callbacks.
type Life struct {
	Customers    Customers
	Availability Availability
	Appointments Appointments
	Calendar     Calendar
	// Rank orders what is free by how well it stands in for what was wanted.
	Rank func(wanted appointment.Wanted, free []appointment.Slot) []appointment.Alternative
	// Desk books and cancels what a series has; nil is the worker's own.
	Desk Desk
	// Seed loads the demo's salons.
	Seed func(ctx context.Context, tenantID string, now time.Time) ([]events.Event, error)
	// Books tell what has become of it all.
	Books Books
}

// Register registers each step under its name.
func (l Life) Register(r Registry) {
	a, v := l.Appointments, l.Availability
	add(r, workflows.StepResolve, l.resolve)
	add(r, workflows.StepPrepare, func(ctx context.Context, tenantID string, now time.Time, q workflows.PrepareRequest) (appointment.Prepared, []events.Event, error) {
		return a.Prepare(ctx, tenantID, now, q.Booking, q.For)
	})
	add(r, workflows.StepAlternatives, l.alternatives)
	add(r, workflows.StepRecord, func(ctx context.Context, tenantID string, now time.Time, q workflows.RecordRequest) (none, []events.Event, error) {
		return none{}, nil, a.Record(ctx, tenantID, now, q.Prepared, q.Phases)
	})
	add(r, workflows.StepMarkFailed, func(ctx context.Context, tenantID string, now time.Time, q workflows.MarkFailedRequest) (none, []events.Event, error) {
		announce, err := a.MarkFailed(ctx, tenantID, now, q.Prepared, q.Reason, q.Told)
		return none{}, announce, err
	})
	add(r, workflows.StepConfirm, func(ctx context.Context, tenantID string, now time.Time, q workflows.ConfirmRequest) (appointment.View, []events.Event, error) {
		return a.Confirm(ctx, tenantID, now, q.AppointmentID, q.CalendarUIDs, q.CalendarState)
	})
	add(r, workflows.StepGet, func(ctx context.Context, tenantID string, _ time.Time, id string) (appointment.View, []events.Event, error) {
		view, err := a.Get(ctx, tenantID, id)
		return view, nil, err
	})
	add(r, workflows.StepTimetable, func(ctx context.Context, tenantID string, _ time.Time, id string) (appointment.Timetable, []events.Event, error) {
		table, err := a.Timetable(ctx, tenantID, id)
		return table, nil, err
	})
	addAbout(r, workflows.StepRemind, func(ctx context.Context, tenantID, id string, now time.Time, kind appointment.ReminderKind) (none, []events.Event, error) {
		announce, err := a.Remind(ctx, tenantID, now, id, kind)
		return none{}, announce, err
	})
	l.registerChanges(r)
	l.registerQuestions(r)
	l.Books.register(r)
	l.registerCallbacks(r)
	l.registerHolds(r)
	l.registerSeries(r)
	add(r, workflows.StepHold, v.Hold)
	add(r, workflows.StepRelease, v.Release)
	add(r, workflows.StepConvert, v.Convert)
	add(r, workflows.StepMoveTime, v.Move)
	add(r, workflows.StepCalendarBook, func(ctx context.Context, _ string, _ time.Time, q workflows.CalendarRequest) (workflows.CalendarEntry, []events.Event, error) {
		uids, err := l.Calendar.Book(ctx, q.Key, refOf(q))
		return workflows.CalendarEntry{UIDs: uids}, nil, err
	})
	add(r, workflows.StepCalendarCancel, func(ctx context.Context, _ string, _ time.Time, q workflows.CalendarRequest) (none, []events.Event, error) {
		return none{}, nil, l.Calendar.Cancel(ctx, q.Key, refOf(q))
	})
}

// registerChanges registers the steps of what happens to an appointment later.
func (l Life) registerChanges(r Registry) {
	a := l.Appointments
	add(r, workflows.StepPrepareMove, a.PrepareMove)
	add(r, workflows.StepRequestMove, func(ctx context.Context, tenantID string, _ time.Time, q workflows.RequestMoveRequest) (none, []events.Event, error) {
		announce, err := a.RequestMove(ctx, tenantID, q.Move, q.State)
		return none{}, announce, err
	})
	add(r, workflows.StepRecordMove, func(ctx context.Context, tenantID string, now time.Time, q workflows.RecordMoveRequest) (appointment.View, []events.Event, error) {
		return a.RecordMove(ctx, tenantID, now, q.Move, q.Phases)
	})
	add(r, workflows.StepCancel, a.Cancel)
	add(r, workflows.StepConfirmPending, a.ConfirmPending)
	add(r, workflows.StepDecide, a.Decide)
	add(r, workflows.StepPrepareUpdate, func(ctx context.Context, tenantID string, now time.Time, q appointment.UpdateRequest) (appointment.Change, []events.Event, error) {
		change, err := a.PrepareUpdate(ctx, tenantID, now, q)
		return change, nil, err
	})
	add(r, workflows.StepUpdate, a.Update)
	add(r, workflows.StepCheckIn, a.CheckIn)
	add(r, workflows.StepComplete, a.Complete)
	add(r, workflows.StepMarkNoShow, a.MarkNoShow)
}

// registerQuestions registers the steps that are a workflow of their own.
func (l Life) registerQuestions(r Registry) {
	a := l.Appointments
	add(r, workflows.StepFreeSlots, l.freeSlots)
	add(r, workflows.StepQuery, a.Query)
	add(r, workflows.StepList, func(ctx context.Context, tenantID string, _ time.Time, q appointment.ListQuery) ([]appointment.Listed, []events.Event, error) {
		listed, err := a.List(ctx, tenantID, q)
		return listed, nil, err
	})
	add(r, workflows.StepFindCustomers, func(ctx context.Context, tenantID string, _ time.Time, q customer.FindQuery) ([]customer.Profile, []events.Event, error) {
		found, err := l.Customers.FindProfiles(ctx, tenantID, q)
		return found, nil, err
	})
	add(r, workflows.StepMerge, l.Customers.Merge)
	add(r, workflows.StepUndoMerge, l.Customers.UndoMerge)
	add(r, workflows.StepRequestErase, l.Customers.RequestErasure)
	add(r, workflows.StepSeed, func(ctx context.Context, tenantID string, now time.Time, _ none) (none, []events.Event, error) {
		announce, err := l.Seed(ctx, tenantID, now)
		return none{}, announce, err
	})
}

type none = struct{}

func refOf(q workflows.CalendarRequest) appointment.Ref {
	return appointment.Ref{AppointmentID: q.AppointmentID, Version: q.Version, StartsAt: q.StartsAt, EndsAt: q.EndsAt, Zone: q.Zone, Display: q.Display}
}

// atStep is told of every step, before and after its work. Only the build tag chaos
// makes something of it.
var atStep = func(string, string) {}

// add registers a step.
func add[T, R any](r Registry, name string, run func(ctx context.Context, tenantID string, now time.Time, request T) (R, []events.Event, error)) {
	addAbout(r, name, func(ctx context.Context, tenantID, _ string, now time.Time, request T) (R, []events.Event, error) {
		return run(ctx, tenantID, now, request)
	})
}

// addAbout registers a step that needs to know its appointment.
func addAbout[T, R any](r Registry, name string, run func(ctx context.Context, tenantID, subject string, now time.Time, request T) (R, []events.Event, error)) {
	r.RegisterActivityWithOptions(func(ctx context.Context, q workflows.StepRequest[T]) (answer workflows.StepAnswer[R], err error) {
		info := activity.GetInfo(ctx)
		now, source := info.StartedTime.UTC(), workflows.SourceOf(info.WorkflowType.Name)
		atStep(name, "before")
		result, announce, err := run(ctx, q.Cause.TenantID, q.Subject, now, q.Request)
		atStep(name, "after")
		refusal, isRefusal := errors.AsType[*events.Refusal](err)
		switch {
		case isRefusal:
			answer.Refusal = refusal
		case events.IsPermanent(err):
			return answer, temporal.NewNonRetryableApplicationError(err.Error(), workflows.FailurePermanent, nil)
		case err != nil:
			return answer, err
		}
		answer.Result = result
		for i, e := range announce {
			env, err := seal(q.Cause, source, q.Subject, q.Key, e, i, now)
			if err != nil {
				return answer, temporal.NewNonRetryableApplicationError(err.Error(), workflows.FailurePermanent, nil)
			}
			answer.Announce = append(answer.Announce, env)
		}
		return answer, nil
	}, activity.RegisterOptions{Name: name})
}

// seal gives an event an id that derives from what it says: of one version of one
// thing there is one event of a type, unless the key says otherwise.
func seal(o workflows.Cause, source, subject, key string, e events.Event, position int, now time.Time) (events.Envelope, error) {
	data, err := json.Marshal(e)
	if err != nil {
		return events.Envelope{}, fmt.Errorf("encode %s: %w", e.EventName(), err)
	}
	var about struct {
		Version int `json:"version"`
	}
	if err := json.Unmarshal(data, &about); err != nil {
		return events.Envelope{}, fmt.Errorf("encode %s: %w", e.EventName(), err)
	}
	options := []events.Option{
		events.ID(events.DerivedID(subject, fmt.Sprintf("%s/%s/%d/%s", e.EventName(), e.AggregateID(), about.Version, key), position)),
		events.Tenant(o.TenantID), events.Correlation(o.CorrelationID), events.CausedBy(o.CausedBy),
		events.Source(source),
	}
	if o.TimeSkipping {
		options = append(options, events.TimeSkipping())
	}
	env, err := events.SealAt(now, e, options...)
	if err != nil {
		return env, err
	}
	env.CausationID, env.Hops, env.TraceParent = o.CausationID, o.Hops, o.TraceParent
	return env, env.Validate()
}

// resolve finds out who is booking. A customer may give the name of the person whom he
// wants instead of his own.
func (l Life) resolve(ctx context.Context, tenantID string, now time.Time, q customer.Query) (r customer.Resolution, announce []events.Event, err error) {
	if q.Said.Name != "" && q.Origin.CustomerMade() {
		if q.Staff, err = l.Appointments.StaffNames(ctx, tenantID); err != nil {
			return r, nil, err
		}
	}
	return l.Customers.Resolve(ctx, tenantID, now, q)
}

// alternatives are what else is free, the best first. A call that asked in vain is
// remembered: it may become a wish.
func (l Life) alternatives(ctx context.Context, tenantID string, now time.Time, q workflows.AlternativesRequest) ([]appointment.Alternative, []events.Event, error) {
	const before, after = 1, 14 // days
	p := q.Prepared
	from := p.Request.StartsAt.AddDate(0, 0, -before)
	if from.Before(now) {
		from = now
	}
	until := p.Request.StartsAt.AddDate(0, 0, after)
	busy, err := l.Appointments.Elsewhere(ctx, tenantID, p.AppointmentID, p.For, from, until)
	if err != nil {
		return nil, nil, err
	}
	free, err := l.Availability.FreeSlots(ctx, tenantID, now, availability.FreeSlotsRequest{
		Asker:  availability.Asker{Session: q.Session, Staff: p.Request.By.Origin == appointment.Staff},
		Demand: p.Demand, From: from, Until: until, Any: true,
	})
	if err != nil {
		return nil, nil, err
	}
	slots := make([]appointment.Slot, 0, len(free.Slots))
	for _, s := range free.Slots {
		slot := appointment.Slot{StartsAt: s.StartsAt, EndsAt: s.EndsAt}
		if len(s.StaffIDs) > 0 {
			slot.StaffID = s.StaffIDs[0]
		}
		slots = append(slots, slot)
	}
	best := l.Rank(appointment.Wanted{Origin: p.Request.By.Origin, StartsAt: p.Request.StartsAt, Zone: p.Zone, Now: now, Busy: busy}, slots)
	return best, nil, l.Appointments.NoteRefused(ctx, tenantID, now, p, best)
}

// freeSlots are the starts that can be had for a service.
func (l Life) freeSlots(ctx context.Context, tenantID string, now time.Time, q appointment.SlotsQuery) (appointment.Slots, []events.Event, error) {
	p, err := l.Appointments.Demand(ctx, tenantID, now, q)
	if err != nil {
		return appointment.Slots{}, nil, err
	}
	free, err := l.Availability.FreeSlots(ctx, tenantID, now, availability.FreeSlotsRequest{
		Asker:  availability.Asker{Session: q.Session, Staff: q.By.Origin == appointment.Staff},
		Demand: p.Demand, From: q.From, Until: q.Until, Limit: q.Limit, Any: q.Any,
	})
	return appointment.Slots{Zone: p.Zone, ServiceName: p.Display.ServiceName, Names: p.Names, Slots: free.Slots, Stale: free.Stale}, nil, err
}

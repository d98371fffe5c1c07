package appointments

import (
	"slices"
	"time"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

// isActive reports whether an appointment in that state takes up time.
func isActive(s appointment.Status) bool {
	return slices.Contains([]appointment.Status{appointment.StatusBooking, appointment.Pending, appointment.Confirmed, appointment.InProgress}, s)
}

// A step is a way from some states to another one, for some actors at some times.
type step struct {
	from    []appointment.Status
	to      appointment.Status
	by      []actor
	notYet  func(b booking) time.Time // the earliest instant, if there is one
	tooLate func(b booking) time.Time // the first instant that is too late
}

// An actor is who makes a step.
type actor string

const (
	byCustomer actor = "customer"
	byStaff    actor = "staff"
	byCalendar actor = "calendar"
	bySystem   actor = "system"
)

func actorOf(by appointment.By) actor {
	switch {
	case by.Origin == appointment.Calendar:
		return byCalendar
	case by.Origin == appointment.System, by.Role == appointment.SystemRole:
		return bySystem
	case customerMade(by):
		return byCustomer
	}
	return byStaff
}

// customerMade reports whether a customer acts, or somebody on his behalf.
func customerMade(by appointment.By) bool {
	customer := by.Role == "" || by.Role == appointment.CustomerRole
	return customer && by.Origin.CustomerMade()
}

func startPlus(d time.Duration) func(booking) time.Time {
	return func(b booking) time.Time { return b.StartsAt.Add(d) }
}

func endPlus(d time.Duration) func(booking) time.Time {
	return func(b booking) time.Time { return b.EndsAt.Add(d) }
}

const (
	checkInEarly   = 30 * time.Minute
	noShowAfter    = 15 * time.Minute
	completeAfter  = 30 * time.Minute
	correctionTime = 24 * time.Hour
)

// steps are all that may become of an appointment once it is booked.
var steps = []step{
	{from: statuses(appointment.Pending), to: appointment.Confirmed, by: []actor{byStaff, bySystem, byCalendar}},
	{from: statuses(appointment.Pending, appointment.Confirmed), to: appointment.StatusCancelled, by: []actor{byCustomer}, tooLate: startPlus(0)},
	{from: statuses(appointment.Pending, appointment.Confirmed), to: appointment.StatusCancelled, by: []actor{byStaff}, tooLate: endPlus(0)},
	{from: statuses(appointment.Pending, appointment.Confirmed), to: appointment.StatusCancelled, by: []actor{byCalendar, bySystem}},
	{from: statuses(appointment.Confirmed), to: appointment.InProgress, by: []actor{byStaff}, notYet: startPlus(-checkInEarly), tooLate: endPlus(0)},
	{from: statuses(appointment.Confirmed, appointment.InProgress), to: appointment.Completed, by: []actor{byStaff}, notYet: startPlus(0)},
	{from: statuses(appointment.Confirmed, appointment.InProgress), to: appointment.Completed, by: []actor{bySystem}, notYet: endPlus(completeAfter)},
	{from: statuses(appointment.Confirmed, appointment.Completed), to: appointment.NoShow, by: []actor{byStaff}, notYet: startPlus(noShowAfter), tooLate: endPlus(correctionTime)},
	{from: statuses(appointment.NoShow), to: appointment.Completed, by: []actor{byStaff}, tooLate: endPlus(correctionTime)},
}

func statuses(s ...appointment.Status) []appointment.Status { return s }

// mayBecome refuses a step that is none, or not of this actor, or not at this time.
func mayBecome(b booking, to appointment.Status, who actor, now time.Time) error {
	for _, s := range steps {
		if s.to != to || !slices.Contains(s.from, b.Status) || !slices.Contains(s.by, who) {
			continue
		}
		switch {
		case s.notYet != nil && now.Before(s.notYet(b)):
			from := s.notYet(b).Format(time.RFC3339)
			return events.Refuse("invalid_transition", "APT-24", "the appointment of %s can't become %s by the %s before %s: wait until then",
				b.StartsAt.Format(time.RFC3339), to, who, from).With("status", string(b.Status)).With("from", from)
		case s.tooLate != nil && !now.Before(s.tooLate(b)):
			until := s.tooLate(b).Format(time.RFC3339)
			return events.Refuse("invalid_transition", "APT-24", "the appointment of %s could become %s by the %s until %s: that is over",
				b.StartsAt.Format(time.RFC3339), to, who, until).With("status", string(b.Status)).With("until", until)
		}
		return nil
	}
	return transition(b, string(to), who)
}

func transition(b booking, to string, who actor) *events.Refusal {
	return events.Refuse("invalid_transition", "APT-24", "the appointment of %s is %s: it can't become %s by the %s now",
		b.StartsAt.Format(time.RFC3339), b.Status, to, who).With("status", string(b.Status))
}

// The operations whose permission depends on who asks.
const (
	opList    = "list"
	opCancel  = "cancel"
	opMove    = "reschedule"
	opUpdate  = "update"
	opConfirm = "confirm"
	opCheckIn = "check_in"
	opClose   = "complete"
	opNoShow  = "no_show"
)

var staffOnly = []string{opConfirm, opCheckIn, opClose, opNoShow}

// permit refuses an operation on an appointment to who may not do it.
func permit(op string, by appointment.By, b booking) error {
	switch who := actorOf(by); {
	case who == bySystem, who == byCalendar:
		return nil
	case who == byCustomer:
		if slices.Contains(staffOnly, op) {
			return forbidden(op, by)
		}
		return identified(op, by, b.CustomerID)
	case by.Role == appointment.Owner:
		return nil
	case by.Role == appointment.Reception, by.Role == appointment.Manager:
		if by.BranchID != "" && by.BranchID != b.BranchID {
			return forbidden(op, by)
		}
		return nil
	case !slices.Contains(b.StaffIDs, by.StaffID):
		return forbidden(op, by)
	}
	return nil
}

func forbidden(op string, by appointment.By) error {
	return events.Refuse("forbidden", "APT-42", "%s over %s with the role %q: somebody of the branch may", op, by.Origin, by.Role)
}

// identified refuses a customer who has not proven to be the one in question.
func identified(op string, by appointment.By, customerID string) error {
	switch {
	case by.Origin == appointment.Web:
		return forbidden(op, by)
	case by.Origin == appointment.API:
		if by.CustomerID == "" || by.CustomerID == customerID {
			return nil
		}
	case by.Assurance == appointment.ByLogin, by.Assurance == appointment.ByStaff, by.Assurance == appointment.ByPhone && by.Origin == appointment.Voice:
		if by.CustomerID == customerID {
			return nil
		}
		return events.Refuse("not_found", "TEN-5", "there is no such appointment of this customer")
	}
	return events.Refuse("verification_required", "APT-45", "the caller has not proven to be the customer: the number on file is called back")
}

// mayWaive refuses to waive a fee to those below reception, and without a reason.
func mayWaive(by appointment.By, reason string) error {
	switch {
	case actorOf(by) != byStaff || by.Role == appointment.StaffRole:
		return events.Refuse("forbidden", "APT-42", "a fee is waived by reception, or upward")
	case reason == "":
		return events.Refuse("reason_required", "APT-42", "a fee is waived for a reason: give one")
	}
	return nil
}

// expect refuses a command on a version that is no more.
func expect(b booking, version int) error {
	if version == 0 || version == b.Version {
		return nil
	}
	return events.Refuse("version_conflict", "APT-22", "version %d was expected and %d is current (%s, %s): load it again",
		version, b.Version, b.Status, b.StartsAt.Format(time.RFC3339)).
		With("version", itoa(b.Version)).With("status", string(b.Status)).With("starts_at", b.StartsAt.Format(time.RFC3339))
}

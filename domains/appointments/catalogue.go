package appointments

import (
	"slices"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/availability"
)

// What happens in a pause of a service.
const (
	PauseFree      = "free"       // the staff member may be booked
	PauseBlocked   = "blocked"    // the staff member may not
	PauseByService = "by_service" // by nestable services only
)

// A CatalogService is something that can be booked.
type CatalogService struct {
	ID                              string
	Name                            string
	Active                          bool
	DurationMin                     int
	BufferBeforeMin, BufferAfterMin int
	GridMin                         int // the branch's, if 0
	Phases                          []PhaseDef
	Pause                           string // free, if empty
	Nestable                        bool
	MaySplit                        bool // several people may share a composite
	Capacity                        int  // 1, if 0
	RequiresConfirmation            bool
	MinNoticeMin                    *int
	Reminders                       string // all, if empty; or single
	PriceCents                      int64
	Currency                        string
	CalendarMode                    string
}

// A PhaseDef is a part of a service. Parts with a key make a composite: segments
// with gaps between them. Without keys there are three: before, processing, after.
type PhaseDef struct {
	Kind string `json:"kind"` // busy or free
	Key  string `json:"key,omitzero"`
	Name string `json:"name,omitzero"`
	// Minutes is the length; of a gap up to MaxMinutes, the least.
	Minutes    int `json:"minutes"`
	MaxMinutes int `json:"max_minutes,omitzero"`
}

// An Override is what differs in one branch; nil is as everywhere.
type Override struct {
	BranchID, ServiceID string
	Active              bool
	DurationMin         *int
	PriceCents          *int64
	MinNoticeMin        *int
	MaxAdvanceDays      *int
	BufferAfterMin      *int
	Phases              []PhaseDef
}

// A StaffMember works in a branch.
type StaffMember struct {
	ID, BranchID, Name string
	Active, Bookable   bool
	UserID             string
}

// A ServiceStaff says that somebody does a service, and how.
type ServiceStaff struct {
	ServiceID, StaffID string
	CanBook            bool
	Priority           int // 0 is first
	Weight             float64
	Skill              string // regular, if empty
	SegmentKeys        []string
	PriceCents         *int64
	DurationMin        *int
	// FromDate and UntilDate are local dates; empty is open.
	FromDate, UntilDate string
}

// The models of assignment, and the rankings.
const (
	AnyStaff         = "any_staff"
	ServiceStaffOnly = "service_staff"

	RankPriority   = "priority"
	RankLeastBusy  = "least_busy"
	RankFamiliar   = "familiar"
	RankRoundRobin = "round_robin"
)

// Assignment says how a tenant's bookings find their staff.
type Assignment struct {
	Model    string
	Fallback string // none, if empty
	Ranking  string
}

// BranchBooking are a branch's settings for bookings.
type BranchBooking struct {
	BranchID                                                         string
	Active, TrustedAutoConfirm, AutoReassign, AutoComplete, WishMail bool
}

func invalid(rule, format string, args ...any) error {
	return events.Refuse("invalid_service", rule, format, args...)
}

func (c CatalogService) withDefaults() CatalogService {
	if c.Pause == "" {
		c.Pause = PauseFree
	}
	if c.Capacity == 0 {
		c.Capacity = 1
	}
	if c.Reminders == "" {
		c.Reminders = "all"
	}
	if c.CalendarMode == "" {
		c.CalendarMode = appointment.CalendarNone
	}
	return c
}

func (c CatalogService) validate() error {
	switch {
	case !events.IsUUID(c.ID):
		return invalid("", "service id %q: it must be a UUID", c.ID)
	case c.Name == "":
		return invalid("", "service %s: it needs a name", c.ID)
	case c.DurationMin <= 0:
		return invalid("APT-16", "service %s: duration %d min must be above 0", c.Name, c.DurationMin)
	case c.BufferBeforeMin < 0 || c.BufferAfterMin < 0 || c.PriceCents < 0 || c.GridMin < 0 || c.Capacity < 1:
		return invalid("", "service %s: buffers, grid and price must not be negative, and capacity at least 1", c.Name)
	case len(c.Currency) != 3:
		return invalid("", "service %s: currency %q must have three letters, such as EUR", c.Name, c.Currency)
	case !slices.Contains([]string{PauseFree, PauseBlocked, PauseByService}, c.Pause):
		return invalid("APT-18", "service %s: pause %q must be free, blocked or by_service", c.Name, c.Pause)
	case !slices.Contains([]string{appointment.CalendarNone, appointment.CalendarAuthoritative, appointment.CalendarMirror}, c.CalendarMode):
		return invalid("", "service %s: calendar mode %q must be none, authoritative or mirror", c.Name, c.CalendarMode)
	case c.Reminders != "all" && c.Reminders != "single":
		return invalid("", "service %s: reminders %q must be all or single", c.Name, c.Reminders)
	}
	return validatePhases(c.Name, c.DurationMin, c.Phases)
}

func validatePhases(name string, duration int, phases []PhaseDef) error {
	if len(phases) == 0 {
		return nil
	}
	sum, keys, lastFree := 0, map[string]bool{}, true
	for i, p := range phases {
		sum += p.Minutes
		free := p.Kind == availability.Free
		switch {
		case !free && p.Kind != availability.Busy:
			return invalid("APT-16", "service %s: phase %d is %q, it must be busy or free", name, i+1, p.Kind)
		case p.MaxMinutes != 0 && (!free || p.MaxMinutes < p.Minutes):
			return invalid("APT-17", "service %s: phase %d: only a gap may have a range, from less to more", name, i+1)
		case p.Key != "" && (free || p.Minutes <= 0 || keys[p.Key]):
			return invalid("APT-16", "service %s: segment %q must be busy, unique and longer than 0 min", name, p.Key)
		case p.Key != "":
			keys[p.Key] = true
		case len(keys) > 0 && (!free || p.Minutes <= 0 || lastFree || i == len(phases)-1):
			return invalid("APT-16", "service %s: phase %d: a composite has gaps longer than 0 min between segments, and a key for each of these", name, i+1)
		}
		lastFree = free
	}
	switch {
	case sum != duration:
		return invalid("APT-16", "service %s: its phases last %d min together and its duration is %d: make them equal", name, sum, duration)
	case len(keys) > 0:
		if phases[0].Key == "" || len(keys) < 2 {
			return invalid("APT-16", "service %s: a composite begins with a segment and has two or more", name)
		}
		return nil
	}
	wellFormed := len(phases) == 3 && phases[0].Kind == availability.Busy && phases[1].Kind == availability.Free && phases[2].Kind == availability.Busy
	if !wellFormed || phases[1].Minutes <= 0 || phases[0].Minutes < 0 || phases[2].Minutes < 0 || phases[0].Minutes+phases[2].Minutes == 0 {
		return invalid("APT-16", "service %s: processing time is before, processing (above 0 min) and after, one of the outer ones above 0 min", name)
	}
	return nil
}

// in returns the service as the branch with that override has it.
func (c CatalogService) in(o *Override) CatalogService {
	if o == nil {
		return c
	}
	c.Active = c.Active && o.Active
	c.DurationMin = or(o.DurationMin, c.DurationMin)
	c.PriceCents = or(o.PriceCents, c.PriceCents)
	c.BufferAfterMin = or(o.BufferAfterMin, c.BufferAfterMin)
	if o.MinNoticeMin != nil {
		c.MinNoticeMin = o.MinNoticeMin
	}
	if o.Phases != nil {
		c.Phases = o.Phases
	}
	return c
}

func or[T any](value *T, otherwise T) T {
	if value == nil {
		return otherwise
	}
	return *value
}

// leastPause is how long a free phase must be to count as one.
const leastPause = 15

// layout returns the phases of the demand, without staff. A service of one phase
// lasts as long as the person takes who does it.
func (c CatalogService) layout(duration int) []availability.Phase {
	if len(c.Phases) == 0 {
		return []availability.Phase{{Kind: availability.Busy, Minutes: duration, SamePersonAs: -1}}
	}
	var phases []availability.Phase
	for _, def := range c.Phases {
		if def.Minutes == 0 {
			continue
		}
		p := availability.Phase{Seq: len(phases), Kind: def.Kind, Minutes: def.Minutes, MaxMinutes: def.MaxMinutes, SegmentKey: def.Key, SamePersonAs: -1}
		if p.Kind == availability.Free {
			p.Kind = c.pauseKind(def.Minutes)
		}
		phases = append(phases, p)
	}
	return phases
}

func (c CatalogService) pauseKind(minutes int) string {
	switch {
	case minutes < leastPause, c.Pause == PauseBlocked:
		return availability.Busy
	case c.Pause == PauseByService:
		return availability.Restricted
	}
	return availability.Free
}

// segments returns the keys of a composite.
func (c CatalogService) segments() []string {
	var keys []string
	for _, p := range c.Phases {
		if p.Key != "" {
			keys = append(keys, p.Key)
		}
	}
	return keys
}

package appointments

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/tenancy"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
)

const maxNotes = 2000

// PrepareUpdate judges an update and says whether it needs time to be taken, which
// another person or service does.
func (s *Service) PrepareUpdate(ctx context.Context, tenantID string, _ time.Time, r appointment.UpdateRequest) (appointment.Change, error) {
	scope := s.db.Tenant(tenantID)
	b, err := find(ctx, scope, r.AppointmentID)
	if err != nil {
		return appointment.Change{}, err
	}
	change := appointment.Change{StartsAt: b.StartsAt, Appointment: b.View}
	if again, err := answered(ctx, scope, r.Command); err != nil || again {
		return change, err
	}
	if err := updatable(b, r); err != nil {
		return change, err
	}
	serviceID := b.ServiceID
	if !needsTime(b, r) {
		return change, nil
	}
	if r.ServiceID != "" {
		serviceID = r.ServiceID
	}
	service, l, err := updated(ctx, scope, b, serviceID, r.StaffID)
	if err != nil {
		return change, err
	}
	change.NeedsTime = true
	if serviceID == b.ServiceID {
		change.Demand = demandOf(b, service, r.StaffID)
	} else {
		p := appointment.Prepared{AppointmentID: b.AppointmentID, Request: appointment.BookRequest{BranchID: b.BranchID, CalendarUIDs: b.CalendarUIDs}}
		if err := fill(ctx, scope, &p, service, l, window{}); err != nil {
			return change, err
		}
		change.Demand = p.Demand
	}
	// The start stays, however soon or far it is.
	change.Demand.Notice, change.Demand.MaxDays = anyPast, anyDays
	return change, nil
}

// updated finds who does a service instead of what was booked: the person who is
// asked for, or else the one who has it now, unless that one does not do it.
func updated(ctx context.Context, scope store.Scope, b booking, serviceID, staffID string) (CatalogService, lineup, error) {
	if staffID == "" && len(b.StaffIDs) == 1 {
		service, l, err := substitute(ctx, scope, b, serviceID, b.StaffIDs[0])
		if refusal, ok := errors.AsType[*events.Refusal](err); !ok || refusal.Code != "staff_not_qualified" {
			return service, l, err
		}
	}
	return substitute(ctx, scope, b, serviceID, staffID)
}

// substitute finds who may do the service at the time of the appointment.
func substitute(ctx context.Context, scope store.Scope, b booking, serviceID, staffID string) (CatalogService, lineup, error) {
	service, _, err := serviceIn(ctx, scope, b.BranchID, serviceID)
	if err != nil {
		return service, lineup{}, err
	}
	branch, err := tenancy.FindBranch(ctx, scope, b.BranchID)
	if err != nil {
		return service, lineup{}, err
	}
	if !service.Active {
		return service, lineup{}, notOffered(ctx, scope, service, branch)
	}
	zone, err := branch.Location()
	if err != nil {
		return service, lineup{}, err
	}
	l, err := lineupFor(ctx, scope, service, b.BranchID, b.CustomerID, staffID, b.StartsAt, zone)
	return service, l, err
}

func needsTime(b booking, r appointment.UpdateRequest) bool {
	otherStaff := r.StaffID != "" && (len(b.StaffIDs) != 1 || b.StaffIDs[0] != r.StaffID)
	return otherStaff || r.ServiceID != "" && r.ServiceID != b.ServiceID
}

func updatable(b booking, r appointment.UpdateRequest) error {
	if err := permit(opUpdate, r.By, b); err != nil {
		return err
	}
	if err := expect(b, r.ExpectedVersion); err != nil {
		return err
	}
	if !isActive(b.Status) || b.Status == appointment.StatusBooking {
		return transition(b, "updated", actorOf(r.By))
	}
	if r.Notes != nil && len([]rune(*r.Notes)) > maxNotes {
		return events.Refuse("invalid_notes", "APT-26", "the notes have %d characters: %d is the most", len([]rune(*r.Notes)), maxNotes)
	}
	return nil
}

func (b *booking) details() appointment.Details {
	return appointment.Details{ServiceID: b.ServiceID, StaffIDs: b.StaffIDs, AttendeeName: b.AttendeeName, Notes: b.Notes, EndsAt: b.EndsAt, Price: b.Price}
}

// Update changes notes, attendee, staff or service, never the start. Another person
// or service needs the phases that were taken for it, as [Service.PrepareUpdate]
// says. What is there already changes nothing.
func (s *Service) Update(ctx context.Context, tenantID string, now time.Time, r appointment.UpdateRequest) (appointment.View, []events.Event, error) {
	return once(ctx, s.db.Tenant(tenantID), now, r.AppointmentID, r.ID, func(tx store.Scope, b *booking) (appointment.View, []events.Event, error) {
		if err := updatable(*b, r); err != nil {
			return b.View, nil, err
		}
		e := appointment.Updated{Before: b.details(), Changed: []string{}}
		note := func(field string) { e.Changed = append(e.Changed, field) }
		if r.Notes != nil && *r.Notes != b.Notes {
			b.Notes = *r.Notes
			note("notes")
		}
		if r.AttendeeName != nil && *r.AttendeeName != b.AttendeeName {
			b.AttendeeName = *r.AttendeeName
			note("attendee_name")
		}
		if needsTime(*b, r) {
			if err := b.replace(ctx, tx, r, note); err != nil {
				return b.View, nil, err
			}
		}
		if len(e.Changed) == 0 {
			return b.View, nil, nil
		}
		b.Version++
		if err := b.save(ctx, tx, now); err != nil {
			return b.View, nil, err
		}
		if err := b.load(ctx, tx); err != nil {
			return b.View, nil, err
		}
		e.Ref, e.After = b.Ref, b.details()
		return b.View, []events.Event{e}, nil
	})
}

// replace gives the appointment its new people or service, at the same start.
func (b *booking) replace(ctx context.Context, tx store.Scope, r appointment.UpdateRequest, note func(string)) error {
	if err := checkStaffed(ctx, tx, r.Phases); err != nil {
		return err
	}
	if !r.Phases[0].StartsAt.Equal(b.StartsAt) {
		return events.Refuse("wrong_time", "APT-26", "an update keeps the start %s: move the appointment instead", b.StartsAt.Format(time.RFC3339))
	}
	serviceID := b.ServiceID
	if r.ServiceID != "" && r.ServiceID != b.ServiceID {
		serviceID = r.ServiceID
		note("service_id")
	}
	service, l, err := updated(ctx, tx, *b, serviceID, r.StaffID)
	if err != nil {
		return err
	}
	if !slices.Equal(staffOf(r.Phases), b.StaffIDs) {
		note("staff_ids")
	}
	if serviceID != b.ServiceID {
		// Another service has another price; another person does the old one for the old.
		b.Price = appointment.Money{Cents: l.candidates[0].priceCents, Currency: service.Currency}
		for _, c := range l.candidates {
			if c.id == staffOf(r.Phases)[0] {
				b.Price.Cents = c.priceCents
			}
		}
	}
	b.ServiceID, b.service, b.EndsAt = serviceID, service, r.Phases[len(r.Phases)-1].EndsAt
	return b.savePhases(ctx, tx, service, r.Phases)
}

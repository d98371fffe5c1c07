package availability

import (
	"context"
	"strings"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/availability"
	outside "github.com/herald-bus/herald/events/calendar"
)

// NewImportBusyTime returns the listener that has a booking which was made outside
// take its host's time. Once an appointment has come of it, that counts instead.
func NewImportBusyTime(s *Service) events.Listener {
	return followEntry(s, "availability.import-busy-time", func(d events.Delivery[outside.BookingCreated]) []availability.BusyTime {
		return []availability.BusyTime{reported(d.Event.Booking)}
	})
}

// NewFollowBusyTime returns the one that has it take its new time, under its new
// name, if it has got one.
func NewFollowBusyTime(s *Service) events.Listener {
	return followEntry(s, "availability.import-busy-time", func(d events.Delivery[outside.BookingUpdated]) []availability.BusyTime {
		e := d.Event
		b := reported(e.Booking)
		if e.PreviousUID == "" || e.PreviousUID == e.UID {
			return []availability.BusyTime{b}
		}
		old := b
		old.ExternalUID, old.Status = e.PreviousUID, harmless[0]
		if e.PreviousEndsAt.After(e.PreviousStartsAt) {
			old.StartsAt, old.EndsAt = e.PreviousStartsAt, e.PreviousEndsAt
		}
		if e.PreviousStaffID != "" {
			old.StaffID = e.PreviousStaffID
		}
		return []availability.BusyTime{old, b}
	})
}

// NewDropBusyTime returns the listener that gives the time of a cancelled booking
// back.
func NewDropBusyTime(s *Service) events.Listener {
	return followEntry(s, "availability.drop-busy-time", func(d events.Delivery[outside.BookingCancelled]) []availability.BusyTime {
		b := reported(d.Event.Booking)
		b.Status = harmless[0]
		return []availability.BusyTime{b}
	})
}

// followEntry is the listener to any event of which entries of a calendar follow.
func followEntry[E events.Event](s *Service, name string, of func(events.Delivery[E]) []availability.BusyTime) events.Listener {
	return events.On(name, func(ctx context.Context, d events.Delivery[E]) error {
		scope, entries := s.db.Tenant(d.TenantID), of(d)
		var changes []events.Event
		for _, b := range entries {
			var err error
			if b.BranchID == "" {
				if b.BranchID, err = homeOf(ctx, scope, map[string]string{}, b.StaffID); err != nil {
					return err
				}
			}
			if b.BranchID == "" {
				return nil // neither place nor host is known: nobody is kept away
			}
			if b.AppointmentID, err = becomes(ctx, scope, d.TenantID, b, entries); err != nil {
				return err
			}
			announced, err := s.ImportBusyTime(ctx, d.TenantID, d.Now(), b)
			if refused(err) {
				return events.Permanent(err)
			}
			if err != nil {
				return err
			}
			changes = append(changes, announced...)
		}
		emit(d, together(changes))
		return nil
	}, events.Priority(90), events.Emits(availability.Changed{}))
}

// reported is the entry of a calendar that an event is about. Of the vendor's names
// for entries each connection has its own.
func reported(b outside.Booking) availability.BusyTime {
	return availability.BusyTime{
		Source: b.ConnectionID, ExternalUID: b.UID, StaffID: b.StaffID, BranchID: b.BranchID, StartsAt: b.StartsAt, EndsAt: b.EndsAt,
		AppointmentID: b.AppointmentID, SeenAt: b.OccurredAt,
	}
}

// becomes is the appointment that an entry belongs to: the one that it names, or that
// it belonged to under this or another of its names, or else the one that it becomes
// when it is imported.
func becomes(ctx context.Context, scope store.Scope, tenantID string, b availability.BusyTime, names []availability.BusyTime) (string, error) {
	if b.AppointmentID != "" {
		return b.AppointmentID, nil
	}
	for _, name := range names {
		known, err := store.All(ctx, scope, scanText, `SELECT DISTINCT appointment_id FROM busy_time
			WHERE tenant_id = $1 AND source = $2 AND external_uid = $3 AND appointment_id <> '' ORDER BY appointment_id`, name.Source, name.ExternalUID)
		if err != nil || len(known) > 0 {
			return strings.Join(known[:min(len(known), 1)], ""), err
		}
	}
	return imported(tenantID, b.Source, b.ExternalUID), nil
}

// imported is the id of the appointment that an entry becomes when it is imported.
func imported(tenantID, connectionID, uid string) string {
	return appointment.ID(tenantID, appointment.Calendar, outside.Key(connectionID, uid))
}

package availability

import (
	"context"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/availability"
	outside "github.com/herald-bus/herald/events/calendar"
)

// NewImportBusyTime returns the listener that has a booking which was made outside
// take its host's time. Once an appointment has come of it, that counts instead.
func NewImportBusyTime(s *Service) events.Listener {
	return followEntry(s, "availability.import-busy-time", func(d events.Delivery[outside.BookingCreated]) []availability.BusyTime {
		b := reported(d.TenantID, d.Event.Booking)
		if d.Event.AppointmentID == "" {
			b.AppointmentID = appointment.ID(d.TenantID, appointment.Calendar, d.Event.IdempotencyKey)
		}
		return []availability.BusyTime{b}
	})
}

// NewFollowBusyTime returns the one that has it take its new time, under its new
// name, if it has got one.
func NewFollowBusyTime(s *Service) events.Listener {
	return followEntry(s, "availability.import-busy-time", func(d events.Delivery[outside.BookingUpdated]) []availability.BusyTime {
		e := d.Event
		b := reported(d.TenantID, e.Booking)
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
		b := reported(d.TenantID, d.Event.Booking)
		b.Status = harmless[0]
		return []availability.BusyTime{b}
	})
}

// followEntry is the listener to any event of which entries of a calendar follow.
func followEntry[E events.Event](s *Service, name string, of func(events.Delivery[E]) []availability.BusyTime) events.Listener {
	return events.On(name, func(ctx context.Context, d events.Delivery[E]) error {
		var changes []events.Event
		for _, b := range of(d) {
			if b.BranchID == "" {
				home, err := homeOf(ctx, s.db.Tenant(d.TenantID), map[string]string{}, b.StaffID)
				if err != nil {
					return err
				}
				b.BranchID = home
			}
			if b.BranchID == "" {
				return nil // neither place nor host is known: nobody is kept away
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
func reported(tenantID string, b outside.Booking) availability.BusyTime {
	if b.AppointmentID == "" {
		b.AppointmentID = imported(tenantID, b.ConnectionID, b.UID)
	}
	return availability.BusyTime{
		Source: b.ConnectionID, ExternalUID: b.UID, StaffID: b.StaffID, BranchID: b.BranchID, StartsAt: b.StartsAt, EndsAt: b.EndsAt,
		AppointmentID: b.AppointmentID, SeenAt: b.OccurredAt,
	}
}

// imported is the id of the appointment that an entry becomes when it is imported.
func imported(tenantID, connectionID, uid string) string {
	return appointment.ID(tenantID, appointment.Calendar, outside.Key(connectionID, uid))
}

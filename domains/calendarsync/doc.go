// Package calendarsync is the domain that keeps a calendar outside equal to our
// appointments: a vendor's, or .ics files where there is no vendor.
//
// It owns
//   - calendar_link: what the calendar should show of an appointment, and what it
//     was last told
//
// It announces nothing itself yet; what is published of a calendar is of its types:
//   - calendar.booking_created, calendar.booking_updated, calendar.booking_cancelled
//   - calendar.sync_completed, calendar.sync_failed, calendar.window_synced
//   - calendar.absence_recorded, calendar.drift_detected, calendar.conflict_detected
//
// It reacts to
//   - appointment.created: calendarsync.push-new-appointment
//   - appointment.confirmed: calendarsync.push-confirmation
//   - appointment.updated: calendarsync.push-change
//   - appointment.rescheduled: calendarsync.push-reschedule
//   - appointment.cancelled: calendarsync.push-cancellation
//
// They come in any order: whoever is late tells the calendar what counts now, not
// what counted then.
package calendarsync

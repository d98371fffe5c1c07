// Package availability is the domain of free time: it says when somebody is free
// and is the only one that decides who gets a time.
//
// It owns
//   - branch_calendar, opening_interval: when a branch is open
//   - staff_calendar, working_interval, break_interval: when a person works
//   - day_exception, holiday_override, absence: what is otherwise on some dates
//   - claim, hold, offer, group_session, seat: who has which time of whom
//   - busy_time, stale_mark: what calendars outside report, and whether they do
//   - day_version: how often what is known of a person's day has changed
//
// It announces
//   - availability.changed
//   - availability.slot_held
//   - availability.slot_booked
//   - availability.slot_released
//   - availability.conflict_found
//
// It reacts to
//   - appointment.cancelled, booking_failed: availability.free-slot
//   - appointment.completed, no_show: availability.give-back-rest
//   - availability.changed: availability.drop-cached-days, availability.find-conflicts, availability.warm-days
//   - availability.slot_held, slot_booked, slot_released: availability.drop-cached-days
//   - call.started: availability.warm-up-slots
//   - call.ended: availability.release-call-holds
//   - calendar.booking_created, booking_updated: availability.import-busy-time
//   - calendar.booking_cancelled: availability.drop-busy-time
//   - calendar.absence_recorded: availability.record-calendar-absence
//   - calendar.window_synced: availability.reconcile-busy-times
//   - resilience.service_degraded, service_recovered: availability.mark-calendar-stale
//
// By itself it removes what has served its time: [Service.TidyAll].
//
// It knows no customers, prices or policies: who asks brings a demand. Finding
// free time is a pure function of plans, claims and that demand; what it finds is
// no promise. A hold is one, and the schema keeps it.
package availability

// Package appointments is the domain of bookings: what can be booked, on which
// terms, and what becomes of it. It never computes free time, which it asks for by
// a demand, and it never talks to a calendar.
//
// It owns
//   - service, service_override, service_staff, staff, branch_booking and
//     assignment_config: the catalogue
//   - policy: the terms, in pieces by tenant, branch, service and staff member
//   - appointment and appointment_phase: the bookings; no two of one person overlap
//   - modification: what was cancelled and moved, by whom and at what price; it
//     only grows
//   - command_answer: what commands were answered with
//   - series, callback, callback_escalation, wish, wish_match, and request: what was
//     asked for and refused or offered, for 30 days
//   - restriction and customer_move: what it has to know of customers
//   - calendar_entry: which appointment an entry of a calendar outside belongs to
//
// It announces the types of package appointment. A booking is a saga that somebody
// else runs, by way of [Service.Prepare], [Service.Record], [Service.Confirm] and
// [Service.MarkFailed]; what a command leads to is returned by it and published by
// whoever gave it.
//
// It reacts to
//   - appointment.created: appointments.resolve-wishes
//   - appointment.booking_failed: appointments.open-failsafe-callback
//   - availability.slot_released: appointments.match-wishes
//   - availability.conflict_found: appointments.settle-conflict
//   - call.ended, analyzed: appointments.record-lost-wish
//   - call.failed: appointments.call-back-dropped-caller
//   - call.customer_linked: appointments.adopt-caller
//   - customer.merged, unmerged: appointments.move-to-surviving-customer
//   - customer.erased: appointments.forget-customer
//   - customer.booking_restricted: appointments.note-restriction
//   - calendar.booking_created: appointments.import-calendar-booking
//   - calendar.booking_updated: appointments.follow-calendar-change
//   - calendar.booking_cancelled: appointments.follow-calendar-cancellation
//   - calendar.sync_completed: appointments.note-calendar-state
//   - calendar.sync_failed, drift_detected, conflict_detected: appointments.flag-for-review
//
// What it decides about an appointment because of an event, it has the appointment's
// life do: see [Lives].
//
// By itself it ends and removes what has served its time: [Service.TidyAll].
package appointments

// Package analytics is the domain that counts. It owns
//   - fact_booking: what became of an appointment
//   - fact_lost: a booking that did not come about, or a wish that stayed one
//   - fact_call: what became of a telephone call, and what it has cost
//   - fact_message: whether a message got through
//   - fact_sync: whether a calendar is in step
//   - fact_incident: when a dependency was not well
//   - agg_visits_daily, agg_bookings_daily, agg_calls_daily, agg_messages_daily: the
//     figures of a day
//   - dirty_day: the days whose figures are not those of the facts any more
//
// It announces nothing.
//
// It reacts to
//   - appointment.created: analytics.record-booking
//   - appointment.confirmed: analytics.record-confirmation
//   - appointment.updated: analytics.record-change
//   - appointment.rescheduled: analytics.record-reschedule
//   - appointment.cancelled: analytics.record-cancellation
//   - appointment.completed: analytics.record-visit
//   - appointment.no_show: analytics.record-no-show
//   - appointment.booking_failed: analytics.record-lost-booking
//   - appointment.wish_recorded: analytics.record-wish
//   - appointment.callback_requested: analytics.record-callback
//   - appointment.callback_completed, appointment.callback_expired: analytics.record-callback-end
//   - call.started: analytics.record-call-start
//   - call.ended: analytics.record-call-end
//   - call.analyzed: analytics.record-call-analysis
//   - call.cost_settled: analytics.record-call-cost
//   - call.failed: analytics.record-call-failure
//   - call.appointment_booked: analytics.record-conversion
//   - notification.sent: analytics.record-send
//   - notification.delivered: analytics.record-delivery
//   - notification.failed: analytics.record-send-failure
//   - calendar.sync_completed: analytics.record-sync
//   - calendar.sync_failed: analytics.record-sync-failure
//   - calendar.drift_detected: analytics.record-drift
//   - resilience.service_degraded: analytics.record-degradation
//   - resilience.service_recovered: analytics.record-recovery
//   - customer.created: analytics.record-customer
//   - customer.erased: analytics.forget-customer
//   - customer.merged: analytics.fold-customer
//
// Events may arrive twice and in any order: of each field of a fact the value that
// happened last counts. Figures are never counted up: a fact marks the days that it
// touches, and those are computed anew, by [Facts.Recompute] in the worker every 30
// seconds and before each [Facts.Report]. A [Rebuilder] makes facts anew from what the
// audit trail knows.
package analytics

// Package analytics is the domain of figures: one fact an object, from which every
// sum can be computed again, so that nothing is ever counted twice.
//
// It owns
//   - fact_booking: what became of an appointment
//   - fact_call: what became of a telephone call
//
// It announces nothing.
//
// It reacts to
//   - appointment.created: analytics.record-booking
//   - appointment.cancelled: analytics.record-cancellation
//   - call.started: analytics.record-call-start
//
// Events may arrive twice and in any order: of each field of a fact the value that
// happened last counts.
package analytics

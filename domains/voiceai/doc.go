// Package voiceai is the domain of telephone calls that an agent answers.
//
// It owns nothing yet: calls are published by whoever takes them.
//
// It announces
//   - call.started, call.ended, call.analyzed, call.failed
//   - call.appointment_booked, call.customer_linked, call.cost_settled
//
// It reacts to nothing.
package voiceai

// Package analytics keeps the figures: one fact an appointment or call, from which
// every sum can be computed again.
//
// It owns the facts. It announces nothing. It reacts to appointment.created,
// appointment.cancelled and call.started.
package analytics

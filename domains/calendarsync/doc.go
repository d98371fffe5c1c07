// Package calendarsync keeps the calendar vendor's bookings equal to ours.
//
// It owns nothing yet but the connection. It reacts to appointment.created and
// appointment.cancelled.
package calendarsync

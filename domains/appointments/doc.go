// Package appointments is the domain of bookings.
//
// It owns nothing yet: bookings are made elsewhere and published.
//
// It announces
//   - appointment.created
//   - appointment.cancelled
//
// It reacts to nothing.
package appointments

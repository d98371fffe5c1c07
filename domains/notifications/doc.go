// Package notifications tells people about their appointments.
//
// It owns the messages. It announces notification.confirmation_required and
// notification.sent. It reacts to appointment.created and to
// notification.confirmation_required.
package notifications

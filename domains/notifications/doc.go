// Package notifications is the domain of messages to people: whether somebody is
// told, in what words, and by which way.
//
// It owns
//   - notification_delivery: which message went out, when and how
//
// It announces
//   - notification.confirmation_required
//   - notification.sent
//
// It reacts to
//   - appointment.created: notifications.require-confirmation
//   - notification.confirmation_required: notifications.plan-confirmation
package notifications

// Package notifications is the domain of messages to people: whether somebody is
// told, in what words, and by which way.
//
// It owns
//   - notification_delivery: which message went out, when and how
//   - recipient, recipient_consent, recipient_merge: how customers are reached, what
//     they agree to, and who is the same person: a copy of what their events say
//
// It announces
//   - notification.confirmation_required
//   - notification.sent; how it went on is published as notification.delivered,
//     notification.failed and notification.unsubscribed
//
// It reacts to
//   - customer.created, updated, consent_changed, merged, unmerged: notifications.track-recipient
//   - customer.erased: notifications.forget-recipient
//   - appointment.created, appointment.confirmed: notifications.require-confirmation
//   - notification.confirmation_required: notifications.plan-confirmation
package notifications

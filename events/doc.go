// Package events is the contract between the domains and the bus.
//
// A domain announces a fact by publishing an [Event], or by emitting one from a
// [Listener]; every listener that is subscribed to the type of the event is then
// called. This is what the bus promises, and what it asks in return:
//
//   - One event id starts at most one delivery. A second publish of the same id
//     answers with the receipt of the first ([Receipt.Duplicate]).
//   - When Publish returns without an error the event is durable, and every
//     listener that was planned for it will be called, whatever is killed.
//   - Listeners run from the highest [Priority] to the lowest, ties by name. A
//     [Sync] listener runs when all before it are done; the others start in that
//     order, all at once.
//   - A listener's failure never keeps the event from the others. An error is
//     tried again; wrap it with [Permanent] or [RetryAfter] to say otherwise.
//   - A listener is called at least once. It must have its effect once per
//     [Delivery.IdempotencyKey], however often it is called.
//   - What a listener emits is published exactly once, and only if that listener
//     succeeds, under an id derived from the event, the listener and the position.
//
// The package knows neither Temporal nor any business: it imports the standard
// library, uuid and CloudEvents.
package events

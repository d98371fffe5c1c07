// Package workflows is what is deterministic: the delivery of one event, the life of
// an appointment, and single steps on their own. Beside it is the client's side of
// each: the publisher, the event log, redrive, and the commands.
//
// A workflow never reads the registry, the clock or the configuration. Everything
// that depends on the deployment is decided by an activity and recorded. So a
// history replays whatever listeners there are today; tests/replay proves it for
// every history ever recorded.
package workflows

// Package workflows is the journey of an event: one workflow per event, which
// delivers it to its listeners, and the client side that starts such workflows,
// repeats what failed, and reads the histories back as the event log.
//
// deliver.go is deterministic: it never reads the registry, the clock or the
// configuration. Everything that depends on the deployment is decided by the plan
// activity and recorded. So a history replays whatever listeners there are today;
// tests/replay proves it for every history ever recorded.
package workflows

// Package resilience is the domain of the services that we depend on, and of how
// well they are.
//
// It owns nothing yet: that a service is unwell is published by whoever notices.
//
// It announces
//   - resilience.service_degraded, resilience.service_recovered
//
// It reacts to nothing.
package resilience

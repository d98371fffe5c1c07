// Package bench compares deliveries with bare workflows: on one server, in one run,
// in turns, so that the ratios mean something where the times do not.
package bench

// Package activities runs what workflows call: the plan of a delivery, each listener
// under its own name, and the steps of an appointment's life, which are services of
// the domains behind small interfaces. It also says what an error means to Temporal.
package activities

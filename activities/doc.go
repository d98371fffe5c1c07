// Package activities runs listeners on Temporal: the plan of a delivery, each
// listener as an activity of its own name, and what a listener's error means to
// Temporal. It knows no listener; the registry does.
package activities

// Package harness builds and runs the real processes: the embedded Temporal
// server, the worker and the starter. The demo, the end-to-end tests, the chaos
// tests and the benchmarks share it. Everything listens on loopback and is ended
// by its process, never by a name.
package harness

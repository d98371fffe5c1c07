// Package types stands in for the AWS Lambda enumerations; see
// stubs/README.md.
package types

// InvocationType says how a function is called.
type InvocationType string

// InvocationTypeEvent calls a function without waiting for its answer.
const InvocationTypeEvent InvocationType = "Event"

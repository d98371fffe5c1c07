// Package v1 stands in for the Kubernetes option types; see stubs/README.md.
package v1

// GetOptions carries nothing here.
type GetOptions struct{}

// UpdateOptions carries nothing here.
type UpdateOptions struct{}

// Package rest stands in for the Kubernetes connection settings; see
// stubs/README.md.
package rest

import "errors"

// Config carries nothing here.
type Config struct{}

// InClusterConfig always answers that it is unsupported.
func InClusterConfig() (*Config, error) { return nil, errors.ErrUnsupported }

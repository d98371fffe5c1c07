// Package clientcmd stands in for the kubeconfig reader; see stubs/README.md.
package clientcmd

import (
	"errors"

	"k8s.io/client-go/rest"
)

// Config is a kubeconfig that was never read.
type Config struct{}

// ConfigOverrides names the context to use.
type ConfigOverrides struct{ CurrentContext string }

// Load always answers that it is unsupported.
func Load([]byte) (*Config, error) { return nil, errors.ErrUnsupported }

// NewDefaultClientConfig returns the Config it is given.
func NewDefaultClientConfig(c Config, _ *ConfigOverrides) Config { return c }

// ClientConfig always answers that it is unsupported.
func (Config) ClientConfig() (*rest.Config, error) { return nil, errors.ErrUnsupported }

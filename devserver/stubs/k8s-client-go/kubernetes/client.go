// Package kubernetes stands in for the Kubernetes client; see stubs/README.md.
package kubernetes

import (
	"context"
	"errors"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
)

// Interface is the part of the client that scales deployments.
type Interface interface {
	AppsV1() Apps
}

// Apps finds deployments.
type Apps struct{}

// Deployments is the deployments of one namespace.
type Deployments struct{}

// Scale is how many replicas a deployment has.
type Scale struct {
	Spec struct{ Replicas int32 }
}

// NewForConfig always answers that it is unsupported.
func NewForConfig(*rest.Config) (Interface, error) { return nil, errors.ErrUnsupported }

// Deployments returns the deployments of a namespace.
func (Apps) Deployments(string) Deployments { return Deployments{} }

// Get always answers that it is unsupported.
func (Deployments) Get(context.Context, string, metav1.GetOptions) (any, error) {
	return nil, errors.ErrUnsupported
}

// GetScale always answers that it is unsupported.
func (Deployments) GetScale(context.Context, string, metav1.GetOptions) (*Scale, error) {
	return nil, errors.ErrUnsupported
}

// UpdateScale always answers that it is unsupported.
func (Deployments) UpdateScale(context.Context, string, *Scale, metav1.UpdateOptions) (*Scale, error) {
	return nil, errors.ErrUnsupported
}

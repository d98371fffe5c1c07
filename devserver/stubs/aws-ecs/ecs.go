// Package ecs stands in for the Amazon ECS client; see stubs/README.md.
package ecs

import (
	"context"
	"errors"
)

// Options carries nothing here.
type Options struct{}

// Client reaches nothing.
type Client struct{}

// Service is one ECS service.
type Service struct{ Status *string }

// Failure says why a service was not described.
type Failure struct{ Reason *string }

// DescribeServicesInput names services.
type DescribeServicesInput struct {
	Cluster  *string
	Services []string
}

// DescribeServicesOutput lists what was found and what was not.
type DescribeServicesOutput struct {
	Services []Service
	Failures []Failure
}

// UpdateServiceInput asks for a number of tasks.
type UpdateServiceInput struct {
	Cluster, Service *string
	DesiredCount     *int32
}

// UpdateServiceOutput carries nothing here.
type UpdateServiceOutput struct{}

// NewFromConfig returns a Client that reaches nothing.
func NewFromConfig(any, ...func(*Options)) *Client { return &Client{} }

// DescribeServices always answers that it is unsupported.
func (*Client) DescribeServices(context.Context, *DescribeServicesInput, ...func(*Options)) (*DescribeServicesOutput, error) {
	return nil, errors.ErrUnsupported
}

// UpdateService always answers that it is unsupported.
func (*Client) UpdateService(context.Context, *UpdateServiceInput, ...func(*Options)) (*UpdateServiceOutput, error) {
	return nil, errors.ErrUnsupported
}

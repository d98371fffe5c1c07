// Package run stands in for the Cloud Run client; see stubs/README.md.
package run

import (
	"context"
	"errors"

	"cloud.google.com/go/run/apiv2/runpb"
	"google.golang.org/api/option"
)

// WorkerPoolsClient reaches nothing.
type WorkerPoolsClient struct{}

// NewWorkerPoolsClient always answers that it is unsupported.
func NewWorkerPoolsClient(context.Context, ...option.ClientOption) (*WorkerPoolsClient, error) {
	return nil, errors.ErrUnsupported
}

// Close does nothing.
func (*WorkerPoolsClient) Close() error { return nil }

// GetWorkerPool always answers that it is unsupported.
func (*WorkerPoolsClient) GetWorkerPool(context.Context, *runpb.GetWorkerPoolRequest) (*runpb.WorkerPool, error) {
	return nil, errors.ErrUnsupported
}

// UpdateWorkerPool always answers that it is unsupported.
func (*WorkerPoolsClient) UpdateWorkerPool(context.Context, *runpb.UpdateWorkerPoolRequest) (any, error) {
	return nil, errors.ErrUnsupported
}

// Package runpb stands in for the Cloud Run messages; see stubs/README.md.
package runpb

import "google.golang.org/protobuf/types/known/fieldmaskpb"

// GetWorkerPoolRequest names a worker pool.
type GetWorkerPoolRequest struct{ Name string }

// UpdateWorkerPoolRequest changes a worker pool.
type UpdateWorkerPoolRequest struct {
	WorkerPool *WorkerPool
	UpdateMask *fieldmaskpb.FieldMask
}

// WorkerPool is a set of workers.
type WorkerPool struct {
	Name    string
	Scaling *WorkerPoolScaling
}

// WorkerPoolScaling says how many workers there are.
type WorkerPoolScaling struct{ ManualInstanceCount *int32 }

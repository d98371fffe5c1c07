// Package storage stands in for the Google Cloud Storage client, which the
// server's archiver names; see stubs/README.md.
package storage

import (
	"context"
	"errors"

	"google.golang.org/api/option"
)

// ScopeFullControl is the permission the archiver asks for.
const ScopeFullControl = "https://www.googleapis.com/auth/devstorage.full_control"

// Client reaches nothing.
type Client struct{}

// BucketHandle is a bucket that is not there.
type BucketHandle struct{}

// BucketAttrs carries nothing here.
type BucketAttrs struct{}

// ObjectHandle is an object that is not there.
type ObjectHandle struct{}

// ObjectAttrs names an object.
type ObjectAttrs struct{ Name string }

// ObjectIterator finds nothing.
type ObjectIterator struct{}

// Query selects objects by prefix.
type Query struct{ Prefix string }

// Reader reads nothing.
type Reader struct{}

// Writer writes nothing.
type Writer struct{}

// NewClient always answers that it is unsupported.
func NewClient(context.Context, ...option.ClientOption) (*Client, error) {
	return nil, errors.ErrUnsupported
}

// Bucket returns a bucket that is not there.
func (*Client) Bucket(string) *BucketHandle { return &BucketHandle{} }

// Object returns an object that is not there.
func (*BucketHandle) Object(string) *ObjectHandle { return &ObjectHandle{} }

// Objects returns an iterator that finds nothing.
func (*BucketHandle) Objects(context.Context, *Query) *ObjectIterator { return &ObjectIterator{} }

// Attrs always answers that it is unsupported.
func (*BucketHandle) Attrs(context.Context) (*BucketAttrs, error) { return nil, errors.ErrUnsupported }

// Attrs always answers that it is unsupported.
func (*ObjectHandle) Attrs(context.Context) (*ObjectAttrs, error) { return nil, errors.ErrUnsupported }

// NewReader always answers that it is unsupported.
func (*ObjectHandle) NewReader(context.Context) (*Reader, error) { return nil, errors.ErrUnsupported }

// NewWriter returns a Writer that refuses every byte.
func (*ObjectHandle) NewWriter(context.Context) *Writer { return &Writer{} }

// Next always answers that it is unsupported.
func (*ObjectIterator) Next() (*ObjectAttrs, error) { return nil, errors.ErrUnsupported }

// Read always answers that it is unsupported.
func (*Reader) Read([]byte) (int, error) { return 0, errors.ErrUnsupported }

// Close does nothing.
func (*Reader) Close() error { return nil }

// Write always answers that it is unsupported.
func (*Writer) Write([]byte) (int, error) { return 0, errors.ErrUnsupported }

// Close does nothing.
func (*Writer) Close() error { return nil }

// CloseWithError does nothing.
func (*Writer) CloseWithError(error) error { return nil }

// Package lambda stands in for the AWS Lambda client; see stubs/README.md.
package lambda

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// Options carries nothing here.
type Options struct{}

// Client reaches nothing.
type Client struct{}

// InvokeInput names the function to call.
type InvokeInput struct {
	FunctionName   *string
	InvocationType types.InvocationType
}

// InvokeOutput is what a function answers.
type InvokeOutput struct{ FunctionError *string }

// GetFunctionInput names a function.
type GetFunctionInput struct{ FunctionName *string }

// GetFunctionOutput carries nothing here.
type GetFunctionOutput struct{}

// NewFromConfig returns a Client that reaches nothing.
func NewFromConfig(any, ...func(*Options)) *Client { return &Client{} }

// Invoke always answers that it is unsupported.
func (*Client) Invoke(context.Context, *InvokeInput, ...func(*Options)) (*InvokeOutput, error) {
	return nil, errors.ErrUnsupported
}

// GetFunction always answers that it is unsupported.
func (*Client) GetFunction(context.Context, *GetFunctionInput, ...func(*Options)) (*GetFunctionOutput, error) {
	return nil, errors.ErrUnsupported
}

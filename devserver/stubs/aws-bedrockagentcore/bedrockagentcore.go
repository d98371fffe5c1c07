// Package bedrockagentcore stands in for the Bedrock AgentCore data client;
// see stubs/README.md.
package bedrockagentcore

import (
	"context"
	"errors"
	"io"
)

// Options carries nothing here.
type Options struct{}

// Client reaches nothing.
type Client struct{}

// InvokeAgentRuntimeInput names the runtime to call.
type InvokeAgentRuntimeInput struct {
	AgentRuntimeArn, AccountId, ContentType, Qualifier *string
	Payload                                            []byte
}

// InvokeAgentRuntimeOutput is what a runtime answers.
type InvokeAgentRuntimeOutput struct {
	Response   io.ReadCloser
	StatusCode *int32
}

// NewFromConfig returns a Client that reaches nothing.
func NewFromConfig(any, ...func(*Options)) *Client { return &Client{} }

// InvokeAgentRuntime always answers that it is unsupported.
func (*Client) InvokeAgentRuntime(context.Context, *InvokeAgentRuntimeInput, ...func(*Options)) (*InvokeAgentRuntimeOutput, error) {
	return nil, errors.ErrUnsupported
}

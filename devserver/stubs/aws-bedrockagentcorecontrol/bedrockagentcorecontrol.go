// Package bedrockagentcorecontrol stands in for the Bedrock AgentCore control
// client; see stubs/README.md.
package bedrockagentcorecontrol

import (
	"context"
	"errors"
)

// Options carries nothing here.
type Options struct{}

// Client reaches nothing.
type Client struct{}

// GetAgentRuntimeEndpointInput names an endpoint.
type GetAgentRuntimeEndpointInput struct{ AgentRuntimeId, EndpointName *string }

// GetAgentRuntimeEndpointOutput carries nothing here.
type GetAgentRuntimeEndpointOutput struct{}

// NewFromConfig returns a Client that reaches nothing.
func NewFromConfig(any, ...func(*Options)) *Client { return &Client{} }

// GetAgentRuntimeEndpoint always answers that it is unsupported.
func (*Client) GetAgentRuntimeEndpoint(context.Context, *GetAgentRuntimeEndpointInput, ...func(*Options)) (*GetAgentRuntimeEndpointOutput, error) {
	return nil, errors.ErrUnsupported
}

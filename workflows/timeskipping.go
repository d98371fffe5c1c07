package workflows

import (
	"context"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/grpc"

	"github.com/herald-bus/herald/events"
)

type timeSkippingKey struct{}

// withTimeSkipping marks the calls that start the workflow of an event which
// asks for time skipping.
func withTimeSkipping(ctx context.Context, env events.Envelope) context.Context {
	if !env.TimeSkipping() {
		return ctx
	}
	return context.WithValue(ctx, timeSkippingKey{}, true)
}

// TimeSkippingInterceptor sets the server's time skipping on the starts of events
// that ask for it; the SDK has no option for it. The server must allow it, as the
// embedded one does and a production one does not.
func TimeSkippingInterceptor() grpc.UnaryClientInterceptor {
	return func(ctx context.Context, method string, request, reply any, conn *grpc.ClientConn, invoke grpc.UnaryInvoker, options ...grpc.CallOption) error {
		if ctx.Value(timeSkippingKey{}) != nil {
			skipTime(request)
		}
		return invoke(ctx, method, request, reply, conn, options...)
	}
}

func skipTime(request any) {
	switch r := request.(type) {
	case *workflowservice.StartWorkflowExecutionRequest:
		r.TimeSkippingConfig = &commonpb.TimeSkippingConfig{Enabled: true}
	case *workflowservice.ExecuteMultiOperationRequest:
		for _, operation := range r.GetOperations() {
			if start := operation.GetStartWorkflow(); start != nil {
				skipTime(start)
			}
		}
	}
}

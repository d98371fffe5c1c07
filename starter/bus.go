package main

import (
	"context"
	"fmt"
	"time"

	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/grpc"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/internal/temporalclient"
	"github.com/herald-bus/herald/workflows"
)

// A bus is the server's side of the commands.
type bus interface {
	events.Publisher
	Redrive(ctx context.Context, eventID string, options workflows.RedriveOptions) (events.Receipt, error)
	Describe(ctx context.Context, eventID string) (workflows.Story, error)
	List(ctx context.Context, filter workflows.Filter, pageSize int, pageToken []byte) ([]workflows.Record, []byte, error)
	Trace(ctx context.Context, correlationID string) ([]*workflows.Node, error)
	Server(ctx context.Context) (serverInfo, error)
	Namespace() string
	Close()
}

// serverInfo is what we are connected to.
type serverInfo struct {
	Address   string `json:"address"`
	Namespace string `json:"namespace"`
	Version   string `json:"version,omitzero"`
}

// temporalBus is the bus over a connection to Temporal.
type temporalBus struct {
	*workflows.Publisher
	*workflows.Log
	connection *temporalclient.Connection
}

// connect dials the server.
func connect(ctx context.Context, o temporalclient.Options, taskQueue string) (bus, error) {
	o.DialOptions = append(o.DialOptions, grpc.WithChainUnaryInterceptor(workflows.TimeSkippingInterceptor()))
	connection, err := temporalclient.Dial(ctx, o)
	if err != nil {
		return nil, err
	}
	config := workflows.Config{Namespace: connection.Namespace, TaskQueue: taskQueue}
	return &temporalBus{
		Publisher:  workflows.NewPublisher(connection.Client, config),
		Log:        workflows.NewLog(connection.Client, config),
		connection: connection,
	}, nil
}

func (b *temporalBus) Close() { b.connection.Client.Close() }

// Namespace returns the namespace of the connection.
func (b *temporalBus) Namespace() string { return b.connection.Namespace }

// Server asks the server for its version.
func (b *temporalBus) Server(ctx context.Context) (serverInfo, error) {
	const limit = 5 * time.Second
	info := serverInfo{Address: b.connection.Address, Namespace: b.connection.Namespace}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	answer, err := b.connection.Client.WorkflowService().GetSystemInfo(ctx, &workflowservice.GetSystemInfoRequest{})
	if err != nil {
		return info, fmt.Errorf("ask the server for its version: %w", err)
	}
	info.Version = answer.GetServerVersion()
	return info, nil
}

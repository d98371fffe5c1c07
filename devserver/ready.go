package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// pollInterval is the pause between two looks at what is not ready yet.
const pollInterval = 10 * time.Millisecond

// awaitReady returns once every service has done something for every
// namespace, so that whoever reads the ready line need not try twice.
func (s *Server) awaitReady(ctx context.Context) error {
	conn, err := grpc.NewClient(frontendAddress(&s.opts, s.ports), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return fmt.Errorf("connect to the server: %w", err)
	}
	defer conn.Close()

	for _, namespace := range s.opts.allNamespaces() {
		for _, ask := range probes(workflowservice.NewWorkflowServiceClient(conn), namespace) {
			if err := s.poll(ctx, ask); err != nil {
				return fmt.Errorf("wait for the server: %w", err)
			}
		}
	}
	for _, namespace := range s.opts.Namespaces {
		if err := s.ensureSearchAttributes(ctx, operatorservice.NewOperatorServiceClient(conn), namespace); err != nil {
			return err
		}
	}
	if s.ui == nil {
		return nil
	}
	return s.poll(ctx, func(ctx context.Context) error { return probeUI(ctx, uiURL(&s.opts, s.ports)) })
}

// probes are one call for each service: frontend, history, matching, and the
// visibility store.
func probes(client workflowservice.WorkflowServiceClient, namespace string) []func(context.Context) error {
	const nothing = "devserver-ready"
	return []func(context.Context) error{
		func(ctx context.Context) error {
			_, err := client.DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: namespace})
			return err
		},
		func(ctx context.Context) error {
			_, err := client.DescribeWorkflowExecution(ctx, &workflowservice.DescribeWorkflowExecutionRequest{
				Namespace: namespace,
				Execution: &commonpb.WorkflowExecution{WorkflowId: nothing},
			})
			var notFound *serviceerror.NotFound
			if errors.As(serviceerror.FromStatus(serviceerror.ToStatus(err)), &notFound) {
				return nil
			}
			return err
		},
		func(ctx context.Context) error {
			_, err := client.DescribeTaskQueue(ctx, &workflowservice.DescribeTaskQueueRequest{
				Namespace:     namespace,
				TaskQueue:     &taskqueuepb.TaskQueue{Name: nothing},
				TaskQueueType: enumspb.TASK_QUEUE_TYPE_WORKFLOW,
			})
			return err
		},
		func(ctx context.Context) error {
			_, err := client.CountWorkflowExecutions(ctx, &workflowservice.CountWorkflowExecutionsRequest{Namespace: namespace})
			return err
		},
	}
}

func probeUI(ctx context.Context, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/healthz", nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the Web UI answered %s", response.Status)
	}
	return nil
}

// poll asks until there is no error, the server fails, or ctx is done.
func (s *Server) poll(ctx context.Context, ask func(context.Context) error) error {
	for {
		attempt, cancel := context.WithTimeout(ctx, 5*time.Second)
		err := ask(attempt)
		cancel()
		if err == nil {
			return nil
		}
		select {
		case failure := <-s.log.failed:
			return failure
		case <-ctx.Done():
			return errors.Join(context.Cause(ctx), err)
		case <-time.After(pollInterval):
		}
	}
}

// ensureSearchAttributes adds what a namespace lacks because it was created,
// in an earlier life of the database, with fewer.
func (s *Server) ensureSearchAttributes(ctx context.Context, client operatorservice.OperatorServiceClient, namespace string) error {
	if len(s.opts.SearchAttributes) == 0 {
		return nil
	}
	existing, err := client.ListSearchAttributes(ctx, &operatorservice.ListSearchAttributesRequest{Namespace: namespace})
	if err != nil {
		return fmt.Errorf("list the search attributes of %s: %w", namespace, err)
	}
	missing := map[string]enumspb.IndexedValueType{}
	for name, want := range s.opts.SearchAttributes {
		switch have, ok := existing.GetCustomAttributes()[name]; {
		case !ok:
			missing[name] = want
		case have != want:
			return fmt.Errorf("--search-attribute %s=%v: in namespace %s it is already of type %v", name, want, namespace, have)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	_, err = client.AddSearchAttributes(ctx, &operatorservice.AddSearchAttributesRequest{Namespace: namespace, SearchAttributes: missing})
	if err != nil {
		return fmt.Errorf("add search attributes to %s: %w", namespace, err)
	}
	return nil
}

package temporalclient

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
)

// AddSearchAttributes registers the wanted search attributes that the namespace
// lacks, waits until the server knows them, and returns their names. One that is
// there with another type is an error. Two processes that start at once may both
// try: the second finds them there.
func (c *Connection) AddSearchAttributes(ctx context.Context, wanted map[string]enumspb.IndexedValueType) ([]string, error) {
	operator := c.Client.OperatorService()
	listed, err := operator.ListSearchAttributes(ctx, &operatorservice.ListSearchAttributesRequest{Namespace: c.Namespace})
	if _, missing := errors.AsType[*serviceerror.NamespaceNotFound](err); missing {
		return nil, fmt.Errorf("namespace %s does not exist: create it, or set TEMPORAL_NAMESPACE", c.Namespace)
	}
	if err != nil {
		return nil, fmt.Errorf("list search attributes of namespace %s: %w", c.Namespace, err)
	}
	missing := map[string]enumspb.IndexedValueType{}
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		switch have, ok := listed.GetCustomAttributes()[name]; {
		case !ok:
			missing[name] = wanted[name]
		case have != wanted[name]:
			return nil, fmt.Errorf("search attribute %s of namespace %s is a %s, it must be a %s: remove it, and start again", name, c.Namespace, have, wanted[name])
		}
	}
	if len(missing) == 0 {
		return nil, nil
	}
	added := slices.Sorted(maps.Keys(missing))
	_, err = operator.AddSearchAttributes(ctx, &operatorservice.AddSearchAttributesRequest{Namespace: c.Namespace, SearchAttributes: missing})
	if _, raced := errors.AsType[*serviceerror.AlreadyExists](err); err != nil && !raced {
		return nil, fmt.Errorf("add the search attributes %v to namespace %s: %w", added, c.Namespace, err)
	}
	return added, c.awaitSearchAttributes(ctx, slices.Sorted(maps.Keys(wanted)))
}

// awaitSearchAttributes returns when the server's cache knows the attributes:
// until then it would refuse to start a workflow that has them.
func (c *Connection) awaitSearchAttributes(ctx context.Context, names []string) error {
	const patience, interval = time.Minute, 200 * time.Millisecond
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for _, name := range names {
		for {
			_, err := c.Client.CountWorkflow(ctx, &workflowservice.CountWorkflowExecutionsRequest{
				Namespace: c.Namespace, Query: name + " IS NOT NULL",
			})
			if err == nil {
				break
			}
			if ctx.Err() != nil {
				return fmt.Errorf("search attribute %s was added, but the server does not know it: %w", name, err)
			}
			wait(ctx, interval)
		}
	}
	return nil
}

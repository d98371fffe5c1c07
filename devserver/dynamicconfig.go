package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"

	"go.temporal.io/server/chasm/lib/activity"
	"go.temporal.io/server/common/dynamicconfig"
)

// A setting is one value of the server's dynamic configuration.
type setting struct {
	of    dynamicconfig.GenericSetting
	value any
}

// defaults are the settings that differ from a production server's, or that
// Herald cannot do without and a later release might switch off.
var defaults = []setting{
	// Features.
	{dynamicconfig.WorkflowTimeSkippingEnabled, true},
	{dynamicconfig.WorkflowRulesAPIsEnabled, true},
	{dynamicconfig.WorkflowPauseEnabled, true},
	{dynamicconfig.EnableEagerWorkflowStart, true},
	{dynamicconfig.FrontendEnableUpdateWorkflowExecution, true},
	{dynamicconfig.FrontendEnableUpdateWorkflowExecutionAsyncAccepted, true},
	{dynamicconfig.EnableDeploymentVersions, true},
	{dynamicconfig.FrontendEnableWorkerVersioningWorkflowAPIs, true},
	{dynamicconfig.MatchingUseNewMatcher, true},
	{dynamicconfig.MatchingEnableFairness, true},
	{dynamicconfig.FrontendEnableBatcher, true},
	{dynamicconfig.FrontendEnableBatchOperationsForStandaloneActivities, true},
	{dynamicconfig.EnableChasm, true},
	{activity.Enabled, true},
	{activity.StartDelayEnabled, true},
	{activity.EnableCallbacks, true},
	{activity.EnableStandaloneActivityOperatorCommands, true},

	// What was just created is there: nobody waits for a cache.
	{dynamicconfig.ForceSearchAttributesCacheRefreshOnRead, true},
	{dynamicconfig.ForceNexusEndpointRefreshOnRead, true},

	// One process gains nothing from spreading a queue over four partitions,
	// and loses the strict order of its priorities.
	{dynamicconfig.MatchingNumTaskqueueReadPartitions, 1},
	{dynamicconfig.MatchingNumTaskqueueWritePartitions, 1},

	// Limits that protect a shared cluster only slow a single user down.
	{dynamicconfig.FrontendRPS, 24_000},
	{dynamicconfig.FrontendMaxNamespaceRPSPerInstance, 24_000},
	{dynamicconfig.FrontendMaxNamespaceVisibilityRPSPerInstance, 1_000},
	{dynamicconfig.FrontendGlobalWorkerDeploymentReadRPS, 1_000},
	{dynamicconfig.FrontendNamespaceReplicationInducingAPIsRPS, 1_000},
	{dynamicconfig.FrontendGlobalNamespaceNamespaceReplicationInducingAPIsRPS, 1_000},
	{dynamicconfig.FrontendMaxConcurrentLongRunningRequestsPerInstance, 12_000},
	{dynamicconfig.MatchingRPS, 12_000},
	{dynamicconfig.HistoryRPS, 30_000},
	{dynamicconfig.FrontendPersistenceMaxQPS, 10_000},
	{dynamicconfig.MatchingPersistenceMaxQPS, 15_000},
	{dynamicconfig.HistoryPersistenceMaxQPS, 45_000},
	{dynamicconfig.WorkerPersistenceMaxQPS, 5_000},
	{dynamicconfig.HistoryCacheHostLevelMaxSize, 8_192},
	{dynamicconfig.FrontendMaxConcurrentBatchOperationPerNamespace, 100},
	{dynamicconfig.FrontendMaxExecutionCountBatchOperationPerNamespace, 1_000_000},
	{dynamicconfig.BatcherRPS, 1_000},
	{dynamicconfig.BatcherConcurrency, 20},

	// The server asks its maker for newer versions, and tells who asks.
	{dynamicconfig.EnableServerVersionCheck, false},
}

// dynamicConfig returns the defaults with the overrides on top.
func dynamicConfig(overrides dynamicconfig.ConfigValueMap) dynamicconfig.StaticClient {
	client := make(dynamicconfig.StaticClient, len(defaults)+len(overrides))
	for _, s := range defaults {
		client[s.of.Key()] = s.value
	}
	for key, values := range overrides {
		client[key] = values
	}
	return client
}

// addDynamicConfig reads one KEY=JSON into values. It refuses keys that no part
// of the server reads and values of the wrong type, which the server itself
// would silently ignore.
func addDynamicConfig(values dynamicconfig.ConfigValueMap, s string) error {
	key, value, ok := strings.Cut(s, "=")
	if !ok || key == "" {
		return errors.New(`use KEY=JSON, such as frontend.namespaceRPS=500 or history.defaultWorkflowTaskTimeout="10s"`)
	}
	if !json.Valid([]byte(value)) {
		return errors.New(`the value is not JSON: text needs quotes of its own, such as KEY='"10s"'`)
	}
	// The server's own loader knows every key and its type. It reads YAML, of
	// which JSON is a part.
	document := fmt.Sprintf(`{%q: [{"value": %s}]}`, key, value)
	loaded := dynamicconfig.LoadYamlFile([]byte(document))
	if err := errors.Join(loaded.Err(), errors.Join(loaded.Warnings...)); err != nil {
		return fmt.Errorf("%w: see the keys and types in the server's common/dynamicconfig/constants.go", err)
	}
	maps.Copy(values, loaded.Map)
	return nil
}

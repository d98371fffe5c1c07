package main

import (
	"fmt"
	"slices"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/server/common/config"
	sqliteschema "go.temporal.io/server/schema/sqlite"
	"google.golang.org/protobuf/types/known/durationpb"
)

// createNamespaces creates those of the namespaces that are not there yet,
// before the server starts, so that it starts knowing them. The search
// attributes belong to the ones that were asked for.
func createNamespaces(store *config.SQL, o *Options) error {
	var namespaces []*sqliteschema.NamespaceConfig
	for _, name := range o.allNamespaces() {
		var attributes map[string]enumspb.IndexedValueType
		if slices.Contains(o.Namespaces, name) {
			attributes = o.SearchAttributes
		}
		namespace, err := sqliteschema.NewNamespaceConfig(clusterName, name, false, attributes)
		if err != nil {
			return fmt.Errorf("--search-attribute: namespace %s: %w", name, err)
		}
		namespace.Detail.Config.Retention = durationpb.New(retention)
		namespaces = append(namespaces, namespace)
	}
	if err := sqliteschema.CreateNamespaces(store, namespaces...); err != nil {
		return fmt.Errorf("create the namespaces: %w", err)
	}
	return nil
}

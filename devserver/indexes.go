package main

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"strings"
)

// indexVersion changes whenever leanIndexes does.
const indexVersion = "lean-1"

// indexColumn finds the second column of an index of the visibility table; the
// first is always the namespace.
var indexColumn = regexp.MustCompile(`\(namespace_id,\s*(\w+),`)

// alwaysSet are the columns that have a value in every row.
var alwaysSet = map[string]bool{
	"execution_time": true, "workflow_id": true, "workflow_type_name": true, "status": true,
	"task_queue": true, "root_workflow_id": true, "root_run_id": true,
}

// leanIndexes rebuilds the visibility table's indexes so that a row is only in
// those of the columns it has a value for. The table comes with an index for
// each of some fifty columns, nearly all of them empty in any one row, and
// keeping them up to date costs more than all the rest of a write. Nothing is
// lost: a search never looks for the empty value.
func leanIndexes(ctx context.Context, tx *sql.Tx) error {
	statements, err := visibilityIndexes(ctx, tx)
	if err != nil {
		return fmt.Errorf("read the visibility indexes: %w", err)
	}
	for name, stmt := range statements {
		column := indexColumn.FindStringSubmatch(stmt)
		if column == nil || alwaysSet[column[1]] || strings.Contains(stmt, " WHERE ") {
			continue
		}
		for _, s := range []string{"DROP INDEX " + name, stmt + " WHERE " + column[1] + " IS NOT NULL"} {
			if _, err := tx.ExecContext(ctx, s); err != nil {
				return fmt.Errorf("rebuild the visibility index %s: %w", name, err)
			}
		}
	}
	return nil
}

func visibilityIndexes(ctx context.Context, tx *sql.Tx) (map[string]string, error) {
	rows, err := tx.QueryContext(ctx,
		`SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'executions_visibility' AND sql IS NOT NULL`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()

	statements := map[string]string{}
	for rows.Next() {
		var name, stmt string
		if err := rows.Scan(&name, &stmt); err != nil {
			return nil, err
		}
		statements[name] = stmt
	}
	return statements, rows.Err()
}

package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// leanVersion changes whenever leanVisibility does.
const leanVersion = "lean-2"

// leanVisibility makes writes to the visibility table cheap, which are by far the
// slowest that the server does. Nothing is lost: a search finds what it found.
func leanVisibility(ctx context.Context, tx *sql.Tx) error {
	return errors.Join(leanIndexes(ctx, tx), leanTriggers(ctx, tx))
}

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

// leanTriggers rebuilds the triggers that keep the two full-text tables up to date,
// so that they only write of a row that has words for them. As they come they write
// two rows for each insert and four for each update, nearly all of them empty.
func leanTriggers(ctx context.Context, tx *sql.Tx) error {
	const table = "executions_visibility"
	statements := []string{
		"DROP TRIGGER " + table + "_ai",
		"DROP TRIGGER " + table + "_ad",
		"DROP TRIGGER " + table + "_au",
	}
	for _, fts := range []string{table + "_fts_text", table + "_fts_keyword_list"} {
		columns, err := columnsOf(ctx, tx, fts)
		if err != nil {
			return fmt.Errorf("read the columns of %s: %w", fts, err)
		}
		list := strings.Join(columns, ", ")
		values := func(row string) string { return row + strings.Join(columns, ", "+row) }
		words := func(row string) string { return "COALESCE(" + values(row) + ", NULL) IS NOT NULL" }
		remove := fmt.Sprintf("INSERT INTO %s (%[1]s, rowid, %s) SELECT 'delete', OLD.rowid, %s WHERE %s;", fts, list, values("OLD."), words("OLD."))
		add := fmt.Sprintf("INSERT INTO %s (rowid, %s) SELECT NEW.rowid, %s WHERE %s;", fts, list, values("NEW."), words("NEW."))
		statements = append(statements,
			fmt.Sprintf("CREATE TRIGGER %s_ai AFTER INSERT ON %s WHEN %s BEGIN %s END", fts, table, words("NEW."), add),
			fmt.Sprintf("CREATE TRIGGER %s_ad AFTER DELETE ON %s WHEN %s BEGIN %s END", fts, table, words("OLD."), remove),
			fmt.Sprintf("CREATE TRIGGER %s_au AFTER UPDATE ON %s WHEN %s OR %s BEGIN %s %s END", fts, table, words("OLD."), words("NEW."), remove, add),
		)
	}
	for _, stmt := range statements {
		if _, err := tx.ExecContext(ctx, stmt); err != nil {
			return fmt.Errorf("rebuild the visibility triggers: %.60s: %w", stmt, err)
		}
	}
	return nil
}

func columnsOf(ctx context.Context, tx *sql.Tx, table string) ([]string, error) {
	rows, err := tx.QueryContext(ctx, `SELECT name FROM pragma_table_info(?)`, table)
	if err != nil {
		return nil, err
	}
	defer rows.Close()

	var columns []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		columns = append(columns, name)
	}
	return columns, rows.Err()
}

package main

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestLeanVisibilityFindsWhatChanged has a row get words, change them, lose them
// and go, and looks for them after each step. SQLite then compares the full-text
// tables with the rows.
func TestLeanVisibilityFindsWhatChanged(t *testing.T) {
	t.Parallel()
	cfg := fileConfig(filepath.Join(t.TempDir(), "visibility.db"))
	require.NoError(t, prepareFile(t.Context(), cfg))
	db, err := openDatabase(cfg)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	exec := func(query string, args ...any) {
		t.Helper()
		_, err := db.ExecContext(t.Context(), query, args...)
		require.NoError(t, err)
	}
	found := func(column, word string) int {
		t.Helper()
		table := "executions_visibility_fts_keyword_list"
		if column == "Text01" {
			table = "executions_visibility_fts_text"
		}
		return count(t, db, fmt.Sprintf(`SELECT count(*) FROM executions_visibility WHERE rowid IN (SELECT rowid FROM %s WHERE %s MATCH '"%s"')`, table, column, word))
	}
	const update = `UPDATE executions_visibility SET search_attributes = ? WHERE run_id = 'r1'`

	exec(`INSERT INTO executions_visibility (namespace_id, run_id, start_time, execution_time, workflow_id, workflow_type_name, status, encoding)
		VALUES ('n', 'r1', '2027-01-01', '2027-01-01', 'w', 't', 1, '')`)
	exec(`INSERT INTO executions_visibility (namespace_id, run_id, start_time, execution_time, workflow_id, workflow_type_name, status, encoding, search_attributes)
		VALUES ('n', 'r2', '2027-01-01', '2027-01-01', 'w', 't', 1, '', '{"Text01": "blue sky", "KeywordList01": "left"}')`)
	require.Equal(t, 1, found("KeywordList01", "left"))
	require.Equal(t, 1, found("Text01", "sky"))

	exec(update, `{"KeywordList01": "left"}`)
	require.Equal(t, 2, found("KeywordList01", "left"))
	exec(update, `{"KeywordList01": "right", "Text01": "grey sky"}`)
	require.Equal(t, 1, found("KeywordList01", "left"))
	require.Equal(t, 1, found("KeywordList01", "right"))
	require.Equal(t, 2, found("Text01", "sky"))
	exec(update, nil)
	require.Equal(t, 0, found("KeywordList01", "right"))
	require.Equal(t, 1, found("Text01", "sky"))
	exec(`DELETE FROM executions_visibility`)
	require.Equal(t, 0, found("KeywordList01", "left"))
	require.Equal(t, 0, found("Text01", "sky"))

	for _, table := range []string{"executions_visibility_fts_text", "executions_visibility_fts_keyword_list"} {
		exec(fmt.Sprintf(`INSERT INTO %s (%[1]s) VALUES ('integrity-check')`, table))
	}
}

func count(t *testing.T, db *sql.DB, query string) (n int) {
	t.Helper()
	require.NoError(t, db.QueryRowContext(t.Context(), query).Scan(&n))
	return n
}

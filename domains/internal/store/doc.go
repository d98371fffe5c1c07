// Package store is the domains' database: SQLite in the data folder, or
// PostgreSQL where DATABASE_URL is set. Both run the same SQL, with $1, $2, …
// for the arguments.
//
// # Tenants
//
// Every row belongs to a tenant and every statement concerns one: [DB.Tenant]
// gives access to one tenant's rows, and its id is $1 of each statement, in front
// of the caller's own arguments. A statement that does not use it is refused.
// Take the tenant from the delivery or from a verified request, never from a
// payload.
//
//	scope := db.Tenant(d.TenantID)
//	price, err := store.One(ctx, scope, scanPrice,
//		`SELECT cents, currency, changed_at FROM price WHERE tenant_id = $1 AND service_id = $2`, serviceID)
//
// # Values
//
// An instant is a time.Time with the precision of a microsecond. It goes in as it
// is, the zero one as NULL, and is read with [At], in UTC. JSON goes in as
// json.RawMessage or as text and is read as text.
//
// # Schema
//
// A domain contributes its migrations with [Contribute]: an embedded folder
// migrations with one subfolder a dialect, sqlite and postgres, of goose's SQL
// files. Instants are declared timestamp in SQLite (integer microseconds; the
// driver goes by the name, so such a table is not STRICT) and timestamptz in
// PostgreSQL. Rules that must hold live in the schema, and a violation comes back
// as a [Violation] of [ErrDuplicate], [ErrOverlap] or [ErrAppendOnly], alike on
// both; its Name is PostgreSQL's:
//
//   - Leave primary keys and unique constraints unnamed, and name a unique index
//     as PostgreSQL would name the constraint, <table>_<columns>_key. SQLite's
//     messages are translated to that.
//   - An overlap is an exclusion constraint in PostgreSQL; in SQLite a trigger
//     says RAISE(ABORT, 'overlap: <constraint>').
//   - A table that only grows refuses changes by a trigger: in SQLite with
//     RAISE(ABORT, 'append-only: <table>'), in PostgreSQL with RAISE EXCEPTION
//     USING ERRCODE = 'restrict_violation', CONSTRAINT = '<table>'.
//
// # Life
//
// Nothing is opened or made before the application starts. [DB.Open] then applies
// what is missing, one process at a time.
package store

-- +goose Up
-- Who makes a tenant's facts anew, and until when others have to wait for it.
CREATE TABLE rebuilding (
    tenant_id  uuid NOT NULL PRIMARY KEY,
    rebuild_id text NOT NULL,
    until      timestamptz NOT NULL
);

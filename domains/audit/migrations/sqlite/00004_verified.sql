-- +goose Up
-- When the whole chain was last looked at.
CREATE TABLE audit_verified (
    tenant_id text NOT NULL PRIMARY KEY,
    at        timestamp NOT NULL
);

-- The breaks that were announced.
CREATE TABLE audit_break (
    tenant_id    text NOT NULL,
    seq          integer NOT NULL CHECK (seq > 0),
    kind         text NOT NULL CHECK (kind IN ('gap', 'hash', 'checkpoint', 'truncated')),
    announced_at timestamp NOT NULL,
    PRIMARY KEY (tenant_id, seq)
);

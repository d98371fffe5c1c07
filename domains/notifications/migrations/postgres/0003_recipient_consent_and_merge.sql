-- +goose Up
-- What customers agree to, by purpose, as they have decided last.
CREATE TABLE recipient_consent (
    tenant_id   uuid NOT NULL,
    customer_id text NOT NULL,
    purpose     text NOT NULL,
    granted     boolean NOT NULL,
    at          timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, customer_id, purpose)
);

-- Who is the same person. An undone merge stays, for its own event may be late.
CREATE TABLE recipient_merge (
    tenant_id    uuid NOT NULL,
    merge_id     text NOT NULL,
    primary_id   text NOT NULL,
    duplicate_id text NOT NULL,
    undone       boolean NOT NULL,
    PRIMARY KEY (tenant_id, merge_id)
);

CREATE INDEX recipient_merge_duplicate ON recipient_merge (tenant_id, duplicate_id);
CREATE INDEX recipient_merge_primary ON recipient_merge (tenant_id, primary_id);

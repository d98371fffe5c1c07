-- +goose Up
CREATE TABLE fact (
    tenant_id text NOT NULL,
    kind text NOT NULL,
    subject text NOT NULL,
    branch_id text NOT NULL,
    status text NOT NULL,
    cents bigint NOT NULL,
    currency text NOT NULL,
    occurred_at timestamp NOT NULL,
    event_id text NOT NULL,
    PRIMARY KEY (tenant_id, kind, subject)
);

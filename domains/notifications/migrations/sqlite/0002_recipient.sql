-- +goose Up
CREATE TABLE recipient (
    tenant_id   text NOT NULL,
    customer_id text NOT NULL,
    version     integer NOT NULL,
    name        text NOT NULL,
    email       text NOT NULL,
    phone       text NOT NULL,
    language    text NOT NULL,
    forgotten   boolean NOT NULL,
    PRIMARY KEY (tenant_id, customer_id),
    CHECK (NOT forgotten OR name = '' AND email = '' AND phone = '')
);

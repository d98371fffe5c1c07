-- +goose Up
CREATE TABLE tenant (
    tenant_id   text NOT NULL PRIMARY KEY,
    slug        text NOT NULL,
    name        text NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('salon', 'practice', 'service')),
    status      text NOT NULL CHECK (status IN ('active', 'suspended', 'closed')),
    locale      text NOT NULL,
    currency    text NOT NULL,
    mail_domain text NOT NULL
);

CREATE UNIQUE INDEX tenant_slug_key ON tenant (slug);

CREATE TABLE branch (
    tenant_id text NOT NULL REFERENCES tenant (tenant_id),
    branch_id text NOT NULL,
    slug      text NOT NULL,
    name      text NOT NULL,
    address   text NOT NULL,
    phone     text NOT NULL,
    email     text NOT NULL,
    zone      text NOT NULL,
    region    text NOT NULL,
    PRIMARY KEY (tenant_id, branch_id)
);

CREATE UNIQUE INDEX branch_tenant_id_slug_key ON branch (tenant_id, slug);

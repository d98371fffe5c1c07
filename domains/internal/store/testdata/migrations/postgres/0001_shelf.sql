-- +goose Up
CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE shelf (
    tenant_id uuid NOT NULL,
    shelf_id  text NOT NULL,
    label     text,
    facts     jsonb,
    open      boolean NOT NULL DEFAULT true,
    made_at   timestamptz,
    PRIMARY KEY (tenant_id, shelf_id),
    UNIQUE (tenant_id, label)
);

CREATE TABLE lease (
    tenant_id uuid NOT NULL,
    staff_id  text NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at   timestamptz NOT NULL,
    CONSTRAINT lease_no_overlap EXCLUDE USING gist (tenant_id WITH =, staff_id WITH =, tstzrange(starts_at, ends_at) WITH &&)
);

CREATE TABLE log_line (
    tenant_id uuid NOT NULL,
    line      text NOT NULL
);

-- +goose StatementBegin
CREATE FUNCTION refuse_log_line_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'log_line only grows' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'log_line';
END
$$;
-- +goose StatementEnd

CREATE TRIGGER log_line_no_delete BEFORE DELETE ON log_line FOR EACH ROW EXECUTE FUNCTION refuse_log_line_change();

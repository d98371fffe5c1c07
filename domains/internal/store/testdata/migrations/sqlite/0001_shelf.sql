-- +goose Up
CREATE TABLE shelf (
    tenant_id text NOT NULL,
    shelf_id  text NOT NULL,
    label     text,
    facts     text,
    open      boolean NOT NULL DEFAULT true,
    made_at   timestamp,
    PRIMARY KEY (tenant_id, shelf_id),
    UNIQUE (tenant_id, label)
);

CREATE TABLE lease (
    tenant_id text NOT NULL,
    staff_id  text NOT NULL,
    starts_at timestamp NOT NULL,
    ends_at   timestamp NOT NULL
);

-- +goose StatementBegin
CREATE TRIGGER lease_no_overlap BEFORE INSERT ON lease
WHEN EXISTS (
    SELECT 1 FROM lease
    WHERE tenant_id = NEW.tenant_id AND staff_id = NEW.staff_id AND starts_at < NEW.ends_at AND ends_at > NEW.starts_at
)
BEGIN
    SELECT RAISE(ABORT, 'overlap: lease_no_overlap');
END;
-- +goose StatementEnd

CREATE TABLE log_line (
    tenant_id text NOT NULL,
    line      text NOT NULL
);

-- +goose StatementBegin
CREATE TRIGGER log_line_no_delete BEFORE DELETE ON log_line
BEGIN
    SELECT RAISE(ABORT, 'append-only: log_line');
END;
-- +goose StatementEnd

-- +goose Up
-- How long the audit trail is kept; 0 is as long as is usual.
ALTER TABLE tenant ADD COLUMN audit_years integer NOT NULL DEFAULT 0 CHECK (audit_years BETWEEN 0 AND 10);

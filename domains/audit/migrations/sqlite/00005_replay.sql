-- +goose Up
CREATE INDEX audit_entry_occurred ON audit_entry (tenant_id, occurred_at, event_id);

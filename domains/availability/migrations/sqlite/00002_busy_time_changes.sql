-- +goose Up
-- What an entry was before its latest change, so that the change can be told again.
ALTER TABLE busy_time ADD COLUMN gone boolean NOT NULL DEFAULT false;
ALTER TABLE busy_time ADD COLUMN changed_at timestamp;
ALTER TABLE busy_time ADD COLUMN was_starts_at timestamp;
ALTER TABLE busy_time ADD COLUMN was_ends_at timestamp;

CREATE INDEX busy_time_appointment ON busy_time (tenant_id, appointment_id) WHERE appointment_id <> '';

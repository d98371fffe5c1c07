-- +goose Up
CREATE TABLE notification_delivery (
    tenant_id       uuid NOT NULL,
    idempotency_key text NOT NULL,
    type            text NOT NULL,
    subject_id      text NOT NULL,
    way             text NOT NULL CHECK (way IN ('outbox', 'smtp')),
    message_id      text NOT NULL,
    sent_at         timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, idempotency_key)
);

CREATE INDEX notification_delivery_subject ON notification_delivery (tenant_id, subject_id);

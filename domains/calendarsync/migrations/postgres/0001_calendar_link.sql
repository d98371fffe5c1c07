-- +goose Up
CREATE TABLE calendar_link (
    tenant_id      uuid NOT NULL,
    appointment_id text NOT NULL,
    target_rank    bigint NOT NULL,
    cancelled      boolean NOT NULL,
    booking        jsonb NOT NULL,
    told_rank      bigint NOT NULL DEFAULT -1,
    PRIMARY KEY (tenant_id, appointment_id)
);

-- +goose Up
CREATE TABLE customer (
    tenant_id           text NOT NULL,
    customer_id         text NOT NULL,
    creation_key        text NOT NULL,
    display_name        text NOT NULL,
    first_name          text NOT NULL DEFAULT '',
    last_name           text NOT NULL DEFAULT '',
    title               text NOT NULL DEFAULT '',
    salutation          text NOT NULL DEFAULT 'none' CHECK (salutation IN ('herr', 'frau', 'none')),
    status              text NOT NULL CHECK (status IN ('active', 'pending_verification', 'merged', 'erased')),
    source              text NOT NULL CHECK (source IN ('voice', 'voice_anonymous', 'web', 'staff', 'calendar', 'import')),
    language            text NOT NULL CHECK (language IN ('de', 'en')),
    zone                text NOT NULL DEFAULT '',
    birthday            text NOT NULL DEFAULT '',
    vip                 boolean NOT NULL DEFAULT FALSE,
    tags                text NOT NULL DEFAULT '[]',
    company_name        text NOT NULL DEFAULT '',
    preferred_branch_id text NOT NULL DEFAULT '',
    preferred_staff_id  text NOT NULL DEFAULT '',
    preferred_channel   text NOT NULL DEFAULT '' CHECK (preferred_channel IN ('', 'email', 'sms', 'whatsapp')),
    journey             text NOT NULL DEFAULT 'initial_contact' CHECK (journey IN
        ('initial_contact', 'lead', 'prospect', 'customer', 'regular', 'vip', 'at_risk', 'churned')),
    booking_restriction text NOT NULL DEFAULT 'none' CHECK (booking_restriction IN ('none', 'confirm_first', 'blocked')),
    restricted_by       text NOT NULL DEFAULT '',
    merged_into_id      text NOT NULL DEFAULT '',
    erased_at           timestamptz,
    version             integer NOT NULL DEFAULT 1,
    name_fold           text NOT NULL DEFAULT '',
    created_at          timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, customer_id),
    CHECK ((status = 'merged') = (merged_into_id <> '')),
    CHECK ((status = 'erased') = (erased_at IS NOT NULL))
);

CREATE UNIQUE INDEX customer_tenant_id_creation_key_key ON customer (tenant_id, creation_key);
CREATE INDEX customer_by_survivor ON customer (tenant_id, merged_into_id);
CREATE INDEX customer_by_fold ON customer (tenant_id, name_fold);
CREATE INDEX customer_by_birthday ON customer (tenant_id, birthday);

CREATE TABLE customer_name_code (
    tenant_id   text NOT NULL,
    code        text NOT NULL,
    customer_id text NOT NULL,
    PRIMARY KEY (tenant_id, code, customer_id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customer (tenant_id, customer_id)
);

CREATE INDEX customer_name_code_by_customer ON customer_name_code (tenant_id, customer_id);

-- folded is the value in the form in which equal ones are equal.
CREATE TABLE contact_point (
    tenant_id   text NOT NULL,
    contact_id  text NOT NULL,
    customer_id text NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('phone', 'email')),
    value       text NOT NULL,
    folded      text NOT NULL,
    role        text NOT NULL CHECK (role IN ('owner', 'shared')),
    is_primary  boolean NOT NULL,
    line_type   text NOT NULL DEFAULT '',
    region      text NOT NULL DEFAULT '',
    extension   text NOT NULL DEFAULT '',
    state       text NOT NULL CHECK (state IN ('ok', 'unreachable', 'unverified')),
    verified_by text NOT NULL DEFAULT '' CHECK (verified_by IN ('', 'caller_id', 'code', 'link', 'staff')),
    verified_at timestamptz,
    raw         text NOT NULL DEFAULT '',
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, contact_id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customer (tenant_id, customer_id)
);

CREATE UNIQUE INDEX contact_point_tenant_id_kind_folded_key ON contact_point (tenant_id, kind, folded) WHERE role = 'owner';
CREATE UNIQUE INDEX contact_point_tenant_id_customer_id_kind_folded_key ON contact_point (tenant_id, customer_id, kind, folded);
CREATE UNIQUE INDEX contact_point_tenant_id_customer_id_kind_key ON contact_point (tenant_id, customer_id, kind) WHERE is_primary;
CREATE INDEX contact_point_by_value ON contact_point (tenant_id, kind, folded);

CREATE TABLE consent (
    tenant_id    text NOT NULL,
    consent_id   text NOT NULL,
    customer_id  text NOT NULL,
    purpose      text NOT NULL CHECK (purpose IN
        ('marketing_email', 'marketing_sms', 'marketing_whatsapp', 'whatsapp_service', 'call_recording', 'health_data')),
    decision     text NOT NULL CHECK (decision IN ('granted', 'withdrawn')),
    at           timestamptz NOT NULL,
    captured_by  text NOT NULL,
    text_version text NOT NULL,
    evidence     text NOT NULL,
    confirmed_at timestamptz,
    PRIMARY KEY (tenant_id, consent_id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customer (tenant_id, customer_id)
);

CREATE INDEX consent_by_customer ON consent (tenant_id, customer_id, purpose, at);

CREATE TABLE consent_text (
    tenant_id text NOT NULL,
    purpose   text NOT NULL,
    version   text NOT NULL,
    PRIMARY KEY (tenant_id, purpose, version)
);

CREATE TABLE customer_note (
    tenant_id   text NOT NULL,
    note_id     text NOT NULL,
    customer_id text NOT NULL,
    type        text NOT NULL CHECK (type IN ('general', 'call', 'complaint', 'preference', 'system')),
    visibility  text NOT NULL CHECK (visibility IN ('team', 'managers')),
    subject     text NOT NULL,
    content     text NOT NULL,
    pinned      boolean NOT NULL,
    important   boolean NOT NULL,
    author      text NOT NULL,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, note_id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customer (tenant_id, customer_id)
);

CREATE INDEX customer_note_by_customer ON customer_note (tenant_id, customer_id);

CREATE TABLE visit (
    tenant_id      text NOT NULL,
    appointment_id text NOT NULL,
    customer_id    text NOT NULL,
    version        integer NOT NULL,
    status         text NOT NULL,
    starts_at      timestamptz NOT NULL,
    ended_at       timestamptz,
    service_id     text NOT NULL,
    staff_id       text NOT NULL,
    price_cents    bigint NOT NULL,
    currency       text NOT NULL,
    cancelled_by   text NOT NULL,
    cancelled_at   timestamptz,
    late           boolean NOT NULL,
    PRIMARY KEY (tenant_id, appointment_id)
);

CREATE INDEX visit_by_customer ON visit (tenant_id, customer_id, starts_at);

-- One row per time that an appointment was moved, by the version that it then got.
CREATE TABLE visit_move (
    tenant_id      text NOT NULL,
    appointment_id text NOT NULL,
    version        integer NOT NULL,
    at             timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, appointment_id, version)
);

CREATE TABLE call_contact (
    tenant_id   text NOT NULL,
    call_id     text NOT NULL,
    customer_id text NOT NULL,
    at          timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, call_id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customer (tenant_id, customer_id)
);

CREATE INDEX call_contact_by_customer ON call_contact (tenant_id, customer_id, at);

-- What a call was told when it asked who is calling; customer_id is empty if nobody.
CREATE TABLE call_identity (
    tenant_id   text NOT NULL,
    call_id     text NOT NULL,
    customer_id text NOT NULL,
    answer      text NOT NULL,
    at          timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, call_id)
);

CREATE TABLE customer_merge (
    tenant_id    text NOT NULL,
    merge_id     text NOT NULL,
    primary_id   text NOT NULL,
    duplicate_id text NOT NULL,
    by           text NOT NULL,
    at           timestamptz NOT NULL,
    snapshot     text NOT NULL,
    undo_until   timestamptz NOT NULL,
    undone_at    timestamptz,
    PRIMARY KEY (tenant_id, merge_id)
);

CREATE INDEX customer_merge_by_primary ON customer_merge (tenant_id, primary_id);

CREATE TABLE duplicate_dismissal (
    tenant_id   text NOT NULL,
    lower_id    text NOT NULL,
    higher_id   text NOT NULL,
    by          text NOT NULL,
    at          timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, lower_id, higher_id)
);

CREATE TABLE identity_attempt (
    tenant_id text NOT NULL,
    claimant  text NOT NULL,
    claim_key text NOT NULL,
    failed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, claimant, claim_key)
);

CREATE TABLE erasure (
    tenant_id     text NOT NULL,
    customer_id   text NOT NULL,
    requested_at  timestamptz NOT NULL,
    due_at        timestamptz NOT NULL,
    state         text NOT NULL CHECK (state IN ('requested', 'held', 'done')),
    cancel_future boolean NOT NULL,
    holds         text NOT NULL,
    done_at       timestamptz,
    by            text NOT NULL,
    PRIMARY KEY (tenant_id, customer_id)
);

CREATE TABLE customer_setting (
    tenant_id     text NOT NULL PRIMARY KEY,
    no_show_limit integer NOT NULL CHECK (no_show_limit BETWEEN 0 AND 10),
    idle_months   integer NOT NULL CHECK (idle_months BETWEEN 12 AND 120)
);

CREATE TABLE own_number (
    tenant_id text NOT NULL,
    value     text NOT NULL,
    PRIMARY KEY (tenant_id, value)
);

-- What a request was answered and what had to be announced, for when it is repeated.
CREATE TABLE customer_answer (
    tenant_id   text NOT NULL,
    key         text NOT NULL,
    customer_id text NOT NULL,
    result      text NOT NULL,
    announced   text NOT NULL,
    at          timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, key)
);

CREATE INDEX customer_answer_by_customer ON customer_answer (tenant_id, customer_id);

-- +goose StatementBegin
CREATE FUNCTION consent_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'append-only: consent' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'consent';
END $$;
-- +goose StatementEnd

CREATE TRIGGER consent_only_grows BEFORE UPDATE OR DELETE ON consent FOR EACH ROW EXECUTE FUNCTION consent_only_grows();

-- +goose Up
CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE branch_booking (
    tenant_id          uuid NOT NULL,
    branch_id          text NOT NULL,
    active             boolean NOT NULL,
    trusted_auto_confirm boolean NOT NULL,
    auto_reassign      boolean NOT NULL,
    auto_complete      boolean NOT NULL,
    wish_mail          boolean NOT NULL,
    PRIMARY KEY (tenant_id, branch_id)
);

CREATE TABLE staff (
    tenant_id uuid NOT NULL,
    staff_id  text NOT NULL,
    branch_id text NOT NULL,
    name      text NOT NULL,
    active    boolean NOT NULL,
    bookable  boolean NOT NULL,
    user_id   text NOT NULL,
    PRIMARY KEY (tenant_id, staff_id)
);

CREATE TABLE service (
    tenant_id             uuid NOT NULL,
    service_id            text NOT NULL,
    name                  text NOT NULL,
    active                boolean NOT NULL,
    duration_min          integer NOT NULL CHECK (duration_min > 0),
    buffer_before_min     integer NOT NULL CHECK (buffer_before_min >= 0),
    buffer_after_min      integer NOT NULL CHECK (buffer_after_min >= 0),
    grid_min              integer NOT NULL CHECK (grid_min >= 0),
    phases                jsonb NOT NULL,
    pause                 text NOT NULL CHECK (pause IN ('free', 'blocked', 'by_service')),
    nestable              boolean NOT NULL,
    may_split             boolean NOT NULL,
    capacity              integer NOT NULL CHECK (capacity >= 1),
    requires_confirmation boolean NOT NULL,
    min_notice_min        integer CHECK (min_notice_min >= 0),
    reminders             text NOT NULL CHECK (reminders IN ('single', 'all')),
    price_cents           bigint NOT NULL CHECK (price_cents >= 0),
    currency              text NOT NULL CHECK (length(currency) = 3),
    calendar_mode         text NOT NULL CHECK (calendar_mode IN ('none', 'authoritative', 'mirror')),
    PRIMARY KEY (tenant_id, service_id)
);

CREATE TABLE service_override (
    tenant_id        uuid NOT NULL,
    branch_id        text NOT NULL,
    service_id       text NOT NULL,
    active           boolean NOT NULL,
    duration_min     integer CHECK (duration_min > 0),
    price_cents      bigint CHECK (price_cents >= 0),
    min_notice_min   integer CHECK (min_notice_min >= 0),
    max_advance_days integer CHECK (max_advance_days >= 0),
    buffer_after_min integer CHECK (buffer_after_min >= 0),
    phases           jsonb,
    PRIMARY KEY (tenant_id, branch_id, service_id),
    FOREIGN KEY (tenant_id, service_id) REFERENCES service (tenant_id, service_id)
);

CREATE TABLE service_staff (
    tenant_id    uuid NOT NULL,
    service_id   text NOT NULL,
    staff_id     text NOT NULL,
    can_book     boolean NOT NULL,
    priority     integer NOT NULL CHECK (priority BETWEEN 0 AND 999),
    weight       numeric(3, 2) NOT NULL CHECK (weight BETWEEN 0 AND 9.99),
    skill        text NOT NULL CHECK (skill IN ('junior', 'regular', 'senior', 'expert')),
    segment_keys jsonb NOT NULL,
    price_cents  bigint CHECK (price_cents >= 0),
    duration_min integer CHECK (duration_min > 0),
    from_date    text NOT NULL,
    until_date   text NOT NULL,
    PRIMARY KEY (tenant_id, service_id, staff_id),
    FOREIGN KEY (tenant_id, service_id) REFERENCES service (tenant_id, service_id),
    FOREIGN KEY (tenant_id, staff_id) REFERENCES staff (tenant_id, staff_id)
);

CREATE TABLE assignment_config (
    tenant_id      uuid NOT NULL PRIMARY KEY,
    model          text NOT NULL CHECK (model IN ('any_staff', 'service_staff')),
    fallback_model text NOT NULL CHECK (fallback_model IN ('', 'any_staff', 'service_staff')),
    ranking        text NOT NULL CHECK (ranking IN ('priority', 'least_busy', 'familiar', 'round_robin'))
);

CREATE TABLE policy (
    tenant_id uuid NOT NULL,
    level     text NOT NULL CHECK (level IN ('tenant', 'branch', 'service', 'staff')),
    level_id  text NOT NULL,
    kind      text NOT NULL,
    config    jsonb NOT NULL,
    PRIMARY KEY (tenant_id, level, level_id, kind)
);

CREATE TABLE restriction (
    tenant_id   uuid NOT NULL,
    customer_id text NOT NULL,
    restriction text NOT NULL CHECK (restriction IN ('none', 'confirm_first', 'blocked')),
    at          timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, customer_id)
);

CREATE TABLE appointment (
    tenant_id          uuid NOT NULL,
    appointment_id     text NOT NULL,
    branch_id          text NOT NULL,
    service_id         text NOT NULL,
    customer_id        text NOT NULL CHECK (customer_id <> ''),
    attendee_name      text NOT NULL,
    status             text NOT NULL CHECK (status IN ('booking', 'pending', 'confirmed', 'in_progress', 'completed', 'no_show', 'cancelled', 'failed')),
    born_as            text NOT NULL CHECK (born_as IN ('pending', 'confirmed')),
    starts_at          timestamptz NOT NULL,
    ends_at            timestamptz NOT NULL,
    zone               text NOT NULL,
    staff_id           text NOT NULL,
    price_cents        bigint NOT NULL,
    currency           text NOT NULL,
    origin             text NOT NULL,
    call_id            text NOT NULL,
    series_id          text NOT NULL,
    idempotency_key    text NOT NULL,
    version            integer NOT NULL CHECK (version >= 1),
    reschedule_count   integer NOT NULL DEFAULT 0 CHECK (reschedule_count >= 0),
    previous_starts_at timestamptz,
    requested_at       timestamptz,
    rebooks            text NOT NULL,
    cancelled_at       timestamptz,
    cancel_reason      text NOT NULL DEFAULT '',
    cancelled_by       text NOT NULL DEFAULT '',
    policy_snapshot    jsonb NOT NULL,
    assignment_model   text NOT NULL,
    was_fallback       boolean NOT NULL,
    calendar_state     text NOT NULL CHECK (calendar_state IN ('none', 'pending', 'synced', 'failed')),
    calendar_uids      jsonb NOT NULL,
    review_reason      text NOT NULL DEFAULT '',
    notes              text NOT NULL CHECK (length(notes) <= 2000),
    contact_email      text NOT NULL,
    contact_phone      text NOT NULL,
    caller_phone       text NOT NULL,
    notify             boolean NOT NULL,
    trusted            boolean NOT NULL,
    planned_at         timestamptz NOT NULL,
    created_at         timestamptz NOT NULL,
    updated_at         timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, appointment_id),
    UNIQUE (tenant_id, origin, idempotency_key),
    FOREIGN KEY (tenant_id, service_id) REFERENCES service (tenant_id, service_id),
    CHECK (starts_at < ends_at)
);

CREATE INDEX appointment_customer ON appointment (tenant_id, customer_id, starts_at);

CREATE TABLE appointment_phase (
    tenant_id         uuid NOT NULL,
    appointment_id    text NOT NULL,
    seq               integer NOT NULL,
    kind              text NOT NULL CHECK (kind IN ('busy', 'free', 'restricted')),
    segment_key       text NOT NULL,
    staff_id          text,
    starts_at         timestamptz NOT NULL,
    ends_at           timestamptz NOT NULL,
    buffer_before_min integer NOT NULL,
    buffer_after_min  integer NOT NULL,
    exclusive         boolean NOT NULL,
    active            boolean NOT NULL,
    PRIMARY KEY (tenant_id, appointment_id, seq),
    FOREIGN KEY (tenant_id, appointment_id) REFERENCES appointment (tenant_id, appointment_id),
    FOREIGN KEY (tenant_id, staff_id) REFERENCES staff (tenant_id, staff_id),
    CHECK (starts_at < ends_at),
    CHECK (kind <> 'busy' OR staff_id IS NOT NULL),
    CONSTRAINT appointment_phase_no_overlap EXCLUDE USING gist
        (tenant_id WITH =, staff_id WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (active AND exclusive AND kind = 'busy')
);

CREATE INDEX appointment_phase_staff ON appointment_phase (tenant_id, staff_id, starts_at);

-- +goose StatementBegin
CREATE FUNCTION refuse_modification_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'modification only grows' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'modification';
END
$$;
-- +goose StatementEnd

CREATE TABLE modification (
    tenant_id      uuid NOT NULL,
    appointment_id text NOT NULL,
    command_id     text NOT NULL,
    customer_id    text NOT NULL,
    kind           text NOT NULL CHECK (kind IN ('cancel', 'reschedule')),
    origin         text NOT NULL,
    actor_id       text NOT NULL,
    within_policy  boolean NOT NULL,
    notice_seconds bigint NOT NULL,
    fee_cents      bigint NOT NULL CHECK (fee_cents >= 0),
    currency       text NOT NULL,
    waived         boolean NOT NULL,
    counts         boolean NOT NULL,
    reason         text NOT NULL CHECK (length(reason) <= 500),
    at             timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, appointment_id, command_id)
);

CREATE INDEX modification_customer ON modification (tenant_id, customer_id, kind, at);

CREATE TABLE command_answer (
    tenant_id      uuid NOT NULL,
    appointment_id text NOT NULL,
    command_id     text NOT NULL,
    answer         jsonb NOT NULL,
    at             timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, appointment_id, command_id)
);

CREATE TABLE series (
    tenant_id          uuid NOT NULL,
    series_id          text NOT NULL,
    rule               jsonb NOT NULL,
    template           jsonb NOT NULL,
    status             text NOT NULL CHECK (status IN ('active', 'ended')),
    until_materialised text NOT NULL,
    PRIMARY KEY (tenant_id, series_id)
);

CREATE TABLE callback (
    tenant_id          uuid NOT NULL,
    callback_id        text NOT NULL,
    branch_id          text NOT NULL,
    customer_id        text NOT NULL,
    phone              text NOT NULL,
    name               text NOT NULL,
    service_id         text NOT NULL,
    preferred_staff_id text NOT NULL,
    time_window        text NOT NULL,
    priority           text NOT NULL CHECK (priority IN ('normal', 'high', 'urgent')),
    status             text NOT NULL CHECK (status IN ('pending', 'assigned', 'contacted', 'completed', 'expired', 'cancelled')),
    assigned_to        text NOT NULL DEFAULT '',
    assigned_rule      text NOT NULL DEFAULT '',
    attempts           integer NOT NULL DEFAULT 0,
    level              integer NOT NULL DEFAULT 0 CHECK (level BETWEEN 0 AND 3),
    last_raised_at     timestamptz,
    expires_at         timestamptz NOT NULL,
    call_id            text NOT NULL,
    topic              text NOT NULL,
    notes              text NOT NULL,
    merged_into        text NOT NULL DEFAULT '',
    created_at         timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, callback_id)
);

CREATE INDEX callback_phone ON callback (tenant_id, phone, created_at);

CREATE TABLE callback_escalation (
    tenant_id   uuid NOT NULL,
    callback_id text NOT NULL,
    level       integer NOT NULL CHECK (level BETWEEN 1 AND 3),
    reason      text NOT NULL CHECK (reason IN ('sla_breach', 'attempts_failed', 'manual')),
    from_staff  text NOT NULL,
    to_staff    text NOT NULL,
    at          timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, callback_id, level)
);

CREATE TABLE wish (
    tenant_id    uuid NOT NULL,
    wish_id      text NOT NULL,
    branch_id    text NOT NULL,
    service_id   text NOT NULL,
    customer_id  text NOT NULL,
    call_id      text NOT NULL,
    desired_at   timestamptz NOT NULL,
    desired_on   text NOT NULL,
    window_from  timestamptz,
    window_until timestamptz,
    alternatives jsonb NOT NULL,
    reason       text NOT NULL CHECK (reason IN ('not_available', 'customer_declined', 'technical_error', 'low_confidence')),
    status       text NOT NULL CHECK (status IN ('pending', 'contacted', 'rebooked', 'expired')),
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, wish_id)
);

CREATE UNIQUE INDEX wish_tenant_id_call_id_service_id_desired_on_key ON wish (tenant_id, call_id, service_id, desired_on) WHERE call_id <> '';
CREATE INDEX wish_pending ON wish (tenant_id, branch_id, service_id, desired_on, status);

CREATE TABLE request (
    tenant_id    uuid NOT NULL,
    request_id   text NOT NULL,
    session      text NOT NULL,
    at           timestamptz NOT NULL,
    branch_id    text NOT NULL,
    service_id   text NOT NULL,
    customer_id  text NOT NULL,
    desired_at   timestamptz NOT NULL,
    window_from  timestamptz,
    window_until timestamptz,
    answer       text NOT NULL,
    alternatives jsonb NOT NULL,
    PRIMARY KEY (tenant_id, request_id)
);

CREATE INDEX request_session ON request (tenant_id, session, at);

CREATE TABLE wish_match (
    tenant_id uuid NOT NULL,
    event_id  text NOT NULL,
    wish_id   text NOT NULL,
    PRIMARY KEY (tenant_id, event_id)
);

CREATE TABLE customer_move (
    tenant_id       uuid NOT NULL,
    merge_id        text NOT NULL,
    table_name      text NOT NULL,
    row_id          text NOT NULL,
    old_customer_id text NOT NULL,
    PRIMARY KEY (tenant_id, merge_id, table_name, row_id)
);

CREATE TRIGGER modification_no_delete BEFORE DELETE ON modification FOR EACH ROW EXECUTE FUNCTION refuse_modification_change();
CREATE TRIGGER modification_no_update BEFORE UPDATE OF kind, origin, actor_id, within_policy, notice_seconds, fee_cents, currency, waived, counts, reason, at
    ON modification FOR EACH ROW EXECUTE FUNCTION refuse_modification_change();

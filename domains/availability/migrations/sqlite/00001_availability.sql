-- +goose Up
CREATE TABLE branch_calendar (
    tenant_id    text NOT NULL,
    branch_id    text NOT NULL,
    local_feasts text NOT NULL DEFAULT '',
    holiday_mode text NOT NULL DEFAULT 'closed' CHECK (holiday_mode IN ('closed', 'open')),
    grid_min     integer NOT NULL DEFAULT 15 CHECK (grid_min IN (5, 10, 15, 20, 30, 60)),
    version      bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, branch_id)
);

CREATE TABLE opening_interval (
    tenant_id   text NOT NULL,
    branch_id   text NOT NULL,
    weekday     integer NOT NULL CHECK (weekday BETWEEN 1 AND 7),
    start_time  text NOT NULL,
    end_time    text NOT NULL,
    valid_from  text NOT NULL,
    valid_until text NOT NULL,
    PRIMARY KEY (tenant_id, branch_id, weekday, start_time, valid_from)
);

CREATE TABLE staff_calendar (
    tenant_id   text NOT NULL,
    staff_id    text NOT NULL,
    active      boolean NOT NULL DEFAULT true,
    max_per_day integer NOT NULL DEFAULT 0 CHECK (max_per_day >= 0),
    linked      boolean NOT NULL DEFAULT false,
    synced_at   timestamp,
    version     bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, staff_id)
);

CREATE TABLE working_interval (
    tenant_id   text NOT NULL,
    staff_id    text NOT NULL,
    branch_id   text NOT NULL,
    weekday     integer NOT NULL CHECK (weekday BETWEEN 1 AND 7),
    start_time  text NOT NULL,
    end_time    text NOT NULL,
    valid_from  text NOT NULL,
    valid_until text NOT NULL,
    PRIMARY KEY (tenant_id, staff_id, branch_id, weekday, start_time, valid_from),
    FOREIGN KEY (tenant_id, staff_id) REFERENCES staff_calendar (tenant_id, staff_id)
);

CREATE INDEX working_interval_branch ON working_interval (tenant_id, branch_id);

CREATE TABLE break_interval (
    tenant_id  text NOT NULL,
    staff_id   text NOT NULL,
    weekday    integer NOT NULL CHECK (weekday BETWEEN 0 AND 7),
    date       text NOT NULL,
    start_time text NOT NULL,
    end_time   text NOT NULL,
    PRIMARY KEY (tenant_id, staff_id, weekday, date, start_time),
    CHECK ((weekday = 0) = (date <> ''))
);

-- The subject is a branch, or a person at that branch.
CREATE TABLE day_exception (
    tenant_id  text NOT NULL,
    subject_id text NOT NULL,
    date       text NOT NULL,
    branch_id  text NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('closed', 'open')),
    times      text NOT NULL,
    PRIMARY KEY (tenant_id, subject_id, date)
);

CREATE TABLE holiday_override (
    tenant_id text NOT NULL,
    branch_id text NOT NULL,
    date      text NOT NULL,
    name      text NOT NULL,
    closed    boolean NOT NULL,
    PRIMARY KEY (tenant_id, branch_id, date)
);

CREATE TABLE absence (
    tenant_id   text NOT NULL,
    absence_id  text NOT NULL,
    staff_id    text NOT NULL,
    branch_id   text NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('vacation', 'sick', 'training', 'other')),
    starts_at   timestamp NOT NULL,
    ends_at     timestamp NOT NULL,
    note        text NOT NULL DEFAULT '',
    source      text NOT NULL DEFAULT '',
    external_id text NOT NULL DEFAULT '',
    ended       boolean NOT NULL DEFAULT false,
    PRIMARY KEY (tenant_id, absence_id),
    FOREIGN KEY (tenant_id, staff_id) REFERENCES staff_calendar (tenant_id, staff_id),
    CHECK (starts_at < ends_at)
);

CREATE INDEX absence_staff ON absence (tenant_id, staff_id, ends_at);
CREATE UNIQUE INDEX absence_tenant_id_source_external_id_key ON absence (tenant_id, source, external_id) WHERE source <> '';

-- layout is what the hold takes, and demand what it was asked for: enough to take it
-- again after it ran out.
CREATE TABLE hold (
    tenant_id      text NOT NULL,
    hold_id        text NOT NULL,
    session        text NOT NULL,
    owner          text NOT NULL,
    channel        text NOT NULL,
    phone          text NOT NULL,
    branch_id      text NOT NULL,
    service_id     text NOT NULL,
    staff          boolean NOT NULL,
    demand         text NOT NULL,
    layout         text NOT NULL,
    taken_at       timestamp NOT NULL,
    expires_at     timestamp NOT NULL,
    first_expires_at timestamp NOT NULL,
    state          text NOT NULL CHECK (state IN ('active', 'taken_over', 'converted', 'released', 'expired')),
    appointment_id text NOT NULL DEFAULT '',
    seat           integer NOT NULL DEFAULT 0,
    ended_by       text NOT NULL DEFAULT '',
    reason         text NOT NULL DEFAULT '',
    released_at    timestamp,
    announced_at   timestamp,
    PRIMARY KEY (tenant_id, hold_id)
);

CREATE INDEX hold_session ON hold (tenant_id, session, taken_at);
CREATE INDEX hold_owner ON hold (tenant_id, owner) WHERE owner <> '';
CREATE INDEX hold_phone ON hold (tenant_id, phone) WHERE state = 'active';
CREATE INDEX hold_ended_by ON hold (tenant_id, ended_by) WHERE ended_by <> '';
CREATE INDEX hold_announced ON hold (tenant_id, announced_at) WHERE announced_at IS NOT NULL;
CREATE INDEX hold_running ON hold (tenant_id, expires_at) WHERE announced_at IS NULL AND state IN ('active', 'taken_over', 'expired');

-- The holder is an appointment, a hold that belongs to none, or a group session. Of
-- a pair of overlapping claims on a person both have the same one.
CREATE TABLE claim (
    tenant_id        text NOT NULL,
    claim_id         text NOT NULL,
    staff_id         text NOT NULL,
    starts_at        timestamp NOT NULL,
    ends_at          timestamp NOT NULL,
    kind             text NOT NULL CHECK (kind IN ('hold', 'booking', 'pause')),
    holder           text NOT NULL,
    branch_id        text NOT NULL,
    service_id       text NOT NULL,
    session          text NOT NULL DEFAULT '',
    hold_id          text NOT NULL DEFAULT '',
    appointment_id   text NOT NULL DEFAULT '',
    group_session_id text NOT NULL DEFAULT '',
    expires_at       timestamp,
    released_at      timestamp,
    reason           text NOT NULL DEFAULT '',
    release_key      text NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, claim_id),
    CHECK (starts_at < ends_at)
);

CREATE INDEX claim_day ON claim (tenant_id, staff_id, ends_at) WHERE released_at IS NULL;
CREATE INDEX claim_hold ON claim (tenant_id, hold_id);
CREATE INDEX claim_appointment ON claim (tenant_id, appointment_id) WHERE appointment_id <> '';
CREATE INDEX claim_group ON claim (tenant_id, group_session_id) WHERE group_session_id <> '';

-- +goose StatementBegin
CREATE TRIGGER claim_one_diary_insert BEFORE INSERT ON claim
WHEN NEW.released_at IS NULL AND NEW.kind <> 'pause'
BEGIN
    SELECT RAISE(ABORT, 'overlap: claim_one_diary')
    WHERE EXISTS (
        SELECT 1 FROM claim o
        WHERE o.tenant_id = NEW.tenant_id AND o.staff_id = NEW.staff_id AND o.ends_at > NEW.starts_at
          AND o.starts_at < NEW.ends_at AND o.released_at IS NULL AND o.kind <> 'pause'
          AND o.holder <> NEW.holder AND o.claim_id <> NEW.claim_id
    );
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER claim_one_diary_update BEFORE UPDATE ON claim
WHEN NEW.released_at IS NULL AND NEW.kind <> 'pause'
BEGIN
    SELECT RAISE(ABORT, 'overlap: claim_one_diary')
    WHERE EXISTS (
        SELECT 1 FROM claim o
        WHERE o.tenant_id = NEW.tenant_id AND o.staff_id = NEW.staff_id AND o.ends_at > NEW.starts_at
          AND o.starts_at < NEW.ends_at AND o.released_at IS NULL AND o.kind <> 'pause'
          AND o.holder <> NEW.holder AND o.claim_id <> NEW.claim_id
    );
END;
-- +goose StatementEnd

CREATE TABLE group_session (
    tenant_id        text NOT NULL,
    group_session_id text NOT NULL,
    service_id       text NOT NULL,
    staff_id         text NOT NULL,
    starts_at        timestamp NOT NULL,
    ends_at          timestamp NOT NULL,
    capacity         integer NOT NULL CHECK (capacity > 0),
    seats            integer NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, group_session_id),
    CHECK (seats >= 0 AND seats <= capacity)
);

CREATE UNIQUE INDEX group_session_tenant_id_service_id_staff_id_starts_at_key
    ON group_session (tenant_id, service_id, staff_id, starts_at);

CREATE TABLE seat (
    tenant_id        text NOT NULL,
    hold_id          text NOT NULL,
    group_session_id text NOT NULL,
    session          text NOT NULL,
    appointment_id   text NOT NULL DEFAULT '',
    expires_at       timestamp,
    released_at      timestamp,
    release_key      text NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, hold_id),
    FOREIGN KEY (tenant_id, group_session_id) REFERENCES group_session (tenant_id, group_session_id)
);

CREATE INDEX seat_group ON seat (tenant_id, group_session_id) WHERE released_at IS NULL;
CREATE INDEX seat_appointment ON seat (tenant_id, appointment_id) WHERE appointment_id <> '';

CREATE TABLE offer (
    tenant_id  text NOT NULL,
    session    text NOT NULL,
    slot       integer NOT NULL,
    span       integer NOT NULL,
    staff_id   text NOT NULL,
    starts_at  timestamp NOT NULL,
    ends_at    timestamp NOT NULL,
    expires_at timestamp NOT NULL,
    PRIMARY KEY (tenant_id, session, slot, span)
);

CREATE INDEX offer_day ON offer (tenant_id, staff_id, ends_at);

CREATE TABLE busy_time (
    tenant_id    text NOT NULL,
    source       text NOT NULL,
    external_uid text NOT NULL,
    staff_id     text NOT NULL,
    branch_id    text NOT NULL,
    starts_at    timestamp NOT NULL,
    ends_at      timestamp NOT NULL,
    all_day      boolean NOT NULL,
    appointment_id text NOT NULL,
    seen_at      timestamp NOT NULL,
    PRIMARY KEY (tenant_id, source, external_uid, staff_id),
    CHECK (starts_at < ends_at)
);

CREATE INDEX busy_time_day ON busy_time (tenant_id, staff_id, ends_at);

CREATE TABLE stale_mark (
    tenant_id text NOT NULL,
    stale     boolean NOT NULL,
    at        timestamp NOT NULL,
    PRIMARY KEY (tenant_id)
);

CREATE TABLE day_version (
    tenant_id text NOT NULL,
    staff_id  text NOT NULL,
    date      text NOT NULL,
    version   bigint NOT NULL,
    PRIMARY KEY (tenant_id, staff_id, date)
);

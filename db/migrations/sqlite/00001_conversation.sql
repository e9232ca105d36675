-- +goose Up
-- What comes in, what goes out, and what is remembered of a conversation. Times are UTC milliseconds, truth is 0 or 1,
-- JSON is text. A row of a person carries that person's subject. The twin of this file is in ../postgres.

-- One webhook event. A row that is done keeps nothing but its event id, which is what redeliveries are compared with.
CREATE TABLE inbox (
    id           INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    event_id     TEXT    NOT NULL,
    subject      TEXT    NOT NULL,
    kind         TEXT    NOT NULL,
    at_ms        INTEGER NOT NULL,
    received_ms  INTEGER NOT NULL,
    redelivered  INTEGER NOT NULL,
    message_hash TEXT    NOT NULL,
    opt_out      INTEGER NOT NULL,
    key_id       INTEGER NOT NULL,
    payload      BLOB,
    waiting      INTEGER NOT NULL,
    done_ms      INTEGER NOT NULL,
    reason       TEXT    NOT NULL
) STRICT;
CREATE UNIQUE INDEX inbox_event ON inbox (event_id);
CREATE INDEX inbox_line ON inbox (opt_out DESC, at_ms, id) WHERE waiting = 1;
-- Another predicate than inbox_line's on purpose: it keeps a planner that knows little of the table from looking for a
-- person's earlier events in the whole line.
CREATE INDEX inbox_person ON inbox (subject, at_ms, id) WHERE waiting > 0;

-- Who works for a person now: at most one event of a person is held, because the person is the key. row_id 0 is nobody.
CREATE TABLE lease (
    subject  TEXT    NOT NULL PRIMARY KEY,
    row_id   INTEGER NOT NULL,
    owner    TEXT    NOT NULL,
    attempt  INTEGER NOT NULL,
    until_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE inbox_key (
    id         INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    wrapped    BLOB    NOT NULL,
    created_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE inbox_bad (
    id          INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    event_id    TEXT    NOT NULL,
    received_ms INTEGER NOT NULL,
    reason      TEXT    NOT NULL
) STRICT;

CREATE TABLE unsent (
    message_hash TEXT    NOT NULL PRIMARY KEY,
    subject      TEXT    NOT NULL,
    at_ms        INTEGER NOT NULL
) STRICT;
CREATE INDEX unsent_age ON unsent (at_ms);

CREATE TABLE person (
    subject     TEXT    NOT NULL PRIMARY KEY,
    wrapped_key BLOB    NOT NULL,
    line_id     BLOB,
    lang        TEXT    NOT NULL,
    blocked     INTEGER NOT NULL,
    born_ms     INTEGER NOT NULL,
    changed_ms  INTEGER NOT NULL
) STRICT;

CREATE TABLE conversation (
    subject    TEXT    NOT NULL PRIMARY KEY,
    version    INTEGER NOT NULL,
    state      INTEGER NOT NULL,
    last_batch TEXT    NOT NULL,
    shown_skus TEXT    NOT NULL,
    topic      TEXT    NOT NULL,
    pending    TEXT    NOT NULL,
    erase_hash TEXT    NOT NULL,
    erase_ms   INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE shown (
    offer_id   TEXT    NOT NULL PRIMARY KEY,
    subject    TEXT    NOT NULL,
    batch      TEXT    NOT NULL,
    place      INTEGER NOT NULL,
    at_ms      INTEGER NOT NULL,
    general    INTEGER NOT NULL,
    strategy   TEXT    NOT NULL,
    sku        TEXT    NOT NULL,
    plan       TEXT    NOT NULL,
    score      REAL    NOT NULL,
    propensity REAL    NOT NULL,
    offer      TEXT    NOT NULL
) STRICT;
CREATE INDEX shown_person ON shown (subject, batch);
CREATE INDEX shown_age ON shown (at_ms);

CREATE TABLE answer (
    subject  TEXT    NOT NULL,
    offer_id TEXT    NOT NULL,
    at_ms    INTEGER NOT NULL,
    accepted INTEGER NOT NULL,
    reason   TEXT    NOT NULL,
    PRIMARY KEY (subject, offer_id, at_ms)
) STRICT;
CREATE INDEX answer_age ON answer (at_ms);

-- What a person said of a product, a category or a fact. on_plan is 1 for a mark on the plan use, whose value is empty.
CREATE TABLE mark (
    subject  TEXT    NOT NULL,
    kind     TEXT    NOT NULL,
    on_plan  INTEGER NOT NULL,
    value    TEXT    NOT NULL,
    amount   INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    at_ms    INTEGER NOT NULL,
    PRIMARY KEY (subject, kind, on_plan, value)
) STRICT;

CREATE TABLE words (
    message_hash TEXT    NOT NULL PRIMARY KEY,
    subject      TEXT    NOT NULL,
    at_ms        INTEGER NOT NULL,
    sealed       BLOB    NOT NULL
) STRICT;
CREATE INDEX words_person ON words (subject);
CREATE INDEX words_age ON words (at_ms);

-- One call to LINE. due_ms is when the next attempt may start, or when the lease of the one that runs ends (leased = 1).
-- A final row has no body; one that LINE accepted does not name the person either.
CREATE TABLE outbox (
    id          INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    subject     TEXT    NOT NULL,
    event_id    TEXT    NOT NULL,
    kind        INTEGER NOT NULL,
    key_id      INTEGER NOT NULL,
    body        BLOB,
    retry_key   TEXT    NOT NULL,
    born_ms     INTEGER NOT NULL,
    deadline_ms INTEGER NOT NULL,
    due_ms      INTEGER NOT NULL,
    leased      INTEGER NOT NULL,
    attempt     INTEGER NOT NULL,
    doubtful    INTEGER NOT NULL,
    state       INTEGER NOT NULL,
    status      INTEGER NOT NULL,
    request_id  TEXT    NOT NULL,
    done_ms     INTEGER NOT NULL
) STRICT;
CREATE INDEX outbox_due ON outbox (due_ms, id) WHERE state = 1;
CREATE INDEX outbox_person ON outbox (subject) WHERE subject <> '';

CREATE TABLE staff_case (
    id        INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    subject   TEXT    NOT NULL,
    kind      TEXT    NOT NULL,
    event_id  TEXT    NOT NULL,
    opened_ms INTEGER NOT NULL,
    closed_ms INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX staff_case_open ON staff_case (subject, kind) WHERE closed_ms = 0;

-- Versions that every process polls: what changed since it last looked.
CREATE TABLE counter (
    name  TEXT    NOT NULL PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT;
INSERT INTO counter (name, value) VALUES ('catalog_version', 0), ('learned_version', 0);

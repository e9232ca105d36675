-- +goose Up
CREATE TABLE product (
    sku TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, price INTEGER NOT NULL, category TEXT NOT NULL, brand TEXT NOT NULL,
    description TEXT NOT NULL, image_url TEXT NOT NULL, page_url TEXT NOT NULL, tags TEXT NOT NULL, stock INTEGER NOT NULL,
    tier TEXT NOT NULL, cost INTEGER NOT NULL, life_days INTEGER NOT NULL, sensitive INTEGER NOT NULL, min_age INTEGER NOT NULL,
    season_from TEXT NOT NULL, season_to TEXT NOT NULL, active INTEGER NOT NULL,
    relations TEXT NOT NULL -- JSON: relation name to SKUs, bundles with their price
) STRICT;
CREATE INDEX product_sensitive ON product (sku) WHERE sensitive = 1;

CREATE TABLE plan (
    plan TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, per_month INTEGER NOT NULL, rank INTEGER NOT NULL, family TEXT NOT NULL,
    benefits TEXT NOT NULL, limits TEXT NOT NULL, trial_days INTEGER NOT NULL, page_url TEXT NOT NULL
) STRICT;

CREATE TABLE price (
    sku TEXT NOT NULL, from_ms INTEGER NOT NULL, price INTEGER NOT NULL, PRIMARY KEY (sku, from_ms)
) STRICT;

-- What the shop told of a customer besides purchases, plan and its use.
CREATE TABLE customer (
    customer TEXT NOT NULL PRIMARY KEY, birth_year INTEGER NOT NULL, prefecture TEXT NOT NULL, points INTEGER NOT NULL,
    profile TEXT NOT NULL, joined_ms INTEGER NOT NULL,
    member INTEGER NOT NULL -- 1 once a plan was imported, so that its end can be recorded without reading the plan
) STRICT;

-- One LINE person a customer and one customer a LINE person.
CREATE TABLE link (
    customer TEXT NOT NULL PRIMARY KEY, subject TEXT NOT NULL UNIQUE, linked_ms INTEGER NOT NULL,
    wrapped_key BLOB, line_id BLOB -- the LINE user id sealed under that key, with the subject as context
) STRICT;

-- Insert-only, so that an import never needs to read it. row_key is a hash of what makes two rows the same purchase.
CREATE TABLE purchase (
    customer TEXT NOT NULL, row_key TEXT NOT NULL, sku TEXT NOT NULL, at_ms INTEGER NOT NULL, quantity INTEGER NOT NULL,
    unit_price INTEGER NOT NULL, channel TEXT NOT NULL, gift INTEGER NOT NULL, order_id TEXT NOT NULL,
    PRIMARY KEY (customer, row_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE purchase_return (
    customer TEXT NOT NULL, row_key TEXT NOT NULL, returned_ms INTEGER NOT NULL, PRIMARY KEY (customer, row_key)
) STRICT, WITHOUT ROWID;

-- Insert-only as well: the row with the greatest rev is the current one; an empty plan means that it ended.
CREATE TABLE membership (
    customer TEXT NOT NULL, rev INTEGER NOT NULL, plan TEXT NOT NULL, since_ms INTEGER NOT NULL, usage TEXT NOT NULL,
    PRIMARY KEY (customer, rev)
) STRICT;

-- The ledger. Rows are never changed; a change of mind is another row.
CREATE TABLE consent_event (
    id TEXT NOT NULL PRIMARY KEY, subject TEXT NOT NULL, state TEXT NOT NULL, purposes TEXT NOT NULL, at_ms INTEGER NOT NULL,
    received_ms INTEGER NOT NULL, method TEXT NOT NULL, notice_version TEXT NOT NULL, notice_sha256 TEXT NOT NULL, lang TEXT NOT NULL,
    nonce_hash TEXT NOT NULL, event_id TEXT NOT NULL, valid_until_ms INTEGER NOT NULL, actor TEXT NOT NULL
) STRICT;
CREATE INDEX consent_event_subject ON consent_event (subject);

-- Ledger rows that wait for their seal.
CREATE TABLE consent_pending (id TEXT NOT NULL PRIMARY KEY) STRICT;

CREATE TABLE consent_seal (
    seq INTEGER NOT NULL PRIMARY KEY, record_id TEXT NOT NULL UNIQUE, commitment TEXT NOT NULL, prev_hash TEXT NOT NULL, hash TEXT NOT NULL
) STRICT;

-- With its salt gone, a sealed row's commitment says nothing more, and the chain still verifies.
CREATE TABLE consent_salt (record_id TEXT NOT NULL PRIMARY KEY, salt BLOB NOT NULL) STRICT;

-- The fold of the ledger: one row a person and purpose.
CREATE TABLE consent_state (
    subject TEXT NOT NULL, purpose TEXT NOT NULL, state TEXT NOT NULL, rank INTEGER NOT NULL, at_ms INTEGER NOT NULL,
    event_id TEXT NOT NULL, notice_version TEXT NOT NULL, notice_sha256 TEXT NOT NULL, valid_until_ms INTEGER NOT NULL,
    PRIMARY KEY (subject, purpose)
) STRICT;
CREATE INDEX consent_state_out ON consent_state (subject) WHERE state IN ('withdrawn', 'refused');

-- Notices shown with their single-use nonce, of which only a keyed hash is kept.
CREATE TABLE ask (
    nonce_hash TEXT NOT NULL PRIMARY KEY, subject TEXT NOT NULL, purposes TEXT NOT NULL, notice_version TEXT NOT NULL,
    notice_sha256 TEXT NOT NULL, lang TEXT NOT NULL, shown_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL, used_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX ask_subject ON ask (subject);
CREATE INDEX ask_expires ON ask (expires_ms);

CREATE TABLE notice (sha256 TEXT NOT NULL PRIMARY KEY, version TEXT NOT NULL, lang TEXT NOT NULL, body BLOB NOT NULL) STRICT;

-- One row a person and read of purchases: for what, by which consent, how many rows, never which.
CREATE TABLE access_record (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, subject TEXT NOT NULL, purpose TEXT NOT NULL, event_id TEXT NOT NULL, row_count INTEGER NOT NULL
) STRICT;
CREATE INDEX access_record_subject ON access_record (subject, at_ms);

-- Erased persons. customer_digest finds an erased customer's rows in a later import file; it is not the customer id.
CREATE TABLE tombstone (subject TEXT NOT NULL PRIMARY KEY, customer_digest TEXT NOT NULL, erased_ms INTEGER NOT NULL) STRICT;
CREATE INDEX tombstone_customer ON tombstone (customer_digest);
CREATE TABLE tombstone_key (id INTEGER NOT NULL PRIMARY KEY, secret BLOB NOT NULL) STRICT;

CREATE TABLE learned (id INTEGER NOT NULL PRIMARY KEY, body BLOB NOT NULL, saved_ms INTEGER NOT NULL) STRICT;

-- A customer who withdrew for good and has a purchase: whoever can read it has a hole in the wall.
CREATE TABLE canary (customer TEXT NOT NULL PRIMARY KEY, subject TEXT NOT NULL) STRICT;
INSERT INTO canary (customer, subject) VALUES ('osusume:canary', 'canary');
INSERT INTO link (customer, subject, linked_ms) VALUES ('osusume:canary', 'canary', 1);
INSERT INTO consent_event (id, subject, state, purposes, at_ms, received_ms, method, notice_version, notice_sha256, lang, nonce_hash,
    event_id, valid_until_ms, actor) VALUES ('canary/withdrawn', 'canary', 'withdrawn',
    'purchase_history,proactive_messages,browsing_history,group_statistics,chat_improvement', 1, 1, 'system', '', '', '', '', '', 0, 'system');
INSERT INTO consent_pending (id) VALUES ('canary/withdrawn');
INSERT INTO consent_state (subject, purpose, state, rank, at_ms, event_id, notice_version, notice_sha256, valid_until_ms) VALUES
    ('canary', 'purchase_history', 'withdrawn', 3, 1, 'canary/withdrawn', '', '', 0),
    ('canary', 'proactive_messages', 'withdrawn', 3, 1, 'canary/withdrawn', '', '', 0),
    ('canary', 'browsing_history', 'withdrawn', 3, 1, 'canary/withdrawn', '', '', 0),
    ('canary', 'group_statistics', 'withdrawn', 3, 1, 'canary/withdrawn', '', '', 0),
    ('canary', 'chat_improvement', 'withdrawn', 3, 1, 'canary/withdrawn', '', '', 0);
INSERT INTO purchase (customer, row_key, sku, at_ms, quantity, unit_price, channel, gift, order_id)
    VALUES ('osusume:canary', 'canary', 'osusume:canary', 1, 1, 0, '', 0, '');
INSERT INTO membership (customer, rev, plan, since_ms, usage) VALUES ('osusume:canary', 1, 'osusume:canary', 1, '{}');

-- +goose StatementBegin
CREATE TRIGGER consent_event_no_update BEFORE UPDATE ON consent_event BEGIN SELECT RAISE(ABORT, 'consent_event is append-only'); END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER consent_event_no_delete BEFORE DELETE ON consent_event BEGIN SELECT RAISE(ABORT, 'consent_event is append-only'); END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER consent_seal_no_update BEFORE UPDATE ON consent_seal BEGIN SELECT RAISE(ABORT, 'consent_seal is append-only'); END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER consent_seal_no_delete BEFORE DELETE ON consent_seal BEGIN SELECT RAISE(ABORT, 'consent_seal is append-only'); END;
-- +goose StatementEnd

-- +goose Down
DROP TABLE canary;
DROP TABLE learned;
DROP TABLE tombstone_key;
DROP TABLE tombstone;
DROP TABLE access_record;
DROP TABLE notice;
DROP TABLE ask;
DROP TABLE consent_state;
DROP TABLE consent_salt;
DROP TABLE consent_seal;
DROP TABLE consent_pending;
DROP TABLE consent_event;
DROP TABLE membership;
DROP TABLE purchase_return;
DROP TABLE purchase;
DROP TABLE link;
DROP TABLE customer;
DROP TABLE price;
DROP TABLE plan;
DROP TABLE product;

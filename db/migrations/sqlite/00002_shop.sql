-- +goose Up
CREATE TABLE product (
    sku text NOT NULL PRIMARY KEY, name text NOT NULL, price integer NOT NULL, category text NOT NULL, brand text NOT NULL,
    description text NOT NULL, image_url text NOT NULL, page_url text NOT NULL, tags text NOT NULL, stock integer NOT NULL,
    tier text NOT NULL, cost integer NOT NULL, life_days integer NOT NULL, sensitive integer NOT NULL, min_age integer NOT NULL,
    season_from text NOT NULL, season_to text NOT NULL, active integer NOT NULL,
    relations text NOT NULL -- JSON: relation name to SKUs, bundles with their price
) STRICT;
CREATE INDEX product_sensitive ON product (sku) WHERE sensitive = 1;

CREATE TABLE plan (
    plan text NOT NULL PRIMARY KEY, name text NOT NULL, per_month integer NOT NULL, rank integer NOT NULL, family text NOT NULL,
    benefits text NOT NULL, limits text NOT NULL, trial_days integer NOT NULL, page_url text NOT NULL
) STRICT;

CREATE TABLE price (
    sku text NOT NULL, from_ms integer NOT NULL, price integer NOT NULL, PRIMARY KEY (sku, from_ms)
) STRICT;

-- What the shop told of a customer besides purchases, plan and its use.
CREATE TABLE customer (
    customer text NOT NULL PRIMARY KEY, birth_year integer NOT NULL, prefecture text NOT NULL, points integer NOT NULL,
    profile text NOT NULL, joined_ms integer NOT NULL,
    member integer NOT NULL -- 1 once a plan was imported, so that its end can be recorded without reading the plan
) STRICT;

-- One LINE person a customer and one customer a LINE person.
CREATE TABLE link (
    customer text NOT NULL PRIMARY KEY, subject text NOT NULL UNIQUE, linked_ms integer NOT NULL,
    wrapped_key blob, line_id blob -- the LINE user id sealed under that key, with the subject as context
) STRICT;

-- Insert-only, so that an import never needs to read it. row_key is a hash of what makes two rows the same purchase.
CREATE TABLE purchase (
    customer text NOT NULL, row_key text NOT NULL, sku text NOT NULL, at_ms integer NOT NULL, quantity integer NOT NULL,
    unit_price integer NOT NULL, channel text NOT NULL, gift integer NOT NULL, order_id text NOT NULL,
    PRIMARY KEY (customer, row_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE purchase_return (
    customer text NOT NULL, row_key text NOT NULL, returned_ms integer NOT NULL, PRIMARY KEY (customer, row_key)
) STRICT, WITHOUT ROWID;

-- Insert-only as well: the row with the greatest rev is the current one; an empty plan means that it ended.
CREATE TABLE membership (
    customer text NOT NULL, rev integer NOT NULL, plan text NOT NULL, since_ms integer NOT NULL, usage text NOT NULL,
    PRIMARY KEY (customer, rev)
) STRICT;

-- The ledger. Rows are never changed; a change of mind is another row.
CREATE TABLE consent_event (
    id text NOT NULL PRIMARY KEY, subject text NOT NULL, state text NOT NULL, purposes text NOT NULL, at_ms integer NOT NULL,
    received_ms integer NOT NULL, method text NOT NULL, notice_version text NOT NULL, notice_sha256 text NOT NULL, lang text NOT NULL,
    nonce_hash text NOT NULL, event_id text NOT NULL, valid_until_ms integer NOT NULL, actor text NOT NULL
) STRICT;
CREATE INDEX consent_event_subject ON consent_event (subject);

-- Ledger rows that wait for their seal.
CREATE TABLE consent_pending (id text NOT NULL PRIMARY KEY) STRICT;

CREATE TABLE consent_seal (
    seq integer NOT NULL PRIMARY KEY, record_id text NOT NULL UNIQUE, commitment text NOT NULL, prev_hash text NOT NULL, hash text NOT NULL
) STRICT;

-- With its salt gone, a sealed row's commitment says nothing more, and the chain still verifies.
CREATE TABLE consent_salt (record_id text NOT NULL PRIMARY KEY, salt blob NOT NULL) STRICT;

-- The fold of the ledger: one row a person and purpose.
CREATE TABLE consent_state (
    subject text NOT NULL, purpose text NOT NULL, state text NOT NULL, rank integer NOT NULL, at_ms integer NOT NULL,
    event_id text NOT NULL, notice_version text NOT NULL, notice_sha256 text NOT NULL, valid_until_ms integer NOT NULL,
    PRIMARY KEY (subject, purpose)
) STRICT;
CREATE INDEX consent_state_out ON consent_state (subject) WHERE state IN ('withdrawn', 'refused');

-- Notices shown with their single-use nonce, of which only a keyed hash is kept.
CREATE TABLE ask (
    nonce_hash text NOT NULL PRIMARY KEY, subject text NOT NULL, purposes text NOT NULL, notice_version text NOT NULL,
    notice_sha256 text NOT NULL, lang text NOT NULL, shown_ms integer NOT NULL, expires_ms integer NOT NULL, used_ms integer NOT NULL
) STRICT;
CREATE INDEX ask_subject ON ask (subject);
CREATE INDEX ask_expires ON ask (expires_ms);

CREATE TABLE notice (sha256 text NOT NULL PRIMARY KEY, version text NOT NULL, lang text NOT NULL, body blob NOT NULL) STRICT;

-- One row a person and read of purchases: for what, by which consent, how many rows, never which.
CREATE TABLE access_record (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT, at_ms integer NOT NULL, subject text NOT NULL, purpose text NOT NULL, event_id text NOT NULL, row_count integer NOT NULL
) STRICT;
CREATE INDEX access_record_subject ON access_record (subject, at_ms);

-- Erased persons. customer_digest finds an erased customer's rows in a later import file; it is not the customer id.
CREATE TABLE tombstone (subject text NOT NULL PRIMARY KEY, customer_digest text NOT NULL, erased_ms integer NOT NULL) STRICT;
CREATE INDEX tombstone_customer ON tombstone (customer_digest);
CREATE TABLE tombstone_key (id integer NOT NULL PRIMARY KEY, secret blob NOT NULL) STRICT;

CREATE TABLE learned (id integer NOT NULL PRIMARY KEY, body blob NOT NULL, saved_ms integer NOT NULL) STRICT;

-- A customer who withdrew for good and has a purchase: whoever can read it has a hole in the wall.
CREATE TABLE canary (customer text NOT NULL PRIMARY KEY, subject text NOT NULL) STRICT;
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

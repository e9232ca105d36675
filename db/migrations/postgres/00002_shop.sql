-- +goose Up
CREATE TABLE product (
    sku text NOT NULL PRIMARY KEY, name text NOT NULL, price bigint NOT NULL, category text NOT NULL, brand text NOT NULL,
    description text NOT NULL, image_url text NOT NULL, page_url text NOT NULL, tags text NOT NULL, stock bigint NOT NULL,
    tier text NOT NULL, cost bigint NOT NULL, life_days bigint NOT NULL, sensitive bigint NOT NULL, min_age bigint NOT NULL,
    season_from text NOT NULL, season_to text NOT NULL, active bigint NOT NULL,
    relations text NOT NULL -- JSON: relation name to SKUs, bundles with their price
);
CREATE INDEX product_sensitive ON product (sku) WHERE sensitive = 1;

CREATE TABLE plan (
    plan text NOT NULL PRIMARY KEY, name text NOT NULL, per_month bigint NOT NULL, rank bigint NOT NULL, family text NOT NULL,
    benefits text NOT NULL, limits text NOT NULL, trial_days bigint NOT NULL, page_url text NOT NULL
);

CREATE TABLE price (
    sku text NOT NULL, from_ms bigint NOT NULL, price bigint NOT NULL, PRIMARY KEY (sku, from_ms)
);

-- What the shop told of a customer besides purchases, plan and its use.
CREATE TABLE customer (
    customer text NOT NULL PRIMARY KEY, birth_year bigint NOT NULL, prefecture text NOT NULL, points bigint NOT NULL,
    profile text NOT NULL, joined_ms bigint NOT NULL,
    member bigint NOT NULL -- 1 once a plan was imported, so that its end can be recorded without reading the plan
);

-- One LINE person a customer and one customer a LINE person.
CREATE TABLE link (
    customer text NOT NULL PRIMARY KEY, subject text NOT NULL UNIQUE, linked_ms bigint NOT NULL,
    wrapped_key bytea, line_id bytea -- the LINE user id sealed under that key, with the subject as context
);

-- Insert-only, so that an import never needs to read it. row_key is a hash of what makes two rows the same purchase.
CREATE TABLE purchase (
    customer text NOT NULL, row_key text NOT NULL, sku text NOT NULL, at_ms bigint NOT NULL, quantity bigint NOT NULL,
    unit_price bigint NOT NULL, channel text NOT NULL, gift bigint NOT NULL, order_id text NOT NULL,
    PRIMARY KEY (customer, row_key)
);

CREATE TABLE purchase_return (
    customer text NOT NULL, row_key text NOT NULL, returned_ms bigint NOT NULL, PRIMARY KEY (customer, row_key)
);

-- Insert-only as well: the row with the greatest rev is the current one; an empty plan means that it ended.
CREATE TABLE membership (
    customer text NOT NULL, rev bigint NOT NULL, plan text NOT NULL, since_ms bigint NOT NULL, usage text NOT NULL,
    PRIMARY KEY (customer, rev)
);

-- The ledger. Rows are never changed; a change of mind is another row.
CREATE TABLE consent_event (
    id text COLLATE "C" NOT NULL PRIMARY KEY, subject text NOT NULL, state text NOT NULL, purposes text NOT NULL, at_ms bigint NOT NULL,
    received_ms bigint NOT NULL, method text NOT NULL, notice_version text NOT NULL, notice_sha256 text NOT NULL, lang text NOT NULL,
    nonce_hash text NOT NULL, event_id text NOT NULL, valid_until_ms bigint NOT NULL, actor text NOT NULL
);
CREATE INDEX consent_event_subject ON consent_event (subject);

-- Ledger rows that wait for their seal.
CREATE TABLE consent_pending (id text COLLATE "C" NOT NULL PRIMARY KEY);

CREATE TABLE consent_seal (
    seq bigint NOT NULL PRIMARY KEY, record_id text COLLATE "C" NOT NULL UNIQUE, commitment text NOT NULL, prev_hash text NOT NULL, hash text NOT NULL
);

-- With its salt gone, a sealed row's commitment says nothing more, and the chain still verifies.
CREATE TABLE consent_salt (record_id text COLLATE "C" NOT NULL PRIMARY KEY, salt bytea NOT NULL);

-- The fold of the ledger: one row a person and purpose.
CREATE TABLE consent_state (
    subject text NOT NULL, purpose text NOT NULL, state text NOT NULL, rank bigint NOT NULL, at_ms bigint NOT NULL,
    event_id text COLLATE "C" NOT NULL, notice_version text NOT NULL, notice_sha256 text NOT NULL, valid_until_ms bigint NOT NULL,
    PRIMARY KEY (subject, purpose)
);
CREATE INDEX consent_state_out ON consent_state (subject) WHERE state IN ('withdrawn', 'refused');

-- Notices shown with their single-use nonce, of which only a keyed hash is kept.
CREATE TABLE ask (
    nonce_hash text NOT NULL PRIMARY KEY, subject text NOT NULL, purposes text NOT NULL, notice_version text NOT NULL,
    notice_sha256 text NOT NULL, lang text NOT NULL, shown_ms bigint NOT NULL, expires_ms bigint NOT NULL, used_ms bigint NOT NULL
);
CREATE INDEX ask_subject ON ask (subject);
CREATE INDEX ask_expires ON ask (expires_ms);

CREATE TABLE notice (sha256 text NOT NULL PRIMARY KEY, version text NOT NULL, lang text NOT NULL, body bytea NOT NULL);

-- One row a person and read of purchases: for what, by which consent, how many rows, never which.
CREATE TABLE access_record (
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at_ms bigint NOT NULL, subject text NOT NULL, purpose text NOT NULL, event_id text NOT NULL, row_count bigint NOT NULL
);
CREATE INDEX access_record_subject ON access_record (subject, at_ms);

-- Erased persons. customer_digest finds an erased customer's rows in a later import file; it is not the customer id.
CREATE TABLE tombstone (subject text NOT NULL PRIMARY KEY, customer_digest text NOT NULL, erased_ms bigint NOT NULL);
CREATE INDEX tombstone_customer ON tombstone (customer_digest);
CREATE TABLE tombstone_key (id bigint NOT NULL PRIMARY KEY, secret bytea NOT NULL);

CREATE TABLE learned (id bigint NOT NULL PRIMARY KEY, body bytea NOT NULL, saved_ms bigint NOT NULL);

-- What a server looks at each second to see that something was imported or learned.
CREATE TABLE version (name text NOT NULL PRIMARY KEY, n bigint NOT NULL);
INSERT INTO version (name, n) VALUES ('catalog', 1), ('learned', 0);

-- A customer who withdrew for good and has a purchase: whoever can read it has a hole in the wall.
CREATE TABLE canary (customer text NOT NULL PRIMARY KEY, subject text NOT NULL);
INSERT INTO canary (customer, subject) VALUES ('osusume:canary', 'canary');
INSERT INTO link (customer, subject, linked_ms) VALUES ('osusume:canary', 'canary', 1);
INSERT INTO product (sku, name, price, category, brand, description, image_url, page_url, tags, stock, tier, cost, life_days,
    sensitive, min_age, season_from, season_to, active, relations)
    VALUES ('osusume:canary', 'canary', 0, '', '', '', '', '', '[]', 0, '', 0, 0, 0, 0, '', '', 0, '{}');
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
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
-- +goose StatementEnd
CREATE TRIGGER consent_event_append_only BEFORE UPDATE OR DELETE ON consent_event FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER consent_event_no_truncate BEFORE TRUNCATE ON consent_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER consent_seal_append_only BEFORE UPDATE OR DELETE ON consent_seal FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER consent_seal_no_truncate BEFORE TRUNCATE ON consent_seal FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The second wall (reference privacy B3): without transaction-local settings nobody but a superuser sees a row, and with
-- them only rows whose person's live consent allows the purpose. The subqueries do not depend on the row, so they run
-- once a statement. A setting that was once set in a session reads as '' afterwards, hence nullif.
-- +goose StatementBegin
CREATE FUNCTION osusume_setting(name text) RETURNS text LANGUAGE sql STABLE
    AS $$ SELECT nullif(current_setting('osusume.' || name, true), '') $$;
-- +goose StatementEnd

ALTER TABLE purchase ENABLE ROW LEVEL SECURITY;
ALTER TABLE purchase FORCE ROW LEVEL SECURITY;
CREATE POLICY purchase_import ON purchase FOR INSERT WITH CHECK (true);
CREATE POLICY purchase_answer ON purchase FOR SELECT USING (osusume_setting('purpose') = 'purchase_history' AND customer IN (
        SELECT l.customer FROM link l JOIN consent_state c ON c.subject = l.subject AND c.purpose = 'purchase_history'
        WHERE l.subject = ANY (string_to_array(osusume_setting('persons'), ',')) AND c.state = 'given'
            AND c.valid_until_ms > CAST(osusume_setting('now_ms') AS bigint) AND c.notice_version = osusume_setting('notice'))
    AND sku NOT IN (SELECT sku FROM product WHERE sensitive = 1));
CREATE POLICY purchase_erase_read ON purchase FOR SELECT USING (osusume_setting('purpose') = 'erasure' AND customer IN (
        SELECT l.customer FROM link l JOIN tombstone t ON t.subject = l.subject
        WHERE l.subject = ANY (string_to_array(osusume_setting('persons'), ','))));
CREATE POLICY purchase_erase ON purchase FOR DELETE USING (osusume_setting('purpose') = 'erasure' AND customer IN (
        SELECT l.customer FROM link l JOIN tombstone t ON t.subject = l.subject
        WHERE l.subject = ANY (string_to_array(osusume_setting('persons'), ','))));
CREATE POLICY purchase_learn_grant ON purchase FOR SELECT USING (osusume_setting('purpose') = 'group_statistics' AND osusume_setting('basis') = 'grant'
    AND customer IN (
        SELECT l.customer FROM link l JOIN consent_state c ON c.subject = l.subject AND c.purpose = 'group_statistics'
        WHERE c.state = 'given'
            AND c.valid_until_ms > CAST(osusume_setting('now_ms') AS bigint) AND c.notice_version = osusume_setting('notice'))
    AND sku NOT IN (SELECT sku FROM product WHERE sensitive = 1));
CREATE POLICY purchase_learn_terms ON purchase FOR SELECT USING (osusume_setting('purpose') = 'group_statistics' AND osusume_setting('basis') = 'terms'
    AND customer NOT IN (
        SELECT l.customer FROM link l JOIN consent_state c ON c.subject = l.subject
        WHERE c.purpose IN ('purchase_history', 'group_statistics') AND c.state IN ('withdrawn', 'refused'))
    AND sku NOT IN (SELECT sku FROM product WHERE sensitive = 1));

ALTER TABLE purchase_return ENABLE ROW LEVEL SECURITY;
ALTER TABLE purchase_return FORCE ROW LEVEL SECURITY;
CREATE POLICY purchase_return_import ON purchase_return FOR INSERT WITH CHECK (true);
CREATE POLICY purchase_return_answer ON purchase_return FOR SELECT USING (osusume_setting('purpose') = 'purchase_history' AND customer IN (
        SELECT l.customer FROM link l JOIN consent_state c ON c.subject = l.subject AND c.purpose = 'purchase_history'
        WHERE l.subject = ANY (string_to_array(osusume_setting('persons'), ',')) AND c.state = 'given'
            AND c.valid_until_ms > CAST(osusume_setting('now_ms') AS bigint) AND c.notice_version = osusume_setting('notice')));
CREATE POLICY purchase_return_erase_read ON purchase_return FOR SELECT USING (osusume_setting('purpose') = 'erasure' AND customer IN (
        SELECT l.customer FROM link l JOIN tombstone t ON t.subject = l.subject
        WHERE l.subject = ANY (string_to_array(osusume_setting('persons'), ','))));
CREATE POLICY purchase_return_erase ON purchase_return FOR DELETE USING (osusume_setting('purpose') = 'erasure' AND customer IN (
        SELECT l.customer FROM link l JOIN tombstone t ON t.subject = l.subject
        WHERE l.subject = ANY (string_to_array(osusume_setting('persons'), ','))));
CREATE POLICY purchase_return_learn_grant ON purchase_return FOR SELECT USING (osusume_setting('purpose') = 'group_statistics' AND osusume_setting('basis') = 'grant'
    AND customer IN (
        SELECT l.customer FROM link l JOIN consent_state c ON c.subject = l.subject AND c.purpose = 'group_statistics'
        WHERE c.state = 'given'
            AND c.valid_until_ms > CAST(osusume_setting('now_ms') AS bigint) AND c.notice_version = osusume_setting('notice')));
CREATE POLICY purchase_return_learn_terms ON purchase_return FOR SELECT USING (osusume_setting('purpose') = 'group_statistics' AND osusume_setting('basis') = 'terms'
    AND customer NOT IN (
        SELECT l.customer FROM link l JOIN consent_state c ON c.subject = l.subject
        WHERE c.purpose IN ('purchase_history', 'group_statistics') AND c.state IN ('withdrawn', 'refused')));

ALTER TABLE membership ENABLE ROW LEVEL SECURITY;
ALTER TABLE membership FORCE ROW LEVEL SECURITY;
CREATE POLICY membership_import ON membership FOR INSERT WITH CHECK (true);
CREATE POLICY membership_answer ON membership FOR SELECT USING (osusume_setting('purpose') = 'purchase_history' AND customer IN (
        SELECT l.customer FROM link l JOIN consent_state c ON c.subject = l.subject AND c.purpose = 'purchase_history'
        WHERE l.subject = ANY (string_to_array(osusume_setting('persons'), ',')) AND c.state = 'given'
            AND c.valid_until_ms > CAST(osusume_setting('now_ms') AS bigint) AND c.notice_version = osusume_setting('notice')));
CREATE POLICY membership_erase_read ON membership FOR SELECT USING (osusume_setting('purpose') = 'erasure' AND customer IN (
        SELECT l.customer FROM link l JOIN tombstone t ON t.subject = l.subject
        WHERE l.subject = ANY (string_to_array(osusume_setting('persons'), ','))));
CREATE POLICY membership_erase ON membership FOR DELETE USING (osusume_setting('purpose') = 'erasure' AND customer IN (
        SELECT l.customer FROM link l JOIN tombstone t ON t.subject = l.subject
        WHERE l.subject = ANY (string_to_array(osusume_setting('persons'), ','))));

-- +goose Down
DROP TABLE canary;
DROP TABLE version;
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
DROP FUNCTION osusume_setting(text);
DROP FUNCTION refuse_change();

// Package purchase is the only package that names the tables of purchases, returns and plans of customers. Nothing is
// read from them without a right that db/consent minted in the same transaction; importing only ever inserts.
package purchase

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"osusume/db/consent"
	"osusume/db/dialect"
	"osusume/internal/fault"
	"osusume/internal/ids"
	"osusume/offers"
)

// What an answer rests on, as the notice says it: the 24 months up to the person's newest purchase, and of those at most
// so many lines. Counting back from the newest purchase and not from today keeps a history useful to somebody who comes
// back after years, and reads no more of anybody.
const (
	windowMS  = 731 * 24 * 60 * 60 * 1000
	mostLines = 500
)

type lineRow struct {
	Subject    string `db:"subject"`
	SKU        string `db:"sku"`
	AtMS       int64  `db:"at_ms"`
	Quantity   int64  `db:"quantity"`
	UnitPrice  int64  `db:"unit_price"`
	Gift       int64  `db:"gift"`
	ReturnedMS int64  `db:"returned_ms"`
}

func (r *lineRow) purchase() offers.Purchase {
	return offers.Purchase{
		SKU: ids.SKU(r.SKU), AtMS: r.AtMS, Quantity: r.Quantity, UnitPrice: ids.Yen(r.UnitPrice), Returned: r.ReturnedMS != 0, Gift: r.Gift != 0,
	}
}

// Histories gives what the grants let us know of their persons as of their time: the last 24 months of purchases of
// products that are in the catalog and not sensitive, at most the 500 most recent, and the plan with its use. Everyone granted is in the result,
// also who is not linked to a customer or never bought. One access record a person is written in the same transaction;
// when that fails, nothing was read.
func Histories(ctx context.Context, tx *dialect.Tx, grants consent.Grants) (map[ids.Subject]*offers.History, error) {
	if err := grants.Admit(ctx, tx, ids.PurchaseHistory); err != nil {
		return nil, fmt.Errorf("purchase: histories: %w", err)
	}
	subjects := grants.Subjects()
	out := make(map[ids.Subject]*offers.History, len(subjects))
	for _, s := range subjects {
		out[s] = &offers.History{}
	}
	linked, err := readMemberships(ctx, tx, subjects, out)
	if err != nil {
		return nil, fmt.Errorf("purchase: histories: %w", err)
	}
	if err := readLines(ctx, tx, linked, grants.NowMS(), out); err != nil {
		return nil, fmt.Errorf("purchase: histories: %w", err)
	}
	if err := record(ctx, tx, grants, subjects, out); err != nil {
		return nil, fmt.Errorf("purchase: access record: %w", err)
	}
	return out, nil
}

// The two texts of each pair mean the same. Both look a person's rows up by index whatever the planner believes: just
// after a first import nothing was analysed, and a join it chose freely read whole tables. Hence LATERAL with LIMIT on
// Postgres (which SQLite lacks) and scalar subqueries instead of joins.
const (
	linesOnPostgres = `SELECT s.subject, x.sku, x.at_ms, x.quantity, x.unit_price, x.gift,
			coalesce((SELECT r.returned_ms FROM purchase_return r WHERE r.customer = x.customer AND r.row_key = x.row_key), 0) AS returned_ms
		FROM {set} JOIN LATERAL (
			SELECT y.customer, y.row_key, y.sku, y.at_ms, y.quantity, y.unit_price, y.gift FROM (
				SELECT p.customer, p.row_key, p.sku, p.at_ms, p.quantity, p.unit_price, p.gift, max(p.at_ms) OVER () AS newest_ms FROM purchase p
				WHERE p.customer = s.customer AND p.at_ms <= $1 AND (SELECT d.sensitive FROM product d WHERE d.sku = p.sku) = 0) AS y
			WHERE y.at_ms >= y.newest_ms - CAST($2 AS bigint)
			ORDER BY y.at_ms DESC, y.row_key COLLATE "C" LIMIT $3) AS x ON true`
	linesOnSQLite = `SELECT x.subject, x.sku, x.at_ms, x.quantity, x.unit_price, x.gift,
			coalesce((SELECT r.returned_ms FROM purchase_return r WHERE r.customer = x.customer AND r.row_key = x.row_key), 0) AS returned_ms
		FROM (SELECT s.subject, p.customer, p.row_key, p.sku, p.at_ms, p.quantity, p.unit_price, p.gift,
				row_number() OVER (PARTITION BY p.customer ORDER BY p.at_ms DESC, p.row_key) AS place,
				max(p.at_ms) OVER (PARTITION BY p.customer) AS newest_ms
			FROM {set} CROSS JOIN purchase p ON p.customer = s.customer
			WHERE p.at_ms <= $1 AND (SELECT d.sensitive FROM product d WHERE d.sku = p.sku) = 0) AS x
		WHERE x.at_ms >= x.newest_ms - $2 AND x.place <= $3`

	membersOnPostgres = `SELECT s.subject, l.customer, coalesce((SELECT c.birth_year FROM customer c WHERE c.customer = l.customer), 0) AS birth_year,
			coalesce(m.plan, '') AS plan, coalesce(m.since_ms, 0) AS since_ms, coalesce(m.usage, '') AS usage
		FROM {set} JOIN LATERAL (SELECT k.customer FROM link k WHERE k.subject = s.subject LIMIT 1) AS l ON true
			LEFT JOIN LATERAL (SELECT n.plan, n.since_ms, n.usage FROM membership n WHERE n.customer = l.customer ORDER BY n.rev DESC LIMIT 1) AS m ON true`
	membersOnSQLite = `SELECT s.subject, l.customer, coalesce((SELECT c.birth_year FROM customer c WHERE c.customer = l.customer), 0) AS birth_year,
			coalesce(m.plan, '') AS plan, coalesce(m.since_ms, 0) AS since_ms, coalesce(m.usage, '') AS usage
		FROM {set} CROSS JOIN link l ON l.subject = s.subject
			LEFT JOIN membership m ON m.customer = l.customer AND m.rev = (SELECT max(n.rev) FROM membership n WHERE n.customer = l.customer)`
)

func readLines(ctx context.Context, tx *dialect.Tx, linked []linkRow, nowMS int64, out map[ids.Subject]*offers.History) error {
	var rows []lineRow
	err := tx.Select(ctx, &rows, tx.Kind().Pick(linesOnPostgres, linesOnSQLite), nowMS, windowMS, mostLines, dialect.Rows(
		dialect.Text("subject", dialect.Of(linked, func(l *linkRow) string { return l.Subject })),
		dialect.Text("customer", dialect.Of(linked, func(l *linkRow) string { return l.Customer }))))
	if err != nil {
		return err
	}
	for i := range rows {
		if h := out[ids.Subject(rows[i].Subject)]; h != nil {
			h.Purchases = append(h.Purchases, rows[i].purchase())
		}
	}
	for _, h := range out {
		slices.SortFunc(h.Purchases, byTime)
	}
	return nil
}

// byTime orders purchases fully, so that the same rows always give the same history.
func byTime(a, b offers.Purchase) int {
	return cmp.Or(cmp.Compare(a.AtMS, b.AtMS), cmp.Compare(a.SKU, b.SKU), cmp.Compare(a.Quantity, b.Quantity), cmp.Compare(a.UnitPrice, b.UnitPrice))
}

type linkRow struct {
	Subject   string `db:"subject"`
	Customer  string `db:"customer"`
	BirthYear int    `db:"birth_year"`
	Plan      string `db:"plan"`
	SinceMS   int64  `db:"since_ms"`
	Usage     string `db:"usage"`
}

// readMemberships fills in the plans and gives the customers that the persons are linked to.
func readMemberships(ctx context.Context, tx *dialect.Tx, subjects []ids.Subject, out map[ids.Subject]*offers.History) ([]linkRow, error) {
	var rows []linkRow
	if err := tx.Select(ctx, &rows, tx.Kind().Pick(membersOnPostgres, membersOnSQLite), dialect.Rows(dialect.Text("subject", subjects))); err != nil {
		return nil, err
	}
	for _, r := range rows {
		h := out[ids.Subject(r.Subject)]
		if h == nil {
			continue
		}
		h.BirthYear = r.BirthYear
		if r.Plan == "" {
			continue
		}
		h.Membership = &offers.Membership{Plan: ids.PlanID(r.Plan), SinceMS: r.SinceMS}
		if err := json.Unmarshal([]byte(r.Usage), &h.Membership.Usage); err != nil {
			return nil, fmt.Errorf("a stored plan use cannot be read: %w", err)
		}
	}
	return rows, nil
}

// Both write one record a person; on Postgres the same statement ends the way of planning that the grants' Admit began.
const (
	recordOnPostgres = `INSERT INTO access_record (at_ms, subject, purpose, event_id, row_count)
		SELECT CAST($1 AS bigint), s.subject, CAST($2 AS text), s.event_id, s.row_count
		FROM {set} CROSS JOIN (SELECT set_config('plan_cache_mode', 'auto', true) AS mode OFFSET 0) AS p WHERE p.mode = 'auto'`
	recordOnSQLite = `INSERT INTO access_record (at_ms, subject, purpose, event_id, row_count)
		SELECT $1, s.subject, $2, s.event_id, s.row_count FROM {set} WHERE true`
)

func record(ctx context.Context, tx *dialect.Tx, grants consent.Grants, subjects []ids.Subject, read map[ids.Subject]*offers.History) error {
	written, err := tx.Exec(ctx, tx.Kind().Pick(recordOnPostgres, recordOnSQLite),
		grants.NowMS(), string(ids.PurchaseHistory), dialect.Rows(
			dialect.Text("subject", subjects),
			dialect.Text("event_id", dialect.Of(subjects, func(s *ids.Subject) string { return grants.EventID(*s) })),
			dialect.Int("row_count", dialect.Of(subjects, func(s *ids.Subject) int { return len(read[*s].Purchases) })),
		))
	if err == nil && written != int64(len(subjects)) {
		err = fault.Newf(fault.Other, "access record", "%d of %d were written", written, len(subjects))
	}
	return err
}

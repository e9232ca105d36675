package purchase

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"osusume/db/consent"
	"osusume/db/dialect"
	"osusume/internal/ids"
	"osusume/internal/shopfile"
)

type keyed struct {
	key string
	shopfile.Purchase
}

// rowKey is order id and product when the order is known, else the whole row; the return is no part of it, so that one
// added later finds its purchase.
func rowKey(p *shopfile.Purchase) string {
	h := sha256.New()
	field := func(s string) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(s)))
		h.Write(n[:])
		h.Write([]byte(s))
	}
	if p.OrderID != "" {
		field("order")
		field(p.OrderID)
		field(string(p.SKU))
	} else {
		field("row")
		field(string(p.SKU))
		field(p.Channel)
		var n [25]byte
		binary.BigEndian.PutUint64(n[0:], uint64(p.AtMS))
		binary.BigEndian.PutUint64(n[8:], uint64(p.Quantity))
		binary.BigEndian.PutUint64(n[16:], uint64(p.UnitPrice))
		n[24] = byte(dialect.Truth(p.Gift))
		h.Write(n[:])
	}
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:16])
}

// Counts is what an import changed.
type Counts struct{ Inserted, Updated, Unchanged int64 }

// Import inserts purchases that are not there yet, and returns of purchases that are. The first version of a purchase
// stays: an import has no right to read, and so none to change.
func Import(ctx context.Context, tx *dialect.Tx, rows []shopfile.Purchase) (Counts, error) {
	all := distinct(rows)
	var kept, returned []keyed
	for _, p := range all {
		if p.ReturnedMS == 0 {
			kept = append(kept, p)
		} else {
			returned = append(returned, p)
		}
	}
	n, err := insert(ctx, tx, kept)
	if err != nil {
		return Counts{}, err
	}
	withReturn, err := insert(ctx, tx, returned)
	if err != nil {
		return Counts{}, err
	}
	returns, err := insertReturns(ctx, tx, returned)
	if err != nil {
		return Counts{}, err
	}
	c := Counts{Inserted: n + withReturn, Updated: max(0, returns-withReturn)}
	c.Unchanged = int64(len(rows)) - c.Inserted - c.Updated
	return c, nil
}

// distinct sorts by customer and key, which is the order of the table, and merges repeated rows.
func distinct(rows []shopfile.Purchase) []keyed {
	out := make([]keyed, len(rows))
	for i := range rows {
		out[i] = keyed{rowKey(&rows[i]), rows[i]}
	}
	slices.SortStableFunc(out, func(a, b keyed) int {
		if c := strings.Compare(string(a.Customer), string(b.Customer)); c != 0 {
			return c
		}
		return strings.Compare(a.key, b.key)
	})
	n := 0
	for i := range out {
		if n > 0 && out[n-1].key == out[i].key && out[n-1].Customer == out[i].Customer {
			if out[n-1].ReturnedMS == 0 {
				out[n-1].ReturnedMS = out[i].ReturnedMS
			}
			continue
		}
		out[n] = out[i]
		n++
	}
	return out[:n]
}

func insert(ctx context.Context, tx *dialect.Tx, rows []keyed) (int64, error) {
	text := func(name string, get func(*keyed) string) dialect.Column {
		return dialect.Text(name, dialect.Of(rows, get))
	}
	number := func(name string, get func(*keyed) int64) dialect.Column {
		return dialect.Int(name, dialect.Of(rows, get))
	}
	n, err := tx.Exec(ctx, `INSERT INTO purchase (customer, row_key, sku, at_ms, quantity, unit_price, channel, gift, order_id)
		SELECT s.customer, s.row_key, s.sku, s.at_ms, s.quantity, s.unit_price, s.channel, s.gift, s.order_id
		FROM {set} WHERE true ON CONFLICT DO NOTHING`,
		dialect.Rows(
			text("customer", func(p *keyed) string { return string(p.Customer) }), text("row_key", func(p *keyed) string { return p.key }),
			text("sku", func(p *keyed) string { return string(p.SKU) }), number("at_ms", func(p *keyed) int64 { return p.AtMS }),
			number("quantity", func(p *keyed) int64 { return p.Quantity }), number("unit_price", func(p *keyed) int64 { return int64(p.UnitPrice) }),
			text("channel", func(p *keyed) string { return p.Channel }), number("gift", func(p *keyed) int64 { return dialect.Truth(p.Gift) }),
			text("order_id", func(p *keyed) string { return p.OrderID }),
		))
	if err != nil {
		return 0, fmt.Errorf("purchase: import: %w", err)
	}
	return n, nil
}

func insertReturns(ctx context.Context, tx *dialect.Tx, rows []keyed) (int64, error) {
	n, err := tx.Exec(ctx, `INSERT INTO purchase_return (customer, row_key, returned_ms) SELECT s.customer, s.row_key, s.returned_ms
		FROM {set} WHERE true ON CONFLICT DO NOTHING`,
		dialect.Rows(
			dialect.Text("customer", dialect.Of(rows, func(p *keyed) string { return string(p.Customer) })),
			dialect.Text("row_key", dialect.Of(rows, func(p *keyed) string { return p.key })),
			dialect.Int("returned_ms", dialect.Of(rows, func(p *keyed) int64 { return p.ReturnedMS })),
		))
	if err != nil {
		return 0, fmt.Errorf("purchase: import returns: %w", err)
	}
	return n, nil
}

// ImportMemberships records the plan and its use of each customer as of nowMS; an empty plan ends the one before.
func ImportMemberships(ctx context.Context, tx *dialect.Tx, nowMS int64, rows []shopfile.Customer) error {
	usages := make([]string, len(rows))
	for i := range rows {
		usage := rows[i].Usage
		if usage == nil {
			usage = map[string]float64{}
		}
		text, err := json.Marshal(usage)
		if err != nil {
			return fmt.Errorf("purchase: import plans: %w", err)
		}
		usages[i] = string(text)
	}
	_, err := tx.Exec(ctx, `INSERT INTO membership (customer, rev, plan, since_ms, usage)
		SELECT s.customer, CAST($1 AS bigint), s.plan, s.since_ms, s.usage FROM {set} WHERE true ON CONFLICT DO NOTHING`,
		nowMS, dialect.Rows(
			dialect.Text("customer", dialect.Of(rows, func(c *shopfile.Customer) ids.Customer { return c.ID })),
			dialect.Text("plan", dialect.Of(rows, func(c *shopfile.Customer) ids.PlanID { return c.Plan })),
			dialect.Int("since_ms", dialect.Of(rows, func(c *shopfile.Customer) int64 { return c.PlanSinceMS })),
			dialect.Text("usage", usages),
		))
	if err != nil {
		return fmt.Errorf("purchase: import plans: %w", err)
	}
	return nil
}

// Erase deletes all purchases, returns, plans and the customer's own row of the persons, and their link. db/consent.Erase
// must have left the tombstones in this transaction or before.
func Erase(ctx context.Context, tx *dialect.Tx, subjects []ids.Subject) error {
	if len(subjects) == 0 {
		return nil
	}
	if err := consent.AdmitErasure(ctx, tx, subjects); err != nil {
		return fmt.Errorf("purchase: erase: %w", err)
	}
	set := dialect.Rows(dialect.Text("subject", subjects))
	for _, statement := range []string{
		`DELETE FROM purchase_return WHERE customer IN (SELECT l.customer FROM {set} JOIN link l ON l.subject = s.subject)`,
		`DELETE FROM purchase WHERE customer IN (SELECT l.customer FROM {set} JOIN link l ON l.subject = s.subject)`,
		`DELETE FROM membership WHERE customer IN (SELECT l.customer FROM {set} JOIN link l ON l.subject = s.subject)`,
		`DELETE FROM customer WHERE customer IN (SELECT l.customer FROM {set} JOIN link l ON l.subject = s.subject)`,
		`DELETE FROM link WHERE subject IN (SELECT s.subject FROM {set})`,
	} {
		if _, err := tx.Exec(ctx, statement, set); err != nil {
			return fmt.Errorf("purchase: erase: %w", err)
		}
	}
	return nil
}

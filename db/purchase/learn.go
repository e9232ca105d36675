package purchase

import (
	"context"
	"fmt"
	"slices"

	"github.com/jmoiron/sqlx"

	"osusume/db/consent"
	"osusume/db/dialect"
	"osusume/internal/ids"
	"osusume/offers"
)

// mostLearned bounds what one customer keeps in memory while learning: a till's collective account is not a person.
const mostLearned = 2000

// RecordLearning writes the access record of one learning run. It comes before the reading, in its own transaction: the
// reading may last minutes, and a writer must not be held up by it.
func RecordLearning(ctx context.Context, tx *dialect.Tx, basis consent.Basis, nowMS int64) error {
	_, err := tx.Exec(ctx, `INSERT INTO access_record (at_ms, subject, purpose, event_id, row_count) VALUES ($1, '', $2, $3, -1)`,
		nowMS, string(ids.GroupStatistics), string(basis))
	if err != nil {
		return fmt.Errorf("purchase: access record: %w", err)
	}
	return nil
}

// Learn streams the purchases that the right to learn admits, customer by customer, each ascending by time and at most
// the 2,000 most recent. Sensitive products, and those that are not in the catalog, never count. fn must not keep the
// slice nor use the transaction.
func Learn(ctx context.Context, tx *dialect.Tx, right consent.Statistics, fn func(customer ids.Customer, lines []offers.Purchase) error) error {
	condition, nowMS, notice, err := right.Admit(ctx, tx)
	if err != nil {
		return fmt.Errorf("purchase: learn: %w", err)
	}
	if tx.Kind() == dialect.Postgres {
		// Everything is read once: hash joins. Before the first ANALYZE the planner guesses four products and loops.
		if err := tx.Script(ctx, `SET LOCAL enable_nestloop TO off`); err != nil {
			return fmt.Errorf("purchase: learn: %w", err)
		}
	}
	var current ids.Customer
	var lines []offers.Purchase
	flush := func() error {
		if len(lines) == 0 {
			return nil
		}
		slices.SortFunc(lines, byTime)
		return fn(current, lines)
	}
	err = tx.Each(ctx, func(rows *sqlx.Rows) error {
		var customer string
		var r lineRow
		if err := rows.Scan(&customer, &r.SKU, &r.AtMS, &r.Quantity, &r.UnitPrice, &r.Gift, &r.ReturnedMS); err != nil {
			return err
		}
		if ids.Customer(customer) != current {
			if err := flush(); err != nil {
				return err
			}
			current, lines = ids.Customer(customer), lines[:0]
		}
		if len(lines) < mostLearned {
			lines = append(lines, r.purchase())
		}
		return nil
	}, `SELECT p.customer, p.sku, p.at_ms, p.quantity, p.unit_price, p.gift, coalesce(r.returned_ms, 0)
		FROM purchase p JOIN product d ON d.sku = p.sku AND d.sensitive = 0
			LEFT JOIN purchase_return r ON r.customer = p.customer AND r.row_key = p.row_key
		WHERE `+condition+` ORDER BY p.customer, p.at_ms DESC`, nowMS, notice)
	if err == nil {
		err = flush()
	}
	if err != nil {
		return fmt.Errorf("purchase: learn: %w", err)
	}
	return nil
}

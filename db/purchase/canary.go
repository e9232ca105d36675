package purchase

import (
	"context"

	"osusume/db/dialect"
	"osusume/internal/ids"
)

// Table is the name of the table of purchases, for checks of its owner and its wall.
const Table = "purchase"

// Sees says by which table or view a purchase row of the customer can be read as the transaction stands now, or nothing.
// It is for the canary, on Postgres.
func Sees(ctx context.Context, tx *dialect.Tx, customer ids.Customer) (by string, err error) {
	var names []string
	// Every view over these tables that has a customer column and may be read, also a view over such a view: one without
	// security_invoker reads with its owner's rights and is the usual hole.
	if err := tx.Select(ctx, &names, `WITH RECURSIVE over (id) AS (
			SELECT to_regclass(t.name)::oid FROM unnest(ARRAY['purchase', 'purchase_return', 'membership']) AS t(name)
			UNION
			SELECT w.ev_class FROM over o JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = o.id
				AND d.classid = 'pg_rewrite'::regclass JOIN pg_rewrite w ON w.oid = d.objid)
		SELECT c.oid::regclass::text FROM over o JOIN pg_class c ON c.oid = o.id
			JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'customer'
		WHERE has_table_privilege(c.oid, 'SELECT') AND has_schema_privilege(c.relnamespace, 'USAGE') ORDER BY c.relname`); err != nil {
		return "", err
	}
	for _, name := range names {
		var n int
		if err := tx.Get(ctx, &n, `SELECT count(*) FROM `+name+` WHERE CAST(customer AS text) = $1`, string(customer)); err != nil {
			return "", err
		}
		if n > 0 {
			return name, nil
		}
	}
	return "", nil
}

package db

import (
	"context"
	"slices"

	"osusume/db/consent"
	"osusume/db/dialect"
	"osusume/db/purchase"
	"osusume/internal/ids"
	"osusume/internal/shopfile"
)

// admitted sets aside the rows of erased customers.
func admitted[T any](ctx context.Context, tx *dialect.Tx, rows []T, customer func(*T) ids.Customer) (good []T, refused []Refused, err error) {
	erased, err := consent.Erased(ctx, tx, dialect.Of(rows, customer))
	if err != nil || len(erased) == 0 {
		return rows, nil, err
	}
	for i := range rows {
		if erased[customer(&rows[i])] {
			refused = append(refused, Refused{i, refusedErased})
		} else {
			good = append(good, rows[i])
		}
	}
	return good, refused, nil
}

// ImportPurchases inserts purchases and returns. A purchase that is there already is not changed, except that a return
// is noted. Rows of erased customers are refused.
func (s *Store) ImportPurchases(ctx context.Context, rows []shopfile.Purchase) (Imported, error) {
	return inBatches(ctx, s, rows, func(ctx context.Context, tx *dialect.Tx, rows []shopfile.Purchase) (Imported, error) {
		good, refused, err := admitted(ctx, tx, rows, func(p *shopfile.Purchase) ids.Customer { return p.Customer })
		if err != nil {
			return Imported{}, err
		}
		n, err := purchase.Import(ctx, tx, good)
		return Imported{n.Inserted, n.Updated, n.Unchanged, refused}, err
	})
}

// ImportCustomers inserts or updates customers, and their plan and its use as of nowMS. Updated counts what is not
// purchase data: the wall hides from an import whether the plan changed.
func (s *Store) ImportCustomers(ctx context.Context, nowMS int64, rows []shopfile.Customer) (Imported, error) {
	return inBatches(ctx, s, rows, func(ctx context.Context, tx *dialect.Tx, rows []shopfile.Customer) (Imported, error) {
		good, refused, err := admitted(ctx, tx, rows, func(c *shopfile.Customer) ids.Customer { return c.ID })
		if err != nil {
			return Imported{}, err
		}
		result, err := importCustomers(ctx, tx, nowMS, good)
		result.Rejected = refused
		return result, err
	})
}

func importCustomers(ctx context.Context, tx *dialect.Tx, nowMS int64, given []shopfile.Customer) (Imported, error) {
	rows := lastOf(given, func(c *shopfile.Customer) ids.Customer { return c.ID })
	customer := dialect.Text("customer", dialect.Of(rows, func(c *shopfile.Customer) ids.Customer { return c.ID }))
	var known []struct {
		Customer string `db:"customer"`
		Member   int64  `db:"member"`
	}
	if err := tx.Select(ctx, &known, `SELECT c.customer, c.member FROM {set} JOIN customer c ON c.customer = s.customer`, dialect.Rows(customer)); err != nil {
		return Imported{}, err
	}
	wasMember := map[ids.Customer]bool{}
	for _, k := range known {
		wasMember[ids.Customer(k.Customer)] = k.Member != 0
	}
	number := func(name string, get func(*shopfile.Customer) int64) dialect.Column {
		return dialect.Int(name, dialect.Of(rows, get))
	}
	written, err := tx.Exec(ctx, `INSERT INTO customer AS c (customer, birth_year, prefecture, points, profile, joined_ms, member)
		SELECT s.customer, s.birth_year, s.prefecture, s.points, s.profile, s.joined_ms, s.member FROM {set}
		WHERE true ON CONFLICT (customer) DO UPDATE SET birth_year = excluded.birth_year, prefecture = excluded.prefecture,
			points = excluded.points, profile = excluded.profile, joined_ms = excluded.joined_ms, member = excluded.member
		WHERE (c.birth_year, c.prefecture, c.points, c.profile, c.joined_ms, c.member)
			<> (excluded.birth_year, excluded.prefecture, excluded.points, excluded.profile, excluded.joined_ms, excluded.member)`,
		dialect.Rows(
			customer, number("birth_year", func(c *shopfile.Customer) int64 { return int64(c.BirthYear) }),
			dialect.Text("prefecture", dialect.Of(rows, func(c *shopfile.Customer) string { return c.Prefecture })),
			number("points", func(c *shopfile.Customer) int64 { return c.Points }),
			dialect.Text("profile", dialect.Of(rows, func(c *shopfile.Customer) string { return c.Profile })),
			number("joined_ms", func(c *shopfile.Customer) int64 { return c.JoinedMS }),
			number("member", func(c *shopfile.Customer) int64 { return dialect.Truth(c.Plan != "" || wasMember[c.ID]) }),
		))
	if err != nil {
		return Imported{}, err
	}
	members := slices.DeleteFunc(slices.Clone(rows), func(c shopfile.Customer) bool { return c.Plan == "" && !wasMember[c.ID] })
	if err := purchase.ImportMemberships(ctx, tx, nowMS, members); err != nil {
		return Imported{}, err
	}
	return counted(len(given), len(rows), int64(len(known)), written), nil
}

// LinkRow is a row of links after the key ring has seen it: the LINE user id is sealed under a key of its own.
type LinkRow struct {
	Customer   ids.Customer
	Subject    ids.Subject
	WrappedKey []byte // may be nil together with LineID
	LineID     []byte
}

// ImportLinks links customers to LINE persons: one person a customer, one customer a person. A row that contradicts a
// link is refused, since overwriting would show one person's purchases to another. So are rows of erased customers and
// persons: only the person's own linking makes them known again.
func (s *Store) ImportLinks(ctx context.Context, nowMS int64, rows []LinkRow) (Imported, error) {
	return inBatches(ctx, s, rows, func(ctx context.Context, tx *dialect.Tx, rows []LinkRow) (Imported, error) {
		return importLinks(ctx, tx, nowMS, rows)
	})
}

func importLinks(ctx context.Context, tx *dialect.Tx, nowMS int64, rows []LinkRow) (Imported, error) {
	customers := dialect.Of(rows, func(r *LinkRow) ids.Customer { return r.Customer })
	subjects := dialect.Of(rows, func(r *LinkRow) ids.Subject { return r.Subject })
	erased, err := consent.Erased(ctx, tx, customers)
	if err != nil {
		return Imported{}, err
	}
	erasedSubjects, err := consent.ErasedSubjects(ctx, tx, subjects)
	if err != nil {
		return Imported{}, err
	}
	bySubject, byCustomer, err := linksOf(ctx, tx, customers, subjects)
	if err != nil {
		return Imported{}, err
	}
	var result Imported
	var fresh []LinkRow
	for i, r := range rows {
		toSubject, hasCustomer := byCustomer[r.Customer]
		toCustomer, hasSubject := bySubject[r.Subject]
		switch {
		case erased[r.Customer] || erasedSubjects[r.Subject]:
			result.Rejected = append(result.Rejected, Refused{i, refusedErased})
		case hasCustomer && toSubject != r.Subject:
			result.Rejected = append(result.Rejected, Refused{i, refusedLinkedID})
		case hasSubject && toCustomer != r.Customer:
			result.Rejected = append(result.Rejected, Refused{i, refusedLinkedLINE})
		case hasCustomer:
			result.Unchanged++
		default:
			byCustomer[r.Customer], bySubject[r.Subject] = r.Subject, r.Customer
			fresh = append(fresh, r)
		}
	}
	slices.SortFunc(fresh, func(a, b LinkRow) int {
		if a.Customer < b.Customer {
			return -1
		}
		return 1
	})
	// A link made by another process since we looked ends the batch with fault.Conflict; the same import again sees it.
	result.Inserted, err = tx.Exec(ctx, `INSERT INTO link (customer, subject, linked_ms, wrapped_key, line_id)
		SELECT s.customer, s.subject, CAST($1 AS bigint), s.wrapped_key, s.line_id FROM {set} WHERE true`,
		nowMS, dialect.Rows(
			dialect.Text("customer", dialect.Of(fresh, func(r *LinkRow) ids.Customer { return r.Customer })),
			dialect.Text("subject", dialect.Of(fresh, func(r *LinkRow) ids.Subject { return r.Subject })),
			dialect.Blob("wrapped_key", dialect.Of(fresh, func(r *LinkRow) []byte { return r.WrappedKey })),
			dialect.Blob("line_id", dialect.Of(fresh, func(r *LinkRow) []byte { return r.LineID })),
		))
	return result, err
}

func linksOf(ctx context.Context, tx *dialect.Tx, customers []ids.Customer, subjects []ids.Subject) (map[ids.Subject]ids.Customer, map[ids.Customer]ids.Subject, error) {
	type pair struct {
		Customer string `db:"customer"`
		Subject  string `db:"subject"`
	}
	var a, b []pair
	if err := tx.Select(ctx, &a, `SELECT l.customer, l.subject FROM {set} JOIN link l ON l.customer = s.customer`, dialect.Rows(dialect.Text("customer", customers))); err != nil {
		return nil, nil, err
	}
	if err := tx.Select(ctx, &b, `SELECT l.customer, l.subject FROM {set} JOIN link l ON l.subject = s.subject`, dialect.Rows(dialect.Text("subject", subjects))); err != nil {
		return nil, nil, err
	}
	bySubject, byCustomer := map[ids.Subject]ids.Customer{}, map[ids.Customer]ids.Subject{}
	for _, p := range append(a, b...) {
		bySubject[ids.Subject(p.Subject)] = ids.Customer(p.Customer)
		byCustomer[ids.Customer(p.Customer)] = ids.Subject(p.Subject)
	}
	return bySubject, byCustomer, nil
}

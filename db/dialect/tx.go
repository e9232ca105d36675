package dialect

import (
	"context"
	"database/sql"
	"errors"
	"sync/atomic"

	"github.com/jmoiron/sqlx"

	"osusume/internal/fault"
)

// Tx is one transaction. It is made by DB.Do only.
//
// Statements are prepared once and cached by their text, so a text must be constant: values go into arguments, and a
// set of rows into a Set as the last argument. These macros are replaced in the text:
//
//	{set}          the rows of the Set, as a table named s with the Set's columns
//	{for update}   FOR UPDATE on Postgres, nothing on SQLite (where the transaction is the only writer anyway)
//	{skip locked}  FOR UPDATE SKIP LOCKED on Postgres, nothing on SQLite
//
// An INSERT … SELECT … ON CONFLICT needs a WHERE (WHERE true will do), or SQLite takes ON for a join's.
// A statement whose Set is empty is not run: Exec gives 0, Select leaves dest as it is.
type Tx struct {
	db   *DB
	tx   *sqlx.Tx
	st   *statements
	done atomic.Bool
}

func (d *DB) begin(ctx context.Context, m Mode) (*Tx, error) {
	pool, st := d.write, d.writers
	if m.ReadOnly {
		pool, st = d.read, d.readers
	}
	if err := st.prepareWanted(ctx); err != nil {
		return nil, translate(err)
	}
	tx, err := pool.BeginTxx(ctx, &sql.TxOptions{ReadOnly: m.ReadOnly && d.kind == Postgres})
	if err != nil {
		return nil, translate(err)
	}
	if local := m.settings(d.kind); local != "" {
		if _, err := tx.ExecContext(ctx, local); err != nil {
			_ = tx.Rollback()
			return nil, translate(err)
		}
	}
	return &Tx{db: d, tx: tx, st: st}, nil
}

// settings gives the statements that make the mode, for this transaction only.
func (m Mode) settings(kind Kind) (text string) {
	if kind != Postgres {
		return ""
	}
	if m.Relaxed {
		text = `SET LOCAL synchronous_commit TO off; `
	}
	if m.Walk {
		text += `SET LOCAL enable_hashjoin TO off; SET LOCAL enable_mergejoin TO off; SET LOCAL enable_bitmapscan TO off;
			SET LOCAL enable_seqscan TO off; SET LOCAL enable_sort TO off`
	}
	return text
}

// Kind tells which database this is.
func (t *Tx) Kind() Kind { return t.db.kind }

// Done says whether the transaction has ended. What was minted in it is worth nothing afterwards.
func (t *Tx) Done() bool { return t.done.Load() }

func (t *Tx) commit(ctx context.Context) error {
	t.done.Store(true)
	err := t.tx.Commit()
	if errors.Is(err, sql.ErrTxDone) && ctx.Err() != nil {
		err = ctx.Err() // the deadline rolled it back before we came to commit
	}
	return translate(err)
}

func (t *Tx) rollback() {
	t.done.Store(true)
	_ = t.tx.Rollback() // the connection's own trouble is reported by whoever uses it next
}

func (t *Tx) stmt(ctx context.Context, text string) (*sqlx.Stmt, func(), error) {
	if t.Done() {
		return nil, nil, sql.ErrTxDone
	}
	if st := t.st.cached(text); st != nil {
		return t.tx.StmtxContext(ctx, st), func() {}, nil
	}
	st, err := t.tx.PreparexContext(ctx, text)
	if err != nil {
		return nil, nil, err
	}
	t.st.want(text)
	return st, func() { _ = st.Close() }, nil
}

// Exec runs a statement and gives the number of rows it touched.
func (t *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	text, args, empty := expand(t.db.kind, query, args)
	if empty {
		return 0, nil
	}
	st, closeIt, err := t.stmt(ctx, text)
	if err != nil {
		return 0, translate(err)
	}
	defer closeIt()
	res, err := st.ExecContext(ctx, args...)
	if err != nil {
		return 0, translate(err)
	}
	n, err := res.RowsAffected()
	return n, translate(err)
}

// Select reads all rows into dest, a pointer to a slice of structs with `db` tags or of single values.
func (t *Tx) Select(ctx context.Context, dest any, query string, args ...any) error {
	text, args, empty := expand(t.db.kind, query, args)
	if empty {
		return nil
	}
	st, closeIt, err := t.stmt(ctx, text)
	if err != nil {
		return translate(err)
	}
	defer closeIt()
	return translate(st.SelectContext(ctx, dest, args...))
}

// Get reads one row; no row is fault.NotFound.
func (t *Tx) Get(ctx context.Context, dest any, query string, args ...any) error {
	text, args, empty := expand(t.db.kind, query, args)
	if empty {
		return fault.New(fault.NotFound, "database", nil)
	}
	st, closeIt, err := t.stmt(ctx, text)
	if err != nil {
		return translate(err)
	}
	defer closeIt()
	return translate(st.GetContext(ctx, dest, args...))
}

// Each streams rows to fn, for results too large or too frequent for Select. fn scans the row; its error ends the
// reading. fn must not use the transaction.
func (t *Tx) Each(ctx context.Context, fn func(rows *sqlx.Rows) error, query string, args ...any) error {
	text, args, empty := expand(t.db.kind, query, args)
	if empty {
		return nil
	}
	st, closeIt, err := t.stmt(ctx, text)
	if err != nil {
		return translate(err)
	}
	defer closeIt()
	rows, err := st.QueryxContext(ctx, args...)
	if err != nil {
		return translate(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := fn(rows); err != nil {
			return translate(err)
		}
	}
	return translate(rows.Err())
}

// Script runs a constant text without arguments and without the cache; it may hold several statements.
func (t *Tx) Script(ctx context.Context, text string) error {
	if t.Done() {
		return translate(sql.ErrTxDone)
	}
	_, err := t.tx.ExecContext(ctx, text)
	return translate(err)
}

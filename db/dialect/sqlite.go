package dialect

import (
	"context"
	"net/url"
	"strings"

	"github.com/jmoiron/sqlx"
	_ "modernc.org/sqlite" // registers the driver "sqlite"

	"osusume/internal/fault"
)

func init() { sqlx.BindDriver("sqlite", sqlx.DOLLAR) }

// busyMS is how long one process waits for another's transaction on the same file, such as an import beside a server.
const busyMS = "5000"

func openSQLite(ctx context.Context, path string, o Options) (*DB, error) {
	if err := checkFile(path); err != nil {
		return nil, err
	}
	var unlock func()
	if o.Exclusive {
		var err error
		if unlock, err = lockFile(path + ".lock"); err != nil {
			return nil, fault.New(fault.Conflict, "db: open", err)
		}
	}
	if o.MaxConns == 0 {
		o.MaxConns = 4
	}
	// One writer: with several, each waits in a busy loop and the slowest transaction becomes forty times slower.
	// BEGIN IMMEDIATE, since a transaction that reads before it writes fails at once when another came between.
	write, err := sqlx.Open("sqlite", sqliteDSN(path, false))
	if err != nil {
		return nil, fault.New(fault.Invalid, "db: open", err)
	}
	write.SetMaxOpenConns(1)
	write.SetMaxIdleConns(1)
	read, err := sqlx.Open("sqlite", sqliteDSN(path, true))
	if err != nil {
		return nil, fault.New(fault.Invalid, "db: open", err)
	}
	read.SetMaxOpenConns(o.MaxConns)
	read.SetMaxIdleConns(o.MaxConns)
	d := &DB{kind: SQLite, write: write, read: read, writers: newStatements(write), readers: newStatements(read), unlock: unlock}
	var version int
	if err := write.GetContext(ctx, &version, `PRAGMA schema_version`); err != nil {
		return nil, fault.New(fault.KindOf(translate(err)), "db: open the SQLite file", closeAfter(d, translate(err)))
	}
	return d, nil
}

func sqliteDSN(path string, readOnly bool) string {
	query := "_pragma=busy_timeout(" + busyMS + ")&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)" +
		"&_pragma=trusted_schema(0)"
	if readOnly {
		query += "&_pragma=query_only(1)"
	} else {
		query += "&_txlock=immediate"
	}
	return "file:" + strings.ReplaceAll(url.PathEscape(path), "%2F", "/") + "?" + query
}

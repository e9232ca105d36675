package dialect

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"

	"github.com/lib/pq"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"osusume/internal/fault"
)

const op = "database"

// translate gives a driver's error its kind. A text that may repeat a value of a row is replaced by its code.
func translate(err error) error {
	if err == nil {
		return nil
	}
	var known *fault.Error
	if errors.As(err, &known) {
		return err
	}
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return fault.New(fault.NotFound, op, err)
	case errors.Is(err, sql.ErrTxDone):
		return fault.New(fault.Lost, op, err)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return fault.New(fault.Later, op, err)
	}
	var pg *pq.Error
	if errors.As(err, &pg) {
		return postgresFault(pg)
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return sqliteFault(lite)
	}
	var network net.Error
	var errno syscall.Errno
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || errors.Is(err, io.EOF) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &network) || errors.As(err, &errno) {
		return fault.New(fault.Later, op, err)
	}
	return fault.New(fault.Other, op, err)
}

func postgresFault(pg *pq.Error) error {
	switch {
	case pg.Code == "23505":
		return fault.New(fault.Conflict, op, fmt.Errorf("duplicate for %s (%s)", pg.Constraint, pg.Code))
	case pg.Code == "42501":
		return fault.New(fault.Denied, op, fmt.Errorf("the database role lacks a right (%s)", pg.Code))
	case pg.Code.Class() == "28":
		return fault.New(fault.Denied, op, fmt.Errorf("the database refuses the login (%s)", pg.Code))
	}
	switch pg.Code.Class() {
	case "08", "40", "53", "57", "58": // connection, rollback, resources, operator intervention, system
		return fault.New(fault.Later, op, pg)
	case "55":
		return fault.New(fault.Later, op, pg)
	case "25": // such as a read-only database after a failover
		return fault.New(fault.Later, op, pg)
	case "22", "23": // the message may repeat a value
		return fault.New(fault.Other, op, fmt.Errorf("a value was refused: %s (%s)", pg.Constraint, pg.Code))
	}
	return fault.New(fault.Other, op, pg)
}

func sqliteFault(lite *sqlite.Error) error {
	switch lite.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_ROWID:
		return fault.New(fault.Conflict, op, lite)
	}
	switch lite.Code() & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY,
		sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_NOMEM:
		return fault.New(fault.Later, op, lite)
	}
	return fault.New(fault.Other, op, lite)
}

func closeAfter(d *DB, err error) error {
	_ = d.Close()
	return err
}

// Translate gives an error of the driver, such as the migration tool returns, its kind. Errors of this package have it.
func Translate(err error) error { return translate(err) }

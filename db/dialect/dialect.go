// Package dialect is the only place that knows the database drivers. Everything above it writes one SQL text for both
// databases, with $1, $2 … in order of first appearance, sets of rows through Set, and the few words that differ through
// the macros named at Tx.
//
// Errors come back as internal/fault errors: a duplicate is Conflict, a database that is away, busy, full or too slow is
// Later, a missing right is Denied, no row from Get is NotFound. Their texts never hold values of rows.
package dialect

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/jmoiron/sqlx"

	"osusume/internal/fault"
)

// Kind is one of the two databases.
type Kind uint8

// The databases.
const (
	SQLite   Kind = 1
	Postgres Kind = 2
)

func (k Kind) String() string {
	if k == Postgres {
		return "postgres"
	}
	return "sqlite"
}

// Pick gives the text for this database, for the rare statement that cannot be one text.
func (k Kind) Pick(postgres, sqlite string) string {
	if k == Postgres {
		return postgres
	}
	return sqlite
}

// Options of Open. The zero value is right for commands.
type Options struct {
	// Exclusive takes the lock that only one server may hold on one SQLite file; a second one gets fault.Conflict.
	// Commands run beside a server without it. It means nothing on Postgres.
	Exclusive bool
	// MaxConns bounds the connections to Postgres, or the readers of SQLite. 0 means 16, or 4.
	MaxConns int
}

// DB is an open database. It is safe for concurrent use.
type DB struct {
	kind    Kind
	write   *sqlx.DB
	read    *sqlx.DB // the same as write on Postgres
	writers *statements
	readers *statements
	unlock  func()
}

// Open connects to `sqlite:PATH` or `postgres://…` and checks that the database answers. A text that is neither is
// fault.Invalid.
func Open(ctx context.Context, url string, o Options) (*DB, error) {
	switch {
	case strings.HasPrefix(url, "sqlite:"):
		return openSQLite(ctx, strings.TrimPrefix(url, "sqlite:"), o)
	case strings.HasPrefix(url, "postgres://"), strings.HasPrefix(url, "postgresql://"):
		return openPostgres(ctx, url, o)
	default:
		return nil, fault.Newf(fault.Invalid, "DATABASE_URL", "must begin with sqlite: or postgres://")
	}
}

// Kind tells which database this is.
func (d *DB) Kind() Kind { return d.kind }

// Writer gives the pool that writes, for the migration tool only.
func (d *DB) Writer() *sqlx.DB { return d.write }

// Close ends all connections and gives back the server's lock.
func (d *DB) Close() error {
	err := d.write.Close()
	if d.read != d.write {
		err = errors.Join(d.read.Close(), err)
	}
	if d.unlock != nil {
		d.unlock()
	}
	return err
}

// Ping asks the database whether it can be read now.
func (d *DB) Ping(ctx context.Context) error {
	var one int
	return d.Get(ctx, &one, `SELECT 1`)
}

// Mode says what a transaction is for.
type Mode struct {
	// Deadline bounds the whole transaction; 0 means 10 s.
	Deadline time.Duration
	// ReadOnly uses the readers of SQLite, which never wait for a writer, and a read-only snapshot on Postgres.
	ReadOnly bool
	// Relaxed lets Postgres answer before the commit is on disk (synchronous_commit=off): for what may be lost in a crash
	// of the database without harm, such as a lease.
	Relaxed bool
	// Walk makes Postgres walk indexes in their order and look up row by row, for statements that take the first few of a
	// long line. Its planner would rather read the whole line and sort it.
	Walk bool
}

// DefaultDeadline bounds a transaction whose Mode names none.
const DefaultDeadline = 10 * time.Second

// Do runs fn in one transaction and commits when fn gives nil. The context handed to fn carries the deadline; use that
// one. On SQLite a writing transaction is the only one at a time, so fn must not open another.
func (d *DB) Do(ctx context.Context, m Mode, fn func(ctx context.Context, tx *Tx) error) (err error) {
	if m.Deadline == 0 {
		m.Deadline = DefaultDeadline
	}
	ctx, cancel := context.WithTimeout(ctx, m.Deadline)
	defer cancel()
	tx, err := d.begin(ctx, m)
	if err != nil {
		return err
	}
	defer func() {
		if !tx.Done() {
			tx.rollback()
		}
	}()
	if err := fn(ctx, tx); err != nil {
		return err
	}
	return tx.commit(ctx)
}

// Select reads all rows outside a transaction into dest, a pointer to a slice; see Tx.
func (d *DB) Select(ctx context.Context, dest any, query string, args ...any) error {
	text, args, empty := expand(d.kind, query, args)
	if empty {
		return nil
	}
	st, err := d.readers.now(ctx, text)
	if err != nil {
		return translate(err)
	}
	return translate(st.SelectContext(ctx, dest, args...))
}

// Get reads one row outside a transaction; no row is fault.NotFound.
func (d *DB) Get(ctx context.Context, dest any, query string, args ...any) error {
	text, args, empty := expand(d.kind, query, args)
	if empty {
		return fault.New(fault.NotFound, "database", nil)
	}
	st, err := d.readers.now(ctx, text)
	if err != nil {
		return translate(err)
	}
	return translate(st.GetContext(ctx, dest, args...))
}

// statements caches prepared statements of one pool. Inside a transaction a statement that is not cached yet is
// prepared for that transaction alone and noted, and the pool prepares it before the next transaction begins: preparing
// on the pool while a transaction holds its last connection would wait for ever.
type statements struct {
	pool   *sqlx.DB
	mu     sync.RWMutex
	byText map[string]*sqlx.Stmt
	wanted map[string]struct{}
}

func newStatements(pool *sqlx.DB) *statements {
	return &statements{pool: pool, byText: map[string]*sqlx.Stmt{}, wanted: map[string]struct{}{}}
}

func (s *statements) cached(text string) *sqlx.Stmt {
	s.mu.RLock()
	st := s.byText[text]
	s.mu.RUnlock()
	return st
}

func (s *statements) want(text string) {
	s.mu.Lock()
	s.wanted[text] = struct{}{}
	s.mu.Unlock()
}

func (s *statements) now(ctx context.Context, text string) (*sqlx.Stmt, error) {
	if st := s.cached(text); st != nil {
		return st, nil
	}
	st, err := s.pool.PreparexContext(ctx, text)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if known := s.byText[text]; known != nil {
		_ = st.Close()
		return known, nil
	}
	s.byText[text] = st
	return st, nil
}

// prepareWanted must run while the caller holds no connection.
func (s *statements) prepareWanted(ctx context.Context) error {
	s.mu.RLock()
	n := len(s.wanted)
	s.mu.RUnlock()
	if n == 0 {
		return nil
	}
	s.mu.Lock()
	texts := make([]string, 0, len(s.wanted))
	for text := range s.wanted {
		texts = append(texts, text)
	}
	clear(s.wanted)
	s.mu.Unlock()
	for _, text := range texts {
		if _, err := s.now(ctx, text); err != nil {
			return err
		}
	}
	return nil
}

// checkFile refuses paths that cannot become a database file, before the driver's less helpful words.
func checkFile(path string) error {
	if path == "" || path == ":memory:" || strings.HasPrefix(path, "file:") {
		return fault.Newf(fault.Invalid, "DATABASE_URL", "sqlite: must be followed by the path of a file")
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fault.New(fault.Invalid, "DATABASE_URL", fmt.Errorf("the database file cannot be opened: %w", err))
	}
	return f.Close()
}

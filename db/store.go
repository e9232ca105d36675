// Package db is the store: one Store over SQLite and Postgres, and the only SQL of the program. The tables of consent
// are named only by db/consent, those of purchases only by db/purchase.
//
// Every method takes slices and reaches the database with a number of statements that does not depend on their length.
package db

import (
	"context"
	"crypto/rand"

	"osusume/db/dialect"
	"osusume/internal/fault"
)

// Options of Open.
type Options struct {
	// Serve takes the lock that lets one server only work on one SQLite file. Commands leave it false.
	Serve bool
	// MaxConns bounds the connections; 0 is a good number.
	MaxConns int
	// Notice is the consent notice's version in force (phrase.NoticeVersion). Without it no purchase is read for an answer.
	Notice string
}

// Store implements what webhook, bot and the commands need of a database. It is safe for concurrent use.
type Store struct {
	d      *dialect.DB
	owner  string // names this Store in leases
	notice string
	keys   keyCache
}

// Open connects to DATABASE_URL's database. A schema newer than this program is refused with fault.Conflict; an older
// one, or none, is for Migrate.
func Open(ctx context.Context, url string, o Options) (*Store, error) {
	d, err := dialect.Open(ctx, url, dialect.Options{Exclusive: o.Serve, MaxConns: o.MaxConns})
	if err != nil {
		return nil, err
	}
	s := &Store{d: d, owner: rand.Text(), notice: o.Notice}
	have, want, err := s.SchemaVersion(ctx)
	if err == nil && have > want {
		err = newerSchema(have, want)
	}
	if err != nil {
		_ = d.Close()
		return nil, err
	}
	return s, nil
}

func newerSchema(have, want int64) error {
	return fault.Newf(fault.Conflict, "db: open",
		"the database has schema %d and this osusume knows %d: use the newer osusume that migrated it", have, want)
}

// Close ends all connections.
func (s *Store) Close() error { return s.d.Close() }

// Ping asks whether the database answers; fault.Later when not.
func (s *Store) Ping(ctx context.Context) error { return s.d.Ping(ctx) }

// Kind tells which database this is.
func (s *Store) Kind() dialect.Kind { return s.d.Kind() }

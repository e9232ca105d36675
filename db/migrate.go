package db

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"osusume/db/dialect"
	"osusume/db/migrations"
	"osusume/internal/fault"
)

// Migrate brings the schema up to date. On Postgres it must run as the owner; of several processes one migrates and the
// others wait. A schema newer than this program is fault.Conflict and is left alone.
func (s *Store) Migrate(ctx context.Context) error {
	var err error
	for range 3 {
		if err = s.migrateOnce(ctx); err == nil {
			return nil
		}
		// Two processes may migrate one SQLite file; the loser sees tables that exist, or a busy file, and looks again.
		if s.Kind() != dialect.SQLite {
			break
		}
		if have, want, again := s.SchemaVersion(ctx); again == nil && have == want {
			return nil
		}
	}
	return err
}

func (s *Store) migrateOnce(ctx context.Context) error {
	have, want, err := s.SchemaVersion(ctx)
	if err != nil {
		return err
	}
	if have > want {
		return newerSchema(have, want)
	}
	files, err := migrations.Files(s.Kind().String())
	if err != nil {
		return fmt.Errorf("db: migrate: %w", err)
	}
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	gooseDialect := goose.DialectSQLite3
	if s.Kind() == dialect.Postgres {
		gooseDialect = goose.DialectPostgres
		// The default looks every five seconds for the lock of another process.
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 120))
		if err != nil {
			return fmt.Errorf("db: migrate: %w", err)
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	provider, err := goose.NewProvider(gooseDialect, s.d.Writer().DB, files, options...)
	if err != nil {
		return fmt.Errorf("db: migrate: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fault.New(fault.KindOf(dialect.Translate(err)), "db: migrate", err)
	}
	return nil
}

// SchemaVersion gives the version the database has, 0 when it has none, and the version this program wants.
func (s *Store) SchemaVersion(ctx context.Context) (have, want int64, err error) {
	want, err = newestMigration(s.Kind().String())
	if err != nil {
		return 0, 0, err
	}
	var exists int
	err = s.d.Get(ctx, &exists, s.Kind().Pick(
		`SELECT count(*) FROM pg_catalog.pg_class WHERE oid = to_regclass('goose_db_version')`,
		`SELECT count(*) FROM sqlite_master WHERE name = 'goose_db_version'`))
	if err != nil {
		return 0, want, fmt.Errorf("db: schema version: %w", err)
	}
	if exists == 0 {
		return 0, want, nil
	}
	if err := s.d.Get(ctx, &have, `SELECT coalesce(max(version_id), 0) FROM goose_db_version`); err != nil {
		return 0, want, fmt.Errorf("db: schema version: %w", err)
	}
	return have, want, nil
}

// WantedSchema is the schema version of this program.
func WantedSchema() int64 {
	version, err := newestMigration(dialect.Postgres.String())
	if err != nil {
		panic(err) // the files are part of the program
	}
	return version
}

func newestMigration(name string) (int64, error) {
	files, err := migrations.Files(name)
	if err != nil {
		return 0, fmt.Errorf("db: migrations: %w", err)
	}
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return 0, fmt.Errorf("db: migrations: %w", err)
	}
	if len(names) == 0 {
		return 0, errors.New("db: no migrations")
	}
	return goose.NumericComponent(names[len(names)-1]) // Glob sorts
}

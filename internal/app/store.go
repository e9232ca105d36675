package app

import (
	"context"
	"fmt"
	"strings"

	"osusume/db"
	"osusume/db/consent"
	"osusume/internal/fault"
	"osusume/internal/phrase"
)

// schemaVersion is the database schema this program works with.
func schemaVersion() int64 { return db.WantedSchema() }

// openForServe opens the database for a server: SQLite is brought up to date, PostgreSQL must be, and the role must be
// one that row-level security applies to.
func openForServe(ctx context.Context, s Settings) (*db.Store, error) {
	store, err := openStore(ctx, s, db.Options{Serve: true, Notice: phrase.NoticeVersion})
	if err != nil {
		return nil, err
	}
	if err := store.CheckServeRole(ctx); err != nil {
		_ = store.Close() // the first error says more
		return nil, databaseError(err)
	}
	return store, nil
}

// openForCommand opens the database for a command that works beside a server, under the owner's or the server's role.
func openForCommand(ctx context.Context, s Settings) (*db.Store, error) {
	return openStore(ctx, s, db.Options{Notice: phrase.NoticeVersion})
}

func openStore(ctx context.Context, s Settings, options db.Options) (*db.Store, error) {
	store, err := db.Open(ctx, s.DatabaseURL, options)
	if err != nil {
		return nil, databaseError(err)
	}
	if err := readySchema(ctx, s, store); err != nil {
		_ = store.Close() // the first error says more
		return nil, databaseError(err)
	}
	return store, nil
}

func readySchema(ctx context.Context, s Settings, store *db.Store) error {
	if !s.postgres() {
		return store.Migrate(ctx)
	}
	have, want, err := store.SchemaVersion(ctx)
	if err != nil {
		return err
	}
	if have != want {
		return fmt.Errorf("the database has schema %d and this osusume needs %d: run osusume migrate --app-user osusume_app --app-password-file FILE with the owner's DATABASE_URL", have, want)
	}
	return nil
}

// databaseError names the setting that a person has to look at.
func databaseError(err error) error {
	if strings.HasPrefix(err.Error(), "DATABASE_URL") {
		return err
	}
	return fmt.Errorf("DATABASE_URL: %w", err)
}

// isNotFound says that what was asked for is not there, which for some questions is an answer.
func isNotFound(err error) bool { return fault.Is(err, fault.NotFound) }

func basisOf(s Settings) consent.Basis { return consent.Basis(s.StatisticsBasis) }

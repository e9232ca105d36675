package app

import (
	"context"
	"errors"
	"fmt"

	"osusume/db"
)

const migrateExample = `openssl rand -base64 24 > app-password.txt
osusume migrate --database-url postgres://owner:secret@localhost/shop?sslmode=disable \
  --app-user osusume_app --app-password-file app-password.txt`

// runMigrate is the command migrate.
func runMigrate(ctx context.Context, inv invocation) error {
	line := newCommandLine("migrate [--app-user NAME --app-password-file FILE]",
		"Brings the database schema up to date, with the owner's DATABASE_URL. On PostgreSQL it also creates or updates the\nlogin role that serve uses: it owns nothing, changes no schema, and row-level security applies to it.",
		migrateExample, "DATABASE_URL")
	user := line.set.String("app-user", "", "create or update the login role of this `name` for serve")
	passwordFile := line.set.String("app-password-file", "", "the `file` that holds the role's password")
	password := line.set.String("app-password", "", "the role's `password` itself, for trials")
	words, err := line.parse(inv)
	if err != nil {
		return err
	}
	switch {
	case len(words) > 0:
		return usageError{"takes flags only"}
	case *user == "" && (*passwordFile != "" || *password != ""):
		return usageError{"a password without --app-user"}
	case *user != "" && (*passwordFile == "") == (*password == ""):
		return usageError{"--app-user needs either --app-password-file or --app-password"}
	}
	settings, err := line.load(inv.env)
	if err != nil {
		return err
	}
	if *user != "" && !settings.postgres() {
		return usageError{"--app-user is for PostgreSQL: SQLite has no login roles"}
	}
	if *passwordFile != "" {
		if *password, err = readSecret(*passwordFile); err != nil {
			return fmt.Errorf("--app-password-file %w", err)
		}
	}
	store, err := db.Open(ctx, settings.DatabaseURL, db.Options{})
	if err != nil {
		return databaseError(err)
	}
	return errors.Join(migrate(ctx, inv, store, *user, *password), store.Close())
}

func migrate(ctx context.Context, inv invocation, store *db.Store, user, password string) error {
	before, _, err := store.SchemaVersion(ctx)
	if err != nil {
		return databaseError(err)
	}
	if err := store.Migrate(ctx); err != nil {
		return databaseError(err)
	}
	after, _, err := store.SchemaVersion(ctx)
	if err != nil {
		return databaseError(err)
	}
	if err := store.RefreshAppRoles(ctx); err != nil {
		return err
	}
	if before == after {
		fmt.Fprintf(inv.stdout, "schema %d is up to date\n", after)
	} else {
		fmt.Fprintf(inv.stdout, "schema migrated from %d to %d\n", before, after)
	}
	if user == "" {
		return nil
	}
	if err := store.CreateAppRole(ctx, user, password); err != nil {
		return err
	}
	fmt.Fprintf(inv.stdout, "role %s can log in; give serve a DATABASE_URL with it\n", user)
	return nil
}

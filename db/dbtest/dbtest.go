// Package dbtest runs one suite on both databases: SQLite in a temporary file, and a real PostgreSQL that is started
// once a test process and stopped with it.
//
// Where no PostgreSQL can be started, its half is skipped with the reason, unless OSUSUME_REQUIRE_POSTGRES=1 makes that
// a failure. OSUSUME_TEST_POSTGRES names a running server to use instead, by a superuser's URL without a password.
package dbtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/jmoiron/sqlx"

	"osusume/db"
	"osusume/db/migrations"
)

// Notice is the consent notice's version in force for the Stores that Each and Open make.
const Notice = "notice-of-tests"

// Each runs the suite as two parallel subtests, each with a fresh migrated Store. On Postgres the Store works under the
// server's role, not the owner's.
func Each(t *testing.T, suite func(t *testing.T, s *db.Store)) {
	t.Helper()
	EachURL(t, func(t *testing.T, url string) { suite(t, Open(t, url)) })
}

// EachURL is Each for tests that open the database themselves, several times for instance.
func EachURL(t *testing.T, suite func(t *testing.T, url string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		suite(t, SQLite(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		_, app := Postgres(t)
		suite(t, app)
	})
}

// Open opens a Store and closes it with the test.
func Open(t testing.TB, url string) *db.Store {
	t.Helper()
	s, err := db.Open(context.Background(), url, db.Options{Notice: Notice})
	if err != nil {
		t.Fatalf("open the store: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close the store: %v", err)
		}
	})
	return s
}

// SQLite gives the URL of a fresh migrated file.
func SQLite(t testing.TB) string {
	t.Helper()
	address := "sqlite:" + filepath.Join(t.TempDir(), "osusume.db")
	if err := migrate(address); err != nil {
		t.Fatal(err)
	}
	return address
}

// Postgres gives two URLs of a fresh migrated database: the owner's, and the server's role, which owns nothing.
func Postgres(t testing.TB) (ownerURL, appURL string) {
	t.Helper()
	return fresh(t, &quick, false)
}

// PostgresDurable is Postgres on a server that waits for the disk (fsync on), for measuring.
func PostgresDurable(t testing.TB) (ownerURL, appURL string) {
	t.Helper()
	return fresh(t, &durable, true)
}

// PostgresEmpty gives the owner's URL of a fresh database without a schema.
func PostgresEmpty(t testing.TB) string {
	t.Helper()
	base := server(t, &quick, false)
	return create(t, base, "template0")
}

func server(t testing.TB, c *cluster, fsync bool) *url.URL {
	t.Helper()
	base, err := c.url(fsync)
	switch {
	case errors.Is(err, errAbsent) && os.Getenv("OSUSUME_REQUIRE_POSTGRES") != "1":
		t.Skipf("skipped on PostgreSQL: %v", err)
	case err != nil:
		t.Fatalf("PostgreSQL: %v", err)
	}
	return base
}

func fresh(t testing.TB, c *cluster, fsync bool) (ownerURL, appURL string) {
	t.Helper()
	base := server(t, c, fsync)
	template, err := templates.of(base)
	if err != nil {
		t.Fatalf("PostgreSQL: %v", err)
	}
	ownerURL = create(t, base, template)
	if appURL, err = asApp(ownerURL); err != nil {
		t.Fatal(err)
	}
	return ownerURL, appURL
}

func create(t testing.TB, base *url.URL, template string) (ownerURL string) {
	t.Helper()
	name := newName()
	if err := admin(base, func(ctx context.Context, conn *sqlx.Conn) error {
		_, err := conn.ExecContext(ctx, fmt.Sprintf(`CREATE DATABASE %s TEMPLATE %s`, name, template))
		return err
	}); err != nil {
		t.Fatalf("create a database: %v", err)
	}
	t.Cleanup(func() {
		if err := admin(base, func(ctx context.Context, conn *sqlx.Conn) error {
			_, err := conn.ExecContext(ctx, fmt.Sprintf(`DROP DATABASE %s WITH (FORCE)`, name))
			return err
		}); err != nil {
			t.Errorf("drop the database: %v", err)
		}
	})
	return named(base, name)
}

func migrate(address string) error {
	ctx := context.Background()
	s, err := db.Open(ctx, address, db.Options{})
	if err != nil {
		return err
	}
	return errors.Join(s.Migrate(ctx), s.Close())
}

// templateCache makes one migrated database a server and schema; fresh databases are copies of it.
type templateCache struct {
	mu   sync.Mutex
	made map[string]string
}

var templates = templateCache{made: map[string]string{}}

func (c *templateCache) of(base *url.URL) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if name, ok := c.made[base.String()]; ok {
		return name, nil
	}
	name, err := schemaName()
	if err != nil {
		return "", err
	}
	err = admin(base, func(ctx context.Context, conn *sqlx.Conn) error {
		// Several test processes may share a server.
		if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock(7305805)`); err != nil {
			return err
		}
		defer func() { _, _ = conn.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock(7305805)`) }()
		var exists int
		if err := conn.GetContext(ctx, &exists, `SELECT count(*) FROM pg_database WHERE datname = $1`, name); err != nil || exists > 0 {
			return err
		}
		draft := newName()
		if _, err := conn.ExecContext(ctx, fmt.Sprintf(`CREATE DATABASE %s TEMPLATE template0`, draft)); err != nil {
			return err
		}
		if err := migrate(named(base, draft)); err != nil {
			return err
		}
		if err := makeAppRole(ctx, named(base, draft)); err != nil {
			return err
		}
		_, err := conn.ExecContext(ctx, fmt.Sprintf(`ALTER DATABASE %s RENAME TO %s`, draft, name))
		return err
	})
	if err != nil {
		return "", err
	}
	c.made[base.String()] = name
	return name, nil
}

// schemaName names the template by what is in it.
func schemaName() (string, error) {
	files, err := migrations.Files("postgres")
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	err = fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, path)
		sum.Write(text)
		return err
	})
	return "osusume_template_" + hex.EncodeToString(sum.Sum(nil)[:8]), err
}

func admin(base *url.URL, do func(ctx context.Context, conn *sqlx.Conn) error) error {
	ctx := context.Background()
	pool, err := sqlx.Open("postgres", base.String())
	if err != nil {
		return err
	}
	defer func() { _ = pool.Close() }()
	conn, err := pool.Connx(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	return do(ctx, conn)
}

package db_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"

	"osusume/db"
	"osusume/db/dbtest"
	"osusume/db/migrations"
	"osusume/internal/fault"
)

// raw opens a pool beside the store, for looking and for harm.
func raw(t *testing.T, address string) *sqlx.DB {
	t.Helper()
	driver, dsn := "postgres", address
	if path, ok := strings.CutPrefix(address, "sqlite:"); ok {
		driver, dsn = "sqlite", "file:"+path+"?_pragma=busy_timeout(5000)"
	}
	pool, err := sqlx.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pool.Close() })
	return pool
}

type column struct {
	Table    string `db:"tab"`
	Name     string `db:"col"`
	Type     string `db:"typ"`
	Nullable bool   `db:"nullable"`
}

var lite = map[string]string{"bigint": "INTEGER", "smallint": "INTEGER", "integer": "INTEGER", "text": "TEXT", "bytea": "BLOB", "double precision": "REAL"}

func TestBothSchemasHaveTheSameTablesColumnsAndIndexes(t *testing.T) {
	t.Parallel()
	owner, _ := dbtest.Postgres(t)
	var pg, sq []column
	if err := raw(t, owner).Select(&pg, `SELECT table_name AS tab, column_name AS col, data_type AS typ, is_nullable = 'YES' AS nullable
		FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'goose_db_version'
		ORDER BY table_name COLLATE "C", ordinal_position`); err != nil {
		t.Fatal(err)
	}
	for i := range pg {
		pg[i].Type = lite[pg[i].Type]
	}
	file := raw(t, dbtest.SQLite(t))
	if err := file.Select(&sq, `SELECT m.name AS tab, c.name AS col, c.type AS typ, c."notnull" = 0 AND c.pk = 0 AS nullable
		FROM sqlite_master m, pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> 'goose_db_version' ORDER BY m.name, c.cid`); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(pg, sq); diff != "" {
		t.Errorf("columns differ, - Postgres, + SQLite:\n%s", diff)
	}
	var pgIndexes, sqIndexes []string
	if err := raw(t, owner).Select(&pgIndexes, `SELECT i.relname FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
		JOIN pg_namespace n ON n.oid = i.relnamespace
		WHERE n.nspname = 'public' AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = x.indexrelid) AND i.relname NOT LIKE 'goose%' ORDER BY i.relname COLLATE "C"`); err != nil {
		t.Fatal(err)
	}
	if err := file.Select(&sqIndexes, `SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND name NOT LIKE 'goose%' ORDER BY name`); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(pgIndexes, sqIndexes); diff != "" {
		t.Errorf("indexes differ, - Postgres, + SQLite:\n%s", diff)
	}
	var loose []string
	if err := file.Select(&loose, `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0
		AND name NOT LIKE 'sqlite_%' AND name <> 'goose_db_version'`); err != nil || len(loose) > 0 {
		t.Errorf("tables that are not STRICT: %v %v", loose, err)
	}
}

func TestBothDialectsHaveTheSameMigrationFiles(t *testing.T) {
	t.Parallel()
	pg, err := fs.Glob(migrations.All(), "postgres/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	sq, err := fs.Glob(migrations.All(), "sqlite/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	base := func(names []string) (out []string) {
		for _, name := range names {
			out = append(out, filepath.Base(name))
		}
		return out
	}
	if diff := cmp.Diff(base(pg), base(sq)); diff != "" || len(pg) == 0 {
		t.Errorf("files differ, - Postgres, + SQLite:\n%s", diff)
	}
}

// changed names the files of a list of sums that are not what they were when they were released.
func changed(sums []byte, files fs.FS) (names []string) {
	for lines := bufio.NewScanner(bytes.NewReader(sums)); lines.Scan(); {
		sum, name, ok := strings.Cut(lines.Text(), "  ")
		text, err := fs.ReadFile(files, name)
		now := sha256.Sum256(text)
		if !ok || err != nil || hex.EncodeToString(now[:]) != sum {
			names = append(names, name)
		}
	}
	return names
}

func TestReleasedMigrationsNeverChange(t *testing.T) {
	t.Parallel()
	sums, err := fs.ReadFile(migrations.All(), "released.sum")
	if err != nil {
		t.Fatal(err)
	}
	if names := changed(sums, migrations.All()); len(names) > 0 {
		t.Errorf("released migrations were changed; put the change into a new file: %v", names)
	}
	wrong := strings.Repeat("0", 64) + "  sqlite/00001_conversation.sql\n"
	if names := changed([]byte(wrong), migrations.All()); len(names) != 1 {
		t.Error("a changed file is not noticed")
	}
}

func TestMigratingTwiceAndAtOnceIsHarmless(t *testing.T) {
	t.Parallel()
	for name, address := range map[string]string{"sqlite": "sqlite:" + filepath.Join(t.TempDir(), "a.db"), "postgres": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if name == "postgres" {
				address = dbtest.PostgresEmpty(t)
			}
			stores := []*db.Store{dbtest.Open(t, address), dbtest.Open(t, address), dbtest.Open(t, address)}
			if have, want, err := stores[0].SchemaVersion(t.Context()); err != nil || have != 0 || want == 0 {
				t.Fatalf("an empty database has schema %d of %d, %v", have, want, err)
			}
			var wait sync.WaitGroup
			for _, s := range stores {
				wait.Go(func() {
					if err := s.Migrate(t.Context()); err != nil {
						t.Error(err)
					}
				})
			}
			wait.Wait()
			if have, want, err := stores[0].SchemaVersion(t.Context()); err != nil || have != want || want != db.WantedSchema() {
				t.Errorf("schema %d of %d, %v", have, want, err)
			}
			if err := stores[0].Migrate(t.Context()); err != nil {
				t.Errorf("once more: %v", err)
			}
		})
	}
}

func TestANewerSchemaIsRefused(t *testing.T) {
	t.Parallel()
	addresses := map[string]string{"sqlite": dbtest.SQLite(t)}
	for _, name := range []string{"sqlite", "postgres"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address := addresses[name]
			if name == "postgres" {
				address, _ = dbtest.Postgres(t)
			}
			open := dbtest.Open(t, address)
			if _, err := raw(t, address).Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, true)`); err != nil {
				t.Fatal(err)
			}
			if err := open.Migrate(t.Context()); !fault.Is(err, fault.Conflict) {
				t.Errorf("migrate: %v", err)
			}
			if _, err := db.Open(context.Background(), address, db.Options{}); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "999") {
				t.Errorf("open: %v", err)
			}
		})
	}
}

func TestTheCLibraryIsTheOneSQLiteWasMadeWith(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.GoMod}}", "modernc.org/sqlite").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	theirs, err := os.ReadFile(strings.TrimSpace(string(out)))
	if err != nil {
		t.Fatal(err)
	}
	ours, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	pin := regexp.MustCompile(`modernc\.org/libc (v\S+)`)
	a, b := pin.FindSubmatch(theirs), pin.FindSubmatch(ours)
	if a == nil || b == nil || !bytes.Equal(a[1], b[1]) {
		t.Errorf("modernc.org/libc is %s here, and sqlite was generated with %s: another one corrupts memory", b, a)
	}
}

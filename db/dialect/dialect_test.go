package dialect_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"osusume/db/dbtest"
	"osusume/db/dialect"
	"osusume/internal/fault"
)

func openFile(t *testing.T, name string, o dialect.Options) *dialect.DB {
	t.Helper()
	d, err := dialect.Open(t.Context(), "sqlite:"+name, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func TestAddressesThatCannotBeUsedAreRefusedWithoutRepeatingThem(t *testing.T) {
	for _, url := range []string{
		"", "osusume.db", "mysql://x", "sqlite:", "sqlite::memory:", "sqlite:/no/such/folder/x.db",
		"postgres://u:hunter2@%zz/x", "postgres://u:hunter2@db.example/x?sslmode=disable",
		"postgres://u:hunter2@db.example/x?sslmode=prefer", "postgres://u:hunter2@10.0.0.1/x?sslmode=nonsense",
		"postgres://u:hunter2@/x?host=db.example&sslmode=disable",
		"postgres://u:hunter2@localhost,db.example/x?sslmode=disable",
	} {
		_, err := dialect.Open(t.Context(), url, dialect.Options{})
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v, want it to be invalid", url, err)
			continue
		}
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error holds the password: %v", err)
		}
	}
}

func TestADatabaseThatIsAwayIsLater(t *testing.T) {
	t.Parallel()
	_, err := dialect.Open(t.Context(), "postgres://nobody@127.0.0.1:1/x", dialect.Options{})
	if !fault.Is(err, fault.Later) {
		t.Errorf("%v has kind %v", err, fault.KindOf(err))
	}
}

func TestAPathWithOddCharactersIsThatVeryFile(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "店 50%?mode=memory#x.db")
	d := openFile(t, name, dialect.Options{})
	err := d.Do(t.Context(), dialect.Mode{}, func(ctx context.Context, tx *dialect.Tx) error {
		return tx.Script(ctx, `CREATE TABLE a (x INTEGER) STRICT`)
	})
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(name)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the file: %v, %v", info, err)
	}
	if entries, _ := os.ReadDir(filepath.Dir(name)); len(entries) > 3 {
		t.Errorf("more files than the database and its log: %v", entries)
	}
}

func TestOneServerAFile(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "a.db")
	first, err := dialect.Open(t.Context(), "sqlite:"+name, dialect.Options{Exclusive: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := dialect.Open(t.Context(), "sqlite:"+name, dialect.Options{Exclusive: true}); !fault.Is(err, fault.Conflict) ||
		!strings.Contains(err.Error(), "another osusume") {
		t.Errorf("a second server: %v", err)
	}
	openFile(t, name, dialect.Options{}) // a command may run beside it
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	openFile(t, name, dialect.Options{Exclusive: true})
}

func TestATransactionIsAllOrNothingAndBounded(t *testing.T) {
	t.Parallel()
	d := openFile(t, filepath.Join(t.TempDir(), "a.db"), dialect.Options{})
	ctx := t.Context()
	do := func(m dialect.Mode, fn func(context.Context, *dialect.Tx) error) error { return d.Do(ctx, m, fn) }
	if err := do(dialect.Mode{}, func(ctx context.Context, tx *dialect.Tx) error {
		return tx.Script(ctx, `CREATE TABLE a (x INTEGER PRIMARY KEY, t TEXT) STRICT`)
	}); err != nil {
		t.Fatal(err)
	}
	insert := func(ctx context.Context, tx *dialect.Tx, x int) error {
		_, err := tx.Exec(ctx, `INSERT INTO a (x, t) VALUES ($1, 'v')`, x)
		return err
	}
	wrong := errors.New("wrong")
	var kept *dialect.Tx
	if err := do(dialect.Mode{}, func(ctx context.Context, tx *dialect.Tx) error {
		kept = tx
		if err := insert(ctx, tx, 1); err != nil {
			return err
		}
		return wrong
	}); !errors.Is(err, wrong) {
		t.Fatalf("the error of the function is lost: %v", err)
	}
	if !kept.Done() {
		t.Error("the transaction does not know that it ended")
	}
	if err := insert(ctx, kept, 2); !fault.Is(err, fault.Lost) {
		t.Errorf("a statement after the end: %v", err)
	}
	if err := do(dialect.Mode{Deadline: time.Millisecond}, func(ctx context.Context, tx *dialect.Tx) error {
		if err := insert(ctx, tx, 3); err != nil {
			return err
		}
		<-ctx.Done()
		return nil
	}); !fault.Is(err, fault.Later) {
		t.Errorf("past its deadline: %v", err)
	}
	if err := do(dialect.Mode{}, func(ctx context.Context, tx *dialect.Tx) error {
		if err := insert(ctx, tx, 4); err != nil {
			return err
		}
		return insert(ctx, tx, 4)
	}); !fault.Is(err, fault.Conflict) {
		t.Errorf("a duplicate: %v", err)
	}
	if err := do(dialect.Mode{ReadOnly: true}, func(ctx context.Context, tx *dialect.Tx) error { return insert(ctx, tx, 5) }); err == nil {
		t.Error("a reader wrote")
	}
	var n int
	if err := d.Get(ctx, &n, `SELECT count(*) FROM a`); err != nil || n != 0 {
		t.Errorf("%d rows stay, %v", n, err)
	}
	var x int
	if err := d.Get(ctx, &x, `SELECT x FROM a WHERE x = $1`, 9); !fault.Is(err, fault.NotFound) {
		t.Errorf("no row: %v", err)
	}
}

func TestASetOfRowsArrivesAsItIs(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		d, err := dialect.Open(t.Context(), url, dialect.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = d.Close() })
		checkSet(t, d)
	})
}

func checkSet(t *testing.T, d *dialect.DB) {
	t.Helper()
	type row struct {
		T string  `db:"t"`
		I int64   `db:"i"`
		F float64 `db:"f"`
		B []byte  `db:"b"`
	}
	want := []row{
		{"", 0, 0, nil}, {"cut\uFFFDhere", 1, -0.5, []byte(`\x00`)}, {`"'\{},NULL`, -1 << 63, 0.1, []byte("\x00")}, {"寿司🍣\n", 1<<63 - 1, 3, []byte{0, 255, '\\'}}, {"NULL", 7, -1e300, []byte("x")},
	}
	given := slices.Clone(want)
	given[1].T = "cut\x00here"
	set := dialect.Rows(
		dialect.Text("t", dialect.Of(given, func(r *row) string { return r.T })), dialect.Int("i", dialect.Of(want, func(r *row) int64 { return r.I })),
		dialect.Float("f", dialect.Of(want, func(r *row) float64 { return r.F })), dialect.Blob("b", dialect.Of(want, func(r *row) []byte { return r.B })))
	for range 3 { // first unprepared, then prepared
		var got []row
		if err := d.Do(t.Context(), dialect.Mode{}, func(ctx context.Context, tx *dialect.Tx) error {
			return tx.Select(ctx, &got, `SELECT s.t, s.i, s.f, s.b FROM {set} WHERE s.i <> $1`, 99, set)
		}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	// The same text with sets of two shapes, and a set named twice.
	for _, again := range []dialect.Set{dialect.Rows(dialect.Text("t", []string{"a"})), dialect.Rows(dialect.Int("i", []int{1}), dialect.Text("t", []string{"a"}))} {
		var n int
		if err := d.Get(t.Context(), &n, `SELECT count(*) FROM {set} WHERE s.t IN (SELECT s.t FROM {set})`, again); err != nil || n != 1 {
			t.Errorf("%d rows, %v", n, err)
		}
	}
	var none []row
	if err := d.Select(t.Context(), &none, `SELECT s.t FROM {set} nonsense`, dialect.Rows(dialect.Text("t", []string(nil)))); err != nil || none != nil {
		t.Errorf("an empty set runs a statement: %v", err)
	}
}

func TestPostgresFaultsHaveTheirKinds(t *testing.T) {
	t.Parallel()
	_, app := dbtest.Postgres(t)
	d, err := dialect.Open(t.Context(), app, dialect.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	for text, want := range map[string]fault.Kind{
		`INSERT INTO counter (name, value) VALUES ('catalog_version', 0)`: fault.Conflict,
		`CREATE TABLE mine (a integer)`:                                   fault.Denied,
		`SELECT pg_sleep(5)`:                                              fault.Later,
		`SELECT CAST('secret words' AS bigint)`:                           fault.Other,
	} {
		err := d.Do(t.Context(), dialect.Mode{Deadline: 300 * time.Millisecond}, func(ctx context.Context, tx *dialect.Tx) error {
			_, err := tx.Exec(ctx, text)
			return err
		})
		if err == nil || fault.KindOf(err) != want || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v has kind %v, want %v", text, err, fault.KindOf(err), want)
		}
	}
	if err := d.Do(t.Context(), dialect.Mode{ReadOnly: true}, func(ctx context.Context, tx *dialect.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE counter SET value = 1`)
		return err
	}); err == nil {
		t.Error("a reader wrote")
	}
}

package archtest

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Lines after which a file should be split, and after which it must be.
const (
	longFile    = 400
	tooLongFile = 700
)

func sources(t *testing.T) []file {
	t.Helper()
	files, err := scan(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 20 {
		t.Fatalf("only %d Go files were found: the scan looks in the wrong place", len(files))
	}
	return files
}

func TestEveryImportIsAnArrowOfTheTable(t *testing.T) {
	t.Parallel()
	for _, f := range sources(t) {
		for _, problem := range checkArrows(f, rooms()) {
			t.Error(problem)
		}
	}
}

func TestThePureLineHolds(t *testing.T) {
	t.Parallel()
	vars := map[string]map[string]bool{}
	files := sources(t)
	for _, f := range files {
		if !f.test {
			if vars[f.pkg] == nil {
				vars[f.pkg] = map[string]bool{}
			}
			maps.Copy(vars[f.pkg], globals(f))
		}
	}
	for _, f := range files {
		if f.test || !rooms()[f.pkg].pure {
			continue
		}
		for _, problem := range append(checkPurity(f), checkWrites(f, vars[f.pkg])...) {
			t.Error(problem)
		}
	}
}

func TestSQLLivesUnderDBAndWalledTablesBehindTheirWall(t *testing.T) {
	t.Parallel()
	for _, f := range sources(t) {
		if f.test {
			continue // tests look behind the wall to prove that it stands
		}
		for _, problem := range checkSQL(f) {
			t.Error(problem)
		}
	}
}

func TestFilesAndPackagesKeepTheirSize(t *testing.T) {
	t.Parallel()
	for _, f := range sources(t) {
		limit := tooLongFile
		if f.test {
			limit = 2 * tooLongFile
		}
		switch {
		case f.lines > limit:
			t.Errorf("%s has %d lines, more than %d: split it", f.path, f.lines, limit)
		case f.lines > longFile && !f.test:
			t.Logf("%s has %d lines, more than %d: think of splitting it", f.path, f.lines, longFile)
		}
		name := strings.TrimSuffix(f.name, "_test")
		if slices.Contains(badNames(), name) {
			t.Errorf("%s: package %s says nothing of what lives there", f.path, name)
		}
	}
}

// The table must not promise rooms that do not exist, or it stops being a picture of the program.
func TestTheTableListsOnlyWhatExistsAndHasNoCycle(t *testing.T) {
	t.Parallel()
	table := rooms()
	state := map[string]int{}
	var visit func(pkg string, trail []string)
	visit = func(pkg string, trail []string) {
		if state[pkg] == 2 {
			return
		}
		if state[pkg] == 1 {
			t.Errorf("the table has a cycle: %s", strings.Join(append(trail, pkg), " → "))
			return
		}
		state[pkg] = 1
		for _, next := range table[pkg].imports {
			if _, ok := table[next]; !ok {
				t.Errorf("%s may import %s, which has no row", pkg, next)
			}
			if table[pkg].pure && !table[next].pure {
				t.Errorf("%s is pure and may import %s, which is not", pkg, next)
			}
			visit(next, append(trail, pkg))
		}
		state[pkg] = 2
	}
	for pkg := range table {
		visit(pkg, nil)
		if _, err := os.Stat(filepath.Join("..", "..", filepath.FromSlash(pkg))); err != nil {
			t.Errorf("the table has a row for %s, which does not exist", pkg)
		}
	}
}

func TestTheRulesSeePlantedFaults(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, path, src, want string
	}{
		{"an arrow that is not in the table", "webhook/x.go", "package webhook\nimport _ \"osusume/db\"", "no such arrow"},
		{"a package that is not in the table", "internal/tidy/x.go", "package tidy", "not in the table"},
		{"an import of a package that is not in the table", "bot/x.go", "package bot\nimport _ \"osusume/internal/tidy\"", "not in the table"},
		{"a test package in the product", "bot/x.go", "package bot\nimport _ \"osusume/db/dbtest\"", "for tests only"},
		{"the net in a pure package", "offers/x.go", "package offers\nimport _ \"net/http\"", "may not"},
		{"a driver in a pure package", "dialog/x.go", "package dialog\nimport _ \"github.com/lib/pq\"", "may not"},
		{"random numbers in a pure package", "offers/x.go", "package offers\nimport _ \"math/rand/v2\"", "may not"},
		{"the clock in a pure package", "offers/x.go", "package offers\nimport \"time\"\nvar t = time.Now()", "time.Now"},
		{"printing in a pure package", "offers/x.go", "package offers\nimport \"fmt\"\nfunc f() { fmt.Println() }", "fmt.Println"},
		{"a goroutine in a pure package", "offers/x.go", "package offers\nfunc f() { go f() }", "goroutine"},
		{"init in a pure package", "offers/x.go", "package offers\nfunc init() {}", "init"},
		{"a changing variable in a pure package", "offers/x.go", "package offers\nvar seen = map[int]bool{}\nfunc f() { seen[1] = true }", "change its variable seen"},
		{"a counting variable in a pure package", "offers/x.go", "package offers\nvar n int\nfunc f() { n++ }", "change its variable n"},
		{"SQL in the bot", "bot/x.go", "package bot\nconst q = `SELECT id FROM inbox WHERE id = $1`", "SQL belongs under db/"},
		{"a delete in a command", "internal/app/x.go", "package app\nconst q = `\n  DELETE FROM inbox`", "SQL belongs under db/"},
		{"every column", "db/x.go", "package db\nconst q = `SELECT * FROM inbox`", "SELECT *"},
		{"purchases outside their wall", "db/x.go", "package db\nconst q = `SELECT sku FROM purchase`", "only in db/purchase"},
		{"the ledger outside its wall", "db/purchase/x.go", "package purchase\nconst q = `INSERT INTO consent_event (id) VALUES ($1)`", "only in db/consent"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f, err := read(c.path, []byte(c.src))
			if err != nil {
				t.Fatal(err)
			}
			problems := append(checkArrows(f, rooms()), checkSQL(f)...)
			if rooms()[f.pkg].pure {
				problems = append(problems, append(checkPurity(f), checkWrites(f, globals(f))...)...)
			}
			if !strings.Contains(strings.Join(problems, "\n"), c.want) {
				t.Errorf("found %q, want one with %q", problems, c.want)
			}
		})
	}
}

func TestTheRulesLetGoodCodePass(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, path, src string }{
		{"a test may import across", "webhook/x_test.go", "package webhook\nimport _ \"osusume/db\""},
		{"a duration in a pure package", "offers/x.go", "package offers\nimport \"time\"\nconst d = time.Hour"},
		{"a local variable of a global's name", "offers/x.go", "package offers\nvar n = 1\nfunc f() int { n := 2; n++; return n }"},
		{"a sentence that begins like SQL", "internal/app/x.go", "package app\nconst s = `select a product, then its plan`"},
		{"a walled table at home", "db/purchase/x.go", "package purchase\nconst q = `SELECT sku FROM purchase WHERE customer_id = $1`"},
		{"a table whose name begins like a walled one", "db/x.go", "package db\nconst q = `SELECT id FROM asked`"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f, err := read(c.path, []byte(c.src))
			if err != nil {
				t.Fatal(err)
			}
			problems := append(checkArrows(f, rooms()), checkSQL(f)...)
			if rooms()[f.pkg].pure {
				problems = append(problems, append(checkPurity(f), checkWrites(f, globals(f))...)...)
			}
			if len(problems) > 0 {
				t.Errorf("found %q", problems)
			}
		})
	}
}

package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const module = "osusume"

// file is what the rules need of one Go file.
type file struct {
	path    string // relative to the module, with slashes
	pkg     string // directory, relative to the module
	name    string // package name
	test    bool
	lines   int
	imports []string
	tree    *ast.File
	set     *token.FileSet
}

// scan reads every Go file of the module below root. Nested modules and hidden directories are not of this module.
func scan(root string) ([]file, error) {
	var files []file
	err := filepath.WalkDir(root, func(p string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if p == root {
				return nil
			}
			_, nested := os.Stat(filepath.Join(p, "go.mod"))
			if nested == nil || strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata" {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(p, ".go") {
			return nil
		}
		relative, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		src, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		f, err := read(filepath.ToSlash(relative), src)
		if err != nil {
			return err
		}
		files = append(files, f)
		return nil
	})
	return files, err
}

func read(relative string, src []byte) (file, error) {
	f := file{
		path: relative, pkg: path.Dir(relative), test: strings.HasSuffix(relative, "_test.go"),
		lines: strings.Count(string(src), "\n"), set: token.NewFileSet(),
	}
	tree, err := parser.ParseFile(f.set, relative, src, parser.SkipObjectResolution|parser.ParseComments)
	if err != nil {
		return f, err
	}
	f.tree, f.name = tree, tree.Name.Name
	for _, spec := range tree.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return f, err
		}
		f.imports = append(f.imports, imported)
	}
	return f, nil
}

// checkArrows judges one file's imports of this module and of the rest.
func checkArrows(f file, table map[string]room) []string {
	row, known := table[f.pkg]
	if !known {
		return []string{fmt.Sprintf("%s: package %s is not in the table of internal/archtest", f.path, f.pkg)}
	}
	var found []string
	for _, imported := range f.imports {
		if own, ok := strings.CutPrefix(imported, module+"/"); ok {
			target, exists := table[own]
			switch {
			case !exists:
				found = append(found, fmt.Sprintf("%s imports %s, which is not in the table", f.path, own))
			case f.test: // tests may reach across; cycles are the compiler's business
			case target.testOnly && !row.testOnly:
				found = append(found, fmt.Sprintf("%s imports %s, which is for tests only", f.path, own))
			case !slices.Contains(row.imports, own):
				found = append(found, fmt.Sprintf("%s imports %s: no such arrow in the table", f.path, own))
			}
			continue
		}
		if row.pure && !f.test && matchesAny(imported, forbiddenInPure()) {
			found = append(found, fmt.Sprintf("%s imports %s, which a pure package may not", f.path, imported))
		}
	}
	return found
}

func matchesAny(imported string, list []string) bool {
	return slices.ContainsFunc(list, func(entry string) bool {
		return imported == entry || (strings.HasSuffix(entry, "/") && strings.HasPrefix(imported, entry))
	})
}

// checkPurity looks in a pure package for forbidden functions, init, goroutines and package variables that a function
// of the package changes.
func checkPurity(f file) []string {
	var found []string
	report := func(at token.Pos, format string, args ...any) {
		found = append(found, fmt.Sprintf("%s:%d: ", f.path, f.set.Position(at).Line)+fmt.Sprintf(format, args...))
	}
	calls := forbiddenCalls()
	ast.Inspect(f.tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			report(n.Pos(), "a pure package starts no goroutine")
		case *ast.FuncDecl:
			if n.Recv == nil && n.Name.Name == "init" {
				report(n.Pos(), "a pure package has no init")
			}
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && slices.Contains(calls[x.Name], n.Sel.Name) && slices.Contains(f.imports, x.Name) {
				report(n.Pos(), "a pure package may not use %s.%s", x.Name, n.Sel.Name)
			}
		}
		return true
	})
	return found
}

// globals gives the names of the file's package variables.
func globals(f file) map[string]bool {
	names := map[string]bool{}
	for _, decl := range f.tree.Decls {
		gen, ok := decl.(*ast.GenDecl)
		if !ok || gen.Tok != token.VAR {
			continue
		}
		for _, spec := range gen.Specs {
			for _, name := range spec.(*ast.ValueSpec).Names {
				names[name.Name] = true
			}
		}
	}
	return names
}

// checkWrites finds assignments to package variables inside functions. A local variable of the same name hides the
// package's, so a name declared anywhere in the function is left alone.
func checkWrites(f file, vars map[string]bool) []string {
	var found []string
	for _, decl := range f.tree.Decls {
		function, ok := decl.(*ast.FuncDecl)
		if !ok || function.Body == nil {
			continue
		}
		local := locals(function)
		check := func(target ast.Expr) {
			for {
				switch t := target.(type) {
				case *ast.IndexExpr:
					target = t.X
					continue
				case *ast.SelectorExpr:
					target = t.X
					continue
				case *ast.Ident:
					if vars[t.Name] && !local[t.Name] {
						found = append(found, fmt.Sprintf("%s:%d: a pure package may not change its variable %s", f.path, f.set.Position(t.Pos()).Line, t.Name))
					}
				}
				return
			}
		}
		ast.Inspect(function.Body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				if n.Tok != token.DEFINE {
					for _, target := range n.Lhs {
						check(target)
					}
				}
			case *ast.IncDecStmt:
				check(n.X)
			}
			return true
		})
	}
	return found
}

func locals(function *ast.FuncDecl) map[string]bool {
	names := map[string]bool{}
	ast.Inspect(function, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Field:
			for _, name := range n.Names {
				names[name.Name] = true
			}
		case *ast.AssignStmt:
			if n.Tok == token.DEFINE {
				for _, target := range n.Lhs {
					if name, ok := target.(*ast.Ident); ok {
						names[name.Name] = true
					}
				}
			}
		case *ast.RangeStmt:
			for _, target := range []ast.Expr{n.Key, n.Value} {
				if name, ok := target.(*ast.Ident); ok && n.Tok == token.DEFINE {
					names[name.Name] = true
				}
			}
		case *ast.ValueSpec:
			for _, name := range n.Names {
				names[name.Name] = true
			}
		}
		return true
	})
	return names
}

// sqlText tells a string that is, or begins, an SQL statement from a sentence.
var sqlText = regexp.MustCompile(`(?is)^\s*(SELECT\s.+\sFROM\s|INSERT\s+(OR\s+\w+\s+)?INTO\s|UPDATE\s+\w+\s+(\w+\s+)?SET\s|DELETE\s+FROM\s|WITH\s+(RECURSIVE\s+)?\w+\s*(\([^)]*\)\s*)?AS\s|(CREATE|DROP|ALTER)\s+(TABLE|INDEX|UNIQUE|POLICY|ROLE|TRIGGER|VIEW)\s|PRAGMA\s)`)

// strings gives every string literal of the file with its line.
func literals(f file) map[int]string {
	texts := map[int]string{}
	ast.Inspect(f.tree, func(n ast.Node) bool {
		if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			if text, err := strconv.Unquote(literal.Value); err == nil {
				texts[f.set.Position(literal.Pos()).Line] += text + "\n"
			}
		}
		return true
	})
	return texts
}

// checkSQL wants SQL under db/ only, no SELECT *, and the walled tables named only where they live.
func checkSQL(f file) []string {
	inDB := f.pkg == "db" || strings.HasPrefix(f.pkg, "db/")
	var found []string
	for line, text := range literals(f) {
		if !inDB {
			if sqlText.MatchString(text) {
				found = append(found, fmt.Sprintf("%s:%d: SQL belongs under db/", f.path, line))
			}
			continue
		}
		if regexp.MustCompile(`(?i)\bSELECT\s+(\w+\.)?\*`).MatchString(text) {
			found = append(found, fmt.Sprintf("%s:%d: columns are listed, not SELECT *", f.path, line))
		}
		for owner, tables := range walledTables() {
			if f.pkg == owner {
				continue
			}
			for _, table := range tables {
				if regexp.MustCompile(`(?i)\b(FROM|JOIN|INTO|UPDATE|TABLE|ONLY)\s+` + table + `\b`).MatchString(text) {
					found = append(found, fmt.Sprintf("%s:%d: table %s is named only in %s", f.path, line, table, owner))
				}
			}
		}
	}
	slices.Sort(found)
	return found
}

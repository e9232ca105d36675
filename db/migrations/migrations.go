// Package migrations holds the schema of both databases: the same numbers, names, tables, columns and indexes.
//
// A file whose sum stands in released.sum has been released and never changes; what comes later is a new file.
package migrations

import (
	"embed"
	"io/fs"
)

//go:embed postgres/*.sql sqlite/*.sql released.sum
var files embed.FS

// Files gives the migrations of one dialect, "postgres" or "sqlite".
func Files(dialect string) (fs.FS, error) { return fs.Sub(files, dialect) }

// All gives the files as they lie in this folder, for the tests that compare them.
func All() fs.FS { return files }

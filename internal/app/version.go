package app

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
)

// version is set at build time: go build -ldflags "-X osusume/internal/app.version=1.2.3".
var version = "0.1.0-dev"

// about is what `version --json` prints.
type about struct {
	Version string `json:"version"`
	Commit  string `json:"commit"`
	Go      string `json:"go"`
	Schema  int64  `json:"schema"`
}

func runVersion(_ context.Context, inv invocation) error {
	line := newCommandLine("version [--json]", "Prints version, commit, Go and database schema.", "osusume version --json")
	asJSON := line.set.Bool("json", false, "print one JSON value")
	words, err := line.parse(inv)
	if err != nil {
		return err
	}
	if len(words) > 0 {
		return usageError{"takes flags only"}
	}
	a := thisBuild()
	if *asJSON {
		return writeJSON(inv.stdout, a)
	}
	_, err = fmt.Fprintf(inv.stdout, "osusume %s\ncommit  %s\ngo      %s\nschema  %d\n", a.Version, a.Commit, a.Go, a.Schema)
	return err
}

func thisBuild() about {
	a := about{Version: version, Commit: "unknown", Go: runtime.Version(), Schema: schemaVersion()}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return a
	}
	modified := false
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			a.Commit = s.Value
		case "vcs.modified":
			modified = s.Value == "true"
		}
	}
	if modified {
		a.Commit += " (modified)"
	}
	return a
}

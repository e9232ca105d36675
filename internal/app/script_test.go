package app

import (
	"context"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets the scripts run the program itself as the command osusume, in a process of its own.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"osusume": func() {
			os.Exit(Run(context.Background(), os.Args[1:], os.LookupEnv, os.Stdin, os.Stdout, os.Stderr))
		},
	})
}

// TestScripts plays testdata/script: what a person types, and what the terminal must say.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		// -update in the environment's place: OSUSUME_UPDATE_SCRIPTS=1 go test rewrites the golden parts for review.
		UpdateScripts: os.Getenv("OSUSUME_UPDATE_SCRIPTS") != "",
	})
}

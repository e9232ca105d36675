package app

import (
	"compress/gzip"
	"context"
	"io"
	"os"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/text/encoding/japanese"
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
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		// OSUSUME_UPDATE_SCRIPTS=1 go test rewrites the golden parts, for review.
		UpdateScripts: os.Getenv("OSUSUME_UPDATE_SCRIPTS") != "",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"sjis": scriptSJIS, "gzip": scriptGzip,
		},
	})
}

// scriptSJIS writes the text of one file as Shift_JIS into another: sjis FROM TO.
func scriptSJIS(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: sjis FROM TO")
	}
	text, err := japanese.ShiftJIS.NewEncoder().String(ts.ReadFile(args[0]))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o600))
}

// scriptGzip compresses one file into another, which lacks its end when LOST bytes are named: gzip FROM TO [LOST].
func scriptGzip(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: gzip FROM TO [LOST]")
	}
	file, err := os.Create(ts.MkAbs(args[1]))
	ts.Check(err)
	w := gzip.NewWriter(file)
	_, err = w.Write([]byte(ts.ReadFile(args[0])))
	ts.Check(err)
	ts.Check(w.Close())
	if len(args) == 3 {
		lost, err := strconv.ParseInt(args[2], 10, 64)
		ts.Check(err)
		size, err := file.Seek(0, io.SeekCurrent)
		ts.Check(err)
		ts.Check(file.Truncate(size - lost))
	}
	ts.Check(file.Close())
}

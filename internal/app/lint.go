package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"osusume/internal/lint"
)

// longestLint is far above any template, in bytes.
const longestLint = 16 << 20

// errBlocked says that a finding keeps the text from being sent; the findings have been printed.
var errBlocked = errors.New("some of this would not be sent")

// runLint is the command lint.
func runLint(_ context.Context, inv invocation) error {
	line := newCommandLine("lint [FILE]",
		"Judges each line as the body of a message to customers: politeness, display law, pressure, limits. One finding a line:\nrule, severity (block, evidence, warn), line:column and what to write instead, separated by tabs. Exit status 1 when anything\nblocks. Without FILE it reads standard input.",
		"osusume lint message.txt\necho 今だけ半額 | osusume lint")
	words, err := line.parse(inv)
	if err != nil {
		return err
	}
	in := inv.stdin
	switch {
	case len(words) > 1:
		return usageError{"one file at a time"}
	case len(words) == 1 && words[0] != "-":
		file, err := os.Open(words[0])
		if err != nil {
			return err
		}
		defer file.Close() //nolint:errcheck // opened for reading only
		in = file
	}
	text, err := io.ReadAll(io.LimitReader(in, longestLint+1))
	if err != nil {
		return err
	}
	if len(text) > longestLint {
		return fmt.Errorf("the text is longer than %d bytes", longestLint)
	}
	found := lint.Text(string(text))
	for _, f := range found {
		if _, err := fmt.Fprintf(inv.stdout, "%s\t%s\t%d:%d\t%s\n", f.Rule, f.Severity, f.Line, f.Column, f.Message); err != nil {
			return err
		}
	}
	if lint.Blocks(found) {
		return errBlocked
	}
	return nil
}

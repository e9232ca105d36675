package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"osusume/dialog"
)

// longestIntentLine is far above LINE's 5,000 characters a message, in bytes.
const longestIntentLine = 1 << 20

// runIntent is the command intent.
func runIntent(ctx context.Context, inv invocation) error {
	line := newCommandLine("intent [TEXT]",
		"Says what a customer's words are understood as: intent, confidence and the words that decided, separated by tabs.\nWithout TEXT it reads standard input, one text a line.",
		"osusume intent もっと安いのある？\nosusume intent < sentences.txt")
	explain := line.set.Bool("explain", false, "say below each text which words and which rule decided")
	words, err := line.parse(inv)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(inv.stdout)
	if len(words) > 0 {
		return errors.Join(writeIntent(out, strings.Join(words, " "), *explain), out.Flush())
	}
	in := bufio.NewReaderSize(inv.stdin, 64<<10)
	for number := 1; ctx.Err() == nil; number++ {
		text, err := readLine(in, longestIntentLine)
		if errors.Is(err, io.EOF) {
			return out.Flush()
		}
		if err != nil {
			return errors.Join(out.Flush(), fmt.Errorf("line %d: %w", number, err))
		}
		if err := writeIntent(out, text, *explain); err != nil {
			return err
		}
		// Someone who types lines wants each answer at once; a pipe has more to read already.
		if in.Buffered() == 0 {
			if err := out.Flush(); err != nil {
				return err
			}
		}
	}
	return errors.Join(out.Flush(), ctx.Err())
}

func writeIntent(w io.Writer, text string, explain bool) error {
	r := dialog.Recognise(text)
	deciding := strings.Map(func(c rune) rune {
		if c == '\t' || c == '\n' || c == '\r' {
			return ' '
		}
		return c
	}, r.Words)
	_, err := fmt.Fprintf(w, "%s\t%.2f\t%s\n", r.Intent, r.Confidence, deciding)
	if err != nil || !explain {
		return err
	}
	return writeExplanation(w, dialog.Explain(text))
}

// writeExplanation says why, on indented lines that no reader of the plain form takes for an intent.
func writeExplanation(w io.Writer, e dialog.Explanation) error {
	if _, err := fmt.Fprintf(w, "  looked at: %s\n", e.Folded); err != nil {
		return err
	}
	for _, m := range e.Found {
		if _, err := fmt.Fprintf(w, "  %s: %s\n", m.Word, strings.Join(m.Kinds, ", ")); err != nil {
			return err
		}
	}
	if e.Topic != "" {
		if _, err := fmt.Fprintf(w, "  topic: %s\n", e.Topic); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "  rule: %s\n", e.Rule)
	return err
}

// readLine gives one line without its end; the last line needs none. io.EOF means there is no further line.
func readLine(in *bufio.Reader, limit int) (string, error) {
	var text []byte
	for {
		part, err := in.ReadSlice('\n')
		text = append(text, part...)
		if len(text) > limit {
			return "", fmt.Errorf("is longer than %d bytes", limit)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(text) > 0, err == nil:
			return strings.TrimRight(string(text), "\r\n"), nil
		default:
			return "", err
		}
	}
}

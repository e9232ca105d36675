// Command testsum reads `go test -json` and prints what a person wants to know: the output of what failed, what was
// skipped and why, and one closing line. It exits 1 when a test failed, when nothing ran, or when a test was skipped
// that may not be.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
)

// event is one line of `go test -json`.
type event struct {
	Action      string
	Package     string
	ImportPath  string
	Test        string
	Output      string
	Elapsed     float64
	FailedBuild string
}

// outcome is one test or package that failed or was skipped, with what it printed.
type outcome struct {
	name string
	text string
}

type summary struct {
	passed          int
	failed, skipped []outcome
	output          map[string]*strings.Builder
	failedInside    map[string]int
}

func main() {
	forbid := flag.Bool("forbid-skips", false, "fail when a test is skipped")
	allow := flag.String("allow-skip", "", "with -forbid-skips: a skip whose reason matches this regular expression is allowed; empty allows none")
	flag.Parse()
	ok, err := run(os.Stdin, os.Stdout, *forbid, *allow)
	if err != nil {
		fmt.Fprintln(os.Stderr, "testsum:", err)
		os.Exit(1)
	}
	if !ok {
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer, forbid bool, allow string) (bool, error) {
	allowed, err := regexp.Compile(allow)
	if err != nil {
		return false, err
	}
	s := &summary{output: map[string]*strings.Builder{}, failedInside: map[string]int{}}
	lines := bufio.NewReaderSize(in, 1<<20)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			var e event
			if json.Unmarshal(line, &e) != nil || e.Action == "" {
				fmt.Fprintf(out, "%s", line) // the go command itself speaks plain text
			} else {
				s.take(e, out)
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return false, err
		}
	}
	return s.print(out, func(reason string) bool { return !forbid || (allow != "" && allowed.MatchString(reason)) }), nil
}

func (s *summary) take(e event, out io.Writer) {
	pkg := e.Package
	if pkg == "" {
		pkg = e.ImportPath
	}
	key := pkg
	if e.Test != "" {
		key += " " + e.Test
	}
	switch e.Action {
	case "output", "build-output":
		if s.output[key] == nil {
			s.output[key] = &strings.Builder{}
		}
		s.output[key].WriteString(e.Output)
		return
	case "pass":
		if e.Test != "" {
			s.passed++
		} else {
			fmt.Fprintf(out, "ok    %-40s %6.1f s\n", pkg, e.Elapsed)
		}
	case "skip":
		if e.Test != "" {
			s.skipped = append(s.skipped, outcome{key, s.text(key)})
		}
	case "fail":
		if e.Test != "" {
			s.failed = append(s.failed, outcome{key, s.text(key)})
			s.failedInside[pkg]++
		} else {
			fmt.Fprintf(out, "FAIL  %-40s %6.1f s\n", pkg, e.Elapsed)
			text := s.text(e.FailedBuild) + s.text(key)
			if s.failedInside[pkg] == 0 { // it did not build, died, or ran out of time
				s.failed = append(s.failed, outcome{key, text})
			} else { // the shuffle seed, a race report, what TestMain said
				s.failed[len(s.failed)-1].text += text
			}
		}
	default:
		return
	}
	delete(s.output, key)
}

func (s *summary) text(key string) string {
	if b := s.output[key]; b != nil {
		return b.String()
	}
	return ""
}

func (s *summary) print(out io.Writer, maySkip func(reason string) bool) bool {
	for _, f := range s.failed {
		fmt.Fprintf(out, "\n--- FAIL %s\n%s", f.name, f.text)
	}
	forbidden := 0
	if len(s.skipped) > 0 {
		fmt.Fprintln(out, "\nSkipped:")
	}
	slices.SortFunc(s.skipped, func(a, b outcome) int { return strings.Compare(a.name, b.name) })
	for _, k := range s.skipped {
		reason := reasonOf(k.text)
		mark := ""
		if !maySkip(reason) {
			forbidden++
			mark = "  [not allowed here]"
		}
		fmt.Fprintf(out, "  %s: %s%s\n", k.name, reason, mark)
	}
	fmt.Fprintf(out, "\n%d passed, %d failed, %d skipped\n", s.passed, len(s.failed), len(s.skipped))
	return len(s.failed) == 0 && forbidden == 0 && s.passed > 0
}

// reasonOf finds what t.Skip said in a skipped test's output.
func reasonOf(text string) string {
	var said []string
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "=== ") || strings.HasPrefix(line, "--- SKIP") {
			continue
		}
		if _, after, ok := strings.Cut(line, ".go:"); ok {
			if _, after, ok = strings.Cut(after, ": "); ok {
				line = after
			}
		}
		said = append(said, line)
	}
	if len(said) == 0 {
		return "no reason given"
	}
	return strings.Join(said, " ")
}

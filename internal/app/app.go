// Package app is the program: settings, wiring, one file a command, start and stop. Everything it needs comes in
// through Run, so that a test runs the same program as a person does.
package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	_ "time/tzdata" // the container image has no zone files
)

// The exit statuses of the public contract.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// command is one word after "osusume".
type command struct {
	name  string
	brief string
	run   func(context.Context, invocation) error
}

// commands lists them in the order of help.
func commands() []command {
	return []command{
		{"demo", "everything in one process, with a sample shop and a chat page, with no set-up", runDemo},
		{"serve", "the server for a real LINE account", runServe},
		{"chat", "a simulated conversation in the terminal, with no set-up", runChat},
		{"migrate", "bring the database schema up to date; create the role serve uses", runMigrate},
		{"import", "load products, plans, customers, purchases, links or prices", runImport},
		{"train", "recompute what is learned from purchases", runTrain},
		{"recommend", "what one customer would be offered, and why", runRecommend},
		{"intent", "what a customer's words are understood as", runIntent},
		{"simulate", "a LINE simulator with a chat page, for developers of any bot", runSimulate},
		{"lint", "what to change in a message to customers before it is sent", runLint},
		{"version", "version, commit, Go and database schema", runVersion},
	}
}

// Run executes the command that args name (without the program's own name) and gives the exit status: 0 done, 1 failed,
// 2 wrong usage. It returns soon after ctx ends.
func Run(ctx context.Context, args []string, env Env, stdin io.Reader, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		printCommands(stderr)
		return exitUsage
	}
	switch args[0] {
	case "-h", "-help", "--help", "help":
		printCommands(stdout)
		return exitDone
	case "-version", "--version":
		args = append([]string{"version"}, args[1:]...)
	}
	for _, c := range commands() {
		if c.name == args[0] {
			return exitStatus(c, c.run(ctx, invocation{args: args[1:], env: env, stdin: stdin, stdout: stdout, stderr: stderr}), stderr)
		}
	}
	fmt.Fprintf(stderr, "osusume: there is no command %q; osusume --help lists them\n", args[0])
	return exitUsage
}

func exitStatus(c command, err error, stderr io.Writer) int {
	var usage usageError
	switch {
	case err == nil, errors.Is(err, errHelp):
		return exitDone
	case errors.As(err, &usage):
		fmt.Fprintf(stderr, "osusume %s: %s; see: osusume %s --help\n", c.name, usage.problem, c.name)
		return exitUsage
	default:
		fmt.Fprintf(stderr, "osusume %s: %v\n", c.name, err)
		return exitFailed
	}
}

func printCommands(w io.Writer) {
	fmt.Fprint(w, "osusume suggests to a shop's customers on LINE what fits, and only what they agreed to.\n\nUsage: osusume COMMAND [FLAG…]\n\nCommands:\n")
	table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	for _, c := range commands() {
		fmt.Fprintf(table, "  %s\t%s\n", c.name, c.brief)
	}
	_ = table.Flush() // a failing terminal has nobody to tell
	fmt.Fprint(w, "\nEach command has --help with an example. Try: osusume demo\n")
}

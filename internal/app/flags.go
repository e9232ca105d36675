package app

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
)

// Env looks up an environment variable as os.LookupEnv does.
type Env func(name string) (string, bool)

// invocation is what one run of one command was given.
type invocation struct {
	args   []string // after the command's name
	env    Env
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
}

// usageError is a call that cannot be understood: exit status 2.
type usageError struct{ problem string }

func (e usageError) Error() string { return e.problem }

// errHelp says that help was asked for and has been printed.
var errHelp = errors.New("help was printed")

// commandLine reads the flags of one command: its own, and the settings it takes.
type commandLine struct {
	set      *flag.FlagSet
	about    string // one sentence
	usage    string // after "osusume"
	example  string
	settings []setting
	given    map[string]*string
}

// newCommandLine prepares the flags of a command. names are the settings it takes; none means no setting.
func newCommandLine(usage, about, example string, names ...string) *commandLine {
	c := &commandLine{
		set: flag.NewFlagSet("osusume", flag.ContinueOnError), usage: usage, about: about, example: example,
		given: map[string]*string{},
	}
	c.set.SetOutput(io.Discard)
	c.set.Usage = func() {}
	for _, s := range settingsTable() {
		if !slices.Contains(names, s.name) {
			continue
		}
		c.settings = append(c.settings, s)
		keep := func(variable string) func(string) error {
			return func(v string) error { c.given[variable] = &v; return nil }
		}
		c.set.Func(flagName(s.name), s.about, keep(s.name))
		if s.secret {
			c.set.Func(flagName(s.name)+"-file", "the file that holds it", keep(s.name+"_FILE"))
		}
	}
	return c
}

// allSettings names every setting, for commands that take them all.
func allSettings() []string {
	var names []string
	for _, s := range settingsTable() {
		names = append(names, s.name)
	}
	return names
}

// parse reads the flags and gives the remaining words. Flags may stand after words too, as people type them.
func (c *commandLine) parse(inv invocation) ([]string, error) {
	var words []string
	rest := inv.args
	for {
		if err := c.set.Parse(rest); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				c.printHelp(inv.stdout)
				return nil, errHelp
			}
			return nil, usageError{hideValue(err.Error())}
		}
		taken := len(rest) - c.set.NArg()
		ended := taken > 0 && rest[taken-1] == "--"
		rest = c.set.Args()
		if ended || len(rest) == 0 {
			return append(words, rest...), nil
		}
		words, rest = append(words, rest[0]), rest[1:]
	}
}

// hideValue says what package flag found wrong without the value it quotes, which may be a secret typed after the wrong
// flag.
func hideValue(message string) string {
	for _, between := range []string{" for flag -", " for -"} {
		if at := strings.LastIndex(message, between); at >= 0 && strings.HasPrefix(message, "invalid ") {
			name, _, _ := strings.Cut(message[at+len(between):], ":")
			return "the value of --" + name + " cannot be understood"
		}
	}
	if name, ok := strings.CutPrefix(message, "flag provided but not defined: -"); ok {
		return "there is no flag --" + strings.TrimPrefix(name, "-")
	}
	if name, ok := strings.CutPrefix(message, "flag needs an argument: -"); ok {
		return "--" + strings.TrimPrefix(name, "-") + " needs a value"
	}
	return "a flag cannot be understood"
}

// load gives the settings the command takes, from flags, environment, files and defaults, in that order. It stops at
// the first that cannot be understood.
func (c *commandLine) load(env Env) (Settings, error) {
	var out Settings
	for _, s := range c.settings {
		value, err := c.value(s, env)
		if err != nil {
			return Settings{}, settingError{s.name, err.Error()}
		}
		if err := s.set(&out, value); err != nil {
			return Settings{}, settingError{s.name, err.Error()}
		}
	}
	return out, nil
}

func (c *commandLine) value(s setting, env Env) (string, error) {
	lookup := func(name string) (string, bool) {
		if v := c.given[name]; v != nil {
			return *v, true
		}
		return env(name)
	}
	v, isSet := lookup(s.name)
	if v = strings.TrimSpace(v); v != "" || (isSet && s.emptyOff) {
		return v, nil
	}
	if s.secret {
		if path, _ := lookup(s.name + "_FILE"); path != "" {
			return readSecret(path)
		}
	}
	return s.fallback, nil
}

// readSecret reads a one-line secret file. Its errors name the setting's file, never its content.
func readSecret(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("cannot be read from its file: %w", err)
	}
	defer file.Close() //nolint:errcheck // opened for reading only
	const limit = 64 << 10
	raw, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err != nil {
		return "", fmt.Errorf("cannot be read from its file: %w", err)
	}
	text := strings.TrimSpace(string(raw))
	if text == "" || len(raw) > limit || strings.ContainsAny(text, "\r\n") {
		return "", fmt.Errorf("cannot be read from its file: %s must hold one line", path)
	}
	return text, nil
}

func (c *commandLine) printHelp(w io.Writer) {
	fmt.Fprintf(w, "%s\n\nUsage: osusume %s\n", c.about, c.usage)
	own, settings := c.describeFlags()
	if own != "" {
		fmt.Fprintf(w, "\nFlags:\n%s", own)
	}
	if settings != "" {
		fmt.Fprintf(w, "\nSettings (flag, environment variable, meaning):\n%s", settings)
		fmt.Fprint(w, "\nA flag wins over the environment. Empty means the default. A secret X may also come from the file\nnamed by X_FILE or by its flag with -file; X itself wins.\n")
	}
	fmt.Fprintf(w, "\nExample:\n%s\n", indent(c.example))
}

func (c *commandLine) describeFlags() (own, settings string) {
	var ownText, settingText strings.Builder
	table := tabwriter.NewWriter(&settingText, 0, 4, 2, ' ', 0)
	known := map[string]bool{}
	for _, s := range c.settings {
		name := flagName(s.name)
		known[name], known[name+"-file"] = true, s.secret
		about := s.about
		if s.fallback != "" {
			about += " (default " + s.fallback + ")"
		}
		variable := s.name
		if s.secret {
			variable += " or " + s.name + "_FILE"
		}
		fmt.Fprintf(table, "  --%s %s\t%s\t%s\n", name, s.example, variable, about)
	}
	_ = table.Flush() // a strings.Builder takes everything
	table = tabwriter.NewWriter(&ownText, 0, 4, 2, ' ', 0)
	c.set.VisitAll(func(f *flag.Flag) {
		if known[f.Name] {
			return
		}
		argument, about := flag.UnquoteUsage(f)
		if argument != "" {
			argument = " " + strings.ToUpper(argument)
		}
		fmt.Fprintf(table, "  --%s%s\t%s\n", f.Name, argument, about)
	})
	_ = table.Flush()
	return ownText.String(), settingText.String()
}

func indent(text string) string {
	return "  " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n  ")
}

// Package archtest holds the table of which package may import which, and the test that reads every import of the
// module and fails on an arrow or a package that the table does not have. docs/ARCHITECTURE.md draws the same picture.
package archtest

// room is one package's row.
type room struct {
	// imports lists the packages of this module that it may import, relative to the module.
	imports []string
	// pure packages are below the pure line: no I/O, no clock, no randomness, no log, no unsafe.
	pure bool
	// testOnly packages may be imported by tests (and by other testOnly packages) alone.
	testOnly bool
}

// The groups that many rows share.
var (
	bottom = []string{"internal/ids", "internal/fault"}
	shell  = append([]string{"internal/clock", "internal/obs"}, bottom...)
)

func with(groups ...[]string) []string {
	var all []string
	for _, g := range groups {
		all = append(all, g...)
	}
	return all
}

// rooms is the table. A package that is not a key fails the test, so a new one is a decision somebody reads.
func rooms() map[string]room {
	return map[string]room{
		"internal/ids":     {pure: true},
		"internal/fault":   {pure: true},
		"internal/phrase":  {pure: true, imports: bottom},
		"internal/lint":    {pure: true},
		"internal/consent": {pure: true, imports: bottom},
		"internal/queue":   {pure: true, imports: with(bottom, []string{"internal/consent"})},
		"offers":           {pure: true, imports: bottom},
		"dialog":           {pure: true, imports: with(bottom, []string{"internal/phrase", "internal/consent"})},
		// turn is what bot and db hand each other; it names types of every pure room and decides nothing.
		"internal/turn": {pure: true, imports: with(bottom, []string{"dialog", "offers", "internal/consent", "internal/queue"})},
		"bot/render":    {pure: true, imports: with(bottom, []string{"dialog", "offers", "internal/consent", "internal/phrase"})},

		"internal/clock": {},
		"internal/obs":   {imports: []string{"internal/queue"}},
		// keyring is the only code that knows a LINE id and its pseudonym; it makes random keys, so it is not pure.
		"internal/keyring": {imports: bottom},
		// shopfile reads import files into records; db stores them.
		"internal/shopfile": {imports: with(bottom, []string{"offers", "internal/consent"})},
		"internal/sample":   {imports: with(bottom, []string{"offers", "internal/shopfile"})},

		"db/dialect":    {imports: bottom},
		"db/migrations": {},
		"db/consent":    {imports: with(bottom, []string{"internal/consent", "internal/clock", "db/dialect"})},
		"db/purchase":   {imports: with(bottom, []string{"offers", "internal/consent", "internal/shopfile", "db/consent", "db/dialect"})},
		"db": {imports: with(bottom, []string{
			"dialog", "offers", "internal/consent", "internal/queue", "internal/turn", "internal/clock", "internal/shopfile",
			"db/consent", "db/dialect", "db/migrations", "db/purchase",
		})},

		"bot/line": {imports: with(shell, []string{"internal/queue"})},
		"bot": {imports: with(shell, []string{
			"dialog", "offers", "internal/consent", "internal/phrase", "internal/queue", "internal/turn", "internal/keyring",
			"bot/render", "bot/line",
		})},
		"webhook": {imports: with(shell, []string{"dialog", "internal/consent", "internal/queue", "internal/keyring"})},

		// linesim plays LINE's side of the wire; of osusume it may know nothing but the clock, or it would agree with our
		// mistakes.
		"internal/linesim": {imports: []string{"internal/clock"}},
		// simpage shows the simulator to people and to other projects' tests; it knows no more of osusume than that does.
		"internal/simpage": {imports: []string{"internal/linesim", "internal/flexhtml"}},

		// flexhtml draws a LINE message as HTML and knows nothing of who sends it; only its built-in stylesheet and gallery
		// keep it above the pure line.
		"internal/flexhtml": {},

		"internal/app": {imports: with(shell, []string{
			"dialog", "offers", "internal/consent", "internal/phrase", "internal/queue", "internal/turn", "internal/keyring",
			"internal/lint", "internal/shopfile", "internal/sample", "internal/linesim", "internal/simpage", "bot", "bot/line", "bot/render", "webhook",
			"db", "db/consent", "db/purchase",
		})},
		"cmd/osusume": {imports: []string{"internal/app"}},

		"db/dbtest":         {testOnly: true, imports: with(bottom, []string{"db", "db/dialect", "db/migrations", "internal/clock", "internal/keyring"})},
		"internal/archtest": {testOnly: true},
		// e2e runs the whole program against LINE's side of the wire.
		"internal/e2e":       {testOnly: true},
		"internal/rapidseed": {testOnly: true},

		// The yardsticks of make bench are programs of their own, apart from the product.
		"internal/bench/run":      {imports: []string{"internal/linesim"}},
		"internal/bench/load":     {imports: []string{"internal/linesim"}},
		"internal/bench/smallbot": {},
	}
}

// forbiddenInPure are the imports that would let a pure package do I/O, read the clock, draw at random, log, or keep
// state that changes behind its caller's back. A path ending in a slash forbids everything below it. "sync" is not among
// them: a pool of scratch space changes no answer.
func forbiddenInPure() []string {
	return []string{
		"bufio", "context", "crypto/rand", "database/", "embed", "expvar", "flag", "io/fs", "io/ioutil", "log", "log/",
		"math/rand", "math/rand/", "net", "net/http", "net/http/", "net/smtp", "net/rpc", "net/textproto", "os", "os/", "path/filepath",
		"plugin", "runtime", "runtime/", "sync/atomic", "syscall", "testing", "testing/", "unsafe",
		"github.com/jmoiron/", "github.com/lib/", "github.com/pressly/", "github.com/prometheus/", "go.uber.org/",
		"modernc.org/", "github.com/line/",
	}
}

// forbiddenCalls are functions a pure package may not name though it may import the package they live in.
func forbiddenCalls() map[string][]string {
	return map[string][]string{
		"time": {"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker", "LoadLocation", "Local"},
		"fmt":  {"Print", "Printf", "Println", "Scan", "Scanf", "Scanln"},
	}
}

// walledTables are the tables that only one package may name, wherever SQL is written.
func walledTables() map[string][]string {
	return map[string][]string{
		"db/purchase": {"purchase", "purchase_return", "membership"},
		"db/consent":  {"consent_event", "consent_state", "consent_seal", "ask", "notice"},
	}
}

// badNames are package names that say nothing and swallow everything.
func badNames() []string {
	return []string{"util", "utils", "common", "helper", "helpers", "model", "models", "misc", "shared", "base", "lib"}
}

package app

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"osusume/db/dbtest"
	"osusume/internal/linesim"
)

// shopEnv is the environment of a server on a fresh SQLite file that speaks to the platform.
func shopEnv(t *testing.T, sim *linesim.Sim, database string) map[string]string {
	t.Helper()
	api, err := sim.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	return map[string]string{
		"DATABASE_URL": database, "OSUSUME_ADDR": "127.0.0.1:0", "OSUSUME_METRICS_ADDR": "127.0.0.1:0",
		"OSUSUME_PRIVACY_URL": "https://shop.example/privacy", "OSUSUME_CONTACT": "03-1234-5678",
		"OSUSUME_SECRET_KEY":  "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
		"LINE_CHANNEL_SECRET": sim.ChannelSecret(), "LINE_CHANNEL_TOKEN": sim.ChannelToken(), "LINE_API_BASE_URL": api,
		"OSUSUME_STATISTICS_BASIS": "terms",
	}
}

func sqliteURL(t *testing.T) string {
	t.Helper()
	return "sqlite:" + filepath.Join(t.TempDir(), "shop.db")
}

func startFor(t *testing.T, env map[string]string, log *zap.Logger) *server {
	t.Helper()
	settings, err := load(env)
	if err != nil {
		t.Fatal(err)
	}
	s, err := startServer(t.Context(), settings, serverOptions{log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func fetch(t *testing.T, url string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // read only
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

// patience bounds the wait for an answer, so that a missing one fails its own test.
func patience(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// write puts a file into a temporary folder and gives its path.
func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func mustRun(t *testing.T, env map[string]string, args ...string) string {
	t.Helper()
	status, stdout, stderr := program(t, env, "", args...)
	if status != 0 {
		t.Fatalf("osusume %s: status %d\n%s", strings.Join(args, " "), status, stderr)
	}
	return stdout
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

const someProducts = "sku,name,price,category\ncoffee,コーヒー豆,1280,コーヒー\nfilter,ペーパーフィルター,380,コーヒー\nmug,マグカップ,900,食器\n"

func TestAServerAnswersTakesOverImportsAndStopsCleanly(t *testing.T) {
	dbtest.EachURL(t, func(t *testing.T, url string) {
		sim := linesim.New(linesim.Config{BotName: "こもれび珈琲"})
		env := shopEnv(t, sim, url)
		core, logs := observer.New(zapcore.DebugLevel)
		s := startFor(t, env, zap.New(core))
		sim.SetWebhookURL(s.URL() + "/callback")
		for path, want := range map[string]string{"/healthz": "alive", "/readyz": "ready", "/": "osusume"} {
			if code, body := fetch(t, s.URL()+path); code != 200 || !strings.Contains(body, want) {
				t.Errorf("GET %s: %d %q", path, code, body)
			}
		}
		if code, _ := fetch(t, s.URL()+"/metrics"); code != 404 {
			t.Errorf("the public listener has /metrics: %d", code)
		}

		// The shop's name is the account's, and an import beside the running server is taken over.
		user := linesim.UserID("a customer")
		sim.AddUser(user, "客", "ja")
		sim.Follow(user)
		mustRun(t, env, "import", "products", write(t, "products.csv", someProducts))
		eventually(t, "the catalog is loaded", func() bool { return s.models.current.Load().Catalog.Len() == 3 })
		messages, err := sim.Say(patience(t), user, "おすすめ")
		if err != nil {
			t.Fatal(err)
		}
		answer := fmt.Sprint(messages)
		if !strings.Contains(answer, "こもれび珈琲") || !strings.Contains(answer, "マグカップ") {
			t.Errorf("the answer lacks the shop's name or its products: %.600s", answer)
		}

		if code, body := fetch(t, "http://"+s.MetricsAddr()+"/metrics"); code != 200 || !strings.Contains(body, `osusume_messages_total{kind="reply",state="sent"}`) ||
			!strings.Contains(body, "osusume_model_products 3") {
			t.Errorf("metrics: %d\n%.2000s", code, body)
		}
		if code, _ := fetch(t, "http://"+s.MetricsAddr()+"/debug/pprof/"); code != 200 {
			t.Errorf("pprof: %d", code)
		}

		if err := s.Stop(); err != nil {
			t.Error(err)
		}
		if err := s.Stop(); err != nil {
			t.Errorf("a second stop: %v", err)
		}
		if _, err := net.DialTimeout("tcp", s.Addr(), time.Second); err == nil {
			t.Error("the listener is still open after Stop")
		}
		for _, entry := range logs.All() {
			if entry.Level >= zapcore.WarnLevel {
				t.Errorf("a quiet run logged %s: %s %v", entry.Level, entry.Message, entry.ContextMap())
			}
			if text := entry.Message + fmt.Sprint(entry.ContextMap()); strings.Contains(text, user) || strings.Contains(text, "おすすめ") {
				t.Errorf("something of a person is logged: %s", text)
			}
		}
	})
}

func TestNothingIsLeftRunningAfterStop(t *testing.T) {
	before := goleak.IgnoreCurrent()
	sim := linesim.New(linesim.Config{})
	env := shopEnv(t, sim, sqliteURL(t))
	s := startFor(t, env, nil)
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	sim.Close()
	goleak.VerifyNone(t, before)
}

func TestServeStopsWithinTheTimeWhenItsContextEnds(t *testing.T) {
	t.Parallel()
	env := shopEnv(t, linesim.New(linesim.Config{}), sqliteURL(t))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan int, 1)
	var log lockedText
	go func() {
		ended <- Run(ctx, []string{"serve"}, envOf(env), strings.NewReader(""), io.Discard, &log)
	}()
	eventually(t, "it serves", func() bool { return strings.Contains(log.String(), `"msg":"ready"`) })
	cancel()
	select {
	case status := <-ended:
		if status != 0 {
			t.Errorf("status %d:\n%s", status, log.String())
		}
	case <-time.After(10 * time.Second):
		t.Error("it did not stop within ten seconds")
	}
	for _, secret := range []string{env["LINE_CHANNEL_SECRET"], env["LINE_CHANNEL_TOKEN"], env["OSUSUME_SECRET_KEY"]} {
		if strings.Contains(log.String(), secret) {
			t.Error("a secret is in the log")
		}
	}
}

func TestServeCheckAsksTheRunningServer(t *testing.T) {
	t.Parallel()
	s := startFor(t, shopEnv(t, linesim.New(linesim.Config{}), sqliteURL(t)), nil)
	mustRun(t, map[string]string{"OSUSUME_ADDR": s.Addr()}, "serve", "--check")
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	if status, _, stderr := program(t, map[string]string{"OSUSUME_ADDR": s.Addr()}, "", "serve", "--check"); status != 1 || !strings.Contains(stderr, "not alive") {
		t.Errorf("status %d, stderr %q", status, stderr)
	}
}

func TestWhatKeepsAServerFromStartingNamesTheSetting(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	running := shopEnv(t, linesim.New(linesim.Config{}), sqliteURL(t))
	startFor(t, running, nil)
	cases := []struct{ name, setting, value, want string }{
		{"the port is taken", "OSUSUME_ADDR", taken.Addr().String(), "OSUSUME_ADDR cannot be used"},
		{"the private port is taken", "OSUSUME_METRICS_ADDR", taken.Addr().String(), "OSUSUME_METRICS_ADDR cannot be used"},
		{"the folder does not exist", "DATABASE_URL", "sqlite:" + filepath.Join(t.TempDir(), "absent", "shop.db"), "DATABASE_URL"},
		{"no server is there", "DATABASE_URL", "postgres://u:hunter2@127.0.0.1:1/x?sslmode=disable", "DATABASE_URL"},
		{"another server has the file", "DATABASE_URL", running["DATABASE_URL"], "DATABASE_URL"},
		{"LINE's host is no address", "LINE_API_BASE_URL", "api.line.me", "LINE_API_BASE_URL "},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			env := shopEnv(t, linesim.New(linesim.Config{}), sqliteURL(t))
			env[c.setting] = c.value
			status, _, stderr := program(t, env, "", "serve")
			if status != 1 || !strings.HasPrefix(stderr, "osusume serve: "+c.want) || strings.Count(stderr, "\n") != 1 || strings.Contains(stderr, "hunter2") {
				t.Errorf("status %d, stderr %q", status, stderr)
			}
		})
	}
}

func TestADatabaseWrittenUnderAnotherKeyIsRefused(t *testing.T) {
	t.Parallel()
	env := shopEnv(t, linesim.New(linesim.Config{}), sqliteURL(t))
	if err := startFor(t, env, nil).Stop(); err != nil {
		t.Fatal(err)
	}
	env["OSUSUME_SECRET_KEY"] = "//////////////////////////////////////////8="
	if status, _, stderr := program(t, env, "", "serve"); status != 1 || !strings.HasPrefix(stderr, "osusume serve: OSUSUME_SECRET_KEY is not the key") {
		t.Errorf("status %d, stderr %q", status, stderr)
	}
}

func TestServeStartsWhileLineIsAwayAndLearnsTheNameLater(t *testing.T) {
	t.Parallel()
	sim := linesim.New(linesim.Config{BotName: "こもれび珈琲"})
	env := shopEnv(t, sim, sqliteURL(t))
	var away atomic.Bool
	away.Store(true)
	sim.SetFaults(func(c linesim.Call) linesim.Fault {
		if away.Load() && strings.Contains(c.Endpoint, "/v2/bot/info") {
			return linesim.Fault{Status: 503}
		}
		return linesim.Fault{}
	})
	s := startFor(t, env, nil)
	sim.SetWebhookURL(s.URL() + "/callback")
	if code, _ := fetch(t, s.URL()+"/readyz"); code != 200 || s.shopName != namelessShop {
		t.Fatalf("readyz %d, name %q", code, s.shopName)
	}
	away.Store(false)
	if err := s.learnName(t.Context()); err != nil {
		t.Fatal(err)
	}
	user := linesim.UserID("a customer")
	sim.AddUser(user, "客", "ja")
	sim.Follow(user)
	messages, err := sim.Say(patience(t), user, "ヘルプ")
	if err != nil || len(messages) == 0 {
		t.Fatalf("no answer after the worker was replaced: %v", err)
	}
	if s.shopName != "こもれび珈琲" {
		t.Errorf("the name is %q", s.shopName)
	}
}

func TestOnPostgresServeRefusesARoleThatTheWallDoesNotStopAndTakesTheOneMigrateMade(t *testing.T) {
	t.Parallel()
	owner := dbtest.PostgresEmpty(t)
	env := shopEnv(t, linesim.New(linesim.Config{}), owner)
	refused := func(when string) {
		t.Helper()
		status, _, stderr := program(t, env, "", "serve")
		if status != 1 || !strings.HasPrefix(stderr, "osusume serve: DATABASE_URL") || !strings.Contains(stderr, "osusume migrate --app-user") ||
			strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: status %d, stderr %q", when, status, stderr)
		}
	}
	refused("without a schema")
	mustRun(t, env, "migrate")
	refused("as the owner")
	// import, train and recommend work under the owner's role as well.
	mustRun(t, env, "import", "products", write(t, "products.csv", someProducts))
	mustRun(t, env, "train")
	mustRun(t, env, "recommend", "--customer", "c1")

	u, err := url.Parse(owner)
	if err != nil {
		t.Fatal(err)
	}
	role := "osusume_app_" + strings.ToLower(rand.Text()[:8]) // roles are the cluster's, not the database's
	password := write(t, "password", "correct horse\n")
	if said := mustRun(t, env, "migrate", "--app-user", role, "--app-password-file", password); strings.Contains(said, "correct horse") {
		t.Errorf("the password is printed: %s", said)
	}
	u.User = url.UserPassword(role, "correct horse")
	env["DATABASE_URL"] = u.String()
	s := startFor(t, env, nil)
	if code, body := fetch(t, s.URL()+"/readyz"); code != 200 {
		t.Errorf("readyz: %d %s", code, body)
	}
	mustRun(t, env, "import", "products", write(t, "products.csv", someProducts))
	mustRun(t, env, "train")
	mustRun(t, env, "recommend", "--customer", "c1")
}

func TestRecommendUsesPurchasesOnlyUnderTheCustomersOwnGrant(t *testing.T) {
	dbtest.EachURL(t, func(t *testing.T, url string) {
		sim := linesim.New(linesim.Config{})
		env := shopEnv(t, sim, url)
		user := linesim.UserID("a customer")
		mustRun(t, env, "import", "products", write(t, "products.csv", "sku,name,price,category,accessory_of\nmill,ミル,4000,器具,\nbrush,ブラシ,700,器具,mill\n"))
		day := time.Now().AddDate(0, 0, -20).Format(time.DateOnly)
		mustRun(t, env, "import", "purchases", write(t, "purchases.csv", "customer_id,sku,purchased_at\nc1,mill,"+day+"\n"))
		mustRun(t, env, "import", "links", write(t, "links.csv", "customer_id,line_user_id\nc1,"+user+"\n"))
		if said := mustRun(t, env, "recommend", "--customer", "c1"); !strings.Contains(said, "has not granted purchase_history") || strings.Contains(said, "bought ミル") {
			t.Errorf("without a grant:\n%s", said)
		}
		s := startFor(t, env, nil)
		sim.SetWebhookURL(s.URL() + "/callback")
		sim.AddUser(user, "客", "ja")
		if _, err := sim.WaitReply(patience(t), sim.Follow(user).ID); err != nil {
			t.Fatal(err)
		}
		granted, err := sim.PressLabel(user, "同意する")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := sim.WaitReply(patience(t), granted.ID); err != nil {
			t.Fatal(err)
		}
		said := mustRun(t, env, "recommend", "--customer", "c1", "--explain")
		if !strings.Contains(said, "1 purchases of the 24 months up to the latest") || !strings.Contains(said, "bought ミル (mill) on "+day) || !strings.Contains(said, "brush") {
			t.Errorf("with a grant:\n%s", said)
		}
		if _, err := sim.Say(patience(t), user, "停止"); err != nil {
			t.Fatal(err)
		}
		if said := mustRun(t, env, "recommend", "--customer", "c1"); strings.Contains(said, "bought ミル") {
			t.Errorf("after a withdrawal:\n%s", said)
		}
	})
}

// lockedText is a buffer that a server writes to while a test reads it.
type lockedText struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lockedText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lockedText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

package e2e

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"osusume/db/dbtest"
	"osusume/internal/linesim"
)

const (
	channelSecret = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
	channelToken  = "a-long-lived-token-that-must-never-be-logged"
	shopName      = "こもれび珈琲"
)

// world is one shop: its database, LINE's platform, and the files it imports.
type world struct {
	t        *testing.T
	sim      *linesim.Sim
	platform *httptest.Server
	dir      string
	database string // the URL serve uses
	extra    []string
	logs     *lockedBuffer
}

// eachDatabase runs a test on both databases.
func eachDatabase(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.database = "sqlite:" + filepath.Join(w.dir, "shop.db")
		test(t, w)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		_, app := dbtest.Postgres(t)
		w := newWorld(t)
		w.database = app
		test(t, w)
	})
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, dir: t.TempDir(), logs: &lockedBuffer{}}
	w.sim = linesim.New(linesim.Config{ChannelSecret: channelSecret, ChannelToken: channelToken, BotName: shopName, Seed: 1})
	w.platform = httptest.NewServer(w.sim)
	t.Cleanup(func() {
		w.sim.Close()
		w.platform.Close()
	})
	return w
}

func (w *world) env() []string {
	env := []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + w.dir, "TMPDIR=" + w.dir,
		"DATABASE_URL=" + w.database,
		"OSUSUME_SECRET_KEY=" + base64.StdEncoding.EncodeToString([]byte("0123456789abcdef0123456789abcdef")),
		"OSUSUME_METRICS_ADDR=", "OSUSUME_STATISTICS_BASIS=terms", "OSUSUME_LOG=debug",
		"OSUSUME_PRIVACY_URL=https://shop.example.com/privacy", "OSUSUME_CONTACT=03-0000-0000",
		"LINE_CHANNEL_SECRET=" + channelSecret, "LINE_CHANNEL_TOKEN=" + channelToken,
		"LINE_API_BASE_URL=" + w.platform.URL, "LINE_DATA_API_BASE_URL=" + w.platform.URL,
	}
	return append(env, w.extra...)
}

// osusume runs a command to its end and gives what it printed; a failure ends the test.
func (w *world) osusume(args ...string) string {
	w.t.Helper()
	out, err := w.try(args...)
	if err != nil {
		w.t.Fatalf("osusume %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

func (w *world) try(args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, binary, args...)
	command.Env, command.Dir = w.env(), w.dir
	out, err := command.CombinedOutput()
	return string(out), err
}

func (w *world) write(name, text string) string {
	w.t.Helper()
	path := filepath.Join(w.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
	return path
}

// process is one running `osusume serve`.
type process struct {
	w       *world
	command *exec.Cmd
	addr    string
	done    chan struct{}
	err     error
}

// serve starts the server and waits until it is ready.
func (w *world) serve() *process {
	w.t.Helper()
	p := w.start(freeAddr(w.t))
	p.awaitReady()
	w.sim.SetWebhookURL("http://" + p.addr + "/callback")
	return p
}

func (w *world) start(addr string) *process {
	w.t.Helper()
	p := &process{w: w, addr: addr, done: make(chan struct{})}
	p.command = exec.Command(binary, "serve")
	p.command.Env, p.command.Dir = append(w.env(), "OSUSUME_ADDR="+addr), w.dir
	p.command.Stdout, p.command.Stderr = w.logs, w.logs
	if err := p.command.Start(); err != nil {
		w.t.Fatal(err)
	}
	go func() {
		p.err = p.command.Wait()
		close(p.done)
	}()
	w.t.Cleanup(p.kill)
	return p
}

// awaitReady polls /readyz: a process of its own has no other way to tell.
func (p *process) awaitReady() {
	p.w.t.Helper()
	if !p.ready(30 * time.Second) {
		p.w.t.Fatalf("the server was not ready within 30 s; its log:\n%s", p.w.logs.tail())
	}
}

func (p *process) ready(within time.Duration) bool {
	deadline := time.Now().Add(within)
	for time.Now().Before(deadline) {
		select {
		case <-p.done:
			return false
		case <-time.After(20 * time.Millisecond):
		}
		if p.status("/readyz") == http.StatusOK {
			return true
		}
	}
	return false
}

// status is the status of a GET, 0 when there was no answer.
func (p *process) status(path string) int {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.addr+path, nil)
	if err != nil {
		return 0
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0
	}
	_ = response.Body.Close()
	return response.StatusCode
}

// becomes polls until a GET gives the status: readiness is remembered for a moment.
func (p *process) becomes(path string, status int, within time.Duration) bool {
	for deadline := time.Now().Add(within); time.Now().Before(deadline); <-time.After(20 * time.Millisecond) {
		if p.status(path) == status {
			return true
		}
	}
	return false
}

func (p *process) kill() {
	_ = p.command.Process.Kill()
	<-p.done
}

// stop asks politely and says how long it took.
func (p *process) stop() time.Duration {
	began := time.Now()
	_ = p.command.Process.Signal(os.Interrupt)
	select {
	case <-p.done:
	case <-time.After(15 * time.Second):
		p.w.t.Error("the server did not stop within 15 s of an interrupt")
		p.kill()
	}
	return time.Since(began)
}

func freeAddr(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

// say types words and gives everything the answer says.
func (w *world) say(user, text string) string {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	messages, err := w.sim.Say(ctx, user, text)
	if err != nil {
		w.t.Fatalf("%s: %v; calls: %s; the server's log:\n%s", text, err, w.calls(), w.logs.tail())
	}
	return textOf(messages)
}

// press presses the visible button of that label and gives everything the answer says.
func (w *world) press(user, label string) string {
	w.t.Helper()
	event, err := w.sim.PressLabel(user, label)
	if err != nil {
		w.t.Fatalf("press %s: %v; visible: %v", label, err, labels(w.sim.Buttons(user)))
	}
	return w.answer(event)
}

// answer waits for the reply to an event.
func (w *world) answer(event linesim.Event) string {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	messages, err := w.sim.WaitReply(ctx, event.ID)
	if err != nil {
		w.t.Fatalf("%s was not answered: %v; calls: %s; the server's log:\n%s", event.Type, err, w.calls(), w.logs.tail())
	}
	return textOf(messages)
}

func (w *world) calls() string {
	var b strings.Builder
	calls := w.sim.Calls()
	for _, c := range calls[max(0, len(calls)-5):] {
		fmt.Fprintf(&b, "\n  %s %d %s", c.Endpoint, c.Status, c.Response)
	}
	return b.String()
}

func textOf(messages []linesim.Message) string {
	var b strings.Builder
	for _, m := range messages {
		b.WriteString(m.Text())
		b.WriteByte('\n')
	}
	return b.String()
}

func labels(buttons []linesim.Button) []string {
	out := make([]string, len(buttons))
	for i, b := range buttons {
		out[i] = b.Label
	}
	return out
}

func mustContain(t *testing.T, what, text string, wanted ...string) {
	t.Helper()
	for _, want := range wanted {
		if !strings.Contains(text, want) {
			t.Errorf("%s lacks %q:\n%s", what, want, text)
		}
	}
}

func mustNotContain(t *testing.T, what, text string, unwanted ...string) {
	t.Helper()
	for _, bad := range unwanted {
		if strings.Contains(text, bad) {
			t.Errorf("%s has %q:\n%s", what, bad, text)
		}
	}
}

// lockedBuffer collects the log of several processes.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func (l *lockedBuffer) tail() string {
	text := l.String()
	return text[max(0, len(text)-4000):]
}

// useSim replaces the platform before anything was started.
func (w *world) useSim(sim *linesim.Sim) {
	w.sim = sim
	w.platform = httptest.NewServer(sim)
	w.t.Cleanup(func() {
		sim.Close()
		w.platform.Close()
	})
}

package linesim_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"osusume/internal/clock"
	"osusume/internal/linesim"
)

// bot is a webhook server that keeps what it gets and answers what the test says.
type bot struct {
	mu     sync.Mutex
	bodies [][]byte
	status func(n int) int
	slow   time.Duration
}

func (b *bot) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	b.mu.Lock()
	b.bodies = append(b.bodies, body)
	n := len(b.bodies)
	b.mu.Unlock()
	if b.slow > 0 {
		select {
		case <-time.After(b.slow):
		case <-r.Context().Done():
		}
	}
	if b.status != nil {
		w.WriteHeader(b.status(n))
	}
}

func (b *bot) got() [][]byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([][]byte(nil), b.bodies...)
}

type rig struct {
	*linesim.Sim
	t    *testing.T
	api  string
	bot  *bot
	fake *clock.Fake
}

func setup(t *testing.T, cfg linesim.Config, b *bot) *rig {
	t.Helper()
	if b == nil {
		b = &bot{}
	}
	hook := httptest.NewServer(b)
	t.Cleanup(hook.Close)
	cfg.WebhookURL = hook.URL
	fake := clock.NewFake(time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC))
	if cfg.Clock == nil {
		cfg.Clock = fake
	}
	if cfg.Seed == 0 {
		cfg.Seed = 1
	}
	s := linesim.New(cfg)
	t.Cleanup(s.Close)
	api, err := s.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.AddUser(user, "はな", "ja")
	return &rig{Sim: s, t: t, api: api, bot: b, fake: fake}
}

var user = linesim.UserID("hana")

type result struct {
	status int
	header http.Header
	body   string
}

func (r *rig) call(method, path, body string, header ...string) result {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), method, r.api+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+r.ChannelToken())
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return result{body: err.Error()}
	}
	defer res.Body.Close()
	got, _ := io.ReadAll(res.Body)
	return result{res.StatusCode, res.Header, string(got)}
}

func (r *rig) reply(token string) result {
	r.t.Helper()
	return r.call("POST", "/v2/bot/message/reply", `{"replyToken":"`+token+`","messages":[{"type":"text","text":"はい"}]}`)
}

func (r *rig) push(to, key string) result {
	r.t.Helper()
	header := []string{}
	if key != "" {
		header = []string{"X-Line-Retry-Key", key}
	}
	return r.call("POST", "/v2/bot/message/push", `{"to":"`+to+`","messages":[{"type":"text","text":"はい"}]}`, header...)
}

func (r *rig) deliver(events ...linesim.Event) {
	r.t.Helper()
	if d := r.Deliver(r.t.Context(), events...); !d.OK() {
		r.t.Fatalf("delivery: %d %v", d.Status, d.Err)
	}
}

func (r *rig) want(got result, status int, body string) {
	r.t.Helper()
	if got.status != status || !strings.Contains(got.body, body) {
		r.t.Fatalf("got %d %s, want %d with %q", got.status, got.body, status, body)
	}
}

func waitFor(t *testing.T, f func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !f(); {
		if time.Now().After(deadline) {
			t.Fatal("waited in vain")
		}
		time.Sleep(time.Millisecond)
	}
}

func listen(t testing.TB) net.Listener {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

package e2e

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"osusume/db/dbtest"
	"osusume/internal/linesim"
)

// TestTheDatabaseGoesAndComesBack cuts every connection to PostgreSQL under a running server: LINE is told 503 in time,
// readiness says so, and after the return the same process answers, what LINE redelivers included.
func TestTheDatabaseGoesAndComesBack(t *testing.T) {
	t.Parallel()
	_, app := dbtest.Postgres(t)
	w := newWorld(t)
	proxy, through := newProxy(t, app)
	w.database = through
	server := w.serve()
	w.sim.AddUser(hanako, "山田花子", "ja")
	w.answer(w.sim.Follow(hanako))

	proxy.cut()
	body := w.sim.Body(false, w.sim.TextEvent(hanako, "こんにちは"))
	began := time.Now()
	if got := w.sim.Post(t.Context(), body, linesim.Sign(channelSecret, body)).Status; got != 503 {
		t.Errorf("a webhook without a database: status %d, want 503", got)
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("the 503 took %s, LINE waits 2 s", took)
	}
	if !server.becomes("/readyz", 503, 5*time.Second) {
		t.Error("/readyz does not say that the database is gone")
	}
	if got := server.status("/healthz"); got != 200 {
		t.Errorf("/healthz without a database: %d, want 200", got)
	}
	waiting := w.sim.SendText(hanako, "おすすめ") // redelivered by the platform until it is taken
	proxy.mend()
	if !server.ready(20 * time.Second) {
		t.Fatalf("not ready after the database came back:\n%s", w.logs.tail())
	}
	w.answer(waiting)
	w.say(hanako, "ありがとう")
	for _, broken := range w.sim.Check() {
		t.Error(broken)
	}
}

// TestSeveralServersShareOneDatabase spreads one load over two servers, as a balancer does, and kills one of them.
func TestSeveralServersShareOneDatabase(t *testing.T) {
	t.Parallel()
	_, app := dbtest.Postgres(t)
	w := newWorld(t)
	w.database = app
	w.importShop()
	first, second := w.serve(), w.serve()
	var turn atomic.Int64
	balancer := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, in *http.Request) {
		body, err := io.ReadAll(in.Body)
		if err != nil {
			out.WriteHeader(http.StatusBadGateway)
			return
		}
		servers := []*process{first, second}
		n := int(turn.Add(1))
		for i := range servers {
			if status := servers[(n+i)%2].post(in.Context(), body, in.Header.Get("X-Line-Signature")); status != 0 {
				out.WriteHeader(status)
				return
			}
		}
		out.WriteHeader(http.StatusBadGateway)
	}))
	t.Cleanup(balancer.Close)
	w.sim.SetWebhookURL(balancer.URL)
	var talking sync.WaitGroup
	for i := range 8 {
		user := chaosUser(i)
		w.sim.AddUser(user, "客", "ja")
		talking.Go(func() {
			for n := range 30 {
				if n == 15 && i == 0 {
					first.kill()
				}
				patience, done := context.WithTimeout(t.Context(), 30*time.Second)
				_, err := w.sim.Say(patience, user, "おすすめ")
				done()
				if err != nil {
					t.Errorf("message %d of customer %d: %v", n, i, err)
					return
				}
			}
		})
	}
	talking.Wait()
	for _, broken := range w.sim.Check() {
		t.Error(broken)
	}
}

// post hands a webhook on; 0 when the server did not answer.
func (p *process) post(ctx context.Context, body []byte, signature string) int {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+p.addr+"/callback", bytes.NewReader(body))
	if err != nil {
		return 0
	}
	request.Header.Set("X-Line-Signature", signature)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0
	}
	_ = response.Body.Close()
	return response.StatusCode
}

// proxy is a TCP connection to the database that can be cut.
type proxy struct {
	listener net.Listener
	target   string
	mu       sync.Mutex
	down     bool
	open     map[net.Conn]bool
}

// newProxy gives the URL of the same database by way of the proxy.
func newProxy(t *testing.T, database string) (*proxy, string) {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{listener: listener, target: u.Host, open: map[net.Conn]bool{}}
	network := "tcp"
	if host := u.Query().Get("host"); host != "" && strings.HasPrefix(host, "/") {
		port := cmp.Or(u.Query().Get("port"), u.Port(), "5432")
		p.target, network = host+"/.s.PGSQL."+port, "unix"
	}
	u.Host = listener.Addr().String()
	query := u.Query()
	query.Del("host")
	query.Del("port")
	query.Set("sslmode", "disable")
	u.RawQuery = query.Encode()
	go p.serve(network)
	t.Cleanup(func() { _ = listener.Close(); p.cut() })
	return p, u.String()
}

func (p *proxy) serve(network string) {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial(network, p.target)
		if err != nil || !p.keep(client, server) {
			_ = client.Close()
			if server != nil {
				_ = server.Close()
			}
			continue
		}
		go func() { _, _ = io.Copy(server, client); _ = server.Close() }()
		go func() { _, _ = io.Copy(client, server); _ = client.Close() }()
	}
}

func (p *proxy) keep(conns ...net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.down {
		return false
	}
	for _, c := range conns {
		p.open[c] = true
	}
	return true
}

func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = true
	for c := range p.open {
		_ = c.Close()
	}
	p.open = map[net.Conn]bool{}
}

func (p *proxy) mend() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = false
}

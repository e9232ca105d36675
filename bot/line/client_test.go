package line_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"osusume/bot/line"
	"osusume/internal/clock"
	"osusume/internal/fault"
	"osusume/internal/queue"
)

const (
	key    = "123e4567-e89b-12d3-a456-426614174000"
	person = "U0123456789abcdef0123456789abcdef"
	canary = "カナリア-canary"
)

// serve answers like the handler and gives a client of it.
func serve(t *testing.T, handler http.HandlerFunc) *line.Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return client(t, server.URL, line.StaticToken("tok"))
}

func client(t *testing.T, base string, token line.TokenSource) *line.Client {
	t.Helper()
	hc := line.NewHTTPClient()
	t.Cleanup(hc.CloseIdleConnections)
	c, err := line.New(line.Config{BaseURL: base, Token: token, HTTP: hc})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func answer(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Line-Request-Id", "aaaa-1")
		w.Header().Set("x-line-accepted-request-id", "bbbb-2")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func soon(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 250*time.Millisecond)
	t.Cleanup(cancel)
	return ctx
}

func TestWhatGoesOverTheWire(t *testing.T) {
	t.Parallel()
	var got []string
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, hasKey := r.Header["X-Line-Retry-Key"]
		got = append(got, fmt.Sprint(r.Method, " ", r.URL.Path, " ", r.Header.Get("Authorization"), " ", r.Header.Get("Content-Type"), " ",
			hasKey, r.Header.Get("X-Line-Retry-Key"), " ", r.ContentLength, " ", string(body)))
		_, _ = io.WriteString(w, `{}`)
	})
	c.Reply(context.Background(), []byte(`{"a":1}`))
	c.Push(context.Background(), []byte(`{"b":2}`), key)
	_ = c.StartLoading(context.Background(), person, 7)
	_, _ = c.Profile(context.Background(), person)
	want := []string{
		`POST /v2/bot/message/reply Bearer tok application/json false 7 {"a":1}`,
		`POST /v2/bot/message/push Bearer tok application/json true` + key + ` 7 {"b":2}`,
		`POST /v2/bot/chat/loading/start Bearer tok application/json false 66 {"chatId":"` + person + `","loadingSeconds":10}`,
		`GET /v2/bot/profile/` + person + ` Bearer tok  false 0 `,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("sent\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestOutcomes(t *testing.T) {
	t.Parallel()
	quota := func(status int, text, kind string, value, used int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case "/v2/bot/message/quota":
				_, _ = fmt.Fprintf(w, `{"type":%q,"value":%d}`, kind, value)
			case "/v2/bot/message/quota/consumption":
				_, _ = fmt.Fprintf(w, `{"totalUsage":%d}`, used)
			default:
				answer(status, `{"message":"`+text+`"}`)(w, r)
			}
		}
	}
	for name, c := range map[string]struct {
		handler     http.HandlerFunc
		reply, push queue.Outcome
		kind        line.Kind
	}{
		"200":                  {answer(200, `{"sentMessages":[{"id":"461230966842064897"}]}`), queue.Accepted, queue.Accepted, ""},
		"200 without JSON":     {answer(200, `hello`), queue.Accepted, queue.Accepted, ""},
		"202":                  {answer(202, `{}`), queue.Accepted, queue.Accepted, ""},
		"200 and huge":         {answer(200, strings.Repeat("x", 3<<20)), queue.Accepted, queue.Accepted, ""},
		"400":                  {answer(400, `{"message":"The request body has 1 error(s) `+canary+`"}`), queue.Refused, queue.Refused, line.Invalid},
		"400 reply token":      {answer(400, `{"message":"Invalid reply token"}`), queue.Refused, queue.Refused, line.SpentToken},
		"400 no JSON, huge":    {answer(400, strings.Repeat(canary, 100_000)), queue.Refused, queue.Refused, line.Invalid},
		"401":                  {answer(401, `{"message":"Authentication failed due to the following reason: `+canary+`"}`), queue.Refused, queue.Refused, line.Unauthentic},
		"403":                  {answer(403, `{}`), queue.Refused, queue.Refused, line.Forbidden},
		"404":                  {answer(404, `{}`), queue.Refused, queue.Refused, line.Missing},
		"413":                  {answer(413, ``), queue.Refused, queue.Refused, line.TooLarge},
		"409":                  {answer(409, `{"message":"The retry key is already accepted","sentMessages":[]}`), queue.Refused, queue.Accepted, line.Duplicate},
		"429 rate":             {answer(429, `{"message":"The API rate limit has been exceeded. Try again later."}`), queue.RateLimited, queue.RateLimited, line.TooFast},
		"429 quota":            {answer(429, `{"message":"You have reached your monthly limit."}`), queue.OverQuota, queue.OverQuota, line.MonthlyEnd},
		"429 same person":      {answer(429, `{"message":"a large number of messages were sent to the same user"}`), queue.RateLimited, queue.RateLimited, line.SamePerson},
		"429 unknown, used up": {quota(429, "new words", "limited", 200, 200), queue.RateLimited, queue.OverQuota, ""},
		"429 unknown, not yet": {quota(429, "new words", "limited", 200, 199), queue.RateLimited, queue.RateLimited, line.TooFast},
		"429 unknown, no end":  {quota(429, "new words", "none", 0, 900), queue.RateLimited, queue.RateLimited, line.TooFast},
		"500":                  {answer(500, `{"message":"`+canary+`"}`), queue.NoAnswer, queue.NoAnswer, line.Server},
		"503":                  {answer(503, `<html>`), queue.NoAnswer, queue.NoAnswer, line.Server},
		"redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		}, queue.Refused, queue.Refused, line.Redirect},
		"broken before the answer": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, queue.NoAnswer, queue.NoAnswer, line.NoAnswer},
		"truncated after 200": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, `{"sent`)
		}, queue.Accepted, queue.Accepted, ""},
		"truncated after 500": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			w.WriteHeader(500)
		}, queue.NoAnswer, queue.NoAnswer, line.Server},
		"hanging": {func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.ReadAll(r.Body)
			<-r.Context().Done()
		}, queue.NoAnswer, queue.NoAnswer, line.NoAnswer},
		"hanging after 200": {func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.ReadAll(r.Body)
			w.WriteHeader(200)
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}, queue.Accepted, queue.Accepted, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cl := serve(t, c.handler)
			reply, push := cl.Reply(soon(t), []byte(`{"to":"`+canary+`"}`)), cl.Push(soon(t), []byte(`{}`), key)
			if reply.Outcome != c.reply || push.Outcome != c.push {
				t.Errorf("a reply came to %d (%v), a push to %d (%v); want %d and %d", reply.Outcome, reply.Err, push.Outcome, push.Err, c.reply, c.push)
			}
			for _, result := range []line.Result{reply, push} {
				var e *line.Error
				if (result.Outcome == queue.Accepted) != (result.Err == nil) || (result.Err != nil && !errors.As(result.Err, &e)) {
					t.Fatalf("outcome %d with error %v", result.Outcome, result.Err)
				}
				if e != nil && (c.kind != "" && e.Kind != c.kind || strings.Contains(e.Error(), "canary") || e.Status != result.Status) {
					t.Errorf("error %v of kind %s, want %s without LINE's words", e, e.Kind, c.kind)
				}
			}
			if name == "409" && (push.AcceptedRequestID != "bbbb-2" || push.RequestID != "aaaa-1" || push.Status != 409) {
				t.Errorf("a 409 push gave %+v", push)
			}
		})
	}
}

func TestWhatNeverLeftIsNoDoubt(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	base := "http://" + listener.Addr().String()
	_ = listener.Close()
	if got := client(t, base, line.StaticToken("t")).Reply(soon(t), []byte(`{}`)); got.Outcome != queue.NotSent {
		t.Errorf("nobody listens: outcome %d, %v", got.Outcome, got.Err)
	}
	var calls atomic.Int32
	c := serve(t, func(http.ResponseWriter, *http.Request) { calls.Add(1) })
	done, cancel := context.WithCancel(context.Background())
	cancel()
	if got := c.Reply(done, []byte(`{}`)); got.Outcome != queue.NotSent || calls.Load() != 0 {
		t.Errorf("no time: outcome %d", got.Outcome)
	}
	if got := c.Push(context.Background(), []byte(`{}`), "not a uuid"); got.Outcome != queue.Refused || calls.Load() != 0 {
		t.Errorf("no retry key: outcome %d", got.Outcome)
	}
	if got := client(t, base, line.StaticToken("")).Reply(soon(t), []byte(`{}`)); got.Outcome != queue.NotSent {
		t.Errorf("no token: outcome %d", got.Outcome)
	}
}

// An idle connection that LINE has closed breaks the next send; it must neither be repeated silently nor hang.
func TestAConnectionClosedWhileIdleSendsAtMostOnce(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		conn, buf, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		_, _ = buf.WriteString("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
		_ = buf.Flush()
		_ = conn.Close()
	})
	for i := range 20 {
		before := calls.Load()
		result := c.Reply(soon(t), []byte(`{}`))
		if now := calls.Load() - before; now > 1 || (result.Outcome == queue.Accepted) != (now == 1) && result.Outcome != queue.NoAnswer {
			t.Fatalf("send %d: outcome %d after %d calls", i, result.Outcome, now)
		}
	}
}

func TestReading(t *testing.T) {
	t.Parallel()
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/v2/bot/profile/" + person:
			_, _ = io.WriteString(w, `{"userId":"`+person+`","displayName":"`+canary+`","language":"en"}`)
		case "/v2/bot/info":
			_, _ = io.WriteString(w, `{"userId":"Ubot","basicId":"@x","displayName":"店","chatMode":"bot"}`)
		case "/v2/bot/message/quota":
			_, _ = io.WriteString(w, `not json`)
		default:
			http.NotFound(w, r)
		}
	})
	ctx := context.Background()
	if p, err := c.Profile(ctx, person); err != nil || p.Language != "en" || strings.Contains(fmt.Sprintf("%+v", p), "canary") {
		t.Errorf("profile %+v, %v", p, err)
	}
	if _, err := c.Profile(ctx, "U1123456789abcdef0123456789abcdef"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a stranger's profile: %v", err)
	}
	for _, id := range []string{"", "../../info", person + "/x", "C0123456789abcdef0123456789abcdef", strings.ToUpper(person), person + "\n"} {
		if _, err := c.Profile(ctx, id); !fault.Is(err, fault.Invalid) {
			t.Errorf("profile of %q: %v", id, err)
		}
		if err := c.StartLoading(ctx, id, 5); !fault.Is(err, fault.Invalid) {
			t.Errorf("loading for %q: %v", id, err)
		}
	}
	if b, err := c.BotInfo(ctx); err != nil || b.DisplayName != "店" || b.UserID != "Ubot" {
		t.Errorf("bot %+v, %v", b, err)
	}
	var e *line.Error
	if _, err := c.Quota(ctx); !errors.As(err, &e) || e.Kind != line.Unreadable {
		t.Errorf("quota in no JSON: %v", err)
	}
}

func TestBaseURLs(t *testing.T) {
	t.Parallel()
	for base, good := range map[string]bool{
		"": true, "https://api.line.me": true, "http://127.0.0.1:9/prefix/": true, "ftp://x": false, "api.line.me": false,
		"https://": false, "https://x?y=1": false, "https://user:pass@x": false, "http://[": false,
	} {
		if _, err := line.New(line.Config{BaseURL: base, Token: line.StaticToken("t")}); (err == nil) != good {
			t.Errorf("%q: %v", base, err)
		} else if err != nil && strings.Contains(err.Error(), "pass") {
			t.Errorf("%q: the error repeats it", base)
		}
	}
	var path string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { path = r.URL.Path }))
	defer server.Close()
	client(t, server.URL+"/prefix/", line.StaticToken("t")).Reply(context.Background(), []byte(`{}`))
	if path != "/prefix/v2/bot/message/reply" {
		t.Errorf("path %q", path)
	}
}

// issuer is LINE's token endpoint together with the reply endpoint.
type issuer struct {
	mu      sync.Mutex
	issued  int
	refuse  map[string]bool
	status  int
	life    int
	slow    time.Duration
	replies []string
}

func (i *issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if r.URL.Path == "/oauth2/v3/token" {
		i.issued++
		time.Sleep(i.slow)
		if r.PostFormValue("grant_type") != "client_credentials" || r.PostFormValue("client_id") != "123" || r.PostFormValue("client_secret") != "sec" || i.status != 0 {
			w.WriteHeader(max(i.status, 400))
			_, _ = io.WriteString(w, `{"error":"invalid_client","error_description":"`+canary+`"}`)
			return
		}
		_, _ = fmt.Fprintf(w, `{"token_type":"Bearer","access_token":"t%d","expires_in":%d}`, i.issued, i.life)
		return
	}
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	i.replies = append(i.replies, token)
	if i.refuse[token] {
		w.WriteHeader(401)
	}
}

func issue(t *testing.T) (*issuer, *line.ChannelTokens, *line.Client, *clock.Fake) {
	t.Helper()
	i := &issuer{refuse: map[string]bool{}, life: 900}
	server := httptest.NewServer(i)
	t.Cleanup(server.Close)
	now := clock.NewFake(time.UnixMilli(1_767_225_600_000))
	hc := line.NewHTTPClient()
	t.Cleanup(hc.CloseIdleConnections)
	tokens, err := line.NewChannelTokens(server.URL, "123", []string{"sec"}, hc, now)
	if err != nil {
		t.Fatal(err)
	}
	return i, tokens, client(t, server.URL, tokens), now
}

// While a secret is being replaced the shop names both, in any order; LINE takes one.
func TestTokensAreIssuedWithTheSecretThatLineTakes(t *testing.T) {
	t.Parallel()
	i := &issuer{refuse: map[string]bool{}, life: 900}
	server := httptest.NewServer(i)
	t.Cleanup(server.Close)
	hc := line.NewHTTPClient()
	t.Cleanup(hc.CloseIdleConnections)
	for _, secrets := range [][]string{{"old", "sec"}, {"sec", "new"}} {
		tokens, err := line.NewChannelTokens(server.URL, "123", secrets, hc, clock.System{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tokens.Token(t.Context()); err != nil {
			t.Errorf("%v: %v", secrets, err)
		}
	}
	before := i.issued
	tokens, err := line.NewChannelTokens(server.URL, "123", []string{"old", "sec"}, hc, clock.System{})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		token, err := tokens.Token(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		tokens.Refused(token)
	}
	if asked := i.issued - before; asked != 4 {
		t.Errorf("%d requests for three tokens, want one with the refused secret and three with the other", asked)
	}
	if tokens, err := line.NewChannelTokens(server.URL, "123", []string{"old", "older"}, hc, clock.System{}); err != nil {
		t.Fatal(err)
	} else if _, err := tokens.Token(t.Context()); err == nil {
		t.Error("a token from refused secrets")
	}
}

func TestTokensAreIssuedOnceAndRenewedInTime(t *testing.T) {
	t.Parallel()
	i, tokens, _, now := issue(t)
	i.slow = 20 * time.Millisecond
	get := func() string {
		token, err := tokens.Token(context.Background())
		if err != nil {
			t.Error(err)
		}
		return token
	}
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() {
			if got := get(); got != "t1" {
				t.Errorf("token %q", got)
			}
		})
	}
	wait.Wait()
	if i.issued != 1 {
		t.Errorf("%d requests for one token", i.issued)
	}
	now.Advance(719 * time.Second)
	if got := get(); got != "t1" {
		t.Errorf("token %q before four fifths of its life", got)
	}
	now.Advance(time.Second)
	if got := get(); got != "t2" {
		t.Errorf("token %q at four fifths of its life", got)
	}
	now.Advance(720 * time.Second)
	i.status = 500
	for range 3 {
		if got := get(); got != "t2" {
			t.Errorf("token %q when the renewal fails", got)
		}
	}
	if i.issued != 3 {
		t.Errorf("%d requests: a failed renewal rests a while", i.issued)
	}
	now.Advance(181 * time.Second)
	if token, err := tokens.Token(context.Background()); err == nil || strings.Contains(err.Error(), "canary") || strings.Contains(err.Error(), "sec\"") {
		t.Errorf("an expired token %q, %v", token, err)
	}
	i.status = 0
	if got := get(); got != "t5" {
		t.Errorf("token %q after the endpoint came back", got)
	}
}

func TestATokenThatLineRefusesIsRenewedOnce(t *testing.T) {
	t.Parallel()
	i, _, c, _ := issue(t)
	i.refuse["t1"] = true
	if got := c.Reply(context.Background(), []byte(`{}`)); got.Outcome != queue.Accepted || strings.Join(i.replies, " ") != "t1 t2" {
		t.Errorf("outcome %d with the tokens %v", got.Outcome, i.replies)
	}
	i.refuse["t2"], i.refuse["t3"] = true, true
	if got := c.Reply(context.Background(), []byte(`{}`)); got.Outcome != queue.Refused || strings.Join(i.replies, " ") != "t1 t2 t2 t3" {
		t.Errorf("outcome %d with the tokens %v", got.Outcome, i.replies)
	}
	i.status = 400
	if got := c.Reply(context.Background(), []byte(`{}`)); got.Outcome != queue.NotSent {
		t.Errorf("no token to be had: outcome %d", got.Outcome)
	}
}

func TestAbsurdTokenAnswersAreRefused(t *testing.T) {
	t.Parallel()
	for _, body := range []string{``, `{}`, `[]`, `{"access_token":"x"}`, `{"access_token":"x","expires_in":-1}`, `{"access_token":"x\ny","expires_in":900}`,
		`{"access_token":"","expires_in":900}`, `{"access_token":"x","expires_in":"900"}`, `{"access_token":"x","expires_in":9e15}`,
		`{"access_token":"` + strings.Repeat("x", 100_000) + `","expires_in":900}`} {
		server := httptest.NewServer(answer(200, body))
		tokens, err := line.NewChannelTokens(server.URL, "1", []string{"s"}, nil, clock.System{})
		if err != nil {
			t.Fatal(err)
		}
		if token, err := tokens.Token(context.Background()); err == nil {
			t.Errorf("%.40q gave the token %.20q", body, token)
		}
		server.Close()
	}
}

package linesim_test

import (
	"context"
	"encoding/json"
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

func TestWebhookIsSignedAndCarriesLinesFields(t *testing.T) {
	t.Parallel()
	var header http.Header
	var body []byte
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		header = r.Header.Clone()
		body, _ = io.ReadAll(r.Body)
	}))
	defer hook.Close()
	s := linesim.New(linesim.Config{ChannelSecret: "secret", WebhookURL: hook.URL, Seed: 7})
	defer s.Close()
	s.AddUser(user, "はな", "ja")
	e := s.TextEvent(user, "こんにちは <b>&\"")
	if d := s.Deliver(t.Context(), e); !d.OK() {
		t.Fatal(d.Err)
	}
	if got := header.Get("X-Line-Signature"); got != linesim.Sign("secret", body) {
		t.Errorf("signature %q", got)
	}
	var v struct {
		Destination string
		Events      []struct {
			Type, Mode, WebhookEventID, ReplyToken string
			Timestamp                              int64
			Source                                 struct{ Type, UserID string }
			DeliveryContext                        struct{ IsRedelivery *bool }
			Message                                struct{ ID, Type, Text, QuoteToken string }
		}
	}
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatal(err)
	}
	got := v.Events[0]
	if len(v.Destination) != 33 || got.Type != "message" || got.Mode != "active" || len(got.WebhookEventID) != 26 || len(got.ReplyToken) != 32 ||
		got.Timestamp != e.At.UnixMilli() || got.Source.UserID != user || got.Source.Type != "user" || got.DeliveryContext.IsRedelivery == nil ||
		*got.DeliveryContext.IsRedelivery || len(got.Message.ID) != 18 || got.Message.Text != "こんにちは <b>&\"" || got.Message.QuoteToken == "" {
		t.Errorf("event %s", body)
	}
}

// The golden vector of LINE's documentation (line-platform §1.2).
func TestSignatureMatchesLinesExample(t *testing.T) {
	t.Parallel()
	got := linesim.Sign("8c570fa6dd201bb328f1c1eac23a96d8", []byte(`{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}`))
	if got != "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs=" {
		t.Error(got)
	}
}

func TestVerifyPostsNoEvents(t *testing.T) {
	t.Parallel()
	r := setup(t, linesim.Config{}, nil)
	if d := r.Verify(t.Context()); !d.OK() || !strings.Contains(string(r.bot.got()[0]), `"events":[]`) {
		t.Errorf("%+v", d)
	}
	r.want(r.call("POST", "/v2/bot/channel/webhook/test", `{}`), 200, `"reason":"OK"`)
}

func TestReplyTokenWorksOnce(t *testing.T) {
	t.Parallel()
	r := setup(t, linesim.Config{}, nil)
	e := r.TextEvent(user, "a")
	r.want(r.reply(e.ReplyToken), 400, "Invalid reply token") // not delivered yet
	r.deliver(e)
	got := r.reply(e.ReplyToken)
	r.want(got, 200, `"sentMessages":[{"id":"`)
	var v struct {
		SentMessages []struct{ ID, QuoteToken string }
	}
	if err := json.Unmarshal([]byte(got.body), &v); err != nil || len(v.SentMessages[0].ID) != 18 || v.SentMessages[0].QuoteToken == "" {
		t.Errorf("%s %v", got.body, err)
	}
	if got.header.Get("X-Line-Request-Id") == "" {
		t.Error("no request id")
	}
	r.want(r.reply(e.ReplyToken), 400, `{"message":"Invalid reply token"}`)
	r.want(r.reply("00000000000000000000000000000000"), 400, "Invalid reply token")
	rec, _ := r.Record(e.ID)
	if len(rec.Replies) != 1 || rec.Refused != 1 || !rec.Accepted() {
		t.Errorf("%+v", rec)
	}
}

func TestReplyTokenLivesAMinuteFromEachDeliveryAndTwentyFromTheEvent(t *testing.T) {
	t.Parallel()
	r := setup(t, linesim.Config{}, nil)
	e, f := r.TextEvent(user, "a"), r.TextEvent(user, "b")
	r.deliver(e, f)
	r.Advance(61 * time.Second)
	r.want(r.reply(e.ReplyToken), 400, "Invalid reply token")
	r.Redeliver(t.Context(), e.ID, f.ID)
	r.want(r.reply(e.ReplyToken), 200, "")
	r.Advance(19 * time.Minute)
	r.Redeliver(t.Context(), f.ID)
	r.want(r.reply(f.ReplyToken), 400, "Invalid reply token")
	bodies := r.bot.got()
	if last := string(bodies[len(bodies)-1]); !strings.Contains(last, `"isRedelivery":true`) || !strings.Contains(last, f.ReplyToken) || !strings.Contains(last, f.ID) {
		t.Error(last)
	}
}

func TestReplyRefusesARetryKey(t *testing.T) {
	t.Parallel()
	r := setup(t, linesim.Config{}, nil)
	e := r.TextEvent(user, "a")
	r.deliver(e)
	r.want(r.call("POST", "/v2/bot/message/reply", `{"replyToken":"`+e.ReplyToken+`","messages":[{"type":"text","text":"x"}]}`,
		"X-Line-Retry-Key", "123e4567-e89b-12d3-a456-426614174000"), 400, "retry key")
	r.want(r.reply(e.ReplyToken), 200, "")
}

func TestRetryKeyIsAcceptedOnceADay(t *testing.T) {
	t.Parallel()
	const key = "123e4567-e89b-12d3-a456-426614174000"
	r := setup(t, linesim.Config{}, nil)
	r.Follow(user)
	first := r.push(user, key)
	r.want(first, 200, "sentMessages")
	second := r.push(user, strings.ToUpper(key))
	r.want(second, 409, `{"message":"The retry key is already accepted","sentMessages":[{"id":"`)
	if second.header.Get("X-Line-Accepted-Request-Id") != first.header.Get("X-Line-Request-Id") ||
		second.header.Get("X-Line-Request-Id") == first.header.Get("X-Line-Request-Id") {
		t.Error(second.header)
	}
	r.Advance(24*time.Hour + time.Second)
	r.want(r.push(user, key), 200, "")
	r.want(r.push(user, "nonsense"), 400, "retry key")
	if n := len(r.Messages(user)); n != 2 {
		t.Errorf("%d messages arrived", n)
	}
}

func TestRefusedPushDoesNotUseItsRetryKey(t *testing.T) {
	t.Parallel()
	const key = "123e4567-e89b-12d3-a456-426614174001"
	r := setup(t, linesim.Config{Quota: 1}, nil)
	r.Follow(user)
	r.SetQuota(1, 1)
	r.want(r.push(user, key), 429, "You have reached your monthly limit.")
	r.SetQuota(1, 0)
	r.want(r.push(user, key), 200, "")
}

func TestPushToABlockerIsAcceptedAndNotDelivered(t *testing.T) {
	t.Parallel()
	r := setup(t, linesim.Config{Quota: 10}, nil)
	r.want(r.push(user, ""), 200, "sentMessages") // no friend yet
	r.Follow(user)
	r.Block(user)
	r.want(r.push(user, ""), 200, "sentMessages")
	if len(r.Messages(user)) != 0 {
		t.Error("delivered")
	}
	r.want(r.call("GET", "/v2/bot/message/quota/consumption", ""), 200, `{"totalUsage":0}`)
	r.want(r.call("GET", "/v2/bot/profile/"+user, ""), 404, "Not found")
	r.Unblock(user)
	r.want(r.push(user, ""), 200, "")
	r.want(r.call("GET", "/v2/bot/profile/"+user, ""), 200, `"displayName":"はな"`)
	r.want(r.call("GET", "/v2/bot/message/quota/consumption", ""), 200, `{"totalUsage":1}`)
	r.want(r.push("U1", ""), 400, "'to'")
	r.want(r.push(linesim.UserID("nobody"), ""), 400, "Failed to send messages")
}

func TestQuotaCountsRecipientsAndBothKindsOf429Differ(t *testing.T) {
	t.Parallel()
	r := setup(t, linesim.Config{Quota: 4, RateLimits: true}, nil)
	other := linesim.UserID("taro")
	r.AddUser(other, "たろう", "")
	group := linesim.GroupID("g")
	r.AddGroup(group, "みんな", user, other, linesim.UserID("x"))
	r.Follow(user)
	r.want(r.push(group, ""), 200, "")
	r.want(r.push(group, ""), 429, `{"message":"You have reached your monthly limit."}`)
	r.want(r.call("GET", "/v2/bot/message/quota", ""), 200, `{"type":"limited","value":4}`)
	r.want(r.push(user, ""), 200, "")
	for range 60 {
		r.call("POST", "/v2/bot/channel/webhook/test", `{}`)
	}
	r.want(r.call("POST", "/v2/bot/channel/webhook/test", `{}`), 429, `{"message":"The API rate limit has been exceeded. Try again later."}`)
	r.Advance(time.Minute + time.Second)
	r.want(r.call("POST", "/v2/bot/channel/webhook/test", `{}`), 200, "")
}

func TestMulticastReachesFriendsOnly(t *testing.T) {
	t.Parallel()
	r := setup(t, linesim.Config{}, nil)
	other := linesim.UserID("taro")
	r.AddUser(other, "たろう", "")
	r.Follow(user)
	r.want(r.call("POST", "/v2/bot/message/multicast", `{"to":["`+user+`","`+other+`"],"messages":[{"type":"text","text":"x"}]}`), 200, "{}")
	if len(r.Messages(user)) != 1 || len(r.Messages(other)) != 0 {
		t.Error("wrong receivers")
	}
	r.want(r.call("POST", "/v2/bot/message/multicast", `{"to":["x"],"messages":[{"type":"text","text":"x"}]}`), 400, `"property":"to[0]"`)
}

func TestEveryCallNeedsATokenAndAnExactPath(t *testing.T) {
	t.Parallel()
	r := setup(t, linesim.Config{}, nil)
	r.want(r.call("GET", "/v2/bot/info", "", "Authorization", "Bearer nope"), 401, "Authentication failed")
	r.want(r.call("GET", "/v2/bot/info", "", "Authorization", ""), 401, "Authentication failed")
	r.want(r.call("GET", "/v2/bot/info", ""), 200, `"displayName":"おすすめ"`)
	r.want(r.call("GET", "/v2//bot/info", ""), 404, "")
	r.want(r.call("GET", "/v2/bot/info/", ""), 404, "")
	r.want(r.call("GET", "/v2/bot/richmenu/list", ""), 501, `{"message":"`)
	r.want(r.call("POST", "/v2/bot/message/push", `{}`, "Content-Type", "text/plain"), 415, "")
	r.want(r.call("POST", "/v2/bot/message/push", strings.Repeat(" ", 2<<20+1)), 413, "")
	r.want(r.call("POST", "/v2/bot/message/push", "{\n  x"), 400, "(line: 2, column: 3)")
}

func TestTokensAreIssuedAndExpire(t *testing.T) {
	t.Parallel()
	r := setup(t, linesim.Config{}, nil)
	form := "grant_type=client_credentials&client_id=" + r.ChannelID() + "&client_secret=" + r.ChannelSecret()
	got := r.call("POST", "/oauth2/v3/token", form, "Content-Type", "application/x-www-form-urlencoded", "Authorization", "")
	r.want(got, 200, `"expires_in":900`)
	var v struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal([]byte(got.body), &v); err != nil {
		t.Fatal(err)
	}
	r.want(r.call("GET", "/v2/bot/info", "", "Authorization", "Bearer "+v.AccessToken), 200, "")
	r.Advance(15 * time.Minute)
	r.want(r.call("GET", "/v2/bot/info", "", "Authorization", "Bearer "+v.AccessToken), 401, "")
	r.want(r.call("POST", "/v2/oauth/accessToken", form, "Authorization", ""), 200, `"expires_in":2592000`)
	r.want(r.call("POST", "/oauth2/v3/token", form+"x", "Authorization", ""), 400, `"error":"invalid_client"`)
}

func TestLoadingAnimation(t *testing.T) {
	t.Parallel()
	r := setup(t, linesim.Config{}, nil)
	r.Follow(user)
	r.want(r.call("POST", "/v2/bot/chat/loading/start", `{"chatId":"`+user+`","loadingSeconds":5}`), 202, "{}")
	if !r.Loading(user) {
		t.Error("not shown")
	}
	r.want(r.push(user, ""), 200, "")
	if r.Loading(user) {
		t.Error("still shown after a message")
	}
	r.want(r.call("POST", "/v2/bot/chat/loading/start", `{"chatId":"`+user+`","loadingSeconds":7}`), 400, "multiple of 5")
	r.want(r.call("POST", "/v2/bot/chat/loading/start", `{"chatId":"`+linesim.GroupID("g")+`"}`), 400, "chatId")
}

func TestFailedDeliveryComesAgainWithTheSameIds(t *testing.T) {
	t.Parallel()
	b := &bot{status: func(n int) int {
		if n < 3 {
			return 503
		}
		return 200
	}}
	r := setup(t, linesim.Config{Redelivery: linesim.Redelivery{First: time.Millisecond}}, b)
	e := r.SendText(user, "a")
	waitFor(t, func() bool { rec, _ := r.Record(e.ID); return rec.Accepted() })
	rec, _ := r.Record(e.ID)
	if len(rec.Deliveries) != 3 || rec.Deliveries[0].Redelivery || !rec.Deliveries[2].Redelivery {
		t.Errorf("%+v", rec.Deliveries)
	}
	for _, body := range r.bot.got() {
		if !strings.Contains(string(body), e.ID) || !strings.Contains(string(body), e.ReplyToken) {
			t.Errorf("%s", body)
		}
	}
}

func TestSlowWebhookIsATimeout(t *testing.T) {
	t.Parallel()
	r := setup(t, linesim.Config{WebhookTimeout: 20 * time.Millisecond}, &bot{slow: 5 * time.Second})
	d := r.Deliver(t.Context(), r.TextEvent(user, "a"))
	if !d.Timeout || d.OK() || r.Stats().Timeouts.Load() != 1 {
		t.Errorf("%+v", d)
	}
}

func TestBatchesMixUsersAndKeepEachUsersOrder(t *testing.T) {
	t.Parallel()
	r := setup(t, linesim.Config{Batch: 100, BatchWait: 20 * time.Millisecond, Posters: 1}, nil)
	other := linesim.UserID("taro")
	r.AddUser(other, "たろう", "")
	for _, text := range []string{"a1", "a2", "a3"} {
		r.SendText(user, text)
		r.SendText(other, strings.Replace(text, "a", "b", 1))
	}
	waitFor(t, func() bool { return len(r.Undelivered()) == 0 })
	bodies := r.bot.got()
	if len(bodies) != 1 {
		t.Fatalf("%d requests", len(bodies))
	}
	last := -1
	for _, text := range []string{"a1", "a2", "a3"} {
		at := strings.Index(string(bodies[0]), `"text":"`+text)
		if at < last {
			t.Error("out of order")
		}
		last = at
	}
}

func TestDuplicatesStandbyPoisonAndUnknownEvents(t *testing.T) {
	t.Parallel()
	r := setup(t, linesim.Config{}, nil)
	e := r.TextEvent(user, "a")
	standby := r.TextEvent(user, "b").Standby()
	unknown := r.NewEvent("somethingNew", user, user, map[string]any{"x": 1})
	r.deliver(e, linesim.RawEvent(`{"type":5}`), e, standby, unknown)
	body := string(r.bot.got()[0])
	if strings.Count(body, e.ID) != 2 || strings.Contains(body, standby.ReplyToken) || !strings.Contains(body, `"somethingNew","x":1`) ||
		!strings.Contains(body, `{"type":5}`) || !json.Valid([]byte(body)) {
		t.Error(body)
	}
	r.want(r.reply(standby.ReplyToken), 400, "Invalid reply token")
	r.want(r.reply(e.ReplyToken), 200, "")
}

func TestNetworkFaultsRepeatAndDelayButLoseNothing(t *testing.T) {
	t.Parallel()
	r := setup(t, linesim.Config{}, nil)
	r.SetWebhookFaults(linesim.WebhookFaults{Duplicate: 0.5, Again: 0.5, Late: 0.3})
	want := map[string]bool{}
	for range 60 {
		want[r.SendText(user, "a").ID] = true
	}
	waitFor(t, func() bool { return len(r.Undelivered()) == 0 })
	waitFor(t, func() bool { return len(r.bot.got()) > 75 })
	again, unflagged, disorder, last := 0, map[string]int{}, false, ""
	for _, body := range r.bot.got() {
		var v struct {
			Events []struct {
				WebhookEventID  string
				DeliveryContext struct{ IsRedelivery bool }
				Message         struct{ ID string }
			}
		}
		if err := json.Unmarshal(body, &v); err != nil {
			t.Fatal(err)
		}
		e := v.Events[0]
		if !want[e.WebhookEventID] {
			t.Fatal("an event nobody made")
		}
		if e.DeliveryContext.IsRedelivery {
			again++
		} else {
			unflagged[e.WebhookEventID]++
		}
		if unflagged[e.WebhookEventID] == 1 { // a first copy: has a younger message come before it?
			disorder = disorder || e.Message.ID < last
			last = max(last, e.Message.ID)
		}
	}
	twice := 0
	for _, n := range unflagged {
		if n > 1 {
			twice++
		}
	}
	if len(unflagged) != 60 || again < 5 || twice < 5 || !disorder {
		t.Errorf("%d events, %d redelivered, %d twice, disorder %v", len(unflagged), again, twice, disorder)
	}
}

func TestFaultsOnCallsAreWhatTheySay(t *testing.T) {
	t.Parallel()
	r := setup(t, linesim.Config{}, nil)
	e := r.TextEvent(user, "a")
	r.deliver(e)
	r.SetFaults(linesim.Faults(
		linesim.On(linesim.ReplyEndpoint, 1, 1, linesim.Fault{Status: 500}),
		linesim.On(linesim.ReplyEndpoint, 2, 2, linesim.Fault{Drop: true}),
		linesim.On(linesim.ReplyEndpoint, 3, 3, linesim.Fault{AcceptThen: 500}),
	))
	r.want(r.reply(e.ReplyToken), 500, "message")
	if got := r.reply(e.ReplyToken); got.status != 0 {
		t.Errorf("the connection was not cut: %+v", got)
	}
	if len(r.Messages(user)) != 0 {
		t.Error("a refused reply was delivered")
	}
	r.want(r.reply(e.ReplyToken), 500, "message")
	if len(r.Messages(user)) != 1 {
		t.Error("the reply was not accepted")
	}
	r.want(r.reply(e.ReplyToken), 400, "Invalid reply token")
}

func TestSometimesIsRepeatableForASeed(t *testing.T) {
	t.Parallel()
	run := func() (out []int) {
		r := setup(t, linesim.Config{Seed: 42}, nil)
		r.SetFaults(linesim.Sometimes("", 0.5, linesim.Fault{Status: 500}))
		for range 20 {
			out = append(out, r.call("GET", "/v2/bot/info", "").status)
		}
		return out
	}
	a, b := run(), run()
	seen := map[int]int{}
	for i := range a {
		if a[i] != b[i] {
			t.Fatal("not repeatable")
		}
		seen[a[i]]++
	}
	if seen[200] < 3 || seen[500] < 3 {
		t.Error(seen)
	}
}

func TestCheckFindsWhatWasNotAnswered(t *testing.T) {
	t.Parallel()
	r := setup(t, linesim.Config{}, nil)
	e, f := r.TextEvent(user, "a"), r.TextEvent(user, "b")
	r.deliver(e, f)
	r.want(r.reply(e.ReplyToken), 200, "")
	if got := r.Check(); len(got) != 1 || !strings.Contains(got[0], f.ID) {
		t.Error(got)
	}
	if got := r.Unanswered(); len(got) != 1 || got[0].Event.ID != f.ID {
		t.Error(got)
	}
}

func TestWaitReplyAndTheSendHook(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var sent []linesim.Sent
	r := setup(t, linesim.Config{OnSend: func(s linesim.Sent) { mu.Lock(); sent = append(sent, s); mu.Unlock() }}, nil)
	e := r.TextEvent(user, "a")
	r.deliver(e)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := r.WaitReply(ctx, e.ID); err == nil {
		t.Error("answered before the reply")
	}
	r.want(r.reply(e.ReplyToken), 200, "")
	got, err := r.WaitReply(t.Context(), e.ID)
	if err != nil || len(got) != 1 || got[0].Text() != "はい" {
		t.Errorf("%v %v", got, err)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(sent) != 1 || sent[0].EventID != e.ID || sent[0].Kind != "reply" || len(sent[0].Messages) != 1 {
		t.Errorf("%+v", sent)
	}
}

func TestButtonsArePressedByLabel(t *testing.T) {
	t.Parallel()
	r := setup(t, linesim.Config{}, nil)
	r.Follow(user)
	e := r.TextEvent(user, "a")
	r.deliver(e)
	body := `{"replyToken":"` + e.ReplyToken + `","messages":[{"type":"flex","altText":"x","contents":{"type":"bubble",
		"footer":{"type":"box","layout":"vertical","contents":[{"type":"button","action":{"type":"postback","label":"同意する","data":"g:1","displayText":"同意する"}}]},
		"body":{"type":"box","layout":"vertical","contents":[{"type":"text","text":"お知らせ"}]}},
		"quickReply":{"items":[{"type":"action","action":{"type":"message","label":"ヘルプ","text":"ヘルプ"}}]}}]}`
	r.want(r.call("POST", "/v2/bot/message/reply", body), 200, "")
	if got := r.Buttons(user); len(got) != 2 || got[0].Label != "同意する" || !got[1].Quick {
		t.Fatalf("%+v", got)
	}
	pressed, err := r.PressLabel(user, "同意する")
	if err != nil || pressed.Type != "postback" || !strings.Contains(string(pressed.JSON(false)), `"data":"g:1"`) {
		t.Errorf("%s %v", pressed.JSON(false), err)
	}
	if got := r.Buttons(user); len(got) != 1 {
		t.Errorf("quick replies stayed: %+v", got)
	}
	if _, err := r.PressLabel(user, "ない"); err == nil {
		t.Error("pressed a button that is not there")
	}
}

func TestUnsendRemovesWordsAndFiles(t *testing.T) {
	t.Parallel()
	r := setup(t, linesim.Config{}, nil)
	e := r.SendMedia(user, "image", "image/png", []byte("png"), 0)
	r.want(r.call("GET", "/v2/bot/message/"+e.MessageID+"/content", ""), 200, "png")
	r.Unsend(user, e.MessageID)
	r.want(r.call("GET", "/v2/bot/message/"+e.MessageID+"/content", ""), 410, "")
	v := r.SendMedia(user, "video", "video/mp4", []byte("mp4"), time.Minute)
	r.want(r.call("GET", "/v2/bot/message/"+v.MessageID+"/content", ""), 202, "")
	r.want(r.call("GET", "/v2/bot/message/"+v.MessageID+"/content/transcoding", ""), 200, "processing")
	r.want(r.call("GET", "/v2/bot/message/1/content", ""), 404, "")
}

func TestAccountLink(t *testing.T) {
	t.Parallel()
	r := setup(t, linesim.Config{}, nil)
	issue := func() string {
		var v struct{ LinkToken string }
		if err := json.Unmarshal([]byte(r.call("POST", "/v2/bot/user/"+user+"/linkToken", "").body), &v); err != nil {
			t.Fatal(err)
		}
		return v.LinkToken
	}
	token := issue()
	e, err := r.LinkAccount(user, token, "0123456789abcdef")
	if err != nil || !strings.Contains(string(e.JSON(false)), `"result":"ok"`) {
		t.Fatal(err)
	}
	if _, err := r.LinkAccount(user, token, "0123456789abcdef"); err == nil {
		t.Error("a link token worked twice")
	}
	e, err = r.LinkAccount(linesim.UserID("other"), issue(), "0123456789abcdef")
	if err != nil || e.ReplyToken != "" || e.ChatID != "" || !strings.Contains(string(e.JSON(false)), `"result":"failed"`) {
		t.Errorf("%s %v", e.JSON(false), err)
	}
	token = issue()
	r.Advance(11 * time.Minute)
	if _, err := r.LinkAccount(user, token, "0123456789abcdef"); err == nil {
		t.Error("an old link token worked")
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

package linesim_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"osusume/internal/linesim"
)

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

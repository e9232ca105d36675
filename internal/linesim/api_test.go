package linesim_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"osusume/internal/linesim"
)

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
	r.SendText(user, "さようなら") // writing within seven days does not outweigh a block
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
	r.want(r.call("GET", "/v2/bot/membership/list", ""), 501, `{"message":"`)
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

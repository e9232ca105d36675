package linesim_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"osusume/internal/linesim"
)

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

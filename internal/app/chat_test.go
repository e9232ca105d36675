package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"osusume/internal/linesim"
)

func chatMessage(t *testing.T, raw string) linesim.Message {
	t.Helper()
	var v struct{ Type string }
	if err := json.Unmarshal([]byte(raw), &v); err != nil {
		t.Fatal(err)
	}
	return linesim.Message{Type: v.Type, Raw: json.RawMessage(raw)}
}

const offersMessage = `{"type":"flex","altText":"x","contents":{"type":"carousel","contents":[
 {"type":"bubble","hero":{"type":"image","url":"https://a/b.png"},
  "footer":{"type":"box","layout":"vertical","contents":[
   {"type":"button","action":{"type":"postback","label":"興味があります","data":"i1"}},
   {"type":"button","action":{"type":"postback","label":"なぜ？","data":"y1"}}]},
  "body":{"type":"box","layout":"vertical","contents":[
   {"type":"text","text":"朝のブレンド"},{"type":"box","layout":"horizontal","contents":[{"type":"text","text":"1,180円"},{"type":"text","text":"税込"}]},
   {"type":"text","contents":[{"type":"span","text":"前回から"},{"type":"span","text":"15日です"}]}]}},
 {"type":"bubble","body":{"type":"box","layout":"vertical","contents":[{"type":"text","text":"保存缶\n200g用"}]},
  "footer":{"type":"box","layout":"horizontal","contents":[{"type":"button","action":{"type":"uri","label":"見る","uri":"https://a/c"}}]}}]},
 "quickReply":{"items":[{"type":"action","action":{"type":"postback","label":"ほかを見る","data":"m"}}]}}`

func TestAnswersAreFramedAndEveryButtonIsNumbered(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	s := &chatScreen{out: &out, bot: "豆と暮らし"}
	s.answer([]linesim.Message{chatMessage(t, `{"type":"text","text":"こちらは\nいかがですか"}`), chatMessage(t, offersMessage)})
	want := `豆と暮らし
  ┌
  │ こちらは
  │ いかがですか
  └
  ┌
  │ (画像)
  │ 朝のブレンド
  │ 1,180円  税込
  │ 前回から15日です
  │ [1] 興味があります  [2] なぜ？
  └
  ┌
  │ 保存缶
  │ 200g用
  │ [3] 見る
  └
  [4] ほかを見る

`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
	if len(s.buttons) != 4 || s.buttons[1].Data != "y1" || !s.buttons[3].Quick || s.buttons[2].URI != "https://a/c" {
		t.Errorf("%+v", s.buttons)
	}
}

func TestALineIsWordsOrAButton(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	c := &chatSession{screen: &chatScreen{out: &out}, earlier: []linesim.Button{{Label: "同意する", Data: "g"}}}
	c.screen.answer([]linesim.Message{chatMessage(t, offersMessage)})
	for _, x := range []struct {
		line    string
		data    string // of the button; "" = words
		problem string
	}{
		{"おすすめ", "", ""},
		{"[2]", "y1", ""},
		{"2", "y1", ""},
		{"［２］", "y1", ""},
		{"２", "y1", ""},
		{"[なぜ？]", "y1", ""},
		{"[ほかを見る]", "m", ""},
		{"[同意する]", "g", ""},
		{"[9]", "", "there is no button [9]; the last answer has 4"},
		{"[ない]", "", "there is no button [ない]"},
		{"99", "", ""},
		{"[x", "", ""},
		{"2つください", "", ""},
	} {
		b, ok, err := c.pressed(x.line)
		problem := ""
		if err != nil {
			problem = err.Error()
		}
		if problem != x.problem || ok != (x.data != "") || b.Data != x.data {
			t.Errorf("%q: %+v %v %q", x.line, b, ok, problem)
		}
	}
}

// parrot is a bot that answers every text with itself and two buttons, but for 黙って.
func parrot(t *testing.T) *linesim.Sim {
	t.Helper()
	sim := linesim.New(linesim.Config{})
	t.Cleanup(sim.Close)
	api, err := sim.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	bot := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var v struct {
			Events []struct {
				ReplyToken string
				Message    struct{ Text string }
				Postback   struct{ Data string }
			}
		}
		if json.NewDecoder(r.Body).Decode(&v) != nil || len(v.Events) == 0 || v.Events[0].Message.Text == "黙って" {
			return
		}
		said := v.Events[0].Message.Text + v.Events[0].Postback.Data
		body, _ := json.Marshal(map[string]any{"replyToken": v.Events[0].ReplyToken, "messages": []any{map[string]any{
			"type": "text", "text": "「" + said + "」", "quickReply": map[string]any{"items": []any{
				map[string]any{"type": "action", "action": map[string]any{"type": "postback", "label": "同意する", "data": "granted"}},
			}},
		}}})
		req, _ := http.NewRequestWithContext(r.Context(), http.MethodPost, api+"/v2/bot/message/reply", bytes.NewReader(body))
		req.Header.Set("Authorization", "Bearer "+sim.ChannelToken())
		req.Header.Set("Content-Type", "application/json")
		if res, err := http.DefaultClient.Do(req); err == nil {
			_, _ = io.Copy(io.Discard, res.Body)
			_ = res.Body.Close()
		}
	}))
	t.Cleanup(bot.Close)
	sim.SetWebhookURL(bot.URL)
	sim.AddUser(linesim.UserID("a"), "a", "ja")
	return sim
}

func TestAScriptIsPlayedToItsEnd(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	c := newChatSession(parrot(t), linesim.UserID("a"), true, &chatScreen{out: &out, bot: "店"})
	err := c.play(t.Context(), strings.NewReader("\ufeff# a comment\r\nこんにちは\r\n\r\n[1]\n[同意する]\n"), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"> こんにちは\n店\n  ┌\n  │ 「こんにちは」\n  └\n  [1] 同意する\n", "> [同意する]\n店\n  ┌\n  │ 「granted」\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "comment") {
		t.Error("the comment was said")
	}
}

func TestAScriptStopsAtAButtonThatIsNotThere(t *testing.T) {
	t.Parallel()
	c := newChatSession(parrot(t), linesim.UserID("a"), true, &chatScreen{out: io.Discard})
	if err := c.play(t.Context(), strings.NewReader("a\n[7]\n"), ""); err == nil || !strings.Contains(err.Error(), "[7]") {
		t.Error(err)
	}
}

func TestSilenceIsSaidAndEndsAScript(t *testing.T) {
	t.Parallel()
	for _, script := range []bool{true, false} {
		var out bytes.Buffer
		c := newChatSession(parrot(t), linesim.UserID("a"), script, &chatScreen{out: &out})
		c.patience = 50 * time.Millisecond
		err := c.play(t.Context(), strings.NewReader("黙って\nこんにちは\n"), "")
		if script != errors.Is(err, errNoAnswer) || script == strings.Contains(out.String(), "返事が来ませんでした") ||
			script == strings.Contains(out.String(), "「こんにちは」") {
			t.Errorf("script %v: %v\n%s", script, err, out.String())
		}
	}
}

type closedPipe struct{}

func (closedPipe) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestAScriptEndsWhenNobodyReads(t *testing.T) {
	t.Parallel()
	sim := parrot(t)
	c := newChatSession(sim, linesim.UserID("a"), true, &chatScreen{out: &brokenPipe{to: closedPipe{}}})
	if err := c.play(t.Context(), strings.NewReader("a\nb\nc\n"), ""); err != nil {
		t.Fatal(err)
	}
	if n := sim.Stats().Events.Load(); n != 1 {
		t.Errorf("%d lines were played", n)
	}
}

func TestAfterAHandOverSilenceIsExplained(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	c := newChatSession(parrot(t), linesim.UserID("a"), true, &chatScreen{out: &out})
	c.staffPatience = 50 * time.Millisecond
	if err := c.play(t.Context(), strings.NewReader("担当者\n黙って\n"), ""); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "担当者に引き継いだため") {
		t.Error(out.String())
	}
}

func TestChatEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	in, _ := io.Pipe() // a keyboard nobody touches
	done := make(chan error, 1)
	c := newChatSession(parrot(t), linesim.UserID("a"), false, &chatScreen{out: io.Discard})
	go func() { done <- c.play(ctx, in, "> ") }()
	cancel()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Error("still reading")
	}
}

func TestChatRefusesWhatItCannotBe(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"--customer", "C9999"}, {"--customer", "nobody"}, {"--new", "--customer", "C0001"}, {"--lang", "fr"}, {"word"},
	} {
		var stderr bytes.Buffer
		if got := chatCommand(t, nil, &stderr, args...); got != exitUsage {
			t.Errorf("%v: exit %d, %s", args, got, stderr.String())
		}
	}
	var stderr bytes.Buffer
	if got := chatCommand(t, nil, &stderr, "--script", filepath.Join(t.TempDir(), "none")); got != exitFailed || !strings.Contains(stderr.String(), "script") {
		t.Errorf("exit %d, %s", got, stderr.String())
	}
}

func chatCommand(t *testing.T, stdout, stderr io.Writer, args ...string) int {
	t.Helper()
	if stdout == nil {
		stdout = io.Discard
	}
	env := func(string) (string, bool) { return "", false }
	return Run(t.Context(), append([]string{"chat"}, args...), env, strings.NewReader(""), stdout, stderr)
}

// The conversation of the README, through the real server, on a database and a LINE platform of its own.
func TestTheWholeConversationInTheTerminal(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		flags []string
		lines string
		want  []string // in this order
	}{
		{"a customer who has agreed", nil, "おすすめ\n[なぜ？]\nほかには？\nプラン\n停止\n", []string{
			"C0003", "> おすすめ", "円", "[1] 興味があります", "> [なぜ？]", "この情報を使わない", "> ほかには？", "> プラン", "円", "> 停止", "停止しました",
		}},
		{"a stranger", []string{"--new"}, "おすすめ\n[同意する]\nおすすめ\n[今回は見送る]\n[高い]\n停止\n", []string{
			"豆と暮らし", "同意する", "同意しない", "> おすすめ", "[1]", "> [同意する]", "> おすすめ", "> [今回は見送る]", "高い", "> [高い]", "停止しました",
		}},
		{"in English", []string{"--lang", "en", "--customer", "C0004"}, "recommend\nplan\nSTOP\n", []string{
			"C0004", "> recommend", "Why?", "> plan", "¥", "> STOP",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			script := filepath.Join(t.TempDir(), "talk.txt")
			if err := os.WriteFile(script, []byte(c.lines), 0o600); err != nil {
				t.Fatal(err)
			}
			var stdout, stderr bytes.Buffer
			if got := chatCommand(t, &stdout, &stderr, append(c.flags, "--script", script)...); got != exitDone {
				t.Fatalf("exit %d: %s\n%s", got, stderr.String(), stdout.String())
			}
			rest := stdout.String()
			for _, w := range c.want {
				_, after, ok := strings.Cut(rest, w)
				if !ok {
					t.Fatalf("no %q after what came before in\n%s", w, stdout.String())
				}
				rest = after
			}
		})
	}
}

// What the renderer makes, judged by the simulator's own reading of LINE's rules: two people's work against each other.
func TestTheSimulatorAcceptsEveryRenderedMessage(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../bot/render/testdata/golden/*.json")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d golden messages: %v", len(files), err)
	}
	for _, path := range files {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if bad := linesim.ValidateMessages([]byte("[" + string(raw) + "]")); bad != nil {
			t.Errorf("%s: %v", filepath.Base(path), bad)
		}
	}
}

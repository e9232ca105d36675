package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"osusume/internal/linesim"
)

func TestTheDoorTakesOnlyWhatLineSignedAndLosesNothingGood(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, w *world) {
		w.serve()
		w.sim.AddUser(hanako, "山田花子", "ja")
		good := func() linesim.Event { return w.sim.TextEvent(hanako, "こんにちは") }
		body := w.sim.Body(false, good())
		signature := linesim.Sign(channelSecret, body)
		huge := []byte(`{"destination":"U0","events":[],"pad":"` + strings.Repeat("x", 1<<20) + `"}`)
		notJSON, truncated := []byte("hello"), body[:len(body)/2]
		for _, c := range []struct {
			name      string
			body      []byte
			signature string
			want      int
		}{
			{"no signature", body, "", 400},
			{"another body's signature", append([]byte(" "), body...), signature, 400},
			{"another secret's signature", body, linesim.Sign("ffffffffffffffffffffffffffffffff", body), 400},
			{"a signature that is not base64", body, "%%%", 400},
			{"larger than 1 MiB", huge, linesim.Sign(channelSecret, huge), 413},
			{"not JSON", notJSON, linesim.Sign(channelSecret, notJSON), 400},
			{"truncated", truncated, linesim.Sign(channelSecret, truncated), 400},
			{"the verification without events", w.sim.Body(false), linesim.Sign(channelSecret, w.sim.Body(false)), 200},
		} {
			if got := w.sim.Post(t.Context(), c.body, c.signature).Status; got != c.want {
				t.Errorf("%s: status %d, want %d", c.name, got, c.want)
			}
		}

		// One request with poison on both sides of two good events: the good ones are answered.
		first, second := good(), good()
		if d := w.sim.Deliver(t.Context(),
			linesim.RawEvent(`{"type":null}`), first, linesim.RawEvent(`"an event"`), linesim.RawEvent(`{"type":"message","source":null,"webhookEventId":7}`),
			w.sim.NewEvent("somethingNew", hanako, hanako, map[string]any{"somethingNew": map[string]any{"a": 1}}), second,
		); d.Status != 200 {
			t.Errorf("a request with poisoned events: status %d, want 200", d.Status)
		}
		w.answer(first)
		w.answer(second)

		// The same event twice in one request, again in another, and redelivered: one answer.
		twice := good()
		w.sim.Deliver(t.Context(), twice, twice)
		w.sim.Deliver(t.Context(), twice)
		w.sim.Redeliver(t.Context(), twice.ID)
		w.answer(twice)
		w.say(hanako, "ありがとう")
		if r, _ := w.sim.Record(twice.ID); len(r.Replies) != 1 || r.Refused != 0 {
			t.Errorf("an event delivered five times had %d answers and %d refused ones", len(r.Replies), r.Refused)
		}
	})
}

func TestForeignForgedAndUsedButtonsEndInAPoliteAnswerAndNoGrant(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, w *world) {
		w.importShop()
		w.serve()
		for user, name := range map[string]string{hanako: "山田花子", taro: "鈴木太郎"} {
			w.sim.AddUser(user, name, "ja")
			w.answer(w.sim.Follow(user))
		}
		agree := func(user string) string {
			for _, b := range w.sim.Buttons(user) {
				if b.Label == "同意する" {
					return b.Data
				}
			}
			t.Fatal("no 同意する on the screen")
			return ""
		}
		foreign := agree(taro)
		for name, data := range map[string]string{
			"another person's button": foreign, "made up": "g.AAAA.BBBB", "empty": "", "cut": foreign[:len(foreign)/2],
			"altered": foreign[:len(foreign)-2] + "zz", "long": strings.Repeat("あ", 300), "json": `{"action":"grant"}`,
		} {
			if answer := w.answer(w.sim.Press(hanako, data, "")); strings.TrimSpace(answer) == "" {
				t.Errorf("%s: no answer", name)
			}
			mustNotContain(t, "the suggestions after a button that was "+name, w.say(hanako, "おすすめ"), "お求めの深煎り", "お求めの手挽き")
		}

		w.say(hanako, "同意")
		button := agree(hanako)
		w.answer(w.sim.Press(hanako, button, ""))
		mustContain(t, "the suggestions after the grant", w.say(hanako, "おすすめ"), "お求め")
		w.say(hanako, "停止")
		replayed := w.answer(w.sim.Press(hanako, button, ""))
		mustContain(t, "the answer to a used button", replayed, "購入履歴")
		mustNotContain(t, "the suggestions after a used button", w.say(hanako, "おすすめ"), "お求めの深煎り", "お求めの手挽き")
	})
}

func TestLinesFaultsAreRiddenOut(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, w *world) {
		w.serve()
		w.sim.AddUser(hanako, "山田花子", "ja")
		w.answer(w.sim.Follow(hanako))
		for name, fault := range map[string]linesim.Fault{
			"500, nothing done":            {Status: 500},
			"500 after accepting":          {AcceptThen: 500},
			"connection cut":               {Drop: true},
			"connection cut after":         {AcceptThenDrop: true},
			"too fast":                     {Status: 429},
			"an answer after four seconds": {Late: 4 * time.Second},
		} {
			calls := int64(0)
			w.sim.SetFaults(func(c linesim.Call) linesim.Fault {
				if c.Endpoint != linesim.ReplyEndpoint {
					return linesim.Fault{}
				}
				if calls == 0 || c.N == calls {
					calls = c.N
					return fault
				}
				return linesim.Fault{}
			})
			event := w.sim.SendText(hanako, "こんにちは")
			w.answer(event)
			if r, _ := w.sim.Record(event.ID); len(r.Replies) != 1 {
				t.Errorf("%s: %d answers, want 1", name, len(r.Replies))
			}
		}
		w.sim.SetFaults(nil)
		w.say(hanako, "ありがとう")
	})
}

func TestGroupsStandbyAndUnsentWords(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, w *world) {
		w.importShop()
		server := w.serve()
		w.sim.AddUser(hanako, "山田花子", "ja")
		w.answer(w.sim.Follow(hanako))
		w.press(hanako, "同意する")

		group := linesim.GroupID("friends")
		w.sim.AddGroup(group, "友だち", hanako)
		w.answer(w.sim.Join(group))
		for _, words := range []string{"おすすめ", "停止", "同意状況", "データ削除"} {
			mustNotContain(t, words+" in a group", w.answer(w.sim.GroupMessage(group, hanako, words)),
				"お求め", "停止しました", "許可", "深煎り", "円")
		}
		mustContain(t, "the suggestions after a 停止 in a group", w.say(hanako, "おすすめ"), "お求め")

		standby := w.sim.TextEvent(hanako, "おすすめ").Standby()
		if d := w.sim.Deliver(t.Context(), standby); d.Status != 200 {
			t.Errorf("standby: status %d", d.Status)
		}
		w.say(hanako, "ありがとう")
		if r, _ := w.sim.Record(standby.ID); len(r.Replies)+r.Refused != 0 {
			t.Error("the bot spoke while another channel was answering")
		}

		// The words are taken back before they come, as a redelivery may bring it about.
		late := w.sim.TextEvent(hanako, "おすすめ")
		unsend := w.sim.NewEvent("unsend", hanako, hanako, map[string]any{"unsend": map[string]any{"messageId": late.MessageID}})
		w.sim.Deliver(t.Context(), unsend)
		w.sim.Deliver(t.Context(), late)
		w.say(hanako, "ありがとう")
		if r, _ := w.sim.Record(late.ID); len(r.Replies) != 0 {
			t.Error("words that were taken back before they came were used")
		}
		_ = server
	})
}

func TestAbsurdCatalogsAreAnsweredWithinLinesLimits(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, w *world) {
		var products strings.Builder
		fmt.Fprintln(&products, "sku,name,price,category,image_url,page_url")
		fmt.Fprintf(&products, "E,%s,0,あ,,\n", strings.Repeat("👩‍👩‍👧‍👦", 60))
		fmt.Fprintf(&products, "R,\u202eright to left {x} <b>&amp;</b>,999999999,い,https://img.example.com/%s.png,https://shop.example.com/\n", strings.Repeat("長", 100))
		fmt.Fprintf(&products, "L,%s,500,う,,\n", strings.Repeat("とても長い名前", 40))
		fmt.Fprintf(&products, "BAD,%s,500,う,,\n", strings.Repeat("👍", 5000))
		fmt.Fprint(&products, "HUGE,高すぎる品,99999999999999999999,う,,\nNEG,安すぎる品,-1,う,,\nTEXT,値段が言葉,たかい,う,,\n")
		out := w.osusume("import", "products", w.write("products.csv", products.String()))
		mustContain(t, "the import's report", out, "4", "6", "7", "8")
		w.serve()
		w.sim.AddUser(hanako, strings.Repeat("😀", 20), "ja")
		w.answer(w.sim.Follow(hanako))
		w.say(hanako, "おすすめ")
		w.say(hanako, "なぜ？")
		w.say(hanako, strings.Repeat("😀", 2500))
		for _, broken := range w.sim.Check() {
			t.Error(broken)
		}
	})
}

package e2e

import (
	"strings"
	"testing"
)

// TestACustomerIsAskedAnsweredAndObeyed plays the conversation of the product's promise from the first greeting to the
// stop, as a customer sees it.
func TestACustomerIsAskedAnsweredAndObeyed(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, w *world) {
		w.importShop()
		server := w.serve()
		w.sim.AddUser(hanako, "山田花子", "ja")

		greeting := w.answer(w.sim.Follow(hanako))
		mustContain(t, "the greeting", greeting, shopName, "https://shop.example.com/privacy", "03-0000-0000", "16歳以上", "停止")
		if !equalButtons(w, hanako, "同意する", "同意しない") {
			t.Error("agreeing and refusing do not look the same")
		}

		before := w.say(hanako, "おすすめ")
		mustNotContain(t, "the answer without consent", before, "手挽きミル用", "お求めの手挽きミル", "目薬", "限定ドリッパー")
		mustContain(t, "the answer without consent", before, "同意")
		stranger := taro
		w.sim.AddUser(stranger, "鈴木太郎", "ja")
		w.answer(w.sim.Follow(stranger))
		if other := w.say(stranger, "おすすめ"); other != before {
			t.Errorf("without consent two people get different answers:\n%s\n---\n%s", before, other)
		}

		typed := w.say(hanako, "同意")
		mustContain(t, "typing 同意", typed, "購入履歴")
		mustNotContain(t, "the answer after only typing 同意", w.say(hanako, "おすすめ"), "お求めの深煎り")
		w.say(hanako, "同意")
		mustContain(t, "the receipt", w.press(hanako, "同意する"), "同意")

		offers := w.say(hanako, "おすすめ")
		mustContain(t, "the suggestions", offers, "円")
		mustNotContain(t, "the suggestions", offers, "目薬", "限定ドリッパー")
		if strings.Count(strings.Join(labels(w.sim.Buttons(hanako)), " "), "今回は見送る") > 3 {
			t.Error("more than three suggestions at once")
		}
		if !strings.Contains(offers, "深煎りブレンド") && !strings.Contains(offers, "手挽きミル") {
			t.Errorf("no reason names a purchase:\n%s", offers)
		}

		why := w.say(hanako, "なぜ？")
		mustContain(t, "the reasons", strings.Join(labels(w.sim.Buttons(hanako)), " "), "この情報を使わない")
		if !strings.Contains(why, "深煎りブレンド") && !strings.Contains(why, "手挽きミル") {
			t.Errorf("なぜ？ does not name the facts:\n%s", why)
		}

		w.say(hanako, "おすすめ")
		w.press(hanako, "今回は見送る")
		for _, reason := range []string{"高い", "持っている", "今はいらない", "好みではない", "通知が多い"} {
			mustContain(t, "the reasons to choose from", strings.Join(labels(w.sim.Buttons(hanako)), " "), reason)
		}
		w.press(hanako, "今はいらない")

		plan := w.say(hanako, "プラン")
		mustContain(t, "the plan comparison", plan, "プレミアム便", "円")
		mustContain(t, "the plan comparison", plan, "2,700")

		mustContain(t, "the stop", w.say(hanako, "停止"), "停止しました")
		after := w.say(hanako, "おすすめ")
		mustNotContain(t, "the answer after the stop", after, "お求めの深煎り", "お求めの手挽き")
		w.checkCleanEnd(server)
	})
}

// checkCleanEnd stops the server and holds the run against what must always be true.
func (w *world) checkCleanEnd(server *process) {
	w.t.Helper()
	if took := server.stop(); took.Seconds() > 10 {
		w.t.Errorf("stopping took %s", took)
	}
	for _, broken := range w.sim.Check() {
		w.t.Error(broken)
	}
	mustNotContain(w.t, "the log", w.logs.String(),
		hanako, taro, "花子", "太郎", "深煎り", "おすすめ", "プレミアム", channelToken, channelSecret, "HANAKO", "COFFEE")
	for _, call := range w.sim.Calls() {
		if call.Status >= 400 && call.Status != 404 {
			w.t.Errorf("LINE refused %s: %d %s", call.Endpoint, call.Status, call.Response)
		}
	}
	for _, user := range []string{hanako, taro} {
		for _, m := range w.sim.Messages(user) {
			if m.AltText != "" && m.AltText != shopName+"からのご案内です" {
				w.t.Errorf("altText %q", m.AltText)
			}
		}
	}
}

// equalButtons compares everything but label and data of two visible buttons.
func equalButtons(w *world, user, a, b string) bool {
	looks := map[string]string{}
	for _, button := range w.sim.Buttons(user) {
		if button.Label == a || button.Label == b {
			looks[button.Label] = button.Kind + "/" + button.Style + "/" + button.Color
		}
	}
	return looks[a] != "" && looks[a] == looks[b]
}

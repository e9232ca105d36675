package bot_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"osusume/dialog"
	"osusume/internal/consent"
	"osusume/internal/ids"

	_ "osusume/internal/rapidseed"
)

func TestTheWholeConversation(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	subject := s.ring.Subject(alice)
	s.customer(alice, aHistory(s.nowMS()))
	s.put(subject, s.event(alice, "follow", nil))
	notice := s.one()
	if !notice.says("16歳以上") || !notice.says("停止") || notice.buttons["同意しない"] == "" || notice.buttons["くわしく"] == "" {
		t.Fatalf("the greeting lacks the notice: %q", notice.texts)
	}
	if r := s.say(alice, "はい"); s.memory.standings(subject).Any(s.nowMS(), "") {
		t.Fatalf("typed words granted: %q", r.texts)
	}
	if r := s.press(alice, notice, "同意する"); !r.says("3月5日") {
		t.Errorf("the confirmation has no date: %q", r.texts)
	}
	offered := s.say(alice, "おすすめ")
	if !offered.says(canaryItem) || strings.Count(offered.body, `"type":"bubble"`) != 3 {
		t.Fatalf("no three personal offers: %q", offered.texts)
	}
	why := s.say(alice, "なぜ？")
	if !why.says("使った情報") || why.buttons["この情報を使わない"] == "" {
		t.Errorf("no reasons: %q", why.texts)
	}
	asked := s.press(alice, offered, "今回は見送る")
	for _, label := range []string{"高い", "持っている", "今はいらない", "好みではない"} {
		if asked.buttons[label] == "" {
			t.Errorf("no reason %s by one tap", label)
		}
	}
	s.press(alice, asked, "高い")
	plan := s.say(alice, "プラン")
	if !plan.says("月額で1,000円お安くなります") {
		t.Errorf("no plan: %q", plan.texts)
	}
	if r := s.press(alice, plan, "なぜ？"); !r.says("プランのご利用状況") {
		t.Errorf("no reason of the plan: %q", r.texts)
	}
	s.press(alice, plan, "試してみる")
	if r := s.say(alice, "履歴"); !r.says(canaryItem) || r.buttons["贈り物でした"] == "" {
		t.Errorf("no history: %q", r.texts)
	}
	if r := s.say(alice, "同意状況"); !r.says("同意済み") {
		t.Errorf("no status: %q", r.texts)
	}
	if r := s.say(alice, "停止"); !r.says("停止しました") {
		t.Errorf("no stop: %q", r.texts)
	}
	if s.memory.standings(subject).Any(s.nowMS(), "") {
		t.Error("停止 left something granted")
	}
	if r := s.say(alice, "おすすめ"); strings.Contains(r.body, canaryItem) {
		t.Error("purchases were used after 停止")
	}
	asked = s.say(alice, "データ削除")
	if r := s.press(alice, asked, "削除する"); !r.says("受付番号") || s.memory.people[subject] != nil {
		t.Errorf("not deleted: %q", r.texts)
	}
	if r := s.say(alice, "こんにちは"); len(r.texts) == 0 {
		t.Error("nobody greets who comes back")
	}
}

var everyWord = []string{
	"おすすめ", "ほかには？", "プラン", "なぜ？", "これにします", "今回は結構です", "同意", "停止", "同意状況", "履歴", "データ開示", "データ削除",
	"担当者", "壊れていた", "解約したい", "会員連携", "連携解除", "ヘルプ", "ありがとう", "こんにちは", "？！", "", "はい", "OK", strings.Repeat("🍎", 5000),
}

// Whatever a person does in whatever order, every event of theirs gets at most one answer that LINE accepts, something in
// every state but hand-over, and nothing personal while purchase_history is not granted.
func TestNothingPersonalWithoutAGrantInAnyOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		s := newStage(t)
		subject := s.ring.Subject(alice)
		s.customer(alice, aHistory(s.nowMS()))
		var pool []string
		grants := 0
		for range rapid.IntRange(1, 25).Draw(r, "events") {
			before := s.memory.standings(subject).Granted(ids.PurchaseHistory, s.nowMS(), "")
			state := s.memory.state(subject)
			kind := rapid.IntRange(0, 9).Draw(r, "kind")
			var event map[string]any
			switch {
			case kind == 0:
				event = s.event(alice, "follow", map[string]any{"follow": map[string]any{"isUnblocked": rapid.Bool().Draw(r, "back")}})
			case kind == 1:
				event = s.event(alice, "message", map[string]any{"message": map[string]any{"type": "sticker", "id": "1"}})
			case kind < 6 || len(pool) == 0:
				event = s.text(alice, rapid.SampledFrom(everyWord).Draw(r, "words"))
			default:
				event = s.postback(alice, rapid.SampledFrom(pool).Draw(r, "button"))
			}
			s.put(subject, event)
			replies := s.answers()
			if len(replies) > 1 || (len(replies) == 0 && state != dialog.HandedOff) {
				r.Fatalf("%d answers in state %d to %v", len(replies), state, event)
			}
			after := s.memory.standings(subject).Granted(ids.PurchaseHistory, s.nowMS(), "")
			for _, reply := range replies {
				if !before && strings.Contains(reply.body, canaryItem) {
					r.Fatalf("personal without a grant: %v got %s", event, reply.body)
				}
				if strings.Contains(reply.body, alice) || strings.Contains(reply.body, string(subject)) {
					r.Fatalf("an id in an answer")
				}
				for _, label := range sortedLabels(reply.buttons) {
					if data := reply.buttons[label]; data != "" {
						pool = append(pool, data)
					}
				}
			}
			if after && !before {
				grants++
				if event["type"] != "postback" {
					r.Fatalf("%v granted", event)
				}
			}
			s.clock.Advance(time.Duration(rapid.IntRange(1, 100_000).Draw(r, "seconds")) * time.Second)
		}
		used := 0
		for _, ask := range s.memory.asks {
			if ask.UsedMS != 0 {
				used++
			}
		}
		given := 0
		for _, e := range s.memory.ledger {
			if e.State == consent.Given {
				given++
			}
		}
		if given != used {
			r.Fatalf("%d grants by %d asks", given, used)
		}
	})
}

func sortedLabels(m map[string]string) []string {
	var labels []string
	for label := range m {
		labels = append(labels, label)
	}
	for i := range labels {
		for j := i; j > 0 && labels[j] < labels[j-1]; j-- {
			labels[j], labels[j-1] = labels[j-1], labels[j]
		}
	}
	return labels
}

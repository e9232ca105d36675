package bot_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"osusume/bot"
	"osusume/dialog"
	"osusume/internal/consent"
	"osusume/internal/ids"
	"osusume/internal/queue"
	"osusume/internal/turn"
	"osusume/offers"
)

func plain(c *bot.WorkerConfig) { c.Step = plainStep }

// consented is a stage on which alice has followed, granted and is a customer.
func consented(t testing.TB, adjust ...func(*bot.WorkerConfig)) *stage {
	s := newStage(t, append([]func(*bot.WorkerConfig){plain}, adjust...)...)
	s.customer(alice, aHistory(s.nowMS()))
	s.put(s.ring.Subject(alice), s.event(alice, "follow", map[string]any{"follow": map[string]any{"isUnblocked": false}}))
	s.press(alice, s.one(), "同意する")
	if !s.memory.standings(s.ring.Subject(alice)).Granted(ids.PurchaseHistory, s.nowMS(), "") {
		t.Fatal("同意する did not grant")
	}
	return s
}

func TestAGrantCarriesTheProofOfWhatWasShown(t *testing.T) {
	t.Parallel()
	s := consented(t)
	subject := s.ring.Subject(alice)
	given := s.memory.standings(subject)[ids.PurchaseHistory]
	copyOf, ok := s.memory.notices[given.NoticeSHA256]
	if !ok || !strings.Contains(string(copyOf.Bytes), "同意しない") {
		t.Errorf("the notice of the grant cannot be shown again")
	}
	for p, standing := range s.memory.standings(subject) {
		if p != ids.PurchaseHistory && standing.State == consent.Given {
			t.Errorf("%s was granted too", p)
		}
	}
	if months := time.UnixMilli(given.ValidUntilMS).Sub(time.UnixMilli(given.AtMS)).Hours() / 24 / 30; months < 23 || months > 25 {
		t.Errorf("the grant lasts %.1f months", months)
	}
	person := s.memory.people[subject]
	key, err := s.ring.Unwrap(person.wrapped)
	if err != nil {
		t.Fatal(err)
	}
	if id, err := key.Open(person.lineID, string(subject)); err != nil || string(id) != alice {
		t.Errorf("the LINE id is not kept under the person's key: %q, %v", id, err)
	}
}

func TestAGrantButtonWorksOnceForItsPersonWithinADay(t *testing.T) {
	t.Parallel()
	follow := func(s *stage, user string) reply {
		s.put(s.ring.Subject(user), s.event(user, "follow", nil))
		return s.one()
	}
	granted := func(s *stage, user string) bool {
		return s.memory.standings(s.ring.Subject(user)).Granted(ids.PurchaseHistory, s.nowMS(), "")
	}
	for name, tc := range map[string]struct {
		do   func(s *stage, notice reply)
		want bool
	}{
		"pressed":     {func(s *stage, n reply) { s.press(alice, n, "同意する") }, true},
		"by another":  {func(s *stage, n reply) { follow(s, bob); s.press(bob, n, "同意する") }, false},
		"a day later": {func(s *stage, n reply) { s.clock.Advance(24 * time.Hour); s.press(alice, n, "同意する") }, false},
		"again after stop": {func(s *stage, n reply) {
			s.press(alice, n, "同意する")
			s.say(alice, "停止")
			s.press(alice, n, "同意する")
		}, false},
		"refused": {func(s *stage, n reply) { s.press(alice, n, "同意しない") }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, plain)
			tc.do(s, follow(s, alice))
			if granted(s, alice) != tc.want || granted(s, bob) {
				t.Errorf("alice granted: %v, bob: %v", granted(s, alice), granted(s, bob))
			}
		})
	}
}

func TestEachPurposeOfTheLongNoticeHasItsOwnButtons(t *testing.T) {
	t.Parallel()
	s := newStage(t, plain)
	s.say(alice, "同意")
	if n := len(s.memory.asks); n != len(ids.Purposes()) {
		t.Fatalf("%d asks", n)
	}
	for _, ask := range s.memory.asks {
		if len(ask.Purposes) != 1 || ask.ExpiresMS-ask.ShownMS != consent.AskLifeMS {
			t.Errorf("an ask for %v lives %d ms", ask.Purposes, ask.ExpiresMS-ask.ShownMS)
		}
	}
}

func TestForgedForeignAndOldButtonsAreAnsweredAndDoNothing(t *testing.T) {
	t.Parallel()
	s := consented(t)
	offer := s.say(alice, "おすすめ")
	data := offer.buttons["今回は見送る"]
	for name, forged := range map[string]string{
		"empty": "", "words": "grant", "altered": data + "x", "cut": data[:len(data)-3], "dots": "....", "binary": "\x00\xff.\x01",
		"other action": strings.Replace(data, ".n.", ".f.", 1),
	} {
		s.put(s.ring.Subject(alice), s.postback(alice, forged))
		if r := s.one(); !r.says("もう一度") {
			t.Errorf("%s: answered %q", name, r.texts)
		}
	}
	s.put(s.ring.Subject(bob), s.postback(bob, data))
	s.one()
	s.clock.Advance(31 * 24 * time.Hour)
	s.put(s.ring.Subject(alice), s.postback(alice, data))
	s.one()
	if len(s.memory.answers) != 0 || len(s.memory.people[s.ring.Subject(alice)].marks) != 0 {
		t.Error("a button that must not work did something")
	}
}

func TestOffersRestOnPurchasesOnlyUnderAGrant(t *testing.T) {
	t.Parallel()
	s := newStage(t, plain)
	s.customer(alice, aHistory(s.nowMS()))
	general := s.say(alice, "おすすめ")
	if strings.Contains(general.body, canaryItem) || s.memory.loads != 0 || !general.says("一般のご案内") {
		t.Fatal("something personal was shown, or loaded, without a grant")
	}
	c := consented(t)
	personal := c.say(alice, "おすすめ")
	if !personal.says(canaryItem + "をお求めの40人のうち12人が、こちらもお求めです") {
		t.Errorf("no reason from the purchases: %q", personal.texts)
	}
	for _, shown := range c.memory.shown {
		if shown.General || shown.Subject != c.ring.Subject(alice) || shown.Offer.Propensity != 1 {
			t.Errorf("remembered as %+v", shown)
		}
	}
	c.say(alice, "停止")
	if after := c.say(alice, "おすすめ"); strings.Contains(after.body, canaryItem) {
		t.Error("purchases were used after 停止")
	}
	if why := c.say(alice, "なぜ？"); strings.Contains(why.body, canaryItem) {
		t.Error("なぜ？ named a purchase after 停止")
	}
}

func TestGeneralOffersAreTheSameForEveryone(t *testing.T) {
	t.Parallel()
	s := newStage(t, plain)
	first := s.say(alice, "おすすめ")
	s.memory.people[s.ring.Subject(alice)].marks = []offers.Mark{{Kind: offers.MarkCategory, Value: "茶器"}, {Kind: offers.MarkPrice, Value: "茶器"}}
	again, others := s.say(alice, "おすすめ"), s.say(bob, "おすすめ")
	if strings.Join(first.texts, "|") != strings.Join(again.texts, "|") || strings.Join(first.texts, "|") != strings.Join(others.texts, "|") {
		t.Errorf("general offers differ:\n%q\n%q\n%q", first.texts, again.texts, others.texts)
	}
	s.press(alice, again, "今回は見送る")
	if r := s.say(alice, "おすすめ"); r.says("急須") {
		t.Error("what was declined was offered again")
	}
}

func TestMoreRepeatsNothing(t *testing.T) {
	t.Parallel()
	s := consented(t)
	first := s.say(alice, "おすすめ")
	second := s.press(alice, first, "ほかを見る")
	for _, name := range []string{"急須", "湯のみ", "茶さじ"} {
		if !first.says(name) || second.says(name) {
			t.Errorf("%s: first %v, then %v", name, first.says(name), second.says(name))
		}
	}
	if third := s.say(alice, "おすすめ"); !third.says("急須") {
		t.Error("a fresh request does not begin anew")
	}
}

func TestWhatFollowsFromAnAnswer(t *testing.T) {
	t.Parallel()
	for label, want := range map[string][]offers.MarkKind{
		"高い": {offers.MarkDeclined, offers.MarkPrice}, "持っている": {offers.MarkOwned}, "今はいらない": {offers.MarkDeclined},
		"好みではない": {offers.MarkDeclined, offers.MarkCategory},
	} {
		t.Run(label, func(t *testing.T) {
			t.Parallel()
			s := consented(t)
			asked := s.press(alice, s.say(alice, "おすすめ"), "今回は見送る")
			before := len(s.memory.people[s.ring.Subject(alice)].marks)
			s.press(alice, asked, label)
			marks := s.memory.people[s.ring.Subject(alice)].marks[before:]
			var kinds []string
			for _, m := range marks {
				kinds = append(kinds, string(m.Kind))
				switch {
				case m.Kind == offers.MarkOwned && m.UntilMS != 0,
					label == "今はいらない" && (m.UntilMS-s.nowMS() > 30*86_400_000 || m.UntilMS-s.nowMS() < 29*86_400_000),
					m.Kind == offers.MarkPrice && m.Amount != 1000,
					(m.Kind == offers.MarkPrice || m.Kind == offers.MarkCategory) && m.Value != "茶器":
					t.Errorf("mark %+v", m)
				}
			}
			var wanted []string
			for _, k := range want {
				wanted = append(wanted, string(k))
			}
			if strings.Join(kinds, ",") != strings.Join(wanted, ",") {
				t.Errorf("marks %v, want %v", kinds, wanted)
			}
		})
	}
}

func TestAcceptingShowsTheNextStep(t *testing.T) {
	t.Parallel()
	s := consented(t)
	next := s.press(alice, s.say(alice, "おすすめ"), "興味があります")
	if !strings.Contains(next.body, "https://shop.example/0") || len(s.memory.answers) != 1 || !s.memory.answers[0].Accepted {
		t.Errorf("next step %q, answers %+v", next.texts, s.memory.answers)
	}
}

func TestWhatIsForgottenIsNotNamedAgain(t *testing.T) {
	t.Parallel()
	s := consented(t)
	why := s.press(alice, s.say(alice, "おすすめ"), "なぜ？")
	if !why.says(canaryItem) {
		t.Fatalf("no facts: %q", why.texts)
	}
	s.press(alice, why, "この情報を使わない")
	if r := s.say(alice, "なぜ？"); strings.Contains(r.body, canaryItem) {
		t.Error("a forgotten purchase was named as a reason")
	}
	if r := s.say(alice, "履歴"); strings.Contains(r.body, canaryItem) {
		t.Error("a forgotten purchase is in the history")
	}
}

func TestAPlanShowsTheDifferenceInYenAMonth(t *testing.T) {
	t.Parallel()
	s := consented(t)
	if r := s.say(alice, "プラン"); !r.says("月額で1,000円お安くなります") || !r.says("配送：1（プランに含まれる量 4）") {
		t.Errorf("%q", r.texts)
	}
	if r := s.say(bob, "プラン"); strings.Contains(r.body, "ダブル") {
		t.Error("a plan was shown without a grant")
	}
}

func TestUnderSixteenIsNotProfiled(t *testing.T) {
	t.Parallel()
	s := consented(t)
	h := aHistory(s.nowMS())
	h.BirthYear = 2012
	s.customer(alice, h)
	for _, words := range []string{"おすすめ", "プラン", "履歴"} {
		if r := s.say(alice, words); strings.Contains(r.body, canaryItem) || strings.Contains(r.body, "ダブル") {
			t.Errorf("%s used the purchases of a child", words)
		}
	}
	h.BirthYear = 1990
	s.customer(alice, h)
	if r := s.say(alice, "おすすめ"); !r.says(canaryItem) {
		t.Error("an adult's purchases are not used")
	}
}

func TestDeletionNeedsItsOwnConfirmationOnce(t *testing.T) {
	t.Parallel()
	s := consented(t)
	asked := s.say(alice, "データ削除")
	foreign := s.say(bob, "データ削除")
	s.press(alice, foreign, "削除する")
	if s.memory.people[s.ring.Subject(alice)] == nil {
		t.Fatal("another's confirmation deleted")
	}
	receipt := s.press(alice, asked, "削除する")
	if s.memory.people[s.ring.Subject(alice)] != nil || !receipt.says("受付番号は ") {
		t.Errorf("not deleted, or no receipt: %q", receipt.texts)
	}
	if r := s.press(alice, asked, "削除する"); r.says("受付番号") || r.says("まだ何も削除しておりません") {
		t.Error("the confirmation worked twice")
	}
	late := s.say(bob, "データ削除")
	s.clock.Advance(25 * time.Hour)
	s.press(bob, late, "削除する")
	if s.memory.people[s.ring.Subject(bob)] == nil {
		t.Error("a confirmation of yesterday deleted")
	}
}

func TestInHandOverTheBotKeepsSilentButObeys(t *testing.T) {
	t.Parallel()
	s := consented(t)
	s.say(alice, "担当者と話したい")
	if len(s.memory.cases) != 1 || s.memory.cases[0] != turn.CaseHuman {
		t.Fatalf("cases %v", s.memory.cases)
	}
	s.put(s.ring.Subject(alice), s.text(alice, "おすすめ"))
	if n := len(s.answers()); n != 0 {
		t.Errorf("%d answers while staff speak", n)
	}
	s.say(alice, "停止")
	if s.memory.standings(s.ring.Subject(alice)).Any(s.nowMS(), "") {
		t.Error("停止 was not obeyed in hand-over")
	}
}

func TestGroupsGetOneLineAndNothingPersonal(t *testing.T) {
	t.Parallel()
	s := consented(t)
	group := ids.Subject("group")
	in := func(kind string, more map[string]any) map[string]any {
		e := s.event(alice, kind, more)
		e["source"] = map[string]any{"type": "group", "groupId": "C1", "userId": alice}
		return e
	}
	message := func(text string, mention any) map[string]any {
		m := map[string]any{"type": "text", "id": "g" + text, "text": text}
		if mention != nil {
			m["mention"] = mention
		}
		return in("message", map[string]any{"message": m})
	}
	before := len(s.memory.people)
	for name, tc := range map[string]struct {
		event map[string]any
		want  int
	}{
		"chatter": {message("きのうは雨でしたね", nil), 0}, "thanks": {message("ありがとう", nil), 0},
		"command": {message("おすすめ", nil), 1}, "stop": {message("停止", nil), 1},
		"mention":      {message("きのうは雨でしたね2", map[string]any{"mentionees": []any{map[string]any{"isSelf": true}}}), 1},
		"mention all":  {message("みなさん", map[string]any{"mentionees": []any{map[string]any{"type": "all"}}}), 0},
		"join":         {in("join", nil), 1},
		"button":       {in("postback", map[string]any{"postback": map[string]any{"data": "stop"}}), 0},
		"member comes": {in("memberJoined", nil), 0},
	} {
		s.put(group, tc.event)
		replies := s.answers()
		if len(replies) != tc.want {
			t.Errorf("%s: %d answers, want %d", name, len(replies), tc.want)
		}
		for _, r := range replies {
			if strings.Contains(r.body, canaryItem) || len(r.buttons) > 0 {
				t.Errorf("%s: personal or with buttons: %s", name, r.body)
			}
		}
	}
	if len(s.memory.people) != before || !s.memory.standings(s.ring.Subject(alice)).Any(s.nowMS(), "") {
		t.Error("a command in a group took effect")
	}
}

func TestStandbySendsNothingButObeysAnOptOut(t *testing.T) {
	t.Parallel()
	s := consented(t)
	for _, words := range []string{"おすすめ", "停止"} {
		e := s.text(alice, words)
		e["mode"] = "standby"
		s.put(s.ring.Subject(alice), e)
		if n := len(s.answers()); n != 0 {
			t.Errorf("%s: %d answers in standby", words, n)
		}
	}
	if s.memory.standings(s.ring.Subject(alice)).Any(s.nowMS(), "") {
		t.Error("停止 in standby was not recorded")
	}
}

func TestUnsentWordsEndWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	s := newStage(t, plain)
	e := s.text(alice, "おすすめ")
	s.memory.unsent[s.ring.Digest("message", e["message"].(map[string]any)["id"].(string))] = true
	s.put(s.ring.Subject(alice), e)
	gone := s.put(s.ring.Subject(bob), s.text(bob, "おすすめ"))
	for _, e := range s.memory.events {
		if e.EventID == gone {
			e.Payload = nil
		}
	}
	if n := len(s.answers()); n != 0 {
		t.Errorf("%d answers to unsent words", n)
	}
	for _, e := range s.memory.events {
		if !e.done {
			t.Error("an event is left over")
		}
	}
}

func TestStrangeEventsAreDoneAndThoseWithATokenAnswered(t *testing.T) {
	t.Parallel()
	s := newStage(t, plain)
	without := s.event(alice, "somethingNew", nil)
	delete(without, "replyToken")
	typed := s.text(alice, "x")
	typed["message"].(map[string]any)["text"] = 5
	nobody := s.text(alice, "おすすめ")
	nobody["source"] = map[string]any{"type": "user"}
	for name, tc := range map[string]struct {
		event map[string]any
		want  int
	}{
		"new kind without token": {without, 0}, "new kind with token": {s.event(alice, "somethingNew", nil), 1},
		"sticker":     {s.event(alice, "message", map[string]any{"message": map[string]any{"type": "sticker", "id": "s"}}), 1},
		"new message": {s.event(alice, "message", map[string]any{"message": map[string]any{"type": "hologram", "id": "h"}}), 1},
		"wrong type":  {typed, 1}, "no user": {nobody, 1}, "empty": {map[string]any{}, 0},
	} {
		s.put(s.ring.Subject(alice+name), tc.event)
		if n := len(s.answers()); n != tc.want {
			t.Errorf("%s: %d answers, want %d", name, n, tc.want)
		}
	}
	if _, ok := s.memory.people[s.ring.Subject(alice+"no user")]; ok {
		t.Error("a person was made of nobody")
	}
	for _, raw := range []string{"", "null", "[]", "{", "\x00", `{"type":"message"`, strings.Repeat("[", 100_000)} {
		id := s.put("s", map[string]any{})
		last := s.memory.events[len(s.memory.events)-1]
		last.Payload = s.key.Seal([]byte(raw), string(id))
		s.answers()
		if !last.done {
			t.Errorf("%.20q loops", raw)
		}
	}
}

func TestAPoisonedPayloadIsGivenUpAndHarmsNobody(t *testing.T) {
	t.Parallel()
	s := newStage(t, plain)
	s.put(s.ring.Subject(bob), s.text(bob, "おすすめ"))
	s.memory.events[0].Payload = []byte("not sealed by us")
	s.put(s.ring.Subject(alice), s.text(alice, "おすすめ"))
	if n := len(s.answers()); n != 1 {
		t.Errorf("%d answers, want alice's", n)
	}
	if reason := s.memory.gaveUp[1]; reason != "unreadable" {
		t.Errorf("given up as %q", reason)
	}
}

func TestAPanicInOneTurnLeavesTheOthersWhole(t *testing.T) {
	t.Parallel()
	s := newStage(t, plain)
	s.put(s.ring.Subject(bob), s.text(bob, "壊れていた "+canaryWords))
	s.put(s.ring.Subject(alice), s.text(alice, "おすすめ"))
	replies := s.answers()
	if len(replies) != 2 || !replies[0].says("申し訳ございません") || len(replies[0].buttons) == 0 || !replies[1].says("急須") {
		t.Fatalf("%d answers: %+v", len(replies), replies)
	}
	if !strings.Contains(s.log.String(), "panicked") || strings.Contains(s.log.String(), canaryWords) {
		t.Error("the panic is not in the log, or the words are")
	}
}

func TestWhatCannotBeRenderedBecomesAnApologyAndTheDecisionStands(t *testing.T) {
	t.Parallel()
	s := consented(t)
	if r := s.say(alice, "解約したい"); !r.says("申し訳ございません") {
		t.Errorf("%q", r.texts)
	}
	if s.memory.standings(s.ring.Subject(alice)).Any(s.nowMS(), "") {
		t.Error("the withdrawal was lost with the answer")
	}
}

func TestARowTheStoreRefusesHoldsUpNobodyAndIsGivenUpAtLast(t *testing.T) {
	t.Parallel()
	s := newStage(t, plain)
	bad := s.put(s.ring.Subject(bob), s.text(bob, "おすすめ"))
	s.memory.refuse[bad] = true
	s.put(s.ring.Subject(alice), s.text(alice, "おすすめ"))
	if _, err := s.worker.Once(context.Background()); err == nil {
		t.Error("the refusal is not told")
	}
	if len(s.sent) != 1 {
		t.Fatalf("alice has %d answers", len(s.sent))
	}
	for range 20 {
		s.clock.Advance(6 * time.Second)
		_, _ = s.worker.Once(context.Background())
	}
	if s.memory.gaveUp[1] != "no_progress" {
		t.Errorf("given up: %v", s.memory.gaveUp)
	}
}

func TestTheReplyDeadlineIsTheTokensLife(t *testing.T) {
	t.Parallel()
	s := newStage(t, plain)
	s.put(s.ring.Subject(alice), s.text(alice, "おすすめ"))
	s.put(s.ring.Subject(bob), s.text(bob, "おすすめ"))
	s.memory.events[1].AtMS = s.nowMS() - 20*60_000 + 5_000 // redelivered nearly 20 minutes later
	s.answers()
	if d := s.sent[0].DeadlineMS - s.nowMS(); d != 55_000 {
		t.Errorf("deadline in %d ms", d)
	}
	if d := s.sent[1].DeadlineMS - s.nowMS(); d != 5_000 {
		t.Errorf("deadline of an old event in %d ms", d)
	}
	for _, out := range s.sent {
		if out.Kind != queue.Reply || len(out.RetryKey) != 36 || out.KeyID != 1 || out.EventID == "" {
			t.Errorf("%+v", out)
		}
	}
}

func TestWordsAreKeptOnlyForTheirPurpose(t *testing.T) {
	t.Parallel()
	s := consented(t)
	words := func() int { return len(s.memory.people[s.ring.Subject(alice)].words) }
	s.say(alice, canaryWords)
	if words() != 0 {
		t.Fatal("words were kept without chat_improvement")
	}
	subject := s.ring.Subject(alice)
	s.memory.ledger["x"] = consent.Event{
		ID: "x", Subject: subject, State: consent.Given, Purposes: []ids.Purpose{ids.ChatImprovement}, AtMS: s.nowMS(), ReceivedMS: s.nowMS(),
		ValidUntilMS: s.nowMS() + 1_000_000, NoticeVersion: s.memory.standings(subject)[ids.PurchaseHistory].NoticeVersion,
	}
	s.say(alice, canaryWords)
	if words() != 1 {
		t.Fatal("words were not kept under chat_improvement")
	}
	for hash, w := range s.memory.people[subject].words {
		key, err := s.ring.Unwrap(s.memory.people[subject].wrapped)
		if err != nil {
			t.Fatal(err)
		}
		if plain, err := key.Open(w.Sealed, hash); err != nil || string(plain) != canaryWords {
			t.Errorf("%q, %v", plain, err)
		}
	}
}

type profiles struct {
	tags  map[string]string
	calls *int
}

func (p profiles) Language(_ context.Context, user string) (string, error) {
	*p.calls++
	if tag, ok := p.tags[user]; ok {
		return tag, nil
	}
	return "", errors.New("no profile")
}

func TestAPersonIsAnsweredInTheLanguageOfTheirProfileAskedOnce(t *testing.T) {
	t.Parallel()
	calls := 0
	s := newStage(t, plain, func(c *bot.WorkerConfig) {
		c.Profiles = profiles{map[string]string{alice: "en-GB"}, &calls}
	})
	for range 3 {
		if r := s.say(alice, "おすすめ"); !r.says("¥1,000") {
			t.Errorf("%q", r.texts)
		}
	}
	if calls != 1 || s.memory.people[s.ring.Subject(alice)].lang != ids.English {
		t.Errorf("%d calls, stored %q", calls, s.memory.people[s.ring.Subject(alice)].lang)
	}
	if r := s.say(bob, "おすすめ"); !r.says("1,000円") {
		t.Errorf("without a profile: %q", r.texts)
	}
	if lang := s.memory.people[s.ring.Subject(bob)].lang; lang != "" {
		t.Errorf("a language nobody told is stored: %q", lang)
	}
	pinned := newStage(t, plain, func(c *bot.WorkerConfig) { c.Language = ids.English })
	if r := pinned.say(bob, "おすすめ"); !r.says("¥1,000") {
		t.Errorf("pinned: %q", r.texts)
	}
}

func TestTheLogHasOneLineATurnAndNothingOfAPerson(t *testing.T) {
	t.Parallel()
	s := consented(t)
	r := s.say(alice, "おすすめ "+canaryWords)
	s.press(alice, r, "今回は見送る")
	s.say(alice, "履歴")
	s.put("x", map[string]any{"type": canaryWords})
	s.run()
	log := s.log.String()
	if n := strings.Count(log, `"msg":"turn"`); n != 6 {
		t.Errorf("%d lines for 6 turns:\n%s", n, log)
	}
	for _, secret := range []string{alice, string(s.ring.Subject(alice)), canaryWords, canaryItem, "token-", "01EVENT"} {
		if strings.Contains(log, secret) {
			t.Errorf("the log names %q:\n%s", secret, log)
		}
	}
}

func TestBlockingWithdrawsAndComingBackIsNoticed(t *testing.T) {
	t.Parallel()
	s := consented(t)
	e := s.event(alice, "unfollow", nil)
	delete(e, "replyToken")
	s.put(s.ring.Subject(alice), e)
	s.answers()
	person := s.memory.people[s.ring.Subject(alice)]
	if !person.blocked || s.memory.standings(s.ring.Subject(alice)).Any(s.nowMS(), "") {
		t.Error("a block withdraws nothing")
	}
	s.clock.Advance(time.Second)
	s.put(s.ring.Subject(alice), s.event(alice, "follow", map[string]any{"follow": map[string]any{"isUnblocked": true}}))
	s.answers()
	if person.blocked {
		t.Error("still blocked")
	}
}

func TestRefusingNeverGrowsOld(t *testing.T) {
	t.Parallel()
	s := newStage(t, plain)
	subject := s.ring.Subject(alice)
	sign := bot.NewSigner(s.ring, subject, s.nowMS())
	year := s.nowMS() + 365*86_400_000
	for action, stale := range map[dialog.Action]bool{
		dialog.PressWithdraw: false, dialog.PressRefuse: false, dialog.PressForget: false, dialog.PressStopAll: false,
		dialog.PressInterested: true, dialog.PressMore: true,
	} {
		if p := bot.Press(s.ring, subject, sign(action, "v.~x", "arg.1"), year); p.Stale != stale || p.Action != action {
			t.Errorf("%s after a year: %+v", action, p)
		}
	}
	p := bot.Press(s.ring, subject, sign(dialog.PressForget, dialog.FactPlanUse, "a.b"), s.nowMS())
	if p.Value != dialog.FactPlanUse || p.Arg != "a.b" || p.Stale {
		t.Errorf("%+v", p)
	}
	if data := sign(dialog.PressForget, dialog.FactPlanUse, ""); strings.ContainsRune(data, 0) {
		t.Error("postback data holds a NUL")
	}
}

func FuzzPress(f *testing.F) {
	s := newStage(f)
	subject := s.ring.Subject(alice)
	f.Add("stop")
	f.Add(bot.NewSigner(s.ring, subject, 1)(dialog.PressMore, "v", "a"))
	f.Fuzz(func(t *testing.T, data string) {
		if p := bot.Press(s.ring, s.ring.Subject(bob), data, 1); !p.Stale && data != "stop" {
			t.Fatalf("%q was believed: %+v", data, p)
		}
	})
}

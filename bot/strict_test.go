package bot_test

import (
	"strings"
	"testing"

	"osusume/bot"
	"osusume/dialog"
	"osusume/internal/consent"
	"osusume/internal/ids"
)

// careless asks for personal answers without looking at consent, as a mistake in the table might.
func careless(state dialog.State, event dialog.Event, facts dialog.Facts) (dialog.State, []dialog.Effect) {
	if said, ok := event.(dialog.Said); ok {
		switch said.Intent {
		case dialog.Recommend:
			return state, []dialog.Effect{dialog.AskOffers{Personal: true}}
		case dialog.Plan:
			return state, []dialog.Effect{dialog.AskPlan{}}
		case dialog.History:
			return state, []dialog.Effect{dialog.AskHistory{}}
		}
	}
	return plainStep(state, event, facts)
}

func TestAGrantUnderAnOlderNoticeIsNotUsedWhateverTheTableAsks(t *testing.T) {
	t.Parallel()
	s := newStage(t, func(c *bot.WorkerConfig) { c.Step = careless })
	subject := s.ring.Subject(alice)
	s.customer(alice, aHistory(s.nowMS()))
	s.memory.ledger["old"] = consent.Event{
		ID: "old", Subject: subject, State: consent.Given, Purposes: []ids.Purpose{ids.PurchaseHistory}, AtMS: s.nowMS() - 10_000,
		ReceivedMS: s.nowMS() - 10_000, ValidUntilMS: s.nowMS() + 1_000_000, NoticeVersion: "an older one",
	}
	for _, words := range []string{"おすすめ", "プラン", "履歴"} {
		if r := s.say(alice, words); strings.Contains(r.body, canaryItem) || strings.Contains(r.body, "ダブル") {
			t.Errorf("%s used purchases under an older notice", words)
		}
	}
}

func TestStandbyLeavesNoTraceOfAConversation(t *testing.T) {
	t.Parallel()
	s := newStage(t, plain)
	e := s.text(alice, "おすすめ")
	e["mode"] = "standby"
	s.put(s.ring.Subject(alice), e)
	s.answers()
	if len(s.memory.shown) != 0 || len(s.memory.people) != 0 {
		t.Errorf("%d offers and %d people remembered", len(s.memory.shown), len(s.memory.people))
	}
}

func TestNobodyIsAskedForConsentThatCouldBelongToNobody(t *testing.T) {
	t.Parallel()
	s := newStage(t, plain)
	e := s.text(alice, "同意")
	e["source"] = map[string]any{"type": "user"}
	s.put("nobody", e)
	s.answers()
	if len(s.memory.asks) != 0 || len(s.memory.ledger) != 0 || len(s.memory.people) != 0 {
		t.Errorf("%d asks, %d records, %d people of nobody", len(s.memory.asks), len(s.memory.ledger), len(s.memory.people))
	}
}

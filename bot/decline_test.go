package bot_test

import (
	"testing"

	"osusume/offers"
)

func TestWordsThatDeclineAreAboutEverythingJustShown(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	first := s.say(alice, "おすすめ")
	if len(first.texts) == 0 {
		t.Fatal("nothing was shown")
	}
	declined := s.say(alice, "今回は結構です")
	declinedSKUs := func(kind offers.MarkKind) map[string]int64 {
		out := map[string]int64{}
		for _, m := range s.memory.people[s.ring.Subject(alice)].marks {
			if m.Kind == kind {
				out[m.Value] = m.UntilMS
			}
		}
		return out
	}
	if got := declinedSKUs(offers.MarkDeclined); len(got) != 3 {
		t.Fatalf("%d of three offers rest after a no to all of them: %v", len(got), got)
	}
	s.press(alice, declined, "今はいらない")
	const day = 24 * 60 * 60 * 1000
	for sku, until := range declinedSKUs(offers.MarkDeclined) {
		if days := (until - s.nowMS()) / day; days > 30 {
			t.Errorf("%s rests %d days although the answer said 30", sku, days)
		}
	}
	again := s.say(alice, "おすすめ")
	for _, name := range []string{"急須", "湯のみ", "茶さじ"} {
		if again.says(name) {
			t.Errorf("%s is offered again at once", name)
		}
	}
}

func TestAButtonThatDeclinesIsAboutItsOfferAlone(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	shown := s.say(alice, "おすすめ")
	reasons := s.press(alice, shown, "今回は見送る")
	s.press(alice, reasons, "持っている")
	owned := map[string]bool{}
	for _, m := range s.memory.people[s.ring.Subject(alice)].marks {
		owned[m.Value] = true
	}
	if len(owned) != 1 {
		t.Errorf("one button set %d offers aside: %v", len(owned), owned)
	}
}

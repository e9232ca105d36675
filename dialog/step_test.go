package dialog

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"osusume/internal/consent"
	"osusume/internal/ids"
	"osusume/internal/phrase"

	_ "osusume/internal/rapidseed"
)

const now = 1_700_000_000_000

func grantedFacts(list ...ids.Purpose) Facts {
	f := Facts{NowMS: now, Lang: ids.Japanese, Notice: phrase.NoticeVersion, Contact: "info@example.com", Standings: consent.Standings{}}
	for _, p := range list {
		f.Standings[p] = consent.Standing{State: consent.Given, NoticeVersion: phrase.NoticeVersion, ValidUntilMS: now + 1}
	}
	return f
}

// everyEvent lists one event of every kind that a row can be about.
func everyEvent() []Event {
	events := []Event{
		Followed{}, Followed{Unblocked: true}, Unfollowed{}, Sent{Kind: "sticker"}, InGroup{},
		OffersReady{}, OffersReady{Count: 3}, OffersReady{Count: 3, Personal: true},
		PlanReady{PlanUnknown}, PlanReady{PlanStay}, PlanReady{PlanUp}, PlanReady{PlanDown}, HistoryReady{}, HistoryReady{Count: 2},
		Said{Recognised{Intent: "nonsense"}}, Pressed{Action: "nonsense"}, nil,
	}
	for _, i := range Intents() {
		events = append(events, Said{Recognised{Intent: i}})
	}
	for _, a := range Actions() {
		events = append(events,
			Pressed{Action: a}, Pressed{Action: a, Value: "x"}, Pressed{Action: a, Value: string(ids.PurchaseHistory)},
			Pressed{Action: a, Value: "x", Stale: true}, Pressed{Action: a, Value: "x", Arg: string(TooExpensive)})
	}
	return events
}

func everyFacts() []Facts {
	var all []Facts
	for _, base := range []Facts{grantedFacts(), grantedFacts(ids.PurchaseHistory), grantedFacts(ids.Purposes()...)} {
		for _, check := range []consent.Refusal{consent.Fine, consent.Foreign, consent.Stale, consent.Used, consent.OutOfDate} {
			for _, shown := range []int{0, 1, 3} {
				f := base
				f.AskCheck, f.Shown, f.HasOffer = check, shown, shown > 0
				if check != consent.Foreign {
					f.AskFor = []ids.Purpose{ids.PurchaseHistory}
				}
				all = append(all, f)
			}
		}
	}
	return all
}

func eachCase(visit func(State, Event, Facts, State, []Effect)) {
	for _, state := range States() {
		for _, event := range everyEvent() {
			for _, facts := range everyFacts() {
				next, effects := Step(state, event, facts)
				visit(state, event, facts, next, effects)
			}
		}
	}
}

func TestEveryStateHasARowForEveryTrigger(t *testing.T) {
	t.Parallel()
	triggers := []Trigger{onFollowed, onUnfollowed, onSent, onGroup, onOffers, onPlan, onHistory}
	for _, i := range Intents() {
		triggers = append(triggers, said(i))
	}
	for _, a := range Actions() {
		triggers = append(triggers, pressed(a))
	}
	for _, on := range triggers {
		for _, state := range States() {
			if !slices.ContainsFunc(rowsByTrigger()[on], func(r Row) bool { return r.From.has(state) && r.When.holds == nil }) {
				t.Errorf("%s in state %d: no row that always holds", on, state)
			}
		}
	}
	for _, row := range Table() {
		if !slices.Contains(triggers, row.On) {
			t.Errorf("a row is about the unknown %q", row.On)
		}
	}
}

func TestStepStaysInKnownStatesAndSpeaksWithinAReply(t *testing.T) {
	t.Parallel()
	eachCase(func(state State, event Event, facts Facts, next State, effects []Effect) {
		if !slices.Contains(States(), next) {
			t.Fatalf("%d × %#v leads to state %d", state, event, next)
		}
		speaks := 0
		for _, e := range effects {
			switch e := e.(type) {
			case Say:
				speaks++
				for _, lang := range []ids.Lang{ids.Japanese, ids.English} {
					if _, err := phrase.Builtin().Text(lang, e.Key, e.Params); err != nil {
						t.Fatalf("%d × %#v: %v", state, event, err)
					}
					for _, c := range e.Choices {
						if _, err := phrase.Builtin().Text(lang, c.Label, nil); err != nil {
							t.Fatalf("%d × %#v: %v", state, event, err)
						}
					}
				}
				if len(e.Choices) > 13 {
					t.Fatalf("%q has %d quick replies", e.Key, len(e.Choices))
				}
			case ShowNotice, ShowStatus, AskOffers, AskPlan, AskHistory, ShowOffers, ShowPlan, ShowHistory, ShowWhy, ShowNext, AskErase, EraseAll:
				speaks++
			}
		}
		silent := state == HandedOff || event == nil
		switch event.(type) {
		case Unfollowed:
			silent = true
		}
		if !silent && speaks == 0 {
			t.Errorf("%d × %#v is met with silence", state, event)
		}
		if speaks > 4 {
			t.Errorf("%d × %#v speaks %d times", state, event, speaks)
		}
	})
}

func TestNothingUsesPurchasesWithoutAGrant(t *testing.T) {
	t.Parallel()
	eachCase(func(state State, event Event, facts Facts, _ State, effects []Effect) {
		if facts.Granted(ids.PurchaseHistory) {
			return
		}
		if used := usesPurchases(effects); used != "" {
			t.Errorf("%d × %#v: %s without consent", state, event, used)
		}
	})
}

func usesPurchases(effects []Effect) string {
	for _, e := range effects {
		switch e := e.(type) {
		case AskOffers:
			if e.Personal {
				return "personal offers"
			}
		case AskPlan, ShowPlan:
			return "a plan comparison"
		case AskHistory, ShowHistory:
			return "the purchase list"
		}
	}
	return ""
}

func TestOnlyAFineButtonGrants(t *testing.T) {
	t.Parallel()
	eachCase(func(state State, event Event, facts Facts, _ State, effects []Effect) {
		for _, e := range effects {
			record, ok := e.(Record)
			if !ok || record.State != consent.Given {
				continue
			}
			press, ok := event.(Pressed)
			if !ok || press.Action != PressGrant || press.Stale || facts.AskCheck != consent.Fine || !slices.Equal(record.Purposes, facts.AskFor) {
				t.Errorf("%d × %#v with %v grants %v", state, event, facts.AskCheck, record.Purposes)
			}
		}
	})
}

func TestAStopWinsInEveryState(t *testing.T) {
	t.Parallel()
	for _, state := range States() {
		for _, facts := range everyFacts() {
			for _, event := range []Event{Said{Recognise("停止")}, Pressed{Action: PressStopAll}, Pressed{Action: PressStopAll, Stale: true}} {
				next, effects := Step(state, event, facts)
				want := Idle
				if state == HandedOff {
					want = HandedOff
				}
				if next != want {
					t.Errorf("stop in %d leads to %d", state, next)
				}
				record, ok := effects[0].(Record)
				if !ok || record.State != consent.Withdrawn || !slices.Equal(record.Purposes, ids.Purposes()) {
					t.Fatalf("stop in %d begins with %#v", state, effects[0])
				}
				answer := effects[1].(Say)
				text, _ := phrase.Builtin().Text(ids.Japanese, answer.Key, answer.Params)
				if !strings.Contains(text, "停止しました") {
					t.Errorf("the answer is %q", text)
				}
				if again, second := Step(next, event, facts); again != next || !reflect.DeepEqual(second, effects) {
					t.Errorf("a second stop in %d differs", state)
				}
			}
		}
	}
}

func TestAPersonIsOneMessageAway(t *testing.T) {
	t.Parallel()
	for _, state := range States() {
		next, _ := Step(state, Said{Recognise("担当者と話したい")}, grantedFacts())
		if next != HandedOff {
			t.Errorf("from state %d the word leads to %d", state, next)
		}
	}
}

func TestHandOverIsSilentButForRights(t *testing.T) {
	t.Parallel()
	for _, facts := range everyFacts() {
		for _, i := range Intents() {
			next, effects := Step(HandedOff, Said{Recognised{Intent: i}}, facts)
			speaks := len(effects) > 0
			should := slices.Contains([]Intent{OptOut, ConsentStatus, Export, Erase}, i)
			if speaks != should || next != HandedOff {
				t.Errorf("%s in hand-over: %#v, then state %d", i, effects, next)
			}
		}
		for _, event := range []Event{Followed{}, Sent{Kind: "image"}, OffersReady{Count: 1}, Pressed{Action: PressRecommend}} {
			if _, effects := Step(HandedOff, event, facts); len(effects) != 0 {
				t.Errorf("%#v in hand-over: %#v", event, effects)
			}
		}
	}
}

// A random life of a conversation, with a ledger kept from what Step records: whatever happens, nothing personal is asked for
// while the ledger does not say granted, and a stop is final until the next good button.
func TestRandomLivesNeverUsePurchasesWithoutConsent(t *testing.T) {
	t.Parallel()
	events := everyEvent()
	rapid.Check(t, func(t *rapid.T) {
		state := New
		facts := grantedFacts()
		for range rapid.IntRange(1, 40).Draw(t, "length") {
			event := rapid.SampledFrom(events).Draw(t, "event")
			facts.AskCheck = rapid.SampledFrom([]consent.Refusal{consent.Fine, consent.Foreign, consent.Used, consent.Stale}).Draw(t, "check")
			facts.AskFor = rapid.SampledFrom([][]ids.Purpose{nil, {ids.PurchaseHistory}, {ids.ProactiveMessages}}).Draw(t, "ask")
			facts.Shown = rapid.IntRange(0, 3).Draw(t, "shown")
			facts.HasOffer = facts.Shown > 0
			before := facts.Granted(ids.PurchaseHistory)
			var effects []Effect
			state, effects = Step(state, event, facts)
			if used := usesPurchases(effects); used != "" && !before {
				t.Fatalf("%#v: %s", event, used)
			}
			for _, e := range effects {
				record, ok := e.(Record)
				if !ok || !record.State.Decides() {
					continue
				}
				for _, p := range record.Purposes {
					facts.Standings[p] = consent.Standing{State: record.State, NoticeVersion: phrase.NoticeVersion, ValidUntilMS: now + 1}
				}
			}
		}
	})
}

func TestRefusingTakesNoMoreTapsThanAgreeing(t *testing.T) {
	t.Parallel()
	facts := grantedFacts()
	facts.AskFor = []ids.Purpose{ids.PurchaseHistory}
	for _, state := range States() {
		agreed, _ := Step(state, Pressed{Action: PressGrant, Value: "n"}, facts)
		refused, effects := Step(state, Pressed{Action: PressRefuse, Value: "n"}, facts)
		if agreed != refused {
			t.Errorf("in %d agreeing leads to %d, refusing to %d", state, agreed, refused)
		}
		want := Record{State: consent.Refused, Purposes: facts.AskFor, Method: consent.ByButton}
		if diff := cmp.Diff(want, effects[0]); diff != "" {
			t.Errorf("in %d: %s", state, diff)
		}
		if answer := effects[len(effects)-1]; reflect.TypeOf(answer) != reflect.TypeOf(Say{}) {
			t.Errorf("in %d refusing is followed by %#v", state, answer)
		}
	}
	// A refusal holds even when the button is long expired, and one typed word refuses as well.
	facts.AskCheck = consent.Stale
	if _, effects := Step(Asked, Pressed{Action: PressRefuse, Stale: true}, facts); effects[0].(Record).State != consent.Refused {
		t.Error("an old refusal does not count")
	}
	if _, effects := Step(Asked, Said{Recognise("いいえ")}, facts); effects[0].(Record).State != consent.Refused {
		t.Error("a typed no does not refuse")
	}
}

func TestTypedConsentShowsTheNotice(t *testing.T) {
	t.Parallel()
	for _, word := range []string{"同意", "同意します", "再開", "はい", "OK"} {
		for _, state := range States() {
			if state == HandedOff || state == Erasing && isBareYes(word) {
				continue // staff answer; a yes to the deletion is asked for by its button
			}
			next, effects := Step(state, Said{Recognise(word)}, grantedFacts())
			if diff := cmp.Diff([]Effect{ShowNotice{Purposes: []ids.Purpose{ids.PurchaseHistory}}}, effects); diff != "" || next != Asked {
				t.Errorf("%q in %d leads to %d: %s", word, state, next, diff)
			}
		}
	}
}

func TestOnlyTheButtonErases(t *testing.T) {
	t.Parallel()
	eachCase(func(state State, event Event, facts Facts, next State, effects []Effect) {
		for _, e := range effects {
			if _, ok := e.(EraseAll); !ok {
				continue
			}
			if press, ok := event.(Pressed); !ok || press.Action != PressErase || facts.AskCheck != consent.Fine || next != New {
				t.Errorf("%d × %#v erases", state, event)
			}
		}
	})
}

func ExampleStep() {
	state, effects := Step(Idle, Said{Recognise("おすすめ")}, Facts{})
	fmt.Printf("%d %+v\n", state, effects)
	// Output: 1 [{Personal:false More:false Topic:}]
}

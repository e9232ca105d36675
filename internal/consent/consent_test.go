package consent_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"osusume/internal/consent"
	"osusume/internal/ids"

	_ "osusume/internal/rapidseed"
)

func eventGen() *rapid.Generator[consent.Event] {
	return rapid.Custom(func(t *rapid.T) consent.Event {
		at := rapid.SampledFrom([]int64{0, 1000, 2000, 2000, 3000, math.MaxInt64}).Draw(t, "at")
		return consent.Event{
			ID:      fmt.Sprintf("E%d", rapid.IntRange(0, 30).Draw(t, "id")),
			Subject: "s",
			State: rapid.SampledFrom([]consent.State{
				consent.Requested, consent.Given, consent.Refused, consent.Withdrawn, consent.Expired, consent.Invalidated,
			}).Draw(t, "state"),
			Purposes:     rapid.SliceOfNDistinct(rapid.SampledFrom(ids.Purposes()), 1, 3, rapid.ID).Draw(t, "purposes"),
			AtMS:         at,
			ReceivedMS:   rapid.SampledFrom([]int64{1500, 2500, 3500}).Draw(t, "received"),
			ValidUntilMS: 1_000_000,
		}
	})
}

// distinct keeps the first of each id: one id is one record, whatever it says.
func distinct(events []consent.Event) []consent.Event {
	seen := map[string]bool{}
	var out []consent.Event
	for _, e := range events {
		if !seen[e.ID] {
			seen[e.ID] = true
			out = append(out, e)
		}
	}
	return out
}

func TestFoldIsIndependentOfOrderAndRepetition(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		events := distinct(rapid.SliceOfN(eventGen(), 0, 12).Draw(t, "events"))
		shuffled := rapid.Permutation(events).Draw(t, "order")
		repeated := append(append([]consent.Event{}, shuffled...), events...)
		want := consent.Fold(events)
		if diff := cmp.Diff(want, consent.Fold(shuffled)); diff != "" {
			t.Fatalf("another order gives another state:\n%s", diff)
		}
		if diff := cmp.Diff(want, consent.Fold(repeated)); diff != "" {
			t.Fatalf("repetition gives another state:\n%s", diff)
		}
	})
}

func TestAGrantNeverOutlivesALaterOrEqualWithdrawal(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		events := distinct(rapid.SliceOfN(eventGen(), 1, 12).Draw(t, "events"))
		standings := consent.Fold(events)
		for purpose, s := range standings {
			if s.State != consent.Given {
				continue
			}
			for _, e := range events {
				for _, p := range e.Purposes {
					if p == purpose && e.State == consent.Withdrawn && e.EffectiveMS() >= s.AtMS {
						t.Fatalf("%s is granted at %d although withdrawn at %d", purpose, s.AtMS, e.EffectiveMS())
					}
				}
			}
		}
	})
}

func TestAFutureDatedGrantDoesNotOutrankTheStopThatFollows(t *testing.T) {
	t.Parallel()
	grant := consent.Event{ID: "a", State: consent.Given, Purposes: []ids.Purpose{ids.PurchaseHistory}, AtMS: math.MaxInt64, ReceivedMS: 1000, ValidUntilMS: math.MaxInt64}
	stop := consent.Event{ID: "b", State: consent.Withdrawn, Purposes: ids.Purposes(), AtMS: 2000, ReceivedMS: 2001}
	if got := consent.Fold([]consent.Event{stop, grant})[ids.PurchaseHistory].State; got != consent.Withdrawn {
		t.Fatalf("state %q, want withdrawn", got)
	}
}

func TestGrantedNeedsLifeAndTheNoticeInForce(t *testing.T) {
	t.Parallel()
	s := consent.Standing{State: consent.Given, NoticeVersion: "n1", ValidUntilMS: 100}
	for _, c := range []struct {
		name   string
		now    int64
		notice string
		want   bool
	}{
		{"live", 99, "n1", true},
		{"expired at its end", 100, "n1", false},
		{"stale notice", 50, "n2", false},
		{"no notice to compare", 50, "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := s.Granted(c.now, c.notice); got != c.want {
				t.Errorf("Granted = %v, want %v", got, c.want)
			}
		})
	}
}

func TestAskIsForOnePersonOnceAndForADay(t *testing.T) {
	t.Parallel()
	ask := consent.Ask{Subject: "me", NoticeVersion: "n1", ShownMS: 1_000_000, ExpiresMS: 1_000_000 + consent.AskLifeMS}
	used := ask
	used.UsedMS = 1
	for _, c := range []struct {
		name    string
		ask     *consent.Ask
		subject ids.Subject
		now     int64
		notice  string
		want    consent.Refusal
	}{
		{"good", &ask, "me", 1_000_001, "n1", consent.Fine},
		{"unknown", nil, "me", 1_000_001, "n1", consent.Foreign},
		{"another person's", &ask, "you", 1_000_001, "n1", consent.Foreign},
		{"used", &used, "me", 1_000_001, "n1", consent.Used},
		{"too late", &ask, "me", 1_000_000 + consent.AskLifeMS, "n1", consent.Stale},
		{"long before it was shown", &ask, "me", 1, "n1", consent.Stale},
		{"notice changed", &ask, "me", 1_000_001, "n2", consent.OutOfDate},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := c.ask.Check(c.subject, c.now, c.notice); got != c.want {
				t.Errorf("Check = %v, want %v", got, c.want)
			}
		})
	}
}

func chainOf(n int) []consent.Seal {
	seals := make([]consent.Seal, n)
	prev := consent.Genesis
	for i := range seals {
		commitment := consent.Commit(consent.Event{ID: fmt.Sprint("E", i), Purposes: ids.Purposes()}, []byte("0123456789abcdef"))
		seals[i] = consent.Seal{
			Seq: int64(i + 1), RecordID: fmt.Sprint("E", i), Commitment: commitment, PrevHash: prev,
			Hash: consent.Link(prev, int64(i+1), commitment),
		}
		prev = seals[i].Hash
	}
	return seals
}

func TestChainVerifiesAndNamesTheFirstBadSeal(t *testing.T) {
	t.Parallel()
	if seq, head, err := consent.VerifyChain(0, consent.Genesis, chainOf(5)); err != nil || seq != 5 || head == consent.Genesis {
		t.Fatalf("a good chain: seq %d, err %v", seq, err)
	}
	for name, harm := range map[string]func([]consent.Seal) []consent.Seal{
		"altered commitment": func(s []consent.Seal) []consent.Seal { s[2].Commitment = s[1].Commitment; return s },
		"missing seal":       func(s []consent.Seal) []consent.Seal { return append(s[:2], s[3:]...) },
		"swapped seals":      func(s []consent.Seal) []consent.Seal { s[2], s[3] = s[3], s[2]; return s },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			seq, _, err := consent.VerifyChain(0, consent.Genesis, harm(chainOf(5)))
			if err == nil || seq != 2 {
				t.Errorf("verified up to %d, err %v; want the third seal named", seq, err)
			}
		})
	}
}

func TestCommitBindsEveryField(t *testing.T) {
	t.Parallel()
	base := consent.Event{ID: "a", Subject: "s", State: consent.Given, Purposes: ids.Purposes()[:1], AtMS: 1, ReceivedMS: 2, Method: consent.ByButton,
		NoticeVersion: "n", NoticeSHA256: "h", Lang: ids.Japanese, NonceHash: "x", EventID: "e", ValidUntilMS: 3, Actor: "customer"}
	salt := []byte("0123456789abcdef")
	want := consent.Commit(base, salt)
	for name, change := range map[string]func(*consent.Event){
		"id": func(e *consent.Event) { e.ID = "b" }, "subject": func(e *consent.Event) { e.Subject = "t" },
		"state": func(e *consent.Event) { e.State = consent.Refused }, "purposes": func(e *consent.Event) { e.Purposes = ids.Purposes()[:2] },
		"at": func(e *consent.Event) { e.AtMS = 9 }, "received": func(e *consent.Event) { e.ReceivedMS = 9 },
		"method": func(e *consent.Event) { e.Method = consent.ByText }, "notice": func(e *consent.Event) { e.NoticeVersion = "m" },
		"hash": func(e *consent.Event) { e.NoticeSHA256 = "g" }, "language": func(e *consent.Event) { e.Lang = ids.English },
		"nonce": func(e *consent.Event) { e.NonceHash = "y" }, "event": func(e *consent.Event) { e.EventID = "f" },
		"validity": func(e *consent.Event) { e.ValidUntilMS = 9 }, "actor": func(e *consent.Event) { e.Actor = "system" },
		"neighbouring fields": func(e *consent.Event) { e.NoticeVersion, e.NoticeSHA256 = "nh", "" },
	} {
		e := base
		change(&e)
		if consent.Commit(e, salt) == want {
			t.Errorf("the commitment does not bind the %s", name)
		}
	}
	if consent.Commit(base, []byte("another salt 016")) == want {
		t.Error("the commitment does not depend on the salt")
	}
}

func TestTheMinimumAgeIsReachedInItsYear(t *testing.T) {
	t.Parallel()
	for birthYear, want := range map[int]bool{0: false, 2026: true, 2011: true, 2010: false, 1950: false} {
		if got := consent.TooYoung(birthYear, 2026); got != want {
			t.Errorf("born %d: too young %v in 2026", birthYear, got)
		}
	}
}

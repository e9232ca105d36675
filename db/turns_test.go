package db_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"osusume/db"
	"osusume/db/dbtest"
	"osusume/dialog"
	"osusume/internal/consent"
	"osusume/internal/fault"
	"osusume/internal/ids"
	"osusume/internal/queue"
	"osusume/internal/turn"
	"osusume/offers"
)

// step runs one event of a person through a turn whose decide sees the person and gives the outcome.
func step(t *testing.T, s *db.Store, n int, need turn.Need, decide func(p turn.Person, o *turn.Outcome)) []queue.Out {
	t.Helper()
	add(t, s, said(string(need.Subject), n))
	got := claim(t, s, start+int64(n))
	if len(got) != 1 {
		t.Fatalf("%d events to turn", len(got))
	}
	need.RowID, need.EventID, need.MessageHash = got[0].ID, got[0].EventID, got[0].MessageHash
	out, err := s.Turns(t.Context(), start+int64(n), lease, []turn.Need{need}, func(persons []turn.Person) ([]turn.Outcome, error) {
		o := turn.Outcome{RowID: got[0].ID, Subject: need.Subject, EventID: got[0].EventID, AtMS: start + int64(n)}
		decide(persons[0], &o)
		return []turn.Outcome{o}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func grant(person string, notice string) consent.Event {
	return consent.Event{
		ID: person + "/given", Subject: ids.Subject(person), State: consent.Given, Purposes: []ids.Purpose{ids.PurchaseHistory}, AtMS: start, ReceivedMS: start,
		Method: consent.ByButton, NoticeVersion: notice, NoticeSHA256: "sum", Lang: ids.Japanese, NonceHash: "nonce", EventID: "e",
		ValidUntilMS: start + 1_000_000, Actor: "customer",
	}
}

func TestWhatATurnLeavesIsWhatTheNextOneFinds(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, s *db.Store) {
		offer := func(id string) offers.Offer {
			return offers.Offer{
				ID: ids.OfferID(id), Strategy: offers.BoughtTogether, SKU: "sku-" + ids.SKU(id), Name: "ほうじ茶 " + id, Price: 1280, Score: 0.1, Propensity: 1,
				Reason: offers.Reason{Strategy: offers.BoughtTogether, Facts: []offers.Fact{{SKU: "x", Name: "急須", AtMS: 5}, {Plan: true}}, Buyers: 20, OfBuyers: 40},
			}
		}
		shown := []turn.Shown{
			{Offer: offer("o1"), Subject: "p", Batch: "b1", Rank: 0, AtMS: start + 1},
			{Offer: offer("o2"), Subject: "p", Batch: "b1", Rank: 1, AtMS: start + 1, General: true},
		}
		marks := []offers.Mark{
			{Kind: offers.MarkForget, Value: dialog.FactPlanUse}, {Kind: offers.MarkGift, Value: "寿司"},
			{Kind: offers.MarkPrice, Value: "茶", Amount: 500, UntilMS: start + 1000},
		}
		ask := consent.Ask{
			NonceHash: "n1", Subject: "p", Purposes: []ids.Purpose{ids.PurchaseHistory}, NoticeVersion: "v", NoticeSHA256: "s", Lang: ids.English,
			ShownMS: start, ExpiresMS: start + consent.AskLifeMS,
		}
		conversation := turn.Conversation{
			State: dialog.Offered, LastBatch: "b1", ShownSKUs: []ids.SKU{"a", "b\"c"}, Topic: "お茶", Pending: "o1", EraseHash: "h", EraseMS: 9,
		}
		blocked := true
		step(t, s, 1, turn.Need{Subject: "p"}, func(p turn.Person, o *turn.Outcome) {
			if diff := cmp.Diff(turn.Person{Subject: "p"}, p); diff != "" {
				t.Errorf("a stranger: %s", diff)
			}
			o.Person = &turn.NewPerson{WrappedKey: []byte{0, 1}, LineID: []byte{2, 0}, Lang: ids.English}
			o.SetBlocked, o.Conversation, o.Shown, o.Marks, o.Asks = &blocked, &conversation, shown, marks, []consent.Ask{ask}
			o.Ledger = []consent.Event{grant("p", dbtest.Notice)}
			o.Answers = []turn.Answer{{Offer: "o1", AtMS: start}, {Offer: "o1", AtMS: start, Reason: dialog.NotNow}}
			o.Case = turn.CaseComplaint
			o.Notices = []turn.NoticeCopy{{SHA256: "s", Version: "v", Lang: ids.English, Bytes: []byte("{}")}}
		})
		conversation.Version = 1
		step(t, s, 2, turn.Need{Subject: "p", LastShown: true, Offers: []ids.OfferID{"o2", "foreign", "unknown"}, Nonces: []string{"n1", "n2"}}, func(p turn.Person, o *turn.Outcome) {
			want := turn.Person{
				Subject: "p", Known: true, WrappedKey: []byte{0, 1}, Lang: ids.English, Blocked: true, Conversation: conversation,
				Marks: p.Marks, Shown: shown, Pressed: shown[1:], Asks: []consent.Ask{ask},
				Standings: consent.Fold([]consent.Event{grant("p", dbtest.Notice)}),
			}
			if diff := cmp.Diff(want, p); diff != "" {
				t.Errorf("the person: %s", diff)
			}
			found := map[offers.Mark]bool{}
			for _, m := range p.Marks {
				found[m] = true
			}
			for _, m := range marks {
				if !found[m] {
					t.Errorf("mark %+v is not among %+v", m, p.Marks)
				}
			}
			o.UsedAsks = []string{"n1"}
			// The key is the one the person has; the id and language are refreshed.
			o.Person = &turn.NewPerson{WrappedKey: []byte("another"), Lang: ids.Japanese}
		})
		step(t, s, 2000, turn.Need{Subject: "p", Nonces: []string{"n1"}}, func(p turn.Person, _ *turn.Outcome) {
			if len(p.Marks) != 2 {
				t.Errorf("a mark outlived its time: %+v", p.Marks)
			}
			if string(p.WrappedKey) != "\x00\x01" || p.Lang != ids.Japanese || p.Asks[0].UsedMS != start+2 {
				t.Errorf("the person: %+v", p)
			}
		})
		step(t, s, 2001, turn.Need{Subject: "q", LastShown: true, Offers: []ids.OfferID{"o1"}, Nonces: []string{"n1"}}, func(p turn.Person, _ *turn.Outcome) {
			if len(p.Shown)+len(p.Pressed)+len(p.Marks)+len(p.Standings) != 0 || len(p.Asks) != 1 {
				t.Errorf("another person's: %+v", p)
			}
		})
		languages, err := s.Languages(t.Context(), []ids.Subject{"p", "q"})
		if diff := cmp.Diff(map[ids.Subject]ids.Lang{"p": ids.Japanese}, languages); diff != "" || err != nil {
			t.Error(diff, err)
		}
	})
}

func TestANonceUsedMeanwhileLosesTheBatch(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, s *db.Store) {
		add(t, s, said("p", 1))
		got := claim(t, s, start)
		_, err := s.Turns(t.Context(), start, lease, needs(got), func(persons []turn.Person) ([]turn.Outcome, error) {
			out, err := answers(got)(persons)
			out[0].UsedAsks = []string{"nobody's"}
			return out, err
		})
		if !fault.Is(err, fault.Lost) {
			t.Errorf("%v", err)
		}
	})
}

func TestOutcomesMustBelongToTheBatch(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, s *db.Store) {
		add(t, s, said("p", 1), said("q", 1))
		got := claim(t, s, start)
		for name, harm := range map[string]func([]turn.Outcome) []turn.Outcome{
			"unknown row":    func(o []turn.Outcome) []turn.Outcome { o[0].RowID = 77; return o },
			"foreign person": func(o []turn.Outcome) []turn.Outcome { o[0].Subject = "q"; return o },
			"twice":          func(o []turn.Outcome) []turn.Outcome { return append(o, o[0]) },
		} {
			if _, err := s.Turns(t.Context(), start, lease, needs(got), func(persons []turn.Person) ([]turn.Outcome, error) {
				out, err := answers(got)(persons)
				return harm(out), err
			}); err == nil {
				t.Errorf("%s: accepted", name)
			}
		}
		if _, err := s.Turns(t.Context(), start, lease, needs(got), func(persons []turn.Person) ([]turn.Outcome, error) {
			out, err := answers(got)(persons)
			return out[:1], err
		}); err != nil {
			t.Fatal(err)
		}
		if again := eventIDs(claim(t, s, start+lease)); len(again) != 1 || again[0] != got[1].EventID {
			t.Errorf("the event without an outcome does not come again: %v", again)
		}
	})
}

func TestAnOptOutAtTheDoorIsInTheStateWithTheSameCommit(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, s *db.Store) {
		step(t, s, 1, turn.Need{Subject: "p"}, func(_ turn.Person, o *turn.Outcome) { o.Ledger = []consent.Event{grant("p", dbtest.Notice)} })
		stop := consent.Event{
			ID: "stop/withdrawn", Subject: "p", State: consent.Withdrawn, Purposes: ids.Purposes(), AtMS: start + 5, ReceivedMS: start + 5,
			Method: consent.ByText, EventID: "stop", Actor: "customer",
		}
		for range 2 { // once more by redelivery
			if _, err := s.Append(t.Context(), queue.Intake{Withdrawals: []consent.Event{stop}}); err != nil {
				t.Fatal(err)
			}
		}
		step(t, s, 6, turn.Need{Subject: "p", History: true}, func(p turn.Person, _ *turn.Outcome) {
			if len(p.Standings) != len(ids.Purposes()) || p.Standings.Any(start+6, "") || p.History != nil {
				t.Errorf("after the stop: %+v", p)
			}
		})
	})
}

func TestAHistoryNeedsALiveGrantUnderTheNoticeInForce(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		s := dbtest.Open(t, url)
		for n, c := range []struct {
			person string
			ledger []consent.Event
			want   bool
		}{
			{"granted", []consent.Event{grant("granted", dbtest.Notice)}, true},
			{"stale", []consent.Event{grant("stale", "older notice")}, false},
			{"nobody", nil, false},
		} {
			person := ids.Subject(c.person)
			step(t, s, 2*n, turn.Need{Subject: person}, func(_ turn.Person, o *turn.Outcome) { o.Ledger = c.ledger })
			step(t, s, 2*n+1, turn.Need{Subject: person, History: true}, func(p turn.Person, _ *turn.Outcome) {
				if (p.History != nil) != c.want {
					t.Errorf("%s: history %+v", c.person, p.History)
				}
			})
		}
		// A store that was not told the notice in force reads nothing.
		blind, err := db.Open(context.Background(), url, db.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = blind.Close() })
		step(t, blind, 100, turn.Need{Subject: "granted", History: true}, func(p turn.Person, _ *turn.Outcome) {
			if p.History != nil {
				t.Error("purchases were read without a notice in force")
			}
		})
	})
}

func TestErasingLeavesTheReceiptAndNothingElse(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		s := dbtest.Open(t, url)
		reply := func(key string) []queue.Out {
			return []queue.Out{{Kind: queue.Reply, KeyID: 1, Body: []byte(key), RetryKey: key, BornMS: start, DeadlineMS: start + 50_000}}
		}
		for n, person := range []ids.Subject{"p", "q"} {
			step(t, s, n, turn.Need{Subject: person}, func(_ turn.Person, o *turn.Outcome) {
				o.Person = &turn.NewPerson{WrappedKey: []byte("k"), LineID: []byte("l"), Lang: ids.Japanese}
				o.Conversation = &turn.Conversation{State: dialog.Offered, LastBatch: "b"}
				o.Shown = []turn.Shown{{Offer: offers.Offer{ID: "o-" + ids.OfferID(person)}, Subject: person, Batch: "b"}}
				o.Marks = []offers.Mark{{Kind: offers.MarkForget, Value: "x"}}
				o.Answers = []turn.Answer{{Offer: "o", AtMS: start}}
				o.Words = &turn.Words{MessageHash: "w-" + string(person), Sealed: []byte("s")}
				o.Case, o.Ledger = turn.CaseHuman, []consent.Event{grant(string(person), dbtest.Notice)}
				o.Asks = []consent.Ask{{NonceHash: "n-" + string(person), Subject: person}}
				o.Out = reply("waiting-" + string(person))
			})
		}
		if _, err := s.Append(t.Context(), queue.Intake{Unsends: []queue.Unsend{{Subject: "p", MessageHash: "other"}}}); err != nil {
			t.Fatal(err)
		}
		receipt := step(t, s, 10, turn.Need{Subject: "p"}, func(_ turn.Person, o *turn.Outcome) { o.Erase, o.Out = true, reply("receipt") })
		if len(receipt) != 1 {
			t.Fatalf("the receipt: %+v", receipt)
		}
		pool := raw(t, url)
		for _, table := range []string{"person", "conversation", "shown", "answer", "mark", "words", "staff_case", "lease", "unsent", "inbox", "ask", "link"} {
			var p, q int
			if err := pool.Get(&p, `SELECT count(*) FROM `+table+` WHERE subject = 'p'`); err != nil || p != 0 {
				t.Errorf("%s keeps %d rows of the erased person, %v", table, p, err)
			}
			if err := pool.Get(&q, `SELECT count(*) FROM `+table+` WHERE subject = 'q'`); err != nil || (q == 0) != (table == "unsent" || table == "inbox" || table == "link") {
				t.Errorf("%s has %d rows of another person, %v", table, q, err)
			}
		}
		if got := claimOut(t, s, start+10+lease); len(got) != 2 || got[0].RetryKey != "waiting-q" || got[1].RetryKey != "receipt" {
			t.Errorf("what is still sent: %+v", got)
		}
		step(t, s, 11, turn.Need{Subject: "p", History: true}, func(p turn.Person, _ *turn.Outcome) {
			if p.Known || p.History != nil || p.Conversation.Version != 0 || len(p.Marks) != 0 || p.Standings.Any(start+11, "") {
				t.Errorf("the erased person is known: %+v", p)
			}
		})
	})
}

func TestOldRowsGoInBatchesAndNothingElseDoes(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		s := dbtest.Open(t, url)
		first, err := s.AddInboxKey(t.Context(), []byte("old"), start)
		if err != nil {
			t.Fatal(err)
		}
		for n := range 5 {
			person := ids.Subject(rune('a' + n))
			out := step(t, s, n, turn.Need{Subject: person}, func(_ turn.Person, o *turn.Outcome) {
				o.Words = &turn.Words{MessageHash: string(person), AtMS: start, Sealed: []byte("s")}
				o.Shown = []turn.Shown{{Offer: offers.Offer{ID: ids.OfferID(person)}, Subject: person, AtMS: start}}
				o.Answers = []turn.Answer{{Offer: "o", AtMS: start}}
				o.Marks = []offers.Mark{{Kind: offers.MarkForget, Value: "for good"}, {Kind: offers.MarkDeclined, Value: "x", UntilMS: start + 1}}
				o.Out = []queue.Out{{Kind: queue.Reply, RetryKey: string(person), BornMS: start, DeadlineMS: start}}
			})
			record(t, s, queue.Result{ID: out[0].ID, State: queue.Sent, Attempt: 1, DoneMS: start})
		}
		waiting := said("w", 0)
		if _, err := s.Append(t.Context(), queue.Intake{Events: []queue.In{waiting}, Bad: []queue.Bad{{ReceivedMS: start, Reason: "x"}}}); err != nil {
			t.Fatal(err)
		}
		later := start + 31*24*60*60*1000
		newest, err := s.AddInboxKey(t.Context(), []byte("new"), start+1)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.InboxKey(t.Context(), first); err != nil {
			t.Fatal(err)
		}
		keep := db.DefaultRetention(later)
		keep.BatchLimit = 2
		if n, err := s.PurgeBefore(t.Context(), db.DefaultRetention(start+2)); err != nil || n != 5 {
			t.Fatalf("%d young rows were removed, %v; want the 5 marks that ran out", n, err)
		}
		rounds := 0
		for {
			n, err := s.PurgeBefore(t.Context(), keep)
			if err != nil {
				t.Fatal(err)
			}
			if n == 0 {
				break
			}
			rounds++
		}
		if rounds < 3 {
			t.Errorf("%d rounds: the batches are not bounded", rounds)
		}
		pool := raw(t, url)
		for table, want := range map[string]int{"inbox": 1, "outbox": 0, "words": 0, "inbox_bad": 0, "shown": 5, "answer": 5, "mark": 5, "lease": 0, "inbox_key": 1} {
			var n int
			if err := pool.Get(&n, `SELECT count(*) FROM `+table); err != nil || n != want {
				t.Errorf("%s has %d rows, %v, want %d", table, n, err, want)
			}
		}
		if _, err := s.InboxKey(t.Context(), first); !fault.Is(err, fault.NotFound) {
			t.Errorf("a destroyed key: %v", err)
		}
		if id, wrapped, _, err := s.CurrentInboxKey(t.Context(), start+1); err != nil || id != newest || string(wrapped) != "new" {
			t.Errorf("the newest key: %d %q %v", id, wrapped, err)
		}
		if _, _, _, err := s.CurrentInboxKey(t.Context(), start+2); !fault.Is(err, fault.NotFound) {
			t.Errorf("no key young enough: %v", err)
		}
		if b, err := s.Backlog(t.Context()); err != nil || b.Waiting != 1 || b.OldestMS != waiting.ReceivedMS || b.Queued != 0 || b.OldestOptOutMS != 0 {
			t.Errorf("backlog %+v, %v", b, err)
		}
	})
}

package db_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"osusume/bot"
	"osusume/db"
	"osusume/db/dbtest"
	"osusume/internal/fault"
	"osusume/internal/ids"
	"osusume/internal/queue"
	"osusume/internal/turn"
	"osusume/webhook"
)

var (
	_ webhook.Inbox = (*db.Store)(nil)
	_ bot.Inbox     = (*db.Store)(nil)
	_ bot.Outbox    = (*db.Store)(nil)
)

const (
	start = int64(1_800_000_000_000)
	lease = int64(5_000)
)

// said makes the n-th message of a person.
func said(person string, n int) queue.In {
	return queue.In{
		EventID: ids.EventID(fmt.Sprintf("%s-%04d", person, n)), Subject: ids.Subject(person), Kind: "message", AtMS: start + int64(n),
		ReceivedMS: start + int64(n), MessageHash: fmt.Sprintf("hash-%s-%d", person, n), KeyID: 1, Payload: []byte("sealed " + person),
	}
}

func add(t *testing.T, s *db.Store, events ...queue.In) int {
	t.Helper()
	n, err := s.Append(t.Context(), queue.Intake{Events: events})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func claim(t *testing.T, s *db.Store, nowMS int64) []queue.Claimed {
	t.Helper()
	got, err := s.Claim(t.Context(), nowMS, lease, 100)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func needs(claimed []queue.Claimed) []turn.Need {
	out := make([]turn.Need, len(claimed))
	for i, c := range claimed {
		out[i] = turn.Need{RowID: c.ID, EventID: c.EventID, Subject: c.Subject, MessageHash: c.MessageHash, History: true, LastShown: true}
	}
	return out
}

// answers makes a decide that answers every event with one reply.
func answers(claimed []queue.Claimed) func([]turn.Person) ([]turn.Outcome, error) {
	return func(persons []turn.Person) ([]turn.Outcome, error) {
		out := make([]turn.Outcome, len(persons))
		for i, p := range persons {
			c := claimed[i]
			conversation := p.Conversation
			conversation.Topic = string(c.EventID)
			out[i] = turn.Outcome{
				RowID: c.ID, Subject: c.Subject, EventID: c.EventID, AtMS: c.AtMS, Conversation: &conversation,
				Out: []queue.Out{{
					EventID: c.EventID, Kind: queue.Reply, KeyID: 1, Body: []byte("body of " + c.EventID), RetryKey: "key-" + string(c.EventID),
					BornMS: start, DeadlineMS: start + 50_000, NextTryMS: start,
				}},
			}
		}
		return out, nil
	}
}

func run(t *testing.T, s *db.Store, nowMS int64, claimed []queue.Claimed) []queue.Out {
	t.Helper()
	out, err := s.Turns(t.Context(), nowMS, lease, needs(claimed), answers(claimed))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func eventIDs(claimed []queue.Claimed) (out []ids.EventID) {
	for _, c := range claimed {
		out = append(out, c.EventID)
	}
	return out
}

func TestAnEventIsStoredOnceHoweverOftenItComes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, s *db.Store) {
		a, b := said("p", 1), said("q", 1)
		again := a
		again.Redelivered, again.Payload = true, []byte("another copy")
		if n := add(t, s, a, b, again); n != 2 {
			t.Errorf("%d stored, want 2", n)
		}
		if n := add(t, s, again, said("r", 1)); n != 1 {
			t.Errorf("%d stored, want 1", n)
		}
		got := claim(t, s, start)
		if diff := cmp.Diff([]ids.EventID{a.EventID, b.EventID, "r-0001"}, eventIDs(got)); diff != "" {
			t.Fatal(diff)
		}
		if string(got[0].Payload) != "sealed p" || got[0].Attempt != 1 || got[0].LeaseUntilMS != start+lease || got[0].MessageHash != a.MessageHash {
			t.Errorf("claimed %+v", got[0])
		}
		run(t, s, start, got)
		if n := add(t, s, again); n != 0 || len(claim(t, s, start+2*lease)) != 0 {
			t.Error("an event that is done came back")
		}
	})
}

func TestOptOutsComeFirstThenTheOldest(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, s *db.Store) {
		stop := said("late", 900)
		stop.OptOut = true
		add(t, s, said("c", 3), said("a", 1), said("b", 2), stop)
		first, err := s.Claim(t.Context(), start, lease, 2)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]ids.EventID{stop.EventID, "a-0001"}, eventIDs(first)); diff != "" || !first[0].OptOut {
			t.Error(diff)
		}
		if diff := cmp.Diff([]ids.EventID{"b-0002", "c-0003"}, eventIDs(claim(t, s, start))); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAPersonIsNeverHeldTwice(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, s *db.Store) {
		add(t, s, said("p", 2), said("p", 3))
		if got := eventIDs(claim(t, s, start)); !cmp.Equal(got, []ids.EventID{"p-0002"}) {
			t.Fatalf("claimed %v", got)
		}
		add(t, s, said("p", 1)) // an older one comes late
		if got := claim(t, s, start+1); len(got) != 0 {
			t.Errorf("a second event of the same person is held: %v", eventIDs(got))
		}
	})
}

func TestEventsOfAPersonKeepTheirOrderUnderManyClaimers(t *testing.T) {
	t.Parallel()
	const persons, each, workers = 40, 25, 8
	dbtest.EachURL(t, func(t *testing.T, url string) {
		s := dbtest.Open(t, url)
		other := s
		if s.Kind().String() == "postgres" {
			other = dbtest.Open(t, url) // as another process
		}
		for n := range each {
			var group []queue.In
			for p := range persons {
				group = append(group, said(fmt.Sprintf("p%02d", p), n))
			}
			add(t, s, group...)
		}
		var mu sync.Mutex
		held := map[ids.Subject]bool{}
		order := map[ids.Subject][]ids.EventID{}
		total := 0
		var wait sync.WaitGroup
		for w := range workers {
			store := s
			if w%2 == 1 {
				store = other
			}
			wait.Go(func() {
				for {
					got, err := store.Claim(context.Background(), start, 60_000, 7)
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					for _, c := range got {
						if held[c.Subject] {
							t.Errorf("%s is held twice", c.EventID)
						}
						held[c.Subject] = true
						order[c.Subject] = append(order[c.Subject], c.EventID)
					}
					finished := total == persons*each
					mu.Unlock()
					if finished {
						return
					}
					release := func(persons []turn.Person) ([]turn.Outcome, error) {
						out, err := answers(got)(persons)
						mu.Lock()
						defer mu.Unlock()
						for _, c := range got {
							held[c.Subject] = false
						}
						return out, err
					}
					if _, err := store.Turns(context.Background(), start, 60_000, needs(got), release); err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					total += len(got)
					mu.Unlock()
				}
			})
		}
		wait.Wait()
		for p := range persons {
			var want []ids.EventID
			for n := range each {
				want = append(want, said(fmt.Sprintf("p%02d", p), n).EventID)
			}
			if diff := cmp.Diff(want, order[ids.Subject(fmt.Sprintf("p%02d", p))]); diff != "" {
				t.Fatalf("person %d: %s", p, diff)
			}
		}
	})
}

func TestALeaseThatRanOutHandsTheEventOver(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		dead, alive := dbtest.Open(t, url), dbtest.Open(t, url)
		add(t, dead, said("p", 1), said("q", 1))
		lost := claim(t, dead, start)
		if got := claim(t, alive, start+lease-1); len(got) != 0 {
			t.Fatalf("taken before its time: %v", got)
		}
		taken := claim(t, alive, start+lease)
		if len(taken) != 2 || taken[0].Attempt != 2 {
			t.Fatalf("not handed over: %+v", taken)
		}
		_, err := dead.Turns(t.Context(), start+lease, lease, needs(lost), func([]turn.Person) ([]turn.Outcome, error) {
			t.Error("a turn was run without its lease")
			return nil, nil
		})
		var rows *queue.LostRows
		if !fault.Is(err, fault.Lost) || !errors.As(err, &rows) || !cmp.Equal(rows.IDs, []int64{lost[0].ID, lost[1].ID}) {
			t.Errorf("the loser is told %v", err)
		}
		if err := dead.GiveUp(t.Context(), start, []int64{lost[0].ID}, "poison"); err != nil {
			t.Error(err)
		}
		if out := run(t, alive, start+lease, taken); len(out) != 2 {
			t.Errorf("%d replies", len(out))
		}
	})
}

func TestALostLeaseChangesNothing(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		s, other := dbtest.Open(t, url), dbtest.Open(t, url)
		add(t, s, said("p", 1), said("q", 1))
		mine := claim(t, s, start)
		stolen, err := other.Claim(t.Context(), start+lease, lease, 1)
		if err != nil || len(stolen) != 1 {
			t.Fatal(stolen, err)
		}
		if _, err := s.Turns(t.Context(), start+lease, lease, needs(mine), answers(mine)); !fault.Is(err, fault.Lost) {
			t.Fatalf("half a batch was run: %v", err)
		}
		if out, err := s.ClaimOut(t.Context(), start+3*lease, lease, 10); err != nil || len(out) != 0 {
			t.Errorf("something was written: %v %v", out, err)
		}
		rest := mine[1:]
		if mine[0].ID != stolen[0].ID {
			rest = mine[:1]
		}
		if out := run(t, s, start+lease, rest); len(out) != 1 {
			t.Error("the row that is still ours cannot be run alone")
		}
	})
}

func TestAConversationChangedMeanwhileLosesTheBatch(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, s *db.Store) {
		add(t, s, said("p", 1), said("q", 1))
		got := claim(t, s, start)
		for _, version := range []int64{3, -1} {
			stale := func(persons []turn.Person) ([]turn.Outcome, error) {
				out, err := answers(got)(persons)
				out[1].Conversation.Version = version
				return out, err
			}
			if _, err := s.Turns(t.Context(), start, lease, needs(got), stale); !fault.Is(err, fault.Lost) {
				t.Errorf("version %d: %v", version, err)
			}
		}
		run(t, s, start, got)
		add(t, s, said("p", 2))
		next := claim(t, s, start)
		if _, err := s.Turns(t.Context(), start, lease, needs(next), func(persons []turn.Person) ([]turn.Outcome, error) {
			if c := persons[0].Conversation; c.Version != 1 || c.Topic != "p-0001" {
				t.Errorf("the conversation is %+v", c)
			}
			out, err := answers(next)(persons)
			out[0].Conversation.Version = 0
			return out, err
		}); !fault.Is(err, fault.Lost) {
			t.Errorf("a conversation that exists was begun again: %v", err)
		}
	})
}

func TestAnErrorOfDecideLeavesEverythingToTheNextClaim(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, s *db.Store) {
		add(t, s, said("p", 1))
		got := claim(t, s, start)
		poison := errors.New("poison")
		if _, err := s.Turns(t.Context(), start, lease, needs(got), func([]turn.Person) ([]turn.Outcome, error) { return nil, poison }); !errors.Is(err, poison) {
			t.Fatal(err)
		}
		again := claim(t, s, start+lease)
		if len(again) != 1 || again[0].Attempt != 2 || again[0].Payload == nil {
			t.Fatalf("claimed %+v", again)
		}
		if err := s.GiveUp(t.Context(), start+lease, []int64{again[0].ID}, "poison"); err != nil {
			t.Fatal(err)
		}
		if got := claim(t, s, start+9*lease); len(got) != 0 {
			t.Errorf("it loops: %+v", got)
		}
		add(t, s, said("p", 2))
		if got := claim(t, s, start+9*lease); len(got) != 1 || got[0].Attempt != 1 {
			t.Errorf("the person's next event: %+v", got)
		}
	})
}

func TestAnUnsendRemovesTheWordsWheneverItComes(t *testing.T) {
	t.Parallel()
	unsend := func(t *testing.T, s *db.Store, e queue.In) {
		t.Helper()
		if _, err := s.Append(t.Context(), queue.Intake{Unsends: []queue.Unsend{{Subject: e.Subject, MessageHash: e.MessageHash, AtMS: e.AtMS}}}); err != nil {
			t.Fatal(err)
		}
	}
	dbtest.EachURL(t, func(t *testing.T, url string) {
		e := said("p", 1)
		for _, c := range []struct {
			name    string
			before  bool
			waiting bool
			held    bool
		}{{name: "before", before: true}, {name: "waiting", waiting: true}, {name: "held", held: true}} {
			s := dbtest.Open(t, url)
			e.EventID, e.MessageHash = ids.EventID(c.name), "hash-"+c.name
			if c.before {
				unsend(t, s, e)
			}
			add(t, s, e)
			if c.waiting {
				unsend(t, s, e)
			}
			got := claim(t, s, start)
			if len(got) != 1 || (got[0].Payload == nil) == c.held {
				t.Fatalf("%s: claimed %+v", c.name, got)
			}
			if c.held {
				unsend(t, s, e)
			}
			if _, err := s.Turns(t.Context(), start, lease, needs(got), func(persons []turn.Person) ([]turn.Outcome, error) {
				if !persons[0].Unsent {
					t.Errorf("%s: the turn is not told", c.name)
				}
				out, err := answers(got)(persons)
				out[0].Words = &turn.Words{MessageHash: e.MessageHash, AtMS: start, Sealed: []byte("sealed")}
				return out, err
			}); err != nil {
				t.Fatal(err)
			}
		}
		pool := raw(t, url)
		var kept int
		if err := pool.Get(&kept, `SELECT count(*) FROM words`); err != nil || kept != 0 {
			t.Errorf("%d texts are kept, %v", kept, err)
		}
		// after the turn, with words retained
		s := dbtest.Open(t, url)
		e.EventID, e.MessageHash = "after", "hash-after"
		add(t, s, e)
		got := claim(t, s, start)
		if _, err := s.Turns(t.Context(), start, lease, needs(got), func(persons []turn.Person) ([]turn.Outcome, error) {
			out, err := answers(got)(persons)
			out[0].Words = &turn.Words{MessageHash: e.MessageHash, AtMS: start, Sealed: []byte("sealed")}
			return out, err
		}); err != nil {
			t.Fatal(err)
		}
		if err := pool.Get(&kept, `SELECT count(*) FROM words`); err != nil || kept != 1 {
			t.Errorf("%d texts are retained, %v, want 1", kept, err)
		}
		unsend(t, s, e)
		if err := pool.Get(&kept, `SELECT count(*) FROM words`); err != nil || kept != 0 {
			t.Errorf("%d texts stay after the unsend, %v", kept, err)
		}
	})
}

func TestNothingOfAFinishedEventIsKeptButItsID(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		s := dbtest.Open(t, url)
		add(t, s, said("p", 1))
		run(t, s, start, claim(t, s, start))
		var left int
		if err := raw(t, url).Get(&left, `SELECT count(*) FROM inbox WHERE payload IS NOT NULL OR subject <> '' OR message_hash <> '' OR waiting = 1`); err != nil || left != 0 {
			t.Errorf("%d rows keep something, %v", left, err)
		}
	})
}

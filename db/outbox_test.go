package db_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"osusume/db"
	"osusume/db/dbtest"
	"osusume/internal/ids"
	"osusume/internal/queue"
)

func claimOut(t *testing.T, s *db.Store, nowMS int64) []queue.Out {
	t.Helper()
	out, err := s.ClaimOut(t.Context(), nowMS, lease, 100)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func record(t *testing.T, s *db.Store, results ...queue.Result) {
	t.Helper()
	if err := s.Record(t.Context(), start, results); err != nil {
		t.Fatal(err)
	}
}

func answered(t *testing.T, s *db.Store, events ...queue.In) []queue.Out {
	t.Helper()
	add(t, s, events...)
	return run(t, s, start, claim(t, s, start))
}

func TestRepliesComeBackInOrderWithTheirIdsAndLeased(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, s *db.Store) {
		out := answered(t, s, said("c", 1), said("a", 2), said("b", 3))
		for i, want := range []ids.EventID{"c-0001", "a-0002", "b-0003"} {
			if o := out[i]; o.EventID != want || o.ID == 0 || string(o.Body) != "body of "+string(want) || o.Subject != ids.Subject(want[:1]) {
				t.Errorf("%d: %+v", i, o)
			}
		}
		if got := claimOut(t, s, start+lease-1); len(got) != 0 {
			t.Errorf("somebody else sends too: %+v", got)
		}
	})
}

func TestAMessageOfADeadSenderIsDoubtfulAndOneAttemptOlder(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		out := answered(t, dbtest.Open(t, url), said("p", 1))
		other := dbtest.Open(t, url)
		got := claimOut(t, other, start+lease)
		if len(got) != 1 || !got[0].Doubtful || got[0].Attempt != 1 || got[0].ID != out[0].ID || got[0].RetryKey != "key-p-0001" ||
			string(got[0].Body) != "body of p-0001" || got[0].Kind != queue.Reply || got[0].DeadlineMS != start+50_000 {
			t.Fatalf("claimed %+v", got)
		}
		record(t, other, queue.Result{ID: got[0].ID, State: queue.Queued, Attempt: 2, NextTryMS: start + 20_000, Doubtful: true})
		if got := claimOut(t, other, start+19_999); len(got) != 0 {
			t.Errorf("too early: %+v", got)
		}
		if got := claimOut(t, other, start+20_000); len(got) != 1 || got[0].Attempt != 2 || !got[0].Doubtful {
			t.Errorf("the planned attempt: %+v", got)
		}
	})
}

func TestAPlannedRetryOfAKnownOutcomeIsNotDoubtful(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, s *db.Store) {
		out := answered(t, s, said("p", 1))
		record(t, s, queue.Result{ID: out[0].ID, State: queue.Queued, Attempt: 1, NextTryMS: start + 10, Status: 429})
		if got := claimOut(t, s, start+10); len(got) != 1 || got[0].Attempt != 1 || got[0].Doubtful {
			t.Errorf("claimed %+v", got)
		}
	})
}

func TestAFinalMessageStaysFinalAndKeepsNoBody(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		s := dbtest.Open(t, url)
		out := answered(t, s, said("p", 1), said("q", 1), said("r", 1))
		record(t, s,
			queue.Result{ID: out[0].ID, State: queue.Sent, Attempt: 1, Status: 200, RequestID: "req", DoneMS: start + 1},
			queue.Result{ID: out[1].ID, State: queue.Unknown, Attempt: 1, DoneMS: start + 1, Doubtful: true},
			queue.Result{ID: 999_999, State: queue.Sent})
		record(t, s,
			queue.Result{ID: out[0].ID, State: queue.Queued, Attempt: 2, NextTryMS: start},
			queue.Result{ID: out[1].ID, State: queue.Failed, Attempt: 2, Status: 400},
			queue.Result{ID: out[2].ID, State: queue.Queued, Attempt: 0, NextTryMS: start}) // a plan that knows of no attempt
		if got := claimOut(t, s, start+lease-1); len(got) != 0 {
			t.Errorf("reopened: %+v", got)
		}
		type row struct {
			State   int    `db:"state"`
			Subject string `db:"subject"`
			Body    bool   `db:"body"`
			Request string `db:"request_id"`
			DoneMS  int64  `db:"done_ms"`
		}
		var rows []row
		if err := raw(t, url).Select(&rows, `SELECT state, subject, body IS NOT NULL AS body, request_id, done_ms FROM outbox ORDER BY id`); err != nil {
			t.Fatal(err)
		}
		want := []row{{State: 2, Request: "req", DoneMS: start + 1}, {State: 4, Subject: "q", DoneMS: start + 1}, {State: 1, Subject: "r", Body: true}}
		if diff := cmp.Diff(want, rows); diff != "" {
			t.Error(diff)
		}
	})
}

func TestTwoSendersNeverClaimOneMessage(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		s := dbtest.Open(t, url)
		var events []queue.In
		for n := range 200 {
			events = append(events, said("p"+string(rune('a'+n%26))+string(rune('a'+n/26)), n))
		}
		add(t, s, events...)
		run(t, s, start, claim(t, s, start))
		run(t, s, start, claim(t, s, start))
		results := make(chan []queue.Out)
		for range 4 {
			store := dbtest.Open(t, url)
			go func() {
				var mine []queue.Out
				for range 20 {
					got, err := store.ClaimOut(t.Context(), start+lease, lease, 10)
					if err != nil {
						t.Error(err)
					}
					mine = append(mine, got...)
				}
				results <- mine
			}()
		}
		seen := map[int64]bool{}
		for range 4 {
			for _, o := range <-results {
				if seen[o.ID] {
					t.Errorf("message %d was claimed twice", o.ID)
				}
				seen[o.ID] = true
			}
		}
		if len(seen) != 200 {
			t.Errorf("%d messages claimed, want 200", len(seen))
		}
	})
}

package db_test

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"osusume/db/consent"
	"osusume/db/dialect"
	"osusume/internal/fault"
	"osusume/internal/ids"

	ledger "osusume/internal/consent"

	_ "osusume/internal/rapidseed"
)

func ledgerEvents(subject ids.Subject, prefix string) *rapid.Generator[ledger.Event] {
	return rapid.Custom(func(t *rapid.T) ledger.Event {
		id := fmt.Sprintf("%s%c%d", prefix, rapid.SampledFrom([]rune("aZ_é")).Draw(t, "letter"), rapid.IntRange(0, 9).Draw(t, "id"))
		e := decided(id, subject, rapid.SampledFrom([]ledger.State{
			ledger.Requested, ledger.Given, ledger.Refused, ledger.Withdrawn, ledger.Expired, ledger.Invalidated,
		}).Draw(t, "state"), 0, rapid.SliceOfNDistinct(rapid.SampledFrom(ids.Purposes()), 1, 3, rapid.ID).Draw(t, "purposes")...)
		e.AtMS = rapid.SampledFrom([]int64{-5, 0, 1000, 2000, 2000, 3000, 1<<63 - 1}).Draw(t, "at")
		e.ReceivedMS = rapid.SampledFrom([]int64{1500, 2500}).Draw(t, "received")
		e.ValidUntilMS = rapid.Int64Range(0, 5000).Draw(t, "until")
		return e
	})
}

// I4: whatever the order, the repetition and the split into transactions, the stored state is the fold of the ledger.
func TestTheStoredStateIsTheFoldInAnyOrderOfArrival(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s shop) {
		run := 0
		rapid.Check(t, func(rt *rapid.T) {
			run++
			subject := ids.Subject(fmt.Sprintf("p%d-%p", run, rt))
			events := rapid.SliceOfN(ledgerEvents(subject, string(subject)), 1, 10).Draw(rt, "events")
			var stored []ledger.Event
			seen := map[string]bool{}
			for _, e := range events { // an id means one record: the one that came first
				if !seen[e.ID] {
					seen[e.ID] = true
					stored = append(stored, e)
				}
			}
			arrivals := append(rapid.Permutation(stored).Draw(rt, "order"), stored...)
			for len(arrivals) > 0 {
				n := rapid.IntRange(1, len(arrivals)).Draw(rt, "batch")
				s.append(t, arrivals[:n]...)
				arrivals = arrivals[n:]
			}
			var got map[ids.Subject]ledger.Standings
			s.do(t, func(ctx context.Context, tx *dialect.Tx) (err error) {
				got, err = consent.Standings(ctx, tx, []ids.Subject{subject})
				return err
			})
			if want := ledger.Fold(stored); !maps.Equal(want, got[subject]) {
				rt.Fatalf("stored state differs:\n%s", cmp.Diff(want, got[subject]))
			}
		})
		if _, err := s.SealLedger(t.Context()); err != nil {
			t.Fatal(err)
		}
		report, err := s.VerifyLedger(t.Context())
		if err != nil || report.Pending != 0 || report.Sealed < 2 {
			t.Errorf("chain %+v, %v", report, err)
		}
		persons, differ, err := s.RebuildConsent(t.Context())
		if err != nil || len(differ) != 0 || persons < 2 {
			t.Errorf("rebuild: %d persons, %v differ, %v", persons, differ, err)
		}
	})
}

func TestTheSameCauseRecordedTwiceIsOneRecord(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s shop) {
		first := decided("E1/withdrawn", "s1", ledger.Withdrawn, 1000)
		again := first
		again.AtMS, again.ReceivedMS, again.State = 8000, 9000, ledger.Given // the same cause cannot become something else
		s.append(t, first, again)
		s.append(t, again)
		var n int
		if err := s.d.Get(t.Context(), &n, `SELECT count(*) FROM consent_event WHERE subject = 's1'`); err != nil || n != 1 {
			t.Errorf("%d records, %v", n, err)
		}
		s.do(t, func(ctx context.Context, tx *dialect.Tx) error {
			got, err := consent.Standings(ctx, tx, []ids.Subject{"s1"})
			if got["s1"][ids.PurchaseHistory].State != ledger.Withdrawn {
				t.Errorf("%+v", got)
			}
			if err := consent.Append(ctx, tx, []ledger.Event{{ID: "x"}}); !fault.Is(err, fault.Invalid) {
				t.Errorf("an empty record: %v", err)
			}
			return err
		})
	})
}

func TestConcurrentDecisionsNeitherDeadlockNorDiffer(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s shop) {
		var wait sync.WaitGroup
		for w := range 4 {
			wait.Go(func() {
				for round := range 10 {
					var events []ledger.Event
					for i := range 20 {
						person := (i*7 + w*3 + round) % 20
						state := ledger.Given
						if (w+i)%2 == 0 {
							state = ledger.Withdrawn
						}
						events = append(events, decided(fmt.Sprintf("w%d-%d-%d", w%2, round, person), ids.Subject(fmt.Sprint("s", person)), state, int64(round)))
					}
					if err := s.d.Do(t.Context(), dialect.Mode{}, func(ctx context.Context, tx *dialect.Tx) error { return consent.Append(ctx, tx, events) }); err != nil {
						t.Errorf("append: %v", err)
					}
					if _, err := s.SealLedger(t.Context()); err != nil {
						t.Errorf("seal: %v", err)
					}
				}
			})
		}
		wait.Wait()
		if _, err := s.SealLedger(t.Context()); err != nil {
			t.Fatal(err)
		}
		if report, err := s.VerifyLedger(t.Context()); err != nil || report.Sealed != 401 || report.Pending != 0 {
			t.Errorf("%+v, %v", report, err)
		}
		if _, differ, err := s.RebuildConsent(t.Context()); err != nil || len(differ) != 0 {
			t.Errorf("%v differ, %v", differ, err)
		}
	})
}

func TestTheDatabaseRefusesToChangeTheLedger(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s shop) {
		if _, err := s.SealLedger(t.Context()); err != nil {
			t.Fatal(err)
		}
		owner := raw(t, s.owner)
		for _, statement := range []string{
			`UPDATE consent_event SET state = 'given'`, `DELETE FROM consent_event`, `UPDATE consent_seal SET hash = 'x'`, `DELETE FROM consent_seal`,
		} {
			if _, err := owner.Exec(statement); err == nil || !strings.Contains(err.Error(), "append-only") {
				t.Errorf("%s, even as owner: %v", statement, err)
			}
		}
	})
}

func TestTamperingIsNamed(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s shop) {
		for i := range 5 {
			s.append(t, decided(fmt.Sprint("E", i), "s1", ledger.Given, int64(i)))
			if _, err := s.SealLedger(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		owner := raw(t, s.owner)
		off := `DROP TRIGGER consent_event_no_update; DROP TRIGGER consent_seal_no_update`
		if s.d.Kind() == dialect.Postgres {
			off = `ALTER TABLE consent_event DISABLE TRIGGER ALL; ALTER TABLE consent_seal DISABLE TRIGGER ALL`
		}
		if _, err := owner.Exec(off); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct{ what, do, undo, want string }{
			{"altered", `UPDATE consent_event SET state = 'withdrawn' WHERE id = 'E2'`, `UPDATE consent_event SET state = 'given' WHERE id = 'E2'`, "E2"},
			{"resealed", `UPDATE consent_seal SET commitment = 'x' WHERE record_id = 'E3'`, ``, "seal 5 was altered"},
		} {
			if _, err := owner.Exec(c.do); err != nil {
				t.Fatal(err)
			}
			if _, err := s.VerifyLedger(t.Context()); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v, want %q", c.what, err, c.want)
			}
			if c.undo != "" {
				if _, err := owner.Exec(c.undo); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}

func TestARecordThatSlippedInIsNamed(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s shop) {
		s.append(t, decided("E1", "s1", ledger.Given, 1))
		if _, err := s.SealLedger(t.Context()); err != nil {
			t.Fatal(err)
		}
		owner := raw(t, s.owner)
		if _, err := owner.Exec(`INSERT INTO consent_event (id, subject, state, purposes, at_ms, received_ms, method, notice_version, notice_sha256,
			lang, nonce_hash, event_id, valid_until_ms, actor) VALUES ('forged', 's2', 'given', 'purchase_history', 1, 1, '', '', '', '', '', '', 9, '')`); err != nil {
			t.Fatal(err)
		}
		if _, err := s.VerifyLedger(t.Context()); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "forged was never sealed") {
			t.Errorf("a record slipped in: %v", err)
		}
		if _, differ, err := s.RebuildConsent(t.Context()); err != nil || len(differ) != 1 || differ[0] != "s2" {
			t.Errorf("rebuild finds %v, %v", differ, err)
		}
		if _, err := owner.Exec(`UPDATE consent_state SET state = 'given', valid_until_ms = 99 WHERE subject = 'canary'`); err != nil {
			t.Fatal(err)
		}
		if _, differ, err := s.RebuildConsent(t.Context()); err != nil || len(differ) != 2 {
			t.Errorf("rebuild finds %v, %v", differ, err)
		}
	})
}

func TestAGrantButtonWorksOnce(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s shop) {
		ask := ledger.Ask{
			NonceHash: "n1", Subject: "s1", Purposes: []ids.Purpose{ids.PurchaseHistory, ids.GroupStatistics}, NoticeVersion: notice, NoticeSHA256: "aa",
			Lang: ids.English, ShownMS: 1, ExpiresMS: 1 + ledger.AskLifeMS,
		}
		s.do(t, func(ctx context.Context, tx *dialect.Tx) error {
			if err := consent.AddAsks(ctx, tx, []ledger.Ask{ask}); err != nil {
				return err
			}
			got, err := consent.Asks(ctx, tx, []string{"n1", "unknown"})
			if diff := cmp.Diff([]ledger.Ask{ask}, got); diff != "" {
				t.Error(diff)
			}
			return err
		})
		use := func(hashes ...string) error {
			return s.d.Do(t.Context(), dialect.Mode{}, func(ctx context.Context, tx *dialect.Tx) error { return consent.UseAsks(ctx, tx, 7, hashes) })
		}
		if err := use("n1", "unknown"); !fault.Is(err, fault.Lost) {
			t.Errorf("an unknown one: %v", err)
		}
		if err := use("n1"); err != nil {
			t.Errorf("the first use: %v", err)
		}
		if err := use("n1"); !fault.Is(err, fault.Lost) {
			t.Errorf("the second use: %v", err)
		}
		if err := use(); err != nil {
			t.Errorf("none: %v", err)
		}
		s.do(t, func(ctx context.Context, tx *dialect.Tx) error {
			n := consent.Notice{SHA256: "aa", Version: notice, Lang: ids.Japanese, Body: []byte("{}")}
			if err := consent.AddNotices(ctx, tx, []consent.Notice{n}); err != nil {
				return err
			}
			if err := consent.AddNotices(ctx, tx, []consent.Notice{n}); err != nil {
				return err
			}
			n2, err := consent.DropAsks(ctx, tx, ask.ExpiresMS+1)
			if n2 != 1 {
				t.Errorf("%d asks dropped", n2)
			}
			return err
		})
	})
}

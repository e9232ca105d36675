package db_test

import (
	"context"
	"testing"

	"osusume/db/dialect"
	"osusume/internal/ids"
	"osusume/internal/queue"
	"osusume/offers"

	ledger "osusume/internal/consent"
)

// I2 rests on this: what the sender asks before each push is false from the commit of the stop on.
func TestLiveConsentEndsWithTheCommitOfAStop(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s shop) {
		live := func(subject ids.Subject, nowMS int64, version string) bool {
			t.Helper()
			out, err := s.Live(t.Context(), ids.ProactiveMessages, []ids.Subject{subject, "nobody"}, nowMS, version)
			if err != nil || out["nobody"] {
				t.Fatalf("live: %v, %v", out, err)
			}
			return out[subject]
		}
		s.append(t, decided("g1", "s1", ledger.Given, noonMS, ids.ProactiveMessages), decided("g2", "s2", ledger.Given, noonMS, ids.PurchaseHistory))
		if !live("s1", noonMS+1, notice) {
			t.Error("a fresh grant is not live")
		}
		if live("s2", noonMS+1, notice) {
			t.Error("a grant of another purpose lets a push through")
		}
		if live("s1", noonMS+200*dayMS, notice) || live("s1", noonMS+1, "n2") {
			t.Error("an expired grant or one under an older notice is live")
		}
		stop := decided("g3", "s1", ledger.Withdrawn, noonMS+10)
		if _, err := s.Append(t.Context(), queue.Intake{Withdrawals: []ledger.Event{stop}}); err != nil {
			t.Fatal(err)
		}
		if live("s1", noonMS+11, notice) {
			t.Error("a push could start after the stop was stored")
		}
	})
}

func TestRecommendSeesWhatThePersonTurnedDown(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s shop) {
		stock(t, s)
		s.do(t, func(ctx context.Context, tx *dialect.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO mark (subject, kind, on_plan, value, amount, until_ms, at_ms)
				VALUES ('s1', 'declined', 0, 'cup', 0, $1, 1), ('s1', 'forget', 0, 'tea', 0, 0, 1), ('s2', 'declined', 0, 'pot', 0, 0, 1)`, noonMS+1)
			return err
		})
		view, err := s.CustomerRequest(t.Context(), "c1", noonMS, notice)
		if err != nil || len(view.Marks) != 2 {
			t.Fatalf("marks %+v, %v", view.Marks, err)
		}
		if later, err := s.CustomerRequest(t.Context(), "c1", noonMS+2, notice); err != nil || len(later.Marks) != 1 || later.Marks[0].Kind != offers.MarkForget {
			t.Errorf("after the pause is over: %+v, %v", later.Marks, err)
		}
	})
}

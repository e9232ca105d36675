package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"osusume/db/dbtest"
	"osusume/internal/linesim"
)

const (
	chaosKills = 100
	chaosUsers = 30
)

// TestNoEventIsLostOrAnsweredTwiceWhateverDies kills the server a hundred times under load, at moments drawn from a seed,
// while LINE's side drops answers, fails after accepting, and delivers some events twice. The platform keeps a record of
// every event and message; at the end each event that was accepted with 200 has exactly one answer, and what staff would
// see as unknown is nothing that was answered twice.
//
// OSUSUME_CHAOS_SEED repeats a run.
func TestNoEventIsLostOrAnsweredTwiceWhateverDies(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, w *world) {
		seed := chaosSeed(t)
		w.sim.Close()
		w.platform.Close()
		faulty := linesim.New(linesim.Config{
			ChannelSecret: channelSecret, ChannelToken: channelToken, BotName: shopName, Seed: seed, Batch: 3,
			Redelivery: linesim.Redelivery{First: 50 * time.Millisecond, Limit: 500 * time.Millisecond, Times: 1000},
		})
		w.useSim(faulty)
		w.importShop()
		w.sim.SetFaults(linesim.Faults(
			linesim.Sometimes(linesim.ReplyEndpoint, 0.03, linesim.Fault{AcceptThen: 500}),
			linesim.Sometimes(linesim.ReplyEndpoint, 0.03, linesim.Fault{Status: 500}),
			linesim.Sometimes(linesim.ReplyEndpoint, 0.03, linesim.Fault{AcceptThenDrop: true}),
			linesim.Sometimes(linesim.ReplyEndpoint, 0.03, linesim.Fault{Drop: true}),
		))
		for i := range chaosUsers {
			w.sim.AddUser(chaosUser(i), fmt.Sprintf("客%d", i), "ja")
		}
		server := w.serve()
		ctx, cancel := context.WithCancel(t.Context())
		var talking sync.WaitGroup
		for i := range chaosUsers {
			talking.Go(func() { w.talk(ctx, chaosUser(i), rand.New(rand.NewPCG(seed, uint64(i)))) })
		}
		moments := rand.New(rand.NewPCG(seed, 1<<32))
		for kill := range chaosKills {
			moment := time.NewTimer(time.Duration(moments.IntN(600)) * time.Millisecond)
			<-moment.C
			server.kill()
			server = w.start(server.addr)
			if !server.ready(20 * time.Second) {
				t.Fatalf("seed %d: after kill %d the server did not come back:\n%s", seed, kill+1, w.logs.tail())
			}
			// Reply tokens live a minute: a server that is given no time at all for longer cannot answer.
			if kill%10 == 9 {
				w.awaitAnswersTo(seed, time.Now())
			}
		}
		cancel()
		talking.Wait()
		w.sim.SetFaults(nil)
		w.awaitEveryAnswer(seed)
		w.checkEveryAnswer(seed)
		w.checkStopsHeld(seed)
		w.checkStore(seed)
		server.stop()
	})
}

func chaosSeed(t *testing.T) uint64 {
	t.Helper()
	if text := os.Getenv("OSUSUME_CHAOS_SEED"); text != "" {
		seed, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatalf("OSUSUME_CHAOS_SEED: %v", err)
		}
		return seed
	}
	return 20261122
}

func chaosUser(i int) string { return linesim.UserID("chaos" + strconv.Itoa(i)) }

// talk is one customer who says things, presses what is on the screen, and sometimes does not wait for the answer.
func (w *world) talk(ctx context.Context, user string, random *rand.Rand) {
	words := []string{"おすすめ", "ほかには？", "なぜ？", "同意状況", "プラン", "履歴", "停止", "同意", "ありがとう", "こんにちは", "ヘルプ"}
	event := w.sim.Follow(user)
	for ctx.Err() == nil {
		if random.IntN(4) > 0 {
			patience, done := context.WithTimeout(ctx, 2*time.Second)
			_, _ = w.sim.WaitReply(patience, event.ID) // what never comes is found at the end
			done()
		}
		buttons := w.sim.Buttons(user)
		switch {
		case len(buttons) > 0 && random.IntN(3) == 0:
			// Not the one that hands over to staff: from then on silence would be right, and the check blind.
			if button := buttons[random.IntN(len(buttons))]; button.Label != "担当者と話す" {
				if pressed, ok := w.sim.PressButton(user, button); ok {
					event = pressed
				}
			}
		default:
			event = w.sim.SendText(user, words[random.IntN(len(words))])
		}
		if random.IntN(20) == 0 {
			w.sim.Redeliver(ctx, event.ID)
		}
		pause := time.NewTimer(time.Duration(random.IntN(60)) * time.Millisecond)
		select {
		case <-ctx.Done():
		case <-pause.C:
		}
	}
}

// awaitAnswersTo lets the server live until what was accepted before a moment is answered.
func (w *world) awaitAnswersTo(seed uint64, before time.Time) {
	w.t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for w.openBefore(before) > 0 {
		if time.Now().After(deadline) {
			w.t.Errorf("seed %d: %d accepted events were not answered within 30 s of readiness", seed, w.openBefore(before))
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func (w *world) openBefore(moment time.Time) int {
	open := 0
	for _, r := range w.sim.Records() {
		if r.Accepted() && r.AcceptedAt.Before(moment) && r.Event.ReplyToken != "" && len(r.Replies) == 0 {
			open++
		}
	}
	return open
}

// awaitEveryAnswer gives the last server the time the contract allows: 10 s after it was ready, and the retries.
func (w *world) awaitEveryAnswer(seed uint64) {
	w.t.Helper()
	w.awaitAnswersTo(seed, time.Now())
}

func (w *world) checkEveryAnswer(seed uint64) {
	w.t.Helper()
	accepted := 0
	for _, r := range w.sim.Records() {
		if !r.Accepted() || r.Event.ReplyToken == "" {
			continue
		}
		accepted++
		switch {
		case len(r.Replies) > 1:
			w.t.Errorf("seed %d: %s was answered %d times", seed, r.Event.Type, len(r.Replies))
		case len(r.Replies) == 0:
			w.t.Errorf("seed %d: a %s of %s, accepted at %s, was never answered (%d replies refused)",
				seed, r.Event.Type, r.Event.At.Format(time.TimeOnly), r.AcceptedAt.Format(time.TimeOnly), r.Refused)
		}
	}
	w.t.Logf("seed %d: %d accepted events", seed, accepted)
	if accepted < 5*chaosUsers {
		w.t.Errorf("only %d events were accepted: that is no load", accepted)
	}
}

// checkStopsHeld asks every customer whose last word on consent was a stop how they stand.
func (w *world) checkStopsHeld(seed uint64) {
	w.t.Helper()
	stopped := 0
	for i := range chaosUsers {
		user := chaosUser(i)
		if !w.lastWordWasStop(user) {
			continue
		}
		stopped++
		mustNotContain(w.t, fmt.Sprintf("seed %d: the consents of a customer who said stop", seed), w.say(user, "同意状況"), "同意済み")
	}
	w.t.Logf("seed %d: %d customers said stop last", seed, stopped)
}

// lastWordWasStop looks at the accepted events alone: what the server never took it cannot obey.
func (w *world) lastWordWasStop(user string) bool {
	stop := false
	for _, entry := range w.sim.Transcript(user) {
		r, known := w.sim.Record(entry.EventID)
		if entry.From != "user" || !known || !r.Accepted() {
			continue
		}
		switch entry.Text {
		case "停止", "すべて停止", "おすすめを止める":
			stop = true
		case "同意する":
			stop = false
		}
	}
	return stop
}

// checkStore looks into the database under the last server: nothing waits, the ledger's chain holds, and what was
// written as it went is what the ledger folds to.
func (w *world) checkStore(seed uint64) {
	w.t.Helper()
	store := dbtest.Open(w.t, w.database)
	// A reply of unknown outcome is tried again with its token for a while before it ends.
	deadline := time.Now().Add(60 * time.Second)
	for {
		backlog, err := store.Backlog(w.t.Context())
		if err == nil && backlog.Waiting == 0 && backlog.Queued == 0 {
			break
		}
		if err != nil || time.Now().After(deadline) {
			w.t.Errorf("seed %d: left behind %+v, %v", seed, backlog, err)
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if _, err := store.SealLedger(w.t.Context()); err != nil {
		w.t.Errorf("seed %d: seal: %v", seed, err)
	}
	if report, err := store.VerifyLedger(w.t.Context()); err != nil || report.Sealed == 0 {
		w.t.Errorf("seed %d: the ledger: %+v, %v", seed, report, err)
	}
	if _, differ, err := store.RebuildConsent(w.t.Context()); err != nil || len(differ) > 0 {
		w.t.Errorf("seed %d: %d persons' consents are not what their ledger says, %v", seed, len(differ), err)
	}
}

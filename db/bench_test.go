package db_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"osusume/db"
	"osusume/db/dbtest"
	"osusume/internal/consent"
	"osusume/internal/ids"
	"osusume/internal/queue"
	"osusume/internal/turn"
	"osusume/offers"
)

const benchPersons = 400

// eachDatabase runs a benchmark on SQLite and on a Postgres that waits for the disk.
func eachDatabase(b *testing.B, run func(b *testing.B, url string)) {
	b.Helper()
	b.Run("sqlite", func(b *testing.B) { run(b, dbtest.SQLite(b)) })
	b.Run("postgres", func(b *testing.B) {
		_, app := dbtest.PostgresDurable(b)
		run(b, app)
	})
}

func benchEvents(from, n int) []queue.In {
	out := make([]queue.In, n)
	for i := range out {
		out[i] = said(fmt.Sprintf("person-%03d", (from+i)%benchPersons), from+i)
		out[i].Payload = make([]byte, 500)
	}
	return out
}

// BenchmarkIntake stores events, 100 a transaction, and beside it, as the yardstick, one a transaction.
func BenchmarkIntake(b *testing.B) {
	eachDatabase(b, func(b *testing.B, url string) {
		s := dbtest.Open(b, url)
		next := 0
		store := func(events []queue.In) {
			if _, err := s.Append(context.Background(), queue.Intake{Events: events}); err != nil {
				b.Fatal(err)
			}
			next += len(events)
		}
		for b.Loop() {
			store(benchEvents(next, 100))
		}
		b.ReportMetric(float64(b.N*100)/b.Elapsed().Seconds(), "events/s")
		const singles = 200
		began := time.Now()
		for range singles {
			store(benchEvents(next, 1))
		}
		b.ReportMetric(singles/time.Since(began).Seconds(), "yardstick-single-events/s")
	})
}

// benchShop gives half of the persons a consent, so that their turns read the ledger's fold, mint grants and read
// purchases.
func benchShop(b *testing.B, s *db.Store) {
	b.Helper()
	var given []consent.Event
	for p := 0; p < benchPersons; p += 2 {
		e := grant(fmt.Sprintf("person-%03d", p), dbtest.Notice)
		e.ValidUntilMS = start * 2
		given = append(given, e)
	}
	if _, err := s.Append(context.Background(), queue.Intake{Withdrawals: given}); err != nil {
		b.Fatal(err)
	}
}

// benchAnswer answers every event as a recommendation does: three offers shown, a reply of 6 kB.
func benchAnswer(claimed []queue.Claimed) func([]turn.Person) ([]turn.Outcome, error) {
	body := make([]byte, 6_000)
	return func(persons []turn.Person) ([]turn.Outcome, error) {
		out, err := answers(claimed)(persons)
		for i := range out {
			o := &out[i]
			o.Conversation.LastBatch = string(o.EventID)
			o.Out[0].Body = body
			for rank := range 3 {
				o.Shown = append(o.Shown, turn.Shown{
					Offer: offers.Offer{
						ID: ids.OfferID(fmt.Sprint(o.EventID, rank)), Strategy: offers.BoughtTogether, SKU: "4901234567890", Name: "静岡の深蒸し茶 100g", Price: 1280,
						Reason: offers.Reason{Strategy: offers.BoughtTogether, Facts: []offers.Fact{{SKU: "4909876543210", Name: "急須"}}, Buyers: 32, OfBuyers: 80},
						Score:  0.7, Propensity: 1,
					},
					Subject: o.Subject, Batch: string(o.EventID), Rank: rank, AtMS: o.AtMS,
				})
			}
		}
		return out, err
	}
}

// benchWhole takes n events the whole way, by several workers each with batches of at most limit: stored, claimed,
// turned, and their replies recorded as sent.
func benchWhole(b *testing.B, s *db.Store, from, n, workers, limit int) (took time.Duration, batches int64) {
	b.Helper()
	began := time.Now()
	var finished, turned atomic.Int64
	var wait sync.WaitGroup
	step := min(limit, 100)
	wait.Go(func() {
		for at := 0; at < n; at += step {
			if _, err := s.Append(context.Background(), queue.Intake{Events: benchEvents(from+at, min(step, n-at))}); err != nil {
				b.Error(err)
			}
		}
	})
	for range workers {
		wait.Go(func() {
			for finished.Load() < int64(n) && !b.Failed() {
				got, err := s.Claim(context.Background(), start+1_000_000, 60_000, limit)
				if err != nil {
					b.Error(err)
				}
				if len(got) == 0 {
					time.Sleep(200 * time.Microsecond) // the intake is behind; there is nothing to wait on
					continue
				}
				wanted := needs(got)
				for i := range wanted {
					wanted[i].LastShown = i%3 == 0 // a third are button presses
				}
				out, err := s.Turns(context.Background(), start+1_000_000, 60_000, wanted, benchAnswer(got))
				if err != nil {
					b.Error(err)
				}
				results := make([]queue.Result, len(out))
				for i, o := range out {
					results[i] = queue.Result{ID: o.ID, State: queue.Sent, Attempt: 1, Status: 200, RequestID: "0123456789abcdef", DoneMS: start}
				}
				if err := s.Record(context.Background(), start, results); err != nil {
					b.Error(err)
				}
				turned.Add(1)
				finished.Add(int64(len(got)))
			}
		})
	}
	wait.Wait()
	return time.Since(began), turned.Load()
}

// BenchmarkTurns takes 10,000 events the whole way in batches of 100 by two workers, and, as the yardstick in the same
// run, 200 events one by one.
func BenchmarkTurns(b *testing.B) {
	eachDatabase(b, func(b *testing.B, url string) {
		s := dbtest.Open(b, url)
		benchShop(b, s)
		const n, singles = 10_000, 200
		from := 0
		var batched time.Duration
		var batches int64
		runs := 0
		for b.Loop() {
			took, turned := benchWhole(b, s, from, n, 2, 100)
			from, runs, batched, batches = from+n, runs+1, batched+took, batches+turned
		}
		b.ReportMetric(float64(runs*n)/batched.Seconds(), "events/s")
		b.ReportMetric(float64(runs*n)/float64(batches), "events/batch")
		single, _ := benchWhole(b, s, from, singles, 1, 1)
		b.ReportMetric(singles/single.Seconds(), "yardstick-single-events/s")
	})
}

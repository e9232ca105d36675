package db_test

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"

	"osusume/db"
	"osusume/db/consent"
	"osusume/db/dbtest"
	"osusume/db/dialect"
	"osusume/db/purchase"
	"osusume/internal/ids"
	"osusume/internal/shopfile"
	"osusume/offers"
)

// peak watches the live heap while fn runs.
func peak(fn func()) uint64 {
	stop, done := make(chan struct{}), make(chan uint64)
	go func() {
		var most uint64
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				done <- most
				return
			case <-tick.C:
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapAlloc)
			}
		}
	}()
	fn()
	close(stop)
	return <-done
}

func syntheticPurchase(i int) shopfile.Purchase {
	return shopfile.Purchase{
		Customer: ids.Customer(strconv.Itoa(i * 7919 % 100_000)), SKU: ids.SKU("sku" + strconv.Itoa(i%3000)), AtMS: noonMS - int64(i%20_000_000)*1000 - 1,
		OrderID: strconv.Itoa(i / 3), Quantity: 1, UnitPrice: 100, Channel: "online",
	}
}

// load imports n purchases in slices, as the import command does.
func load(tb testing.TB, s *db.Store, n int) {
	const slice = db.ImportBatch
	rows := make([]shopfile.Purchase, 0, slice)
	for i := range n {
		rows = append(rows, syntheticPurchase(i))
		if len(rows) == slice || i == n-1 {
			if _, err := s.ImportPurchases(context.Background(), rows); err != nil {
				tb.Fatal(err)
			}
			rows = rows[:0]
		}
	}
}

func TestManyPurchasesNeedLittleMemory(t *testing.T) {
	t.Parallel()
	const n = 100_000
	eachShop(t, func(t *testing.T, s shop) {
		var products []shopfile.Product
		for i := range 3000 {
			products = append(products, product(ids.SKU("sku"+strconv.Itoa(i))))
		}
		s.products(t, products...)
		began := time.Now()
		heap := peak(func() { load(t, s.Store, n) })
		t.Logf("import: %.0f rows/s, peak heap %d MB (shared with the tests beside it)", n/time.Since(began).Seconds(), heap>>20)
		began, lines, customers := time.Now(), 0, 0
		heap = peak(func() {
			if err := s.LearnStream(t.Context(), consent.ByTerms, noonMS, notice, func(_ ids.Customer, own []offers.Purchase) error {
				customers++
				lines += len(own)
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		})
		t.Logf("learning: %.0f rows/s, peak heap %d MB", n/time.Since(began).Seconds(), heap>>20)
		if lines != n || customers < 10_000 {
			t.Errorf("%d lines of %d customers", lines, customers)
		}
	})
}

// BenchmarkMillion imports a million purchases (OSUSUME_BENCH_ROWS of them when set), streams them for learning, and
// reads histories of 100 persons at a time, on a Postgres with fsync on and on SQLite.
func BenchmarkMillion(b *testing.B) {
	n := 1_000_000
	if text := os.Getenv("OSUSUME_BENCH_ROWS"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	for _, name := range []string{"sqlite", "postgres"} {
		b.Run(name, func(b *testing.B) {
			var s shop
			if name == "sqlite" {
				address := dbtest.SQLite(b)
				s = shop{dbtest.Open(b, address), openDialect(b, address), address, address}
			} else {
				owner, _ := dbtest.PostgresDurable(b)
				s = asServer(b, owner, owner)
			}
			measure(b, s, n)
		})
	}
}

func measure(b *testing.B, s shop, n int) {
	for b.Loop() {
		var products []shopfile.Product
		for i := range 3000 {
			products = append(products, product(ids.SKU("sku"+strconv.Itoa(i))))
		}
		s.products(b, products...)
		began := time.Now()
		heap := peak(func() { load(b, s.Store, n) })
		b.ReportMetric(float64(n)/time.Since(began).Seconds(), "import-rows/s")
		b.ReportMetric(float64(heap>>20), "import-peak-MB")
		began = time.Now()
		heap = peak(func() {
			if err := s.LearnStream(b.Context(), consent.ByTerms, noonMS, notice, func(ids.Customer, []offers.Purchase) error { return nil }); err != nil {
				b.Fatal(err)
			}
		})
		b.ReportMetric(float64(n)/time.Since(began).Seconds(), "learn-rows/s")
		b.ReportMetric(float64(heap>>20), "learn-peak-MB")
		b.ReportMetric(histories(b, s)/1000, "µs/100-histories")
	}
}

// histories gives the nanoseconds of one set-based read of 100 persons, of whom each was read before.
func histories(b *testing.B, s shop) float64 {
	var links []db.LinkRow
	var subjects []ids.Subject
	for i := range 10_000 {
		links = append(links, db.LinkRow{Customer: ids.Customer(strconv.Itoa(i)), Subject: ids.Subject(fmt.Sprint("s", i))})
		subjects = append(subjects, links[i].Subject)
	}
	s.links(b, links...)
	for from := 0; from < len(subjects); from += 1000 {
		s.do(b, func(ctx context.Context, tx *dialect.Tx) error {
			var events = make([]ledgerEvent, 0, 1000)
			for _, subject := range subjects[from : from+1000] {
				events = append(events, decided("b"+string(subject), subject, ledgerGiven, noonMS-dayMS))
			}
			return consent.Append(ctx, tx, events)
		})
	}
	const warm, rounds = 10, 100
	var began time.Time
	for round := range warm + rounds {
		if round == warm {
			began = time.Now()
		}
		s.do(b, func(ctx context.Context, tx *dialect.Tx) error {
			g, err := consent.Mint(ctx, tx, ids.PurchaseHistory, subjects[round%5*100:round%5*100+100], noonMS, notice)
			if err != nil {
				return err
			}
			got, err := purchase.Histories(ctx, tx, g)
			if len(got) != 100 {
				b.Fatalf("%d histories", len(got))
			}
			return err
		})
	}
	return float64(time.Since(began).Nanoseconds()) / rounds
}

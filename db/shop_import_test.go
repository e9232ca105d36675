package db_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"osusume/db"
	"osusume/db/consent"
	"osusume/db/dialect"
	"osusume/db/purchase"
	"osusume/internal/fault"
	"osusume/internal/ids"
	"osusume/internal/shopfile"
	"osusume/offers"

	ledger "osusume/internal/consent"
)

func TestImportingTheSameAgainChangesNothing(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s shop) {
		full := product("full")
		full.Tags, full.Bundles, full.AccessoryOf = []string{"茶"}, []offers.Bundle{{SKUs: []ids.SKU{"a", "b"}, Price: 5}}, []ids.SKU{"tea"}
		full.Category, full.SeasonFrom, full.SeasonTo, full.Stock, full.Active, full.Sensitive = "お茶", "04-01", "05-01", 3, false, true
		full.Cost, full.LifeDays, full.MinAge, full.Tier, full.Description = 1, 2, 3, "t", "d\n"
		plan := shopfile.Plan{PlanInfo: offers.PlanInfo{ID: "p", Name: "n", PerMonth: 9, Rank: -1, Benefits: []string{"b"}, Limits: map[string]float64{"x": 1.5}}, TrialDays: 3}
		steps := map[string]func() (db.Imported, error){
			"products": func() (db.Imported, error) {
				return s.ImportProducts(t.Context(), []shopfile.Product{full, product("tea")})
			},
			"plans": func() (db.Imported, error) {
				return s.ImportPlans(t.Context(), []shopfile.Plan{plan, {PlanInfo: offers.PlanInfo{ID: "q", Name: "q"}}})
			},
			"customers": func() (db.Imported, error) {
				return s.ImportCustomers(t.Context(), noonMS, []shopfile.Customer{member("c1", "p", 1), {ID: "c2"}})
			},
			"purchases": func() (db.Imported, error) {
				return s.ImportPurchases(t.Context(), []shopfile.Purchase{bought("c1", "tea", 1), {Customer: "c1", SKU: "tea", AtMS: noonMS - dayMS, Quantity: 1}})
			},
			"links": func() (db.Imported, error) {
				return s.ImportLinks(t.Context(), noonMS, []db.LinkRow{{Customer: "c1", Subject: "s1", LineID: []byte{1}}, {Customer: "c2", Subject: "s2"}})
			},
			"prices": func() (db.Imported, error) {
				return s.ImportPrices(t.Context(), []shopfile.Price{{SKU: "tea", Price: 1, FromMS: 5}, {SKU: "tea", Price: 2, FromMS: 6}})
			},
		}
		for name, step := range steps {
			for round, want := range []db.Imported{{Inserted: 2}, {Unchanged: 2}} {
				got, err := step()
				if diff := cmp.Diff(want, got); diff != "" || err != nil {
					t.Errorf("%s, round %d: %v\n%s", name, round+1, err, diff)
				}
			}
		}
		catalog, _, err := s.Versions(t.Context())
		if err != nil || catalog != 2 {
			t.Errorf("catalog version %d, %v", catalog, err)
		}
		products, plans, err := s.Catalog(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]offers.Product{full.Product, product("tea").Product}, products); diff != "" {
			t.Error(diff)
		}
		if len(plans) != 2 || cmp.Diff(plan.PlanInfo, plans[0]) != "" {
			t.Errorf("plans %+v", plans)
		}
		full.Price = 7
		if got, err := s.ImportProducts(t.Context(), []shopfile.Product{full, product("tea"), full}); err != nil || got.Updated != 1 || got.Unchanged != 2 {
			t.Errorf("a changed price: %+v, %v", got, err)
		}
	})
}

func TestAReturnAddedLaterFindsItsPurchase(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s shop) {
		stock(t, s)
		byOrder, byRow := bought("c1", "tea", 1), shopfile.Purchase{Customer: "c1", SKU: "pot", AtMS: noonMS - dayMS, Quantity: 2, UnitPrice: 3, Channel: "store"}
		s.purchases(t, byRow)
		byOrder.ReturnedMS, byRow.ReturnedMS = noonMS, noonMS
		if got := s.purchases(t, byOrder, byRow, byRow); got.Updated != 2 || got.Unchanged != 1 {
			t.Errorf("%+v", got)
		}
		first, second := bought("c2", "pot", 30), bought("c2", "pot", 30)
		second.ReturnedMS = noonMS
		if got := s.purchases(t, first, second); got.Inserted != 1 || got.Unchanged != 1 {
			t.Errorf("bought and returned in one file: %+v", got)
		}
		if got := s.purchases(t, second); got.Unchanged != 1 {
			t.Errorf("the return in the same file was lost: %+v", got)
		}
		if got := s.purchases(t, byOrder, byRow); got.Unchanged != 2 {
			t.Errorf("again: %+v", got)
		}
		view, err := s.CustomerRequest(t.Context(), "c1", noonMS, notice)
		if err != nil {
			t.Fatal(err)
		}
		returned := 0
		for _, p := range view.History.Purchases {
			if p.Returned {
				returned++
			}
		}
		if returned != 2 || len(view.History.Purchases) != 3 {
			t.Errorf("%+v", view.History.Purchases)
		}
		if _, err := s.CustomerRequest(t.Context(), "nobody", noonMS, notice); !fault.Is(err, fault.NotFound) {
			t.Errorf("an unknown customer: %v", err)
		}
		if view, err := s.CustomerRequest(t.Context(), "c2", noonMS, notice); err != nil || view.History != nil || view.Subject != "s2" {
			t.Errorf("without a grant: %+v, %v", view, err)
		}
	})
}

func TestALinkIsNeverBentToAnotherPerson(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s shop) {
		s.links(t, db.LinkRow{Customer: "c1", Subject: "s1"})
		got := s.links(t, db.LinkRow{Customer: "c1", Subject: "s9"}, db.LinkRow{Customer: "c9", Subject: "s1"}, db.LinkRow{Customer: "c3", Subject: "s3"}, db.LinkRow{Customer: "c4", Subject: "s3"}, db.LinkRow{Customer: "c1", Subject: "s1"})
		var at []int
		for _, r := range got.Rejected {
			at = append(at, r.Index)
		}
		if !slices.Equal(at, []int{0, 1, 3}) || got.Inserted != 1 || got.Unchanged != 1 {
			t.Errorf("%+v", got)
		}
	})
}

func TestAnErasedCustomerIsGoneAndStaysGone(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s shop) {
		stock(t, s)
		back := bought("c1", "pot", 2)
		back.ReturnedMS = noonMS
		s.purchases(t, back)
		s.customers(t, noonMS, member("c1", "p", 1), member("c2", "p", 1))
		s.do(t, func(ctx context.Context, tx *dialect.Tx) error {
			if err := purchase.Erase(ctx, tx, []ids.Subject{"s1"}); !fault.Is(err, fault.Denied) {
				t.Errorf("without a tombstone: %v", err)
			}
			return nil
		})
		s.do(t, func(ctx context.Context, tx *dialect.Tx) error {
			if err := consent.Erase(ctx, tx, []ids.Subject{"s1", "unlinked"}, noonMS); err != nil {
				return err
			}
			return purchase.Erase(ctx, tx, []ids.Subject{"s1", "unlinked"})
		})
		owner := raw(t, s.owner)
		for query, want := range map[string]int{
			`SELECT count(*) FROM purchase WHERE customer = 'c1'`: 0, `SELECT count(*) FROM purchase WHERE customer = 'c2'`: 1,
			`SELECT count(*) FROM purchase_return`: 0, `SELECT count(*) FROM membership WHERE customer <> 'osusume:canary'`: 1,
			`SELECT count(*) FROM customer`: 1, `SELECT count(*) FROM link`: 2, `SELECT count(*) FROM tombstone`: 2,
			`SELECT count(*) FROM tombstone WHERE customer_digest = 'c1'`: 0,
		} {
			var n int
			if err := owner.Get(&n, query); err != nil || n != want {
				t.Errorf("%s: %d, want %d, %v", query, n, want, err)
			}
		}
		if got := s.purchases(t, bought("c2", "pot", 9), bought("c1", "tea", 1)); got.Inserted != 1 || len(got.Rejected) != 1 || got.Rejected[0].Index != 1 {
			t.Errorf("purchases: %+v", got)
		}
		if got := s.customers(t, noonMS, member("c1", "p", 1)); len(got.Rejected) != 1 {
			t.Errorf("customers: %+v", got)
		}
		if got := s.links(t, db.LinkRow{Customer: "c1", Subject: "s8"}, db.LinkRow{Customer: "c8", Subject: "s1"}); len(got.Rejected) != 2 {
			t.Errorf("links: %+v", got)
		}
		if _, err := s.SealLedger(t.Context()); err != nil {
			t.Fatal(err)
		}
		if report, err := s.VerifyLedger(t.Context()); err != nil || report.Sealed != 4 {
			t.Errorf("the proof after an erasure: %+v, %v", report, err)
		}
		s.do(t, func(ctx context.Context, tx *dialect.Tx) error {
			standings, err := consent.Standings(ctx, tx, []ids.Subject{"s1"})
			if err != nil || standings["s1"].Any(0, "") {
				t.Errorf("after an erasure: %+v, %v", standings, err)
			}
			return consent.Lift(ctx, tx, "s1", "c1")
		})
		if got := s.links(t, db.LinkRow{Customer: "c1", Subject: "s1"}); got.Inserted != 1 {
			t.Errorf("linked anew: %+v", got)
		}
		if got := s.purchases(t, bought("c1", "tea", 1)); got.Inserted != 1 {
			t.Errorf("after linking anew: %+v", got)
		}
	})
}

func TestLearningCountsWhoTheBasisAdmitsAndNothingSensitive(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s shop) {
		stock(t, s) // c1 granted everything
		s.purchases(t, bought("c3", "tea", 1), bought("c3", "pot", 1), bought("c4", "tea", 1), bought("c5", "tea", 1), bought("c6", "medicine", 1))
		s.links(t, db.LinkRow{Customer: "c4", Subject: "s4"}, db.LinkRow{Customer: "c5", Subject: "s5"})
		s.append(t, decided("e4", "s4", ledger.Withdrawn, noonMS-dayMS, ids.PurchaseHistory), decided("e5", "s5", ledger.Refused, noonMS-dayMS, ids.GroupStatistics))
		for basis, want := range map[consent.Basis]map[ids.Customer][]ids.SKU{
			consent.ByGrant: {"c1": {"tea", "pot"}},
			consent.ByTerms: {"c1": {"tea", "pot"}, "c2": {"tea"}, "c3": {"pot", "tea"}},
		} {
			got := map[ids.Customer][]ids.SKU{}
			err := s.LearnStream(t.Context(), basis, noonMS, notice, func(c ids.Customer, lines []offers.Purchase) error {
				if got[c] != nil {
					t.Errorf("%s comes twice", c)
				}
				for _, l := range lines {
					got[c] = append(got[c], l.SKU)
				}
				return nil
			})
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("%s: %v\n%s", basis, err, diff)
			}
		}
		if err := s.LearnStream(t.Context(), "all", noonMS, notice, nil); !fault.Is(err, fault.Invalid) {
			t.Errorf("an unknown basis: %v", err)
		}
		s.do(t, func(ctx context.Context, tx *dialect.Tx) error {
			if err := purchase.Learn(ctx, tx, consent.Statistics{}, nil); !fault.Is(err, fault.Denied) {
				t.Errorf("the zero right: %v", err)
			}
			return nil
		})
		if _, err := raw(t, s.owner).Exec(`ALTER TABLE access_record RENAME TO gone`); err != nil {
			t.Fatal(err)
		}
		if err := s.LearnStream(t.Context(), consent.ByTerms, noonMS, notice, func(ids.Customer, []offers.Purchase) error {
			t.Error("read without a record")
			return nil
		}); err == nil {
			t.Error("learning passed without a record")
		}
	})
}

func TestWhatWasLearnedIsKeptUnderAVersion(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s shop) {
		if _, _, err := s.LoadLearned(t.Context()); !fault.Is(err, fault.NotFound) {
			t.Errorf("nothing learned: %v", err)
		}
		for i := range 2 {
			if err := s.SaveLearned(t.Context(), noonMS+int64(i), []byte{0, byte(i)}); err != nil {
				t.Fatal(err)
			}
		}
		body, at, err := s.LoadLearned(t.Context())
		_, version, err2 := s.Versions(t.Context())
		if err != nil || err2 != nil || string(body) != "\x00\x01" || at != noonMS+1 || version != 2 {
			t.Errorf("%q at %d, version %d, %v %v", body, at, version, err, err2)
		}
	})
}

func TestABigImportIsSplitAndCountsEveryRow(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s shop) {
		var rows []shopfile.Purchase
		for i := range int64(10_001) {
			p := bought(ids.Customer(fmt.Sprint("c", i%700)), "tea", i%200)
			p.OrderID = fmt.Sprint(i)
			rows = append(rows, p)
		}
		rows = append(rows, rows[0], rows[10_000])
		if got := s.purchases(t, rows...); got.Inserted != 10_001 || got.Unchanged != 2 {
			t.Errorf("%+v", got)
		}
	})
}

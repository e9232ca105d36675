package db_test

import (
	"testing"

	"osusume/db"
	"osusume/internal/ids"
	"osusume/internal/shopfile"

	ledger "osusume/internal/consent"
)

func TestAnAnswerRestsOnTheTwoYearsUpToTheNewestPurchase(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s shop) {
		stock(t, s)
		// c3 last came long ago: two years before that still count, three do not, and what lies ahead of the asked time never does.
		const newest = 14_000 // days since 1970, in 2008
		at := func(sku ids.SKU, day int64) shopfile.Purchase {
			p := bought("c3", sku, day)
			p.AtMS = day * dayMS
			return p
		}
		s.purchases(t, at("tea", newest), at("pot", newest-700), at("tea", newest-1100), at("pot", newest+100))
		s.links(t, db.LinkRow{Customer: "c3", Subject: "s3"})
		s.append(t, decided("e3", "s3", ledger.Given, newest*dayMS, ids.PurchaseHistory))
		view, err := s.CustomerRequest(t.Context(), "c3", (newest+1)*dayMS, notice)
		if err != nil || view.History == nil {
			t.Fatalf("history %v, %v", view.History, err)
		}
		var days []int64
		for _, p := range view.History.Purchases {
			days = append(days, p.AtMS/dayMS)
		}
		if len(days) != 2 || days[0] != newest-700 || days[1] != newest {
			t.Errorf("purchases of days %v are used, want %d and %d", days, newest-700, newest)
		}
	})
}

package offers_test

import (
	"fmt"
	"testing"

	"osusume/internal/ids"
	"osusume/offers"
)

const (
	day = int64(24 * 60 * 60 * 1000)
	now = 20_000 * day // 2024-10-04, nine in the morning in Tokyo
)

func sku(i int) ids.SKU { return ids.SKU(fmt.Sprintf("S%06d", i)) }

func tokyo(int64) int { return 9 * 60 * 60 }

// product is an ordinary product of 1,000 yen.
func product(id ids.SKU, change ...func(*offers.Product)) offers.Product {
	p := offers.Product{
		SKU: id, Name: "品 " + string(id), Price: 1000, Category: "食品", Stock: offers.Unlimited, Active: true,
	}
	for _, f := range change {
		f(&p)
	}
	return p
}

func priced(price ids.Yen) func(*offers.Product) { return func(p *offers.Product) { p.Price = price } }

func in(category string) func(*offers.Product) {
	return func(p *offers.Product) { p.Category = category }
}

func lasts(days int) func(*offers.Product) { return func(p *offers.Product) { p.LifeDays = days } }

func upgrades(of ...ids.SKU) func(*offers.Product) {
	return func(p *offers.Product) { p.UpgradeOf = of }
}

func belongsTo(to ...ids.SKU) func(*offers.Product) {
	return func(p *offers.Product) { p.AccessoryOf = to }
}

// bought is one line, so many days ago, at 1,000 yen.
func bought(id ids.SKU, daysAgo int64, change ...func(*offers.Purchase)) offers.Purchase {
	p := offers.Purchase{SKU: id, AtMS: now - daysAgo*day, Quantity: 1, UnitPrice: 1000}
	for _, f := range change {
		f(&p)
	}
	return p
}

func history(lines ...offers.Purchase) *offers.History { return &offers.History{Purchases: lines} }

// group is so many customers who each bought the same.
type group struct {
	customers int
	lines     []offers.Purchase
}

func learn(c *offers.Catalog, cfg offers.LearnConfig, groups ...group) *offers.Learned {
	cfg.NowMS = now
	l := offers.NewLearner(c, cfg)
	for _, g := range groups {
		for range g.customers {
			l.Add(g.lines)
		}
	}
	return l.Finish()
}

// offered returns the SKUs (or plans) of a decision, in order.
func offered(d offers.Decision) []ids.SKU {
	out := make([]ids.SKU, len(d.Offers))
	for i := range d.Offers {
		out[i] = d.Offers[i].SKU
	}
	return out
}

// find returns the offer of a product; the test ends when it was not made.
func find(t *testing.T, d offers.Decision, id ids.SKU) offers.Offer {
	t.Helper()
	for _, o := range d.Offers {
		if o.SKU == id {
			return o
		}
	}
	t.Fatalf("%s is not offered, but %v; withheld: %+v", id, offered(d), d.Withheld)
	return offers.Offer{}
}

// guardOf is the guard that held a product back for a strategy, empty when none did.
func guardOf(d offers.Decision, id ids.SKU, by offers.Strategy) string {
	for _, w := range d.Withheld {
		if w.SKU == id && w.Strategy == by {
			return w.Guard
		}
	}
	return ""
}

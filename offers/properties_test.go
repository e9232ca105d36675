package offers_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"osusume/internal/ids"
	"osusume/offers"

	_ "osusume/internal/rapidseed"
)

// situation is a drawn shop with its customers, and one request.
type situation struct {
	products []offers.Product
	catalog  *offers.Catalog
	others   [][]offers.Purchase
	model    *offers.Model
	request  offers.Request
}

const drawnProducts = 14

func drawProduct(t *rapid.T, i int) offers.Product {
	rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "product"), 0))
	some := func() []ids.SKU {
		if rng.IntN(3) > 0 {
			return nil
		}
		return []ids.SKU{sku(rng.IntN(drawnProducts + 2)), sku(rng.IntN(drawnProducts))}
	}
	p := product(sku(i), in([]string{"", "食品", "食器", "文具"}[rng.IntN(4)]),
		priced([]ids.Yen{0, 1, 900, 1000, 1400, 1e12}[min(5, rng.IntN(9))]))
	p.AccessoryOf, p.UpgradeOf, p.SubscriptionOf = some(), some(), some()
	if rng.IntN(6) == 0 {
		p.Requires = some()
	}
	p.Bundles = []offers.Bundle{{SKUs: []ids.SKU{p.SKU, p.SKU}, Price: 5}}
	p.Active, p.Sensitive = rng.IntN(8) > 0, rng.IntN(8) == 0
	if rng.IntN(8) == 0 {
		p.Stock = int64(rng.IntN(2))
	}
	if rng.IntN(3) == 0 {
		p.LifeDays = 1 + rng.IntN(200)
	}
	if rng.IntN(8) == 0 {
		p.MinAge = 20
	}
	if rng.IntN(8) == 0 {
		p.SeasonFrom, p.SeasonTo = "12-01", "03-01"
	}
	return p
}

func drawSituation(t *rapid.T) situation {
	var s situation
	for i := range drawnProducts {
		s.products = append(s.products, drawProduct(t, i))
	}
	s.catalog = offers.NewCatalog(s.products, nil)
	rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "shop"), 1))
	s.others = crowd(rng.Uint64(), rng.IntN(200), drawnProducts)
	s.model = offers.NewModel(s.catalog, learnAll(s.catalog, s.others))

	s.request = offers.Request{NowMS: now, Zone: tokyo, Limit: rng.IntN(6), Explain: rng.IntN(2) == 0}
	if rng.IntN(5) > 0 {
		h := &offers.History{BirthYear: []int{0, 1980, 2010}[rng.IntN(3)]}
		for range rng.IntN(20) {
			line := bought(sku(rng.IntN(drawnProducts+1)), rng.Int64N(300)-2)
			line.Returned, line.Gift = rng.IntN(8) == 0, rng.IntN(8) == 0
			line.UnitPrice, line.Quantity = ids.Yen(rng.IntN(3)*1000), rng.Int64N(3)
			h.Purchases = append(h.Purchases, line)
		}
		s.request.History = h
	}
	kinds := []offers.MarkKind{offers.MarkForget, offers.MarkGift, offers.MarkDeclined, offers.MarkOwned, offers.MarkCategory, offers.MarkPrice}
	for range rng.IntN(5) {
		mark := offers.Mark{Kind: kinds[rng.IntN(len(kinds))], Value: string(sku(rng.IntN(drawnProducts))), UntilMS: []int64{0, now, now + 1}[rng.IntN(3)]}
		if mark.Kind == offers.MarkCategory || mark.Kind == offers.MarkPrice {
			mark.Value, mark.Amount = []string{"食品", "文具", "なし"}[rng.IntN(3)], 1000
		}
		s.request.Marks = append(s.request.Marks, mark)
	}
	for range rng.IntN(3) {
		s.request.Exclude = append(s.request.Exclude, sku(rng.IntN(drawnProducts)))
	}
	s.request.Topic = []string{"", "", "食器", "品", "000003", "なにか"}[rng.IntN(6)]
	return s
}

func TestEqualRequestsGetEqualDecisionsWhateverTheOrderOfTheirLists(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := drawSituation(t)
		want := s.model.Recommend(s.request)
		if diff := cmp.Diff(want, s.model.Recommend(s.request)); diff != "" {
			t.Fatalf("the second answer differs:\n%s", diff)
		}
		other := s.request
		rng := rand.New(rand.NewPCG(7, 7))
		if s.request.History != nil {
			h := *s.request.History
			h.Purchases = shuffled(rng, h.Purchases)
			other.History = &h
		}
		other.Marks, other.Exclude = shuffled(rng, other.Marks), shuffled(rng, other.Exclude)
		fresh := offers.NewModel(s.catalog, learnAll(s.catalog, shuffled(rng, s.others)))
		if diff := cmp.Diff(want.Offers, fresh.Recommend(other).Offers); diff != "" {
			t.Fatalf("another order of the lists gives another answer:\n%s", diff)
		}
		other.Explain = !other.Explain
		if diff := cmp.Diff(want.Offers, fresh.Recommend(other).Offers); diff != "" {
			t.Fatalf("explaining changes the answer:\n%s", diff)
		}
	})
}

func shuffled[E any](rng *rand.Rand, in []E) []E {
	out := slices.Clone(in)
	rng.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// TestWhatMustNotBeOfferedNeverIs states the promises again, from the input alone.
func TestWhatMustNotBeOfferedNeverIs(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := drawSituation(t)
		d := s.model.Recommend(s.request)
		limit := s.request.Limit
		if limit == 0 {
			limit = 3
		}
		if len(d.Offers) > limit {
			t.Fatalf("%d offers, at most %d were asked for", len(d.Offers), limit)
		}
		seen := map[ids.SKU]bool{}
		for _, o := range d.Offers {
			p := s.products[slices.IndexFunc(s.products, func(p offers.Product) bool { return p.SKU == o.SKU })]
			if seen[o.SKU] {
				t.Fatalf("%s is offered twice", o.SKU)
			}
			seen[o.SKU] = true
			if !p.Active || p.Sensitive || p.Stock == 0 || p.Price <= 0 || p.SeasonFrom != "" || slices.Contains(s.request.Exclude, p.SKU) {
				t.Fatalf("offered %+v", p)
			}
			if p.MinAge > 0 && (s.request.History == nil || s.request.History.BirthYear != 1980) {
				t.Fatalf("%s is from %d years on", p.SKU, p.MinAge)
			}
			for _, m := range s.request.Marks {
				valid := m.UntilMS != now
				bySKU := m.Kind != offers.MarkCategory && m.Kind != offers.MarkPrice
				if valid && (bySKU && m.Value == string(p.SKU) || m.Kind == offers.MarkCategory && m.Value == p.Category ||
					m.Kind == offers.MarkPrice && m.Value == p.Category && p.Price >= m.Amount) {
					t.Fatalf("%s is offered in spite of %+v", p.SKU, m)
				}
			}
			checkAgainstPurchases(t, s, o, p)
			checkReason(t, s, o)
		}
	})
}

func checkAgainstPurchases(t *rapid.T, s situation, o offers.Offer, p offers.Product) {
	if s.request.History == nil {
		if o.Strategy != offers.Popular && o.Strategy != offers.ShopPick {
			t.Fatalf("%s without a grant", o.Strategy)
		}
		return
	}
	var kept, back int64 = math.MinInt64, math.MinInt64
	for _, line := range s.request.History.Purchases {
		switch {
		case line.SKU != p.SKU:
		case line.Returned:
			back = max(back, line.AtMS)
		case !line.Gift:
			kept = max(kept, line.AtMS)
		}
	}
	if back > kept || back == kept && back != math.MinInt64 {
		t.Fatalf("%s was returned", p.SKU)
	}
	if kept != math.MinInt64 && o.Strategy != offers.Refill && p.LifeDays == 0 && !boughtAgain(s, p.SKU) {
		t.Fatalf("%s is owned and not a consumable, and offered by %s", p.SKU, o.Strategy)
	}
}

// boughtAgain reports that purchases, the person's or others', make a product a consumable.
func boughtAgain(s situation, id ids.SKU) bool {
	own := 0
	for _, line := range s.request.History.Purchases {
		if line.SKU == id && !line.Returned && !line.Gift {
			own++
		}
	}
	again, buyers := 0, 0
	for _, lines := range s.others {
		days := map[int64]bool{}
		for _, line := range lines {
			if line.SKU == id {
				days[line.AtMS] = true
			}
		}
		if len(days) > 0 {
			buyers++
		}
		if len(days) > 1 {
			again++
		}
	}
	return own >= 3 || again >= 10 && float64(again) >= 0.3*float64(buyers)
}

// checkReason recomputes every figure of a reason from the purchases it speaks of.
func checkReason(t *rapid.T, s situation, o offers.Offer) {
	r := o.Reason
	for _, fact := range r.Facts {
		known := slices.ContainsFunc(s.request.History.Purchases, func(line offers.Purchase) bool {
			return line.SKU == fact.SKU && line.AtMS == fact.AtMS && !line.Returned && !line.Gift && line.AtMS <= now
		})
		p, ok := s.catalog.Product(fact.SKU)
		if !known || !ok || p.Sensitive || p.Name != fact.Name {
			t.Fatalf("the reason names %+v", fact)
		}
		for _, m := range s.request.Marks {
			if m.Value == string(fact.SKU) && m.UntilMS != now && (m.Kind == offers.MarkForget || m.Kind == offers.MarkGift) {
				t.Fatalf("the reason names %+v in spite of %+v", fact, m)
			}
		}
	}
	both, one := 0, 0
	for _, lines := range s.others {
		var hasOffer, hasFact bool
		for _, line := range lines {
			if line.AtMS < r.FromMS || line.AtMS > r.ToMS {
				continue
			}
			hasOffer = hasOffer || line.SKU == o.SKU
			hasFact = hasFact || len(r.Facts) > 0 && line.SKU == r.Facts[0].SKU
		}
		switch {
		case hasOffer && hasFact:
			both, one = both+1, one+1
		case hasFact || hasOffer && len(r.Facts) == 0:
			one++
		}
	}
	base, _ := offers.Product{}, 0
	if len(r.Facts) > 0 {
		base, _ = s.catalog.Product(r.Facts[0].SKU)
	}
	ok := false
	switch o.Strategy {
	case offers.BoughtTogether:
		ok = r.Buyers == both && r.OfBuyers == one && both >= 10 && len(r.Facts) == 1
	case offers.Popular:
		ok = r.Buyers == one && one >= 10 && r.OfBuyers == 0 && len(r.Facts) == 0
	case offers.Upgrade:
		ok = r.Price == base.Price && r.Differs == o.Price-base.Price && o.Price*2 <= base.Price*3 && slices.Contains(offerOf(s, o).UpgradeOf, base.SKU)
	case offers.Accessory:
		ok = slices.Contains(offerOf(s, o).AccessoryOf, base.SKU)
	case offers.Refill:
		ok = r.Facts[0].SKU == o.SKU && r.Days > 0 && r.DueMS == r.Facts[0].AtMS+int64(r.Days)*day
	case offers.ShopPick:
		ok = r.Buyers == 0 && len(r.Facts) == 0 && r.FromMS == 0
	}
	if !ok || r.Strategy != o.Strategy {
		t.Fatalf("%s says %+v; counted %d of %d", o.SKU, r, both, one)
	}
}

func offerOf(s situation, o offers.Offer) offers.Product {
	p, _ := s.catalog.Product(o.SKU)
	return p
}

func TestCategoriesRepeatOnlyWhenThereAreNoOthers(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := drawSituation(t)
		s.request.Limit = 3
		few := s.model.Recommend(s.request)
		s.request.Limit = 50
		many := s.model.Recommend(s.request)
		kinds := func(list []offers.Offer) int {
			set := map[string]bool{}
			for i, o := range list {
				if o.Category == "" {
					set[fmt.Sprint(i)] = true // no category is no repetition
				} else {
					set[o.Category] = true
				}
			}
			return len(set)
		}
		if got, could := kinds(few.Offers), kinds(many.Offers); got < min(len(few.Offers), could) {
			t.Fatalf("%d categories in %v, and there are %d in %v", got, offered(few), could, offered(many))
		}
	})
}

func TestEveryoneWithoutAGrantGetsTheSame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := drawSituation(t)
		general := s.model.Recommend(offers.Request{NowMS: now, Zone: tokyo})
		s.model.Recommend(s.request) // somebody else in between
		again := s.model.Recommend(offers.Request{NowMS: now, Zone: tokyo})
		if diff := cmp.Diff(general, again); diff != "" || general.Personal {
			t.Fatalf("personal: %v, and after another person:\n%s", general.Personal, diff)
		}
	})
}

func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	catalog := shelf(12)
	model := offers.NewModel(catalog, learnAll(catalog, crowd(1, 300, 12)))
	requests := make([]offers.Request, 20)
	want := make([]offers.Decision, len(requests))
	for i, lines := range crowd(2, len(requests), 12) {
		requests[i] = offers.Request{NowMS: now, Zone: tokyo, History: history(lines...), Explain: true}
		want[i] = model.Recommend(requests[i])
	}
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for range 50 {
				for i := range requests {
					if diff := cmp.Diff(want[i], model.Recommend(requests[i])); diff != "" {
						t.Errorf("beside others:\n%s", diff)
						return
					}
				}
			}
		})
	}
	wait.Wait()
}

func TestExtremes(t *testing.T) {
	t.Parallel()
	at := func(id ids.SKU, ms int64, price ids.Yen, quantity int64) offers.Purchase {
		return offers.Purchase{SKU: id, AtMS: ms, UnitPrice: price, Quantity: quantity}
	}
	same := make([]offers.Purchase, 100_000)
	many := make([]offers.Purchase, 100_000)
	for i := range same {
		same[i], many[i] = at(sku(0), now-int64(i)*day/50, 1000, 1), at(sku(i), now-int64(i)*1000, 1e12, 1e9)
	}
	wide := make([]offers.Product, 20_000)
	for i := range wide {
		wide[i] = product(sku(i), upgrades(sku((i+1)%len(wide))), belongsTo(sku(0)), lasts(math.MaxInt))
	}
	absurd := []offers.Product{
		product("free", priced(0)), product("owed", priced(math.MinInt64)), product("dear", priced(1e12)),
		product("dearest", priced(math.MaxInt64), upgrades("dear")), product("dearest"), product(""),
	}
	for name, c := range map[string]struct {
		products []offers.Product
		lines    []offers.Purchase
	}{
		"no product":                 {nil, same[:10]},
		"one product":                {wide[:1], same[:10]},
		"one product all the time":   {wide, same},
		"all products":               {wide, many},
		"absurd prices":              {absurd, []offers.Purchase{at("dear", now-90*day, math.MaxInt64, math.MaxInt64), at("dearest", 0, -5, -5), at("free", now, 0, 0)}},
		"1900 and 2100":              {wide, []offers.Purchase{at(sku(0), -2208988800000, 1, 1), at(sku(1), 4102444800000, 1, 1)}},
		"the ends of time":           {wide, []offers.Purchase{at(sku(0), math.MinInt64, 1, 1), at(sku(0), math.MaxInt64, 1, 1), at(sku(1), math.MinInt64, 1, 1)}},
		"the same instant, ten ways": {wide, slices.Repeat([]offers.Purchase{at(sku(3), now, 7, 1)}, 10)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			catalog := offers.NewCatalog(c.products, nil)
			learner := offers.NewLearner(catalog, offers.LearnConfig{HalfLifeDays: math.MaxInt, MaxAgeDays: math.MaxInt, Neighbours: math.MaxInt, MaxItems: math.MaxInt})
			for range 12 {
				learner.Add(c.lines[:min(len(c.lines), 2000)])
			}
			model := offers.NewModel(catalog, learner.Finish())
			for _, when := range []int64{now, 0, math.MinInt64, math.MaxInt64} {
				for _, topic := range []string{"", "品", "\xff\x00", string(make([]rune, 10_000))} {
					d := model.Recommend(offers.Request{NowMS: when, Topic: topic, Explain: true, History: history(c.lines...)})
					for _, o := range d.Offers {
						if o.Price <= 0 || math.IsNaN(o.Score) || math.IsInf(o.Score, 0) {
							t.Errorf("offer %+v", o)
						}
					}
				}
			}
		})
	}
}

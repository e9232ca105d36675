package offers_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"osusume/offers"
)

func marshal(t testing.TB, l *offers.Learned) []byte {
	t.Helper()
	data, err := l.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// crowd is so many seeded customers of a small shop.
func crowd(seed uint64, customers, products int) [][]offers.Purchase {
	rng := rand.New(rand.NewPCG(seed, 9))
	out := make([][]offers.Purchase, customers)
	for u := range out {
		for range 1 + rng.IntN(12) {
			out[u] = append(out[u], bought(sku(rng.IntN(products)), rng.Int64N(400)))
		}
	}
	return out
}

func shelf(n int) *offers.Catalog {
	shop := make([]offers.Product, n)
	for i := range shop {
		shop[i] = product(sku(i), in(fmt.Sprint(i%4)))
	}
	return offers.NewCatalog(shop, nil)
}

func learnAll(c *offers.Catalog, customers [][]offers.Purchase) *offers.Learned {
	l := offers.NewLearner(c, offers.LearnConfig{NowMS: now, MinBuyers: 10})
	for _, lines := range customers {
		l.Add(lines)
	}
	return l.Finish()
}

func TestLearningDoesNotDependOnOrder(t *testing.T) {
	t.Parallel()
	catalog := shelf(12)
	customers := crowd(1, 300, 12)
	want := marshal(t, learnAll(catalog, customers))
	rng := rand.New(rand.NewPCG(3, 4))
	for range 5 {
		rng.Shuffle(len(customers), func(i, j int) { customers[i], customers[j] = customers[j], customers[i] })
		for _, lines := range customers {
			rng.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
		}
		if !bytes.Equal(want, marshal(t, learnAll(catalog, customers))) {
			t.Fatal("another order of customers or lines gave other figures")
		}
	}
}

func TestOneCustomerCountsOncePerPair(t *testing.T) {
	t.Parallel()
	catalog := offers.NewCatalog([]offers.Product{product("a", in("1")), product("b", in("2")), product("x", in("3"))}, nil)
	var often []offers.Purchase
	for d := range int64(50) {
		often = append(often, bought("a", d), bought("b", d), bought("a", d))
	}
	learned := learn(catalog, offers.LearnConfig{}, group{1, often},
		group{24, []offers.Purchase{bought("a", 3), bought("b", 3)}}, group{100, []offers.Purchase{bought("x", 3)}})
	r := find(t, recommend(catalog, learned, bought("a", 9)), "b").Reason
	if r.Buyers != 25 || r.OfBuyers != 25 {
		t.Errorf("%d of %d, want 25 of 25", r.Buyers, r.OfBuyers)
	}
}

func TestMinimumOfBuyersHasAFloor(t *testing.T) {
	t.Parallel()
	catalog := offers.NewCatalog([]offers.Product{product("a")}, nil)
	for name, c := range map[string]struct{ min, buyers, offered int }{
		"default, one short":       {0, 19, 0},
		"default":                  {0, 20, 1},
		"floor, one short":         {1, 9, 0},
		"floor":                    {1, 10, 1},
		"raised":                   {50, 49, 0},
		"negative means default":   {-5, 19, 0},
		"negative means default 2": {-5, 20, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			learned := learn(catalog, offers.LearnConfig{MinBuyers: c.min}, group{c.buyers, []offers.Purchase{bought("a", 1)}})
			d := offers.NewModel(catalog, learned).Recommend(offers.Request{NowMS: now})
			said := 0
			for _, o := range d.Offers {
				if o.Strategy == offers.Popular {
					said++
				}
			}
			if said != c.offered {
				t.Errorf("%d popular offers, want %d", said, c.offered)
			}
			if published := bytes.Contains(marshal(t, learned), []byte("\x01a")); published != (c.offered > 0) {
				t.Errorf("published: %v", published)
			}
		})
	}
}

func TestWhatIsNotCounted(t *testing.T) {
	t.Parallel()
	catalog := offers.NewCatalog([]offers.Product{
		product("a"), product("secret", func(p *offers.Product) { p.Sensitive = true }),
	}, nil)
	for name, line := range map[string]offers.Purchase{
		"sensitive":   bought("secret", 1),
		"not sold":    bought("no such", 1),
		"returned":    bought("a", 1, func(p *offers.Purchase) { p.Returned = true }),
		"future":      bought("a", -1),
		"before 1970": {SKU: "a", AtMS: -1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			empty := marshal(t, learn(catalog, offers.LearnConfig{}))
			if !bytes.Equal(empty, marshal(t, learn(catalog, offers.LearnConfig{}, group{50, []offers.Purchase{line}}))) {
				t.Error("counted")
			}
		})
	}
	old := learn(catalog, offers.LearnConfig{}, group{50, []offers.Purchase{bought("a", 4000)}}, group{1, []offers.Purchase{bought("a", 1)}})
	if d := offers.NewModel(catalog, old).Recommend(offers.Request{NowMS: now}); d.Offers[0].Strategy == offers.Popular {
		t.Error("purchases of eleven years before the last one are counted")
	}
}

func TestBreadthOfOneCustomerIsBounded(t *testing.T) {
	t.Parallel()
	catalog := shelf(30)
	var everything []offers.Purchase
	for i := range 30 {
		everything = append(everything, bought(sku(i), int64(i)))
	}
	learned := learn(catalog, offers.LearnConfig{MaxItems: 5}, group{40, everything}, group{40, []offers.Purchase{bought(sku(29), 1)}},
		group{300, nil})
	d := offers.NewModel(catalog, learned).Recommend(offers.Request{NowMS: now, Limit: 30, History: history(bought(sku(20), 1))})
	for _, o := range d.Offers {
		if o.Strategy == offers.BoughtTogether {
			t.Errorf("%s is bought together with the 20th newest, and only 5 make pairs", o.SKU)
		}
	}
}

func TestLearnedSurvivesAChangedCatalog(t *testing.T) {
	t.Parallel()
	before := offers.NewCatalog([]offers.Product{product("tea"), product("cup", in("食器")), product("gone"), product("pills")}, nil)
	learned := learn(before, offers.LearnConfig{},
		group{30, []offers.Purchase{bought("tea", 4), bought("cup", 4), bought("gone", 4), bought("pills", 4)}},
		group{90, []offers.Purchase{bought("gone", 4)}})
	data := marshal(t, learned)
	after := offers.NewCatalog([]offers.Product{
		product("pills", func(p *offers.Product) { p.Sensitive = true }), product("added"), product("cup", in("食器")), product("tea"),
	}, nil)
	read, err := offers.UnmarshalLearned(after, data)
	if err != nil {
		t.Fatal(err)
	}
	for name, learned := range map[string]*offers.Learned{"decoded": read, "carried over by NewModel": learned} {
		d := recommend(after, learned, bought("tea", 2))
		o := find(t, d, "cup")
		if o.Reason.Buyers != 30 || o.Reason.OfBuyers != 30 || o.Reason.Facts[0].SKU != "tea" {
			t.Errorf("%s: reason %+v", name, o.Reason)
		}
		for _, o := range d.Offers {
			if o.SKU == "added" || o.SKU == "pills" {
				t.Errorf("%s: offered %s", name, o.SKU)
			}
		}
	}
	if bytes.Contains(marshal(t, read), []byte("pills")) {
		t.Error("a product that became sensitive is still in what was learned")
	}
	same, err := offers.UnmarshalLearned(before, data)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(data, marshal(t, same)) {
		t.Error("decoding and encoding changed the figures")
	}
}

func TestDamagedLearnedIsAnError(t *testing.T) {
	t.Parallel()
	catalog := shelf(12)
	data := marshal(t, learnAll(catalog, crowd(1, 300, 12)))
	for at := 1; at < len(data); at++ {
		if _, err := offers.UnmarshalLearned(catalog, data[:at]); err == nil {
			t.Fatalf("the first %d of %d bytes are accepted", at, len(data))
		}
	}
	if _, err := offers.UnmarshalLearned(catalog, append(slices.Clone(data), 0)); err == nil {
		t.Error("one byte too many is accepted")
	}
	if l, err := offers.UnmarshalLearned(catalog, nil); err != nil || len(offers.NewModel(catalog, l).Recommend(offers.Request{NowMS: now}).Offers) == 0 {
		t.Errorf("nothing learned yet must be usable: %v", err)
	}
	if _, err := new(offers.Learned).MarshalBinary(); err == nil {
		t.Error("a Learned that nobody made is encoded")
	}
}

func FuzzUnmarshalLearned(f *testing.F) {
	catalog := shelf(12)
	data := marshal(f, learnAll(catalog, crowd(1, 300, 12)))
	f.Add(data)
	f.Add(data[:60])
	f.Add([]byte("osulearn1"))
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := offers.UnmarshalLearned(catalog, data)
		if err != nil {
			return
		}
		model := offers.NewModel(catalog, l)
		model.Recommend(offers.Request{NowMS: now, History: history(bought(sku(1), 3), bought(sku(2), 40))})
		again, err := offers.UnmarshalLearned(catalog, marshal(t, l))
		if err != nil {
			t.Fatalf("what was decoded cannot be decoded again: %v", err)
		}
		if !bytes.Equal(marshal(t, l), marshal(t, again)) {
			t.Fatal("encoding is not stable")
		}
	})
}

func TestLearningNothing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]*offers.Catalog{"no catalog": offers.NewCatalog(nil, nil), "no purchases": shelf(3)} {
		learned := learn(c, offers.LearnConfig{}, group{3, nil})
		d := offers.NewModel(c, learned).Recommend(offers.Request{NowMS: now, History: history()})
		if len(d.Offers) != min(3, c.Len()) {
			t.Errorf("%s: %d offers", name, len(d.Offers))
		}
	}
}

package offers_test

import (
	"slices"
	"testing"

	"osusume/internal/ids"
	"osusume/offers"
)

func recommend(catalog *offers.Catalog, learned *offers.Learned, lines ...offers.Purchase) offers.Decision {
	return offers.NewModel(catalog, learned).Recommend(offers.Request{
		NowMS: now, Zone: tokyo, History: history(lines...), Explain: true,
	})
}

func TestBoughtTogetherNamesThePurchaseAndCountsItsBuyers(t *testing.T) {
	t.Parallel()
	catalog := offers.NewCatalog([]offers.Product{product("tea"), product("cup", in("食器")), product("pen", in("文具"))}, nil)
	learned := learn(catalog, offers.LearnConfig{},
		group{25, []offers.Purchase{bought("tea", 40), bought("cup", 30)}},
		group{15, []offers.Purchase{bought("tea", 20)}},
		group{200, []offers.Purchase{bought("pen", 10)}},
		group{19, []offers.Purchase{bought("tea", 9), bought("pen", 9)}}, // one short of the minimum
	)
	d := recommend(catalog, learned, bought("tea", 12))
	o := find(t, d, "cup")
	r := o.Reason
	if o.Strategy != offers.BoughtTogether || r.Buyers != 25 || r.OfBuyers != 25+15+19 {
		t.Errorf("%s: %d of %d, want bought_together: 25 of 59", o.Strategy, r.Buyers, r.OfBuyers)
	}
	if want := (offers.Fact{SKU: "tea", Name: "品 tea", AtMS: now - 12*day}); len(r.Facts) != 1 || r.Facts[0] != want {
		t.Errorf("facts %+v, want %+v", r.Facts, want)
	}
	if r.FromMS != now-40*day || r.ToMS != now-9*day {
		t.Errorf("period %d to %d days ago, want 40 to 9", (now-r.FromMS)/day, (now-r.ToMS)/day)
	}
	if !d.Personal {
		t.Error("own purchases were used, and the decision is not called personal")
	}
	for _, other := range d.Offers {
		if other.SKU == "pen" && other.Strategy == offers.BoughtTogether {
			t.Error("19 customers made a pair public")
		}
	}
}

func TestBoughtTogetherNeedsMoreThanChance(t *testing.T) {
	t.Parallel()
	catalog := offers.NewCatalog([]offers.Product{product("bag", in("袋")), product("tea")}, nil)
	// Everybody buys a bag: that a tea drinker does too says nothing of tea.
	learned := learn(catalog, offers.LearnConfig{},
		group{30, []offers.Purchase{bought("tea", 4), bought("bag", 4)}}, group{300, []offers.Purchase{bought("bag", 4)}})
	if o := find(t, recommend(catalog, learned, bought("tea", 2)), "bag"); o.Strategy != offers.Popular {
		t.Errorf("offered by %s, want popular", o.Strategy)
	}
}

func TestAccessoryOfWhatThePersonHas(t *testing.T) {
	t.Parallel()
	catalog := offers.NewCatalog([]offers.Product{
		product("phone", priced(5000), in("電話")), product("case", priced(900), in("ケース"), belongsTo("phone", "phone", "phone-gone")),
		product("strap", in("紐"), belongsTo("camera")), product("camera", in("カメラ")),
	}, nil)
	d := recommend(catalog, nil, bought("phone", 3))
	if got := offered(d); !slices.Equal(got, []ids.SKU{"case"}) {
		t.Fatalf("offered %v, want the case alone", got)
	}
	if o := d.Offers[0]; o.Strategy != offers.Accessory || o.Reason.Facts[0].SKU != "phone" || o.Reason.Buyers != 0 {
		t.Errorf("offer %+v", o)
	}
}

func TestUpgrade(t *testing.T) {
	t.Parallel()
	ladder := []offers.Product{
		product("one", priced(1000)), product("two", priced(1400), upgrades("one")),
		product("three", priced(1500), upgrades("one", "two")), product("dear", priced(1501), upgrades("bare")),
		product("four", priced(1600), upgrades("three"), func(p *offers.Product) { p.Stock = 0 }),
		product("bare", priced(1000)), product("cheaper", priced(800), upgrades("was")), product("was", priced(1000)),
		product("beans", priced(1000), lasts(300)), product("good beans", priced(1200), upgrades("beans")),
	}
	for name, c := range map[string]struct {
		lines []offers.Purchase
		want  ids.SKU // empty = no upgrade
		guard map[ids.SKU]string
	}{
		"next rung, not the one above": {lines: []offers.Purchase{bought("one", 100)}, want: "two"},
		"from the second rung":         {lines: []offers.Purchase{bought("one", 300), bought("two", 100)}, want: "three"},
		"two rungs above is there":     {lines: []offers.Purchase{bought("one", 300), bought("four", 100)}},
		"nothing above the last":       {lines: []offers.Purchase{bought("three", 100)}},
		"more than half as much again": {lines: []offers.Purchase{bought("bare", 100)}, guard: map[ids.SKU]string{"dear": "price_step"}},
		"better and cheaper":           {lines: []offers.Purchase{bought("was", 100)}, want: "cheaper"},
		"not in the first days":        {lines: []offers.Purchase{bought("one", 13)}, guard: map[ids.SKU]string{"two": "too_soon"}},
		"a consumable bought once":     {lines: []offers.Purchase{bought("beans", 100)}, guard: map[ids.SKU]string{"good beans": "too_soon"}},
		"twice on one day is once":     {lines: []offers.Purchase{bought("beans", 100), bought("beans", 100)}, guard: map[ids.SKU]string{"good beans": "too_soon"}},
		"a consumable bought twice":    {lines: []offers.Purchase{bought("beans", 100), bought("beans", 10)}, want: "good beans"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			catalog := offers.NewCatalog(ladder, nil)
			d := recommend(catalog, nil, c.lines...)
			var got []offers.Offer
			for _, o := range d.Offers {
				if o.Strategy == offers.Upgrade {
					got = append(got, o)
				}
			}
			for id, guard := range c.guard {
				if held := guardOf(d, id, offers.Upgrade); held != guard {
					t.Errorf("%s is held back by %q, want %q", id, held, guard)
				}
			}
			if c.want == "" {
				if len(got) > 0 {
					t.Errorf("offered %+v", got)
				}
				return
			}
			if len(got) != 1 || got[0].SKU != c.want {
				t.Fatalf("offered %v, want %s", offered(d), c.want)
			}
			base, _ := catalog.Product(got[0].Reason.Facts[0].SKU)
			if got[0].Reason.Price != base.Price || got[0].Reason.Differs != got[0].Price-base.Price {
				t.Errorf("reason says %s and %s more; it is %s and %s", got[0].Reason.Price, got[0].Reason.Differs, base.Price, got[0].Price-base.Price)
			}
		})
	}
}

func TestCyclicLaddersEnd(t *testing.T) {
	t.Parallel()
	catalog := offers.NewCatalog([]offers.Product{
		product("a", upgrades("c", "a"), in("1")), product("b", upgrades("a"), in("2")), product("c", upgrades("b"), in("3")),
	}, nil)
	d := recommend(catalog, nil, bought("a", 100))
	if o := find(t, d, "b"); o.Strategy != offers.Upgrade {
		t.Errorf("b is offered by %s, want upgrade", o.Strategy)
	}
}

func TestRefill(t *testing.T) {
	t.Parallel()
	shop := []offers.Product{
		product("filter", lasts(90)), product("coffee"), product("soap"), product("desk"),
		product("coffee box", func(p *offers.Product) { p.SubscriptionOf = []ids.SKU{"filter"} }),
		product("better filter", upgrades("filter"), priced(1400)),
	}
	pieces := func(n int64) func(*offers.Purchase) { return func(p *offers.Purchase) { p.Quantity = n } }
	soapAgain := group{40, []offers.Purchase{bought("soap", 150), bought("soap", 150), bought("soap", 150), bought("soap", 100), bought("soap", 40)}}
	deskOnce := group{60, []offers.Purchase{bought("desk", 90)}}
	deskAgain := group{20, []offers.Purchase{bought("desk", 90), bought("desk", 60)}}
	for name, c := range map[string]struct {
		product ids.SKU
		lines   []offers.Purchase
		days    int    // 0 = not offered
		due     int64  // in days from now
		guard   string // why not
	}{
		"by life, some days early":          {product: "filter", lines: []offers.Purchase{bought("filter", 84)}, days: 90, due: 6},
		"by life, not yet":                  {product: "filter", lines: []offers.Purchase{bought("filter", 82)}, guard: "not_due"},
		"by life, over":                     {product: "filter", lines: []offers.Purchase{bought("filter", 120)}, days: 90, due: -30},
		"by life, no longer used":           {product: "filter", lines: []offers.Purchase{bought("filter", 181)}, guard: "lapsed"},
		"two pieces last twice as long":     {product: "filter", lines: []offers.Purchase{bought("filter", 120, pieces(2))}, guard: "not_due"},
		"own interval before life":          {product: "filter", lines: []offers.Purchase{bought("filter", 100), bought("filter", 70), bought("filter", 40)}, days: 30, due: -10},
		"own interval without life":         {product: "coffee", lines: []offers.Purchase{bought("coffee", 61), bought("coffee", 41), bought("coffee", 20)}, days: 20, due: 0},
		"two purchases are no interval":     {product: "coffee", lines: []offers.Purchase{bought("coffee", 40), bought("coffee", 20)}},
		"irregular is no interval":          {product: "coffee", lines: []offers.Purchase{bought("coffee", 300), bought("coffee", 30), bought("coffee", 20), bought("coffee", 10)}},
		"the others' interval":              {product: "soap", lines: []offers.Purchase{bought("soap", 50)}, days: 50, due: 0},
		"two lines at one moment":           {product: "filter", lines: []offers.Purchase{bought("filter", 175, pieces(2)), bought("filter", 175)}, days: 180, due: 5},
		"the same in the other order":       {product: "filter", lines: []offers.Purchase{bought("filter", 175), bought("filter", 175, pieces(2))}, days: 180, due: 5},
		"what few buy again is not used up": {product: "desk", lines: []offers.Purchase{bought("desk", 30)}},
		"a subscription delivers it":        {product: "filter", lines: []offers.Purchase{bought("coffee box", 200), bought("filter", 90)}, guard: "subscribed"},
		"a higher rung took its place":      {product: "filter", lines: []offers.Purchase{bought("filter", 90), bought("better filter", 20)}, guard: "outgrown"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			catalog := offers.NewCatalog(shop, nil)
			d := recommend(catalog, learn(catalog, offers.LearnConfig{}, soapAgain, deskOnce, deskAgain), c.lines...)
			if c.days == 0 {
				if slices.Contains(offered(d), c.product) {
					t.Errorf("offered %v", offered(d))
				}
				if held := guardOf(d, c.product, offers.Refill); held != c.guard {
					t.Errorf("held back by %q, want %q", held, c.guard)
				}
				return
			}
			o := find(t, d, c.product)
			last := c.lines[len(c.lines)-1].AtMS
			if o.Strategy != offers.Refill || o.Reason.Days != c.days || o.Reason.DueMS != now+c.due*day ||
				o.Reason.DueMS != last+int64(o.Reason.Days)*day || o.Reason.Facts[0].AtMS != last {
				t.Errorf("offer %+v, want a refill after %d days, due in %d", o, c.days, c.due)
			}
		})
	}
}

func TestPopularCountsDistinctCustomersInTheShortestTellingPeriod(t *testing.T) {
	t.Parallel()
	catalog := offers.NewCatalog([]offers.Product{product("old", in("1")), product("new", in("2")), product("rare", in("3"))}, nil)
	learned := learn(catalog, offers.LearnConfig{},
		group{100, []offers.Purchase{bought("old", 200), bought("old", 201)}},
		group{30, []offers.Purchase{bought("new", 5), bought("new", 5), bought("new", 80)}},
		group{19, []offers.Purchase{bought("rare", 5)}})
	d := offers.NewModel(catalog, learned).Recommend(offers.Request{NowMS: now, Zone: tokyo})
	if got := offered(d); !slices.Equal(got, []ids.SKU{"new"}) {
		t.Fatalf("offered %v, want new alone", got)
	}
	r := d.Offers[0].Reason
	if r.Strategy != offers.Popular || r.Buyers != 30 || r.OfBuyers != 0 || len(r.Facts) != 0 {
		t.Errorf("reason %+v, want 30 buyers and no fact", r)
	}
	if r.FromMS != now-34*day || r.ToMS != now-5*day {
		t.Errorf("period %d to %d days ago, want the 30 days of 34 to 5", (now-r.FromMS)/day, (now-r.ToMS)/day)
	}
}

func TestShopPickKeepsCatalogOrderAndClaimsNothing(t *testing.T) {
	t.Parallel()
	catalog := offers.NewCatalog([]offers.Product{
		product("z", in("1")), product("y", in("1")), product("m", in("2"), priced(9000)), product("a", in("3")),
	}, nil)
	d := offers.NewModel(catalog, nil).Recommend(offers.Request{NowMS: now})
	if got := offered(d); !slices.Equal(got, []ids.SKU{"z", "m", "a"}) {
		t.Fatalf("offered %v, want z m a: catalog order, a category once", got)
	}
	for _, o := range d.Offers {
		r := o.Reason
		if o.Strategy != offers.ShopPick || r.Buyers != 0 || r.FromMS != 0 || len(r.Facts) != 0 {
			t.Errorf("claims %+v", r)
		}
	}
}

func TestTopic(t *testing.T) {
	t.Parallel()
	shop := []offers.Product{
		product("phone", priced(9000), in("スマートフォン")), product("case", in("ケース"), belongsTo("phone")),
		product("cup", in("食器"), func(p *offers.Product) { p.Tags = []string{"Ｍａｇ", "白"} }),
		product("mug", in("食器"), func(p *offers.Product) { p.Name = "マグカップ 赤" }),
		product("tea", in("お茶")),
	}
	for topic, want := range map[string][]ids.SKU{
		"":              {"case"},
		"まぐかっぷ":         {"mug"},
		"ﾏｸﾞｶｯﾌﾟ":       {"mug"},
		"MAG":           {"cup"},
		"食器 赤":          {"mug", "cup"}, // both words before one
		"茶":             {"tea"},
		"スマートフォン":       {"case"}, // what goes with what the person named and has
		"何か いい の":       {"case"}, // no product speaks of it: not a topic
		"マグカップ、 ?? すごい": {"mug"},
	} {
		t.Run(topic, func(t *testing.T) {
			t.Parallel()
			catalog := offers.NewCatalog(shop, nil)
			d := offers.NewModel(catalog, nil).Recommend(offers.Request{
				NowMS: now, Topic: topic, History: history(bought("phone", 3)), Explain: true,
			})
			if got := offered(d); !slices.Equal(got, want) {
				t.Errorf("offered %v, want %v; withheld %+v", got, want, d.Withheld)
			}
		})
	}
}

func TestNoStrategyAndNoCategoryCrowdsOut(t *testing.T) {
	t.Parallel()
	catalog := offers.NewCatalog([]offers.Product{
		product("phone", priced(9000), in("電話")),
		product("case 1", in("ケース"), belongsTo("phone")), product("case 2", in("ケース"), belongsTo("phone")),
		product("charger", in("充電"), belongsTo("phone")), product("film", in("保護"), belongsTo("phone")),
		product("coffee", in("食品"), lasts(30)),
	}, nil)
	d := recommend(catalog, nil, bought("coffee", 30), bought("phone", 2))
	by := map[offers.Strategy]int{}
	categories := map[string]int{}
	for _, o := range d.Offers {
		by[o.Strategy]++
		categories[o.Category]++
	}
	if by[offers.Accessory] != 2 || by[offers.Refill] != 1 || len(categories) != 3 {
		t.Errorf("offered %v: by %v in %v", offered(d), by, categories)
	}
	only := recommend(catalog, nil, bought("phone", 2))
	if got := offered(only); len(got) != 3 || slices.Contains(got, "case 1") && slices.Contains(got, "case 2") {
		t.Errorf("offered %v, want three accessories and one case", got)
	}
}

func TestFactsAreNeverWhatMustNotBeNamed(t *testing.T) {
	t.Parallel()
	secret := func(p *offers.Product) { p.Sensitive = true }
	catalog := offers.NewCatalog([]offers.Product{
		product("phone", priced(9000)), product("pills", secret), product("case", in("1"), belongsTo("phone", "pills")),
	}, nil)
	for name, r := range map[string]offers.Request{
		"sensitive":       {History: history(bought("pills", 2))},
		"forgotten":       {History: history(bought("phone", 2)), Marks: []offers.Mark{{Kind: offers.MarkForget, Value: "phone"}}},
		"marked a gift":   {History: history(bought("phone", 2)), Marks: []offers.Mark{{Kind: offers.MarkGift, Value: "phone"}}},
		"imported a gift": {History: history(bought("phone", 2, func(p *offers.Purchase) { p.Gift = true }))},
		"returned":        {History: history(bought("phone", 2, func(p *offers.Purchase) { p.Returned = true }))},
		"bought, then returned": {
			History: history(bought("phone", 9), bought("phone", 2, func(p *offers.Purchase) { p.Returned = true })),
		},
		"not bought yet": {History: history(bought("phone", -2))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r.NowMS, r.Zone = now, tokyo
			d := offers.NewModel(catalog, nil).Recommend(r)
			for _, o := range d.Offers {
				if len(o.Reason.Facts) > 0 {
					t.Errorf("%s names %v", o.SKU, o.Reason.Facts)
				}
			}
			if d.Personal {
				t.Error("called personal, and no purchase was used")
			}
		})
	}
}

func TestOfTwoEqualReasonsTheLaterPurchaseIsNamed(t *testing.T) {
	t.Parallel()
	catalog := offers.NewCatalog([]offers.Product{product("a"), product("b"), product("better", upgrades("a", "b"))}, nil)
	lines := []offers.Purchase{bought("a", 300), bought("b", 200)}
	for range 2 {
		if fact := find(t, recommend(catalog, nil, lines...), "better").Reason.Facts[0]; fact.SKU != "b" {
			t.Errorf("given in the order %s, %s: %s is named", lines[0].SKU, lines[1].SKU, fact.SKU)
		}
		slices.Reverse(lines)
	}
}

func TestWhatGoesWithAPurchaseIsSomethingNew(t *testing.T) {
	t.Parallel()
	catalog := offers.NewCatalog([]offers.Product{product("tea"), product("filter", in("消耗品"), lasts(30)), product("pen", in("文具"))}, nil)
	learned := learn(catalog, offers.LearnConfig{},
		group{30, []offers.Purchase{bought("tea", 9), bought("filter", 9)}}, group{200, []offers.Purchase{bought("pen", 10)}})
	// The filters were used up long ago: they may be suggested again, but not as what others buy with tea.
	d := recommend(catalog, learned, bought("tea", 5), bought("filter", 400))
	for _, o := range d.Offers {
		if o.SKU == "filter" && o.Strategy == offers.BoughtTogether {
			t.Error("what the person bought before is suggested as going with what they bought")
		}
	}
}

func TestALadderThatRunsInACircleOffersNothingOfItself(t *testing.T) {
	t.Parallel()
	catalog := offers.NewCatalog([]offers.Product{
		product("a", upgrades("b")), product("b", upgrades("a")), product("c", upgrades("c"), in("鍋")),
	}, nil)
	d := recommend(catalog, nil, bought("a", 900), bought("c", 900))
	for _, o := range d.Offers {
		if len(o.Reason.Facts) == 1 && o.Reason.Facts[0].SKU == o.SKU && o.Strategy == offers.Upgrade {
			t.Errorf("%s is offered as the next rung above itself", o.SKU)
		}
	}
}

package offers_test

import (
	"slices"
	"strings"
	"testing"

	"osusume/internal/ids"
	"osusume/offers"
)

// TestEachGuardAlone changes one thing at a time in a shop where B is offered, as an accessory of A and, after that,
// as a general offer, and looks for the guard that keeps B back, and for its numbers.
func TestEachGuardAlone(t *testing.T) {
	t.Parallel()
	type world struct {
		product offers.Product // B
		request offers.Request
	}
	mark := func(kind offers.MarkKind, value string, amount ids.Yen, until int64) func(*world) {
		return func(w *world) {
			w.request.Marks = append(w.request.Marks, offers.Mark{Kind: kind, Value: value, Amount: amount, UntilMS: until})
		}
	}
	buys := func(lines ...offers.Purchase) func(*world) {
		return func(w *world) { w.request.History.Purchases = append(w.request.History.Purchases, lines...) }
	}
	returned := func(p *offers.Purchase) { p.Returned = true }
	gift := func(p *offers.Purchase) { p.Gift = true }
	for name, c := range map[string]struct {
		guard  string // "" = B is offered
		change func(*world)
		why    []string // parts of the sentence for staff
	}{
		"nothing changed":                  {"", func(*world) {}, nil},
		"off sale":                         {"inactive", func(w *world) { w.product.Active = false }, nil},
		"stock none":                       {"out_of_stock", func(w *world) { w.product.Stock = 0 }, []string{"0"}},
		"stock below none":                 {"out_of_stock", func(w *world) { w.product.Stock = -7 }, []string{"-7"}},
		"one piece left":                   {"", func(w *world) { w.product.Stock = 1 }, nil},
		"sensitive":                        {"sensitive", func(w *world) { w.product.Sensitive = true }, nil},
		"no price":                         {"no_price", func(w *world) { w.product.Price = 0 }, []string{"0 yen"}},
		"shown already":                    {"excluded", func(w *world) { w.request.Exclude = []ids.SKU{"B"} }, nil},
		"forgotten":                        {"forgotten", mark(offers.MarkForget, "B", 0, 0), nil},
		"marked as a gift":                 {"gift", mark(offers.MarkGift, "B", 0, 0), nil},
		"imported as a gift":               {"gift", buys(bought("B", 5, gift)), nil},
		"declined for good":                {"declined", mark(offers.MarkDeclined, "B", 0, 0), nil},
		"declined until later":             {"declined", mark(offers.MarkDeclined, "B", 0, now+1), nil},
		"declined until now":               {"", mark(offers.MarkDeclined, "B", 0, now), nil},
		"category declined":                {"declined_category", mark(offers.MarkCategory, "飲料", 0, 0), []string{"飲料"}},
		"other category declined":          {"", mark(offers.MarkCategory, "食品", 0, 0), nil},
		"category of no name declined":     {"", mark(offers.MarkCategory, "", 0, 0), nil},
		"price declined at it":             {"declined_price", mark(offers.MarkPrice, "飲料", 400, 0), []string{"400 yen"}},
		"price declined above":             {"", mark(offers.MarkPrice, "飲料", 401, 0), nil},
		"returned":                         {"returned", buys(bought("B", 5, returned)), nil},
		"returned, then kept":              {"owned", buys(bought("B", 5, returned), bought("B", 4)), nil},
		"owned":                            {"owned", buys(bought("B", 5)), []string{"5 days"}},
		"said to be owned":                 {"owned", mark(offers.MarkOwned, "B", 0, 0), nil},
		"bought in the future":             {"owned", buys(bought("B", -5)), nil},
		"owned consumable":                 {"owned", func(w *world) { w.product.LifeDays = 30; buys(bought("B", 5))(w) }, []string{"5 days", "30"}},
		"owned consumable, long gone":      {"", func(w *world) { w.product.LifeDays = 30; buys(bought("B", 95))(w) }, nil},
		"from 20 years on, age not known":  {"underage", func(w *world) { w.product.MinAge = 20 }, []string{"20", "not known"}},
		"from 20 years on, turning 20":     {"underage", func(w *world) { w.product.MinAge = 20; w.request.History.BirthYear = 2004 }, []string{"20", "19"}},
		"from 20 years on, certainly 20":   {"", func(w *world) { w.product.MinAge = 20; w.request.History.BirthYear = 2003 }, nil},
		"from 20 years on, absurd year":    {"underage", func(w *world) { w.product.MinAge = 20; w.request.History.BirthYear = 1700 }, nil},
		"out of season":                    {"out_of_season", func(w *world) { w.product.SeasonFrom, w.product.SeasonTo = "06-01", "10-03" }, []string{"10-04"}},
		"last day of the season":           {"", func(w *world) { w.product.SeasonFrom, w.product.SeasonTo = "06-01", "10-04" }, nil},
		"season over the new year, before": {"out_of_season", func(w *world) { w.product.SeasonFrom, w.product.SeasonTo = "11-01", "02-28" }, nil},
		"season over the new year, in it":  {"", func(w *world) { w.product.SeasonFrom, w.product.SeasonTo = "10-04", "02-28" }, nil},
		"needs something":                  {"requires", func(w *world) { w.product.Requires = []ids.SKU{"C"} }, []string{`"C"`}},
		"needs what is not sold":           {"requires", func(w *world) { w.product.Requires = []ids.SKU{"no such"} }, nil},
		"needs what is there":              {"", func(w *world) { w.product.Requires = []ids.SKU{"A"} }, nil},
		"needs what is forgotten": {"requires", func(w *world) {
			w.product.Requires = []ids.SKU{"D"}
			buys(bought("D", 5))(w)
			mark(offers.MarkForget, "D", 0, 0)(w)
		}, []string{`"D"`}},
		"a higher rung is there":          {"outgrown", buys(bought("B plus", 5)), nil},
		"five times the only price":       {"", func(w *world) { w.product.Price = 5000 }, nil},
		"above five times the only price": {"price_habit", func(w *world) { w.product.Price = 5001 }, []string{"5,001", "5,000", "1 products"}},
		"above the habit of the category": {"price_habit", func(w *world) {
			w.product.Price = 601
			cheap := func(p *offers.Purchase) { p.UnitPrice = 300 }
			buys(bought("D", 5, cheap), bought("E", 6, cheap))(w)
		}, []string{"601", "600", "飲料"}},
		"the topic is another": {"-", func(w *world) { w.request.Topic = "えんぴつ" }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := world{
				product: product("B", priced(400), in("飲料"), belongsTo("A")),
				request: offers.Request{NowMS: now, Zone: tokyo, History: history(bought("A", 10)), Limit: 9, Explain: true},
			}
			c.change(&w)
			pencil := product("F", priced(100), in("文具"))
			pencil.Name = "鉛筆 エンピツ"
			catalog := offers.NewCatalog([]offers.Product{
				product("A"), w.product, product("C"), product("B plus", in("飲料"), upgrades("B")), product("D", in("飲料"), priced(300)), product("E", in("飲料"), priced(300)), pencil,
			}, nil)
			d := offers.NewModel(catalog, nil).Recommend(w.request)
			if isOffered := slices.Contains(offered(d), "B"); isOffered != (c.guard == "") {
				t.Fatalf("offered: %v, want guard %q; withheld %+v", offered(d), c.guard, d.Withheld)
			}
			if c.guard == "" || c.guard == "-" {
				return
			}
			for _, held := range d.Withheld {
				if held.SKU != "B" || held.Strategy == offers.Refill {
					continue
				}
				if held.Guard != c.guard {
					t.Errorf("%s is held back by %q (%s), want %q", held.Strategy, held.Guard, held.Why, c.guard)
				}
				for _, part := range c.why {
					if !strings.Contains(held.Why, part) {
						t.Errorf("%q does not say %q", held.Why, part)
					}
				}
			}
			if guardOf(d, "B", offers.Accessory) == "" {
				t.Errorf("nobody says why B is not offered: %+v", d.Withheld)
			}
		})
	}
}

func TestGeneralOffersAreGuardedWithoutHistory(t *testing.T) {
	t.Parallel()
	catalog := offers.NewCatalog([]offers.Product{
		product("inactive", func(p *offers.Product) { p.Active = false }),
		product("empty", func(p *offers.Product) { p.Stock = 0 }),
		product("sensitive", func(p *offers.Product) { p.Sensitive = true }),
		product("adult", func(p *offers.Product) { p.MinAge = 18 }),
		product("winter", func(p *offers.Product) { p.SeasonFrom, p.SeasonTo = "12-01", "02-28" }),
		product("part", func(p *offers.Product) { p.Requires = []ids.SKU{"plain"} }),
		product("declined"), product("forgotten"), product("shown"),
		product("plain"),
	}, nil)
	everything := []offers.Purchase{}
	for _, id := range []ids.SKU{"inactive", "empty", "sensitive", "adult", "winter", "part", "declined", "forgotten", "shown", "plain"} {
		everything = append(everything, bought(id, 3))
	}
	model := offers.NewModel(catalog, learn(catalog, offers.LearnConfig{}, group{30, everything}))
	d := model.Recommend(offers.Request{
		NowMS: now, Zone: tokyo, Exclude: []ids.SKU{"shown"}, Explain: true,
		Marks: []offers.Mark{{Kind: offers.MarkDeclined, Value: "declined"}, {Kind: offers.MarkForget, Value: "forgotten"}},
	})
	if got := offered(d); !slices.Equal(got, []ids.SKU{"plain"}) {
		t.Errorf("offered %v, want plain alone", got)
	}
	if d.Personal {
		t.Error("called personal without a grant")
	}
}

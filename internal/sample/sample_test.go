package sample_test

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"time"

	"osusume/internal/ids"
	"osusume/internal/sample"
	"osusume/internal/shopfile"
	"osusume/offers"
)

var now = time.Date(2026, 11, 20, 15, 0, 0, 0, sample.Zone)

func read[T shopfile.Record](t *testing.T, kind shopfile.Kind, file []byte) []T {
	t.Helper()
	r, err := shopfile.NewReader(bytes.NewReader(file), kind, shopfile.Options{Zone: sample.Zone, NowMS: now.UnixMilli()})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var out []T
	for {
		record, bad, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if bad != nil {
			t.Fatalf("%s: line %d: %s: %s", kind, bad.Line, bad.Reason, bad.Row)
		}
		out = append(out, record.(T))
	}
	if unknown := r.Unknown(); len(unknown) > 0 {
		t.Errorf("%s: unknown columns %v", kind, unknown)
	}
	return out
}

type shop struct {
	catalog   *offers.Catalog
	customers map[ids.Customer]shopfile.Customer
	history   map[ids.Customer][]offers.Purchase
}

func load(t *testing.T) shop {
	t.Helper()
	f := sample.Shop(now, sample.DefaultSeed)
	s := shop{customers: map[ids.Customer]shopfile.Customer{}, history: map[ids.Customer][]offers.Purchase{}}
	var products []offers.Product
	for _, p := range read[shopfile.Product](t, shopfile.Products, f.Products) {
		products = append(products, p.Product)
	}
	var plans []offers.PlanInfo
	for _, p := range read[shopfile.Plan](t, shopfile.Plans, f.Plans) {
		plans = append(plans, p.PlanInfo)
	}
	s.catalog = offers.NewCatalog(products, plans)
	for _, c := range read[shopfile.Customer](t, shopfile.Customers, f.Customers) {
		s.customers[c.ID] = c
	}
	for _, p := range read[shopfile.Purchase](t, shopfile.Purchases, f.Purchases) {
		if _, ok := s.catalog.Product(p.SKU); !ok {
			t.Fatalf("purchase of unknown %s", p.SKU)
		}
		s.history[p.Customer] = append(s.history[p.Customer], offers.Purchase{
			SKU: p.SKU, AtMS: p.AtMS, Quantity: p.Quantity, UnitPrice: p.UnitPrice, Returned: p.ReturnedMS > 0, Gift: p.Gift,
		})
	}
	if len(products) < 60 || len(plans) != 3 || len(s.customers) != sample.Customers {
		t.Fatalf("%d products, %d plans, %d customers", len(products), len(plans), len(s.customers))
	}
	return s
}

func (s shop) model() *offers.Model {
	l := offers.NewLearner(s.catalog, offers.LearnConfig{NowMS: now.UnixMilli()})
	for _, lines := range s.history {
		l.Add(lines)
	}
	return offers.NewModel(s.catalog, l.Finish())
}

func TestSameSeedAndDayGiveTheSameShop(t *testing.T) {
	t.Parallel()
	a, b := sample.Shop(now, 1), sample.Shop(now.Add(3*time.Hour), 1)
	if !bytes.Equal(a.Purchases, b.Purchases) || !bytes.Equal(a.Customers, b.Customers) {
		t.Error("the same day differs")
	}
	if c := sample.Shop(now, 2); bytes.Equal(a.Purchases, c.Purchases) {
		t.Error("another seed gives the same purchases")
	}
}

func TestIntroducedCustomersGetWhatTheirStoryPromises(t *testing.T) {
	t.Parallel()
	s := load(t)
	m := s.model()
	strategies := map[offers.Strategy]int{}
	for _, p := range sample.People() {
		id := ids.Customer(p.ID)
		c := s.customers[id]
		h := &offers.History{Purchases: s.history[id]}
		if c.Plan != "" {
			h.Membership = &offers.Membership{Plan: c.Plan, SinceMS: c.PlanSinceMS, Usage: c.Usage}
		}
		req := offers.Request{NowMS: now.UnixMilli(), Zone: func(int64) int { return 9 * 3600 }, History: h, Limit: 3}
		d := m.Recommend(req)
		if len(d.Offers) != 3 {
			t.Errorf("%s: %d offers", p.ID, len(d.Offers))
		}
		personal := false
		for _, o := range d.Offers {
			strategies[o.Strategy]++
			personal = personal || len(o.Reason.Facts) > 0
			t.Logf("%s %s %s (%s yen): facts %d, %d of %d buyers", p.ID, o.Strategy, o.Name, o.Price, len(o.Reason.Facts), o.Reason.Buyers, o.Reason.OfBuyers)
		}
		if !personal {
			t.Errorf("%s: no offer rests on a purchase of theirs", p.ID)
		}
		plan := m.ComparePlans(req)
		want := map[string]offers.Strategy{sample.NearLimit: offers.PlanUpgrade, sample.LittleUse: offers.PlanStepDown}[p.ID]
		if plan.Strategy != want {
			t.Errorf("%s: plan %q, want %q", p.ID, plan.Strategy, want)
		}
	}
	if strategies[offers.BoughtTogether]+strategies[offers.Accessory] == 0 || strategies[offers.Refill] == 0 {
		t.Errorf("strategies seen: %v", strategies)
	}
}

func TestTheYearHoldsPairsEnoughBuyersShare(t *testing.T) {
	t.Parallel()
	s := load(t)
	for _, pair := range [][2]ids.SKU{{"D001", "S001"}, {"D002", "S002"}, {"M001", "N001"}, {"H001", "H002"}, {"T003", "T001"}, {"W001", "W002"}} {
		n := 0
		for _, lines := range s.history {
			a, b := false, false
			for _, l := range lines {
				a, b = a || l.SKU == pair[0], b || l.SKU == pair[1]
			}
			if a && b {
				n++
			}
		}
		if n < 20 {
			t.Errorf("only %d customers bought %v", n, pair)
		}
	}
}

// Any day of the year must give a whole shop: seasons, leap days and the turn of the year included.
func TestEveryDayGivesAShop(t *testing.T) {
	t.Parallel()
	for d := range 12 {
		f := sample.Shop(time.Date(2028, time.Month(d+1), 29, 1, 0, 0, 0, sample.Zone), 5)
		if n := bytes.Count(f.Purchases, []byte("\n")); n < 15_000 || n > 100_000 {
			t.Errorf("month %d: %d purchases", d+1, n)
		}
	}
}

package offers

import (
	"cmp"
	"slices"

	"osusume/internal/ids"
)

// Catalog is the shop's products and plans with the relations between them turned round, so that "what goes with what
// this person has" is one look-up. It never changes after NewCatalog and is safe for concurrent use.
//
// Inside the package a product is its position in the catalog, an int32: counting and ranking work on arrays.
type Catalog struct {
	products []Product
	traits   []trait // what guards read of each product, packed
	index    map[ids.SKU]int32
	skuRank  []int32 // position in SKU order: the last tie-break, independent of the order of the import

	accessories   relation // of a product: its accessories
	nextRung      relation // of a product: the rung directly above it
	higherRungs   relation // of a product: every direct UpgradeOf, also those that skip a rung
	subscriptions relation // of a product: subscriptions that deliver it

	categories map[string]int32
	folded     []string // folded category names, by category number
	text       textIndex
	plans      []PlanInfo // by family, rank, price, id
	planIndex  map[ids.PlanID]int
}

// trait is what the guards need of a product, in one cache line for two products.
type trait struct {
	price    ids.Yen
	category int32 // 0 = none
	minAge   int32
	season   season
	flags    traitFlags
}

func (t *trait) set(flag traitFlags, on bool) {
	if on {
		t.flags |= flag
	}
}

type traitFlags uint8

const (
	flagActive traitFlags = 1 << iota
	flagInStock
	flagSensitive
	flagConsumable
	flagRequires
)

// NewCatalog builds a catalog. Of several products with one SKU, and plans with one id, the last counts, at the place of
// the first, as an import does. Relations to products that are not there, to the product itself, or given twice are
// passed over; relations may form cycles. The slices inside products and plans must not be changed afterwards.
func NewCatalog(products []Product, plans []PlanInfo) *Catalog {
	c := &Catalog{
		products:   make([]Product, 0, len(products)),
		index:      make(map[ids.SKU]int32, len(products)),
		categories: map[string]int32{"": 0},
		folded:     []string{""},
	}
	for i := range products {
		if at, seen := c.index[products[i].SKU]; seen {
			c.products[at] = products[i]
			continue
		}
		c.index[products[i].SKU] = int32(len(c.products))
		c.products = append(c.products, products[i])
	}
	c.rankSKUs()
	c.readTraits()
	c.relate()
	c.text = newTextIndex(c.products)
	c.addPlans(plans)
	return c
}

// Len is the number of products.
func (c *Catalog) Len() int { return len(c.products) }

// Product returns the product with a SKU; false when the catalog has none.
func (c *Catalog) Product(sku ids.SKU) (Product, bool) {
	i, ok := c.index[sku]
	if !ok {
		return Product{}, false
	}
	return c.products[i], true
}

func (c *Catalog) rankSKUs() {
	order := make([]int32, len(c.products))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int { return cmp.Compare(c.products[a].SKU, c.products[b].SKU) })
	c.skuRank = make([]int32, len(order))
	for rank, i := range order {
		c.skuRank[i] = int32(rank)
	}
}

func (c *Catalog) readTraits() {
	c.traits = make([]trait, len(c.products))
	for i := range c.products {
		p := &c.products[i]
		number, known := c.categories[p.Category]
		if !known {
			number = int32(len(c.folded))
			c.categories[p.Category] = number
			c.folded = append(c.folded, fold(p.Category))
		}
		t := trait{
			price: p.Price, category: number, minAge: int32(min(max(p.MinAge, 0), 1<<20)),
			season: parseSeason(p.SeasonFrom, p.SeasonTo),
		}
		t.set(flagActive, p.Active)
		t.set(flagInStock, p.Stock == Unlimited || p.Stock > 0)
		t.set(flagSensitive, p.Sensitive)
		t.set(flagConsumable, p.LifeDays > 0)
		t.set(flagRequires, len(p.Requires) > 0)
		c.traits[i] = t
	}
}

func (c *Catalog) relate() {
	var accessories, rungs, subscriptions []edge
	for i := range c.products {
		p := &c.products[i]
		accessories = c.edges(accessories, p.AccessoryOf, i)
		rungs = c.edges(rungs, p.UpgradeOf, i)
		subscriptions = c.edges(subscriptions, p.SubscriptionOf, i)
	}
	n := len(c.products)
	c.accessories = newRelation(n, accessories)
	c.subscriptions = newRelation(n, subscriptions)
	c.higherRungs = newRelation(n, rungs)
	// Of A → B → C with A → C told as well, C is not the next rung of A. In a cycle no rung is above the other and
	// both stay.
	next := make([]edge, 0, len(rungs))
	for _, e := range rungs {
		skips := slices.ContainsFunc(c.higherRungs.of(e.from), func(between int32) bool {
			return between != e.to && c.higherRungs.has(between, e.to) && !c.higherRungs.has(e.to, between)
		})
		if !skips {
			next = append(next, e)
		}
	}
	c.nextRung = newRelation(n, next)
}

func (c *Catalog) edges(into []edge, of []ids.SKU, product int) []edge {
	for _, sku := range of {
		if from, ok := c.index[sku]; ok && int(from) != product {
			into = append(into, edge{from: from, to: int32(product)})
		}
	}
	return into
}

// edge says that product to stands in a relation to product from.
type edge struct{ from, to int32 }

// relation is an immutable one-to-many relation between products: starts[i]..starts[i+1] of to.
type relation struct {
	starts []int32
	to     []int32
}

func newRelation(n int, edges []edge) relation {
	slices.SortFunc(edges, func(a, b edge) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })
	edges = slices.Compact(edges)
	r := relation{starts: make([]int32, n+1), to: make([]int32, len(edges))}
	for i, e := range edges {
		r.starts[e.from+1]++
		r.to[i] = e.to
	}
	for i := range n {
		r.starts[i+1] += r.starts[i]
	}
	return r
}

func (r relation) of(i int32) []int32 { return r.to[r.starts[i]:r.starts[i+1]] }

func (r relation) has(from, to int32) bool {
	_, found := slices.BinarySearch(r.of(from), to)
	return found
}

// season is a part of the year as month*100+day, inclusive at both ends; to < from spans the new year.
type season struct{ from, to int16 }

// parseSeason reads MM-DD twice. An empty or unreadable end leaves that side open.
func parseSeason(from, to string) season {
	s := season{from: parseMonthDay(from), to: parseMonthDay(to)}
	switch {
	case s.from == 0 && s.to == 0:
		return season{from: 101, to: 1231}
	case s.from == 0:
		s.from = 101
	case s.to == 0:
		s.to = 1231
	}
	return s
}

func parseMonthDay(text string) int16 {
	if len(text) != 5 || text[2] != '-' {
		return 0
	}
	for _, at := range [...]int{0, 1, 3, 4} {
		if text[at] < '0' || text[at] > '9' {
			return 0
		}
	}
	month := int16(text[0]-'0')*10 + int16(text[1]-'0')
	day := int16(text[3]-'0')*10 + int16(text[4]-'0')
	if month < 1 || month > 12 || day < 1 || day > 31 {
		return 0
	}
	return month*100 + day
}

func (s season) contains(monthDay int16) bool {
	if s.from <= s.to {
		return s.from <= monthDay && monthDay <= s.to
	}
	return monthDay >= s.from || monthDay <= s.to
}

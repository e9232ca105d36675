package offers

import (
	"cmp"
	"math"
	"slices"
)

// popular: what most customers bought of late. The general fallback, the same for everyone.
//
// Data: distinct buyers in the shortest window in which enough products have enough of them. The reason claims just
// that: how many, and from when to when. Measure: accepted of shown; every other strategy has to beat it.
func proposePopular(s *situation) {
	p := &s.model.popular
	if len(p.products) == 0 {
		return
	}
	highest := float64(p.buyers[0])
	s.walk(p.products, s.model.popularAt, func(product int32) bool {
		buyers := p.buyers[s.model.popularAt[product]]
		return s.propose(candidate{
			strategy: Popular, product: product, fact: -1, chance: 0.01 + 0.04*float64(buyers)/highest,
			buyers: buyers, fromMS: p.fromMS, toMS: p.toMS,
		})
	})
}

// walk offers products in order until the pool has enough of them in enough categories. With a rare topic it goes
// through the topic's products only. place is each product's place in products, -1 when it is not there.
func (s *situation) walk(products, place []int32, propose func(int32) bool) {
	if s.explicit {
		listed := make([]int32, 0, len(s.found))
		for _, product := range s.found {
			if place[product] >= 0 {
				listed = append(listed, product)
			}
		}
		slices.SortFunc(listed, func(a, b int32) int { return cmp.Compare(place[a], place[b]) })
		products = listed
	}
	const mostTries = 20000
	passed, categories := 0, 0
	var seen [8]int32
	limit := s.limit()
	for tried, product := range products {
		if tried == mostTries {
			return
		}
		if !propose(product) {
			continue
		}
		passed++
		category := s.model.catalog.traits[product].category
		if categories < len(seen) && (category == 0 || !slices.Contains(seen[:categories], category)) {
			seen[categories] = category
			categories++
		}
		// Personal offers may take categories and products away, so there are twice as many as needed.
		if passed >= 2*limit && categories >= min(2*limit, len(seen)) || passed >= maxPerStrategy && categories >= min(limit, len(seen)) {
			return
		}
	}
}

// ranking is products by recent buyers, most first.
type ranking struct {
	products     []int32
	buyers       []int32
	fromMS, toMS int64
}

// A window speaks for the shop when so many products have enough buyers in it, or half of all that have any.
const enoughPopular = 10

func (m *Model) rankPopular() {
	learned := m.learned
	counts := func(w int) (n int) {
		for i := range learned.items {
			if m.buyersIn(int32(i), w) > 0 {
				n++
			}
		}
		return n
	}
	all := counts(len(windows))
	if all == 0 {
		return
	}
	window := 0
	for window < len(windows) && counts(window) < min(enoughPopular, (all+1)/2) {
		window++
	}
	p := &m.popular
	for i := range learned.items {
		if m.buyersIn(int32(i), window) > 0 {
			p.products = append(p.products, int32(i))
		}
	}
	slices.SortFunc(p.products, func(a, b int32) int {
		return cmp.Or(cmp.Compare(m.buyersIn(b, window), m.buyersIn(a, window)), cmp.Compare(m.order[a], m.order[b]))
	})
	p.buyers = make([]int32, len(p.products))
	for at, product := range p.products {
		p.buyers[at], m.popularAt[product] = m.buyersIn(product, window), int32(at)
	}
	p.fromMS, p.toMS = learned.FromMS, learned.ToMS
	if window < len(windows) {
		p.fromMS = max(p.fromMS, int64(dayOf(p.toMS)-windows[window]+1)*dayMS)
	}
}

// buyersIn is the number of distinct buyers in a window; len(windows) is the whole period.
func (m *Model) buyersIn(product int32, window int) int32 {
	if window == len(windows) {
		return m.learned.items[product].buyers
	}
	return m.learned.items[product].recent[window]
}

// rankAll puts every product in the order that decides ties: popularity, then SKU.
func (m *Model) rankAll() {
	n := len(m.catalog.products)
	m.byOrder, m.order, m.crowd = make([]int32, n), make([]uint32, n), make([]float32, n)
	highest := 0.0
	for i := range m.byOrder {
		m.byOrder[i] = int32(i)
		highest = math.Max(highest, m.learned.items[i].trend)
	}
	items, rank := m.learned.items, m.catalog.skuRank
	slices.SortFunc(m.byOrder, func(a, b int32) int {
		return cmp.Or(cmp.Compare(items[b].trend, items[a].trend), cmp.Compare(items[b].buyers, items[a].buyers), cmp.Compare(rank[a], rank[b]))
	})
	for at, product := range m.byOrder {
		m.order[product] = uint32(at)
		if highest > 0 {
			m.crowd[product] = float32(items[product].trend / highest)
		}
	}
}

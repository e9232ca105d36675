package offers

import (
	"math"
	"sync"
)

// Model decides what is suggested to one person. It never changes and is safe for concurrent use. Equal requests get
// equal decisions.
type Model struct {
	catalog *Catalog
	learned *Learned

	values    []float64 // by product: what an acceptance is worth, about 1
	crowd     []float32 // by product: recent popularity, 0 to 1
	order     []uint32  // by product: its place by popularity, then SKU
	byOrder   []int32
	shopOrder []int32
	popular   ranking
	popularAt []int32 // by product: its place in popular, -1 = not there

	situations sync.Pool
}

// NewModel joins a catalog with what was learned; nil means that nothing was. What was learned for another catalog is
// carried over by SKU.
func NewModel(catalog *Catalog, learned *Learned) *Model {
	m := &Model{catalog: catalog, learned: newLearned(catalog, minBuyersDefault)}
	if learned != nil && learned.catalog != nil {
		m.learned = learned.carriedTo(catalog)
	}
	n := len(catalog.products)
	m.values, m.shopOrder, m.popularAt = make([]float64, n), make([]int32, n), make([]int32, n)
	for i := range catalog.products {
		m.shopOrder[i], m.popularAt[i] = int32(i), -1
		p := &catalog.products[i]
		margin := float64(p.Price) * 0.3 // when the shop tells no cost
		if p.Cost > 0 {
			margin = float64(p.Price) - float64(p.Cost)
		}
		m.values[i] = 1 + 0.1*math.Log10(1+max(0, margin))
	}
	m.rankAll()
	m.rankPopular()
	m.situations.New = func() any { return new(situation) }
	return m
}

// carriedTo returns what was learned in the positions of another catalog.
func (l *Learned) carriedTo(catalog *Catalog) *Learned {
	if l.catalog == catalog {
		return l
	}
	data, err := l.MarshalBinary()
	if err != nil {
		return newLearned(catalog, minBuyersDefault)
	}
	carried, err := UnmarshalLearned(catalog, data)
	if err != nil {
		return newLearned(catalog, minBuyersDefault)
	}
	return carried
}

// Catalog is the catalog the model decides on.
func (m *Model) Catalog() *Catalog { return m.catalog }

// Learned is what the model rests on besides the catalog.
func (m *Model) Learned() *Learned { return m.learned }

// Recommend decides what is offered. Without a History it uses no purchases and answers everyone alike, but for what
// the person declined or asked to forget. An empty decision means that nothing fits.
func (m *Model) Recommend(req Request) Decision {
	s := m.situations.Get().(*situation)
	defer m.situations.Put(s)
	s.begin(m, req)
	defer s.end()
	for i := range strategies {
		if strategies[i].personal && !s.personal {
			continue
		}
		strategies[i].propose(s)
	}
	return s.decide()
}

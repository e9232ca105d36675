package offers

import "osusume/internal/ids"

// CrossSell ranks products a person has not bought by co-purchase and recent popularity alone, without guards, variety
// or reasons: what the quality of a ranking is measured with. It returns at most n.
func (m *Model) CrossSell(purchases []Purchase, nowMS int64, n int) []ids.SKU {
	s := m.situations.Get().(*situation)
	defer m.situations.Put(s)
	s.begin(m, Request{NowMS: nowMS, History: &History{Purchases: purchases}})
	defer s.end()
	out := make([]ids.SKU, 0, max(0, min(n, m.catalog.Len())))
	for _, key := range s.together(m.catalog.Len(), m.popular.products) {
		if len(out) == n {
			break
		}
		product := m.byOrder[^uint32(key)]
		if h := s.holdingOf(product); h == nil || h.flags&holdKept == 0 {
			out = append(out, s.product(product).SKU)
		}
	}
	return out
}

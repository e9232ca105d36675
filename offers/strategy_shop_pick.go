package offers

// shop_pick: the shop's own order of its catalog, when nothing has been learned that could be said. It claims nothing.
//
// Data: the catalog. Rule: only when no other strategy has anything that passes. Measure: accepted of shown.
func proposeShopPicks(s *situation) {
	if len(s.pool) > 0 {
		return
	}
	place := 0.0
	propose := func(product int32) bool {
		place++
		return s.propose(candidate{strategy: ShopPick, product: product, fact: -1, chance: 0.01 / place})
	}
	s.walk(s.model.shopOrder, s.model.shopOrder, propose)
}

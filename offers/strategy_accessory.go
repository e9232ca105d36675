package offers

import "math"

// accessory: the shop says that a product goes with one the person has.
//
// Data: the relation accessory_of, own purchases. Measure: accepted of shown.
func proposeAccessories(s *situation) {
	c := s.model.catalog
	for _, fact := range s.facts {
		h := &s.holdings[fact]
		related := c.accessories.of(h.product)
		if len(related) == 0 {
			continue
		}
		base := c.traits[h.product].price
		// What was bought lately still lacks its accessories; what was bought long ago has done without them.
		fresh := 0.3 + 0.7*math.Exp2(-s.ageDays(h)/180)
		for _, product := range related {
			fit := 1.0
			switch price := c.traits[product].price; {
			case base <= 0:
			case price > base:
				fit = 0.3 // dearer than the thing it belongs to
			case price > base/2:
				fit = 0.7
			}
			s.propose(candidate{strategy: Accessory, product: product, fact: fact, chance: 0.3 * fresh * fit})
		}
	}
}

package offers

import (
	"fmt"
	"math"
)

// A durable thing is not talked down in the days after its purchase; a consumable's next rung is offered to whoever
// bought the lower one twice.
const (
	upgradeRestDays  = 14
	upgradeConsumers = 2
)

// upgrade: the next rung above something the person has; never two rungs, never more than half as much again, and with
// the difference in price.
//
// Data: the relation upgrade_of, own purchases, today's prices. Measure: accepted of shown.
func proposeUpgrades(s *situation) {
	c := s.model.catalog
	for _, fact := range s.facts {
		h := &s.holdings[fact]
		rungs := c.nextRung.of(h.product)
		base := c.traits[h.product].price
		if len(rungs) == 0 || base <= 0 || s.hasHigherRung(h.product) {
			continue
		}
		s.readDays(h)
		times := len(s.days)
		chance := 0.12 * (1 + math.Min(float64(times), 5)/10)
		for _, product := range rungs {
			if product == h.product { // a ladder that runs in a circle
				continue
			}
			found := candidate{strategy: Upgrade, product: product, fact: fact, chance: chance, base: base}
			switch {
			case c.traits[h.product].flags&flagConsumable != 0:
				if times < upgradeConsumers {
					s.withhold(&found, "too_soon", fmt.Sprintf("the lower rung was bought on %d days, and %d are needed", times, upgradeConsumers))
					continue
				}
			case s.ageDays(h) < upgradeRestDays:
				s.withhold(&found, "too_soon", fmt.Sprintf("the lower rung was bought %.0f days ago, and rests %d", s.ageDays(h), upgradeRestDays))
				continue
			}
			s.propose(found)
		}
	}
}

// hasHigherRung reports whether the person has any rung above a product. Cycles end because no product is visited
// twice, and long ladders because of the limit.
func (s *situation) hasHigherRung(product int32) bool {
	const limit = 64
	var seen [limit]int32
	seen[0] = product
	n := 1
	for at := 0; at < n; at++ {
		for _, higher := range s.model.catalog.higherRungs.of(seen[at]) {
			known := false
			for _, before := range seen[:n] {
				known = known || before == higher
			}
			if known {
				continue
			}
			if h := s.holdingOf(higher); h != nil && h.flags&(holdKept|holdMarkedOwned) != 0 && h.flags&holdReturned == 0 {
				return true
			}
			if n < limit {
				seen[n] = higher
				n++
			}
		}
	}
	return false
}

package offers

import (
	"osusume/internal/ids"
)

// strategy is one way of coming to a suggestion. Each has its own file, strategy_<name>.go; adding one is that file and
// one line here.
type strategy struct {
	name Strategy
	// personal strategies rest on own purchases, and are asked only under a grant.
	personal bool
	// propose puts what it finds, and what passes the guards, into the pool by s.propose, best first.
	propose func(s *situation)
}

// strategies in the order they are asked. General ones come last: shop_pick speaks only when nobody else did.
var strategies = [...]strategy{
	{name: Refill, personal: true, propose: proposeRefills},
	{name: Accessory, personal: true, propose: proposeAccessories},
	{name: BoughtTogether, personal: true, propose: proposeBoughtTogether},
	{name: Upgrade, personal: true, propose: proposeUpgrades},
	{name: Popular, propose: proposePopular},
	{name: ShopPick, propose: proposeShopPicks},
}

// candidate is a product that a strategy proposes, with what its reason will say.
type candidate struct {
	strategy Strategy
	product  int32
	fact     int32   // holding that the reason names, -1 = none
	chance   float64 // how likely it is wanted, by the strategy's own evidence: 0 to 1
	score    float64

	buyers, ofBuyers int32
	fromMS, toMS     int64
	base             ids.Yen
	dueMS            int64
	days             int32
}

// maxPerStrategy bounds the pool: of more, only the best can be shown anyway.
const maxPerStrategy = 48

// propose takes a candidate into the pool when it is on the topic and passes the guards.
func (s *situation) propose(c candidate) bool {
	fit := s.onTopic(c.product)
	if fit == 0 && c.fact >= 0 && s.onTopic(s.holdings[c.fact].product) > 0 {
		fit = 1 // 「○○に合うもの」: it goes with what was named
	}
	// The guards are called through a table, so the compiler moves what they point at to the heap: one place for all.
	s.asked = c
	if fit == 0 || !s.pass(&s.asked) {
		return false
	}
	// Two of the words named come well before one.
	c.score = c.chance * s.value(c.product) * float64(fit*fit)
	s.pool = append(s.pool, c)
	return true
}

// value weighs what the shop gains, gently: ten times the margin is worth a tenth more, so that what fits comes first.
func (s *situation) value(product int32) float64 { return s.model.values[product] }

// ageDays is how long ago the person last bought a product, in days.
func (s *situation) ageDays(h *holding) float64 {
	return max(0, (float64(s.req.NowMS)-float64(h.lastMS))/dayMS)
}

package offers

import (
	"fmt"

	"osusume/internal/ids"
)

// guard keeps candidates back. Every candidate of every strategy passes every guard; the first that holds it back is
// named to staff.
type guard struct {
	name string
	// holds reports whether the candidate is kept back.
	holds func(s *situation, c *candidate) bool
	// why says so in one English sentence with the numbers, for staff.
	why func(s *situation, c *candidate) string
}

// guards in the order they are asked: what concerns the product alone, what the person said, what the person has.
var guards = [...]guard{
	{name: "inactive", holds: isInactive, why: says("the shop has taken it off sale")},
	{name: "out_of_stock", holds: isOutOfStock, why: whyOutOfStock},
	{name: "sensitive", holds: isSensitive, why: says("sensitive products are never suggested")},
	{name: "no_price", holds: hasNoPrice, why: whyNoPrice},
	{name: "excluded", holds: flagged(holdExcluded), why: says("shown already in this conversation")},
	{name: "forgotten", holds: flagged(holdForgotten), why: says("the customer asked not to use what concerns it")},
	{name: "gift", holds: flagged(holdMarkedGift | holdGift), why: says("it was a gift")},
	{name: "declined", holds: flagged(holdDeclined), why: says("the customer declined it")},
	{name: "declined_category", holds: isCategoryDeclined, why: whyCategoryDeclined},
	{name: "declined_price", holds: isPriceDeclined, why: whyPriceDeclined},
	{name: "returned", holds: flagged(holdReturned), why: says("the customer returned it")},
	{name: "owned", holds: isOwned, why: whyOwned},
	{name: "outgrown", holds: isOutgrown, why: says("the customer has a higher rung of the same ladder")},
	{name: "underage", holds: isUnderage, why: whyUnderage},
	{name: "out_of_season", holds: isOutOfSeason, why: whyOutOfSeason},
	{name: "requires", holds: missesRequired, why: whyRequires},
	{name: "price_step", holds: isStepTooHigh, why: whyStepTooHigh},
	{name: "price_habit", holds: isAboveHabit, why: whyAboveHabit},
}

// pass reports whether a candidate passes every guard, and records the one that holds it back when staff asked.
func (s *situation) pass(c *candidate) bool {
	for i := range guards {
		if guards[i].holds(s, c) {
			if s.req.Explain {
				s.withhold(c, guards[i].name, guards[i].why(s, c))
			}
			return false
		}
	}
	return true
}

// maxWithheld bounds what staff are shown.
const maxWithheld = 500

func (s *situation) withhold(c *candidate, guard, why string) {
	if !s.req.Explain || len(s.withheld) >= maxWithheld {
		return
	}
	s.withheld = append(s.withheld, Withheld{
		Strategy: c.strategy, SKU: s.product(c.product).SKU, Guard: guard, Why: why,
	})
}

func (s *situation) product(i int32) *Product { return &s.model.catalog.products[i] }

func (s *situation) traitOf(c *candidate) *trait { return &s.model.catalog.traits[c.product] }

func says(text string) func(*situation, *candidate) string {
	return func(*situation, *candidate) string { return text }
}

func flagged(flags holdingFlags) func(*situation, *candidate) bool {
	return func(s *situation, c *candidate) bool {
		h := s.holdingOf(c.product)
		return h != nil && h.flags&flags != 0
	}
}

func isInactive(s *situation, c *candidate) bool { return s.traitOf(c).flags&flagActive == 0 }

func isOutOfStock(s *situation, c *candidate) bool { return s.traitOf(c).flags&flagInStock == 0 }

func whyOutOfStock(s *situation, c *candidate) string {
	return fmt.Sprintf("stock is %d", s.product(c.product).Stock)
}

func isSensitive(s *situation, c *candidate) bool { return s.traitOf(c).flags&flagSensitive != 0 }

func hasNoPrice(s *situation, c *candidate) bool { return s.traitOf(c).price <= 0 }

func whyNoPrice(s *situation, c *candidate) string {
	return fmt.Sprintf("its price is %s yen", s.traitOf(c).price)
}

func isCategoryDeclined(s *situation, c *candidate) bool {
	category := s.traitOf(c).category
	for i := range s.rests {
		if !s.rests[i].priced && s.rests[i].category == category {
			return true
		}
	}
	return false
}

func whyCategoryDeclined(s *situation, c *candidate) string {
	return fmt.Sprintf("the customer declined the category %q", s.product(c.product).Category)
}

// declinedPrice is the lowest price that the person called too high in the candidate's category.
func declinedPrice(s *situation, c *candidate) (from ids.Yen, ok bool) {
	category := s.traitOf(c).category
	for i := range s.rests {
		if r := &s.rests[i]; r.priced && r.category == category && (!ok || r.from < from) {
			from, ok = r.from, true
		}
	}
	return from, ok
}

func isPriceDeclined(s *situation, c *candidate) bool {
	from, ok := declinedPrice(s, c)
	return ok && s.traitOf(c).price >= from
}

func whyPriceDeclined(s *situation, c *candidate) string {
	from, _ := declinedPrice(s, c)
	return fmt.Sprintf("the customer called %s yen too high in %q, and it costs %s yen", from,
		s.product(c.product).Category, s.traitOf(c).price)
}

// isOwned keeps back what the person has. What is used up is a refill's business; once that is over it may be suggested
// again, but never as something that goes with what they bought: that speaks of new things.
func isOwned(s *situation, c *candidate) bool {
	h := s.holdingOf(c.product)
	if h == nil || h.flags&(holdKept|holdMarkedOwned) == 0 {
		return false
	}
	if h.flags&holdMarkedOwned != 0 {
		return true
	}
	switch c.strategy {
	case Refill:
		return false
	case BoughtTogether:
		return true
	}
	cycle, ok := s.cycleOf(h)
	return !ok || !cycle.lapsed(s.req.NowMS)
}

func whyOwned(s *situation, c *candidate) string {
	h := s.holdingOf(c.product)
	if h.flags&holdMarkedOwned != 0 {
		return "the customer said to have it"
	}
	if cycle, ok := s.cycleOf(h); ok {
		return fmt.Sprintf("bought %.0f days ago and lasts %d days: only a refill when due", s.ageDays(h), cycle.days)
	}
	if h.flags&holdDated == 0 {
		return "owned, and not a consumable"
	}
	return fmt.Sprintf("bought %.0f days ago, and not a consumable", s.ageDays(h))
}

// isOutgrown keeps the lower rung of a ladder from whoever has a higher one. In a cycle neither is lower.
func isOutgrown(s *situation, c *candidate) bool {
	if c.strategy == Refill {
		return false
	}
	rungs := s.model.catalog.higherRungs
	for _, higher := range rungs.of(c.product) {
		if h := s.holdingOf(higher); h != nil && h.flags&holdKept != 0 && h.flags&notAFact == 0 && !rungs.has(higher, c.product) {
			return true
		}
	}
	return false
}

// age is the person's least possible age: the birthday may lie ahead. false when the birth year is not told, or absurd.
func (s *situation) age() (int, bool) {
	if !s.personal || s.req.History.BirthYear <= 0 {
		return 0, false
	}
	age := s.year - s.req.History.BirthYear - 1
	return age, age >= -1 && age <= 130
}

func isUnderage(s *situation, c *candidate) bool {
	least := s.traitOf(c).minAge
	if least <= 0 {
		return false
	}
	age, known := s.age()
	return !known || age < int(least)
}

func whyUnderage(s *situation, c *candidate) string {
	least := s.traitOf(c).minAge
	if age, known := s.age(); known {
		return fmt.Sprintf("from %d years on, and the customer is certainly only %d", least, max(age, 0))
	}
	return fmt.Sprintf("from %d years on, and the customer's age is not known", least)
}

func isOutOfSeason(s *situation, c *candidate) bool { return !s.traitOf(c).season.contains(s.monthDay) }

func whyOutOfSeason(s *situation, c *candidate) string {
	p := s.product(c.product)
	return fmt.Sprintf("its season is %s to %s, and today is %02d-%02d", p.SeasonFrom, p.SeasonTo,
		s.monthDay/100, s.monthDay%100)
}

// missing returns the first product that the candidate needs and the person does not have.
func (s *situation) missing(c *candidate) (ids.SKU, bool) {
	if s.traitOf(c).flags&flagRequires == 0 {
		return "", false
	}
	for _, sku := range s.product(c.product).Requires {
		product, ok := s.model.catalog.index[sku]
		if !ok {
			return sku, true
		}
		if h := s.holdingOf(product); h == nil || h.flags&(holdKept|holdMarkedOwned) == 0 || h.flags&notAFact != 0 {
			return sku, true
		}
	}
	return "", false
}

func missesRequired(s *situation, c *candidate) bool {
	_, missing := s.missing(c)
	return missing
}

func whyRequires(s *situation, c *candidate) string {
	sku, _ := s.missing(c)
	return fmt.Sprintf("it needs %q, which the customer is not known to have", sku)
}

// An upgrade costs at most half as much again as what the person has.
const stepNumerator, stepDenominator = 3, 2

func isStepTooHigh(s *situation, c *candidate) bool {
	return c.strategy == Upgrade && s.traitOf(c).price > times(c.base, stepNumerator)/stepDenominator
}

func whyStepTooHigh(s *situation, c *candidate) string {
	return fmt.Sprintf("it costs %s yen, more than one and a half times %s yen", s.traitOf(c).price, c.base)
}

func isAboveHabit(s *situation, c *candidate) bool {
	if c.strategy == Upgrade || c.strategy == Refill {
		return false // the step limit holds for the one; the other was bought at its price before
	}
	t := s.traitOf(c)
	b, known := s.bandFor(t.category)
	return known && t.price > b.limit
}

func whyAboveHabit(s *situation, c *candidate) string {
	t := s.traitOf(c)
	b, _ := s.bandFor(t.category)
	where := "overall"
	if b.category != 0 {
		where = fmt.Sprintf("in %q", s.product(c.product).Category)
	}
	return fmt.Sprintf("it costs %s yen; the customer's %d products %s cost up to %s yen as a rule, so at most %s yen fits",
		t.price, b.n, where, b.usual, b.limit)
}

package offers

import (
	"fmt"
	"math"
	"slices"
)

// refill: something the person uses up is about to be used up.
//
// Data: own purchases, life_days, the usual interval of customers who bought it again. Rule: the person's own interval
// when three purchases show one; else life_days times the pieces bought; else the interval of the others. Guard: never
// while a subscription delivers it, nor after a higher rung took its place. Measure: bought within the interval.
func proposeRefills(s *situation) {
	c := s.model.catalog
	for _, fact := range s.facts {
		h := &s.holdings[fact]
		cycle, ok := s.cycleOf(h)
		if !ok {
			continue
		}
		found := candidate{strategy: Refill, product: h.product, fact: fact, dueMS: cycle.dueMS, days: cycle.days}
		switch progress := cycle.progress(s.req.NowMS); {
		case s.req.NowMS < cycle.openMS():
			s.withhold(&found, "not_due", fmt.Sprintf("%.0f of %d days have passed", s.ageDays(h), cycle.days))
			continue
		case cycle.lapsed(s.req.NowMS):
			s.withhold(&found, "lapsed", fmt.Sprintf("bought %.0f days ago and lasts %d days: probably no longer used", s.ageDays(h), cycle.days))
			continue
		case progress < 1:
			found.chance = 0.35
		default:
			found.chance = math.Max(0.15, 0.45/progress)
		}
		if s.hasAny(c.subscriptions.of(h.product)) {
			s.withhold(&found, "subscribed", "a subscription delivers it")
			continue
		}
		if s.hasHigherRung(h.product) {
			s.withhold(&found, "outgrown", "the customer has a higher rung of the same ladder")
			continue
		}
		s.propose(found)
	}
}

// cycle is how long something lasts a person.
type cycle struct {
	days   int32
	lastMS int64
	dueMS  int64
}

// openMS is from when on a refill is offered: a fifth of the interval early, a week at most.
func (c cycle) openMS() int64 {
	return c.dueMS - min(int64(c.days)*dayMS/5, 7*dayMS)
}

// lapsed reports that the time to refill is over: as long again as the interval, two months at least.
func (c cycle) lapsed(nowMS int64) bool {
	return nowMS > c.dueMS+max(int64(c.days), 60)*dayMS
}

func (c cycle) progress(nowMS int64) float64 {
	return (float64(nowMS) - float64(c.lastMS)) / (float64(c.days) * dayMS)
}

const (
	// An interval is the person's own from so many purchases on …
	ownPurchases = 3
	// … unless the longest gap is more than so many times the usual one.
	ownRegular = 3
	// Others' interval makes a product a consumable when so large a part of its buyers bought it again.
	repeatShare  = 0.3
	minCycleDays = 3
	maxCycleDays = 730
)

// cycleOf tells how long a product lasts this person; false when it is nothing to refill, or cannot be told.
func (s *situation) cycleOf(h *holding) (cycle, bool) {
	if h.flags&holdDated == 0 {
		return cycle{}, false
	}
	days := s.ownInterval(h)
	if days == 0 {
		days = s.lifeDays(h)
	}
	if days == 0 {
		days = s.othersInterval(h.product)
	}
	if days == 0 {
		return cycle{}, false
	}
	last := min(max(h.lastMS, -maxDay*dayMS), maxDay*dayMS)
	return cycle{days: days, lastMS: last, dueMS: last + int64(days)*dayMS}, true
}

// ownInterval is the median gap between the days on which the person bought a product.
func (s *situation) ownInterval(h *holding) int32 {
	if h.lines < ownPurchases {
		return 0
	}
	s.readDays(h)
	if len(s.days) < ownPurchases {
		return 0
	}
	for i := range len(s.days) - 1 {
		s.days[i] = s.days[i+1] - s.days[i]
	}
	gaps := s.days[:len(s.days)-1]
	slices.Sort(gaps)
	median, longest := gaps[(len(gaps)-1)/2], gaps[len(gaps)-1]
	if median < minCycleDays || median > maxCycleDays || int64(longest) > ownRegular*int64(median) {
		return 0
	}
	return median
}

// readDays lists the days on which the person bought a product, in s.days.
func (s *situation) readDays(h *holding) {
	s.days = s.days[:0]
	for at := h.newest; at >= 0; at = s.chain[at] {
		s.days = append(s.days, dayOf(s.req.History.Purchases[at].AtMS))
	}
	slices.Sort(s.days)
	s.days = slices.Compact(s.days)
}

func (s *situation) lifeDays(h *holding) int32 {
	life := int64(s.product(h.product).LifeDays)
	if life <= 0 {
		return 0
	}
	pieces := min(max(h.count, 1), maxCycleDays)
	return int32(min(max(min(life, maxCycleDays)*pieces, 1), maxCycleDays))
}

func (s *situation) othersInterval(product int32) int32 {
	stat := &s.model.learned.items[product]
	if stat.gapPeople == 0 || float64(stat.gapPeople) < repeatShare*float64(stat.buyers) ||
		stat.gapDays < minCycleDays || stat.gapDays > maxCycleDays {
		return 0
	}
	return stat.gapDays
}

func (s *situation) hasAny(products []int32) bool {
	for _, product := range products {
		if h := s.holdingOf(product); h != nil && h.flags&(holdKept|holdMarkedOwned) != 0 && h.flags&holdReturned == 0 {
			return true
		}
	}
	return false
}

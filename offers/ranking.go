package offers

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// defaultLimit is the most that one answer shows.
const defaultLimit = 3

func (s *situation) limit() int {
	if s.req.Limit <= 0 {
		return defaultLimit
	}
	return s.req.Limit
}

// tier is one pass over the ordered pool; later ones are asked only while places are free.
type tier struct {
	general     bool // else only personal candidates
	anyCategory bool // else no category twice
	anyStrategy bool // else no strategy may take more than half of the places
}

// tiers: own purchases before what everybody is told, variety before more of the same; what is left over fills up.
var tiers = [...]tier{
	{},
	{anyStrategy: true},
	{general: true, anyStrategy: true},
	{anyCategory: true, anyStrategy: true},
	{general: true, anyCategory: true, anyStrategy: true},
}

// decide chooses among the pool.
func (s *situation) decide() Decision {
	order := s.model.order
	slices.SortFunc(s.pool, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(order[a.product], order[b.product]),
			cmp.Compare(a.strategy, b.strategy), s.compareFacts(a.fact, b.fact))
	})
	limit := s.limit()
	chosen := make([]int, 0, min(limit, len(s.pool)))
	for _, t := range tiers {
		for i := range s.pool {
			if len(chosen) == limit {
				break
			}
			if (s.pool[i].fact < 0) == t.general && s.fits(i, chosen, t, (limit+1)/2) {
				chosen = append(chosen, i)
			}
		}
	}
	// The pool is in order, so places in it are; own reasons come before general ones.
	slices.SortFunc(chosen, func(a, b int) int {
		generalA, generalB := s.pool[a].fact < 0, s.pool[b].fact < 0
		if generalA != generalB {
			if generalB {
				return -1
			}
			return 1
		}
		return cmp.Compare(a, b)
	})
	var d Decision
	for _, i := range chosen {
		c := &s.pool[i]
		d.Personal = d.Personal || c.fact >= 0
		d.Offers = append(d.Offers, s.offer(c))
	}
	if s.req.Explain {
		s.explainRanking(chosen)
		d.Withheld = s.withheld
	}
	return d
}

// compareFacts puts the later purchase first. Holdings stand in the order of the input, which must not matter.
func (s *situation) compareFacts(a, b int32) int {
	if a < 0 || b < 0 || a == b {
		return cmp.Compare(a, b)
	}
	ha, hb := &s.holdings[a], &s.holdings[b]
	return cmp.Or(cmp.Compare(hb.lastMS, ha.lastMS), cmp.Compare(s.model.catalog.skuRank[ha.product], s.model.catalog.skuRank[hb.product]))
}

// fits reports whether a candidate may join those chosen.
func (s *situation) fits(i int, chosen []int, t tier, perStrategy int) bool {
	c := &s.pool[i]
	category := s.traitOf(c).category
	same := 0
	for _, j := range chosen {
		other := &s.pool[j]
		if other.product == c.product {
			return false
		}
		if !t.anyCategory && category != 0 && s.traitOf(other).category == category {
			return false
		}
		if other.strategy == c.strategy {
			same++
		}
	}
	return t.anyStrategy || same < perStrategy
}

// maxRanked bounds how many of those outranked are told to staff.
const maxRanked = 20

func (s *situation) explainRanking(chosen []int) {
	told := 0
	for i := range s.pool {
		if slices.Contains(chosen, i) {
			continue
		}
		if told++; told > maxRanked {
			return
		}
		c := &s.pool[i]
		why := fmt.Sprintf("score %.4f: others came first, or are of another category", c.score)
		for _, j := range chosen {
			if s.pool[j].product == c.product {
				why = fmt.Sprintf("score %.4f: shown by %s with %.4f", c.score, s.pool[j].strategy, s.pool[j].score)
			}
		}
		s.withhold(c, "ranking", why)
	}
}

// offer puts a candidate into words' raw material.
func (s *situation) offer(c *candidate) Offer {
	p := s.product(c.product)
	o := Offer{
		Strategy: c.strategy, SKU: p.SKU, Name: p.Name, Price: p.Price, ImageURL: p.ImageURL, PageURL: p.PageURL,
		Category: p.Category, Score: math.Round(c.score*1e6) / 1e6, Propensity: 1,
		Reason: Reason{
			Strategy: c.strategy, Buyers: int(c.buyers), OfBuyers: int(c.ofBuyers), FromMS: c.fromMS, ToMS: c.toMS,
			DueMS: c.dueMS, Days: int(c.days),
		},
	}
	if c.strategy == Upgrade {
		o.Reason.Price, o.Reason.Differs = c.base, p.Price-c.base
	}
	if c.fact >= 0 {
		h := &s.holdings[c.fact]
		fact := s.product(h.product)
		o.Reason.Facts = []Fact{{SKU: fact.SKU, Name: fact.Name, AtMS: h.lastMS}}
	}
	return o
}

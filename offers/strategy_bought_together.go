package offers

import (
	"math"
	"slices"
)

const (
	// So many of the latest purchases are looked at.
	maxTogetherFacts = 100
	// A pair explains an offer when so large a part of the buyers of the one also bought the other.
	minConfidence = 0.05
	// profileHalfLifeDays weighs the person's own purchases by age.
	profileHalfLifeDays = 60
	// crowdShare is how much of the score is recent popularity: recommendation quality is best with a little of it.
	crowdShare = 0.3
	// togetherFirst is how many candidates are put in order before the guards are asked; more only when those do not do.
	togetherFirst = 256
)

// bought_together: customers who bought what the person has also bought this.
//
// Data: own purchases, co-purchase counts of at least MinBuyers distinct customers. Rule: shrunk, time-decayed cosine
// summed over own purchases, with a share of recent popularity; the reason names the purchase that weighs most, and how
// many of its buyers bought both. Measure: accepted of shown, and ranking quality on held-out baskets.
func proposeBoughtTogether(s *situation) {
	keys := s.together(togetherFirst, nil)
	passed := s.proposeTogether(keys)
	if passed < maxPerStrategy && len(keys) < len(s.touched) {
		s.proposeTogether(s.together(len(s.touched), nil)[len(keys):])
	}
}

// together scores every product near own purchases that one of them explains, and others as told, and returns the best
// ones in order, as sort keys.
func (s *situation) together(most int, others []int32) []uint64 {
	learned := s.model.learned
	s.touched, s.keys = s.touched[:0], s.keys[:0]
	if s.sumEpoch++; s.sumEpoch == math.MaxUint32 {
		clear(s.sums)
		s.sumEpoch = 1
	}
	highest := float32(0)
	for _, fact := range s.facts[:min(len(s.facts), maxTogetherFacts)] {
		h := &s.holdings[fact]
		weight := float32(max(0.01, math.Exp2(-s.ageDays(h)/profileHalfLifeDays)))
		least := int32(math.Ceil(minConfidence * float64(learned.items[h.product].buyers)))
		for _, near := range learned.nearOf(h.product) {
			at := &s.sums[near.item]
			if at.epoch != s.sumEpoch {
				*at = sum{epoch: s.sumEpoch, holding: -1}
				s.touched = append(s.touched, near.item)
			}
			part := weight * near.score
			at.score += part
			highest = max(highest, at.score)
			if part > at.best && near.buyers >= least {
				at.best, at.holding, at.buyers = part, fact, near.buyers
			}
		}
	}
	for _, product := range others {
		if at := &s.sums[product]; at.epoch != s.sumEpoch {
			*at = sum{epoch: s.sumEpoch, holding: -1}
			s.touched = append(s.touched, product)
		}
	}
	for _, product := range s.touched {
		at := &s.sums[product]
		if at.holding < 0 && others == nil {
			continue
		}
		at.score = (1-crowdShare)*at.score/max(highest, math.SmallestNonzeroFloat32) + crowdShare*s.model.crowd[product]
		s.keep(uint64(math.Float32bits(at.score))<<32|uint64(^s.model.order[product]), most)
	}
	slices.Sort(s.keys)
	slices.Reverse(s.keys)
	return s.keys
}

// keep holds the highest keys in a heap with the lowest on top.
func (s *situation) keep(key uint64, most int) {
	if len(s.keys) < most {
		s.keys = append(s.keys, key)
		for i := len(s.keys) - 1; i > 0 && s.keys[i] < s.keys[(i-1)/2]; i = (i - 1) / 2 {
			s.keys[i], s.keys[(i-1)/2] = s.keys[(i-1)/2], s.keys[i]
		}
		return
	}
	if key <= s.keys[0] {
		return
	}
	s.keys[0] = key
	for i := 0; ; {
		child := 2*i + 1
		if child >= len(s.keys) {
			return
		}
		if child+1 < len(s.keys) && s.keys[child+1] < s.keys[child] {
			child++
		}
		if s.keys[i] <= s.keys[child] {
			return
		}
		s.keys[i], s.keys[child] = s.keys[child], s.keys[i]
		i = child
	}
}

func (s *situation) proposeTogether(keys []uint64) (passed int) {
	learned := s.model.learned
	for _, key := range keys {
		product := s.model.byOrder[^uint32(key)]
		at := &s.sums[product]
		if s.propose(candidate{
			strategy: BoughtTogether, product: product, fact: at.holding,
			chance: 0.05 + 0.2*float64(at.score),
			buyers: at.buyers, ofBuyers: learned.items[s.holdings[at.holding].product].buyers,
			fromMS: learned.FromMS, toMS: learned.ToMS,
		}) {
			if passed++; passed == maxPerStrategy {
				return passed
			}
		}
	}
	return passed
}

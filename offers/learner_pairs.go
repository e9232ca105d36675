package offers

import (
	"cmp"
	"math"
	"slices"
)

// Weights are whole numbers of decayBits bits; a pair's weight is the product of two.
const (
	decayBits = 12
	decayOne  = 1 << decayBits
	// In one counter word the upper 42 bits are the sum of pair weights (at most 2^24 each), the lower ones the number of
	// customers.
	countBits = 22
	countMask = 1<<countBits - 1
	// After so many customers of one product the words are emptied into wide counters, before a field can overflow.
	flushEvery = 1 << 17
)

// decayTable holds 2^(-age/halfLife), by age in days.
type decayTable struct{ weights []uint64 }

func (t *decayTable) fill(halfLifeDays int) {
	t.weights = t.weights[:0]
	for age := 0; ; age++ {
		w := uint64(math.Round(decayOne * math.Exp2(-float64(age)/float64(halfLifeDays))))
		if w == 0 {
			return
		}
		t.weights = append(t.weights, w)
	}
}

// weight of an age in days. What is very old still counts one part in 4,096, so that a pair has a weight at all.
func (t *decayTable) weight(age int32) uint64 {
	if int(age) < len(t.weights) {
		return t.weights[age]
	}
	return 1
}

// entry is a product in a customer's list, with the weight of its last purchase.
type entry struct {
	item   int32
	weight int32
}

// countPairs counts, for each product, the customers who bought it together with each other product, and keeps the
// nearest ones by shrunk cosine. It goes product by product (over the customers of a product, over their products)
// with one dense row of counters, which stays in the processor's cache where a table of pairs would not.
func (l *Learner) countPairs(out *Learned) {
	lists, starts := l.pairLists()
	n := len(out.items)

	// The customers of each product.
	owners := make([]int32, len(lists))
	ownerAt := make([]int32, n+1)
	norm := make([]uint64, n) // sum of squared weights
	for _, e := range lists {
		ownerAt[e.item+1]++
		norm[e.item] += uint64(e.weight) * uint64(e.weight)
	}
	for i := range n {
		ownerAt[i+1] += ownerAt[i]
	}
	fill := slices.Clone(ownerAt[:n])
	ownWeight := make([]int32, len(lists))
	for u := range len(starts) - 1 {
		for _, e := range lists[starts[u]:starts[u+1]] {
			owners[fill[e.item]], ownWeight[fill[e.item]] = int32(u), e.weight
			fill[e.item]++
		}
	}

	row := make([]uint64, n)
	var touched []int32
	var near []neighbour
	for i := range int32(n) {
		from, to := ownerAt[i], ownerAt[i+1]
		if int(to-from) < l.cfg.MinBuyers {
			continue
		}
		var wide map[int32]wideCount
		touched = touched[:0]
		for at := from; at < to; at++ {
			u, own := owners[at], uint64(ownWeight[at])
			for _, e := range lists[starts[u]:starts[u+1]] {
				word := row[e.item]
				if word == 0 {
					touched = append(touched, e.item)
				}
				row[e.item] = word + own*uint64(e.weight)<<countBits + 1
			}
			if (at-from+1)%flushEvery == 0 {
				wide = flush(row, touched, wide)
				touched = touched[:0]
			}
		}
		if wide != nil {
			wide = flush(row, touched, wide)
			touched = touched[:0]
			for j := range wide {
				touched = append(touched, j)
			}
		}
		near = near[:0]
		for _, j := range touched {
			word := row[j]
			row[j] = 0
			count, weight := int32(word&countMask), word>>countBits
			if wide != nil {
				count, weight = wide[j].count, wide[j].weight
			}
			if j == i || int(count) < l.cfg.MinBuyers {
				continue
			}
			// Fewer than chance would bring together says nothing of the two.
			if float64(count)*float64(out.Customers) <= float64(to-from)*float64(ownerAt[j+1]-ownerAt[j]) {
				continue
			}
			near = append(near, neighbour{item: j, buyers: count, score: cosine(weight, norm[i], norm[j])})
		}
		out.setNear(i, l.nearest(near))
	}
}

// wideCount is a counter that no number of customers overflows.
type wideCount struct {
	weight uint64
	count  int32
}

func flush(row []uint64, touched []int32, wide map[int32]wideCount) map[int32]wideCount {
	if wide == nil {
		wide = make(map[int32]wideCount, len(touched))
	}
	for _, j := range touched {
		sum := wide[j]
		sum.count += int32(row[j] & countMask)
		sum.weight += row[j] >> countBits
		wide[j] = sum
		row[j] = 0
	}
	return wide
}

// shrink pulls pairs of rarely bought products down: the cosine of few customers is mostly chance. It is small because
// MinBuyers has the greater part of that work done.
const shrink = 1

// A customer with more products than this counts for less in each pair, so that in sum nobody weighs more than with this
// many: someone who buys everything says little of what goes together, and would otherwise say most.
const usualBreadth = 10

func breadth(products int) float64 { return min(1, usualBreadth/float64(products)) }

func cosine(pair, normA, normB uint64) float32 {
	const one = decayOne * decayOne
	return float32(float64(pair) / one / (math.Sqrt(float64(normA)/one*(float64(normB)/one)) + shrink))
}

// nearest sorts neighbours best first and keeps as many as configured.
func (l *Learner) nearest(near []neighbour) []neighbour {
	rank := l.catalog.skuRank
	slices.SortFunc(near, func(a, b neighbour) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(b.buyers, a.buyers), cmp.Compare(rank[a.item], rank[b.item]))
	})
	return near[:min(len(near), l.cfg.Neighbours)]
}

// pairLists gives each customer's products that make pairs: the newest first, at most MaxItems, because work and
// influence grow with the square of their number. Customers with one product are left out.
func (l *Learner) pairLists() (lists []entry, starts []int32) {
	var decay decayTable
	decay.fill(l.cfg.HalfLifeDays)
	rank := l.catalog.skuRank
	lists = make([]entry, 0, len(l.bought))
	starts = append(make([]int32, 0, len(l.starts)), 0)
	for u := range len(l.starts) - 1 {
		mine := l.bought[l.starts[u]:l.starts[u+1]]
		if len(mine) > l.cfg.MaxItems {
			slices.SortFunc(mine, func(a, b itemDay) int {
				return cmp.Or(cmp.Compare(b.day, a.day), cmp.Compare(rank[a.item], rank[b.item]))
			})
			mine = mine[:l.cfg.MaxItems]
		}
		for _, b := range mine {
			weight := float64(decay.weight(l.lastDay-b.day)) * breadth(len(mine))
			lists = append(lists, entry{item: b.item, weight: int32(max(1, weight))})
		}
		starts = append(starts, int32(len(lists)))
	}
	return lists, starts
}

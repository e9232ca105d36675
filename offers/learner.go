package offers

import (
	"cmp"
	"math"
	"slices"
)

// LearnConfig says how statistics are learned. A zero field means its default.
type LearnConfig struct {
	NowMS        int64 // later purchases are not counted; 0 = no limit
	HalfLifeDays int   // in so many days a co-purchase loses half its weight; default 60
	MinBuyers    int   // distinct buyers under which nothing is published; default 20, never under 10
	Neighbours   int   // kept per product; default 50
	MaxItems     int   // distinct products of one customer that make pairs, the newest first; default 200
	MaxAgeDays   int   // purchases older than this are not counted; default 1095
}

const (
	dayMS            = 24 * 60 * 60 * 1000
	minBuyersDefault = 20
	// minBuyersFloor is not negotiable: under it a figure says something about single customers.
	minBuyersFloor = 10
	// maxDay keeps day numbers, and their milliseconds, far inside their types.
	maxDay = 1 << 22
)

func (cfg LearnConfig) withDefaults() LearnConfig {
	orDefault := func(value *int, standard, limit int) {
		if *value <= 0 {
			*value = standard
		}
		*value = min(*value, limit)
	}
	orDefault(&cfg.HalfLifeDays, 60, 36500)
	orDefault(&cfg.MinBuyers, minBuyersDefault, math.MaxInt32)
	cfg.MinBuyers = max(cfg.MinBuyers, minBuyersFloor)
	orDefault(&cfg.Neighbours, 50, 1000)
	orDefault(&cfg.MaxItems, 200, 5000)
	orDefault(&cfg.MaxAgeDays, 1095, 36500)
	if cfg.NowMS <= 0 || cfg.NowMS > maxDay*dayMS {
		cfg.NowMS = maxDay * dayMS
	}
	return cfg
}

// Learner counts purchases, one customer at a time. It keeps for each customer the distinct products and when each was
// last bought, eight bytes apiece, and neither who the customer is nor anything else. Counting is done in whole numbers,
// so the result does not depend on the order of customers, and is that of a rebuild when one is left out. A Learner is
// not safe for concurrent use.
type Learner struct {
	catalog *Catalog
	cfg     LearnConfig

	starts []int32 // of each customer in bought, with one more at the end
	bought []itemDay
	gaps   []itemGap

	firstDay, lastDay int32
	lastMS            int64

	lines []itemDay // scratch of Add
}

// itemDay is a product and a day of its purchase, in days since 1970 UTC.
type itemDay struct{ item, day int32 }

// itemGap is one customer's usual interval between purchases of a product, in days.
type itemGap struct{ item, days int32 }

// NewLearner starts counting for a catalog.
func NewLearner(catalog *Catalog, cfg LearnConfig) *Learner {
	return &Learner{catalog: catalog, cfg: cfg.withDefaults(), starts: []int32{0}, firstDay: math.MaxInt32, lastDay: math.MinInt32}
}

// Add counts one customer's purchases, in any order. Each customer must be added once, with all lines: a second call
// counts as another customer. Not counted are sensitive and unknown products, returned lines, and times before 1970 or
// after NowMS.
func (l *Learner) Add(lines []Purchase) {
	l.lines = l.lines[:0]
	for i := range lines {
		line := &lines[i]
		if line.Returned || line.AtMS < 0 || line.AtMS > l.cfg.NowMS {
			continue
		}
		item, ok := l.catalog.index[line.SKU]
		if !ok || l.catalog.traits[item].flags&flagSensitive != 0 {
			continue
		}
		day := int32(line.AtMS / dayMS)
		l.firstDay, l.lastDay = min(l.firstDay, day), max(l.lastDay, day)
		l.lastMS = max(l.lastMS, line.AtMS)
		l.lines = append(l.lines, itemDay{item: item, day: day})
	}
	if len(l.lines) == 0 {
		return
	}
	slices.SortFunc(l.lines, func(a, b itemDay) int { return cmp.Or(cmp.Compare(a.item, b.item), cmp.Compare(a.day, b.day)) })
	l.lines = slices.Compact(l.lines)
	for from := 0; from < len(l.lines); {
		to := from + 1
		for to < len(l.lines) && l.lines[to].item == l.lines[from].item {
			to++
		}
		l.bought = append(l.bought, l.lines[to-1])
		if days := medianGap(l.lines[from:to]); days > 0 {
			l.gaps = append(l.gaps, itemGap{item: l.lines[from].item, days: days})
		}
		from = to
	}
	l.starts = append(l.starts, int32(len(l.bought)))
}

// medianGap is the median number of days between neighbouring purchase days (the lower one of two), 0 for a single day.
func medianGap(days []itemDay) int32 {
	if len(days) < 2 {
		return 0
	}
	gaps := make([]int32, 0, 64)
	for i := 1; i < len(days); i++ {
		gaps = append(gaps, days[i].day-days[i-1].day)
	}
	slices.Sort(gaps)
	return gaps[(len(gaps)-1)/2]
}

// Finish computes what was learned. "Today" is the day of the latest purchase counted, so that an old file is judged at
// its own time. The Learner must not be used afterwards.
func (l *Learner) Finish() *Learned {
	out := newLearned(l.catalog, l.cfg.MinBuyers)
	if len(l.bought) == 0 {
		return out
	}
	oldest := max(l.firstDay, l.lastDay-int32(l.cfg.MaxAgeDays)+1)
	out.FromMS, out.ToMS = int64(oldest)*dayMS, l.lastMS
	l.dropBefore(oldest)
	out.Customers = len(l.starts) - 1
	l.countBuyers(out)
	l.countPairs(out)
	l.readGaps(out)
	out.publish()
	return out
}

// dropBefore forgets products last bought before a day, and customers of whom nothing is left.
func (l *Learner) dropBefore(oldest int32) {
	kept, starts := l.bought[:0], l.starts[:1]
	from := l.starts[0]
	for u := 1; u < len(l.starts); u++ {
		to := l.starts[u]
		before := len(kept)
		for _, b := range l.bought[from:to] {
			if b.day >= oldest {
				kept = append(kept, b)
			}
		}
		if len(kept) > before {
			starts = append(starts, int32(len(kept)))
		}
		from = to
	}
	l.bought, l.starts = kept, starts
}

func (l *Learner) countBuyers(out *Learned) {
	var decay decayTable
	decay.fill(popularityHalfLifeDays)
	recent := make([]uint64, len(out.items))
	for _, b := range l.bought {
		age := l.lastDay - b.day
		stat := &out.items[b.item]
		stat.buyers++
		for w, days := range windows {
			if age < days {
				stat.recent[w]++
			}
		}
		recent[b.item] += decay.weight(age)
	}
	for i, weight := range recent {
		out.items[i].trend = float64(weight)
	}
}

// readGaps sets the usual interval of products, the median over customers who bought one again.
func (l *Learner) readGaps(out *Learned) {
	slices.SortFunc(l.gaps, func(a, b itemGap) int { return cmp.Or(cmp.Compare(a.item, b.item), cmp.Compare(a.days, b.days)) })
	for from := 0; from < len(l.gaps); {
		to := from + 1
		for to < len(l.gaps) && l.gaps[to].item == l.gaps[from].item {
			to++
		}
		stat := &out.items[l.gaps[from].item]
		stat.gapPeople, stat.gapDays = int32(to-from), l.gaps[from+(to-from-1)/2].days
		from = to
	}
}

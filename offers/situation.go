package offers

import (
	"cmp"
	"math"
	"slices"

	"osusume/internal/ids"
)

// situation is one request read against the model: what the person has, said and paid. It is taken from a pool and
// reused; nothing of it outlives the request.
type situation struct {
	model *Model
	req   Request

	today    int32 // days since 1970 in the shop's zone
	year     int
	monthDay int16

	personal bool // a grant is there: own purchases may be used

	cells    []cell // by product; valid when its epoch is the situation's
	sums     []sum  // by product, for co-purchase; likewise
	epoch    uint32
	sumEpoch uint32
	holdings []holding
	chain    []int32 // by purchase: the person's purchase of the same product before it in the input, or -1
	facts    []int32 // holdings that may be used and named, latest first
	habit    []priced
	bands    []band
	overall  band
	rests    []rest // declined categories and price limits

	about    topic
	hasTopic bool
	explicit bool // found holds every product of the topic
	found    []int32

	pool     []candidate
	asked    candidate
	touched  []int32
	keys     []uint64
	days     []int32
	withheld []Withheld
}

type cell struct {
	epoch   uint32
	holding int32
}

type sum struct {
	epoch   uint32
	score   float32
	best    float32
	holding int32
	buyers  int32
}

// holding is all that is known between this person and one product.
type holding struct {
	product int32
	lines   int32 // kept own purchases, neither returned nor gifts
	newest  int32 // index of the last line in the input, -1 = none; see chain
	lastMS  int64 // latest kept purchase up to now
	price   ids.Yen
	count   int64 // pieces of that purchase
	backMS  int64 // latest returned purchase
	flags   holdingFlags
}

type holdingFlags uint16

const (
	holdKept     holdingFlags = 1 << iota // bought, also when the time lies in the future
	holdReturned                          // the last purchase of it came back
	holdGift                              // bought as a gift only
	holdForgotten
	holdMarkedGift
	holdDeclined
	holdMarkedOwned
	holdExcluded
	holdDated // lastMS is set
	holdBack  // backMS is set
)

// priced is what was paid in a category.
type priced struct {
	category int32
	price    ids.Yen
}

// band is the most that fits a person's habit in a category.
type band struct {
	category int32
	usual    ids.Yen // what all but the dearest tenth cost
	limit    ids.Yen
	n        int
}

// rest is a declined category, or the price from which it is declined.
type rest struct {
	category int32
	from     ids.Yen
	priced   bool
}

// defaultOffset is Asia/Tokyo, the zone of a shop that has set none.
const defaultOffset = 9 * 60 * 60

func (s *situation) begin(m *Model, req Request) {
	s.model, s.req, s.personal = m, req, req.History != nil
	n := len(m.catalog.products)
	if len(s.cells) < n {
		s.cells, s.sums, s.epoch, s.sumEpoch = make([]cell, n), make([]sum, n), 0, 0
	}
	s.epoch++
	if s.epoch == math.MaxUint32 {
		clear(s.cells)
		s.epoch = 1
	}
	s.holdings, s.chain, s.facts, s.habit, s.bands = s.holdings[:0], s.chain[:0], s.facts[:0], s.habit[:0], s.bands[:0]
	s.rests, s.found, s.pool = s.rests[:0], s.found[:0], s.pool[:0]
	s.withheld = nil
	s.overall = band{}

	offset := defaultOffset
	if req.Zone != nil {
		offset = req.Zone(req.NowMS)
	}
	s.today = dayOf(req.NowMS + int64(offset)*1000)
	year, month, day := civil(s.today)
	s.year, s.monthDay = year, int16(month*100+day)

	s.readTopic()
	s.readPurchases()
	s.readMarks()
	s.readFacts()
	s.readHabit()
}

// end lets go of the person's data before the situation returns to its pool.
func (s *situation) end() {
	s.req, s.withheld, s.about = Request{}, nil, topic{}
	clear(s.holdings)
	clear(s.pool)
}

// holdingOf returns what is known of a product, nil when nothing is.
func (s *situation) holdingOf(product int32) *holding {
	if c := s.cells[product]; c.epoch == s.epoch {
		return &s.holdings[c.holding]
	}
	return nil
}

func (s *situation) hold(product int32) *holding {
	if h := s.holdingOf(product); h != nil {
		return h
	}
	s.cells[product] = cell{epoch: s.epoch, holding: int32(len(s.holdings))}
	s.holdings = append(s.holdings, holding{product: product, newest: -1})
	return &s.holdings[len(s.holdings)-1]
}

func (s *situation) readTopic() {
	s.hasTopic, s.explicit = false, false
	if s.req.Topic == "" {
		return
	}
	x := &s.model.catalog.text
	s.about, s.hasTopic = x.topicOf(s.req.Topic)
	if s.hasTopic && x.rare(s.about) {
		s.explicit = true
		s.found = x.find(s.found, s.about)
	}
}

// onTopic counts how well a product fits the topic; 1 without a topic, 0 = not at all.
func (s *situation) onTopic(product int32) int {
	if !s.hasTopic {
		return 1
	}
	return s.model.catalog.text.matches(s.about, product)
}

func (s *situation) readPurchases() {
	if !s.personal {
		return
	}
	lines := s.req.History.Purchases
	for at := range lines {
		line := &lines[at]
		s.chain = append(s.chain, -1)
		product, ok := s.model.catalog.index[line.SKU]
		if !ok {
			continue
		}
		h := s.hold(product)
		switch {
		case line.Returned:
			if h.flags&holdBack == 0 || line.AtMS > h.backMS {
				h.backMS = line.AtMS
			}
			h.flags |= holdBack
		case line.Gift:
			h.flags |= holdGift
		default:
			h.flags |= holdKept
			if line.AtMS > s.req.NowMS {
				continue // not yet: it counts as owned, and nothing else can be told from it
			}
			s.chain[at] = h.newest
			h.newest = int32(at)
			h.lines++
			// Of two lines at one moment the larger figures count, whatever their order.
			later := h.flags&holdDated == 0 || line.AtMS > h.lastMS
			if later || line.AtMS == h.lastMS && line.UnitPrice > h.price {
				h.price = line.UnitPrice
			}
			if later || line.AtMS == h.lastMS && line.Quantity > h.count {
				h.count = line.Quantity
			}
			if later {
				h.lastMS = line.AtMS
			}
			h.flags |= holdDated
		}
	}
	for i := range s.holdings {
		h := &s.holdings[i]
		if h.flags&holdBack != 0 && (h.flags&holdDated == 0 || h.backMS >= h.lastMS) {
			h.flags |= holdReturned
		}
		if h.flags&holdKept != 0 {
			h.flags &^= holdGift
		}
	}
}

func (s *situation) readMarks() {
	c := s.model.catalog
	for i := range s.req.Marks {
		mark := &s.req.Marks[i]
		if mark.UntilMS != 0 && s.req.NowMS >= mark.UntilMS {
			continue
		}
		switch mark.Kind {
		case MarkForget:
			s.flag(ids.SKU(mark.Value), holdForgotten)
		case MarkGift:
			s.flag(ids.SKU(mark.Value), holdMarkedGift)
		case MarkDeclined:
			s.flag(ids.SKU(mark.Value), holdDeclined)
		case MarkOwned:
			s.flag(ids.SKU(mark.Value), holdMarkedOwned)
		case MarkCategory:
			// A product without a category says nothing of the other ones without.
			if number, ok := c.categories[mark.Value]; ok && number != 0 {
				s.rests = append(s.rests, rest{category: number})
			}
		case MarkPrice:
			if number, ok := c.categories[mark.Value]; ok {
				s.rests = append(s.rests, rest{category: number, from: mark.Amount, priced: true})
			}
		}
	}
	for _, sku := range s.req.Exclude {
		s.flag(sku, holdExcluded)
	}
}

func (s *situation) flag(sku ids.SKU, flag holdingFlags) {
	if product, ok := s.model.catalog.index[sku]; ok {
		s.hold(product).flags |= flag
	}
}

const notAFact = holdReturned | holdForgotten | holdMarkedGift

// readFacts lists the purchases that may be used and named. A sensitive product should not have come here at all; it is
// passed over all the same.
func (s *situation) readFacts() {
	for i := range s.holdings {
		if s.isFact(&s.holdings[i]) {
			s.facts = append(s.facts, int32(i))
		}
	}
	slices.SortFunc(s.facts, s.compareFacts)
}

// isFact reports whether a holding may be used and named.
func (s *situation) isFact(h *holding) bool {
	return h.flags&holdDated != 0 && h.flags&notAFact == 0 && s.model.catalog.traits[h.product].flags&flagSensitive == 0
}

// How far above the usual price an offer may be. "Usual" is what nine in ten of the person's own products cost at most;
// one purchase alone says little, so it allows more.
const (
	categoryReach = 2
	overallReach  = 3
	singleReach   = 5
)

func (s *situation) readHabit() {
	for _, i := range s.facts {
		h := &s.holdings[i]
		t := &s.model.catalog.traits[h.product]
		price := h.price
		if price <= 0 {
			price = t.price
		}
		if price > 0 {
			s.habit = append(s.habit, priced{category: t.category, price: price})
		}
	}
	if len(s.habit) == 0 {
		return
	}
	slices.SortFunc(s.habit, func(a, b priced) int { return cmp.Compare(a.price, b.price) })
	s.overall = bandOf(0, s.habit, overallReach)
	if len(s.habit) == 1 {
		s.overall.limit = times(s.overall.usual, singleReach)
	}
	slices.SortStableFunc(s.habit, func(a, b priced) int { return cmp.Compare(a.category, b.category) })
	for from := 0; from < len(s.habit); {
		to := from + 1
		for to < len(s.habit) && s.habit[to].category == s.habit[from].category {
			to++
		}
		if category := s.habit[from].category; category != 0 && to-from >= 2 {
			s.bands = append(s.bands, bandOf(category, s.habit[from:to], categoryReach))
		}
		from = to
	}
}

// bandOf reads a band off prices in ascending order.
func bandOf(category int32, prices []priced, reach int64) band {
	usual := prices[(len(prices)*9+9)/10-1].price
	return band{category: category, usual: usual, limit: times(usual, reach), n: len(prices)}
}

func times(price ids.Yen, factor int64) ids.Yen {
	if int64(price) > math.MaxInt64/factor {
		return math.MaxInt64
	}
	return price * ids.Yen(factor)
}

// bandFor returns the band that applies to a category; false when nothing is known of the person's prices.
func (s *situation) bandFor(category int32) (band, bool) {
	if at, ok := slices.BinarySearchFunc(s.bands, category, func(b band, c int32) int { return cmp.Compare(b.category, c) }); ok {
		return s.bands[at], true
	}
	return s.overall, s.overall.n > 0
}

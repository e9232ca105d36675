package offers

// Learned is what customers' purchases taught: counts and nearest products, no customer's data. Only figures of at least
// MinBuyers distinct customers are in it, and nothing of sensitive products. It never changes after Finish or
// UnmarshalLearned and is safe for concurrent use.
type Learned struct {
	Customers int   // customers counted
	MinBuyers int   // distinct buyers under which nothing is here
	FromMS    int64 // period counted, the first day's beginning …
	ToMS      int64 // … to the last purchase

	catalog *Catalog // whose positions items and near speak of

	items []itemStat
	near  []neighbour // of all products; itemStat says where
}

// windows are the periods, in days up to the last purchase, in which recent buyers are counted, shortest first.
var windows = [...]int32{30, 90, 365}

// popularityHalfLifeDays weighs how much of a product's popularity is recent.
const popularityHalfLifeDays = 14

// itemStat is what was counted of one product.
type itemStat struct {
	buyers    int32               // distinct customers in the whole period
	recent    [len(windows)]int32 // distinct customers in each window
	trend     float64             // buyers, weighted by how recently they bought
	gapPeople int32               // customers who bought it again
	gapDays   int32               // median of their usual intervals
	nearFrom  int32
	nearTo    int32
}

// neighbour is a product often bought by the same customers.
type neighbour struct {
	item   int32
	buyers int32 // distinct customers who bought both
	score  float32
}

func newLearned(c *Catalog, minBuyers int) *Learned {
	return &Learned{catalog: c, MinBuyers: minBuyers, items: make([]itemStat, len(c.products))}
}

func (l *Learned) setNear(i int32, near []neighbour) {
	l.items[i].nearFrom = int32(len(l.near))
	l.near = append(l.near, near...)
	l.items[i].nearTo = int32(len(l.near))
}

func (l *Learned) nearOf(i int32) []neighbour {
	return l.near[l.items[i].nearFrom:l.items[i].nearTo]
}

// publish clears what too few customers stand behind.
func (l *Learned) publish() {
	for i := range l.items {
		stat := &l.items[i]
		if int(stat.buyers) < l.MinBuyers {
			*stat = itemStat{nearFrom: stat.nearFrom, nearTo: stat.nearFrom}
			continue
		}
		for w := range stat.recent {
			if int(stat.recent[w]) < l.MinBuyers {
				stat.recent[w] = 0
			}
		}
		if int(stat.gapPeople) < l.MinBuyers {
			stat.gapPeople, stat.gapDays = 0, 0
		}
	}
}

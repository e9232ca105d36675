package offers

// LearnConfig is how statistics are learned. Zero values mean the defaults.
type LearnConfig struct {
	NowMS        int64 // later purchases are not counted
	HalfLifeDays int   // time decay of co-purchase, default 60
	MinBuyers    int   // distinct buyers below which nothing is published: default 20, never under 10
	Neighbours   int   // kept per product, default 50
	MaxItems     int   // distinct products of one customer that make pairs, the newest first, default 200
	MaxAgeDays   int   // older purchases are not counted, default 1095
}

// Learner counts.
type Learner struct{ catalog *Catalog }

// NewLearner starts counting.
func NewLearner(catalog *Catalog, cfg LearnConfig) *Learner { return &Learner{catalog: catalog} }

// Add counts one customer; call it once a customer.
func (l *Learner) Add(lines []Purchase) {}

// Finish returns what was learned.
func (l *Learner) Finish() *Learned { return &Learned{} }

// Learned is what was learned.
type Learned struct{}

// MarshalBinary encodes by SKU.
func (l *Learned) MarshalBinary() ([]byte, error) { return nil, nil }

// UnmarshalLearned decodes for a catalog.
func UnmarshalLearned(catalog *Catalog, data []byte) (*Learned, error) { return &Learned{}, nil }

// Package shopfile reads the files a shop imports: CSV or JSON Lines, plain or gzipped, UTF-8 or Shift_JIS. It turns
// each row into a typed record or a rejection in plain words, in bounded memory, and never loses a row silently.
package shopfile

import (
	"osusume/internal/ids"
	"osusume/offers"
)

// Kind names what a file holds, as the import command spells it.
type Kind string

// The kinds that can be read.
const (
	Products  Kind = "products"
	Plans     Kind = "plans"
	Customers Kind = "customers"
	Purchases Kind = "purchases"
	Links     Kind = "links"
	Prices    Kind = "prices"
)

// Kinds lists every kind in the order a shop imports them.
func Kinds() []Kind { return []Kind{Products, Plans, Customers, Purchases, Links, Prices} }

// Record is one good row: Product, Plan, Customer, Purchase, Link or Price.
type Record interface{ record() }

// Product is a row of products.
type Product struct{ offers.Product }

// Plan is a row of plans.
type Plan struct {
	offers.PlanInfo
	TrialDays int
}

// Customer is a row of customers. Zero values mean: not told.
type Customer struct {
	ID          ids.Customer
	Plan        ids.PlanID
	PlanSinceMS int64
	Usage       map[string]float64
	BirthYear   int
	Prefecture  string
	Points      int64
	Profile     string // a compact JSON object the customer declared, or empty
	JoinedMS    int64
}

// Purchase is a row of purchases.
type Purchase struct {
	Customer   ids.Customer
	SKU        ids.SKU
	AtMS       int64
	OrderID    string // empty when not told
	Quantity   int64
	UnitPrice  ids.Yen // 0 = not told
	Channel    string  // store, online, line, app or empty
	ReturnedMS int64   // 0 = not returned
	Gift       bool
}

// Link is a row of links. The LINE user id goes no further than the key ring.
type Link struct {
	Customer   ids.Customer
	LineUserID string
}

// Price is a row of the price history.
type Price struct {
	SKU    ids.SKU
	Price  ids.Yen
	FromMS int64
}

func (Product) record()  {}
func (Plan) record()     {}
func (Customer) record() {}
func (Purchase) record() {}
func (Link) record()     {}
func (Price) record()    {}

// Rejection is a row that was set aside.
type Rejection struct {
	Line   int    // the row's first physical line, the header being line 1
	Reason string // for the shop's staff; names the column, never another row
	Row    string // the row as it stands in the file, shortened when it is very long
}

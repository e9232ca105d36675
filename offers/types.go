// Package offers decides what is suggested and why: catalog, strategies (one file each), guards, ranking, learning,
// reasons. It is pure: the same input gives the same output.
package offers

import (
	"osusume/internal/ids"
)

// Product is one article of the catalog, as imported. Zero values are the defaults of contract.md: an ordinary, active
// product of unlimited stock has Active true and Stock Unlimited set explicitly by whoever builds it.
type Product struct {
	SKU         ids.SKU
	Name        string
	Price       ids.Yen
	Category    string
	Brand       string
	Description string
	ImageURL    string // https, or empty
	PageURL     string // https, or empty
	Tags        []string
	Stock       int64 // pieces, or Unlimited
	Tier        string
	Cost        ids.Yen // 0 = not told
	LifeDays    int     // how long one piece lasts, 0 = not a consumable
	Sensitive   bool
	MinAge      int
	SeasonFrom  string // MM-DD, empty = all year
	SeasonTo    string
	Active      bool

	AccessoryOf    []ids.SKU // this product is an accessory of those
	UpgradeOf      []ids.SKU // this product is the next rung above those
	Bundles        []Bundle
	SubscriptionOf []ids.SKU
	WarrantyOf     []ids.SKU
	Requires       []ids.SKU
}

// Unlimited is the Stock of a product that does not run out.
const Unlimited int64 = -1

// Bundle is a set sold together at one price.
type Bundle struct {
	SKUs  []ids.SKU
	Price ids.Yen
}

// PlanInfo is one subscription plan.
type PlanInfo struct {
	ID       ids.PlanID
	Name     string
	PerMonth ids.Yen
	Rank     int // higher is more; plans are compared within a family only
	Family   string
	Benefits []string
	Limits   map[string]float64 // what a month includes; absent = unlimited
	PageURL  string
}

// Purchase is one line of a customer's history, with no more than suggestions need: no order id, no address, no
// payment. It reaches this package only by way of a grant.
type Purchase struct {
	SKU       ids.SKU
	AtMS      int64
	Quantity  int64
	UnitPrice ids.Yen // 0 = unknown
	Returned  bool
	Gift      bool
}

// Membership is the customer's plan and a month of its use.
type Membership struct {
	Plan    ids.PlanID
	SinceMS int64
	Usage   map[string]float64
}

// History is what a live grant lets us know of one customer. A nil *History means: no grant, nothing is known.
type History struct {
	Purchases  []Purchase // ascending by time; sensitive products are not in it
	Membership *Membership
	BirthYear  int // 0 = not told
}

// MarkKind is what a person said about a product, a category or a fact.
type MarkKind string

// The kinds of mark.
const (
	MarkForget   MarkKind = "forget"   // この情報を使わない: not used, not named, not offered
	MarkGift     MarkKind = "gift"     // 贈り物でした: the same, for a gift
	MarkDeclined MarkKind = "declined" // not offered until UntilMS
	MarkOwned    MarkKind = "owned"    // 持っている: not offered as a new thing
	MarkCategory MarkKind = "category" // Value is a category; not offered until UntilMS
	MarkPrice    MarkKind = "price"    // Value is a category; nothing at or above Amount until UntilMS
)

// Mark is one such statement. Value is a SKU, a category, or dialog.FactPlanUse for the plan use.
type Mark struct {
	Kind    MarkKind
	Value   string
	Amount  ids.Yen
	UntilMS int64 // 0 = for good
}

// Strategy names how an offer came about. It is stored with the offer and shown to staff.
type Strategy string

// The strategies of the first form.
const (
	BoughtTogether Strategy = "bought_together"
	Accessory      Strategy = "accessory"
	Upgrade        Strategy = "upgrade"
	PlanUpgrade    Strategy = "plan_upgrade"
	PlanStepDown   Strategy = "plan_step_down"
	PlanStay       Strategy = "plan_stay"
	Refill         Strategy = "refill"
	Popular        Strategy = "popular"
	ShopPick       Strategy = "shop_pick" // catalog order, when nothing has been learned: claims nothing
)

// Reason is why an offer was made, as facts only. Every number can be recomputed from the data named.
type Reason struct {
	Strategy Strategy
	Facts    []Fact
	Buyers   int   // distinct customers counted, 0 when the reason counts nobody
	OfBuyers int   // … of so many who bought the fact's product
	FromMS   int64 // period counted
	ToMS     int64
	Price    ids.Yen // upgrade, plan: the price compared with
	Differs  ids.Yen // new price minus Price; negative when cheaper
	DueMS    int64   // refill: when the last piece is expected to be used up
	Days     int     // refill: the interval used, in days
	Uses     []Use   // plan: own use against the limit
}

// Fact is one thing known of this person that the reason rests on.
type Fact struct {
	SKU  ids.SKU // the purchase used; empty for plan use
	Name string
	AtMS int64
	Plan bool // the fact is the person's plan use
}

// Use is one measure of plan use: used of limit a month.
type Use struct {
	Name    string
	Used    float64
	Limit   float64 // 0 with Unlimited set
	Without bool    // the plan sets no limit
}

// Offer is one suggestion.
type Offer struct {
	ID         ids.OfferID // given by the shell
	Strategy   Strategy
	SKU        ids.SKU    // empty for a plan
	Plan       ids.PlanID // empty for a product
	Name       string
	Price      ids.Yen // per piece, or a month
	ImageURL   string
	PageURL    string
	Category   string
	Reason     Reason
	Score      float64
	Propensity float64 // probability with which the policy chose it; 1 for a deterministic choice
}

// Withheld is a candidate that a guard or the ranking kept back.
type Withheld struct {
	Strategy Strategy
	SKU      ids.SKU
	Plan     ids.PlanID
	Guard    string // the guard's name
	Why      string // one English sentence with the numbers, for staff
}

// Request is everything a decision depends on.
type Request struct {
	NowMS   int64
	Zone    ZoneOffset
	History *History // nil without a grant: general offers only
	Marks   []Mark
	Exclude []ids.SKU // shown already in this run of 「ほかには？」
	Topic   string    // normalised words of the request; empty = none
	Limit   int       // at most so many offers; contract.md: 3
	Explain bool      // fill Withheld
}

// ZoneOffset gives the shop's offset from UTC in seconds at a UTC millisecond instant, so that this package needs no
// time zone data.
type ZoneOffset func(utcMS int64) int

// Decision is the outcome.
type Decision struct {
	Offers   []Offer
	Personal bool // own purchases were used
	Withheld []Withheld
}

// PlanDecision is the outcome of a plan comparison.
type PlanDecision struct {
	Strategy Strategy // PlanUpgrade, PlanStepDown, PlanStay, or empty when no plan is known
	Current  PlanInfo
	Offer    Offer // set for PlanUpgrade and PlanStepDown; for PlanStay only its Reason
}

package shopfile

import (
	"strings"

	"osusume/internal/ids"
	"osusume/offers"
)

type column struct {
	name     string
	required bool
	list     bool // JSON Lines may give an array
	object   bool // JSON Lines may give an object
}

type schema struct {
	columns []column
	index   map[string]int
	build   func(*cells) Record
}

func (s *schema) wanted() string {
	var names []string
	for _, c := range s.columns {
		if c.required {
			names = append(names, c.name)
		}
	}
	return strings.Join(names, ",")
}

// newSchema takes the required columns, the optional ones, and those optional ones that hold lists.
func newSchema(required, optional, lists string, build func(*cells) Record) *schema {
	s := &schema{index: map[string]int{}, build: build}
	add := func(names string, required, list bool) {
		for _, name := range strings.FieldsFunc(names, func(r rune) bool { return r == ',' }) {
			s.index[name] = len(s.columns)
			s.columns = append(s.columns, column{name: name, required: required, list: list, object: name == "usage" || name == "limits" || name == "profile"})
		}
	}
	add(required, true, false)
	add(optional, false, false)
	add(lists, false, true)
	return s
}

// schemas is read only: the columns of contract.md "Import files".
var schemas = map[Kind]*schema{
	Products: newSchema("sku,name,price",
		"category,brand,description,image_url,page_url,stock,tier,cost,life_days,sensitive,min_age,season_from,season_to,active",
		"tags,accessory_of,upgrade_of,bundle,subscription_of,warranty_of,requires", buildProduct),
	Plans:     newSchema("plan,name,price_per_month", "rank,family,limits,trial_days,page_url", "benefits", buildPlan),
	Customers: newSchema("customer_id", "plan,plan_since,usage,birth_year,prefecture,points,profile,joined_at", "", buildCustomer),
	Purchases: newSchema("customer_id,sku,purchased_at", "order_id,quantity,unit_price,channel,returned_at,gift", "", buildPurchase),
	Links:     newSchema("customer_id,line_user_id", "", "", buildLink),
	Prices:    newSchema("sku,price,from", "", "", buildPrice),
}

func buildProduct(c *cells) Record {
	p := Product{Product: offers.Product{
		SKU: ids.SKU(c.id("sku", true)), Name: c.name("name", true), Price: c.yen("price", true),
		Category: c.name("category", false), Brand: c.name("brand", false), Description: c.text("description", 5000),
		ImageURL: c.url("image_url"), PageURL: c.url("page_url"), Tags: c.list("tags"),
		Stock: c.integer("stock", 0, 1_000_000_000, offers.Unlimited), Tier: c.name("tier", false), Cost: c.yen("cost", false),
		LifeDays: int(c.integer("life_days", 0, 36500, 0)), Sensitive: c.flag("sensitive", false),
		MinAge: int(c.integer("min_age", 0, 120, 0)), SeasonFrom: c.monthDay("season_from"), SeasonTo: c.monthDay("season_to"),
		Active:      c.flag("active", true),
		AccessoryOf: c.skus("accessory_of"), UpgradeOf: c.skus("upgrade_of"), Bundles: c.bundles("bundle"),
		SubscriptionOf: c.skus("subscription_of"), WarrantyOf: c.skus("warranty_of"), Requires: c.skus("requires"),
	}}
	// The list may be extended by the shop, not emptied: "false" does not free a sensitive category.
	p.Sensitive = p.Sensitive || SensitiveCategory(p.Category, c.opts.Sensitive...)
	if (p.SeasonFrom == "") != (p.SeasonTo == "") {
		c.fail("season_from", "season_from and season_to must be given together")
	}
	return p
}

func buildPlan(c *cells) Record {
	return Plan{PlanInfo: offers.PlanInfo{
		ID: ids.PlanID(c.id("plan", true)), Name: c.name("name", true), PerMonth: c.yen("price_per_month", true),
		Rank: int(c.integer("rank", -1_000_000, 1_000_000, 0)), Family: c.name("family", false), Benefits: c.list("benefits"),
		Limits: c.amounts("limits"), PageURL: c.url("page_url"),
	}, TrialDays: int(c.integer("trial_days", 0, 3650, 0))}
}

func buildCustomer(c *cells) Record {
	return Customer{
		ID: ids.Customer(c.id("customer_id", true)), Plan: ids.PlanID(c.id("plan", false)), PlanSinceMS: c.pastTime("plan_since", false),
		Usage: c.amounts("usage"), BirthYear: c.birthYear("birth_year"), Prefecture: c.name("prefecture", false),
		Points: c.integer("points", 0, 1_000_000_000_000, 0), Profile: c.object("profile"), JoinedMS: c.pastTime("joined_at", false),
	}
}

func buildPurchase(c *cells) Record {
	p := Purchase{
		Customer: ids.Customer(c.id("customer_id", true)), SKU: ids.SKU(c.id("sku", true)), AtMS: c.pastTime("purchased_at", true),
		OrderID: c.id("order_id", false), Quantity: c.integer("quantity", 1, 1_000_000, 1), UnitPrice: c.yen("unit_price", false),
		Channel: c.oneOf("channel", "store", "online", "line", "app"), ReturnedMS: c.pastTime("returned_at", false), Gift: c.flag("gift", false),
	}
	// A day of slack: a return noted by date alone lies before the purchase's time of day.
	if p.ReturnedMS != 0 && p.ReturnedMS < p.AtMS-dayMS {
		c.fail("returned_at", "is before purchased_at")
	}
	return p
}

func buildLink(c *cells) Record {
	l := Link{Customer: ids.Customer(c.id("customer_id", true)), LineUserID: c.id("line_user_id", true)}
	if !isLineUserID(l.LineUserID) {
		c.fail("line_user_id", "must be U and 32 hexadecimal digits, as LINE gives it")
	}
	return l
}

func isLineUserID(id string) bool {
	if len(id) != 33 || id[0] != 'U' {
		return false
	}
	return strings.Trim(id[1:], "0123456789abcdef") == ""
}

func buildPrice(c *cells) Record {
	return Price{SKU: ids.SKU(c.id("sku", true)), Price: c.yen("price", true), FromMS: c.time("from", true, c.opts.NowMS+5*365*dayMS)}
}

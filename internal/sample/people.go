package sample

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"
)

// days of history before now.
const days = 365

// generator makes customers and their purchases. Each customer has a random stream of its own, so that one more customer
// changes nobody else.
type generator struct {
	today time.Time // midnight of now's day in the shop
	seed  uint64
	price map[string]int
	life  map[string]int
	open  map[string]string // season
	rows  []purchase
	who   [][]string // rows of the customers file
	id    string
	rnd   *rand.Rand
	order int
}

type purchase struct {
	customer, sku, order string
	day, minute          int // day 0 is the first of the history, days-1 is yesterday
	quantity             int
	channel              string
	gift                 bool
	returnedDay          int // 0 = kept
}

func newGenerator(now time.Time, seed uint64) *generator {
	n := now.In(Zone)
	g := &generator{
		today: time.Date(n.Year(), n.Month(), n.Day(), 0, 0, 0, 0, Zone), seed: seed,
		price: map[string]int{}, life: map[string]int{}, open: map[string]string{},
	}
	for _, p := range products() {
		g.price[p.sku], g.life[p.sku], g.open[p.sku] = p.price, p.life, p.season
	}
	return g
}

func (g *generator) everyone() {
	g.introduced()
	for i := len(People()) + 1; i <= Customers; i++ {
		g.begin(i)
		g.anyone()
	}
	slices.SortStableFunc(g.rows, func(a, b purchase) int {
		if a.day != b.day {
			return a.day - b.day
		}
		return a.minute - b.minute
	})
}

func (g *generator) begin(i int) {
	g.id = fmt.Sprintf("C%04d", i)
	g.order = 0
	g.rnd = rand.New(rand.NewPCG(g.seed, uint64(i))) //nolint:gosec // a shop to play with
}

func (g *generator) chance(p float64) bool { return g.rnd.Float64() < p }

func (g *generator) pick(skus ...string) string { return skus[g.rnd.IntN(len(skus))] }

// buy is one order. Seasonal goods are left out when they are not on sale.
func (g *generator) buy(day int, skus ...string) {
	if day < 0 || day >= days {
		return
	}
	g.order++
	order := g.id + "-" + strconv.Itoa(g.order)
	minute := 8*60 + g.rnd.IntN(13*60) // 8 to 21 o'clock
	channel := "online"
	if g.chance(0.4) {
		channel = "store"
	}
	seen := map[string]bool{}
	for _, sku := range skus {
		if seen[sku] || !g.onSale(sku, day) {
			continue
		}
		seen[sku] = true
		g.rows = append(g.rows, purchase{customer: g.id, sku: sku, order: order, day: day, minute: minute, quantity: 1, channel: channel})
	}
}

func (g *generator) onSale(sku string, day int) bool {
	season := g.open[sku]
	if season == "" {
		return true
	}
	d := g.date(day, 0).Format("01-02")
	return season[:5] <= d && d <= season[6:]
}

func (g *generator) date(day, minute int) time.Time {
	return g.today.AddDate(0, 0, day-days).Add(time.Duration(minute) * time.Minute)
}

// habit buys a consumable again and again: every interval of days, a little early or late, until the end of the year.
func (g *generator) habit(sku string, first, interval int, extra ...string) {
	for day := first; day < days; {
		g.buy(day, append([]string{sku}, extra...)...)
		day += max(3, interval+g.rnd.IntN(5)-2)
	}
}

// anyone is one of the nameless customers. The shop's structure is here: who makes coffee how, and what goes with what.
func (g *generator) anyone() {
	joined := g.rnd.IntN(300)
	if g.chance(0.4) {
		joined = g.rnd.IntN(30)
	}
	plan := ""
	switch v := g.rnd.Float64(); {
	case v < 0.40:
		g.dripper(joined)
	case v < 0.55:
		g.easy(joined)
	case v < 0.80:
		g.kitchen(joined)
	default:
		g.occasional(joined)
	}
	if g.chance(0.12) {
		plan = g.pick(Light, Standard, Premium)
	}
	g.member(joined, plan, g.usage(plan))
}

// dripper makes coffee by hand: a dripper, most often its server with it, beans and filters as habits, and often a mill,
// whose owners come back for its brush.
func (g *generator) dripper(day int) {
	dripper, server, filter := "D001", "S001", "F001"
	if g.chance(0.45) {
		dripper, server, filter = "D002", "S002", "F002"
	}
	first := []string{dripper, filter}
	if g.chance(0.55) {
		first = append(first, server)
	}
	g.buy(day, first...)
	beans := g.pick("B001", "B001", "B001", "B002", "B002", "B003", "B004", "B005", "B006")
	g.habit(beans, day, g.life[beans]+g.rnd.IntN(8))
	g.habit(filter, day+55, 58+g.rnd.IntN(20))
	if g.chance(0.35) {
		other := g.pick("B003", "B004", "B005", "B007", "B011", "B012")
		g.habit(other, day+20, 40+g.rnd.IntN(40))
	}
	if g.chance(0.45) {
		mill := g.pick("M001", "M001", "M001", "M002", "M003")
		at := day + g.rnd.IntN(90)
		g.buy(at, mill)
		if g.chance(0.6) {
			g.buy(at+g.rnd.IntN(20), "N001")
		}
	}
	if g.chance(0.4) {
		at := day + g.rnd.IntN(120)
		g.buy(at, g.pick("K001", "K001", "K002"))
		if g.chance(0.5) {
			g.buy(at+g.rnd.IntN(14), g.pick("A001", "A002"))
		}
	}
	if g.chance(0.35) {
		g.buy(day+g.rnd.IntN(60), "C001")
	}
	if g.chance(0.12) {
		g.buy(day+g.rnd.IntN(200), g.pick("D003", "D004", "F003", "C002", "N003", "R001"))
	}
	g.summer(0.4)
}

// easy likes it quick: drip bags, milk foam, sweets.
func (g *generator) easy(day int) {
	g.habit("B010", day, 14+g.rnd.IntN(14))
	if g.chance(0.4) {
		g.buy(day+g.rnd.IntN(60), "L001", g.pick("G001", "G002", "G003"))
	}
	if g.chance(0.15) {
		g.buy(day+g.rnd.IntN(120), "L002", "G005")
	}
	if g.chance(0.5) {
		g.habit("T004", day+g.rnd.IntN(40), 35+g.rnd.IntN(30))
	}
	g.summer(0.2)
}

// kitchen comes for the breakfast table and the kitchen: granola with honey, the board with its oil.
func (g *generator) kitchen(day int) {
	extra := []string{}
	if g.chance(0.5) {
		extra = append(extra, "T002")
	}
	g.habit("T003", day, 16+g.rnd.IntN(10), extra...)
	if g.chance(0.3) {
		g.habit(g.pick("T005", "T006", "T007"), day+g.rnd.IntN(40), 35+g.rnd.IntN(30))
	}
	if g.chance(0.6) {
		g.habit("T001", day+g.rnd.IntN(20), 45+g.rnd.IntN(20))
	}
	if g.chance(0.55) {
		at := day + g.rnd.IntN(100)
		g.buy(at, "H001")
		if g.chance(0.6) {
			g.buy(at+g.rnd.IntN(25), "H002")
		}
		if g.chance(0.4) {
			g.buy(at, "H003")
		}
	}
	if g.chance(0.3) {
		g.buy(day+g.rnd.IntN(150), g.pick("H005", "H005", "H006"), "H004")
	}
}

// occasional buys now and then, often as a gift.
func (g *generator) occasional(day int) {
	for range 1 + g.rnd.IntN(4) {
		g.buy(day, g.pick("B010", "T004", "G001", "G002", "G003", "B009", "T001", "H004", "P001", "X001", "X002", "G004", "R001", "P002", "B015"))
		if n := len(g.rows); n > 0 && g.rows[n-1].customer == g.id && g.chance(0.4) {
			g.rows[n-1].gift = true
		}
		day += 20 + g.rnd.IntN(80)
	}
	if n := len(g.rows); n > 0 && g.rows[n-1].customer == g.id && g.chance(0.05) {
		g.rows[n-1].returnedDay = min(g.rows[n-1].day+7, days-1)
	}
}

// summer is the cold-brew pot with its bags, and iced coffee, for as long as they are on sale.
func (g *generator) summer(p float64) {
	if !g.chance(p) {
		return
	}
	for day := range days {
		if g.date(day, 0).Format("01-02") >= "06-01" && g.onSale("W001", day) {
			at := day + g.rnd.IntN(40)
			g.buy(at, "W001", "W002")
			g.habitUntil("B008", at, at+60, 14)
			return
		}
	}
}

func (g *generator) habitUntil(sku string, first, last, interval int) {
	for day := first; day < last; day += interval + g.rnd.IntN(5) {
		g.buy(day, sku)
	}
}

// usage is a month of a plan.
func (g *generator) usage(plan string) string {
	limit := map[string]int{Light: 2, Standard: 4, Premium: 8}[plan]
	if limit == 0 {
		return ""
	}
	return use(g.rnd.IntN(limit+2), g.rnd.IntN(limit*2+2))
}

func use(beans, drip int) string {
	return fmt.Sprintf(`{"%s":%d,"%s":%d}`, bags, beans, drips, drip)
}

func (g *generator) member(joined int, plan, usage string) {
	since := ""
	if plan != "" {
		since = g.date(max(joined, 30), 0).Format("2006-01-02")
	}
	g.who = append(g.who, []string{
		g.id, plan, since, usage, strconv.Itoa(1950 + g.rnd.IntN(55)), g.pick("東京都", "神奈川県", "大阪府", "京都府", "愛知県", "福岡県", "北海道"),
		strconv.Itoa(g.rnd.IntN(3000)), g.date(joined, 0).Format("2006-01-02"),
	})
}

// introduced are the five customers with a story. Days count back from yesterday.
func (g *generator) introduced() {
	ago := func(n int) int { return days - n }

	g.begin(1) // the regular: a blend every two weeks, filters every two months, a dripper but no server
	g.buy(ago(340), "D001", "F001", "B001")
	for n := 325; n >= 16; n -= 15 {
		g.buy(ago(n), "B001")
	}
	for n := 280; n >= 50; n -= 58 {
		g.buy(ago(n), "F001")
	}
	g.buy(ago(200), "T003")
	g.member(ago(340), "", "")

	g.begin(2) // the heavy buyer: two single origins, a hand mill, the kettle
	g.buy(ago(350), "D002", "S002", "F002", "B003")
	g.buy(ago(345), "M001", "N001")
	g.buy(ago(300), "K001", "A001")
	for n := 336; n >= 15; n -= 13 {
		g.buy(ago(n), "B003")
	}
	for n := 330; n >= 20; n -= 21 {
		g.buy(ago(n), "B004")
	}
	for n := 290; n >= 60; n -= 57 {
		g.buy(ago(n), "F002")
	}
	g.buy(ago(120), "B009", "C001")
	g.buy(ago(90), "T004")
	g.member(ago(350), "", "")

	g.begin(3) // over the plan's limit: all four bags and more drip bags than the ten included
	g.buy(ago(300), "D002", "F002", "B002")
	g.buy(ago(210), "M001")
	for n := 290; n >= 14; n -= 14 {
		g.buy(ago(n), "B002")
	}
	for n := 240; n >= 58; n -= 60 {
		g.buy(ago(n), "F002")
	}
	for n := 85; n >= 10; n -= 25 {
		g.buy(ago(n), "B010")
	}
	g.member(ago(300), Standard, use(4, 12))

	g.begin(4) // uses little: the largest plan and two bags a month
	g.buy(ago(260), "P001", "B007")
	for n := 230; n >= 18; n -= 30 {
		g.buy(ago(n), "B007")
	}
	g.member(ago(260), Premium, use(2, 4))

	g.begin(5) // one purchase, a week ago
	g.buy(ago(7), "D001", "B005")
	g.member(ago(7), "", "")
}

func (g *generator) customersCSV() []byte {
	return table([]string{"customer_id", "plan", "plan_since", "usage", "birth_year", "prefecture", "points", "joined_at"}, g.who)
}

func (g *generator) purchasesCSV() []byte {
	rows := make([][]string, 0, len(g.rows))
	for _, p := range g.rows {
		returned, gift := "", ""
		if p.returnedDay > 0 {
			returned = g.date(p.returnedDay, 12*60).Format("2006-01-02")
		}
		if p.gift {
			gift = "true"
		}
		rows = append(rows, []string{
			p.customer, p.sku, g.date(p.day, p.minute).Format("2006-01-02 15:04"), p.order, strconv.Itoa(p.quantity),
			strconv.Itoa(g.price[p.sku]), p.channel, returned, gift,
		})
	}
	return table([]string{"customer_id", "sku", "purchased_at", "order_id", "quantity", "unit_price", "channel", "returned_at", "gift"}, rows)
}

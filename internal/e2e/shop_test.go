package e2e

import (
	"fmt"
	"strings"
	"time"

	"osusume/internal/linesim"
)

// The people of the tests. 花子 bought a coffee and a grinder and pays for more cups than she drinks.
var (
	hanako = linesim.UserID("hanako")
	taro   = linesim.UserID("taro")
)

// importShop loads a small shop through the real commands: forty customers who buy coffee and filters together, so that
// counting finds the pair, and one who has the coffee but not yet the filters.
func (w *world) importShop() {
	w.t.Helper()
	day := func(ago int) string { return time.Now().AddDate(0, 0, -ago).Format(time.RFC3339) }
	products := `sku,name,price,category,image_url,page_url,life_days,accessory_of,upgrade_of,stock,sensitive
COFFEE,深煎りブレンド 200g,1280,コーヒー豆,https://img.example.com/coffee.png,https://shop.example.com/coffee,30,,,,
FILTER,ペーパーフィルター 100枚,480,消耗品,https://img.example.com/filter.png,https://shop.example.com/filter,60,,,,
MILL,手挽きミル,4800,器具,https://img.example.com/mill.png,https://shop.example.com/mill,,,,,
MILL2,手挽きミル プロ,6800,器具,https://img.example.com/mill2.png,https://shop.example.com/mill2,,,MILL,,
BRUSH,ミル用ブラシ,680,器具小物,https://img.example.com/brush.png,https://shop.example.com/brush,,MILL,,,
CAKE,季節の焼き菓子,860,お菓子,https://img.example.com/cake.png,https://shop.example.com/cake,7,,,,
CUP,白磁のカップ,1900,食器,https://img.example.com/cup.png,https://shop.example.com/cup,,,,,
SOLD,限定ドリッパー,3200,器具,https://img.example.com/sold.png,,,MILL,,0,
PILL,目薬,900,医薬品,,,,MILL,,,
`
	plans := `plan,name,price_per_month,rank,family,limits
LIGHT,ライト便,1500,1,coffee,"{""杯"":20}"
STANDARD,スタンダード便,2800,2,coffee,"{""杯"":40}"
PREMIUM,プレミアム便,4200,3,coffee,"{""杯"":80}"
`
	var customers, purchases, links strings.Builder
	fmt.Fprintln(&customers, "customer_id,plan,plan_since,usage,birth_year")
	fmt.Fprintln(&purchases, "customer_id,sku,purchased_at,order_id,quantity,unit_price,channel")
	fmt.Fprintln(&links, "customer_id,line_user_id")
	for i := range 40 {
		fmt.Fprintf(&purchases, "C%03d,COFFEE,%s,A%03d,1,1280,store\nC%03d,FILTER,%s,A%03d,1,480,store\n", i, day(40+i), i, i, day(40+i), i)
		if i%2 == 0 {
			fmt.Fprintf(&purchases, "C%03d,CAKE,%s,B%03d,1,860,store\n", i, day(20), i)
		}
	}
	fmt.Fprintf(&customers, "HANAKO,PREMIUM,%s,\"{\"\"杯\"\":18}\",1990\n", day(200))
	fmt.Fprintf(&purchases, "HANAKO,COFFEE,%s,H1,1,1280,online\nHANAKO,MILL,%s,H2,1,4800,online\n", day(12), day(90))
	fmt.Fprintf(&links, "HANAKO,%s\n", hanako)
	w.osusume("import", "products", w.write("products.csv", products))
	w.osusume("import", "plans", w.write("plans.csv", plans))
	w.osusume("import", "customers", w.write("customers.csv", customers.String()))
	w.osusume("import", "purchases", w.write("purchases.csv", purchases.String()))
	w.osusume("import", "links", w.write("links.csv", links.String()))
	w.osusume("train")
}

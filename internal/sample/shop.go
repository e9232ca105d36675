// Package sample is a small Japanese coffee and kitchen shop to talk to: a catalog, three subscription plans, two
// thousand customers and a year of their purchases, as import files. The same seed and day give the same bytes.
//
// Every habit in it is in the purchases themselves: what osusume says about this shop it has to find there.
package sample

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"
	"time"
)

// What customers see of the shop.
const (
	ShopName   = "豆と暮らし"
	PrivacyURL = "https://mame.example/privacy"
	Contact    = "03-0000-0000（10時から18時）"
)

// Zone is where the shop is; Japan has no summer time.
var Zone = time.FixedZone("Asia/Tokyo", 9*3600)

// Files are the shop as `osusume import` reads it, one CSV text a kind.
type Files struct {
	Products, Plans, Customers, Purchases []byte
}

// Person is one of the customers that are introduced by name and story.
type Person struct {
	ID       string
	Name     string // a display name; customers' names are never part of the files
	JA, EN   string // who that is, in one line
	Language string
}

// The introduced customers.
const (
	Regular     = "C0001"
	Heavy       = "C0002"
	NearLimit   = "C0003"
	LittleUse   = "C0004"
	FirstTime   = "C0005"
	Customers   = 2000
	DefaultSeed = 20260401
)

// People lists the introduced customers.
func People() []Person {
	return []Person{
		{Regular, "高橋 健一", "常連：朝のブレンドを二週間ごとに買う", "a regular: the morning blend every two weeks", "ja"},
		{Heavy, "中村 葵", "コーヒー好き：豆も道具もよく買う", "a heavy buyer: beans and tools", "ja"},
		{NearLimit, "小林 真理", "定期便の上限をこえている：スタンダード", "a subscriber over the plan's limit: Standard", "ja"},
		{LittleUse, "加藤 誠", "定期便をあまり使っていない：プレミアム", "a subscriber who uses little: Premium", "ja"},
		{FirstTime, "渡辺 さくら", "はじめてのお客さま：一度だけ買った", "a first-time customer: one purchase", "ja"},
	}
}

// Shop makes the files. Purchases end on the day before now.
func Shop(now time.Time, seed uint64) Files {
	g := newGenerator(now, seed)
	g.everyone()
	return Files{Products: productsCSV(), Plans: plansCSV(), Customers: g.customersCSV(), Purchases: g.purchasesCSV()}
}

// Links is the import file that says which LINE user a customer is: pairs of customer and user.
func Links(pairs ...[2]string) []byte {
	var rows [][]string
	for _, p := range pairs {
		rows = append(rows, p[:])
	}
	return table([]string{"customer_id", "line_user_id"}, rows)
}

func table(header []string, rows [][]string) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write(header) // a bytes.Buffer does not fail
	_ = w.WriteAll(rows)
	return b.Bytes()
}

type product struct {
	sku, name   string
	price       int
	category    string
	life        int // days one piece lasts
	tags        string
	accessoryOf string
	upgradeOf   string
	season      string // MM-DD/MM-DD
	about       string
}

func products() []product {
	return []product{
		{sku: "B001", name: "朝のブレンド 200g", price: 1180, category: "コーヒー豆", life: 14, tags: "中煎り|毎日", about: "毎朝飲みやすい、やわらかな中煎りです。"},
		{sku: "B002", name: "夜の深煎りブレンド 200g", price: 1180, category: "コーヒー豆", life: 14, tags: "深煎り|ミルクに合う", about: "ミルクに負けない、ほろ苦い深煎りです。"},
		{sku: "B003", name: "エチオピア イルガチェフェ 200g", price: 1480, category: "コーヒー豆", life: 14, tags: "浅煎り|華やか", about: "花のような香りの浅煎りです。"},
		{sku: "B004", name: "グアテマラ アンティグア 200g", price: 1380, category: "コーヒー豆", life: 14, tags: "中煎り|コク", about: "カカオを思わせるコクがあります。"},
		{sku: "B005", name: "コロンビア ウィラ 200g", price: 1280, category: "コーヒー豆", life: 14, tags: "中煎り|バランス", about: "甘みと酸味のバランスがよい豆です。"},
		{sku: "B006", name: "スマトラ マンデリン 200g", price: 1420, category: "コーヒー豆", life: 14, tags: "深煎り|個性", about: "大地を思わせる深い味わいです。"},
		{sku: "B007", name: "カフェインレス コロンビア 200g", price: 1380, category: "コーヒー豆", life: 16, tags: "カフェインレス|夜", about: "夜にも楽しめるカフェインレスです。"},
		{sku: "B008", name: "アイスコーヒーブレンド 200g", price: 1280, category: "コーヒー豆", life: 12, tags: "深煎り|アイス", season: "05-15/09-20", about: "氷に負けない深煎りです。"},
		{sku: "B009", name: "パナマ ゲイシャ 100g", price: 2980, category: "コーヒー豆", life: 10, tags: "浅煎り|特別", upgradeOf: "B003", about: "ジャスミンのような香りの、特別な一袋です。"},
		{sku: "B010", name: "ドリップバッグ アソート 10袋", price: 1350, category: "ドリップバッグ", life: 10, tags: "手軽|贈り物", about: "お湯を注ぐだけの五種アソートです。"},
		{sku: "F001", name: "ペーパーフィルター 1〜2杯用 100枚", price: 420, category: "フィルター", life: 60, accessoryOf: "D001", about: "無漂白の円すい型です。"},
		{sku: "F002", name: "ペーパーフィルター 2〜4杯用 100枚", price: 480, category: "フィルター", life: 60, accessoryOf: "D002", about: "無漂白の円すい型です。"},
		{sku: "D001", name: "陶器ドリッパー 1〜2杯用", price: 2200, category: "ドリッパー", tags: "有田焼", about: "湯温を保ちやすい陶器製です。"},
		{sku: "D002", name: "陶器ドリッパー 2〜4杯用", price: 2600, category: "ドリッパー", tags: "有田焼", about: "家族の分をまとめていれられます。"},
		{sku: "M001", name: "手挽きミル", price: 4980, category: "ミル", tags: "手挽き", about: "一度に二杯分を挽けます。"},
		{sku: "M002", name: "手挽きミル ステンレス刃", price: 9800, category: "ミル", tags: "手挽き|軽い", upgradeOf: "M001", about: "軽い力で粒のそろう刃です。"},
		{sku: "M003", name: "電動ミル", price: 14800, category: "ミル", tags: "電動", upgradeOf: "M002", about: "十五段階の挽き目を選べます。"},
		{sku: "K001", name: "ドリップケトル 0.7L", price: 5480, category: "ケトル", tags: "細口", about: "細くまっすぐ注げる細口です。"},
		{sku: "K002", name: "電気ケトル 温度調節つき 0.8L", price: 13800, category: "ケトル", tags: "電気|細口", upgradeOf: "K001", about: "一度単位で湯温を決められます。"},
		{sku: "S001", name: "ガラスサーバー 400ml", price: 1980, category: "サーバー", accessoryOf: "D001", about: "耐熱ガラス製、目盛りつきです。"},
		{sku: "S002", name: "ガラスサーバー 700ml", price: 2480, category: "サーバー", accessoryOf: "D002", about: "耐熱ガラス製、目盛りつきです。"},
		{sku: "A001", name: "キッチンスケール", price: 2980, category: "はかり", about: "1g単位で2kgまで量れます。"},
		{sku: "A002", name: "ドリップスケール タイマーつき", price: 5980, category: "はかり", upgradeOf: "A001", about: "0.1g単位の計量と時間の計測が同時にできます。"},
		{sku: "C001", name: "保存缶 200g用", price: 1680, category: "保存", accessoryOf: "B001|B002|B003|B004|B005|B006|B007", about: "光を通さない、密閉ふたの缶です。"},
		{sku: "N001", name: "ミル用ブラシ", price: 880, category: "手入れ", accessoryOf: "M001|M002|M003", about: "刃に残った粉を払えます。"},
		{sku: "N002", name: "ケトル用クエン酸 10包", price: 480, category: "手入れ", life: 90, accessoryOf: "K002", about: "水あかを落とします。"},
		{sku: "P001", name: "フレンチプレス 350ml", price: 3480, category: "プレス", about: "豆の油分まで味わえます。"},
		{sku: "W001", name: "水出しポット 1L", price: 2980, category: "水出し", season: "05-01/09-20", about: "寝る前に仕込めば朝に飲めます。"},
		{sku: "W002", name: "水出し用バッグ 30枚", price: 540, category: "水出し", life: 45, accessoryOf: "W001", season: "05-01/09-20", about: "粉を入れて水に沈めるだけです。"},
		{sku: "G001", name: "マグカップ 白 300ml", price: 1650, category: "うつわ", about: "口あたりの薄い磁器です。"},
		{sku: "G002", name: "マグカップ 藍 300ml", price: 1650, category: "うつわ", about: "藍の釉薬をかけた磁器です。"},
		{sku: "G003", name: "二重ガラスカップ 250ml", price: 2200, category: "うつわ", about: "冷めにくく、外が熱くなりません。"},
		{sku: "L001", name: "ミルクフォーマー", price: 2480, category: "ミルク", about: "家でカフェラテの泡を作れます。"},
		{sku: "T001", name: "国産はちみつ 300g", price: 1480, category: "食品", life: 45, about: "春に集めた百花蜜です。"},
		{sku: "T002", name: "いちごジャム 180g", price: 780, category: "食品", life: 25, about: "果実の形を残した低糖度です。"},
		{sku: "T003", name: "グラノーラ 400g", price: 980, category: "食品", life: 14, about: "オーツ麦と木の実を焼き上げました。"},
		{sku: "T004", name: "焼き菓子 6個", price: 1580, category: "食品", life: 10, tags: "贈り物", about: "コーヒーに合う三種の詰め合わせです。"},
		{sku: "H001", name: "木のまな板", price: 3280, category: "台所", about: "刃あたりのやわらかいひのきです。"},
		{sku: "H002", name: "木製品用オイル", price: 1280, category: "手入れ", life: 120, accessoryOf: "H001", about: "木の道具の乾きを防ぎます。"},
		{sku: "H003", name: "パン切り包丁", price: 3800, category: "台所", about: "やわらかいパンもつぶさず切れます。"},
		{sku: "H004", name: "リネンのふきん 2枚", price: 1200, category: "台所", about: "吸いがよく、すぐ乾きます。"},
		{sku: "H005", name: "ホーロー鍋 18cm", price: 7800, category: "鍋", about: "毎日の汁物に使いやすい大きさです。"},
		{sku: "H006", name: "鋳物ホーロー鍋 20cm", price: 24800, category: "鍋", upgradeOf: "H005", about: "煮込みと蒸し焼きに向く厚手の鍋です。"},
		{sku: "B011", name: "ケニア ニエリ 200g", price: 1580, category: "コーヒー豆", life: 14, tags: "浅煎り|果実", about: "黒すぐりのような甘酸っぱさです。"},
		{sku: "B012", name: "ブラジル セラード 200g", price: 1180, category: "コーヒー豆", life: 14, tags: "中煎り|ナッツ", about: "ナッツの香ばしさと、おだやかな甘みです。"},
		{sku: "B013", name: "朝のブレンド 500g", price: 2680, category: "コーヒー豆", life: 35, tags: "中煎り|毎日|大袋", about: "よく飲む方の大きな袋です。"},
		{sku: "B014", name: "冬のブレンド 200g", price: 1380, category: "コーヒー豆", life: 14, tags: "深煎り|季節", season: "11-01/02-28", about: "焼き菓子に合わせた、冬だけの深煎りです。"},
		{sku: "B015", name: "カフェインレス ドリップバッグ 10袋", price: 1480, category: "ドリップバッグ", life: 12, tags: "カフェインレス|手軽", about: "夜や休憩に、お湯を注ぐだけの一杯です。"},
		{sku: "F003", name: "ステンレスフィルター 1〜4杯用", price: 3200, category: "フィルター", upgradeOf: "F002", about: "洗って繰り返し使える、紙のいらないフィルターです。"},
		{sku: "D003", name: "ガラスドリッパー 1〜4杯用", price: 2400, category: "ドリッパー", tags: "耐熱ガラス", about: "落ちていく様子が見えるガラス製です。"},
		{sku: "D004", name: "ドリッパースタンド 木製", price: 4200, category: "ドリッパー", accessoryOf: "D001|D002|D003", about: "はかりごと載せられる、くるみ材のスタンドです。"},
		{sku: "K003", name: "ホーローケトル 1.2L", price: 6800, category: "ケトル", tags: "直火", about: "直火で使える、たっぷりの細口です。"},
		{sku: "C002", name: "真空保存容器 400g用", price: 3600, category: "保存", upgradeOf: "C001", about: "ふたを回すと中の空気が抜けます。"},
		{sku: "N003", name: "器具用ブラシ 2本組", price: 780, category: "手入れ", accessoryOf: "S001|S002|P001|W001", about: "細い口の奥まで届きます。"},
		{sku: "P002", name: "エアロタイプ プレス", price: 5200, category: "プレス", about: "押して一分で、澄んだ一杯ができます。"},
		{sku: "G004", name: "カップとソーサー 白", price: 2800, category: "うつわ", about: "来客にも使いやすい、飽きのこない白です。"},
		{sku: "G005", name: "木のトレー 30cm", price: 3200, category: "台所", about: "一人分の朝食がのる大きさです。"},
		{sku: "L002", name: "ミルクピッチャー 350ml", price: 2980, category: "ミルク", accessoryOf: "L001", about: "注ぎ口の細い、絵を描きやすいピッチャーです。"},
		{sku: "T005", name: "メープルシロップ 250g", price: 1680, category: "食品", life: 50, about: "カナダの森で採れた、濃い色の一本です。"},
		{sku: "T006", name: "ドライいちじく 200g", price: 1080, category: "食品", life: 20, about: "砂糖を加えず、木の上で熟した実です。"},
		{sku: "T007", name: "ピーナッツバター 180g", price: 980, category: "食品", life: 30, about: "国産落花生と塩だけの粒入りです。"},
		{sku: "X001", name: "はじめてのハンドドリップセット", price: 6480, category: "セット", tags: "贈り物|はじめて", about: "陶器のドリッパー、サーバー、フィルター、朝のブレンドの四点です。"},
		{sku: "X002", name: "コーヒーの贈り物 豆三種", price: 3980, category: "セット", tags: "贈り物", about: "浅煎り、中煎り、深煎りを木箱に詰めました。"},
		{sku: "X003", name: "水出しはじめてセット", price: 3380, category: "セット", tags: "はじめて", season: "05-01/09-20", about: "ポットと、水出し用バッグ三十枚の二点です。"},
		{sku: "R001", name: "家で淹れるコーヒーの本", price: 1760, category: "本", about: "豆の選び方から淹れ方までを、写真で追えます。"},
	}
}

func productsCSV() []byte {
	header := []string{
		"sku", "name", "price", "category", "brand", "description", "tags", "life_days", "season_from", "season_to",
		"accessory_of", "upgrade_of", "page_url", "image_url",
	}
	var rows [][]string
	for _, p := range products() {
		life := ""
		if p.life > 0 {
			life = strconv.Itoa(p.life)
		}
		from, to, _ := strings.Cut(p.season, "/")
		rows = append(rows, []string{
			p.sku, p.name, strconv.Itoa(p.price), p.category, ShopName, p.about, p.tags, life, from, to, p.accessoryOf, p.upgradeOf,
			"https://mame.example/items/" + strings.ToLower(p.sku), PictureBase + strings.ToLower(p.sku) + ".png",
		})
	}
	return table(header, rows)
}

// The plans, from small to large, and what a month of them includes.
const (
	Light    = "light"
	Standard = "standard"
	Premium  = "premium"

	bags  = "コーヒー豆（袋）"
	drips = "ドリップバッグ（個）"
)

func plansCSV() []byte {
	return table([]string{"plan", "name", "price_per_month", "rank", "family", "benefits", "limits", "page_url"}, [][]string{
		{Light, "定期便ライト", "2180", "1", "coffee", "送料無料", `{"` + bags + `":2,"` + drips + `":5}`, "https://mame.example/plans/light"},
		{Standard, "定期便スタンダード", "4080", "2", "coffee", "送料無料|豆を毎月選べます", `{"` + bags + `":4,"` + drips + `":10}`, "https://mame.example/plans/standard"},
		{Premium, "定期便プレミアム", "7480", "3", "coffee", "送料無料|豆を毎月選べます|限定豆の先行案内", `{"` + bags + `":8,"` + drips + `":30}`, "https://mame.example/plans/premium"},
	})
}

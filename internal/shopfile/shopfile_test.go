package shopfile_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/japanese"

	"osusume/internal/fault"
	"osusume/internal/ids"
	"osusume/internal/shopfile"
	"osusume/offers"
)

var (
	tokyo = time.FixedZone("JST", 9*60*60)
	now   = time.Date(2025, 6, 1, 12, 0, 0, 0, tokyo).UnixMilli()
)

func options() shopfile.Options { return shopfile.Options{Zone: tokyo, NowMS: now} }

func at(text string) int64 {
	t, err := time.ParseInLocation("2006-01-02 15:04:05", text, tokyo)
	if err != nil {
		panic(err)
	}
	return t.UnixMilli()
}

// readAll gives the records, and the rejections as "line: reason".
func readAll(t testing.TB, text string, kind shopfile.Kind) (records []shopfile.Record, rejected []string) {
	t.Helper()
	r, err := shopfile.NewReader(strings.NewReader(text), kind, options())
	if err != nil {
		t.Fatalf("the file was refused: %v", err)
	}
	for {
		rec, rejection, err := r.Next()
		if errors.Is(err, io.EOF) {
			return records, rejected
		}
		if err != nil {
			t.Fatalf("reading: %v", err)
		}
		if rejection != nil {
			rejected = append(rejected, fmt.Sprintf("%d: %s", rejection.Line, rejection.Reason))
		} else {
			records = append(records, rec)
		}
	}
}

const fullProduct = "sku,name,price,category,brand,description,image_url,page_url,tags,stock,tier,cost,life_days,sensitive,min_age,season_from,season_to,active,accessory_of,upgrade_of,bundle,subscription_of,warranty_of,requires\n" +
	`T1,"煎茶, 100g","1,280",お茶,山本園,香り高い,https://x.jp/i.png,https://x.jp/p,茶|ギフト,12,standard,600,30,false,0,04-01,06-30,true,P1|P2,T0,T1+P1=3000|T1+P2=3500,S1,W1,K1` + "\n"

func wantProduct() shopfile.Product {
	return shopfile.Product{Product: offers.Product{
		SKU: "T1", Name: "煎茶, 100g", Price: 1280, Category: "お茶", Brand: "山本園", Description: "香り高い",
		ImageURL: "https://x.jp/i.png", PageURL: "https://x.jp/p", Tags: []string{"茶", "ギフト"}, Stock: 12, Tier: "standard",
		Cost: 600, LifeDays: 30, SeasonFrom: "04-01", SeasonTo: "06-30", Active: true,
		AccessoryOf: []ids.SKU{"P1", "P2"}, UpgradeOf: []ids.SKU{"T0"},
		Bundles:        []offers.Bundle{{SKUs: []ids.SKU{"T1", "P1"}, Price: 3000}, {SKUs: []ids.SKU{"T1", "P2"}, Price: 3500}},
		SubscriptionOf: []ids.SKU{"S1"}, WarrantyOf: []ids.SKU{"W1"}, Requires: []ids.SKU{"K1"},
	}}
}

func TestAProductIsReadAlikeFromEveryFormOfTheFile(t *testing.T) {
	t.Parallel()
	sjis, err := japanese.ShiftJIS.NewEncoder().String(fullProduct)
	if err != nil {
		t.Fatal(err)
	}
	var zipped bytes.Buffer
	gz := gzip.NewWriter(&zipped)
	_, _ = gz.Write([]byte(sjis))
	_ = gz.Close()
	jsonl := `{"sku":"T1","name":"煎茶, 100g","price":1280,"category":"お茶","brand":"山本園","description":"香り高い","image_url":"https://x.jp/i.png",` +
		`"page_url":"https://x.jp/p","tags":["茶","ギフト"],"stock":12,"tier":"standard","cost":600,"life_days":30,"sensitive":false,"min_age":0,"season_from":"04-01",` +
		`"season_to":"06-30","active":true,"accessory_of":["P1","P2"],"upgrade_of":"T0","bundle":"T1+P1=3000|T1+P2=3500","subscription_of":"S1","warranty_of":["W1"],"requires":"K1"}`
	for name, text := range map[string]string{
		"utf-8": fullProduct, "utf-8 with a mark": "\uFEFF" + fullProduct, "shift_jis": sjis, "gzip": zipped.String(),
		"crlf": strings.ReplaceAll(fullProduct, "\n", "\r\n"), "json lines": jsonl, "json lines with a mark": "\uFEFF\n" + jsonl + "\n\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			records, rejected := readAll(t, text, shopfile.Products)
			if diff := cmp.Diff([]shopfile.Record{wantProduct()}, records); diff != "" || rejected != nil {
				t.Errorf("rejected %q, difference:\n%s", rejected, diff)
			}
		})
	}
}

func TestEmptyCellsHaveTheDefaultsOfTheContract(t *testing.T) {
	t.Parallel()
	products, _ := readAll(t, "sku,name,price,category,stock,active\nA,a,1,,,\n", shopfile.Products)
	if p := products[0].(shopfile.Product); !p.Active || p.Stock != offers.Unlimited || p.Sensitive {
		t.Errorf("product %+v", p)
	}
	purchases, _ := readAll(t, "customer_id,sku,purchased_at,quantity,gift\nc,A,2024-01-02,,\n", shopfile.Purchases)
	want := shopfile.Purchase{Customer: "c", SKU: "A", AtMS: at("2024-01-02 00:00:00"), Quantity: 1}
	if diff := cmp.Diff(shopfile.Record(want), purchases[0]); diff != "" {
		t.Error(diff)
	}
}

func TestSensitiveCategoriesCannotBeTalkedAway(t *testing.T) {
	t.Parallel()
	for _, category := range []string{"医薬品", "第２類医薬品", "妊娠・避妊", "生理", "アダルト", "ｱﾀﾞﾙﾄ", "介護", "介護用品", "宗教", "減量", "疾患"} {
		records, rejected := readAll(t, "sku,name,price,category,sensitive\nA,a,1,"+category+",false\n", shopfile.Products)
		if rejected != nil || !records[0].(shopfile.Product).Sensitive {
			t.Errorf("%s is not sensitive", category)
		}
	}
	if shopfile.SensitiveCategory("お茶") || shopfile.SensitiveCategory("") || !shopfile.SensitiveCategory("ダイエット", "ﾀﾞｲｴｯﾄ") {
		t.Error("an ordinary category is sensitive, or the shop's own one is not")
	}
}

func TestTheOtherKinds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind shopfile.Kind
		text string
		want shopfile.Record
	}{
		{
			shopfile.Plans, "plan,name,price_per_month,rank,family,benefits,limits,trial_days,page_url\np1,ライト,980,1,定期便,送料無料|10%引き,\"{\"\"deliveries\"\":2}\",14,\n",
			shopfile.Plan{PlanInfo: offers.PlanInfo{ID: "p1", Name: "ライト", PerMonth: 980, Rank: 1, Family: "定期便", Benefits: []string{"送料無料", "10%引き"}, Limits: map[string]float64{"deliveries": 2}}, TrialDays: 14},
		},
		{
			shopfile.Customers, `{"customer_id":"c1","plan":"p1","plan_since":"2024-01-01","usage":{"deliveries":1.5},"birth_year":1980,"prefecture":"京都府","points":10,"profile":{"a": [1, "b"]},"joined_at":"2020-01-01T00:00:00+09:00"}`,
			shopfile.Customer{ID: "c1", Plan: "p1", PlanSinceMS: at("2024-01-01 00:00:00"), Usage: map[string]float64{"deliveries": 1.5}, BirthYear: 1980, Prefecture: "京都府", Points: 10, Profile: `{"a":[1,"b"]}`, JoinedMS: at("2020-01-01 00:00:00")},
		},
		{
			shopfile.Purchases, "customer_id,sku,purchased_at,order_id,quantity,unit_price,channel,returned_at,gift\nc1,A,2024/1/2 9:05,o1,2,980,LINE,2024-01-05,true\n",
			shopfile.Purchase{Customer: "c1", SKU: "A", AtMS: at("2024-01-02 09:05:00"), OrderID: "o1", Quantity: 2, UnitPrice: 980, Channel: "line", ReturnedMS: at("2024-01-05 00:00:00"), Gift: true},
		},
		{shopfile.Links, "customer_id,line_user_id\nc1,U0123456789abcdef0123456789abcdef\n", shopfile.Link{Customer: "c1", LineUserID: "U0123456789abcdef0123456789abcdef"}},
		{shopfile.Prices, "sku,price,from\nA,0,2024-01-02\n", shopfile.Price{SKU: "A", FromMS: at("2024-01-02 00:00:00")}},
	} {
		records, rejected := readAll(t, c.text, c.kind)
		if diff := cmp.Diff([]shopfile.Record{c.want}, records); diff != "" || rejected != nil {
			t.Errorf("%s: rejected %q, difference:\n%s", c.kind, rejected, diff)
		}
	}
}

func TestBadRowsAreSetAsideWithLineAndReasonAndTheRestGoesOn(t *testing.T) {
	t.Parallel()
	emoji := strings.Repeat("👨‍👩‍👧", 5000)
	long := strings.Repeat("x", 10<<20)
	text := strings.Join([]string{
		"sku,name,price,season_from,season_to,image_url,bundle", // 1
		"A,good,100,,,,", // 2
		"B,ragged",       // 3
		"C,too dear,1000000001,,,,",
		"D,negative,-1,,,,",
		"E,fraction,1.5,,,,",
		",no sku,1,,,,",
		"G," + emoji + ",1,,,,", // 8
		"H," + long + ",1,,,,",  // 9
		"I,bad\x00nul,1,,,,",
		"J,bad \xff\xfe utf,1,,,,",
		"K,season,1,13-01,14-01,,",
		"L,one season,1,04-01,,,",
		"M,http,1,,,http://x.jp/a.png,",
		"N,bundle,1,,,,A=3",
		`O,"never closed,1,,,,`,      // 16
		`P,"two` + "\nlines\",1,,,,", // 17, 18
		`Q,"after"x,1,,,,`,
		"R,trailing commas,1,,,,,,,", // 20
		"S,last,100,,,,",
	}, "\n")
	records, rejected := readAll(t, text, shopfile.Products)
	var names []string
	for _, r := range records {
		names = append(names, r.(shopfile.Product).Name)
	}
	if diff := cmp.Diff([]string{"good", "two lines", "trailing commas", "last"}, names); diff != "" {
		t.Error(diff)
	}
	want := []string{
		"3: the row has 2 cells, the header has 7",
		"4: price: must be whole yen from 0 to 1,000,000,000",
		"5: price: must be whole yen from 0 to 1,000,000,000",
		"6: price: must be whole yen from 0 to 1,000,000,000",
		"7: sku: is empty",
		"8: name: is longer than 300 characters",
		"9: the line is longer than 1 MiB",
		"10: the line contains a NUL byte",
		"11: the line is neither valid UTF-8 nor valid Shift_JIS",
		"12: season_from: must be a day of the year like 04-01",
		"13: season_from: season_from and season_to must be given together",
		"14: image_url: must be an address that begins with https://",
		"15: bundle: a bundle needs at least two products: SKU+SKU=PRICE",
		`16: a quote (") is opened and never closed`,
		"19: cell 2: text after the closing quote",
	}
	// Line 16's open quote meets line 17's; the row is refused without taking 17 along.
	if diff := cmp.Diff(want, rejected); diff != "" {
		t.Error(diff)
	}
}

func TestAbsurdTimesAreRefused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"1969-12-31": "is before 1970", "0000-00-00": "must be a time", "9999-12-31": "lies in the future", "2025-06-03": "lies in the future",
		"2025-02-30": "must be a time", "yesterday": "must be a time", "": "is empty", "20250101": "must be a time",
	} {
		_, rejected := readAll(t, "customer_id,sku,purchased_at\nc,A,"+text+"\n", shopfile.Purchases)
		if len(rejected) != 1 || !strings.Contains(rejected[0], "purchased_at: "+want) {
			t.Errorf("%q: %q, want %q", text, rejected, want)
		}
	}
	if _, rejected := readAll(t, "customer_id,sku,purchased_at,returned_at\nc,A,2024-05-05,2024-05-01\n", shopfile.Purchases); len(rejected) != 1 {
		t.Errorf("a return before the purchase: %q", rejected)
	}
}

func TestAFileThatCannotBeUnderstoodIsOneClearError(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                 "the file is empty",
		"\n\n":                             "the file is empty",
		"sku,title\nA,b\n":                 "the header lacks name, price; it names: sku, title",
		"sku,name,price,sku\n":             "the column sku is there twice",
		"\xff\xfes\x00":                    "UTF-16",
		"PK\x03\x04":                       "workbook",
		"\x1f\x8bgarbage":                  "gzip",
		"sku,\"name\n":                     "the header cannot be read",
		strings.Repeat("a", 2<<20) + "\nb": "the header cannot be read",
	} {
		_, err := shopfile.NewReader(strings.NewReader(text), shopfile.Products, options())
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%.20q: error %v, want %q", text, err, want)
		}
	}
}

func TestACutOffGzipSaysHowFarItCame(t *testing.T) {
	t.Parallel()
	var zipped bytes.Buffer
	gz := gzip.NewWriter(&zipped)
	_, _ = gz.Write([]byte("sku,price,from\n"))
	for i := range 20_000 {
		_, _ = fmt.Fprintf(gz, "A%d,%d,2024-01-01\n", i*7919%10007, i)
	}
	_ = gz.Close()
	r, err := shopfile.NewReader(bytes.NewReader(zipped.Bytes()[:zipped.Len()/2]), shopfile.Prices, options())
	rows := 0
	for err == nil {
		_, _, err = r.Next()
		rows++
	}
	if errors.Is(err, io.EOF) && !strings.Contains(err.Error(), "after line") || rows < 100 {
		t.Errorf("%d rows, then %v", rows, err)
	}
}

func TestUnknownColumnsAreReportedOnce(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"csv":  "sku,price,from,Color,memo\nA,1,2024-01-01,x,y\nB,1,2024-01-01,x,y\n",
		"json": `{"sku":"A","price":1,"from":"2024-01-01","Color":{"a":1},"memo":[1]}` + "\n" + `{"sku":"B","price":1,"from":"2024-01-01","Color":1}`,
	} {
		r, err := shopfile.NewReader(strings.NewReader(text), shopfile.Prices, options())
		if err != nil {
			t.Fatal(err)
		}
		for err == nil {
			var rejection *shopfile.Rejection
			if _, rejection, err = r.Next(); rejection != nil {
				t.Errorf("%s: rejected %+v", name, rejection)
			}
		}
		if diff := cmp.Diff([]string{"Color", "memo"}, r.Unknown()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestAnEncodingSeenLateIsStillRead(t *testing.T) {
	t.Parallel()
	ascii := "sku,name,price\n" + strings.Repeat("A,plain,1\n", 60_000)
	sjis, err := japanese.ShiftJIS.NewEncoder().String("B,緑茶\n表,1\n") // 表 ends in a backslash byte
	if err != nil {
		t.Fatal(err)
	}
	sjis = strings.Replace(sjis, "\n", "", 1)
	records, rejected := readAll(t, ascii+sjis, shopfile.Products)
	if rejected != nil || records[60_000].(shopfile.Product).Name != "緑茶表" {
		t.Errorf("rejected %q, last %+v", rejected, records[len(records)-1])
	}
}

func TestNamesKeepEmojiAndLoseControlCharacters(t *testing.T) {
	t.Parallel()
	records, rejected := readAll(t, "sku,name,price\nA,\"👩‍🍳の\u202eお\tすすめ\x07\",1\n", shopfile.Products)
	if rejected != nil || records[0].(shopfile.Product).Name != "👩‍🍳のお すすめ" {
		t.Errorf("%q %+v", rejected, records)
	}
}

func TestTheReportHoldsEveryRejectedRowAndRunsNoFormula(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "p.csv")
	if err := os.WriteFile(path+".rejected.csv", []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	w, err := shopfile.NewRejected(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(w.Path()); !errors.Is(err, os.ErrNotExist) {
		t.Error("the report of an earlier run is still there")
	}
	for _, r := range []shopfile.Rejection{{Line: 3, Reason: "sku: is empty", Row: `,"煎茶",1`}, {Line: 9, Reason: "x", Row: "=cmd()"}} {
		if err := w.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(w.Path())
	if err != nil {
		t.Fatal(err)
	}
	if want := "\uFEFFline,reason,row\n3,sku: is empty,\",\"\"煎茶\"\",1\"\n9,x,'=cmd()\n"; string(got) != want || w.Count() != 2 {
		t.Errorf("%q", got)
	}
}

// FuzzReader: whatever the bytes, every physical line that is not blank is accounted for, and nothing panics or hangs.
func FuzzReader(f *testing.F) {
	for _, seed := range []string{fullProduct, "sku,name,price\nA,\"x\ny\",1\n\"", `{"sku":"A","name":"b","price":1}`, "\x1f\x8b\x08\x00", "sku,price,from\nA,1,2024-01-01"} {
		for i := range shopfile.Kinds() {
			f.Add([]byte(seed), uint8(i))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, kind uint8) {
		kinds := shopfile.Kinds()
		r, err := shopfile.NewReader(bytes.NewReader(data), kinds[int(kind)%len(kinds)], options())
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("not a clear error: %v", err)
			}
			return
		}
		last := 0
		for range len(data) + 10 {
			rec, rejection, err := r.Next()
			if err != nil {
				return
			}
			if (rec == nil) == (rejection == nil) {
				t.Fatal("a row is neither record nor rejection, or both")
			}
			if rejection != nil {
				if rejection.Line <= last || rejection.Reason == "" || strings.Contains(rejection.Reason, "\n") {
					t.Fatalf("rejection %+v after line %d", rejection, last)
				}
				last = rejection.Line
			}
			if p, ok := rec.(shopfile.Purchase); ok && (p.AtMS <= 0 || p.AtMS > now+86_400_000 || p.UnitPrice < 0 || p.Quantity < 1 || p.Customer == "") {
				t.Fatalf("accepted %+v", p)
			}
		}
		t.Fatal("the reader does not end")
	})
}

func BenchmarkPurchases(b *testing.B) {
	var text strings.Builder
	text.WriteString("customer_id,sku,purchased_at,order_id,quantity,unit_price,channel\n")
	for i := range 100_000 {
		fmt.Fprintf(&text, "%d,%d,2024-01-02 08:26:00,%d,6,638,online\n", i%9000, i%3000, i/4)
	}
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		r, err := shopfile.NewReader(strings.NewReader(text.String()), shopfile.Purchases, options())
		for err == nil {
			_, _, err = r.Next()
		}
	}
	b.ReportMetric(float64(b.N)*100_000/b.Elapsed().Seconds(), "rows/s")
}

package offers_test

import (
	"compress/gzip"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"osusume/internal/ids"
	"osusume/offers"
)

// sharedFile opens a public purchase file; the test is skipped, saying so, where the data is not handed out.
func sharedFile(t testing.TB, name string) io.Reader {
	t.Helper()
	dir := os.Getenv("OSUSUME_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared")
	}
	path := filepath.Join(dir, "data", filepath.FromSlash(name))
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		t.Skipf("skipped: %s is not there (set OSUSUME_SHARED to the folder with data/)", path)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	if !strings.HasSuffix(name, ".gz") {
		return f
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// sharedShop is a public data set in the shape of an import.
type sharedShop struct {
	products  []offers.Product
	customers []string // in order of first appearance
	lines     map[string][]sharedLine
	tickets   []ticket // by time, then id
}

type sharedLine struct {
	purchase offers.Purchase
	ticket   string
}

type ticket struct {
	id, customer string
	atMS         int64
}

func readShared(t testing.TB, folder string) *sharedShop {
	t.Helper()
	shop := &sharedShop{lines: map[string][]sharedLine{}}
	for _, row := range readCSV(t, sharedFile(t, folder+"/import_products.csv")) {
		price, err := strconv.ParseInt(row["price"], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		shop.products = append(shop.products, offers.Product{
			SKU: ids.SKU(row["sku"]), Name: row["name"], Price: ids.Yen(price), Category: row["category"],
			Stock: offers.Unlimited, Active: true,
		})
	}
	first := map[string]*ticket{}
	for _, row := range readCSV(t, sharedFile(t, folder+"/import_purchases.csv.gz")) {
		at, err := time.Parse("2006-01-02 15:04:05", row["purchased_at"])
		if err != nil {
			t.Fatal(err)
		}
		price, _ := strconv.ParseInt(row["unit_price"], 10, 64)
		quantity, _ := strconv.ParseInt(row["quantity"], 10, 64)
		customer := row["customer_id"]
		if _, known := shop.lines[customer]; !known {
			shop.customers = append(shop.customers, customer)
		}
		shop.lines[customer] = append(shop.lines[customer], sharedLine{ticket: row["order_id"], purchase: offers.Purchase{
			SKU: ids.SKU(row["sku"]), AtMS: at.UnixMilli(), Quantity: quantity, UnitPrice: ids.Yen(price),
		}})
		if known := first[row["order_id"]]; known != nil {
			known.atMS = min(known.atMS, at.UnixMilli())
		} else {
			first[row["order_id"]] = &ticket{id: row["order_id"], customer: customer, atMS: at.UnixMilli()}
		}
	}
	for _, tk := range first {
		shop.tickets = append(shop.tickets, *tk)
	}
	return shop
}

func readCSV(t testing.TB, r io.Reader) []map[string]string {
	t.Helper()
	rows, err := csv.NewReader(r).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out := make([]map[string]string, 0, len(rows)-1)
	for _, row := range rows[1:] {
		named := make(map[string]string, len(row))
		for i, cell := range row {
			named[rows[0][i]] = cell
		}
		out = append(out, named)
	}
	return out
}

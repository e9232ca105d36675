package e2e

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestThePublicPurchaseFilesLeadToSensibleOffers imports each public file as it is, years old, and follows one of its
// customers from the notice to the reasons.
func TestThePublicPurchaseFilesLeadToSensibleOffers(t *testing.T) {
	t.Parallel()
	for _, folder := range []string{"online_retail", "completejourney_sample"} {
		t.Run(folder, func(t *testing.T) {
			t.Parallel()
			dir := publicData(t, folder)
			w := newWorld(t)
			w.database = "sqlite:" + filepath.Join(w.dir, "shop.db")
			w.osusume("import", "products", filepath.Join(dir, "import_products.csv"))
			w.osusume("import", "purchases", filepath.Join(dir, "import_purchases.csv.gz"))
			customer, names := busyCustomer(t, dir)
			w.osusume("import", "links", w.write("links.csv", "customer_id,line_user_id\n"+customer+","+hanako+"\n"))
			w.osusume("train")
			w.serve()
			w.sim.AddUser(hanako, "山田花子", "ja")
			w.answer(w.sim.Follow(hanako))
			w.press(hanako, "同意する")
			first := w.say(hanako, "おすすめ")
			more := w.say(hanako, "ほかには？")
			why := w.say(hanako, "なぜ？")
			if !containsAny(first, names) || !containsAny(why, names) {
				t.Errorf("the reasons name none of the customer's purchases:\n%s\n%s", first, why)
			}
			if first == more {
				t.Error("ほかには？ repeats the same offers")
			}
			mustContain(t, "the offers", first, "円")
			for _, broken := range w.sim.Check() {
				t.Error(broken)
			}
		})
	}
}

func publicData(t *testing.T, folder string) string {
	t.Helper()
	shared := os.Getenv("OSUSUME_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "shared")
	}
	dir, err := filepath.Abs(filepath.Join(shared, "data", folder))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("skipped: %s is not there (set OSUSUME_SHARED to the folder with data/)", dir)
	}
	return dir
}

// busyCustomer gives the first customer of the file who bought ten different things, with their names.
func busyCustomer(t *testing.T, dir string) (customer string, names []string) {
	t.Helper()
	products := map[string]string{}
	for _, row := range readCSV(t, filepath.Join(dir, "import_products.csv")) {
		products[row[0]] = row[1]
	}
	bought := map[string]map[string]bool{}
	for _, row := range readCSV(t, filepath.Join(dir, "import_purchases.csv.gz")) {
		if bought[row[0]] == nil {
			bought[row[0]] = map[string]bool{}
		}
		if name := products[row[1]]; name != "" {
			bought[row[0]][name] = true
		}
		if len(bought[row[0]]) >= 10 && customer == "" {
			customer = row[0]
		}
	}
	for name := range bought[customer] {
		names = append(names, name)
	}
	return customer, names
}

func readCSV(t *testing.T, path string) [][]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	input := csv.NewReader(bufio.NewReader(f))
	if strings.HasSuffix(path, ".gz") {
		unzipped, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		input = csv.NewReader(unzipped)
	}
	rows, err := input.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

func containsAny(text string, names []string) bool {
	for _, name := range names {
		if strings.Contains(text, name) {
			return true
		}
	}
	return false
}

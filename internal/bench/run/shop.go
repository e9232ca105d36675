package main

import (
	"bufio"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"
)

// shop is the size of the generated shop.
type shop struct {
	Products, Customers, Chatting, PurchasesEach int
}

// write makes the import files of a shop with skewed popularity and pairs that go together, the same for the same seed.
func (s shop) write(dir string, now time.Time) error {
	random := rand.New(rand.NewPCG(20260101, 7)) //nolint:gosec // a repeatable load, nothing secret
	categories := []string{"コーヒー豆", "器具", "お菓子", "食器", "紅茶", "ギフト", "日用品", "文具", "調味料", "布もの"}
	err := file(dir, "products.csv", "sku,name,price,category,image_url,page_url,life_days,accessory_of", func(w *bufio.Writer) {
		for i := range s.Products {
			life, accessory := "", ""
			if i%10 == 3 {
				life = "30"
			}
			if i%25 == 7 {
				accessory = fmt.Sprintf("P%05d", i-7)
			}
			fmt.Fprintf(w, "P%05d,品物%05d号,%d,%s,https://img.example.com/%05d.png,https://shop.example.com/p/%05d,%s,%s\n",
				i, i, 300+i%97*50, categories[i%len(categories)], i, i, life, accessory)
		}
	})
	if err != nil {
		return err
	}
	err = file(dir, "links.csv", "customer_id,line_user_id", func(w *bufio.Writer) {
		for i := range s.Chatting {
			fmt.Fprintf(w, "C%06d,U%032x\n", i, i+1)
		}
	})
	if err != nil {
		return err
	}
	return file(dir, "purchases.csv", "customer_id,sku,purchased_at,order_id,quantity,unit_price,channel", func(w *bufio.Writer) {
		order := 0
		for c := range s.Customers {
			for n := 0; n < s.PurchasesEach; n += 2 {
				order++
				at := now.Add(-time.Duration(random.IntN(360*24)) * time.Hour)
				// A cubed uniform draw gives the long tail of a real catalog; the neighbour makes pairs worth learning.
				item := int(math.Pow(random.Float64(), 3) * float64(s.Products-1))
				for _, sku := range []int{item, item ^ 1} {
					fmt.Fprintf(w, "C%06d,P%05d,%s,O%08d,1,%d,online\n", c, sku%s.Products, at.Format(time.RFC3339), order, 300+sku%97*50)
				}
			}
		}
	})
}

func file(dir, name, header string, rows func(*bufio.Writer)) error {
	f, err := os.Create(filepath.Join(dir, name))
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	fmt.Fprintln(w, header)
	rows(w)
	if err := w.Flush(); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}

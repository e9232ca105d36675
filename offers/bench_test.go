package offers_test

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"osusume/internal/ids"
	"osusume/offers"
)

// bigShop is a seeded shop of the given size: categories, ladders, accessories, consumables, and customers whose
// purchases follow a popularity of rank^-1.
func bigShop(products, customers, lines int) ([]offers.Product, [][]offers.Purchase) {
	rng := rand.New(rand.NewPCG(1, 2))
	shop := make([]offers.Product, products)
	for i := range shop {
		p := &shop[i]
		*p = offers.Product{
			SKU: sku(i), Name: fmt.Sprintf("商品 %d 号", i), Price: ids.Yen(500 + rng.IntN(9500)),
			Category: fmt.Sprintf("カテゴリー%d", i%40), Tags: []string{"ギフト"}, Stock: offers.Unlimited, Active: true,
		}
		switch {
		case i%10 == 3:
			p.AccessoryOf = []ids.SKU{sku(rng.IntN(products)), sku(i / 2)}
		case i%10 == 5:
			p.UpgradeOf = []ids.SKU{sku(rng.IntN(products))}
		case i%10 == 7:
			p.LifeDays = 30
		}
	}
	cumulative := make([]float64, products)
	total := 0.0
	for i := range cumulative {
		total += 1 / float64(i+1)
		cumulative[i] = total
	}
	bought := make([][]offers.Purchase, customers)
	for range lines {
		u := int(float64(customers) * math.Pow(rng.Float64(), 1.5))
		i, _ := slices.BinarySearch(cumulative, rng.Float64()*total)
		bought[u] = append(bought[u], offers.Purchase{
			SKU: sku(min(i, products-1)), AtMS: now - int64(rng.IntN(365))*day, Quantity: 1, UnitPrice: 1000,
		})
	}
	for _, mine := range bought {
		slices.SortFunc(mine, func(a, b offers.Purchase) int { return cmp.Compare(a.AtMS, b.AtMS) })
	}
	return shop, bought
}

// BenchmarkLearn counts a million lines and keeps the 50 nearest products of each of 2,000.
func BenchmarkLearn(b *testing.B) {
	shop, bought := bigShop(2000, 45_000, 1_000_000)
	catalog := offers.NewCatalog(shop, nil)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for b.Loop() {
		learner := offers.NewLearner(catalog, offers.LearnConfig{NowMS: now})
		for _, mine := range bought {
			learner.Add(mine)
		}
		learner.Finish()
	}
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/float64(b.N)/1e6, "MB-allocated/op")
}

// BenchmarkLearnPlain is the yardstick: the same counts by the shortest loop, a table of all pairs, and no decay,
// minimum, intervals or windows.
func BenchmarkLearnPlain(b *testing.B) {
	shop, bought := bigShop(2000, 45_000, 1_000_000)
	index := map[ids.SKU]int{}
	for i := range shop {
		index[shop[i].SKU] = i
	}
	n := len(shop)
	for b.Loop() {
		pairs := make([]uint32, n*n)
		single := make([]uint32, n)
		mark := make([]int, n)
		var mine []int
		for u := range bought {
			mine = mine[:0]
			for _, line := range bought[u] {
				if i := index[line.SKU]; mark[i] != u+1 {
					mark[i] = u + 1
					mine = append(mine, i)
				}
			}
			for _, i := range mine {
				single[i]++
				for _, j := range mine {
					pairs[i*n+j]++
				}
			}
		}
		type near struct {
			j     int
			score float64
		}
		row := make([]near, 0, n)
		for i := range n {
			row = row[:0]
			for j := range n {
				if count := pairs[i*n+j]; count > 0 && i != j {
					row = append(row, near{j, float64(count) / (math.Sqrt(float64(single[i])*float64(single[j])) + 1)})
				}
			}
			slices.SortFunc(row, func(a, b near) int { return cmp.Compare(b.score, a.score) })
		}
	}
}

// BenchmarkRecommend answers customers of a catalog of 100,000 products and reports the slowest percentile.
func BenchmarkRecommend(b *testing.B) {
	for _, topic := range []string{"", "商品 7"} {
		b.Run("topic="+topic, func(b *testing.B) {
			shop, bought := bigShop(100_000, 50_000, 1_500_000)
			catalog := offers.NewCatalog(shop, nil)
			learner := offers.NewLearner(catalog, offers.LearnConfig{NowMS: now})
			for _, mine := range bought {
				learner.Add(mine)
			}
			model := offers.NewModel(catalog, learner.Finish())
			took := make([]time.Duration, 0, 1<<20)
			b.ReportAllocs()
			u := 0
			for b.Loop() {
				start := time.Now()
				d := model.Recommend(offers.Request{
					NowMS: now, Topic: topic, History: &offers.History{Purchases: bought[u]},
				})
				took = append(took, time.Since(start))
				if len(d.Offers) == 0 {
					b.Fatal("nothing offered")
				}
				u = (u + 7919) % len(bought)
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
		})
	}
}

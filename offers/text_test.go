package offers

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestFoldIsIdempotent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"ｶﾞＡａガが㌔①ⅣﬁİǅΣς", "ヴヷヶㇰﾞ"})).Draw(t, "text")
		if once := fold(text); fold(once) != once {
			t.Fatalf("%q folds to %q, and that to %q", text, once, fold(once))
		}
	})
}

func TestFoldMakesWidthKanaAndCaseEqual(t *testing.T) {
	t.Parallel()
	for _, same := range [][]string{{"コーヒー", "こーひー", "ｺｰﾋｰ"}, {"ｍａｇ", "MAG", "Mag"}, {"ヴァイオリン", "ゔぁいおりん"}, {"１２３", "123"}} {
		for _, other := range same[1:] {
			if fold(other) != fold(same[0]) {
				t.Errorf("%q and %q fold to %q and %q", same[0], other, fold(same[0]), fold(other))
			}
		}
	}
}

// TestTextIndexFindsWhatASearchFinds compares the index with looking through every text.
func TestTextIndexFindsWhatASearchFinds(t *testing.T) {
	t.Parallel()
	words := rapid.StringOfN(rapid.SampledFrom([]rune("赤白茶マグカップa ")), 0, 6, -1)
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOfN(words, 0, 12).Draw(t, "names")
		products := make([]Product, len(names))
		for i := range names {
			products[i] = Product{Name: names[i], Tags: []string{"印"}}
		}
		x := newTextIndex(products)
		about, ok := x.topicOf(words.Draw(t, "topic"))
		if !ok {
			return
		}
		var want []int32
		for i, name := range names {
			if slices.ContainsFunc(about.words, func(w string) bool { return strings.Contains(fold(name), w) }) {
				want = append(want, int32(i))
			}
		}
		if got := x.find(nil, about); !slices.Equal(got, want) || len(want) == 0 {
			t.Fatalf("%q in %q: found %v, want %v", about.words, names, got, want)
		}
	})
}

func TestCivilIsTheGregorianDate(t *testing.T) {
	t.Parallel()
	for day := int32(-200_000); day < 200_000; day++ {
		want := time.Unix(int64(day)*86400, 0).UTC()
		if y, m, d := civil(day); y != want.Year() || m != int(want.Month()) || d != want.Day() {
			t.Fatalf("day %d is %d-%d-%d, want %s", day, y, m, d, want.Format(time.DateOnly))
		}
	}
}

func TestSeasonsThatCannotBeReadAreOpen(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from, to string
		in, out  int16 // 0 = none
	}{
		{"", "", 101, 0}, {"13-01", "06-99", 701, 0}, {"夏", "06/30", 101, 0}, {"05-01", "", 1231, 430}, {"", "05-01", 101, 502},
		{"02-29", "02-29", 229, 301}, {"12-31", "01-01", 101, 102},
	} {
		s := parseSeason(c.from, c.to)
		if !s.contains(c.in) || c.out != 0 && s.contains(c.out) {
			t.Errorf("%q to %q: %+v", c.from, c.to, s)
		}
	}
}

func TestCountersEmptiedOnTheWayGiveTheSame(t *testing.T) {
	t.Parallel()
	row := []uint64{7<<countBits | 3, 0, 1<<countBits | 1}
	wide := flush(row, []int32{0, 2}, nil)
	row[0] = 5<<countBits | 2
	wide = flush(row, []int32{0}, wide)
	if want := (wideCount{weight: 12, count: 5}); wide[0] != want || wide[2].count != 1 || row[0] != 0 {
		t.Errorf("sums %+v", wide)
	}
	// The largest sums that can stand in a word before it is emptied.
	if most := uint64(flushEvery) * decayOne * decayOne; most<<countBits>>countBits != most || flushEvery > countMask {
		t.Error("a counter word can overflow")
	}
}

package offers

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// fold brings a text into the form in which a request's topic is compared with a product: NFKC (which makes widths
// equal), lower case, katakana as hiragana. It is idempotent, so a topic that is already normalised passes unchanged.
func fold(text string) string {
	text = norm.NFKC.String(strings.ToLower(norm.NFKC.String(text)))
	return strings.Map(func(r rune) rune {
		if r >= 'ァ' && r <= 'ヶ' {
			return r - ('ァ' - 'ぁ')
		}
		return r
	}, text)
}

// textIndex finds products by a part of their name, category or tags. Japanese has no spaces between words, so it
// indexes single characters and pairs of them, and checks longer words in the text.
type textIndex struct {
	texts    []string      // folded name, category and tags of each product, separated by newlines
	postings map[gram]span // where the products of a gram stand in products
	products []int32       // ascending within a gram
}

type gram struct{ first, second rune } // second 0: a single character

type span struct{ from, to int32 }

// Longer texts are not searched beyond this: a name of 5,000 emoji must not make the index large.
const maxIndexedRunes = 200

func newTextIndex(products []Product) textIndex {
	x := textIndex{texts: make([]string, len(products))}
	var b strings.Builder
	counts := map[gram]int32{}
	var grams []gram
	for i := range products {
		p := &products[i]
		b.Reset()
		b.WriteString(p.Name)
		b.WriteByte('\n')
		b.WriteString(p.Category)
		for _, tag := range p.Tags {
			b.WriteByte('\n')
			b.WriteString(tag)
		}
		x.texts[i] = clip(fold(clip(b.String(), maxIndexedRunes)), maxIndexedRunes)
		grams = gramsOf(grams[:0], x.texts[i])
		for _, g := range grams {
			counts[g]++
		}
	}
	x.postings = make(map[gram]span, len(counts))
	total := int32(0)
	for g, n := range counts {
		x.postings[g] = span{from: total, to: total}
		total += n
	}
	x.products = make([]int32, total)
	for i := range products {
		grams = gramsOf(grams[:0], x.texts[i])
		for _, g := range grams {
			s := x.postings[g]
			x.products[s.to] = int32(i)
			s.to++
			x.postings[g] = s
		}
	}
	return x
}

func clip(text string, runes int) string {
	n := 0
	for at := range text {
		if n == runes {
			return text[:at]
		}
		n++
	}
	return text
}

// gramsOf appends the distinct grams of a folded text.
func gramsOf(into []gram, text string) []gram {
	before := rune(0)
	for _, r := range text {
		if unicode.IsSpace(r) {
			before = 0
			continue
		}
		into = append(into, gram{first: r})
		if before != 0 {
			into = append(into, gram{first: before, second: r})
		}
		before = r
	}
	slices.SortFunc(into, func(a, b gram) int {
		if a.first != b.first {
			return int(a.first) - int(b.first)
		}
		return int(a.second) - int(b.second)
	})
	return slices.Compact(into)
}

// candidates returns products among which are all whose text contains the folded word; nil when there are none.
func (x *textIndex) candidates(word string) []int32 {
	best := span{from: -1}
	consider := func(g gram) bool {
		s, ok := x.postings[g]
		if ok && (best.from < 0 || s.to-s.from < best.to-best.from) {
			best = s
		}
		return ok
	}
	before := rune(0)
	for _, r := range word {
		if before != 0 && !consider(gram{first: before, second: r}) {
			return nil
		}
		before = r
	}
	if best.from < 0 && (before == 0 || !consider(gram{first: before})) {
		return nil
	}
	return x.products[best.from:best.to]
}

// topic is what a request is about.
type topic struct{ words []string }

// Words beyond these are not looked up: a topic is a few words, and a long message must not cost much.
const (
	maxTopicWords = 8
	maxTopicRunes = 40
)

// topicOf reads a request's topic. Words that occur in no product are left out: they are not about products. false
// means that nothing remains, so the request is answered as one without a topic.
func (x *textIndex) topicOf(text string) (topic, bool) {
	var t topic
	for _, word := range strings.Fields(fold(clip(text, maxTopicWords*maxTopicRunes))) {
		word = strings.TrimFunc(word, func(r rune) bool { return unicode.IsPunct(r) || unicode.IsSymbol(r) })
		if word == "" || utf8.RuneCountInString(word) > maxTopicRunes || len(t.words) == maxTopicWords || isParticle(word) {
			continue
		}
		if slices.ContainsFunc(x.candidates(word), func(i int32) bool { return strings.Contains(x.texts[i], word) }) {
			t.words = append(t.words, word)
		}
	}
	return t, len(t.words) > 0
}

// isParticle reports whether a word is one hiragana: が or の stand in many names and mean none of them.
func isParticle(word string) bool {
	r, size := utf8.DecodeRuneInString(word)
	return size == len(word) && unicode.Is(unicode.Hiragana, r)
}

// matches counts the topic's words that a product's text contains.
func (x *textIndex) matches(t topic, product int32) int {
	n := 0
	for _, word := range t.words {
		if strings.Contains(x.texts[product], word) {
			n++
		}
	}
	return n
}

// find appends the products that match, in catalog order without repetition.
func (x *textIndex) find(into []int32, t topic) []int32 {
	for _, word := range t.words {
		for _, i := range x.candidates(word) {
			if strings.Contains(x.texts[i], word) {
				into = append(into, i)
			}
		}
	}
	slices.Sort(into)
	return slices.Compact(into)
}

// rareEnough is how many products a topic may have to be listed at once; of more, every list that is walked meets some
// soon.
const rareEnough = 2000

// rare reports whether find is cheap.
func (x *textIndex) rare(t topic) bool {
	n := 0
	for _, word := range t.words {
		n += len(x.candidates(word))
	}
	return n <= rareEnough
}

package dialog

import (
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// class is a kind of word. What a text means is decided by which classes occur in it, see rules.
type class uint8

// classes is the set of classes that occur.
type classes [2]uint64

func (c *classes) add(k class) { c[k>>6] |= 1 << (k & 63) }

func (c classes) hasAll(other classes) bool {
	return c[0]&other[0] == other[0] && c[1]&other[1] == other[1]
}

func (c classes) hasAny(other classes) bool { return c[0]&other[0] != 0 || c[1]&other[1] != 0 }

func setOf(list ...class) (c classes) {
	for _, k := range list {
		c.add(k)
	}
	return c
}

// word is one row of the lexicon: a class and the words that belong to it, separated by spaces. (a|b|) stands for either,
// an underscore for a space between Latin words. Words are folded like the texts they are looked for in.
type word struct {
	class class
	words string
	// whole marks words that swallow what stands in them: 停止 is not looked for inside 停止しないで.
	whole bool
}

// lexicon is a trie over folded runes.
type trie struct {
	next map[edge]int32
	leaf []leaf
}

type edge struct {
	node int32
	r    rune
}

type leaf struct {
	end     bool
	whole   bool
	classes classes
}

var vocabulary = sync.OnceValue(func() *trie {
	t := &trie{next: map[edge]int32{}, leaf: make([]leaf, 1)}
	for _, w := range words {
		for _, pattern := range strings.Fields(w.words) {
			for _, variant := range expand(pattern) {
				t.insert(variant, w.class, w.whole)
			}
		}
	}
	return t
})

// expand gives every text that a pattern stands for. Choices may be nested.
func expand(pattern string) []string {
	open := strings.IndexByte(pattern, '(')
	if open < 0 {
		return []string{pattern}
	}
	var choices []string
	depth, start, shut := 0, open+1, len(pattern)-1
	for i := open; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case c == '(':
			depth++
		case c == '|' && depth == 1:
			choices = append(choices, pattern[start:i])
			start = i + 1
		case c == ')':
			depth--
		}
		if depth == 0 {
			shut = i
			break
		}
	}
	choices = append(choices, pattern[start:shut])
	tails := expand(pattern[shut+1:])
	var all []string
	for _, choice := range choices {
		for _, middle := range expand(choice) {
			for _, tail := range tails {
				all = append(all, pattern[:open]+middle+tail)
			}
		}
	}
	return all
}

func (t *trie) insert(text string, k class, whole bool) {
	folded, _ := normalise(nil, nil, strings.ReplaceAll(text, "_", " "), 1)
	node := int32(0)
	for _, r := range string(folded) {
		at := edge{node, r}
		next, ok := t.next[at]
		if !ok {
			next = int32(len(t.leaf))
			t.leaf = append(t.leaf, leaf{})
			t.next[at] = next
		}
		node = next
	}
	l := &t.leaf[node]
	l.end = true
	l.whole = l.whole || whole
	l.classes.add(k)
}

// found is what a scan finds in a folded text.
type found struct {
	classes classes
	rest    int // runes that belong to no word of the lexicon
}

// scan finds every word at every place. A word that swallows others ends the search within it.
func (t *trie) scan(text []byte) found { return t.look(text, nil) }

// look is scan that tells each word as it is found.
func (t *trie) look(text []byte, tell func(word string, kinds classes)) found {
	var f found
	covered := 0
	for i := 0; i < len(text); {
		_, size := utf8.DecodeRune(text[i:])
		node, longest, swallowed := int32(0), 0, 0
		var here, whole classes
		bordered := i == 0 || !isLatin(rune(text[i])) || !isLatin(rune(text[i-1]))
		for j := i; bordered && j < len(text); {
			r, width := utf8.DecodeRune(text[j:])
			next, ok := t.next[edge{node, r}]
			if !ok {
				break
			}
			j += width
			node = next
			l := &t.leaf[node]
			if !l.end || (j < len(text) && isLatin(r) && isLatin(rune(text[j]))) {
				continue
			}
			longest = j
			if l.whole {
				swallowed, whole = j, l.classes
				continue
			}
			if tell != nil {
				tell(string(text[i:j]), l.classes)
			}
			here[0] |= l.classes[0]
			here[1] |= l.classes[1]
		}
		if swallowed > 0 {
			if tell != nil {
				tell(string(text[i:swallowed])+" (whole)", whole)
			}
			here, longest, size = whole, swallowed, swallowed-i
		}
		f.classes[0] |= here[0]
		f.classes[1] |= here[1]
		covered = max(covered, longest)
		if i >= covered && text[i] != ' ' {
			f.rest++
		}
		i += size
	}
	return f
}

// walk tells every word in the order of its letters.
func (t *trie) walk(tell func(word string, l leaf)) {
	follow := map[int32][]rune{}
	for at := range t.next {
		follow[at.node] = append(follow[at.node], at.r)
	}
	var visit func(node int32, word []rune)
	visit = func(node int32, word []rune) {
		if t.leaf[node].end {
			tell(string(word), t.leaf[node])
		}
		slices.Sort(follow[node])
		for _, r := range follow[node] {
			visit(t.next[edge{node, r}], append(word, r))
		}
	}
	visit(0, nil)
}

package dialog

import (
	"sync"
	"unicode/utf8"
)

// Words shorter than this are not put right: a letter more or less makes another word of them.
const (
	longKana  = 5
	longLatin = 7
)

// longWords are the words of the lexicon that are long enough to be known with one letter wrong, by their length in runes.
var longWords = sync.OnceValue(func() [][]string {
	var out [][]string
	vocabulary().walk(func(word string, l leaf) {
		n := utf8.RuneCountInString(word)
		least := longKana
		if isLatin(rune(word[0])) {
			least = longLatin
		}
		if n < least || n > 16 {
			return
		}
		for len(out) <= n {
			out = append(out, nil)
		}
		out[n] = append(out[n], word)
	})
	return out
})

// guess looks once more at a short text that no rule fits, with one wrong, missing or extra letter put right where that makes
// the whole text one long word of the lexicon, as in ヘルブ or unsubcsribe. The words come in a fixed order, so the answer is
// the same each time.
func guess(folded []byte, f found) (*compiledRule, []byte) {
	if f.classes.hasAny(setOf(cUnstop, cThing)) {
		return nil, nil // 止めないで is no mistyped 休めないで
	}
	n := utf8.RuneCount(folded)
	if n < longKana-1 || n > 17 {
		return nil, nil
	}
	text := []rune(string(folded))
	words := longWords()
	for _, length := range [3]int{n, n + 1, n - 1} {
		if length < longKana || length >= len(words) {
			continue
		}
		for _, word := range words[length] {
			if !nearlyEqual(text, word) {
				continue
			}
			right := []byte(word)
			f := vocabulary().scan(right)
			rule := decide(compiledStop(), f)
			if rule == nil {
				rule = decide(compiledAsk(), f)
			}
			if rule != nil {
				return rule, right
			}
		}
	}
	return nil, nil
}

// nearlyEqual says whether one letter replaced, left out, put in or exchanged with its neighbour makes the text the word.
func nearlyEqual(text []rune, word string) bool {
	i := 0
	rest := word
	for i < len(text) && len(rest) > 0 {
		r, size := utf8.DecodeRuneInString(rest)
		if text[i] != r {
			break
		}
		i++
		rest = rest[size:]
	}
	if len(rest) == 0 || i == len(text) {
		return utf8.RuneCountInString(rest)+len(text)-i <= 1
	}
	_, size := utf8.DecodeRuneInString(rest)
	if string(text[i+1:]) == rest[size:] || string(text[i+1:]) == rest || string(text[i:]) == rest[size:] {
		return true
	}
	second, width := utf8.DecodeRuneInString(rest[size:])
	first, _ := utf8.DecodeRuneInString(rest)
	return i+1 < len(text) && text[i] == second && text[i+1] == first && string(text[i+2:]) == rest[size+width:]
}

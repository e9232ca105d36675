package dialog

import (
	"strings"
	"sync"
	"unicode/utf8"
)

// rewriting is a trie whose words stand for another word: 買うた for 買った, いたしません for しません.
type rewriting struct {
	next map[edge]int32
	to   []string
	ends []bool
}

var variants = sync.OnceValue(func() *rewriting {
	w := &rewriting{next: map[edge]int32{}, to: make([]string, 1), ends: make([]bool, 1)}
	for line := range strings.Lines(variantTable) {
		from, to, ok := strings.Cut(strings.TrimSpace(line), " = ")
		if !ok {
			continue
		}
		target, _ := fold(nil, to, 1)
		for _, pattern := range strings.Fields(from) {
			for _, variant := range expand(pattern) {
				folded, _ := fold(nil, variant, 1)
				w.insert(string(folded), string(target))
			}
		}
	}
	return w
})

func (w *rewriting) insert(from, to string) {
	node := int32(0)
	for _, r := range from {
		at := edge{node, r}
		next, ok := w.next[at]
		if !ok {
			next = int32(len(w.to))
			w.to, w.ends = append(w.to, ""), append(w.ends, false)
			w.next[at] = next
		}
		node = next
	}
	if !w.ends[node] {
		w.to[node], w.ends[node] = to, true
	}
}

// apply replaces the variants in a folded text by the words they stand for, the longest first, from left to right. What it
// has written is not looked at again, so it ends.
func (w *rewriting) apply(dst, text []byte) []byte {
	for i := 0; i < len(text); {
		_, size := utf8.DecodeRune(text[i:])
		node, end, target := int32(0), 0, ""
		for j := i; j < len(text); {
			r, width := utf8.DecodeRune(text[j:])
			next, ok := w.next[edge{node, r}]
			if !ok {
				break
			}
			node, j = next, j+width
			if w.ends[node] {
				end, target = j, w.to[node]
			}
		}
		if end > 0 {
			dst = append(dst, target...)
			i = end
			continue
		}
		dst = append(dst, text[i:i+size]...)
		i += size
	}
	return dst
}

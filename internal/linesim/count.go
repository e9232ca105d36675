package linesim

import (
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// LINE counts most text in UTF-16 code units; labels, displayText, fillInText, the text of message actions and the
// titles and texts of templates it counts as people do, in grapheme clusters.
type unit uint8

const (
	utf16Units unit = iota
	graphemes
)

// longer says whether s has more than limit units. The cheap bounds decide nearly every call: a text never has more
// units of either kind than it has bytes, nor more graphemes than code points.
func longer(s []byte, limit int, u unit) bool {
	if len(s) <= limit {
		return false
	}
	if u == graphemes {
		return utf8.RuneCount(s) > limit && uniseg.GraphemeClusterCount(string(s)) > limit
	}
	return countUTF16(s) > limit
}

func countUTF16(s []byte) int {
	n := 0
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRune(s[i:])
		i += size
		n++
		if r > 0xFFFF {
			n++
		}
	}
	return n
}

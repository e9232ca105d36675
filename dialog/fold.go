package dialog

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// fold brings a text to the form words are compared in: compatibility forms and widths unified (NFKC), lower case, hiragana
// for katakana, large vowels for small ones, without spaces, punctuation, emoji and invisible characters, three or more of
// one letter in a row cut to keep (1 or 2). Long-vowel marks go as well, but for a single one between katakana at keep 1: there
// it tells メール from める. Between two Latin words one space stays, since Latin words have no other border; single Latin
// letters in a row (S.T.O.P) are joined. It says whether another keep might give another text.
func fold(dst []byte, text string, keep int) (out []byte, other bool) {
	var space [256]byte
	normal := norm.NFKC.AppendString(space[:0], text)
	var last rune
	run, gap, long, katakana := 0, false, 0, false
	for i := 0; i < len(normal); {
		r, size := rune(normal[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRune(normal[i:])
		}
		i += size
		if r == 'ー' {
			long++
			continue
		}
		isKatakana := r >= 'ァ' && r <= 'ヶ'
		r = foldRune(r)
		switch {
		case r == dropped:
			continue
		case r == bordering:
			gap = true
			continue
		case r == last && (!gap || !isLatin(r)) && !isDigit(r):
			if run++; run > 2 {
				if run == 3 && keep == 1 {
					dst = dst[:len(dst)-utf8.RuneLen(r)]
				}
				other = true
				continue
			}
		default:
			last, run = r, 1
		}
		if long == 1 && katakana && isKatakana {
			other = true
			if keep == 1 {
				dst = append(dst, "ー"...)
			}
		}
		long, katakana = 0, isKatakana
		if gap && len(dst) > 0 && isLatin(rune(dst[len(dst)-1])) && isLatin(r) {
			dst = append(dst, ' ')
		}
		gap = false
		dst = utf8.AppendRune(dst, r)
	}
	return joinLetters(dst), other
}

const (
	dropped   rune = -1 // leaves no trace
	bordering rune = -2 // ends a Latin word
)

func foldRune(r rune) rune {
	switch {
	case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
		return r
	case r >= 'A' && r <= 'Z':
		return r + 'a' - 'A'
	case r == '\'' || r == '’' || r == '‘' || r == '゙' || r == '゚':
		return dropped
	case r < utf8.RuneSelf:
		return bordering
	case r >= 'ァ' && r <= 'ヶ':
		return largeVowel(r - 'ァ' + 'ぁ')
	case r >= 'ぁ' && r <= 'ゖ':
		return largeVowel(r)
	case r >= '一' && r <= '鿿':
		return r
	case r >= 0x1F1E6 && r <= 0x1F1FF: // the letters flags are made of
		return 'a' + r - 0x1F1E6
	case unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Mn, r):
		return dropped
	case unicode.IsLetter(r) || unicode.IsDigit(r):
		return unicode.ToLower(r)
	default:
		return bordering
	}
}

func largeVowel(r rune) rune {
	switch r {
	case 'ぁ', 'ぃ', 'ぅ', 'ぇ', 'ぉ':
		return r + 1
	default:
		return r
	}
}

func isLatin(r rune) bool { return r >= 'a' && r <= 'z' || isDigit(r) }

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// joinLetters turns three or more single letters in a row into one word.
func joinLetters(b []byte) []byte {
	singles, spaces := 0, 0
	for i, c := range b {
		if c == ' ' {
			spaces++
		}
		if c >= 'a' && c <= 'z' && (i == 0 || b[i-1] == ' ') && (i == len(b)-1 || b[i+1] == ' ') {
			singles++
		}
	}
	if singles < 3 || spaces != singles-1 {
		return b
	}
	out := b[:0]
	for _, c := range b {
		if c != ' ' {
			out = append(out, c)
		}
	}
	return out
}

// display is the form of a text that a person can check: widths and case unified, everything but letters and digits a single
// space.
func display(text string) string {
	var space [256]byte
	normal := norm.NFKC.AppendString(space[:0], text)
	out := make([]byte, 0, len(normal))
	gap := false
	for i := 0; i < len(normal); {
		r, size := utf8.DecodeRune(normal[i:])
		i += size
		if f := foldRune(r); f == dropped {
			continue
		} else if f == bordering {
			gap = true
			continue
		}
		if gap && len(out) > 0 {
			out = append(out, ' ')
		}
		gap = false
		out = utf8.AppendRune(out, unicode.ToLower(r))
	}
	return string(out)
}

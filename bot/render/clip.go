package render

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// LINE's limits, each in the unit LINE counts it in (reference: Messaging API, character counting).
const (
	maxTextUnits       = 5_000  // UTF-16 units of a text message
	maxAltUnits        = 1_500  // UTF-16 units of altText
	maxBubbleBytes     = 30_000 // bytes of a bubble's JSON; LINE says 30 KB without saying which
	maxCarouselBytes   = 50_000 // bytes of a carousel's JSON
	maxBubbles         = 12
	maxQuickReplies    = 13
	maxQuickLabel      = 20    // graphemes
	maxButtonLabel     = 40    // graphemes
	maxDisplayText     = 300   // graphemes
	maxPostbackUnits   = 300   // UTF-16 units
	maxURIUnits        = 1_000 // UTF-16 units
	maxImageURLUnits   = 2_000 // UTF-16 units
	maxOffers          = 3     // bubbles in one answer, by our own promise
	maxNameGraphemes   = 60
	maxNameUnits       = 180
	maxValueUnits      = 800 // a value put into a sentence
	maxListed          = 8   // purchases in one history list
	maxFactsPerOffer   = 4
	maxUses            = 6
	maxShopName        = 60 // graphemes, where the name stands inside a message
	maxContactUnits    = 400
	ellipsis           = "…"
	maxClusterlessSize = 128 // bytes one grapheme may bring; a base letter with thousands of accents is cut inside
)

// units counts UTF-16 code units.
func units(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xFFFF {
			n++
		}
	}
	return n
}

// graphemesWithin says whether s has at most limit grapheme clusters. A cluster has at least one rune, so short texts
// need no segmentation.
func graphemesWithin(s string, limit int) bool {
	if len(s) <= limit || utf8.RuneCountInString(s) <= limit {
		return true
	}
	return uniseg.GraphemeClusterCount(s) <= limit
}

// clip shortens s to at most the given graphemes and UTF-16 units, cutting between graphemes and ending in an ellipsis.
func clip(s string, graphemes, maxUnits int) string {
	if len(s) <= graphemes && len(s) <= maxUnits {
		return s
	}
	if utf8.RuneCountInString(s) <= graphemes && units(s) <= maxUnits {
		return s
	}
	end, count, used, state := 0, 0, 0, -1
	keep := 0 // where the text ends if an ellipsis must follow
	for rest := s; rest != ""; {
		var cluster string
		cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if len(cluster) > maxClusterlessSize {
			return strings.TrimRight(s[:end]+headOf(cluster, min(maxClusterlessSize/2, max(0, maxUnits-used-1))), " ") + ellipsis
		}
		count++
		used += units(cluster)
		if count > graphemes || used > maxUnits {
			return strings.TrimRight(s[:keep], " ") + ellipsis
		}
		end += len(cluster)
		if count < graphemes && used < maxUnits {
			keep = end
		}
	}
	return s
}

// headOf gives the longest prefix of at most limit bytes that does not cut a rune.
func headOf(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit]
}

// clean makes a value from a catalog or a person safe to stand in a sentence: control characters and line ends become
// spaces, and characters that turn the direction of the following text, or are not text at all, are removed.
func clean(s string) string {
	plain := true
	for _, r := range s {
		if r == utf8.RuneError || unicode.IsControl(r) || invisible(r) {
			plain = false
			break
		}
	}
	if plain {
		return strings.TrimSpace(s)
	}
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError || invisible(r):
			return -1
		case unicode.IsControl(r):
			return ' '
		}
		return r
	}, s))
}

func invisible(r rune) bool {
	switch {
	case r < 0x61C:
		return false
	case r == 0x61C, r == 0x200B, r == 0x200E, r == 0x200F, r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069,
		r == 0x2028, r == 0x2029, r == 0xFEFF:
		return true
	}
	return false
}

// name is a catalog name ready to be shown; an empty one stays empty.
func name(s string) string {
	if len(s) > 16*maxNameUnits {
		s = headOf(s, 16*maxNameUnits) // segmentation of a megabyte would be wasted
	}
	return clip(clean(s), maxNameGraphemes, maxNameUnits)
}

// link gives a URL LINE accepts in at most limit UTF-16 units, or "": printable ASCII only, with one of the schemes.
func link(raw string, limit int, schemes ...string) string {
	if raw == "" || len(raw) > 4*limit {
		return ""
	}
	if len(raw) <= limit && plainURL(raw) {
		return raw
	}
	parsed, err := url.Parse(strings.TrimSpace(raw))
	if err != nil || parsed.Host == "" || parsed.User != nil {
		return ""
	}
	known := false
	for _, scheme := range schemes {
		known = known || parsed.Scheme == scheme
	}
	text := parsed.String()
	if !known || len(text) > limit {
		return ""
	}
	for i := range len(text) {
		if c := text[i]; c <= ' ' || c >= 0x7F || strings.IndexByte("\"<>\\^`{|}", c) >= 0 {
			return ""
		}
	}
	return text
}

// plainURL says of the usual https address, without escapes, that it can stand as it is.
func plainURL(raw string) bool {
	rest, ok := strings.CutPrefix(raw, "https://")
	if !ok || rest == "" {
		return false
	}
	for i := range len(rest) {
		switch c := rest[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case i > 0 && strings.IndexByte("-._~/?&=+,", c) >= 0:
		default:
			return false
		}
	}
	return rest[0] != '/' && rest[0] != '?'
}

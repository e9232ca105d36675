package shopfile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"golang.org/x/text/unicode/norm"

	"osusume/internal/ids"
	"osusume/offers"
)

const (
	dayMS      = 24 * 60 * 60 * 1000
	maxYen     = 1_000_000_000
	maxID      = 128 // characters of an identifier
	maxName    = 300 // graphemes
	maxListed  = 100 // entries of a list
	maxObject  = 16 << 10
	maxURL     = 1000 // LINE's limit for the address of an action
	maxNameLen = 8 << 10
)

// cells gives the typed values of one row and remembers the first thing wrong with it.
type cells struct {
	schema *schema
	values []string
	opts   *Options
	reason string
}

func (c *cells) fail(name, format string, args ...any) {
	if c.reason == "" {
		c.reason = name + ": " + fmt.Sprintf(format, args...)
	}
}

func (c *cells) raw(name string, required bool) string {
	value := strings.TrimSpace(c.values[c.schema.index[name]])
	switch {
	case value == "" && required:
		c.fail(name, "is empty")
	case strings.IndexByte(value, 0) >= 0:
		c.fail(name, "contains a NUL character")
	case !utf8.ValidString(value):
		c.fail(name, "is not valid text")
	}
	return value
}

// id keeps identifiers exactly as they are written: two systems must agree on them byte by byte.
func (c *cells) id(name string, required bool) string {
	value := c.raw(name, required)
	c.checkID(name, value)
	return value
}

func (c *cells) checkID(name, value string) {
	if len(value) > maxID && utf8.RuneCountInString(value) > maxID {
		c.fail(name, "is longer than %d characters", maxID)
	}
	for _, r := range value {
		if unicode.IsControl(r) || isInvisible(r) {
			c.fail(name, "contains a control character")
			return
		}
	}
}

// isInvisible covers what can reorder or hide text. The joiners stay: emoji and several scripts need them.
func isInvisible(r rune) bool {
	return r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 || r == 0xFEFF || r == 0x200B || r == 0x2028 || r == 0x2029
}

// name is one line of text that customers may see.
func (c *cells) name(name string, required bool) string {
	value := cleaned(c.raw(name, required), false)
	if value == "" && required {
		c.fail(name, "is empty")
	}
	if len(value) > maxNameLen || len(value) > maxName && uniseg.GraphemeClusterCount(value) > maxName {
		c.fail(name, "is longer than %d characters", maxName)
	}
	return value
}

func (c *cells) text(name string, limit int) string {
	value := cleaned(c.raw(name, false), true)
	if utf8.RuneCountInString(value) > limit {
		c.fail(name, "is longer than %d characters", limit)
	}
	return value
}

// cleaned turns breaks into spaces (or keeps line feeds) and removes control characters.
func cleaned(value string, breaks bool) string {
	clean := func(r rune) rune {
		switch {
		case r == '\n' && breaks:
			return r
		case r == '\n' || r == '\t' || r == 0x2028 || r == 0x2029:
			return ' '
		case unicode.IsControl(r) || isInvisible(r):
			return -1
		default:
			return r
		}
	}
	return strings.TrimSpace(strings.Map(clean, value))
}

// number understands what spreadsheets make of a number: full-width digits, 1,280 and 1280.0.
func number(value string) string {
	value = norm.NFKC.String(value)
	if whole, fraction, found := strings.Cut(value, "."); found && whole != "" && strings.Trim(fraction, "0") == "" {
		value = whole
	}
	if strings.Contains(value, ",") {
		groups := strings.Split(value, ",")
		for i, g := range groups {
			if i > 0 && len(g) != 3 || i == 0 && (len(g) == 0 || len(g) > 3) {
				return ""
			}
		}
		value = strings.Join(groups, "")
	}
	return value
}

func (c *cells) integer(name string, least, most, empty int64) int64 {
	value := c.raw(name, false)
	if value == "" {
		return empty
	}
	n, err := strconv.ParseInt(number(value), 10, 64)
	if err != nil || n < least || n > most {
		c.fail(name, "must be a whole number from %d to %d", least, most)
		return empty
	}
	return n
}

func (c *cells) yen(name string, required bool) ids.Yen {
	value := c.raw(name, required)
	if value == "" {
		return 0
	}
	value = strings.TrimSuffix(strings.TrimLeft(value, "¥￥ "), "円")
	n, err := strconv.ParseInt(number(value), 10, 64)
	if err != nil || n < 0 || n > maxYen {
		c.fail(name, "must be whole yen from 0 to 1,000,000,000")
		return 0
	}
	return ids.Yen(n)
}

func (c *cells) flag(name string, empty bool) bool {
	switch strings.ToLower(norm.NFKC.String(c.raw(name, false))) {
	case "":
		return empty
	case "true", "t", "1", "yes", "y":
		return true
	case "false", "f", "0", "no", "n":
		return false
	default:
		c.fail(name, "must be true or false")
		return empty
	}
}

func (c *cells) oneOf(name string, allowed ...string) string {
	value := strings.ToLower(c.raw(name, false))
	if value != "" && !slices.Contains(allowed, value) {
		c.fail(name, "must be one of %s", strings.Join(allowed, ", "))
	}
	return value
}

var layouts = []string{"2006-01-02 15:04:05", "2006-01-02", "2006-01-02 15:04", time.RFC3339, "2006-01-02T15:04:05", "2006/1/2", "2006/1/2 15:04", "2006/1/2 15:04:05"}

// pastTime is a time that cannot lie ahead; a day is left for clocks and zones that differ.
func (c *cells) pastTime(name string, required bool) int64 {
	return c.time(name, required, c.opts.NowMS+dayMS)
}

func (c *cells) time(name string, required bool, latestMS int64) int64 {
	value := c.raw(name, required)
	if value == "" {
		return 0
	}
	for _, layout := range layouts {
		at, err := time.ParseInLocation(layout, value, c.opts.Zone)
		if err != nil {
			continue
		}
		ms := at.UnixMilli()
		switch {
		case at.Year() < 1970 || ms <= 0:
			c.fail(name, "is before 1970")
		case ms > latestMS:
			c.fail(name, "lies in the future")
		}
		return ms
	}
	c.fail(name, "must be a time like 2024-01-31 or 2024-01-31 15:04:05")
	return 0
}

func (c *cells) birthYear(name string) int {
	thisYear := time.UnixMilli(c.opts.NowMS).In(c.opts.Zone).Year()
	return int(c.integer(name, 1900, int64(thisYear), 0))
}

func (c *cells) monthDay(name string) string {
	value := c.raw(name, false)
	if value == "" {
		return ""
	}
	// A leap year, so that 02-29 is a day.
	if _, err := time.Parse("2006-01-02", "2024-"+value); err != nil {
		c.fail(name, "must be a day of the year like 04-01")
		return ""
	}
	return value
}

func (c *cells) url(name string) string {
	value := c.raw(name, false)
	if value == "" {
		return ""
	}
	u, err := url.Parse(value)
	if err != nil || u.Scheme != "https" || u.Host == "" || strings.ContainsFunc(value, func(r rune) bool { return unicode.IsControl(r) || r == ' ' || isInvisible(r) }) {
		c.fail(name, "must be an address that begins with https://")
		return ""
	}
	if utf8.RuneCountInString(value) > maxURL {
		c.fail(name, "is longer than %d characters", maxURL)
	}
	return value
}

// list splits at | and drops empty and repeated entries.
func (c *cells) list(name string) []string {
	value := c.raw(name, false)
	if value == "" {
		return nil
	}
	var out []string
	for part := range strings.SplitSeq(value, "|") {
		part = cleaned(part, false)
		if part != "" && !slices.Contains(out, part) {
			out = append(out, part)
		}
		if len(out) > maxListed {
			c.fail(name, "names more than %d", maxListed)
			return nil
		}
		if len(part) > maxNameLen || utf8.RuneCountInString(part) > maxName {
			c.fail(name, "has an entry longer than %d characters", maxName)
		}
	}
	return out
}

func (c *cells) skus(name string) []ids.SKU {
	var out []ids.SKU
	for _, s := range c.list(name) {
		c.checkID(name, s)
		out = append(out, ids.SKU(s))
	}
	return out
}

func (c *cells) bundles(name string) []offers.Bundle {
	var out []offers.Bundle
	for _, text := range c.list(name) {
		at := strings.LastIndexByte(text, '=')
		if at < 0 {
			c.fail(name, "must be SKU+SKU=PRICE")
			return nil
		}
		price, err := strconv.ParseInt(number(strings.TrimSpace(text[at+1:])), 10, 64)
		if err != nil || price < 0 || price > maxYen {
			c.fail(name, "the price must be whole yen from 0 to 1,000,000,000")
			return nil
		}
		b := offers.Bundle{Price: ids.Yen(price)}
		for sku := range strings.SplitSeq(text[:at], "+") {
			sku = strings.TrimSpace(sku)
			c.checkID(name, sku)
			if sku == "" {
				c.fail(name, "must be SKU+SKU=PRICE")
				return nil
			}
			b.SKUs = append(b.SKUs, ids.SKU(sku))
		}
		if len(b.SKUs) < 2 {
			c.fail(name, "a bundle needs at least two products: SKU+SKU=PRICE")
			return nil
		}
		out = append(out, b)
	}
	return out
}

// amounts reads a JSON object of name → number.
func (c *cells) amounts(name string) map[string]float64 {
	value := c.raw(name, false)
	if value == "" {
		return nil
	}
	var out map[string]float64
	if len(value) > maxObject || json.Unmarshal([]byte(value), &out) != nil || out == nil {
		c.fail(name, `must be JSON like {"deliveries": 2}`)
		return nil
	}
	for key, n := range out {
		c.checkID(name, key)
		if key == "" || n < 0 || n > 1e15 || math.IsNaN(n) || len(out) > maxListed {
			c.fail(name, "must hold at most %d names, each with a number from 0", maxListed)
			return nil
		}
	}
	return out
}

// object checks that the cell is a JSON object and gives it in its shortest form.
func (c *cells) object(name string) string {
	value := c.raw(name, false)
	if value == "" {
		return ""
	}
	var compact bytes.Buffer
	if len(value) > maxObject || value[0] != '{' || json.Compact(&compact, []byte(value)) != nil || strings.Contains(value, `\u0000`) {
		c.fail(name, `must be a JSON object of at most 16 KiB like {"skin": "dry"}`)
		return ""
	}
	return compact.String()
}

// sensitiveWords are found anywhere in a category, so that 第2類医薬品 and 介護用品 are covered as well.
var sensitiveWords = []string{"医薬品", "妊娠", "避妊", "生理", "アダルト", "介護", "宗教", "減量", "疾患"}

// SensitiveCategory says whether products of the category are kept out of reading, learning and reasons. further
// extends the list; nothing shortens it. Width and kana forms do not matter.
func SensitiveCategory(category string, further ...string) bool {
	if category == "" {
		return false
	}
	folded := strings.ToLower(norm.NFKC.String(category))
	for _, word := range sensitiveWords {
		if strings.Contains(folded, word) {
			return true
		}
	}
	for _, word := range further {
		if word = strings.ToLower(norm.NFKC.String(strings.TrimSpace(word))); word != "" && strings.Contains(folded, word) {
			return true
		}
	}
	return false
}

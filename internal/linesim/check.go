package linesim

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// ErrorDetail is one finding in LINE's error shape.
type ErrorDetail struct {
	Message  string `json:"message,omitempty"`
	Property string `json:"property,omitempty"`
}

// APIError is LINE's error body with its status.
type APIError struct {
	Status  int           `json:"-"`
	Message string        `json:"message"`
	Details []ErrorDetail `json:"details,omitempty"`
}

func (e *APIError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %s", e.Status, e.Message)
	for _, d := range e.Details {
		fmt.Fprintf(&b, "; %s: %s", d.Property, d.Message)
	}
	return b.String()
}

// A rule says what one property may be. The tables of rules (rules_*.go) are data, so that a test can hold them against
// LINE's OpenAPI file.
type rule struct {
	kind     jsonKind
	required bool
	min, max int // characters, elements, or the number itself; max 0 = no limit
	unit     unit
	enum     []string
	match    func([]byte) bool // further condition on a string
	mismatch string            // what to say when match fails
	object   *object
	union    *union
	item     *rule
	integer  bool
}

// object is a JSON object with known properties.
type object struct {
	fields   map[string]*rule
	required []string
	// check holds conditions over several properties.
	check func(c *checker, n int32)
}

// union is an object whose "type" decides which.
type union struct {
	variants map[string]*object
	order    []string // for the error text
	optional bool     // a missing type is not an error
}

// checker walks one message. Outside Flex and templates LINE names places like messages[0].text, inside them like
// /body/contents/0 relative to the container; the two wordings differ as well.
type checker struct {
	t       *tree
	base    int32 // paths are relative to this node
	pointer bool
	prefix  string // before the first element of a pointer path
	details []ErrorDetail
	nested  []ErrorDetail // findings in pointer form, with the message they belong to
	nestedN int
	closed  bool // unknown properties are errors (Flex)
	images  int  // animated images in this message
}

// maxDetails keeps the answer to a hopeless message short.
const maxDetails = 20

func (c *checker) fail(n int32, child, message string) {
	if c.pointer {
		if len(c.nested) < maxDetails {
			c.nested = append(c.nested, ErrorDetail{Message: lowerFirst(message), Property: c.prefix + c.path(n, child)})
		}
		return
	}
	if len(c.details) < maxDetails {
		c.details = append(c.details, ErrorDetail{Message: message, Property: c.path(n, child)})
	}
}

func lowerFirst(s string) string { return strings.ToLower(s[:1]) + s[1:] }

// path names node n, or its absent child.
func (c *checker) path(n int32, child string) string {
	var parts []string
	if child != "" {
		parts = append(parts, child)
	}
	for ; n >= 0 && n != c.base; n = c.t.nodes[n].parent {
		parent := c.t.nodes[n].parent
		if parent < 0 {
			break
		}
		if c.t.nodes[parent].kind == jsonArray {
			index := strconv.Itoa(int(c.t.nodes[n].index))
			if !c.pointer {
				index = "[" + index + "]"
			}
			parts = append(parts, index)
		} else {
			parts = append(parts, string(c.t.nodes[n].key))
		}
	}
	var b strings.Builder
	for i := len(parts) - 1; i >= 0; i-- {
		switch {
		case b.Len() == 0 || parts[i][0] == '[':
		case c.pointer:
			b.WriteByte('/')
		default:
			b.WriteByte('.')
		}
		b.WriteString(parts[i])
	}
	return b.String()
}

// object checks the properties of n against o.
func (c *checker) object(n int32, o *object) {
	if c.t.nodes[n].kind != jsonObject {
		c.fail(n, "", "Must be an object")
		return
	}
	for _, name := range o.required {
		if c.t.get(n, name) < 0 {
			c.missing(n, name)
		}
	}
	for f := c.t.nodes[n].first; f >= 0; f = c.t.nodes[f].next {
		r, known := o.fields[string(c.t.nodes[f].key)]
		switch {
		case known:
			c.value(f, r)
		case c.closed && c.pointer:
			c.fail(f, "", "Unknown field")
		}
	}
	if o.check != nil {
		o.check(c, n)
	}
}

func (c *checker) missing(n int32, name string) {
	if c.pointer {
		c.fail(n, name, "Must be specified")
	} else {
		c.fail(n, name, "May not be empty")
	}
}

func (c *checker) union(n int32, u *union) {
	if c.t.nodes[n].kind != jsonObject {
		c.fail(n, "", "Must be an object")
		return
	}
	name := c.t.get(n, "type")
	if name < 0 {
		if !u.optional {
			c.missing(n, "type")
		}
		return
	}
	o, known := u.variants[string(c.t.nodes[name].str)]
	if !known || c.t.nodes[name].kind != jsonString {
		c.fail(name, "", "Must be one of the following values: ["+strings.Join(u.order, ", ")+"]")
		return
	}
	c.object(n, o)
}

// value checks one property. JSON null counts as absent.
func (c *checker) value(n int32, r *rule) {
	v := &c.t.nodes[n]
	if v.kind == jsonNull {
		return
	}
	if v.kind != r.kind {
		if c.pointer {
			c.fail(n, "", "Invalid property")
		} else {
			c.fail(n, "", "Must be a "+r.kind.String())
		}
		return
	}
	switch r.kind {
	case jsonString:
		c.str(n, r)
	case jsonNumber:
		c.num(n, r)
	case jsonArray:
		if int(v.size) < r.min || (r.max > 0 && int(v.size) > r.max) {
			c.fail(n, "", sizeText("Size", r.min, r.max))
			return
		}
		if r.item == nil {
			return
		}
		for e := v.first; e >= 0; e = c.t.nodes[e].next {
			c.value(e, r.item)
		}
	case jsonObject:
		if r.union != nil {
			c.union(n, r.union)
		} else if r.object != nil {
			c.object(n, r.object)
		}
	}
}

func sizeText(what string, low, high int) string {
	if high == 0 {
		return fmt.Sprintf("%s must be at least %d", what, low)
	}
	return fmt.Sprintf("%s must be between %d and %d", what, low, high)
}

func (c *checker) str(n int32, r *rule) {
	s := c.t.nodes[n].str
	if len(s) == 0 && r.min > 0 {
		if c.pointer {
			c.fail(n, "", "Must be non-empty text")
		} else {
			c.fail(n, "", "May not be empty")
		}
		return
	}
	if r.max > 0 && longer(s, r.max, r.unit) {
		what := "Length"
		if c.pointer {
			what = "Size"
		}
		c.fail(n, "", sizeText(what, r.min, r.max))
		return
	}
	if len(r.enum) > 0 && !oneOf(s, r.enum) {
		c.fail(n, "", "Must be one of the following values: ["+strings.Join(r.enum, ", ")+"]")
		return
	}
	if r.match != nil && !r.match(s) {
		c.fail(n, "", r.mismatch)
	}
}

func (c *checker) num(n int32, r *rule) {
	s := c.t.nodes[n].str
	if r.integer {
		v, err := strconv.ParseInt(string(s), 10, 64)
		if err != nil {
			c.fail(n, "", "Must be an integer")
			return
		}
		if v < int64(r.min) || (r.max > 0 && v > int64(r.max)) {
			c.fail(n, "", rangeText(r.min, r.max))
		}
		return
	}
	if r.min == 0 && r.max == 0 {
		return
	}
	v, err := strconv.ParseFloat(string(s), 64)
	if err != nil || v < float64(r.min) || v > float64(r.max) {
		c.fail(n, "", rangeText(r.min, r.max))
	}
}

func rangeText(low, high int) string {
	if high == 0 {
		return fmt.Sprintf("Must be greater than or equal to %d", low)
	}
	return fmt.Sprintf("Must be between %d and %d", low, high)
}

func oneOf(s []byte, values []string) bool {
	for _, v := range values {
		if string(s) == v {
			return true
		}
	}
	return false
}

// in runs f with places named relative to n, the way LINE reports inside a Flex container or a template.
func (c *checker) in(n int32, prefix string, closed bool, f func()) {
	base, pointer, old, was := c.base, c.pointer, c.prefix, c.closed
	c.base, c.pointer, c.prefix, c.closed = n, true, prefix, closed
	f()
	c.base, c.pointer, c.prefix, c.closed = base, pointer, old, was
}

// Small patterns, by hand because they run on every property of every message.

func isHTTPS(s []byte) bool {
	const scheme = "https://"
	return len(s) > len(scheme) && bytes.EqualFold(s[:len(scheme)], []byte(scheme)) && plainURL(s) && s[len(scheme)] != '/'
}

// isActionURI admits the schemes LINE opens. Anything beyond ASCII must be percent-encoded (REF:195-203).
func isActionURI(s []byte) bool {
	colon := bytes.IndexByte(s, ':')
	if colon < 0 || !plainURL(s) || len(s) == colon+1 {
		return false
	}
	scheme := strings.ToLower(string(s[:colon]))
	switch scheme {
	case "http", "https", "line":
		return bytes.HasPrefix(s[colon:], []byte("://")) && len(s) > colon+3
	case "tel":
		return true
	}
	return false
}

func plainURL(s []byte) bool {
	for _, b := range s {
		if b <= ' ' || b >= 0x7F || b == '"' || b == '<' || b == '>' || b == '\\' || b == '^' || b == '`' || b == '{' || b == '|' || b == '}' {
			return false
		}
	}
	return true
}

func isColor(s []byte) bool {
	if (len(s) != 7 && len(s) != 9) || s[0] != '#' {
		return false
	}
	for _, b := range s[1:] {
		if !isHex(b) {
			return false
		}
	}
	return true
}

func isHex(b byte) bool {
	return (b >= '0' && b <= '9') || (b >= 'a' && b <= 'f') || (b >= 'A' && b <= 'F')
}

// isMeasure says whether s is a number with one of the suffixes, such as 12.5px or 40%.
func isMeasure(s []byte, negative bool, suffixes ...string) bool {
	if negative {
		s = bytes.TrimPrefix(s, []byte("-"))
	}
	digits, dots := 0, 0
	i := 0
	for ; i < len(s); i++ {
		if s[i] >= '0' && s[i] <= '9' {
			digits++
		} else if s[i] == '.' && dots == 0 && digits > 0 {
			dots++
		} else {
			break
		}
	}
	if digits == 0 || s[i-1] == '.' {
		return false
	}
	return oneOf(s[i:], suffixes)
}

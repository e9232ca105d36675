package linesim

import (
	"bytes"
	"errors"
	"strconv"
	"sync"
	"unicode/utf16"
	"unicode/utf8"
)

// A tree holds one JSON document as a flat list of nodes that point into the source. The platform checks every property
// of every message of every call; with encoding/json's maps that check would cost more than the bot it is meant to load.
type tree struct {
	src   []byte
	nodes []node
	text  []byte // strings that had escapes, decoded
}

type jsonKind uint8

const (
	jsonNull jsonKind = iota
	jsonBool
	jsonNumber
	jsonString
	jsonArray
	jsonObject
)

func (k jsonKind) String() string {
	return [...]string{"null", "boolean", "number", "string", "array", "object"}[k]
}

// node is one value. Indexes of -1 mean "none".
type node struct {
	key        []byte // name in the parent object
	str        []byte // decoded string, or the digits of a number, or true/false
	start, end int32  // extent in src
	parent     int32
	first      int32
	next       int32
	index      int32 // position in the parent
	size       int32 // children
	kind       jsonKind
}

// maxDepth is far beyond any Flex message; it keeps a hostile body from exhausting the stack.
const maxDepth = 128

var errJSON = errors.New("not JSON")

var trees = sync.Pool{New: func() any { return &tree{nodes: make([]node, 0, 512)} }}

// parseTree reads one JSON value. The offset tells where it failed. The tree refers to src: src must not change, and
// the tree must be released.
func parseTree(src []byte) (t *tree, offset int, err error) {
	t = trees.Get().(*tree)
	t.src, t.nodes, t.text = src, t.nodes[:0], t.text[:0]
	if !utf8.Valid(src) {
		t.release()
		return nil, 0, errJSON
	}
	if cap(t.text) < len(src) {
		// Decoded strings point into text, which therefore must never grow while a document is read.
		t.text = make([]byte, 0, len(src))
	}
	p := parser{t: t, src: src}
	p.space()
	if !p.value(-1, nil, 0, 0) {
		offset = p.at
		t.release()
		return nil, offset, errJSON
	}
	p.space()
	if p.at != len(src) {
		offset = p.at
		t.release()
		return nil, offset, errJSON
	}
	return t, 0, nil
}

func (t *tree) release() {
	if cap(t.nodes) > 1<<16 {
		return // one giant message must not stay in the pool
	}
	clear(t.nodes)
	t.src = nil
	trees.Put(t)
}

// get finds a child of an object by name; -1 when absent or JSON null. The last of several wins, as in most parsers.
func (t *tree) get(n int32, name string) int32 {
	found := int32(-1)
	if t.nodes[n].kind != jsonObject {
		return -1
	}
	for c := t.nodes[n].first; c >= 0; c = t.nodes[c].next {
		if string(t.nodes[c].key) == name {
			found = c
		}
	}
	if found >= 0 && t.nodes[found].kind == jsonNull {
		return -1
	}
	return found
}

// text is the decoded string at n, or "" when n is absent or no string.
func (t *tree) stringAt(n int32) string {
	if n < 0 || t.nodes[n].kind != jsonString {
		return ""
	}
	return string(t.nodes[n].str)
}

func (t *tree) field(n int32, name string) string { return t.stringAt(t.get(n, name)) }

// raw is the source of the value at n.
func (t *tree) raw(n int32) []byte { return t.src[t.nodes[n].start:t.nodes[n].end] }

type parser struct {
	t   *tree
	src []byte
	at  int
}

func (p *parser) space() {
	for p.at < len(p.src) {
		switch p.src[p.at] {
		case ' ', '\t', '\n', '\r':
			p.at++
		default:
			return
		}
	}
}

func (p *parser) value(parent int32, key []byte, index int32, depth int) bool {
	if p.at >= len(p.src) || depth > maxDepth {
		return false
	}
	me := int32(len(p.t.nodes)) //nolint:gosec // a body is at most 2 MB
	p.t.nodes = append(p.t.nodes, node{key: key, start: int32(p.at), parent: parent, first: -1, next: -1, index: index})
	ok := false
	switch c := p.src[p.at]; {
	case c == '{':
		ok = p.object(me, depth)
	case c == '[':
		ok = p.array(me, depth)
	case c == '"':
		var s []byte
		if s, ok = p.str(); ok {
			p.t.nodes[me].kind, p.t.nodes[me].str = jsonString, s
		}
	case c == 't':
		ok = p.literal(me, "true", jsonBool)
	case c == 'f':
		ok = p.literal(me, "false", jsonBool)
	case c == 'n':
		ok = p.literal(me, "null", jsonNull)
	default:
		ok = p.number(me)
	}
	p.t.nodes[me].end = int32(p.at)
	return ok
}

func (p *parser) literal(me int32, word string, kind jsonKind) bool {
	if !bytes.HasPrefix(p.src[p.at:], []byte(word)) {
		return false
	}
	p.t.nodes[me].kind, p.t.nodes[me].str = kind, p.src[p.at:p.at+len(word)]
	p.at += len(word)
	return true
}

func (p *parser) digits() bool {
	from := p.at
	for p.at < len(p.src) && p.src[p.at] >= '0' && p.src[p.at] <= '9' {
		p.at++
	}
	return p.at > from
}

func (p *parser) number(me int32) bool {
	from := p.at
	if p.at < len(p.src) && p.src[p.at] == '-' {
		p.at++
	}
	first := p.at
	if !p.digits() || (p.src[first] == '0' && p.at > first+1) {
		return false
	}
	if p.at < len(p.src) && p.src[p.at] == '.' {
		p.at++
		if !p.digits() {
			return false
		}
	}
	if p.at < len(p.src) && (p.src[p.at] == 'e' || p.src[p.at] == 'E') {
		p.at++
		if p.at < len(p.src) && (p.src[p.at] == '+' || p.src[p.at] == '-') {
			p.at++
		}
		if !p.digits() {
			return false
		}
	}
	p.t.nodes[me].kind, p.t.nodes[me].str = jsonNumber, p.src[from:p.at]
	return true
}

func (p *parser) object(me int32, depth int) bool {
	p.t.nodes[me].kind = jsonObject
	p.at++
	p.space()
	if p.at < len(p.src) && p.src[p.at] == '}' {
		p.at++
		return true
	}
	last := int32(-1)
	for n := int32(0); ; n++ {
		p.space()
		if p.at >= len(p.src) || p.src[p.at] != '"' {
			return false
		}
		key, ok := p.str()
		if !ok {
			return false
		}
		p.space()
		if p.at >= len(p.src) || p.src[p.at] != ':' {
			return false
		}
		p.at++
		p.space()
		child := int32(len(p.t.nodes)) //nolint:gosec // a body is at most 2 MB
		if !p.value(me, key, n, depth+1) {
			return false
		}
		p.link(me, &last, child)
		if done, ok := p.sep('}'); done || !ok {
			return ok
		}
	}
}

func (p *parser) array(me int32, depth int) bool {
	p.t.nodes[me].kind = jsonArray
	p.at++
	p.space()
	if p.at < len(p.src) && p.src[p.at] == ']' {
		p.at++
		return true
	}
	last := int32(-1)
	for n := int32(0); ; n++ {
		p.space()
		child := int32(len(p.t.nodes)) //nolint:gosec // a body is at most 2 MB
		if !p.value(me, nil, n, depth+1) {
			return false
		}
		p.link(me, &last, child)
		if done, ok := p.sep(']'); done || !ok {
			return ok
		}
	}
}

func (p *parser) link(me int32, last *int32, child int32) {
	if *last < 0 {
		p.t.nodes[me].first = child
	} else {
		p.t.nodes[*last].next = child
	}
	*last = child
	p.t.nodes[me].size++
}

func (p *parser) sep(closing byte) (done, ok bool) {
	p.space()
	if p.at >= len(p.src) {
		return false, false
	}
	switch p.src[p.at] {
	case ',':
		p.at++
		return false, true
	case closing:
		p.at++
		return true, true
	}
	return false, false
}

// str reads a string at the opening quote. Without escapes it is a slice of the source.
func (p *parser) str() ([]byte, bool) {
	p.at++
	from := p.at
	for p.at < len(p.src) {
		switch c := p.src[p.at]; {
		case c == '"':
			s := p.src[from:p.at]
			p.at++
			return s, true
		case c == '\\':
			return p.escaped(from)
		case c < 0x20:
			return nil, false
		}
		p.at++
	}
	return nil, false
}

func (p *parser) escaped(from int) ([]byte, bool) {
	begin := len(p.t.text)
	p.t.text = append(p.t.text, p.src[from:p.at]...)
	for p.at < len(p.src) {
		c := p.src[p.at]
		switch {
		case c == '"':
			p.at++
			return p.t.text[begin:], true
		case c < 0x20:
			return nil, false
		case c != '\\':
			p.t.text = append(p.t.text, c)
			p.at++
		default:
			if !p.escape() {
				return nil, false
			}
		}
	}
	return nil, false
}

func (p *parser) escape() bool {
	if p.at+1 >= len(p.src) {
		return false
	}
	c := p.src[p.at+1]
	p.at += 2
	switch c {
	case '"', '\\', '/':
		p.t.text = append(p.t.text, c)
	case 'b':
		p.t.text = append(p.t.text, '\b')
	case 'f':
		p.t.text = append(p.t.text, '\f')
	case 'n':
		p.t.text = append(p.t.text, '\n')
	case 'r':
		p.t.text = append(p.t.text, '\r')
	case 't':
		p.t.text = append(p.t.text, '\t')
	case 'u':
		r, ok := p.hex4()
		if !ok {
			return false
		}
		if utf16.IsSurrogate(r) {
			low := utf8.RuneError
			if p.at+1 < len(p.src) && p.src[p.at] == '\\' && p.src[p.at+1] == 'u' {
				p.at += 2
				if low, ok = p.hex4(); !ok {
					return false
				}
			}
			r = utf16.DecodeRune(r, low)
		}
		p.t.text = utf8.AppendRune(p.t.text, r)
	default:
		return false
	}
	return true
}

func (p *parser) hex4() (rune, bool) {
	if p.at+4 > len(p.src) {
		return 0, false
	}
	v, err := strconv.ParseUint(string(p.src[p.at:p.at+4]), 16, 32)
	p.at += 4
	return rune(v), err == nil //nolint:gosec // four hexadecimal digits
}

// lineColumn turns an offset into the place LINE names in its message, both from 1.
func lineColumn(src []byte, offset int) (line, column int) {
	head := src[:min(offset, len(src))]
	return bytes.Count(head, []byte("\n")) + 1, len(head) - bytes.LastIndexByte(head, '\n')
}

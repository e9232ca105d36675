package render

import (
	"bytes"
	"encoding/json"
	"errors"
)

// tree is a parsed JSON value kept as index ranges over its bytes. Check runs on every message before it is stored, and
// a general decoder would cost more than rendering the message did.
type tree struct {
	b     []byte
	nodes []treeNode
}

type treeNode struct {
	kind             byte // { [ " or the first byte of a number or literal
	keyFrom, keyTo   int32
	from, to         int32
	child, next, end int32 // first child, next sibling, last child; -1 none
}

var errJSON = errors.New("render: a message is not JSON")

const maxTreeDepth = 64

func (t *tree) parse(b []byte) error {
	t.b, t.nodes = b, t.nodes[:0]
	i, err := t.value(t.space(0), -1, 0, 0, 0)
	if err != nil {
		return err
	}
	if t.space(i) != len(b) {
		return errJSON
	}
	return nil
}

func (t *tree) space(i int) int {
	for i < len(t.b) && (t.b[i] == ' ' || t.b[i] == '\n' || t.b[i] == '\t' || t.b[i] == '\r') {
		i++
	}
	return i
}

// value parses the value at i as a child of parent and gives the index after it.
func (t *tree) value(i int, parent int32, keyFrom, keyTo, depth int) (int, error) {
	if i >= len(t.b) || depth > maxTreeDepth {
		return 0, errJSON
	}
	self := int32(len(t.nodes))
	t.nodes = append(t.nodes, treeNode{
		kind: t.b[i], keyFrom: int32(keyFrom), keyTo: int32(keyTo), from: int32(i), child: -1, next: -1, end: -1,
	})
	if parent >= 0 {
		if last := t.nodes[parent].end; last >= 0 {
			t.nodes[last].next = self
		} else {
			t.nodes[parent].child = self
		}
		t.nodes[parent].end = self
	}
	var err error
	switch t.b[i] {
	case '"':
		i, err = t.str(i)
	case '{', '[':
		i, err = t.members(i, self, depth)
	default:
		start := i
		for i < len(t.b) && t.b[i] != ',' && t.b[i] != '}' && t.b[i] != ']' && t.b[i] > ' ' {
			i++
		}
		if i == start || !json.Valid(t.b[start:i]) {
			err = errJSON
		}
	}
	if err != nil {
		return 0, err
	}
	t.nodes[self].to = int32(i)
	return i, nil
}

func (t *tree) members(i int, self int32, depth int) (int, error) {
	object := t.b[i] == '{'
	closing := t.b[i] + 2 // } and ] both stand two after their opening
	i = t.space(i + 1)
	if i < len(t.b) && t.b[i] == closing {
		return i + 1, nil
	}
	for {
		keyFrom, keyTo := 0, 0
		if object {
			if i >= len(t.b) || t.b[i] != '"' {
				return 0, errJSON
			}
			end, err := t.str(i)
			if err != nil {
				return 0, err
			}
			keyFrom, keyTo = i+1, end-1
			i = t.space(end)
			if i >= len(t.b) || t.b[i] != ':' {
				return 0, errJSON
			}
			i = t.space(i + 1)
		}
		next, err := t.value(i, self, keyFrom, keyTo, depth+1)
		if err != nil {
			return 0, err
		}
		i = t.space(next)
		if i >= len(t.b) {
			return 0, errJSON
		}
		if t.b[i] == closing {
			return i + 1, nil
		}
		if t.b[i] != ',' {
			return 0, errJSON
		}
		i = t.space(i + 1)
	}
}

func (t *tree) str(i int) (int, error) {
	i++
	if end := bytes.IndexByte(t.b[i:], '"'); end >= 0 && bytes.IndexByte(t.b[i:i+end], '\\') < 0 {
		for _, c := range t.b[i : i+end] {
			if c < ' ' {
				return 0, errJSON
			}
		}
		return i + end + 1, nil
	}
	for ; i < len(t.b); i++ {
		switch c := t.b[i]; {
		case c == '"':
			return i + 1, nil
		case c == '\\':
			i++
		case c < ' ':
			return 0, errJSON
		}
	}
	return 0, errJSON
}

func (t *tree) kind(i int32) byte {
	if i < 0 {
		return 0
	}
	return t.nodes[i].kind
}

// size is the length of the value's JSON in bytes.
func (t *tree) size(i int32) int { return int(t.nodes[i].to - t.nodes[i].from) }

func (t *tree) get(i int32, key string) int32 {
	if t.kind(i) != '{' {
		return -1
	}
	for child := t.nodes[i].child; child >= 0; child = t.nodes[child].next {
		if n := &t.nodes[child]; string(t.b[n.keyFrom:n.keyTo]) == key {
			return child
		}
	}
	return -1
}

// first and after walk the elements of an array; both give -1 at its end.
func (t *tree) first(i int32) int32 {
	if t.kind(i) != '[' {
		return -1
	}
	return t.nodes[i].child
}

func (t *tree) after(i int32) int32 { return t.nodes[i].next }

// text gives a string value, unescaped.
func (t *tree) text(i int32) string {
	if t.kind(i) != '"' {
		return ""
	}
	raw := t.b[t.nodes[i].from:t.nodes[i].to]
	for _, c := range raw {
		if c == '\\' {
			var s string
			if json.Unmarshal(raw, &s) != nil {
				return ""
			}
			return s
		}
	}
	return string(raw[1 : len(raw)-1])
}

// word is a string value from a closed list, which needs no escapes; the bytes must not be kept.
func (t *tree) word(i int32) []byte {
	if t.kind(i) != '"' {
		return nil
	}
	return t.b[t.nodes[i].from+1 : t.nodes[i].to-1]
}

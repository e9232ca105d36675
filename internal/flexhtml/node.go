package flexhtml

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// node is one JSON object of a message. It remembers which properties were read, so that done can name the others.
type node struct {
	p    *page
	raw  any
	m    map[string]any
	path string
	used map[string]bool
}

func (p *page) node(m map[string]any, path string) *node {
	return &node{p: p, raw: m, m: m, path: path}
}

// value marks a property as read. null counts as absent, as it does at LINE.
func (n *node) value(key string) (any, bool) {
	v, ok := n.m[key]
	if ok {
		n.mark(key)
	}
	return v, ok && v != nil
}

func (n *node) skip(keys ...string) {
	for _, k := range keys {
		n.mark(k)
	}
}

func (n *node) mark(key string) {
	if n.used == nil {
		n.used = make(map[string]bool, len(n.m))
	}
	n.used[key] = true
}

// odd notes a property whose value is not understood.
func (n *node) odd(key string) {
	n.p.notes = append(n.p.notes, note{n.at(key), compact(n.m[key])})
}

func (n *node) at(key string) string {
	return n.path + "/" + strings.ReplaceAll(strings.ReplaceAll(key, "~", "~0"), "/", "~1")
}

// done notes every property that was not read.
func (n *node) done() {
	var left []string
	for key := range n.m {
		if !n.used[key] {
			left = append(left, key)
		}
	}
	slices.Sort(left)
	for _, key := range left {
		n.odd(key)
	}
}

func (n *node) str(key string) string {
	v, ok := n.value(key)
	if !ok {
		return ""
	}
	s, ok := v.(string)
	if !ok {
		n.odd(key)
	}
	return s
}

// one reads a property that has a closed list of values; the first is the default.
func (n *node) one(key string, allowed ...string) string {
	s := n.str(key)
	if s == "" {
		if v, ok := n.m[key].(string); ok && v == "" {
			n.odd(key)
		}
		return allowed[0]
	}
	if !slices.Contains(allowed, s) {
		n.odd(key)
		return allowed[0]
	}
	return s
}

func (n *node) truth(key string) bool {
	v, ok := n.value(key)
	if !ok {
		return false
	}
	b, ok := v.(bool)
	if !ok {
		n.odd(key)
	}
	return b
}

// whole reads an integer from 0 to limit.
func (n *node) whole(key string, limit int) (int, bool) {
	v, ok := n.value(key)
	if !ok {
		return 0, false
	}
	number, _ := v.(json.Number)
	i, err := strconv.Atoi(number.String())
	if err != nil || i < 0 || i > limit {
		n.odd(key)
		return 0, false
	}
	return i, true
}

func (n *node) number(key string) (float64, bool) {
	v, ok := n.value(key)
	if !ok {
		return 0, false
	}
	number, _ := v.(json.Number)
	f, err := strconv.ParseFloat(number.String(), 64)
	if err != nil {
		n.odd(key)
		return 0, false
	}
	return f, true
}

// child reads an object; nil when there is none.
func (n *node) child(key string) *node {
	v, ok := n.value(key)
	if !ok {
		return nil
	}
	m, ok := v.(map[string]any)
	if !ok {
		n.odd(key)
		return nil
	}
	return n.p.node(m, n.at(key))
}

// list reads an array of objects; what is not an object is noted.
func (n *node) list(key string) []*node {
	v, ok := n.value(key)
	if !ok {
		return nil
	}
	items, ok := v.([]any)
	if !ok {
		n.odd(key)
		return nil
	}
	nodes := make([]*node, 0, len(items))
	for i, item := range items {
		at := n.at(key) + "/" + strconv.Itoa(i)
		m, ok := item.(map[string]any)
		if !ok {
			n.p.notes = append(n.p.notes, note{at, compact(item)})
			continue
		}
		nodes = append(nodes, n.p.node(m, at))
	}
	return nodes
}

package render

import (
	"bytes"
	"sync"
	"unicode/utf8"
)

// Messages are written by hand: an answer is the same few objects over and over, and reflection cost more than everything
// else in a turn. Nothing is escaped that JSON does not ask for, since LINE counts a Flex message in bytes.

var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 16<<10); return &b }}

func encode(m message) []byte {
	buffer := buffers.Get().(*[]byte)
	*buffer = appendMessage((*buffer)[:0], m)
	out := bytes.Clone(*buffer)
	buffers.Put(buffer)
	return out
}

func appendMessage(b []byte, m message) []byte {
	b = append(b, `{"type":`...)
	b = appendString(b, m.Type)
	b = field(b, `,"text":`, m.Text)
	b = field(b, `,"altText":`, m.AltText)
	b = child(b, `,"contents":`, m.Contents)
	if m.QuickReply != nil {
		b = append(b, `,"quickReply":{"items":[`...)
		for i, item := range m.QuickReply.Items {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(b, `{"type":"action","action":`...)
			b = append(appendAction(b, item), '}')
		}
		b = append(b, "]}"...)
	}
	return append(b, '}')
}

func appendNode(b []byte, n *node) []byte {
	b = append(b, n.look...)
	b = field(b, `,"text":`, n.text)
	b = field(b, `,"url":`, n.url)
	b = child(b, `,"hero":`, n.hero)
	b = child(b, `,"body":`, n.body)
	b = child(b, `,"footer":`, n.footer)
	if n.action != nil {
		b = appendAction(append(b, `,"action":`...), n.action)
	}
	if n.holds {
		b = append(b, `,"contents":[`...)
		for i, c := range n.contents {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendNode(b, c)
		}
		b = append(b, ']')
	}
	return append(b, '}')
}

func appendAction(b []byte, a *action) []byte {
	b = append(b, `{"type":`...)
	b = appendString(b, a.Type)
	b = append(b, `,"label":`...)
	b = appendString(b, a.Label)
	b = field(b, `,"data":`, a.Data)
	b = field(b, `,"displayText":`, a.DisplayText)
	b = field(b, `,"uri":`, a.URI)
	return append(b, '}')
}

// field appends a member unless its value is empty.
func field(b []byte, opening, value string) []byte {
	if value == "" {
		return b
	}
	return appendString(append(b, opening...), value)
}

func child(b []byte, opening string, n *node) []byte {
	if n == nil {
		return b
	}
	return appendNode(append(b, opening...), n)
}

const hexDigits = "0123456789abcdef"

// appendString appends s as a JSON string. What is not valid UTF-8 becomes the replacement character.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c >= ' ' && c != '"' && c != '\\' {
				i++
				continue
			}
			b = append(b, s[start:i]...)
			switch c {
			case '"', '\\':
				b = append(b, '\\', c)
			case '\n':
				b = append(b, '\\', 'n')
			default:
				b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
			}
			i++
			start = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			b = append(b, s[start:i]...)
			b = append(b, "\uFFFD"...)
			start = i + 1
		}
		i += size
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}

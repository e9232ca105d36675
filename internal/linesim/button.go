package linesim

import (
	"strings"
)

// Button is something in a message that can be pressed.
type Button struct {
	Label       string
	Kind        string // postback, message, uri, datetimepicker, clipboard …
	Data        string
	Text        string
	DisplayText string
	URI         string
	Mode        string
	Quick       bool // a quick reply
	Style       string
	Color       string
}

// Buttons are the message's own buttons in reading order, without quick replies. Tappable areas without a label count
// as buttons with an empty label.
func (m Message) Buttons() []Button {
	t, _, err := parseTree(m.Raw)
	if err != nil {
		return nil
	}
	defer t.release()
	var out []Button
	for f := t.nodes[0].first; f >= 0; f = t.nodes[f].next {
		if k := string(t.nodes[f].key); k != "quickReply" && k != "sender" {
			collectButtons(t, f, &out)
		}
	}
	return out
}

// blockOrder is the reading order of a bubble, whatever the order of its properties.
var blockOrder = []string{"header", "hero", "body", "footer"}

func collectButtons(t *tree, n int32, out *[]Button) {
	switch t.nodes[n].kind {
	case jsonArray:
		for e := t.nodes[n].first; e >= 0; e = t.nodes[e].next {
			collectButtons(t, e, out)
		}
	case jsonObject:
		if a := t.get(n, "action"); a >= 0 {
			b := readButton(t, a)
			b.Style, b.Color = t.field(n, "style"), t.field(n, "color")
			*out = append(*out, b)
		}
		if t.field(n, "type") == "bubble" {
			for _, block := range blockOrder {
				if c := t.get(n, block); c >= 0 {
					collectButtons(t, c, out)
				}
			}
			return
		}
		for f := t.nodes[n].first; f >= 0; f = t.nodes[f].next {
			switch string(t.nodes[f].key) {
			case "action", "defaultAction", "styles":
			case "actions":
				for e := t.nodes[f].first; e >= 0; e = t.nodes[e].next {
					*out = append(*out, readButton(t, e))
				}
			default:
				collectButtons(t, f, out)
			}
		}
	}
}

func readButton(t *tree, a int32) Button {
	b := Button{
		Label: t.field(a, "label"), Kind: t.field(a, "type"), Data: t.field(a, "data"), Text: t.field(a, "text"),
		DisplayText: t.field(a, "displayText"), URI: t.field(a, "uri"), Mode: t.field(a, "mode"),
	}
	if b.URI == "" {
		b.URI = t.field(a, "linkUri")
	}
	return b
}

// QuickReplies are the buttons under the chat; LINE shows them only with the last message.
func (m Message) QuickReplies() []Button {
	t, _, err := parseTree(m.Raw)
	if err != nil {
		return nil
	}
	defer t.release()
	q := t.get(0, "quickReply")
	if q < 0 {
		return nil
	}
	items := t.get(q, "items")
	if items < 0 {
		return nil
	}
	var out []Button
	for e := t.nodes[items].first; e >= 0; e = t.nodes[e].next {
		if a := t.get(e, "action"); a >= 0 {
			b := readButton(t, a)
			b.Quick = true
			out = append(out, b)
		}
	}
	return out
}

// String is Text, so that a test that prints an answer prints what a reader sees.
func (m Message) String() string { return m.Text() }

// Text is every word of the message a reader sees, one part a line, without buttons.
func (m Message) Text() string {
	t, _, err := parseTree(m.Raw)
	if err != nil {
		return ""
	}
	defer t.release()
	var lines []string
	collectText(t, 0, &lines)
	return strings.Join(lines, "\n")
}

func collectText(t *tree, n int32, lines *[]string) {
	switch t.nodes[n].kind {
	case jsonArray:
		for e := t.nodes[n].first; e >= 0; e = t.nodes[e].next {
			collectText(t, e, lines)
		}
	case jsonObject:
		kind := t.field(n, "type")
		if kind == "text" || kind == "textV2" || kind == "buttons" || kind == "confirm" || kind == "" {
			if title := t.field(n, "title"); title != "" {
				*lines = append(*lines, title)
			}
			if s := t.field(n, "text"); s != "" {
				*lines = append(*lines, s)
			} else if spans := t.get(n, "contents"); spans >= 0 && kind == "text" {
				var b strings.Builder
				for e := t.nodes[spans].first; e >= 0; e = t.nodes[e].next {
					b.WriteString(t.field(e, "text"))
				}
				*lines = append(*lines, b.String())
				return
			}
		}
		if kind == "bubble" {
			for _, block := range blockOrder {
				if c := t.get(n, block); c >= 0 {
					collectText(t, c, lines)
				}
			}
			return
		}
		for f := t.nodes[n].first; f >= 0; f = t.nodes[f].next {
			switch string(t.nodes[f].key) {
			case "action", "actions", "defaultAction", "quickReply", "sender", "styles", "background", "emojis", "substitution":
			default:
				if k := t.nodes[f].kind; k == jsonObject || k == jsonArray {
					collectText(t, f, lines)
				}
			}
		}
	}
}

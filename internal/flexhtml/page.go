package flexhtml

import (
	"encoding/json"
	"html"
	"html/template"
	"maps"
	"slices"
	"strings"
)

// page is the state of one rendering.
type page struct {
	b     strings.Builder
	o     Options
	w     words
	rules map[string]string
	notes []note
}

// note is a part of the message that has no place in the drawing.
type note struct {
	path, value string
}

func newPage(o Options) *page {
	return &page{o: o, w: wordsOf(o.Lang), rules: map[string]string{}}
}

func (p *page) fragment() Fragment {
	f := Fragment{HTML: template.HTML(p.b.String())} //nolint:gosec // everything in it was escaped on its way in
	for _, name := range slices.Sorted(maps.Keys(p.rules)) {
		f.Rules = append(f.Rules, ".fx-msg ."+name+"{"+p.rules[name]+"}")
	}
	return f
}

// rule names a class and keeps its declarations. The name must say all that the declarations say: two messages on a
// page share the class.
func (p *page) rule(name, declarations string) string {
	name = "fx-" + name
	p.rules[name] = declarations
	return name
}

type attr struct {
	key, value string
}

func class(names ...string) attr {
	names = slices.DeleteFunc(slices.Clone(names), func(s string) bool { return s == "" })
	if len(names) == 0 {
		return attr{}
	}
	return attr{"class", strings.Join(names, " ")}
}

// open, void, close and text write HTML that is well-formed XML too, so that a test can parse it strictly.
func (p *page) open(tag string, attrs ...attr) { p.tag(tag, attrs, ">") }

func (p *page) void(tag string, attrs ...attr) { p.tag(tag, attrs, "/>") }

func (p *page) close(tags ...string) {
	for _, tag := range tags {
		p.b.WriteString("</" + tag + ">")
	}
}

func (p *page) tag(tag string, attrs []attr, end string) {
	p.b.WriteString("<" + tag)
	for _, a := range attrs {
		if a.key != "" {
			p.b.WriteString(" " + a.key + `="` + html.EscapeString(clean(a.value)) + `"`)
		}
	}
	p.b.WriteString(end)
}

func (p *page) text(s string) { p.b.WriteString(html.EscapeString(clean(s))) }

// say writes text in an element of its own that keeps the order of right-to-left letters to itself.
func (p *page) say(tag, name, s string) {
	p.open(tag, class(name), attr{"dir", "auto"})
	p.text(s)
	p.close(tag)
}

// clean replaces characters that HTML does not allow.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r < 0x20 || r >= 0x7f && r < 0xa0 || r >= 0xfdd0 && r <= 0xfdef || r&0xfffe == 0xfffe:
			return '\uFFFD'
		}
		return r
	}, s)
}

// unknown draws a part of the message that this package does not know: its type and its JSON.
func (p *page) unknown(v any, kind string) {
	p.open("div", class("fx-unknown"), attr{"role", "note"})
	title := p.w.unknown
	if kind != "" {
		title += ": " + kind
	}
	p.say("strong", "fx-unknown-title", title)
	p.say("code", "fx-unknown-json", compact(v))
	p.close("div")
}

// writeNotes lists what could not be drawn where it stands.
func (p *page) writeNotes() {
	if len(p.notes) == 0 {
		return
	}
	p.open("div", class("fx-notes"), attr{"role", "note"})
	p.say("strong", "fx-notes-title", p.w.notDrawn)
	p.open("ul")
	for _, n := range p.notes {
		p.open("li")
		p.say("code", "fx-path", n.path)
		p.text(" ")
		p.say("code", "fx-value", n.value)
		p.close("li")
	}
	p.close("ul", "div")
	p.notes = nil
}

func compact(v any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return ""
	}
	return strings.TrimSuffix(b.String(), "\n")
}

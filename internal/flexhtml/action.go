package flexhtml

import (
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// actionProperties are the properties each action type has beside type and label.
var actionProperties = map[string][]string{
	"postback":       {"data", "displayText", "text", "inputOption", "fillInText"},
	"message":        {"text"},
	"uri":            {"uri", "altUri"},
	"datetimepicker": {"data", "mode", "initial", "max", "min"},
	"camera":         nil,
	"cameraRoll":     nil,
	"location":       nil,
	"richmenuswitch": {"richMenuAliasId", "data"},
	"clipboard":      {"clipboardText"},
}

// control opens the element that stands for an action, a link or a button, and returns the tag to close it with.
// uriKey is where the address of a uri action is: "uri", or "linkUri" in an imagemap.
func (p *page) control(a *node, uriKey, name string, more ...attr) string {
	kind := a.str("type")
	a.str("label")
	attrs := []attr{class(name), {"data-action", compact(a.raw)}}
	properties, known := actionProperties[kind]
	a.skip(properties...)
	if !known {
		a.odd("type")
	}
	if kind == "uri" {
		if to := p.link(a, uriKey); to != "" {
			p.open("a", slices.Concat(attrs, linkTo(to), more)...)
			a.done()
			return "a"
		}
		known = false
	}
	attrs = append(attrs, attr{"type", "button"})
	if !known {
		attrs[0] = class(name, "fx-dead")
		attrs = append(attrs, attr{"disabled", "disabled"})
	}
	p.open("button", append(attrs, more...)...)
	a.done()
	return "button"
}

// linkTo are the attributes of a link: a web page opens beside the conversation and learns nothing of it.
func linkTo(to string) []attr {
	attrs := []attr{{"href", to}}
	if lower := strings.ToLower(to); strings.HasPrefix(lower, "line:") || strings.HasPrefix(lower, "tel:") {
		return append(attrs, attr{"rel", "noopener noreferrer"})
	}
	return append(attrs, attr{"rel", "noopener noreferrer"}, attr{"target", "_blank"})
}

// link reads an address a link may have; "" when it has another scheme or the page refuses it.
func (p *page) link(n *node, key string) string {
	raw := n.str(key)
	if !goodScheme(raw, "http", "https", "line", "tel") {
		n.odd(key)
		return ""
	}
	if p.o.Link == nil {
		return raw
	}
	return p.o.Link(raw)
}

func goodScheme(raw string, schemes ...string) bool {
	if strings.ContainsFunc(raw, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '\\' }) {
		return false
	}
	u, err := url.Parse(raw)
	if err != nil || !slices.Contains(schemes, strings.ToLower(u.Scheme)) {
		return false
	}
	return u.Scheme == "tel" || u.Host != ""
}

// hit makes a whole component pressable: an empty control that lies over it. Controls inside the component stay above
// it. It is written as the first child, so that the reading order is the order of importance.
func (p *page) hit(n *node) string {
	a := n.child("action")
	if a == nil {
		return ""
	}
	return p.hitOn(a, n.raw)
}

// hitOn is hit for an action that stands elsewhere; what says what the control is called when its label does not.
func (p *page) hitOn(a *node, what any) string {
	label := a.str("label")
	if label == "" {
		label = gather(what)
	}
	if label == "" {
		label = p.w.open
	}
	tag := p.control(a, "uri", "fx-hit", attr{"aria-label", label})
	p.close(tag)
	return "fx-tap"
}

// gather joins the texts inside a component, as the name of what pressing it does.
func gather(v any) string {
	var parts []string
	var walk func(any, int)
	walk = func(v any, depth int) {
		if depth > maxDepth {
			return
		}
		switch v := v.(type) {
		case []any:
			for _, item := range v {
				walk(item, depth+1)
			}
		case map[string]any:
			if s, ok := v["text"].(string); ok {
				parts = append(parts, s)
			}
			for _, key := range []string{"header", "hero", "body", "footer", "contents"} {
				walk(v[key], depth+1)
			}
		}
	}
	walk(v, 0)
	s := strings.Join(parts, " ")
	if utf8.RuneCountInString(s) > 100 {
		return string([]rune(s)[:100]) + "…"
	}
	return s
}

// label is what a button shows: its action's label.
func (p *page) label(a *node) string {
	if s := a.str("label"); s != "" {
		return s
	}
	return p.w.button
}

func (p *page) quickReply(q *node) {
	p.open("div", class("fx-msg", "fx-quick"), attr{"role", "group"}, attr{"aria-label", p.w.quickReply})
	for _, item := range q.list("items") {
		item.one("type", "action")
		if a := item.child("action"); a != nil {
			tag := p.control(a, "uri", "fx-quick-item")
			if address := item.str("imageUrl"); address != "" {
				p.picture(Icon, address, "", "fx-quick-icon")
			}
			p.say("bdi", "", p.label(a))
			p.close(tag)
		}
		item.done()
	}
	q.done()
	p.close("div")
	if len(p.notes) > 0 {
		p.open("div", class("fx-msg"))
		p.writeNotes()
		p.close("div")
	}
}

// picture writes an image, or a placeholder where the page has none to show.
func (p *page) picture(kind PictureKind, address, alt, name string) {
	src := ""
	switch {
	case p.o.Picture != nil:
		src = p.o.Picture(kind, address)
	case (kind == Photo || kind == Icon) && goodScheme(address, "http", "https"):
		src = address
	}
	if src == "" {
		what := map[PictureKind]string{Photo: p.w.photo, Icon: p.w.icon, Sticker: p.w.sticker, Emoji: p.w.emoji}[kind]
		if alt == "" {
			alt = what
		}
		p.open("span", class(name, "fx-nopicture", "fx-no-"+string(kind)), attr{"role", "img"}, attr{"aria-label", alt},
			attr{"title", address})
		p.close("span")
		return
	}
	p.void("img", class(name), attr{"src", src}, attr{"alt", alt}, attr{"loading", "lazy"}, attr{"decoding", "async"})
}

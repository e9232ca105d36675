package flexhtml

import "slices"

// maxDepth ends the drawing of boxes in boxes; what lies deeper is shown as JSON.
const maxDepth = 48

func (p *page) flexMessage(n *node) {
	alt := n.str("altText")
	contents := n.child("contents")
	if contents == nil {
		p.unknown(n.raw, "flex")
		return
	}
	p.open("div", class("fx-flex"), attr{"role", "group"}, attr{"aria-label", alt})
	switch kind := contents.str("type"); kind {
	case "bubble":
		p.bubble(contents, "")
	case "carousel":
		p.open("div", class("fx-strip"), attr{"role", "list"}, attr{"tabindex", "0"}, attr{"aria-label", p.w.carousel})
		for _, b := range contents.list("contents") {
			if kind := b.str("type"); kind != "bubble" {
				p.open("div", class("fx-bubble", "fx-kilo"), attr{"role", "listitem"})
				p.unknown(b.raw, kind)
				p.close("div")
				continue
			}
			p.bubble(b, "listitem")
		}
		p.close("div")
		contents.done()
	default:
		p.unknown(contents.raw, kind)
	}
	p.close("div")
}

// blockPadding is the padding of a block's outermost box, in the order top, end, bottom, start.
func blockPadding(size, block string, hasFooter bool) [4]float64 {
	all := func(v float64) [4]float64 { return [4]float64{v, v, v, v} }
	if block == "hero" {
		return all(0)
	}
	if block == "footer" {
		return all(10)
	}
	var pad [4]float64
	switch size {
	case "nano", "micro":
		return all(10)
	case "deca", "hecto":
		pad = [4]float64{11, 14, 13, 14}
	case "kilo":
		pad = all(13)
	default:
		pad = all(20)
		if block == "body" {
			pad[0] = 19
		}
	}
	if block == "body" && hasFooter {
		pad[2] = 17
		if size == "mega" || size == "giga" {
			pad[2] = 10
		}
	}
	return pad
}

func (p *page) bubble(n *node, role string) {
	n.skip("type")
	size := n.one("size", "mega", "nano", "micro", "deca", "hecto", "kilo", "giga")
	direction := n.one("direction", "ltr", "rtl")
	styles := n.child("styles")
	tap := ""
	if n.child("action") != nil {
		tap = "fx-tap"
	}
	p.open("div", class("fx-bubble", "fx-"+size, tap), attr{"dir", direction}, roleAttr(role))
	p.hit(n)
	first := true
	for _, name := range []string{"header", "hero", "body", "footer"} {
		block := n.child(name)
		var style *node
		if styles != nil {
			style = styles.child(name)
		}
		if block == nil {
			if style != nil {
				style.skip("backgroundColor", "separator", "separatorColor")
				style.done()
			}
			continue
		}
		p.block(name, block, style, first, blockPadding(size, name, n.m["footer"] != nil))
		first = false
	}
	if styles != nil {
		styles.done()
	}
	n.done()
	p.close("div")
}

func roleAttr(role string) attr {
	if role == "" {
		return attr{}
	}
	return attr{"role", role}
}

func (p *page) block(name string, n, style *node, first bool, pad [4]float64) {
	background, line := "", ""
	if style != nil {
		background = p.colorRule("bg", "background-color", style.color("backgroundColor"))
		color := style.color("separatorColor")
		if style.truth("separator") && !first {
			line = p.colorRule("btc", "border-top-color", color)
			line = "fx-ruled " + line
		}
		style.done()
	}
	p.open("div", class("fx-block", "fx-"+name, background, line))
	kind := n.str("type")
	s := slot{layout: "vertical", first: true, block: name, pad: pad}
	switch {
	case kind == "box", name == "hero" && (kind == "image" || kind == "video"):
		p.component(n, s)
	default:
		p.unknown(n.raw, kind)
	}
	p.close("div")
}

// slot is where a component stands: the layout of its box and what the box says of its children.
type slot struct {
	layout  string
	spacing length
	// first is true until a component that takes space was drawn.
	first bool
	// loose: the box does not stretch its children across.
	loose bool
	// room is what a baseline box has for the texts that share its width; nil where it is not known.
	room *room
	// block names the block whose outermost component this is; pad is that box's padding.
	block string
	pad   [4]float64
	depth int
}

// place gives the classes every component has: its share of the box, its margin, its position.
func (p *page) place(n *node, s slot, share int) []string {
	names := []string{"fx-c"}
	if share >= 0 {
		names = append(names, p.share(s, share))
	}
	absolute := n.one("position", "relative", "absolute") == "absolute"
	if absolute {
		names = append(names, "fx-abs")
	}
	names = append(names, p.margin(n, s, absolute))
	for _, o := range []struct{ key, name, property string }{
		{"offsetTop", "ot", "top"}, {"offsetBottom", "ob", "bottom"},
		{"offsetStart", "os", "inset-inline-start"}, {"offsetEnd", "oe", "inset-inline-end"},
	} {
		if l, ok := n.length(o.key, spaces, allowPercent|allowNegative); ok {
			names = append(names, p.lengthRule(o.name, o.property, l))
		}
	}
	return names
}

// share is the class of a flex ratio: of the width in a horizontal box, of the free height in a vertical one.
func (p *page) share(s slot, ratio int) string {
	basis, name := "auto", "v"
	if s.layout != "vertical" {
		basis, name = "0px", "h"
	}
	if ratio == 0 {
		return "fx-flex0"
	}
	grow := decimal(float64(ratio))
	return p.rule("flex"+name+"-"+grow, "flex:"+grow+" 0 "+basis)
}

// margin is the space before a component: its own, else the spacing of its box.
func (p *page) margin(n *node, s slot, absolute bool) string {
	l, ok := n.length("margin", spaces, 0)
	if absolute {
		return ""
	}
	if !ok {
		if s.first {
			return ""
		}
		l = s.spacing
	}
	if l.value == 0 {
		return ""
	}
	if s.layout == "vertical" {
		return p.lengthRule("mt", "margin-top", l)
	}
	return p.lengthRule("ms", "margin-inline-start", l)
}

// ratioOf reads the flex property of a component; in a vertical box it is 0 unless set, elsewhere 1.
func ratioOf(n *node, s slot) int {
	if ratio, ok := n.whole("flex", 10000); ok {
		return ratio
	}
	if s.layout == "vertical" {
		return 0
	}
	return 1
}

func (p *page) box(n *node, s slot) {
	layout := n.one("layout", "vertical", "horizontal", "baseline")
	if n.m["layout"] == nil {
		n.odd("layout")
	}
	ratio := ratioOf(n, s)
	var sizes []string
	for _, d := range []struct {
		key, name, property, layout string
	}{
		{"width", "w", "width", "horizontal"}, {"height", "h", "height", "vertical"},
		{"maxWidth", "xw", "max-width", ""}, {"maxHeight", "xh", "max-height", ""},
	} {
		l, ok := n.length(d.key, nil, allowPercent)
		if !ok {
			continue
		}
		sizes = append(sizes, p.lengthRule(d.name, d.property, l))
		if d.layout == s.layout {
			ratio = 0
		}
	}
	names := append(p.place(n, s, ratio), "fx-box", "fx-"+layout)
	names = append(names, sizes...)
	names = append(names, p.boxLook(n)...)
	names = append(names, p.padding(n, s)...)
	inner := slot{layout: layout, first: true, depth: s.depth + 1}
	if align := n.one("alignItems", "", "center", "flex-start", "flex-end"); align != "" {
		inner.loose = true
		names = append(names, "fx-align-"+align)
	}
	if justify := n.one("justifyContent", "", "center", "flex-start", "flex-end", "space-between", "space-around",
		"space-evenly"); justify != "" {
		names = append(names, "fx-justify-"+justify)
	}
	inner.spacing, _ = n.length("spacing", spaces, 0)
	if layout == "baseline" && p.canFit(n, s, ratio) {
		if inner.room = roomOf(n, inner.spacing); inner.room != nil {
			names = append(names, "fx-fitted")
		}
	}
	if s.block != "" {
		names = append(names, "fx-root")
	}
	if n.m["action"] != nil {
		names = append(names, "fx-tap")
	}
	p.open("div", class(names...))
	p.hit(n)
	for _, child := range n.list("contents") {
		absolute := child.m["position"] == "absolute"
		p.component(child, inner)
		if !absolute {
			inner.first = false
		}
	}
	p.close("div")
}

// boxLook gives the classes of background, border and corners.
func (p *page) boxLook(n *node) []string {
	names := []string{p.colorRule("bg", "background-color", n.color("backgroundColor"))}
	if g := n.child("background"); g != nil {
		names = append(names, p.gradient(g))
	}
	names = append(names, p.colorRule("bc", "border-color", n.color("borderColor")))
	if l, ok := n.length("borderWidth", borders, 0); ok {
		names = append(names, p.lengthRule("bw", "border-width", l))
	}
	if l, ok := n.length("cornerRadius", spaces, 0); ok {
		names = append(names, p.lengthRule("cr", "border-radius", l))
	}
	return names
}

// padding gives the classes of the four sides; a side's own value wins over paddingAll, which wins over the block's.
func (p *page) padding(n *node, s slot) []string {
	all, hasAll := n.length("paddingAll", spaces, allowPercent)
	var names []string
	for i, side := range []struct{ key, name, property string }{
		{"paddingTop", "pt", "padding-top"}, {"paddingEnd", "pe", "padding-inline-end"},
		{"paddingBottom", "pb", "padding-bottom"}, {"paddingStart", "ps", "padding-inline-start"},
	} {
		l, ok := n.length(side.key, spaces, allowPercent)
		if !ok && hasAll {
			l, ok = all, true
		}
		if !ok && s.block != "" {
			l, ok = length{value: s.pad[i]}, true
		}
		if ok && l.value != 0 {
			names = append(names, p.lengthRule(side.name, side.property, l))
		}
	}
	return slices.Clip(names)
}

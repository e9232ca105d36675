package flexhtml

// component draws one Flex component in its place.
func (p *page) component(n *node, s slot) {
	if s.depth > maxDepth {
		p.unknown(n.raw, n.str("type"))
		return
	}
	switch kind := n.str("type"); kind {
	case "box":
		p.box(n, s)
	case "text":
		p.flexText(n, s)
	case "button":
		p.flexButton(n, s)
	case "image":
		p.flexImage(n, s)
	case "icon":
		p.flexIcon(n, s)
	case "video":
		p.flexVideo(n, s)
	case "separator":
		p.separator(n, s)
	case "filler":
		// The spacing of the box does not apply before a filler.
		ratio, ok := n.whole("flex", 10000)
		if !ok {
			ratio = 1
		}
		p.open("div", class("fx-c", "fx-filler", p.share(s, ratio)), attr{"aria-hidden", "true"})
		p.close("div")
	case "spacer":
		// Withdrawn by LINE, still accepted by its older clients and found in many templates.
		l, ok := n.length("size", spaces, 0)
		if !ok {
			l = length{value: spaces["md"]}
		}
		name := p.lengthRule("h", "height", l)
		if s.layout != "vertical" {
			name = p.lengthRule("w", "width", l)
		}
		p.open("div", class("fx-c", "fx-flex0", name), attr{"aria-hidden", "true"})
		p.close("div")
	default:
		p.open("div", class("fx-c", p.margin(n, s, false)))
		p.unknown(n.raw, kind)
		p.close("div")
		return
	}
	n.done()
}

func (p *page) separator(n *node, s slot) {
	p.open("div", class("fx-c", "fx-sep", p.margin(n, s, false), p.colorRule("bg", "background-color", n.color("color"))),
		attr{"role", "presentation"})
	p.close("div")
}

// fontSize reads a font size. With scaling it follows the reader's setting, which the page states as --fx-scale.
func (p *page) fontSize(n *node, standard string) (string, float64) {
	l, ok := n.length("size", fonts, 0)
	if !ok {
		if standard == "" {
			return "", 0
		}
		l = length{value: fonts[standard]}
	}
	if n.truth("scaling") {
		return p.rule("fss-"+l.id(), "font-size:calc("+l.css()+"*var(--fx-scale,1))"), l.value
	}
	return p.lengthRule("fs", "font-size", l), l.value
}

// looks reads what text and span have in common, decoration apart.
func (p *page) looks(n *node) []string {
	names := []string{p.colorRule("fg", "color", n.color("color"))}
	if weight := n.one("weight", "", "regular", "bold"); weight != "" {
		names = append(names, "fx-"+weight)
	}
	if style := n.one("style", "", "normal", "italic"); style != "" {
		names = append(names, "fx-"+style)
	}
	return names
}

func (p *page) flexText(n *node, s slot) {
	ratio := ratioOf(n, s)
	names := append(p.place(n, s, ratio), "fx-text")
	fontClass, pixels := p.fontSize(n, "md")
	names = append(append(names, fontClass), p.looks(n)...)
	if align := n.one("align", "", "start", "center", "end"); align != "" {
		names = append(names, "fx-text-"+align)
	}
	names = append(names, gravity(n))
	wrap := n.truth("wrap")
	inner := []string{"fx-p"}
	if wrap {
		inner = append(inner, "fx-wrap")
	}
	if lines, ok := n.whole("maxLines", 1000); ok && lines > 0 && wrap {
		count := decimal(float64(lines))
		inner = append(inner, "fx-clamp", p.rule("ml-"+count, "-webkit-line-clamp:"+count))
	}
	if l, ok := n.length("lineSpacing", map[string]float64{"none": 0}, 0); ok && wrap && l.value > 0 {
		// The space is between lines only, so half of it is taken away again above and below.
		half := decimal(l.value / 2)
		inner = append(inner, p.rule("ls-"+l.id(),
			"line-height:calc(1.4em + "+l.css()+");margin-top:-"+half+"px;margin-bottom:-"+half+"px"))
	}
	decoration := n.one("decoration", "", "none", "underline", "line-through")
	spans := n.list("contents")
	words := n.str("text")
	if n.one("adjustMode", "", "shrink-to-fit") != "" && !wrap {
		switch {
		case p.canFit(n, s, ratio):
			names = append(names, "fx-fitted")
			inner = append(inner, p.fit(n, ems(n), pixels, 0, 1))
		case s.room != nil && ratio > 0:
			inner = append(inner, p.fit(n, ems(n), pixels, s.room.taken, float64(ratio)/float64(s.room.ratios)))
		}
	}
	if len(spans) == 0 && decoration != "" {
		inner = append(inner, "fx-"+decoration)
	}
	if n.m["action"] != nil {
		names = append(names, "fx-tap")
	}
	p.open("div", class(names...))
	p.hit(n)
	p.open("p", class(inner...))
	if len(spans) > 0 {
		if words != "" {
			n.odd("text") // LINE shows the spans in its place
		}
		for _, span := range spans {
			p.span(span, decoration)
		}
	} else {
		p.text(words)
	}
	p.close("p", "div")
}

// span draws a part of a text. A decoration is given to each span alone, because CSS could not take it away again.
func (p *page) span(n *node, decoration string) {
	if kind := n.str("type"); kind != "span" {
		p.unknown(n.raw, kind)
		return
	}
	fontClass, _ := p.fontSize(n, "")
	names := append([]string{"fx-span", fontClass}, p.looks(n)...)
	if own := n.one("decoration", "", "none", "underline", "line-through"); own != "" {
		decoration = own
	}
	if decoration != "" {
		names = append(names, "fx-"+decoration)
	}
	p.open("span", class(names...))
	p.text(n.str("text"))
	p.close("span")
	n.done()
}

func gravity(n *node) string {
	if g := n.one("gravity", "top", "center", "bottom"); g != "top" {
		return "fx-gravity-" + g
	}
	return ""
}

func (p *page) flexButton(n *node, s slot) {
	ratio := ratioOf(n, s)
	names := append(p.place(n, s, ratio), "fx-button", gravity(n))
	style := n.one("style", "link", "primary", "secondary")
	height := n.one("height", "md", "sm")
	color := n.color("color")
	inner := []string{"fx-press", "fx-style-" + style, "fx-height-" + height}
	if style == "link" {
		inner = append(inner, p.colorRule("fg", "color", color))
	} else {
		inner = append(inner, p.colorRule("bg", "background-color", color))
	}
	a := n.child("action")
	if a == nil {
		p.unknown(n.raw, "button")
		n.skip("action", "adjustMode", "scaling")
		return
	}
	words := p.label(a)
	label := []string{"fx-label"}
	shrink := n.one("adjustMode", "", "shrink-to-fit") != ""
	if n.truth("scaling") {
		label = append(label, p.rule("fss-16", "font-size:calc(16px*var(--fx-scale,1))"))
	}
	if shrink && p.canFit(n, s, ratio) {
		names = append(names, "fx-fitted")
		label = append(label, p.fit(n, measure(words), 16, 32, 1))
	}
	p.open("div", class(names...))
	tag := p.control(a, "uri", class(inner...).value)
	p.open("bdi", class(label...))
	p.text(words)
	p.close("bdi", tag, "div")
}

// imageSize gives the classes of an image's frame and of the component around it.
func (p *page) imageSize(n *node, standard string) (frame, component string) {
	size := n.str("size")
	if size == "" {
		size = standard
	}
	if size == "full" {
		return "fx-full", "fx-wide"
	}
	if v, ok := pictures[size]; ok {
		return p.lengthRule("w", "width", length{value: v}), ""
	}
	l, ok := n.length("size", pictures, allowPercent)
	if !ok {
		l = length{value: pictures["md"]}
	}
	if l.percent {
		return p.lengthRule("w", "width", l), "fx-wide"
	}
	return p.lengthRule("w", "width", l), ""
}

func (p *page) flexImage(n *node, s slot) {
	names := append(p.place(n, s, ratioOf(n, s)), "fx-image", gravity(n))
	frame, around := p.imageSize(n, "md")
	names = append(names, around)
	if align := n.one("align", "center", "start", "end"); align != "center" {
		names = append(names, "fx-image-"+align)
	}
	ratio, _ := n.ratio("aspectRatio")
	mode := n.one("aspectMode", "fit", "cover")
	n.truth("animated")
	background := p.colorRule("bg", "background-color", n.color("backgroundColor"))
	if n.m["action"] != nil {
		names = append(names, "fx-tap")
	}
	p.open("div", class(names...))
	p.hit(n)
	p.open("div", class("fx-frame", frame, ratio, background))
	p.picture(Photo, n.str("url"), altOf(n, p.w.photo), "fx-picture fx-mode-"+mode)
	p.close("div", "div")
}

// altOf is the words for an image: Flex has none but the label of its action.
func altOf(n *node, standard string) string {
	if a, ok := n.m["action"].(map[string]any); ok {
		if label, ok := a["label"].(string); ok && label != "" {
			return label
		}
	}
	return standard
}

func (p *page) flexIcon(n *node, s slot) {
	names := append(p.place(n, s, 0), "fx-icon")
	fontClass, _ := p.fontSize(n, "md")
	ratio, _ := n.ratio("aspectRatio")
	p.open("div", class(append(names, fontClass)...))
	p.picture(Icon, n.str("url"), "", "fx-glyph "+ratio)
	p.close("div")
}

func (p *page) flexVideo(n *node, s slot) {
	ratio, _ := n.ratio("aspectRatio")
	if alt := n.child("altContent"); alt != nil {
		// Clients that cannot play video show this in its place; here it is kept for readers of the page's source.
		defer func() {
			p.open("div", class("fx-altcontent"))
			p.component(alt, slot{layout: "vertical", first: true, block: s.block, depth: s.depth + 1})
			p.close("div")
		}()
	}
	p.open("div", class("fx-c", "fx-image", "fx-flex0", "fx-wide"))
	p.open("div", class("fx-frame", "fx-full", ratio))
	p.player(n, "url", "previewUrl")
	p.close("div")
	if a := n.child("action"); a != nil {
		tag := p.control(a, "uri", "fx-video-action")
		p.say("bdi", "", p.label(a))
		p.close(tag)
	}
	p.close("div")
}

// player is a still picture with a play mark that links to the film.
func (p *page) player(n *node, filmKey, stillKey string) {
	p.picture(Photo, n.str(stillKey), p.w.video, "fx-picture fx-mode-cover")
	if to := p.link(n, filmKey); to != "" {
		p.open("a", append([]attr{class("fx-play"), {"aria-label", p.w.play + ": " + p.w.video}}, linkTo(to)...)...)
		p.close("a")
	}
}

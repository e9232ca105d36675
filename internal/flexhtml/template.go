package flexhtml

func (p *page) templateMessage(n *node) {
	alt := n.str("altText")
	t := n.child("template")
	if t == nil {
		p.unknown(n.raw, "template")
		return
	}
	kind := t.str("type")
	p.open("div", class("fx-template"), attr{"role", "group"}, attr{"aria-label", alt})
	switch kind {
	case "buttons":
		p.open("div", class("fx-card"))
		p.card(t, t)
		p.close("div")
		t.done()
	case "confirm":
		p.open("div", class("fx-card", "fx-card-confirm"))
		p.say("p", "fx-card-text", t.str("text"))
		p.cardActions(t)
		p.close("div")
		t.done()
	case "carousel":
		p.strip()
		t.skip("imageAspectRatio", "imageSize")
		for _, column := range t.list("columns") {
			p.open("div", class("fx-card"), attr{"role", "listitem"})
			p.card(column, t)
			p.close("div")
			column.done()
		}
		p.close("div")
		t.done()
	case "image_carousel":
		p.strip()
		for _, column := range t.list("columns") {
			p.imageColumn(column)
		}
		p.close("div")
		t.done()
	default:
		p.unknown(t.raw, kind)
	}
	p.close("div")
}

func (p *page) strip() {
	p.open("div", class("fx-strip"), attr{"role", "list"}, attr{"tabindex", "0"}, attr{"aria-label", p.w.carousel})
}

// card draws the picture, title, text and actions of a buttons template or of one column; all has the properties that
// the columns of a carousel share.
func (p *page) card(n, all *node) {
	ratio := all.one("imageAspectRatio", "rectangle", "square")
	mode := all.one("imageSize", "cover", "contain")
	tap := ""
	standard := n.child("defaultAction")
	if standard != nil {
		tap = "fx-tap"
	}
	p.open("div", class("fx-card-body", tap))
	if standard != nil {
		p.hitOn(standard, map[string]any{"text": n.m["title"]})
	}
	background := p.colorRule("bg", "background-color", n.color("imageBackgroundColor"))
	if address := n.str("thumbnailImageUrl"); address != "" {
		shape := p.ratioRule(1.51, 1)
		if ratio == "square" {
			shape = p.ratioRule(1, 1)
		}
		fit := "fit"
		if mode == "cover" {
			fit = "cover"
		}
		p.open("div", class("fx-frame", "fx-full", shape, background))
		p.picture(Photo, address, p.w.photo, "fx-picture fx-mode-"+fit)
		p.close("div")
	}
	p.open("div", class("fx-card-words"))
	if title := n.str("title"); title != "" {
		p.say("strong", "fx-card-title", title)
	}
	p.say("p", "fx-card-text", n.str("text"))
	p.close("div", "div")
	p.cardActions(n)
}

func (p *page) cardActions(n *node) {
	p.open("div", class("fx-card-actions"))
	for _, a := range n.list("actions") {
		tag := p.control(a, "uri", "fx-card-action")
		p.say("bdi", "", p.label(a))
		p.close(tag)
	}
	p.close("div")
}

func (p *page) imageColumn(n *node) {
	p.open("div", class("fx-image-column", "fx-tap"), attr{"role", "listitem"})
	label := ""
	if a := n.child("action"); a != nil {
		p.hitOn(a, nil)
		label, _ = a.m["label"].(string)
	}
	alt := label
	if alt == "" {
		alt = p.w.photo
	}
	p.open("div", class("fx-frame", "fx-full", p.ratioRule(1, 1)))
	p.picture(Photo, n.str("imageUrl"), alt, "fx-picture fx-mode-cover")
	p.close("div")
	if label != "" {
		p.open("span", class("fx-image-label"), attr{"aria-hidden", "true"})
		p.text(label)
		p.close("span")
	}
	n.done()
	p.close("div")
}

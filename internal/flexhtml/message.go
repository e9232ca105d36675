package flexhtml

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"
)

// addressPattern finds the web addresses that LINE makes tappable in a text.
var addressPattern = regexp.MustCompile(`https?://[!-~]+`)

// prose writes the text of a text message, its web addresses as links.
func (p *page) prose(s string) {
	for {
		at := addressPattern.FindStringIndex(s)
		if at == nil {
			p.text(s)
			return
		}
		address := strings.TrimRight(s[at[0]:at[1]], `.,;:!?)]}'"`)
		p.text(s[:at[0]])
		to := ""
		if goodScheme(address, "http", "https") {
			to = address
			if p.o.Link != nil {
				to = p.o.Link(address)
			}
		}
		if to == "" {
			p.text(address)
		} else {
			p.open("a", append([]attr{class("fx-address")}, linkTo(to)...)...)
			p.text(address)
			p.close("a")
		}
		s = s[at[0]+len(address):]
	}
}

func (p *page) textMessage(n *node) {
	units := utf16.Encode([]rune(n.str("text")))
	type emoji struct {
		at   int
		name string
	}
	var emojis []emoji
	for _, e := range n.list("emojis") {
		at, ok := e.whole("index", 1<<20)
		name := e.str("productId") + "/" + e.str("emojiId")
		switch {
		case !ok:
		case at >= len(units) || units[at] != '$', len(emojis) > 0 && at <= emojis[len(emojis)-1].at:
			p.notes = append(p.notes, note{e.path, compact(e.raw)})
		default:
			emojis = append(emojis, emoji{at, name})
		}
		e.done()
	}
	p.open("p", class("fx-say"), attr{"dir", "auto"})
	from := 0
	for _, e := range emojis {
		p.prose(string(utf16.Decode(units[from:e.at])))
		p.picture(Emoji, e.name, p.w.emoji, "fx-emoji")
		from = e.at + 1
	}
	p.prose(string(utf16.Decode(units[from:])))
	p.close("p")
}

var substitutionPattern = regexp.MustCompile(`\{\{|\}\}|\{[0-9a-zA-Z_]{1,20}\}`)

func (p *page) textV2Message(n *node) {
	s := n.str("text")
	substitution := n.child("substitution")
	p.open("p", class("fx-say"), attr{"dir", "auto"})
	var plain strings.Builder
	flush := func() {
		p.prose(plain.String())
		plain.Reset()
	}
	for {
		at := substitutionPattern.FindStringIndex(s)
		if at == nil {
			break
		}
		plain.WriteString(s[:at[0]])
		found := s[at[0]:at[1]]
		s = s[at[1]:]
		if found == "{{" || found == "}}" {
			plain.WriteString(found[:1])
			continue
		}
		var part *node
		if substitution != nil {
			part = substitution.child(found[1 : len(found)-1])
		}
		if part == nil {
			plain.WriteString(found)
			continue
		}
		flush()
		p.substitute(part, found)
	}
	plain.WriteString(s)
	flush()
	p.close("p")
	if substitution != nil {
		substitution.done()
	}
}

func (p *page) substitute(n *node, found string) {
	switch kind := n.str("type"); kind {
	case "emoji":
		p.picture(Emoji, n.str("productId")+"/"+n.str("emojiId"), p.w.emoji, "fx-emoji")
	case "mention":
		name := ""
		if who := n.child("mentionee"); who != nil {
			switch who.one("type", "user", "all") {
			case "all":
				name = p.w.everyone
			default:
				if id := who.str("userId"); p.o.Name != nil {
					name = p.o.Name(id)
				}
			}
			who.done()
		}
		if name == "" {
			name = p.w.someone
		}
		p.open("bdi", class("fx-mention"))
		p.text("@" + name)
		p.close("bdi")
	default:
		p.text(found)
		n.odd("type")
	}
	n.done()
}

func (p *page) stickerMessage(n *node) {
	p.picture(Sticker, n.str("packageId")+"/"+n.str("stickerId"), p.w.sticker, "fx-sticker")
}

func (p *page) imageMessage(n *node) {
	to := p.link(n, "originalContentUrl")
	if to == "" {
		p.picture(Photo, n.str("previewImageUrl"), p.w.photo, "fx-photo")
		return
	}
	p.open("a", append([]attr{class("fx-photo-link"), {"aria-label", p.w.photo + ": " + p.w.open}}, linkTo(to)...)...)
	p.picture(Photo, n.str("previewImageUrl"), p.w.photo, "fx-photo")
	p.close("a")
}

func (p *page) videoMessage(n *node) {
	n.skip("trackingId")
	p.open("div", class("fx-film"))
	p.player(n, "originalContentUrl", "previewImageUrl")
	p.close("div")
}

func (p *page) audioMessage(n *node) {
	ms, _ := n.number("duration")
	seconds := int(math.Min(86400, math.Max(0, ms/1000)))
	p.open("div", class("fx-sound"))
	if to := p.link(n, "originalContentUrl"); to != "" {
		p.open("a", append([]attr{class("fx-play-small"), {"aria-label", p.w.play + ": " + p.w.audio}}, linkTo(to)...)...)
		p.close("a")
	}
	p.open("span", class("fx-wave"), attr{"aria-hidden", "true"})
	p.close("span")
	p.open("span", class("fx-duration"))
	rest := strconv.Itoa(seconds % 60)
	if len(rest) == 1 {
		rest = "0" + rest
	}
	p.text(strconv.Itoa(seconds/60) + ":" + rest)
	p.close("span", "div")
}

func (p *page) locationMessage(n *node) {
	latitude, okLat := n.number("latitude")
	longitude, okLon := n.number("longitude")
	title := n.str("title")
	tag, attrs := "div", []attr{class("fx-location")}
	if okLat && okLon && math.Abs(latitude) <= 90 && math.Abs(longitude) <= 180 {
		to := "https://www.google.com/maps/search/?api=1&query=" + decimal(latitude) + "," + decimal(longitude)
		if p.o.Link != nil {
			to = p.o.Link(to)
		}
		if to != "" {
			tag, attrs = "a", append(attrs, linkTo(to)...)
		}
	}
	p.open(tag, attrs...)
	p.open("span", class("fx-map"), attr{"role", "img"}, attr{"aria-label", p.w.location})
	p.close("span")
	if title != "" {
		p.say("strong", "fx-location-title", title)
	}
	p.say("span", "fx-location-address", n.str("address"))
	p.close(tag)
}

func (p *page) couponMessage(n *node) {
	id := n.str("couponId")
	n.str("deliveryTag")
	var c Coupon
	if p.o.Coupon != nil {
		c = p.o.Coupon(id)
	}
	p.open("div", class("fx-coupon"))
	p.open("span", class("fx-coupon-mark"))
	p.text(p.w.coupon)
	p.close("span")
	if c.Picture != "" {
		p.open("div", class("fx-frame", "fx-full", p.ratioRule(20, 13)))
		p.picture(Photo, c.Picture, p.w.coupon, "fx-picture fx-mode-cover")
		p.close("div")
	}
	if c.Title != "" {
		p.say("strong", "fx-coupon-title", c.Title)
	}
	if c.Detail != "" {
		p.say("span", "fx-coupon-detail", c.Detail)
	}
	p.open("span", class("fx-coupon-id"))
	p.text(p.w.couponID + ": " + id)
	p.close("span", "div")
}

// imagemapWidth is the width that the areas of every imagemap are measured in.
const imagemapWidth = 1040

func (p *page) imagemapMessage(n *node) {
	alt := n.str("altText")
	height := float64(imagemapWidth)
	if size := n.child("baseSize"); size != nil {
		if w, ok := size.whole("width", 1<<20); ok && w != imagemapWidth {
			size.odd("width")
		}
		if h, ok := size.whole("height", 1<<20); ok && h > 0 {
			height = float64(h)
		}
		size.done()
	}
	p.open("div", class("fx-imagemap", p.ratioRule(imagemapWidth, height)), attr{"role", "group"}, attr{"aria-label", alt})
	base := n.str("baseUrl")
	p.picture(Photo, base+"/"+strconv.Itoa(imagemapWidth), alt, "fx-picture fx-mode-fill")
	if video := n.child("video"); video != nil {
		if area := video.child("area"); area != nil {
			p.open("div", class(append(p.area(area, height), "fx-area-video")...))
			p.player(video, "originalContentUrl", "previewImageUrl")
			if link := video.child("externalLink"); link != nil {
				if to := p.link(link, "linkUri"); to != "" {
					p.open("a", append([]attr{class("fx-video-action")}, linkTo(to)...)...)
					p.say("bdi", "", link.str("label"))
					p.close("a")
				}
				link.done()
			}
			p.close("div")
		}
		video.done()
	}
	for _, a := range n.list("actions") {
		var places []string
		if area := a.child("area"); area != nil {
			places = p.area(area, height)
		}
		label := a.str("label")
		if label == "" {
			label = a.str("text")
		}
		if label == "" {
			label = p.w.open
		}
		a.skip("area", "linkUri")
		tag := p.control(a, "linkUri", class(places...).value, attr{"aria-label", label})
		p.close(tag)
	}
	p.close("div")
}

// area gives the classes that lay an element over a part of an imagemap.
func (p *page) area(n *node, height float64) []string {
	names := []string{"fx-area"}
	for _, side := range []struct {
		key, name, property string
		whole               float64
	}{
		{"x", "ax", "left", imagemapWidth}, {"y", "ay", "top", height},
		{"width", "aw", "width", imagemapWidth}, {"height", "ah", "height", height},
	} {
		v, ok := n.whole(side.key, 1<<20)
		if !ok {
			continue
		}
		share := math.Round(float64(v)/side.whole*1e6) / 1e4
		names = append(names, p.lengthRule(side.name, side.property, length{value: share, percent: true}))
	}
	n.done()
	return names
}

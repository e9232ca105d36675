package flexhtml

import (
	"math"
	"unicode"

	"golang.org/x/text/width"
)

// Shrink-to-fit without a script: the width of a text in em is estimated here, the page knows the width in pixels as a
// container query unit, and the font size is the quotient. The container is the component itself; in a baseline box it
// is the box, because a container of its own would take the text off the common baseline.

// canFit says whether the width of a component comes from its box, so that its text can be measured against it.
func (p *page) canFit(n *node, s slot, ratio int) bool {
	switch {
	case n.m["position"] == "absolute", s.layout == "baseline":
		return false
	case s.layout == "vertical":
		return !s.loose
	}
	return ratio > 0
}

// room is how a baseline box divides its width: taken pixels, the rest in shares.
type room struct {
	taken  float64
	ratios int
}

// roomOf estimates the division for a box in which some text shrinks; nil when none does.
func roomOf(n *node, spacing length) *room {
	items, _ := n.m["contents"].([]any)
	var (
		r       room
		shrinks bool
	)
	for i, item := range items {
		m, _ := item.(map[string]any)
		child := newPage(Options{}).node(m, "") // its own page: looking ahead leaves no notes and no rules
		if m["position"] == "absolute" {
			continue
		}
		gap, ok := child.length("margin", spaces, 0)
		if !ok && i > 0 {
			gap = spacing
		}
		r.taken += gap.value
		size, ok := child.length("size", fonts, 0)
		if !ok {
			size.value = fonts["md"]
		}
		switch m["type"] {
		case "icon":
			_, ratio := child.ratio("aspectRatio")
			r.taken += size.value * ratio
		case "separator":
			r.taken++
		case "text":
			ratio := ratioOf(child, slot{layout: "baseline"})
			if r.ratios += ratio; ratio == 0 {
				r.taken += ems(child) * size.value
			} else if m["adjustMode"] == "shrink-to-fit" {
				shrinks = true
			}
		default:
			r.ratios += ratioOf(child, slot{layout: "baseline"})
		}
	}
	if !shrinks {
		return nil
	}
	return &r
}

// ems estimates the width of a text component in em.
func ems(n *node) float64 {
	sum := 0.0
	if spans, _ := n.m["contents"].([]any); len(spans) > 0 {
		for _, span := range spans {
			m, _ := span.(map[string]any)
			s, _ := m["text"].(string)
			sum += measure(s)
		}
	} else {
		s, _ := n.m["text"].(string)
		sum = measure(s)
	}
	if n.m["weight"] == "bold" {
		sum *= 1.06
	}
	return sum
}

// fit is the class that shrinks one line of so many em: to a share of the container's width, less what is taken of it.
func (p *page) fit(n *node, ems, pixels, taken, share float64) string {
	ems = math.Max(1, math.Ceil(ems*4)/4)
	size, scaled := decimal(pixels)+"px", ""
	if n.m["scaling"] == true {
		size, scaled = "calc("+size+"*var(--fx-scale,1))", "s"
	}
	taken, share = math.Ceil(taken), math.Floor(share*1e4)/1e4
	name := "fit" + scaled
	for _, v := range []float64{pixels, ems, taken, share} {
		name += "-" + length{value: v}.id()
	}
	return p.rule(name, "font-size:min("+size+",calc((100cqi - "+decimal(taken)+"px)*"+decimal(share)+"/"+decimal(ems)+"))")
}

// measure estimates the width of a text in em, rather a little too wide than too narrow.
func measure(s string) float64 {
	sum := 0.0
	for _, r := range s {
		switch {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case r >= 0x1100 && isWide(r):
			sum++
		case r == ' ' || r == 'i' || r == 'l' || r == '.' || r == ',' || r == '\'':
			sum += 0.34
		case unicode.IsUpper(r) || r == 'm' || r == 'w' || r == '@' || r == '%':
			sum += 0.86
		default:
			sum += 0.62
		}
	}
	return sum
}

func isWide(r rune) bool {
	k := width.LookupRune(r).Kind()
	return k == width.EastAsianWide || k == width.EastAsianFullwidth || k == width.EastAsianAmbiguous || r >= 0x1f000
}

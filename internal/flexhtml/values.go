package flexhtml

import (
	"regexp"
	"strconv"
	"strings"
)

// length is a size on the page: pixels or per cent.
type length struct {
	value   float64
	percent bool
}

func (l length) css() string {
	unit := "px"
	if l.percent {
		unit = "%"
	}
	return decimal(l.value) + unit
}

var idReplacer = strings.NewReplacer(".", "_", "-", "m")

// id is the length as a part of a class name.
func (l length) id() string {
	s := idReplacer.Replace(decimal(l.value))
	if l.percent {
		s += "p"
	}
	return s
}

func decimal(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// spaces are the names of spacing, margin, padding, offset and cornerRadius, in pixels.
var spaces = map[string]float64{"none": 0, "xs": 2, "sm": 4, "md": 8, "lg": 12, "xl": 16, "xxl": 20}

// borders are the names of borderWidth, in pixels.
var borders = map[string]float64{"none": 0, "light": 0.5, "normal": 1, "medium": 2, "semi-bold": 3, "bold": 4}

// fonts are the names of text, span and icon sizes, in pixels.
var fonts = map[string]float64{
	"xxs": 11, "xs": 13, "sm": 14, "md": 16, "lg": 19, "xl": 22, "xxl": 29, "3xl": 35, "4xl": 48, "5xl": 74,
}

// pictures are the names of image sizes, in pixels; "full" is handled apart.
var pictures = map[string]float64{
	"xxs": 40, "xs": 60, "sm": 80, "md": 100, "lg": 120, "xl": 140, "xxl": 160, "3xl": 180, "4xl": 200, "5xl": 220,
}

// What a length may be besides a name and pixels.
type allow int

const (
	allowPercent allow = 1 << iota
	allowNegative
)

var lengthPattern = regexp.MustCompile(`^(-?)([0-9]{1,5}(?:\.[0-9]{1,4})?)(px|%)$`)

func (n *node) length(key string, names map[string]float64, also allow) (length, bool) {
	s := n.str(key)
	if s == "" {
		return length{}, false
	}
	if v, ok := names[s]; ok {
		return length{value: v}, true
	}
	m := lengthPattern.FindStringSubmatch(s)
	if m == nil || m[1] != "" && also&allowNegative == 0 || m[3] == "%" && also&allowPercent == 0 {
		n.odd(key)
		return length{}, false
	}
	v, err := strconv.ParseFloat(m[1]+m[2], 64)
	if err != nil {
		n.odd(key)
		return length{}, false
	}
	return length{value: v, percent: m[3] == "%"}, true
}

var colorPattern = regexp.MustCompile(`^#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{8})$`)

// color reads #RRGGBB or #RRGGBBAA, the two forms LINE takes; "" when there is none.
func (n *node) color(key string) string {
	s := n.str(key)
	if s == "" {
		return ""
	}
	if !colorPattern.MatchString(s) {
		n.odd(key)
		return ""
	}
	return strings.ToLower(s)
}

// colorRule gives the class that sets a colour of a property, "" without a colour.
func (p *page) colorRule(name, property, color string) string {
	if color == "" {
		return ""
	}
	return p.rule(name+"-"+color[1:], property+":"+color)
}

func (p *page) lengthRule(name, property string, l length) string {
	return p.rule(name+"-"+l.id(), property+":"+l.css())
}

var ratioPattern = regexp.MustCompile(`^([0-9]{1,6}(?:\.[0-9]{1,5})?):([0-9]{1,6}(?:\.[0-9]{1,5})?)$`)

// ratio reads "{width}:{height}" and gives the class of that aspect ratio, with width divided by height. LINE refuses a
// height of more than three times the width.
func (n *node) ratio(key string) (string, float64) {
	w, h := 1.0, 1.0
	if s := n.str(key); s != "" {
		m := ratioPattern.FindStringSubmatch(s)
		if m == nil {
			n.odd(key)
		} else {
			x, _ := strconv.ParseFloat(m[1], 64)
			y, _ := strconv.ParseFloat(m[2], 64)
			if x <= 0 || y <= 0 || y > 3*x {
				n.odd(key)
			} else {
				w, h = x, y
			}
		}
	}
	return n.p.ratioRule(w, h), w / h
}

func (p *page) ratioRule(w, h float64) string {
	return p.rule("ar-"+length{value: w}.id()+"x"+length{value: h}.id(), "aspect-ratio:"+decimal(w)+"/"+decimal(h))
}

var (
	anglePattern   = regexp.MustCompile(`^([0-9]{1,3}(?:\.[0-9]{1,4})?)deg$`)
	percentPattern = regexp.MustCompile(`^([0-9]{1,3}(?:\.[0-9]{1,4})?)%$`)
)

// gradient reads the background object of a box and gives its class.
func (p *page) gradient(n *node) string {
	defer n.done()
	if n.one("type", "", "linearGradient") == "" {
		return ""
	}
	angle := anglePattern.FindStringSubmatch(n.str("angle"))
	start, end, center := n.color("startColor"), n.color("endColor"), n.color("centerColor")
	degrees := 360.0
	if angle != nil {
		degrees, _ = strconv.ParseFloat(angle[1], 64)
	}
	if degrees >= 360 || start == "" || end == "" {
		n.skip("centerPosition")
		p.notes = append(p.notes, note{n.path, compact(n.raw)})
		return ""
	}
	name := "lg-" + length{value: degrees}.id() + "-" + start[1:] + "-" + end[1:]
	stops := start + " 0%,"
	position := 50.0
	if at := n.str("centerPosition"); at != "" {
		m := percentPattern.FindStringSubmatch(at)
		if m == nil {
			n.odd("centerPosition")
		} else {
			position, _ = strconv.ParseFloat(m[1], 64)
			position = min(position, 100)
		}
	}
	if center != "" {
		at := length{value: position, percent: true}
		name += "-" + center[1:] + "-" + at.id()
		stops += center + " " + at.css() + ","
	}
	return p.rule(name, "background-image:linear-gradient("+decimal(degrees)+"deg,"+stops+end+" 100%)")
}

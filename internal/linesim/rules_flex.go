package linesim

import (
	"strconv"
	"strings"
)

// "KB" is not defined by LINE; the smaller reading makes sure that what passes here passes there.
const (
	maxBubbleBytes   = 30_000
	maxCarouselBytes = 50_000
	maxAnimated      = 10
)

var (
	flexSpacings = []string{"none", "xs", "sm", "md", "lg", "xl", "xxl"}
	flexSizes    = []string{"xxs", "xs", "sm", "md", "lg", "xl", "xxl", "3xl", "4xl", "5xl"}
	flexBubbles  = []string{"nano", "micro", "deca", "hecto", "kilo", "mega", "giga"}
	flexBorders  = []string{"none", "light", "normal", "medium", "semi-bold", "bold"}
)

func keywordOr(words []string, f func([]byte) bool) *rule {
	return &rule{
		kind: jsonString, mismatch: "Invalid property",
		match: func(s []byte) bool { return oneOf(s, words) || (f != nil && f(s)) },
	}
}

func pixels(s []byte) bool          { return isMeasure(s, false, "px") }
func pixelsOrPercent(s []byte) bool { return isMeasure(s, false, "px", "%") }
func anyOffset(s []byte) bool       { return isMeasure(s, true, "px", "%") }

func isRatio(s []byte) bool {
	w, h, ok := strings.Cut(string(s), ":")
	width, err1 := strconv.ParseFloat(w, 64)
	height, err2 := strconv.ParseFloat(h, 64)
	return ok && err1 == nil && err2 == nil && width >= 1 && width <= 100000 && height >= 1 && height <= 100000 && height <= 3*width
}

func isAngle(s []byte) bool { return isMeasure(s, false, "deg") }

// flexRules are the containers (REF:22600-24580).
func flexRules() *union {
	containers, _, _ := buildFlex()
	return containers
}

// buildFlex also gives what may stand in an ordinary box and in a baseline box.
func buildFlex() (containers, inBox, inBaseline *union) {
	any40 := &rule{kind: jsonObject, union: actions(actionPlace{labelMax: 40, flex: true})}
	label40 := &rule{kind: jsonObject, required: true, union: actions(actionPlace{labelMax: 40, labelRequired: true, flex: true})}
	kind := &rule{kind: jsonString, required: true}
	spacing := keywordOr(flexSpacings, pixels)
	offset := keywordOr(flexSpacings, anyOffset)
	fontSize := keywordOr(flexSizes, pixels)
	padding := keywordOr(flexSpacings, pixelsOrPercent)
	measure := keywordOr(nil, pixelsOrPercent)
	ratio := keywordOr(nil, isRatio)
	placed := func(fields map[string]*rule) map[string]*rule {
		fields["type"], fields["margin"], fields["position"] = kind, spacing, enum("relative", "absolute")
		for _, side := range []string{"offsetTop", "offsetBottom", "offsetStart", "offsetEnd"} {
			fields[side] = offset
		}
		return fields
	}

	inBox = &union{variants: map[string]*object{}}
	inBaseline = &union{variants: map[string]*object{}}
	box := &object{required: []string{"contents", "layout"}}
	box.fields = placed(map[string]*rule{
		"layout": need(enum("horizontal", "vertical", "baseline")), "contents": {kind: jsonArray, required: true},
		"flex": integer(0, 0), "spacing": spacing, "backgroundColor": color(), "borderColor": color(),
		"borderWidth": keywordOr(flexBorders, pixels), "cornerRadius": spacing,
		"width": measure, "maxWidth": measure, "height": measure, "maxHeight": measure,
		"paddingAll": padding, "paddingTop": padding, "paddingBottom": padding, "paddingStart": padding, "paddingEnd": padding,
		"action":         any40,
		"justifyContent": enum("center", "flex-start", "flex-end", "space-between", "space-around", "space-evenly"),
		"alignItems":     enum("center", "flex-start", "flex-end"),
		"background": {kind: jsonObject, union: &union{order: []string{"linearGradient"}, variants: map[string]*object{
			"linearGradient": {fields: map[string]*rule{
				"type": kind, "angle": need(keywordOr(nil, isAngle)), "startColor": need(color()), "endColor": need(color()),
				"centerColor": color(), "centerPosition": keywordOr(nil, func(s []byte) bool { return isMeasure(s, false, "%") }),
			}, required: []string{"angle", "endColor", "startColor"}},
		}}},
	})
	box.check = func(c *checker, n int32) {
		contents := c.t.get(n, "contents")
		if contents < 0 || c.t.nodes[contents].kind != jsonArray {
			return
		}
		allowed := inBox
		if c.t.field(n, "layout") == "baseline" {
			allowed = inBaseline
		}
		for e := c.t.nodes[contents].first; e >= 0; e = c.t.nodes[e].next {
			c.union(e, allowed)
		}
	}
	button := &object{required: []string{"action"}, fields: placed(map[string]*rule{
		"action": label40, "flex": integer(0, 0), "color": color(), "style": enum("primary", "secondary", "link"),
		"gravity": enum("top", "bottom", "center"), "height": enum("md", "sm"), "adjustMode": enum("shrink-to-fit"), "scaling": boolean(),
	})}
	img := &object{required: []string{"url"}, fields: placed(map[string]*rule{
		"url": imageReq(), "flex": integer(0, 0), "align": enum("start", "end", "center"), "gravity": enum("top", "bottom", "center"),
		"size":        keywordOr(append([]string{"full"}, flexSizes...), pixelsOrPercent),
		"aspectRatio": ratio, "aspectMode": enum("fit", "cover"), "backgroundColor": color(), "action": any40, "animated": boolean(),
	}), check: func(c *checker, n int32) {
		if a := c.t.get(n, "animated"); a >= 0 && string(c.t.nodes[a].str) == "true" {
			if c.images++; c.images == maxAnimated+1 {
				c.fail(a, "", "At most 10 animated images in a message")
			}
		}
	}}
	icon := &object{required: []string{"url"}, fields: placed(map[string]*rule{
		"url": imageReq(), "size": keywordOr(flexSizes, pixelsOrPercent), "aspectRatio": ratio, "scaling": boolean(),
	})}
	textStyle := map[string]*rule{
		"size": fontSize, "color": color(), "weight": enum("regular", "bold"), "style": enum("normal", "italic"),
		"decoration": enum("none", "underline", "line-through"),
	}
	span := &object{required: []string{"text"}, fields: map[string]*rule{"type": kind, "text": {kind: jsonString}}}
	text := &object{fields: placed(map[string]*rule{
		"text": {kind: jsonString, min: 1}, "flex": integer(0, 0), "align": enum("start", "end", "center"), "gravity": enum("top", "bottom", "center"),
		"wrap": boolean(), "lineSpacing": keywordOr(nil, pixels), "action": any40, "maxLines": integer(0, 0),
		"adjustMode": enum("shrink-to-fit"), "scaling": boolean(),
		"contents": {kind: jsonArray, item: &rule{kind: jsonObject, union: &union{
			order: []string{"span"}, variants: map[string]*object{"span": span},
		}}},
	}), check: func(c *checker, n int32) {
		if c.t.get(n, "text") < 0 && c.t.get(n, "contents") < 0 {
			c.fail(n, "text", "Must be non-empty text")
		}
	}}
	for name, r := range textStyle {
		span.fields[name], text.fields[name] = r, r
	}
	separator := &object{fields: map[string]*rule{"type": kind, "margin": spacing, "color": color()}}
	filler := &object{fields: map[string]*rule{"type": kind, "flex": integer(0, 0)}}

	hero := &union{order: []string{"box", "image", "video"}, variants: map[string]*object{"box": box, "image": img}}
	alternative := &union{order: []string{"box", "image"}, variants: map[string]*object{"box": box, "image": img}}
	hero.variants["video"] = &object{required: []string{"altContent", "previewUrl", "url"}, fields: map[string]*rule{
		"type": kind, "url": imageReq(), "previewUrl": imageReq(), "aspectRatio": ratio, "action": any40,
		"altContent": {kind: jsonObject, required: true, union: alternative},
	}}
	for name, o := range map[string]*object{"box": box, "button": button, "image": img, "text": text, "separator": separator, "filler": filler} {
		inBox.variants[name] = o
	}
	inBox.order = []string{"box", "button", "image", "text", "separator", "filler"}
	for name, o := range map[string]*object{"icon": icon, "text": text, "filler": filler} {
		inBaseline.variants[name] = o
	}
	inBaseline.order = []string{"icon", "text", "filler"}

	block := &rule{kind: jsonObject, union: &union{order: []string{"box"}, variants: map[string]*object{"box": box}}}
	style := &rule{kind: jsonObject, object: &object{fields: map[string]*rule{
		"backgroundColor": color(), "separator": boolean(), "separatorColor": color(),
	}}}
	bubble := &object{fields: map[string]*rule{
		"type": kind, "size": enum(flexBubbles...), "direction": enum("ltr", "rtl"), "header": block,
		"hero": {kind: jsonObject, union: hero}, "body": block, "footer": block, "action": any40,
		"styles": {kind: jsonObject, object: &object{fields: map[string]*rule{"header": style, "hero": style, "body": style, "footer": style}}},
	}, check: checkBubble}
	carousel := &object{required: []string{"contents"}, fields: map[string]*rule{
		"type": kind,
		"contents": {kind: jsonArray, required: true, min: 1, max: 12, item: &rule{kind: jsonObject, union: &union{
			order: []string{"bubble"}, variants: map[string]*object{"bubble": bubble},
		}}},
	}, check: checkCarousel}
	return &union{order: []string{"bubble", "carousel"}, variants: map[string]*object{"bubble": bubble, "carousel": carousel}}, inBox, inBaseline
}

func checkBubble(c *checker, n int32) {
	blocks := 0
	for _, name := range []string{"header", "hero", "body", "footer"} {
		if c.t.get(n, name) >= 0 {
			blocks++
		}
	}
	if blocks == 0 {
		c.fail(n, "", "At least one block must be specified")
	}
	if size := c.t.nodes[n].end - c.t.nodes[n].start; size > maxBubbleBytes {
		c.fail(n, "", "Too large flex message. The maximum size of JSON data for a bubble is 30 KB")
	}
	if h := c.t.get(n, "hero"); h >= 0 && c.t.field(h, "type") == "video" {
		if c.t.nodes[n].parent >= 0 && c.t.nodes[c.t.nodes[n].parent].kind == jsonArray {
			c.fail(h, "", "A video cannot be in a carousel")
		}
		if s := c.t.field(n, "size"); s != "" && s != "kilo" && s != "mega" && s != "giga" {
			c.fail(n, "size", "Must be kilo, mega or giga with a video")
		}
	}
}

func checkCarousel(c *checker, n int32) {
	if size := c.t.nodes[n].end - c.t.nodes[n].start; size > maxCarouselBytes {
		c.fail(n, "", "Too large flex message. The maximum size of JSON data for a carousel is 50 KB")
	}
	contents := c.t.get(n, "contents")
	if contents < 0 || c.t.nodes[contents].kind != jsonArray {
		return
	}
	first, size := true, ""
	for e := c.t.nodes[contents].first; e >= 0; e = c.t.nodes[e].next {
		s := c.t.field(e, "size")
		if s == "" {
			s = "mega"
		}
		if first {
			size, first = s, false
		} else if s != size {
			c.fail(e, "size", "All bubbles of a carousel must have the same size")
		}
	}
}

package render

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sync"
)

// Check judges one finished message object by LINE's limits alone, knowing nothing of how it was made. The error names
// the limit.
func Check(message json.RawMessage) error {
	t := trees.Get().(*tree)
	defer trees.Put(t)
	if err := t.parse(message); err != nil {
		return err
	}
	return t.message(0)
}

var trees = sync.Pool{New: func() any { return &tree{} }}

func over(what string, got, limit int, unit string) error {
	return fmt.Errorf("render: %s has %d %s, the limit is %d", what, got, unit, limit)
}

func (t *tree) message(i int32) error {
	if t.kind(i) != '{' {
		return fmt.Errorf("render: a message is not an object")
	}
	switch kind := t.word(t.get(i, "type")); string(kind) {
	case "text":
		if err := t.unitsIn("a text message", t.get(i, "text"), 1, maxTextUnits); err != nil {
			return err
		}
	case "flex":
		if err := t.unitsIn("altText", t.get(i, "altText"), 1, maxAltUnits); err != nil {
			return err
		}
		if err := t.container(t.get(i, "contents")); err != nil {
			return err
		}
	default:
		return fmt.Errorf("render: unknown message type %q", kind)
	}
	if quick := t.get(i, "quickReply"); quick >= 0 {
		return t.quickReply(quick)
	}
	return nil
}

func (t *tree) quickReply(i int32) error {
	items := t.get(i, "items")
	count := 0
	for item := t.first(items); item >= 0; item = t.after(item) {
		count++
		if string(t.word(t.get(item, "type"))) != "action" {
			return fmt.Errorf("render: a quick reply item is not an action")
		}
		if err := t.action(t.get(item, "action"), "a quick reply label", maxQuickLabel); err != nil {
			return err
		}
	}
	if count == 0 || count > maxQuickReplies {
		return over("quickReply", count, maxQuickReplies, "items")
	}
	return nil
}

func (t *tree) container(i int32) error {
	switch kind := t.word(t.get(i, "type")); string(kind) {
	case "bubble":
		return t.bubble(i)
	case "carousel":
		if size := t.size(i); size > maxCarouselBytes {
			return over("a carousel", size, maxCarouselBytes, "bytes")
		}
		count, size := 0, []byte(nil)
		for child := t.first(t.get(i, "contents")); child >= 0; child = t.after(child) {
			if string(t.word(t.get(child, "type"))) != "bubble" {
				return fmt.Errorf("render: a carousel holds something that is not a bubble")
			}
			if this := t.word(t.get(child, "size")); count > 0 && !bytes.Equal(this, size) {
				return fmt.Errorf("render: the bubbles of a carousel differ in size")
			} else {
				size = this
			}
			count++
			if err := t.bubble(child); err != nil {
				return err
			}
		}
		if count == 0 || count > maxBubbles {
			return over("a carousel", count, maxBubbles, "bubbles")
		}
		return nil
	default:
		return fmt.Errorf("render: unknown Flex container %q", kind)
	}
}

func (t *tree) bubble(i int32) error {
	if size := t.size(i); size > maxBubbleBytes {
		return over("a bubble", size, maxBubbleBytes, "bytes")
	}
	switch size := t.word(t.get(i, "size")); string(size) {
	case "", "nano", "micro", "deca", "hecto", "kilo", "mega", "giga":
	default:
		return fmt.Errorf("render: unknown bubble size %q", size)
	}
	for _, block := range [...]string{"header", "hero", "body", "footer"} {
		if child := t.get(i, block); child >= 0 {
			if err := t.component(child, 0); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *tree) component(i int32, depth int) error {
	if depth > 16 {
		return fmt.Errorf("render: boxes are nested too deeply")
	}
	switch kind := t.word(t.get(i, "type")); string(kind) {
	case "box":
		switch string(t.word(t.get(i, "layout"))) {
		case "horizontal", "vertical", "baseline":
		default:
			return fmt.Errorf("render: a box without a layout")
		}
		contents := t.get(i, "contents")
		if t.kind(contents) != '[' {
			return fmt.Errorf("render: a box without contents")
		}
		for child := t.first(contents); child >= 0; child = t.after(child) {
			if err := t.component(child, depth+1); err != nil {
				return err
			}
		}
	case "text":
		return t.unitsIn("a Flex text", t.get(i, "text"), 1, maxBubbleBytes)
	case "image":
		url := t.get(i, "url")
		if err := t.unitsIn("an image URL", url, 1, maxImageURLUnits); err != nil {
			return err
		}
		if !bytes.HasPrefix(t.word(url), []byte("https://")) {
			return fmt.Errorf("render: an image URL is not https")
		}
	case "button":
		return t.action(t.get(i, "action"), "a button label", maxButtonLabel)
	case "separator", "filler":
	default:
		return fmt.Errorf("render: unknown Flex component %q", kind)
	}
	return nil
}

func (t *tree) action(i int32, what string, labelLimit int) error {
	if t.kind(i) != '{' {
		return fmt.Errorf("render: an action is missing")
	}
	if err := t.graphemesIn(what, t.get(i, "label"), 1, labelLimit); err != nil {
		return err
	}
	switch kind := t.word(t.get(i, "type")); string(kind) {
	case "postback":
		if err := t.unitsIn("postback data", t.get(i, "data"), 1, maxPostbackUnits); err != nil {
			return err
		}
		if display := t.get(i, "displayText"); display >= 0 {
			return t.graphemesIn("displayText", display, 1, maxDisplayText)
		}
		return nil
	case "uri":
		uri := t.get(i, "uri")
		if err := t.unitsIn("an action's uri", uri, 1, maxURIUnits); err != nil {
			return err
		}
		for _, scheme := range [...]string{"https://", "http://", "line://", "tel:"} {
			if word := t.word(uri); len(word) >= len(scheme) && string(word[:len(scheme)]) == scheme {
				return nil
			}
		}
		return fmt.Errorf("render: an action's uri has a scheme LINE does not take")
	default:
		return fmt.Errorf("render: unknown action %q", kind)
	}
}

func (t *tree) unitsIn(what string, i int32, least, most int) error {
	if t.kind(i) != '"' {
		return fmt.Errorf("render: %s is missing", what)
	}
	if raw := t.size(i) - 2; raw >= least && raw <= most && least <= 1 {
		return nil // every unit takes at least one byte
	}
	if n := units(t.text(i)); n < least || n > most {
		return over(what, n, most, "UTF-16 units")
	}
	return nil
}

func (t *tree) graphemesIn(what string, i int32, least, most int) error {
	if t.kind(i) != '"' {
		return fmt.Errorf("render: %s is missing", what)
	}
	if raw := t.size(i) - 2; raw >= least && raw <= most && least <= 1 {
		return nil
	}
	text := t.text(i)
	if len(text) < least || !graphemesWithin(text, most) {
		return over(what, units(text), most, "graphemes (units counted)")
	}
	return nil
}

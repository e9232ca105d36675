package linesim

import (
	"bytes"
	"slices"
	"strconv"
	"sync"
)

func sorted(names []string) []string { slices.Sort(names); return names }

// rules are LINE's rules for message objects: limits as of August 2026 (REF:20641-25220).
type rules struct {
	message *union
}

// lineRules builds the tables once; they refer to each other in circles.
var lineRules = sync.OnceValue(func() *rules {
	flex := flexRules()
	u := &union{variants: map[string]*object{}}
	common := commonFields()
	add := func(name string, fields map[string]*rule, check func(*checker, int32)) {
		fields["type"] = &rule{kind: jsonString, required: true}
		for k, r := range common {
			fields[k] = r
		}
		u.order = append(u.order, name)
		u.variants[name] = &object{fields: fields, required: requiredOf(fields), check: check}
	}
	add("text", map[string]*rule{
		"text": strReq(5000), "quoteToken": str(0),
		"emojis": {kind: jsonArray, max: 20, item: &rule{kind: jsonObject, object: &object{
			fields:   map[string]*rule{"index": need(integer(0, 5000)), "productId": strReq(0), "emojiId": strReq(0)},
			required: []string{"emojiId", "index", "productId"},
		}}},
	}, checkEmojis)
	add("textV2", map[string]*rule{
		"text": strReq(5000), "quoteToken": str(0), "substitution": {kind: jsonObject},
	}, checkSubstitution)
	add("sticker", map[string]*rule{
		"packageId": need(matching(0, isDigits, "Must be a number")), "stickerId": need(matching(0, isDigits, "Must be a number")),
		"quoteToken": str(0),
	}, nil)
	add("image", map[string]*rule{"originalContentUrl": imageReq(), "previewImageUrl": imageReq()}, nil)
	add("video", map[string]*rule{
		"originalContentUrl": imageReq(), "previewImageUrl": imageReq(),
		"trackingId": matching(100, isTracking, "Invalid trackingId"),
	}, nil)
	add("audio", map[string]*rule{"originalContentUrl": imageReq(), "duration": need(integer(1, 0))}, nil)
	add("location", map[string]*rule{
		"title": strReq(100), "address": strReq(100),
		"latitude":  {kind: jsonNumber, required: true, min: -90, max: 90},
		"longitude": {kind: jsonNumber, required: true, min: -180, max: 180},
	}, nil)
	add("coupon", map[string]*rule{"couponId": strReq(0), "deliveryTag": matching(30, isTag, "Invalid deliveryTag")}, nil)
	add("imagemap", imagemapFields(), nil)
	template := templateRules()
	add("template", map[string]*rule{"altText": strReq(1500), "template": {kind: jsonObject, required: true}},
		func(c *checker, n int32) {
			if t := c.t.get(n, "template"); t >= 0 {
				c.in(t, "template/", false, func() { c.union(t, template) })
			}
		})
	add("flex", map[string]*rule{"altText": strReq(1500), "contents": {kind: jsonObject, required: true}},
		func(c *checker, n int32) {
			if t := c.t.get(n, "contents"); t >= 0 {
				c.in(t, "/", true, func() { c.union(t, flex) })
			}
		})
	return &rules{message: u}
})

func commonFields() map[string]*rule {
	quick := actions(actionPlace{labelMax: 20, labelRequired: true, quickReply: true})
	item := &object{fields: map[string]*rule{
		"type":     enum("action"),
		"imageUrl": image(),
		"action":   {kind: jsonObject, required: true, union: quick},
	}, required: []string{"action"}}
	return map[string]*rule{
		"quickReply": {kind: jsonObject, object: &object{fields: map[string]*rule{
			"items": {kind: jsonArray, required: true, min: 1, max: 13, item: &rule{kind: jsonObject, object: item}},
		}, required: []string{"items"}}},
		"sender": {kind: jsonObject, object: &object{fields: map[string]*rule{
			"name":    matching(20, noLINE, "Must not contain reserved words"),
			"iconUrl": image(),
		}}},
	}
}

func imagemapFields() map[string]*rule {
	area := &rule{kind: jsonObject, required: true, object: &object{fields: map[string]*rule{
		"x": need(integer(0, 0)), "y": need(integer(0, 0)), "width": need(integer(1, 0)), "height": need(integer(1, 0)),
	}, required: []string{"height", "width", "x", "y"}}}
	label := str(100)
	action := func(name string, r *rule) *object {
		return &object{
			fields:   map[string]*rule{"type": {kind: jsonString}, "area": area, "label": label, name: r},
			required: sorted([]string{"area", name}),
		}
	}
	return map[string]*rule{
		"baseUrl": imageReq(), "altText": strReq(1500),
		"baseSize": {kind: jsonObject, required: true, object: &object{fields: map[string]*rule{
			"width": need(integer(1040, 1040)), "height": need(integer(1, 0)),
		}, required: []string{"height", "width"}}},
		"actions": {kind: jsonArray, required: true, max: 50, item: &rule{kind: jsonObject, union: &union{
			order: []string{"message", "uri", "clipboard"},
			variants: map[string]*object{
				"message":   action("text", strReq(400)),
				"uri":       action("linkUri", need(actionURI())),
				"clipboard": action("clipboardText", strReq(1000)),
			},
		}}},
		"video": {kind: jsonObject, object: &object{fields: map[string]*rule{
			"originalContentUrl": imageReq(), "previewImageUrl": imageReq(), "area": area,
			"externalLink": {kind: jsonObject, object: &object{fields: map[string]*rule{
				"linkUri": need(actionURI()), "label": strReq(30),
			}, required: []string{"label", "linkUri"}}},
		}, required: []string{"area", "originalContentUrl", "previewImageUrl"}}},
	}
}

// checkEmojis holds each emoji against its $ in the text, whose position counts UTF-16 units.
func checkEmojis(c *checker, n int32) {
	list, text := c.t.get(n, "emojis"), c.t.get(n, "text")
	if list < 0 || text < 0 || c.t.nodes[list].kind != jsonArray {
		return
	}
	at := map[int]bool{}
	units := 0
	for _, r := range string(c.t.nodes[text].str) {
		if r == '$' {
			at[units] = true
		}
		units++
		if r > 0xFFFF {
			units++
		}
	}
	for e := c.t.nodes[list].first; e >= 0; e = c.t.nodes[e].next {
		index := c.t.get(e, "index")
		if index < 0 {
			continue
		}
		if v, err := strconv.Atoi(string(c.t.nodes[index].str)); err == nil && !at[v] {
			c.fail(index, "", "Must be the position of a $ in the text")
		}
	}
}

// checkSubstitution: every unescaped {key} of a textV2 needs an entry (REF:20950-21130).
func checkSubstitution(c *checker, n int32) {
	text := c.t.get(n, "text")
	if text < 0 || c.t.nodes[text].kind != jsonString {
		return
	}
	substitution := c.t.get(n, "substitution")
	s := c.t.nodes[text].str
	for i := 0; i < len(s); i++ {
		switch {
		case i+1 < len(s) && (s[i] == '{' || s[i] == '}') && s[i+1] == s[i]:
			i++
		case s[i] == '}':
			c.fail(text, "", "Unescaped } in the text")
			return
		case s[i] == '{':
			end := bytes.IndexByte(s[i:], '}')
			if end < 0 || !isKey(s[i+1:i+end]) {
				c.fail(text, "", "Invalid placeholder in the text")
				return
			}
			if substitution < 0 || c.t.get(substitution, string(s[i+1:i+end])) < 0 {
				c.fail(n, "substitution", "Must contain "+string(s[i+1:i+end]))
				return
			}
			i += end
		}
	}
	if substitution < 0 {
		return
	}
	if c.t.nodes[substitution].size > 100 {
		c.fail(substitution, "", "Size must be between 0 and 100")
		return
	}
	emojis, mentions := 0, 0
	for e := c.t.nodes[substitution].first; e >= 0; e = c.t.nodes[e].next {
		switch c.t.field(e, "type") {
		case "emoji":
			emojis++
			if c.t.field(e, "productId") == "" || c.t.field(e, "emojiId") == "" {
				c.fail(e, "", "Must have productId and emojiId")
			}
		case "mention":
			mentions++
			if c.t.get(e, "mentionee") < 0 {
				c.missing(e, "mentionee")
			}
		default:
			c.fail(e, "type", "Must be one of the following values: [mention, emoji]")
		}
	}
	if emojis > 20 || mentions > 20 {
		c.fail(substitution, "", "At most 20 emojis and 20 mentions")
	}
}

func isKey(s []byte) bool { return len(s) > 0 && len(s) <= 20 && isTag(s) }

func isTag(s []byte) bool {
	for _, b := range s {
		if (b < '0' || b > '9') && (b < 'a' || b > 'z') && (b < 'A' || b > 'Z') && b != '_' {
			return false
		}
	}
	return true
}

func isTracking(s []byte) bool {
	for _, b := range s {
		if !isTag([]byte{b}) && !bytes.ContainsRune([]byte("-.=,+*()%$&;:@{}!?<>[]"), rune(b)) {
			return false
		}
	}
	return true
}

func isDigits(s []byte) bool {
	for _, b := range s {
		if b < '0' || b > '9' {
			return false
		}
	}
	return len(s) > 0
}

func noLINE(s []byte) bool { return !bytes.Contains(bytes.ToUpper(s), []byte("LINE")) }

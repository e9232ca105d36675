package linesim

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// spec is LINE's OpenAPI file, where it is at hand.
func spec(t *testing.T) string {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "line", "messaging-api.yml")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Skipf("LINE's OpenAPI file is not here (%s): the comparison with it is left out", path)
	}
	return string(b)
}

func TestEveryPathOfLinesSpecificationIsKnown(t *testing.T) {
	t.Parallel()
	text := spec(t)
	text = text[:strings.Index(text, "\ncomponents:")]
	pathLine := regexp.MustCompile(`^  "?(/[^":]+)"?:$`)
	verb := regexp.MustCompile(`^    (get|post|put|delete):$`)
	path, n := "", 0
	for _, line := range strings.Split(text, "\n") {
		if m := pathLine.FindStringSubmatch(line); m != nil {
			path = m[1]
		}
		if m := verb.FindStringSubmatch(line); m != nil {
			n++
			concrete := regexp.MustCompile(`\{[^}]+\}`).ReplaceAllString(path, "x1")
			rt, _, ok := find(strings.ToUpper(m[1]), concrete)
			if !ok {
				t.Errorf("%s %s is not known", m[1], path)
			} else if strings.Count(rt.path, "{") != strings.Count(path, "{") {
				t.Errorf("%s %s is taken for %s", m[1], path, rt.path)
			}
		}
	}
	if n < 70 {
		t.Errorf("only %d operations read: has the file's form changed?", n)
	}
}

// schema gives the property names and enums of one component of the file.
func schema(text, name string) (properties map[string][]string, mapping []string) {
	properties = map[string][]string{}
	_, body, ok := strings.Cut(text, "\n    "+name+":\n")
	if !ok {
		return nil, nil
	}
	if end := regexp.MustCompile(`\n    [A-Z#]`).FindStringIndex(body); end != nil {
		body = body[:end[0]]
	}
	indent, current, inEnum, inMapping := -1, "", false, false
	key := regexp.MustCompile(`^( *)([A-Za-z_][A-Za-z0-9_]*):(.*)$`)
	for _, line := range strings.Split(body, "\n") {
		depth := len(line) - len(strings.TrimLeft(line, " "))
		if item, is := strings.CutPrefix(strings.TrimSpace(line), "- "); is && inEnum && current != "" {
			properties[current] = append(properties[current], strings.Trim(item, `"'`))
			continue
		}
		m := key.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		switch {
		case m[2] == "mapping":
			inMapping, inEnum = true, false
			continue
		case inMapping && strings.Contains(m[3], "#/components"):
			mapping = append(mapping, m[2])
			continue
		case m[2] == "properties" && (indent < 0 || depth < indent):
			indent, inMapping = -2, false
			continue
		}
		if indent == -2 {
			indent = depth
		}
		if depth == indent {
			current, inEnum = m[2], false
			properties[current] = nil
		} else if depth > indent && indent > 0 {
			inEnum = m[2] == "enum"
		} else if depth < indent {
			indent, current = -1, ""
		}
	}
	return properties, mapping
}

func names(o *object) []string {
	var out []string
	for name := range o.fields {
		out = append(out, name)
	}
	return out
}

// Our tables against LINE's: no property of theirs may be unknown to us, and enums must agree.
func TestRulesAgreeWithLinesSpecification(t *testing.T) {
	t.Parallel()
	text := spec(t)
	message := lineRules().message
	flex, inBox, inBaseline := buildFlex()
	template := templateRules()
	bubble := flex.variants["bubble"]
	box := bubble.fields["body"].union.variants["box"]
	place := actions(actionPlace{labelMax: 20, quickReply: true, flex: true})
	components := map[string]*object{"FlexBubble": bubble, "FlexCarousel": flex.variants["carousel"], "FlexBox": box}
	for name, o := range map[string]*object{
		"FlexButton": inBox.variants["button"], "FlexImage": inBox.variants["image"], "FlexText": inBox.variants["text"],
		"FlexSeparator": inBox.variants["separator"], "FlexFiller": inBox.variants["filler"], "FlexIcon": inBaseline.variants["icon"],
		"FlexVideo": bubble.fields["hero"].union.variants["video"],
	} {
		components[name] = o
	}
	for yml, ours := range map[string]string{
		"TextMessage": "text", "TextMessageV2": "textV2", "StickerMessage": "sticker", "ImageMessage": "image", "VideoMessage": "video",
		"AudioMessage": "audio", "LocationMessage": "location", "ImagemapMessage": "imagemap", "TemplateMessage": "template",
		"FlexMessage": "flex", "CouponMessage": "coupon",
	} {
		components[yml] = message.variants[ours]
	}
	for yml, ours := range map[string]string{
		"ButtonsTemplate": "buttons", "ConfirmTemplate": "confirm", "CarouselTemplate": "carousel", "ImageCarouselTemplate": "image_carousel",
	} {
		components[yml] = template.variants[ours]
	}
	for yml, ours := range map[string]string{
		"PostbackAction": "postback", "MessageAction": "message", "URIAction": "uri", "DatetimePickerAction": "datetimepicker", "ClipboardAction": "clipboard",
	} {
		components[yml] = place.variants[ours]
	}
	checked := 0
	for yml, o := range components {
		if o == nil {
			t.Errorf("%s: we have no rules", yml)
			continue
		}
		properties, _ := schema(text, yml)
		if properties == nil {
			t.Errorf("%s is not in the file", yml)
		}
		checked += len(properties)
		for name, values := range properties {
			r, ok := o.fields[name]
			if !ok {
				t.Errorf("%s.%s is unknown to us; we know %v", yml, name, sorted(names(o)))
				continue
			}
			if len(values) > 0 && len(r.enum) > 0 {
				if want, got := sorted(values), sorted(append([]string(nil), r.enum...)); !slices.Equal(want, got) {
					t.Errorf("%s.%s: LINE has %v, we have %v", yml, name, want, got)
				}
			}
		}
	}
	if checked < 130 {
		t.Errorf("only %d properties compared: has the file's form changed?", checked)
	}
	for yml, order := range map[string][]string{"Message": message.order, "Template": template.order, "FlexContainer": flex.order} {
		_, mapping := schema(text, yml)
		if got := sorted(append([]string(nil), order...)); !slices.Equal(sorted(mapping), got) {
			t.Errorf("%s: LINE has %v, we have %v", yml, mapping, got)
		}
	}
}

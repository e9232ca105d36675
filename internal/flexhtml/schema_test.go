package flexhtml

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// schemas reads LINE's OpenAPI file, where it is beside the checkout, far enough for this test: the names of the
// properties of each schema, its own and not those of what it builds on.
func schemas(t *testing.T) map[string][]string {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "line", "messaging-api.yml")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Skipf("LINE's OpenAPI file is not here (%s): the comparison with it is left out", path)
	}
	var (
		schema   = regexp.MustCompile(`^    ([A-Z][A-Za-z0-9]*):$`)
		property = regexp.MustCompile(`^( +)([A-Za-z][A-Za-z0-9]*):$`)
		all      = map[string][]string{}
		name     string
		depth    = -1 // of the lines that name properties; -1 outside
	)
	for line := range strings.Lines(string(data)) {
		line = strings.TrimRight(line, "\r\n")
		if m := schema.FindStringSubmatch(line); m != nil {
			name, depth = m[1], -1
			continue
		}
		indent := len(line) - len(strings.TrimLeft(line, " "))
		trimmed := strings.TrimPrefix(strings.TrimSpace(line), "- ")
		switch {
		case trimmed == "properties:":
			depth = strings.Index(line, "properties:") + 2
		case depth >= 0 && line != "" && indent < depth:
			depth = -1
		case depth >= 0 && indent == depth:
			if m := property.FindStringSubmatch(line); m != nil {
				all[name] = append(all[name], m[2])
			}
		}
	}
	return all
}

// The gallery shows every property that LINE's own description gives a message, a Flex component, a template or an
// action; so the goldens, the layout tests and the eye see them all.
func TestTheGalleryHasEveryPropertyOfTheAPI(t *testing.T) {
	t.Parallel()
	all := schemas(t)
	shown := map[string]map[string]bool{}
	var walk func(kind string, v any)
	walk = func(kind string, v any) {
		switch v := v.(type) {
		case []any:
			for _, item := range v {
				walk(kind, item)
			}
		case map[string]any:
			if own, ok := v["type"].(string); ok {
				kind = own
			}
			if shown[kind] == nil {
				shown[kind] = map[string]bool{}
			}
			for key, item := range v {
				shown[kind][key] = true
				walk(key, item)
			}
		}
	}
	for _, e := range Gallery() {
		if strings.HasPrefix(e.Name, "unknown/") {
			continue
		}
		var v any
		if err := json.Unmarshal(e.Message, &v); err != nil {
			t.Fatal(err)
		}
		walk("", v)
	}
	// Several schemas share a type: an image is a message and a component; what one of them shows counts for both.
	for name, kind := range map[string]string{
		"FlexBubble": "bubble", "FlexCarousel": "carousel", "FlexBox": "box", "FlexText": "text", "FlexSpan": "span",
		"FlexImage": "image", "FlexIcon": "icon", "FlexVideo": "video", "FlexButton": "button", "FlexSeparator": "separator",
		"FlexFiller": "filler", "FlexBoxLinearGradient": "linearGradient", "FlexMessage": "flex",
		"FlexBlockStyle": "footer", "TextMessage": "text", "TextMessageV2": "textV2", "StickerMessage": "sticker",
		"ImageMessage": "image", "VideoMessage": "video", "AudioMessage": "audio", "LocationMessage": "location",
		"CouponMessage": "coupon", "ImagemapMessage": "imagemap", "TemplateMessage": "template", "ButtonsTemplate": "buttons",
		"ConfirmTemplate": "confirm", "CarouselTemplate": "carousel", "CarouselColumn": "columns",
		"ImageCarouselTemplate": "image_carousel", "ImageCarouselColumn": "columns", "ImagemapVideo": "video",
		"PostbackAction": "postback", "MessageAction": "message", "URIAction": "uri", "DatetimePickerAction": "datetimepicker",
		"ClipboardAction": "clipboard", "RichMenuSwitchAction": "richmenuswitch",
	} {
		properties := all[name]
		if len(properties) == 0 {
			t.Errorf("LINE's file has no properties of %s: it is read wrongly", name)
		}
		for _, property := range properties {
			if !shown[kind][property] {
				t.Errorf("%s.%s is in no example (%s has %v)", name, property, kind, slices.Sorted(maps.Keys(shown[kind])))
			}
		}
	}
}

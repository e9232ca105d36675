package flexhtml

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	_ "osusume/internal/rapidseed"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestTheGalleryIsDrawnAsRecorded(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, e := range Gallery() {
		file := strings.ReplaceAll(e.Name, "/", "-") + ".html"
		seen[file] = true
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			o := GalleryOptions()
			o.Picture = func(kind PictureKind, address string) string {
				if kind == Sticker || kind == Emoji {
					return ""
				}
				return address
			}
			got := ""
			for _, draw := range []func(json.RawMessage, Options) (Fragment, error){Render, RenderQuickReply} {
				f, err := draw(e.Message, o)
				if err != nil {
					t.Fatal(err)
				}
				if f.HTML == "" {
					continue
				}
				got += strings.ReplaceAll(string(f.HTML), "><", ">\n<") + "\n\n" + strings.Join(f.Rules, "\n") + "\n"
			}
			path := filepath.Join("testdata", "golden", file)
			if *update {
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
				t.Errorf("the drawing has changed; -update records it (-recorded +drawn):\n%s", diff)
			}
		})
	}
	entries, err := os.ReadDir(filepath.Join("testdata", "golden"))
	if err != nil && !*update {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if !seen[entry.Name()] {
			t.Errorf("testdata/golden/%s belongs to no example", entry.Name())
		}
	}
}

func TestEveryExampleIsInertAndKnownPropertiesAreDrawn(t *testing.T) {
	t.Parallel()
	for _, e := range append(Gallery(), botMessages(t)...) {
		for _, lang := range []string{"ja", "en"} {
			o := GalleryOptions()
			o.Lang = lang
			f, err := Render(e.Message, o)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := check(f); err != nil {
				t.Errorf("%s: %v", e.Name, err)
			}
			odd := strings.Contains(string(f.HTML), "fx-notes") || strings.Contains(string(f.HTML), "fx-unknown")
			if want := strings.HasPrefix(e.Name, "unknown/") || e.Name == "button/actions"; odd != want {
				t.Errorf("%s: drawn with remarks: %v, want %v:\n%s", e.Name, odd, want, f.HTML)
			}
		}
	}
}

func TestWhatIsNotAJSONObjectIsAnError(t *testing.T) {
	t.Parallel()
	for _, message := range []string{"", "null", "[]", `"text"`, "{", "{} {}", "1"} {
		if _, err := Render(json.RawMessage(message), Options{}); err == nil {
			t.Errorf("%q: no error", message)
		}
		if _, err := RenderQuickReply(json.RawMessage(message), Options{}); err == nil {
			t.Errorf("%q: no error for quick replies", message)
		}
	}
}

func TestOnlyGoodAddressesBecomeLinks(t *testing.T) {
	t.Parallel()
	cases := map[string]bool{
		"https://example.com/a?b=1&c=2": true, "HTTPS://example.com": true, "http://example.com": true,
		"line://nv/chat": true, "tel:0312345678": true,
		"javascript:alert(1)": false, "JaVaScRiPt:alert(1)": false, "java\tscript:alert(1)": false, " https://example.com": false,
		"data:text/html,x": false, "vbscript:x": false, "javascript://example.com/%0aalert(1)": false,
		"ftp://example.com/": false, "file:///etc/passwd": false, "//example.com": false, "/relative": false,
		"": false, "https:": false, "https://exa mple.com": false, "https:\\\\example.com": false, "mailto:a@example.com": false,
		"https://example.com/\u0000": false,
	}
	for address, good := range cases {
		message, err := json.Marshal(map[string]any{"type": "template", "altText": "a", "template": map[string]any{
			"type": "confirm", "text": "t", "actions": []any{map[string]any{"type": "uri", "label": "go", "uri": address}}}})
		if err != nil {
			t.Fatal(err)
		}
		f, err := Render(message, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(string(f.HTML), "<a "); got != good {
			t.Errorf("%q is a link: %v, want %v", address, got, good)
		}
		if strings.Contains(string(f.HTML), "fx-dead") == good {
			t.Errorf("%q: a refused address must leave a button that does nothing", address)
		}
		if good && !strings.Contains(string(f.HTML), `rel="noopener noreferrer"`) {
			t.Errorf("%q: the page behind the link can reach the conversation", address)
		}
	}
}

func TestThePageDecidesAboutAddresses(t *testing.T) {
	t.Parallel()
	message := json.RawMessage(`{"type":"text","text":"see https://example.com/x, please"}`)
	f, err := Render(message, Options{Link: func(uri string) string { return "https://safe.example/?u=" + uri }})
	if err != nil {
		t.Fatal(err)
	}
	if want := `<a class="fx-address" href="https://safe.example/?u=https://example.com/x"`; !strings.Contains(string(f.HTML), want) {
		t.Errorf("%s is not in %s", want, f.HTML)
	}
	f, err = Render(message, Options{Link: func(string) string { return "" }})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(f.HTML), "<a") {
		t.Errorf("the page refused the link: %s", f.HTML)
	}
}

func TestASheetKeepsEachRuleOnce(t *testing.T) {
	t.Parallel()
	var sheet Sheet
	if got := sheet.Add("b", "a", "b"); !cmp.Equal(got, []string{"b", "a"}) {
		t.Errorf("new: %v", got)
	}
	if got := sheet.Add("a", "c"); !cmp.Equal(got, []string{"c"}) {
		t.Errorf("new: %v", got)
	}
	if got := sheet.CSS(); got != "a\nb\nc\n" {
		t.Errorf("sheet: %q", got)
	}
}

// A class has one meaning whatever message it comes from, or the messages of a page would change each other.
func TestAClassHasOneMeaning(t *testing.T) {
	t.Parallel()
	meaning := map[string]string{}
	for _, e := range append(Gallery(), botMessages(t)...) {
		f, err := Render(e.Message, GalleryOptions())
		if err != nil {
			t.Fatal(err)
		}
		for _, rule := range f.Rules {
			name, declarations, _ := strings.Cut(rule, "{")
			if was, ok := meaning[name]; ok && was != declarations {
				t.Errorf("%s means %s and %s", name, was, declarations)
			}
			meaning[name] = declarations
		}
	}
}

func TestEveryWordOfAMessageIsShown(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g := &generator{t: t}
		message, err := json.Marshal(g.message())
		if err != nil {
			t.Fatal(err)
		}
		f, err := Render(message, Options{})
		if err != nil {
			t.Fatal(err)
		}
		words, err := check(f)
		if err != nil {
			t.Fatalf("%v\n%s\n%s", err, message, f.HTML)
		}
		for i := range g.words {
			if word := fmt.Sprintf("w%dw", i+1); !strings.Contains(words, word) {
				t.Fatalf("%s is not shown\n%s\n%s", word, message, f.HTML)
			}
		}
	})
}

// generator makes messages in which every text is a word of its own, and whose other properties are at times nonsense.
type generator struct {
	t     *rapid.T
	words int
}

func (g *generator) word() string {
	g.words++
	return fmt.Sprintf("w%dw", g.words)
}

func (g *generator) pick(values ...any) any { return rapid.SampledFrom(values).Draw(g.t, "value") }

func (g *generator) few() int { return rapid.IntRange(0, 3).Draw(g.t, "few") }

func (g *generator) message() map[string]any {
	contents := func() map[string]any {
		b := map[string]any{"type": "bubble", "size": g.pick("nano", "mega", "vast", nil), "direction": g.pick("ltr", "rtl", 1)}
		for _, block := range []string{"header", "hero", "body", "footer"} {
			if rapid.Bool().Draw(g.t, block) {
				b[block] = g.component(0)
			}
		}
		return b
	}
	switch g.pick("flex", "carousel", "text", "template", "other") {
	case "flex":
		return map[string]any{"type": "flex", "altText": g.word(), "contents": contents()}
	case "carousel":
		var all []any
		for range g.few() {
			all = append(all, contents())
		}
		return map[string]any{"type": "flex", "altText": g.word(), "contents": map[string]any{"type": "carousel", "contents": all}}
	case "text":
		return map[string]any{"type": g.pick("text", "textV2"), "text": "{" + g.word() + "} $ " + g.word(),
			"emojis": []any{map[string]any{"index": g.pick(0, 7, 99), "productId": g.word(), "emojiId": g.word()}}}
	case "template":
		kind := g.pick("buttons", "carousel", "confirm", "image_carousel", "odd")
		card := func() map[string]any {
			return map[string]any{"title": g.word(), "text": g.word(), "actions": []any{g.action()}, "imageUrl": "https://example.com/x"}
		}
		template := map[string]any{"type": kind}
		if kind == "carousel" || kind == "image_carousel" {
			template["columns"] = []any{card(), card()}
		} else {
			for k, v := range card() {
				template[k] = v
			}
		}
		return map[string]any{"type": "template", "altText": g.word(), "template": template}
	}
	return map[string]any{"type": g.word(), "x": []any{g.word(), map[string]any{"text": g.word()}}}
}

func (g *generator) action() map[string]any {
	return map[string]any{"type": g.pick("postback", "message", "uri", "datetimepicker", "jump", nil), "label": g.word(),
		"data": g.word(), "text": g.word(), "uri": g.pick("https://example.com/", "javascript:x", 7)}
}

func (g *generator) component(depth int) map[string]any {
	kinds := []any{"text", "button", "image", "icon", "separator", "filler", "span", "odd", "video"}
	if depth < 4 {
		kinds = append(kinds, "box", "box", "box")
	}
	kind := g.pick(kinds...)
	c := map[string]any{"type": kind}
	for _, key := range []string{"flex", "margin", "position", "offsetTop", "paddingAll", "spacing", "size", "color", "wrap", "maxLines", "align", "gravity", "adjustMode", "aspectRatio", "layout", "height"} {
		if g.few() == 0 {
			c[key] = g.pick("md", "10px", "-3px", "20%", "#123456", "#12345678", "absolute", "horizontal", "vertical", "baseline", "center",
				true, 2, -1, 1.5, "16:9", "shrink-to-fit", "full", nil, []any{}, map[string]any{})
		}
	}
	switch kind {
	case "text", "span", "odd":
		c["text"] = g.word()
		if rapid.Bool().Draw(g.t, "spans") {
			c["contents"] = []any{map[string]any{"type": "span", "text": g.word()}, map[string]any{"type": "span", "text": g.word()}}
		}
	case "button":
		c["action"] = g.action()
	case "image", "icon", "video":
		c["url"] = "https://example.com/" + g.word()
	case "box":
		var all []any
		for range g.few() {
			all = append(all, g.component(depth+1))
		}
		c["contents"] = all
	}
	if g.few() == 0 && kind != "button" {
		c["action"] = g.action()
	}
	if g.few() == 0 {
		c[g.word()] = g.word()
	}
	return c
}

func FuzzRender(f *testing.F) {
	for _, e := range Gallery() {
		f.Add([]byte(e.Message))
	}
	f.Add([]byte(strings.Repeat(`{"type":"flex","contents":{"type":"bubble","body":`, 1) + strings.Repeat(`{"type":"box","layout":"vertical","contents":[`, 99) +
		strings.Repeat(`]}`, 99) + `}}`))
	f.Add([]byte("{\"type\":\"text\",\"text\":\"\\u0000\\ufffe\\ud800 \xff\"}"))
	f.Fuzz(func(t *testing.T, message []byte) {
		for _, draw := range []func(json.RawMessage, Options) (Fragment, error){Render, RenderQuickReply} {
			fragment, err := draw(message, Options{Lang: "en"})
			if err != nil || fragment.HTML == "" {
				continue
			}
			if _, err := check(fragment); err != nil {
				t.Fatalf("%v\n%s", err, fragment.HTML)
			}
		}
	})
}

var (
	rulePattern  = regexp.MustCompile(`^\.fx-msg \.(fx-[a-zA-Z0-9_-]+)\{[a-z0-9#%.,:;()/*+ -]+\}$`)
	classPattern = regexp.MustCompile(`\.(fx-[a-zA-Z0-9_-]+)`)
	elements     = regexp.MustCompile(`^(div|span|p|ul|li|strong|code|bdi|a|button|img)$`)
	attributes   = regexp.MustCompile(`^(class|role|aria-[a-z]+|dir|title|tabindex|data-action|href|rel|target|type|disabled|src|alt|loading|decoding)$`)
)

// check holds a fragment to its promises: well-formed, nothing that runs, no style attribute, every class has a rule,
// every address is of a good kind, no control inside another. It returns all text and attribute values.
func check(f Fragment) (string, error) {
	known := map[string]bool{}
	for _, m := range classPattern.FindAllStringSubmatch(Stylesheet(), -1) {
		known[m[1]] = true
	}
	for _, rule := range f.Rules {
		m := rulePattern.FindStringSubmatch(rule)
		if m == nil {
			return "", fmt.Errorf("rule %q", rule)
		}
		known[m[1]] = true
	}
	var words strings.Builder
	controls := 0
	d := xml.NewDecoder(strings.NewReader(string(f.HTML)))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return words.String(), nil
		}
		if err != nil {
			return "", fmt.Errorf("not well-formed: %w", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			if !elements.MatchString(token.Name.Local) {
				return "", fmt.Errorf("element %s", token.Name.Local)
			}
			if token.Name.Local == "a" || token.Name.Local == "button" {
				if controls++; controls > 1 {
					return "", errors.New("a control inside a control")
				}
			}
			for _, a := range token.Attr {
				if err := checkAttribute(a, known); err != nil {
					return "", err
				}
				words.WriteString(" " + a.Value)
			}
		case xml.EndElement:
			if token.Name.Local == "a" || token.Name.Local == "button" {
				controls--
			}
		case xml.CharData:
			words.Write(token)
		default:
			return "", fmt.Errorf("%T in the output", token)
		}
	}
}

// Classes that mark what a part is without a rule of their own.
var marks = regexp.MustCompile(`^fx-(m-[a-z0-9]+|header|hero|footer|template|span|button|text|none|no-[a-z]+|vertical|image|flex|box|root|top|loc.*|film|path|value)$`)

func checkAttribute(a xml.Attr, known map[string]bool) error {
	name := a.Name.Local
	switch {
	case !attributes.MatchString(name):
		return fmt.Errorf("attribute %s", name)
	case name == "class":
		for _, c := range strings.Fields(a.Value) {
			if !known[c] && !marks.MatchString(c) {
				return fmt.Errorf("class %s has no rule", c)
			}
		}
	case name == "href":
		if !regexp.MustCompile(`^(?i:https?://|line:|tel:)`).MatchString(a.Value) {
			return fmt.Errorf("link to %s", a.Value)
		}
	case name == "src":
		if !regexp.MustCompile(`^(?i:https?://|data:image/svg\+xml;)`).MatchString(a.Value) {
			return fmt.Errorf("picture from %s", a.Value)
		}
	}
	return nil
}

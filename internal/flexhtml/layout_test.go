package flexhtml

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"github.com/chromedp/chromedp"
)

// The layout tests measure what Chromium lays out, by LINE's Flex Message layout rules, not by pixels of a picture.

func near(got, want float64) bool { return math.Abs(got-want) <= 0.6 }

// drawn opens a page with some examples of the gallery.
func drawn(t *testing.T, width int64, names ...string) context.Context {
	t.Helper()
	wanted := map[string]bool{}
	for _, name := range names {
		wanted[name] = true
	}
	var examples []Example
	for _, e := range Gallery() {
		if wanted[e.Name] {
			examples = append(examples, e)
		}
	}
	if len(examples) != len(names) {
		t.Fatalf("the gallery has %d of %v", len(examples), names)
	}
	page, err := GalleryPage(examples, GalleryOptions())
	if err != nil {
		t.Fatal(err)
	}
	return tab(t, page, width, 900)
}

// body is a bubble's body as a page of its own.
func body(t *testing.T, size, contents string) context.Context {
	t.Helper()
	message := fmt.Sprintf(`{"type":"flex","altText":"a","contents":{"type":"bubble","size":%q,"body":%s}}`, size, contents)
	page, err := GalleryPage([]Example{{Name: "one", Message: json.RawMessage(message)}}, GalleryOptions())
	if err != nil {
		t.Fatal(err)
	}
	return tab(t, page, 800, 900)
}

func TestFlexRatiosShareTheWidth(t *testing.T) {
	ctx := drawn(t, 900, "box/flex-horizontal")
	row := func(n int) []rect {
		return boxes(t, ctx, fmt.Sprintf(".fx-root > .fx-box:nth-child(%d) > *", n))
	}
	const inner = 300 - 40
	for n, shares := range map[int][2]float64{1: {1, 2}, 2: {2, 3}} {
		r := row(n)
		sum := shares[0] + shares[1]
		if !near(r[0].Width, inner*shares[0]/sum) || !near(r[1].Width, inner*shares[1]/sum) {
			t.Errorf("row %d: widths %.1f and %.1f are not %v", n, r[0].Width, r[1].Width, shares)
		}
	}
	r := row(3)
	if r[0].Width < 20 || r[0].Width > 80 || !near(r[1].Width, r[2].Width) || !near(r[0].Width+r[1].Width+r[2].Width, inner) {
		t.Errorf("flex 0 takes what its text needs, the others share the rest: %v", r)
	}
	if r := row(4); !near(r[0].Width, 80) || !near(r[1].Width, inner-80) {
		t.Errorf("a width of 80px makes flex 0: %v", r)
	}
	if r := row(5); !near(r[0].Width, inner*0.3) || !near(r[1].Width, 60) {
		t.Errorf("30%% and maxWidth 60px: %v", r)
	}
}

func TestFlexRatiosShareTheFreeHeight(t *testing.T) {
	ctx := drawn(t, 900, "box/flex-vertical")
	left := boxes(t, ctx, ".fx-root > .fx-box:nth-child(1)")[0]
	texts := boxes(t, ctx, ".fx-root > .fx-box:nth-child(2) > .fx-text")
	const line = 16 * 1.4
	free := left.Height - 2*line - 3
	if !near(left.Height, 5*line) || !near(texts[0].Height, line+free*2/5) || !near(texts[1].Height, line+free*3/5) {
		t.Errorf("free height %.1f is not shared 2:3: %v", free, texts)
	}
}

func TestSpacingAndMargins(t *testing.T) {
	ctx := drawn(t, 900, "box/spacing-margin")
	for i, want := range []float64{0, 2, 4, 8, 12, 16, 20} {
		r := boxes(t, ctx, fmt.Sprintf(".fx-root > .fx-box:nth-child(%d) > *", i+1))
		if got := r[1].X - r[0].right(); !near(got, want) {
			t.Errorf("spacing %d: %.1fpx, want %.0fpx", i, got, want)
		}
		if got := r[2].X - r[1].right(); !near(got, 20) {
			t.Errorf("margin xxl over spacing: %.1fpx", got)
		}
	}
	root := boxes(t, ctx, ".fx-root")[0]
	r := boxes(t, ctx, ".fx-root > .fx-box:nth-child(8) > *")
	if !near(r[0].X-root.X, 20+50) || !near(r[1].X-r[0].right(), 5.5) {
		t.Errorf("a margin in pixels, also before the first: %v in %v", r, root)
	}
	rows := boxes(t, ctx, ".fx-root > .fx-box")
	if got := rows[1].Y - rows[0].bottom(); !near(got, 6) {
		t.Errorf("vertical spacing 6px is %.1fpx", got)
	}
}

func TestPadding(t *testing.T) {
	ctx := drawn(t, 900, "box/padding")
	outer, inner := boxes(t, ctx, ".fx-root > .fx-box"), boxes(t, ctx, ".fx-root > .fx-box > .fx-box")
	bubble := boxes(t, ctx, ".fx-bubble")[0]
	if !near(outer[0].X-bubble.X, 8) || !near(outer[0].Y-bubble.Y, 8) {
		t.Errorf("paddingAll of the body's box replaces the block's own: %v in %v", outer[0], bubble)
	}
	if !near(inner[0].X-outer[0].X, 20) || !near(inner[0].Y-outer[0].Y, 20) {
		t.Errorf("paddingAll xxl: %v in %v", inner[0], outer[0])
	}
	if !near(inner[1].X-outer[1].X, 40) || !near(outer[1].right()-inner[1].right(), outer[1].Width*0.1) {
		t.Errorf("paddingStart 40px and paddingEnd 10%%: %v in %v", inner[1], outer[1])
	}
	if !near(inner[2].Y, outer[2].Y) || !near(inner[2].X-outer[2].X, 8) {
		t.Errorf("paddingTop wins over paddingAll: %v in %v", inner[2], outer[2])
	}
}

func TestBubbleSizes(t *testing.T) {
	sizes := map[string]float64{"nano": 120, "micro": 160, "deca": 220, "hecto": 241, "kilo": 260, "mega": 300, "giga": 500}
	names := make([]string, 0, len(sizes))
	for size := range sizes {
		names = append(names, "bubble/size-"+size)
	}
	ctx := drawn(t, 1000, names...)
	for size, want := range sizes {
		if got := boxes(t, ctx, "#bubble-size-"+size+" .fx-bubble")[0].Width; !near(got, want) {
			t.Errorf("%s is %.1fpx wide, want %.0fpx", size, got, want)
		}
	}
	header, text := boxes(t, ctx, "#bubble-size-mega .fx-header")[0], boxes(t, ctx, "#bubble-size-mega .fx-header .fx-text")[0]
	if !near(text.X-header.X, 20) || !near(text.Y-header.Y, 20) {
		t.Errorf("the header of a mega bubble has 20px of padding: %v in %v", text, header)
	}
}

func TestABubbleFitsANarrowScreen(t *testing.T) {
	ctx := drawn(t, 320, "bubble/size-giga", "bubble/shop-card", "carousel/offers", "message/imagemap", "template/carousel")
	if got := evaluate[float64](t, ctx, `document.documentElement.scrollWidth`); got > 320 {
		t.Errorf("the page is %.0fpx wide on a screen of 320px", got)
	}
	if got := boxes(t, ctx, "#bubble-size-giga .fx-bubble")[0].Width; got > 320-32+1 {
		t.Errorf("a giga bubble is %.0fpx wide", got)
	}
	// The carousel scrolls sideways by itself.
	if !evaluate[bool](t, ctx, `(() => { const s = document.querySelector("#carousel-offers .fx-strip");
		s.scrollLeft = 200; return s.scrollLeft > 0 && s.scrollWidth > s.clientWidth })()`) {
		t.Error("the carousel does not scroll")
	}
}

func TestBubblesOfACarouselAreOfOneHeight(t *testing.T) {
	ctx := drawn(t, 1180, "carousel/offers", "template/carousel")
	for _, selector := range []string{"#carousel-offers .fx-bubble", "#template-carousel .fx-card"} {
		r := boxes(t, ctx, selector)
		for _, b := range r[1:] {
			if !near(b.Height, r[0].Height) || !near(b.Y, r[0].Y) {
				t.Errorf("%s: %v", selector, r)
			}
		}
	}
	footers := boxes(t, ctx, "#carousel-offers .fx-footer")
	bubbles := boxes(t, ctx, "#carousel-offers .fx-bubble")
	for i, f := range footers {
		if !near(f.bottom(), bubbles[i].bottom()) || !near(f.Y, footers[0].Y) {
			t.Errorf("footer %d does not stand at the bottom: %v in %v", i, f, bubbles[i])
		}
	}
	if got := bubbles[1].X - bubbles[0].right(); !near(got, 9) {
		t.Errorf("gap %.1fpx", got)
	}
}

func TestLinesOfText(t *testing.T) {
	ctx := drawn(t, 900, "text/wrap", "text/sizes")
	const line = 16 * 1.4
	r := boxes(t, ctx, "#text-wrap .fx-text")
	if !near(r[0].Height, line) {
		t.Errorf("without wrap there is one line: %.1fpx", r[0].Height)
	}
	if r[1].Height < 3*line-1 {
		t.Errorf("wrap: %.1fpx", r[1].Height)
	}
	if !near(r[2].Height, 2*line) {
		t.Errorf("maxLines 2: %.1fpx, want %.1fpx", r[2].Height, 2*line)
	}
	if !near(r[3].Height, 2*line) {
		t.Errorf("a line break: %.1fpx", r[3].Height)
	}
	lines := math.Round((r[4].Height + 20) / (line + 20))
	if lines < 3 || !near(r[4].Height, lines*line+(lines-1)*20) {
		t.Errorf("lineSpacing is between lines only: %.1fpx", r[4].Height)
	}
	want := []float64{11, 13, 14, 16, 19, 22, 29, 35, 48, 74, 27}
	for i, got := range boxes(t, ctx, "#text-sizes .fx-text") {
		if math.Abs(got.Height-want[i]*1.4) > 1 {
			t.Errorf("size %d: a line of %.1fpx, want %.1fpx", i, got.Height, want[i]*1.4)
		}
	}
}

func TestShrinkToFit(t *testing.T) {
	ctx := drawn(t, 900, "text/shrink")
	type fitted struct {
		Font, Over float64
	}
	got := evaluate[[]fitted](t, ctx, `[...document.querySelectorAll(".fx-p, .fx-label")].map(e => (
		{Font: parseFloat(getComputedStyle(e).fontSize), Over: e.scrollWidth - e.clientWidth}))`)
	for i, f := range got[:4] {
		if f.Over > 0 {
			t.Errorf("text %d does not fit: %+v", i, f)
		}
	}
	for i, f := range got[len(got)-2:] {
		if f.Over > 0 || f.Font < 7 || f.Font > 22 {
			t.Errorf("text %d of the baseline box does not fit: %+v", i, f)
		}
	}
	if got[0].Font >= 16 || got[0].Font < 7 || got[1].Font != 16 || got[2].Font >= 35 || got[3].Font >= 16 {
		t.Errorf("font sizes %+v", got)
	}
	if got[4].Over <= 0 || got[4].Font != 16 {
		t.Errorf("without adjustMode a label keeps its size and is cut: %+v", got[4])
	}
}

func TestImages(t *testing.T) {
	ctx := drawn(t, 900, "image/sizes", "image/modes", "bubble/shop-card", "image/align")
	want := []float64{40, 60, 80, 100, 120, 140, 160, 180, 200, 220, 260, 50, 78}
	parent := boxes(t, ctx, "#image-sizes .fx-root")[0]
	for i, f := range boxes(t, ctx, "#image-sizes .fx-frame") {
		if !near(f.Width, want[i]) || !near(f.Height, want[i]) {
			t.Errorf("image %d is %.1f×%.1f, want %.0f", i, f.Width, f.Height, want[i])
		}
		if !near(f.X+f.Width/2, parent.X+parent.Width/2) {
			t.Errorf("image %d is not centred", i)
		}
	}
	if f := boxes(t, ctx, "#bubble-shop-card .fx-frame")[0]; !near(f.Width, 300) || !near(f.Height, 300*13.0/20) {
		t.Errorf("aspect ratio 20:13: %v", f)
	}
	if f := boxes(t, ctx, "#image-modes .fx-frame")[2]; !near(f.Height, 3*f.Width) {
		t.Errorf("aspect ratio 1:3: %v", f)
	}
	modes := evaluate[[]string](t, ctx, `[...document.querySelectorAll("#image-modes img")].map(e => getComputedStyle(e).objectFit)`)
	if fmt.Sprint(modes) != "[contain cover cover]" {
		t.Errorf("aspect modes %v", modes)
	}
	r, root := boxes(t, ctx, "#image-align .fx-frame"), boxes(t, ctx, "#image-align .fx-root")[0]
	row := boxes(t, ctx, "#image-align .fx-horizontal")[0]
	if !near(r[0].X, root.X+13) || !near(r[2].right(), root.right()-13) {
		t.Errorf("align: %v in %v", r[:3], root)
	}
	if !near(r[3].Y, row.Y) || !near(r[4].Y, row.Y+20) || !near(r[5].bottom(), row.bottom()) {
		t.Errorf("gravity: %v in %v", r[3:], row)
	}
}

func TestBaselines(t *testing.T) {
	ctx := drawn(t, 900, "box/baseline")
	// A box without height at the end of a line stands on its baseline.
	got := evaluate[[]float64](t, ctx, `[...document.querySelectorAll(".fx-root > .fx-baseline:first-child .fx-p")].map(p => {
		const s = document.createElement("span"); s.className = "probe"; p.append(s);
		new CSSStyleSheet(); s.style.display = "inline-block";
		return s.getBoundingClientRect().bottom })`)
	icon := boxes(t, ctx, ".fx-glyph")[0]
	for _, y := range append(got, icon.bottom()) {
		if !near(y, got[0]) {
			t.Errorf("baselines %v, icon %.1f", got, icon.bottom())
			break
		}
	}
	if !near(icon.Width, 2*22) || !near(icon.Height, 22) {
		t.Errorf("an xl icon of 2:1: %v", icon)
	}
	row, right := boxes(t, ctx, ".fx-root > .fx-baseline")[0], boxes(t, ctx, ".fx-root > .fx-baseline:first-child > .fx-text")
	if !near(right[len(right)-1].right(), row.right()) {
		t.Errorf("a filler pushes what follows to the end: %v in %v", right, row)
	}
}

func TestPositions(t *testing.T) {
	ctx := drawn(t, 900, "box/absolute")
	root, over := boxes(t, ctx, ".fx-root")[0], boxes(t, ctx, ".fx-root > .fx-abs")
	if !near(root.Height, 300) {
		t.Errorf("what is absolute does not change its parent: %v", root)
	}
	if !near(over[0].X, root.X) || !near(over[0].right(), root.right()) || !near(over[0].bottom(), root.bottom()) {
		t.Errorf("offsets of 0: %v in %v", over[0], root)
	}
	if !near(over[1].X-root.X, 18) || !near(over[1].Y-root.Y, 18) || !near(over[1].Width, 53) || !near(over[1].Height, 25) {
		t.Errorf("offsets of 18px: %v in %v", over[1], root)
	}
	if sale := boxes(t, ctx, ".fx-root > .fx-abs:last-child > .fx-text")[0]; !near(sale.Y-over[1].Y, 3) {
		t.Errorf("a relative offset of 3px: %v in %v", sale, over[1])
	}
}

func TestAlignmentInBoxes(t *testing.T) {
	ctx := drawn(t, 900, "box/justify", "box/align", "box/filler", "text/gravity")
	for i, want := range []float64{0, 75, 150, 0, 25, 37.5} {
		row := boxes(t, ctx, "#box-justify .fx-root > .fx-horizontal")[i]
		first := boxes(t, ctx, fmt.Sprintf("#box-justify .fx-root > .fx-horizontal:nth-child(%d) > .fx-box", 2*i+2))[0]
		if !near(first.X-row.X, want) {
			t.Errorf("justifyContent %d begins at %.1f, want %.1f", i, first.X-row.X, want)
		}
	}
	for i, want := range []float64{0, 35, 70} {
		row := boxes(t, ctx, "#box-align .fx-root > .fx-horizontal")[i]
		second := boxes(t, ctx, fmt.Sprintf("#box-align .fx-root > .fx-horizontal:nth-child(%d) > .fx-box:nth-child(2)", i+1))[0]
		if !near(second.Y-row.Y, want) {
			t.Errorf("alignItems %d: %.1f, want %.1f", i, second.Y-row.Y, want)
		}
	}
	p, row := boxes(t, ctx, "#text-gravity .fx-root > .fx-text > .fx-p"), boxes(t, ctx, "#text-gravity .fx-root > .fx-text")[0]
	if !near(p[0].Y, row.Y) || !near(p[1].Y+p[1].Height/2, row.Y+row.Height/2) || !near(p[2].bottom(), row.bottom()) {
		t.Errorf("gravity: %v in %v", p, row)
	}
	middle, line := boxes(t, ctx, "#box-filler .fx-root > .fx-box:first-child > .fx-box")[0], boxes(t, ctx, "#box-filler .fx-root > .fx-box")[0]
	if math.Abs(middle.X+middle.Width/2-line.X-line.Width/2) > 5 {
		t.Errorf("fillers centre: %v in %v", middle, line)
	}
}

func TestButtonHeightsAndStyles(t *testing.T) {
	ctx := drawn(t, 900, "button/styles", "button/colors")
	for i, r := range boxes(t, ctx, "#button-styles .fx-press") {
		if want := []float64{52, 40}[i%2]; !near(r.Height, want) {
			t.Errorf("button %d is %.1fpx high, want %.0fpx", i, r.Height, want)
		}
	}
	colors := evaluate[[]string](t, ctx, `[...document.querySelectorAll("#button-colors .fx-press")].slice(0, 3).map(e =>
		getComputedStyle(e).backgroundColor + " " + getComputedStyle(e).color)`)
	want := []string{"rgb(144, 92, 68) rgb(255, 255, 255)", "rgb(255, 224, 178) rgb(17, 17, 17)", "rgba(0, 0, 0, 0) rgb(229, 64, 42)"}
	for i := range want {
		if colors[i] != want[i] {
			t.Errorf("button %d: %s, want %s", i, colors[i], want[i])
		}
	}
}

func TestRightToLeft(t *testing.T) {
	ctx := drawn(t, 900, "bubble/rtl")
	buttons := boxes(t, ctx, ".fx-footer .fx-button")
	if buttons[0].X < buttons[1].X || !near(buttons[0].X-buttons[1].right(), 8) {
		t.Errorf("the first button stands on the right, 8px from the second: %v", buttons)
	}
	row, cells := boxes(t, ctx, ".fx-body .fx-horizontal")[0], boxes(t, ctx, ".fx-body .fx-horizontal > .fx-text")
	if !near(row.right()-cells[0].right(), 20) || !near(cells[1].X, row.X) {
		t.Errorf("paddingStart is on the right: %v in %v", cells, row)
	}
}

func TestBordersAndGradients(t *testing.T) {
	ctx := drawn(t, 900, "box/corners-borders", "box/gradient")
	radii := evaluate[[]string](t, ctx, `[...document.querySelectorAll("#box-corners-borders .fx-root > .fx-box:first-child > .fx-box")].map(e =>
		getComputedStyle(e).borderTopLeftRadius)`)
	if fmt.Sprint(radii) != "[0px 2px 4px 8px 12px 16px 20px]" {
		t.Errorf("corner radii %v", radii)
	}
	widths := evaluate[[]string](t, ctx, `[...document.querySelectorAll("#box-corners-borders .fx-root > .fx-box:nth-child(2) > .fx-box")].slice(1).map(e =>
		getComputedStyle(e).borderTopWidth)`)
	if fmt.Sprint(widths) != "[1px 2px 3px 4px]" {
		t.Errorf("border widths %v", widths)
	}
	last := evaluate[string](t, ctx, `getComputedStyle([...document.querySelectorAll("#box-gradient .fx-root > .fx-box")].pop()).backgroundImage`)
	if last != "linear-gradient(90deg, rgb(255, 0, 0) 0%, rgb(0, 170, 0) 10%, rgb(0, 0, 255) 100%)" {
		t.Errorf("gradient %s", last)
	}
}

// What is pressed is the innermost component with an action, wherever the finger lands on it.
func TestPressing(t *testing.T) {
	ctx := drawn(t, 900, "bubble/tap-anywhere")
	at := func(selector string) string {
		return evaluate[string](t, ctx, `(() => { const r = document.querySelector(`+quote(selector)+`).getBoundingClientRect();
			const e = document.elementFromPoint(r.x + r.width/2, r.y + r.height/2).closest("[data-action]");
			return e === null ? "nothing" : JSON.parse(e.dataset.action).label })()`)
	}
	for selector, want := range map[string]string{
		".fx-root > .fx-text .fx-p":                  "開く",
		".fx-root > .fx-horizontal > .fx-text .fx-p": "箱",
		".fx-root > .fx-horizontal .fx-picture":      "写真",
		".fx-root > .fx-text.fx-tap .fx-p":           "文字",
		".fx-root > .fx-button .fx-label":            "ボタンも",
	} {
		if got := at(selector); got != want {
			t.Errorf("pressing %s does %s, want %s", selector, got, want)
		}
	}
}

// The page of the gallery has a policy without 'unsafe-inline': if a message needed a style attribute or a script, the
// layout above would fail; here it is said plainly.
func TestNothingRunsAndNothingIsFetched(t *testing.T) {
	ctx := drawn(t, 900, "text/inert", "button/actions", "bubble/shop-card")
	if n := evaluate[int](t, ctx, `document.querySelectorAll("script, iframe, [style], [onclick], [onerror]").length`); n != 0 {
		t.Errorf("%d elements that could act", n)
	}
	if n := evaluate[int](t, ctx, `performance.getEntriesByType("resource").filter(e => !e.name.startsWith("data:")).length`); n != 0 {
		t.Errorf("%d resources were fetched", n)
	}
}

func TestAKeyReachesEveryControl(t *testing.T) {
	ctx := drawn(t, 900, "carousel/offers")
	want := evaluate[int](t, ctx, `document.querySelectorAll(".fx-strip, button, a[href]").length`)
	seen := map[string]bool{}
	for range want {
		if err := chromedp.Do(ctx, chromedp.KeyEvent("\t")); err != nil {
			t.Fatal(err)
		}
		seen[evaluate[string](t, ctx, `(() => { const all = [...document.querySelectorAll("*")]; return String(all.indexOf(document.activeElement)) })()`)] = true
	}
	if len(seen) != want {
		t.Errorf("the tab key reaches %d of %d controls", len(seen), want)
	}
}

func TestALongWordDoesNotLeaveItsBubble(t *testing.T) {
	long := ""
	for range 60 {
		long += "Rindfleischetikettierung"
	}
	ctx := body(t, "nano", `{"type":"box","layout":"vertical","contents":[{"type":"text","wrap":true,"text":"`+long+`"},{"type":"text","text":"`+long+`"}]}`)
	bubble := boxes(t, ctx, ".fx-bubble")[0]
	for _, r := range boxes(t, ctx, ".fx-text") {
		if r.right() > bubble.right() {
			t.Errorf("%v leaves %v", r, bubble)
		}
	}
}

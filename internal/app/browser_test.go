package app

import (
	"context"
	"errors"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"osusume/internal/linesim"
	"osusume/internal/simpage"
)

// chromium finds a browser; without one the test is skipped, unless OSUSUME_REQUIRE_CHROMIUM forbids that.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("OSUSUME_REQUIRE_CHROMIUM") == "1" {
		t.Fatal("OSUSUME_REQUIRE_CHROMIUM=1 and there is no Chromium")
	}
	t.Skip("no Chromium: the chat page is tried in a browser only where one is installed")
	return ""
}

// browser is a tab of a size, on a page, that fails the test on any error of the page.
type browser struct {
	t   *testing.T
	ctx context.Context
}

type screen struct {
	name          string
	width, height int64
	scale         float64
	mobile        bool
}

var screens = []screen{
	{"desktop", 1280, 900, 1, false},
	{"phone", 390, 844, 2, true},
}

func openBrowser(t *testing.T, s screen, url string) *browser {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium(t)), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.Flag("lang", "ja"),
		chromedp.UserDataDir(t.TempDir()))
	allocated, freed := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(freed)
	ctx, cancel := chromedp.NewContext(allocated)
	t.Cleanup(cancel)
	// The first step starts the browser and must have no deadline.
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("Chromium does not start: %v", err)
	}
	ctx, stop := context.WithTimeout(ctx, 4*time.Minute)
	ended := make(chan struct{})
	t.Cleanup(func() { stop(); <-ended })
	go func() {
		defer close(ended)
		for m := range chromedp.Console(ctx) {
			if m.Type == "error" || m.Type == chromedp.ConsoleException {
				t.Errorf("the page's console: %s", m.Text)
			}
		}
	}()
	b := &browser{t, ctx}
	size := []chromedp.EmulateViewportOption{chromedp.EmulateScale(s.scale)}
	if s.mobile {
		size = append(size, chromedp.EmulateMobile, chromedp.EmulateTouch)
	}
	b.run(chromedp.EmulateViewport(s.width, s.height, size...), chromedp.Navigate(url), chromedp.WaitVisible(`body[data-ready="true"]`))
	return b
}

func (b *browser) run(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		b.shoot("failed")
		b.t.Fatal(err)
	}
}

// eval gives the value of an expression of the page.
func eval[T any](b *browser, expression string) (v T) {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		b.shoot("failed")
		b.t.Fatal(err)
	}
	return v
}

// until waits for an expression to become true.
func (b *browser) until(what, expression string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 30*time.Second)
	defer cancel()
	_, err := chromedp.Run(ctx, chromedp.Poll[chromedp.Void](expression, chromedp.WithPollingInterval(20*time.Millisecond)))
	if err != nil {
		b.shoot("failed")
		text, _ := chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.querySelector('.log') ? document.querySelector('.log').innerText : document.body.innerText`))
		b.t.Fatalf("never: %s (%v)\n%s", what, err, text)
	}
}

// shoot keeps a picture under OSUSUME_SCREENSHOTS, for the eye and for docs/.
func (b *browser) shoot(name string) {
	dir := os.Getenv("OSUSUME_SCREENSHOTS")
	if dir == "" {
		return
	}
	picture, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		return
	}
	file := strings.ReplaceAll(b.t.Name(), "/", "-") + "-" + name + ".png"
	if err := os.WriteFile(filepath.Join(dir, file), picture, 0o600); err != nil {
		b.t.Error(err)
	}
}

// say types words into the open conversation and sends them by Enter, as a person at a keyboard does.
func (b *browser) say(words string) {
	b.t.Helper()
	b.run(chromedp.SendKeys(`.phone textarea`, words), enter)
}

// enter is the key without the character that SendKeys would add.
var enter = chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
	for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeRawKeyDown, input.DispatchKeyEventTypeKeyUp} {
		if _, err := cdp.Call(ctx, target, input.DispatchKeyEvent, input.DispatchKeyEventParams{
			Type: kind, Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13, NativeVirtualKeyCode: 13,
		}); err != nil {
			return err
		}
	}
	return nil
})

// press clicks the last visible button of that label in the conversation.
func (b *browser) press(label string) {
	b.t.Helper()
	find := `[...document.querySelectorAll('.phone button, .phone a')].filter(n => n.textContent.trim() === ` + quoteJS(label) + ` && n.offsetParent).pop()`
	b.until("a button "+label, `!!`+find)
	if !eval[bool](b, `(() => { const n = `+find+`; n.scrollIntoView({block: 'center', inline: 'center'}); n.click(); return true; })()`) {
		b.t.Fatalf("no button %s", label)
	}
}

func quoteJS(s string) string { return `"` + strings.ReplaceAll(s, `"`, `\"`) + `"` }

// answered waits for the bot's next answer and that it holds the words.
func (b *browser) answered(words string) {
	b.t.Helper()
	b.until("an answer with "+words, `(() => { const own = [...document.querySelectorAll('.phone .mine')].pop();
		const after = [...document.querySelectorAll('.phone .theirs')].filter(n => !own || (own.compareDocumentPosition(n) & 4));
		return after.some(n => n.innerText.includes(`+quoteJS(words)+`)); })()`)
}

// startDemo is the command demo on free ports.
func startDemo(t *testing.T) (url string) {
	t.Helper()
	env := func(name string) (string, bool) {
		v, ok := map[string]string{"OSUSUME_ADDR": "127.0.0.1:0", "OSUSUME_METRICS_ADDR": ""}[name]
		return v, ok
	}
	line := newCommandLine("demo", "", "", demoSettings()...)
	inv := invocation{env: env, stderr: os.Stderr}
	if _, err := line.parse(inv); err != nil {
		t.Fatal(err)
	}
	d, err := openDemo(t.Context(), line, inv)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.close(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(d.dir); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the demo left %s behind", d.dir)
		}
	})
	return "http://" + d.server.Addr() + "/simulator/"
}

// A new customer's whole conversation, by the page alone.
func TestANewCustomersConversationOnTheChatPage(t *testing.T) {
	t.Parallel()
	chromium(t)
	for _, s := range screens {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			b := openBrowser(t, s, startDemo(t)+"?lang=ja")
			b.until("the tour", `!document.getElementById('tour').hidden`)
			b.shoot("0-tour")
			b.run(chromedp.Click(`#tour-skip`))
			b.shoot("1-before")
			b.press("友だち追加")
			b.answered("データのご利用についてのお願い")
			b.shoot("2-greeting")
			b.press("同意する")
			b.answered("同意")
			b.shoot("3-agreed")
			b.say("おすすめ")
			b.answered("円")
			b.until("the products' pictures", `[...document.querySelectorAll('.phone .drawn img')].length >= 3 && [...document.querySelectorAll('.phone .drawn img')].every(i => i.complete && i.naturalWidth > 0)`)
			b.shoot("4-offers")
			b.press("なぜ？")
			b.answered("ご案内の理由")
			b.shoot("5-why")
			b.press("今回は見送る")
			b.answered("承知しました")
			b.shoot("6-declined")
			b.say("プラン")
			b.answered("プラン")
			b.shoot("7-plan")
			b.say("停止")
			b.answered("停止しました")
			b.shoot("8-stopped")
		})
	}
}

// A long conversation, two tabs, and a page that only shows a part of it.
func TestTenThousandMessagesAndTwoTabsStayInStep(t *testing.T) {
	t.Parallel()
	chromium(t)
	sim := linesim.New(linesim.Config{Seed: 1, BotName: "ボット", KeepMessages: 20_000})
	t.Cleanup(sim.Close)
	page := simpage.New(simpage.Config{Sim: sim})
	server := httptest.NewServer(page)
	t.Cleanup(func() { page.Close(); server.Close() })
	user := linesim.UserID("hana")
	sim.AddUserDetails(linesim.User{ID: user, Name: "<b>はな</b>", Language: "ja", Friend: true})
	const many = 10_000
	for i := range many {
		sim.SendText(user, "<img src=x onerror=\"document.title='broken'\"> message "+strconv.Itoa(i))
	}
	first := openBrowser(t, screens[0], server.URL+"/simulator/?lang=en")
	second := openBrowser(t, screens[1], server.URL+"/simulator/?lang=en")
	shown := `document.querySelector('.phone .log').innerText.includes(`
	for _, b := range []*browser{first, second} {
		b.until("the newest message", shown+`'message 9999')`)
		if n := eval[int](b, `document.querySelectorAll('.phone [data-seq]').length`); n > 200 {
			t.Errorf("%d lines are in the document", n)
		}
		if title := eval[string](b, `document.title`); title == "broken" {
			t.Error("script in a text ran")
		}
		if name := eval[string](b, `document.querySelector('.phone h2').innerText`); name != "<b>はな</b>" {
			t.Errorf("the name shows as %q", name)
		}
	}
	// Scrolling back loads older parts and keeps the document small.
	for range 12 {
		first.run(chromedp.Evaluate[chromedp.Void](`document.querySelector('.phone .log').scrollTop = 0`), chromedp.Sleep(60*time.Millisecond))
	}
	oldest := eval[int](first, `Number(document.querySelector('.phone [data-seq] .bubble').innerText.split(' ').pop())`)
	if oldest > 9900 {
		t.Errorf("the oldest line that can be scrolled to is %d", oldest)
	}
	if n := eval[int](first, `document.querySelectorAll('.phone [data-seq]').length`); n > 200 {
		t.Errorf("%d lines are in the document after scrolling", n)
	}
	first.run(chromedp.Click(`.phone .newer`))
	first.say("from the first tab")
	second.until("what the first tab said", shown+`'from the first tab')`)
	second.say("from the second tab")
	first.until("what the second tab said", shown+`'from the second tab')`)
	first.shoot("long")
}

// The panel, a group, stickers and the keyboard.
func TestThePanelShowsFaultsCallsAndWebhooks(t *testing.T) {
	t.Parallel()
	chromium(t)
	b := openBrowser(t, screens[0], startDemo(t)+"?lang=ja")
	b.run(chromedp.Click(`#tour-skip`))
	b.press("友だち追加")
	b.answered("データのご利用についてのお願い")
	b.run(chromedp.Click(`.phone .plus`), chromedp.WaitVisible(`.tray .stickers button`), chromedp.Click(`.tray .stickers button`))
	b.until("the sticker", `!!document.querySelector('.phone .mine svg.sticker')`)
	b.run(chromedp.Click(`#panel-toggle`), chromedp.WaitVisible(`[data-fault="accept500"]`), chromedp.Click(`[data-fault="accept500"]`))
	b.until("the fault is on", `document.querySelector('[data-fault="accept500"]').checked`)
	b.say("おすすめ")
	b.answered("円")
	b.shoot("faults")
	b.run(chromedp.Click(`#tab-api`))
	b.until("LINE's 500 in the log", `[...document.querySelectorAll('#pane-api .badge.bad')].some(n => n.innerText === '500')`)
	b.run(chromedp.Evaluate[chromedp.Void](`document.querySelector('#pane-api details').open = true`))
	b.shoot("api")
	b.run(chromedp.Click(`#tab-webhook`))
	b.until("the webhooks", `document.querySelectorAll('#pane-webhook details').length >= 3`)
	b.run(chromedp.Click(`.phone .theirs .json`), chromedp.WaitVisible(`#dialog pre`))
	b.shoot("json")
	if !strings.Contains(eval[string](b, `document.querySelector('#dialog').innerText`), `"type"`) {
		t.Error("the raw JSON is not shown")
	}
	b.run(chromedp.Evaluate[chromedp.Void](`document.querySelector('#dialog').close()`), chromedp.Click(`#panel-close`))
	// A second customer stands beside the first.
	b.run(chromedp.Evaluate[chromedp.Void](`document.querySelectorAll('#people-list button')[3].click()`))
	b.until("two conversations", `document.querySelectorAll('.phone').length === 2`)
	b.shoot("two")
}

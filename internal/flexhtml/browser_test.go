package flexhtml

import (
	"context"
	"encoding/json"
	"flag"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

var gallery = flag.String("gallery", "", "a folder to write the gallery page and its screenshots to")

var browser struct {
	once    sync.Once
	ctx     context.Context
	stop    func()
	missing string
}

func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	if browser.stop != nil {
		browser.stop()
	}
	os.Exit(code)
}

func chromium() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// tab opens a page in a headless Chromium that all tests of the package share. Where there is none the test is skipped,
// unless OSUSUME_REQUIRE_CHROMIUM says that there must be one.
func tab(t *testing.T, page string, width, height int64) context.Context {
	t.Helper()
	browser.once.Do(startBrowser)
	if browser.missing != "" {
		if os.Getenv("OSUSUME_REQUIRE_CHROMIUM") == "1" {
			t.Fatal(browser.missing)
		}
		t.Skip(browser.missing)
	}
	path := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(path, []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := chromedp.NewContext(browser.ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("open a tab: %v", err)
	}
	ctx, cancelTimeout := context.WithTimeout(ctx, time.Minute)
	t.Cleanup(cancelTimeout)
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, height), chromedp.Navigate("file://"+path)); err != nil {
		t.Fatalf("open the page: %v", err)
	}
	return ctx
}

func startBrowser() {
	path := chromium()
	if path == "" {
		browser.missing = "no Chromium on PATH: the measured layout is not tested"
		return
	}
	profile, err := os.MkdirTemp("", "flexhtml-browser")
	if err != nil {
		browser.missing = "no folder for Chromium's profile: " + err.Error()
		return
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.UserDataDir(profile),
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("force-color-profile", "srgb"), chromedp.WSURLReadTimeout(time.Minute))
	allocator, stopAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator, chromedp.WithErrorf(log.Printf))
	browser.stop = func() {
		cancel()
		stopAllocator()
		_ = os.RemoveAll(profile)
	}
	if err := chromedp.Do(ctx); err != nil {
		browser.missing = "Chromium does not start: " + err.Error()
		return
	}
	browser.ctx = ctx
}

// rect is what getBoundingClientRect says.
type rect struct {
	X, Y, Width, Height float64
}

func (r rect) right() float64  { return r.X + r.Width }
func (r rect) bottom() float64 { return r.Y + r.Height }

// boxes gives the boxes of every element that a selector finds.
func boxes(t *testing.T, ctx context.Context, selector string) []rect {
	t.Helper()
	return evaluate[[]rect](t, ctx, `[...document.querySelectorAll(`+quote(selector)+`)].map(e => {
		const r = e.getBoundingClientRect(); return {X: r.x, Y: r.y, Width: r.width, Height: r.height} })`)
}

func evaluate[T any](t *testing.T, ctx context.Context, script string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](script))
	if err != nil {
		t.Fatalf("evaluate %s: %v", script, err)
	}
	return v
}

func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}

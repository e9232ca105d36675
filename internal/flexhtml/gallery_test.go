package flexhtml

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// botMessages are what the bot itself sends: the golden files of its renderer, a message or a list of messages each.
func botMessages(t *testing.T) []Example {
	t.Helper()
	files, err := filepath.Glob("../../bot/render/testdata/golden/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("the bot's golden messages are not there: %v", err)
	}
	var all []Example
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := "bot/" + strings.TrimSuffix(filepath.Base(file), ".json")
		all = append(all, Example{Name: name, About: "What the bot sends", Message: data})
	}
	return all
}

// With -gallery DIR the page and its screenshots are written, to be looked at.
func TestTheGalleryIsDrawn(t *testing.T) {
	examples := append(Gallery(), botMessages(t)...)
	page, err := GalleryPage(examples, GalleryOptions())
	if err != nil {
		t.Fatal(err)
	}
	if *gallery == "" {
		return
	}
	if err := os.MkdirAll(*gallery, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(*gallery, "gallery.html"), []byte(page), 0o644); err != nil {
		t.Fatal(err)
	}
	groups := map[string][]Example{}
	for _, e := range examples {
		group, name, _ := strings.Cut(e.Name, "/")
		if group == "bot" {
			kind, lang, _ := strings.Cut(name, ".")
			group += "-" + lang
			if strings.HasPrefix(kind, "notice") || kind == "status" {
				group += "-notice"
			}
		}
		groups[group] = append(groups[group], e)
	}
	for group, list := range groups {
		page, err := GalleryPage(list, GalleryOptions())
		if err != nil {
			t.Fatal(err)
		}
		shoot(t, tab(t, page, 1180, 800), filepath.Join(*gallery, group+".png"))
	}
}

func shoot(t *testing.T, ctx context.Context, path string) {
	t.Helper()
	// Pictures below the window are loaded lazily; a screenshot of the whole page wants them all.
	evaluate[bool](t, ctx, `document.querySelectorAll("img").forEach(i => i.loading = "eager"), true`)
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](`[...document.images].every(i => i.complete)`)); err != nil {
		t.Fatal(err)
	}
	shot, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, shot, 0o644); err != nil {
		t.Fatal(err)
	}
}

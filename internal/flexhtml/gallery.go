package flexhtml

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"html"
	"regexp"
	"strconv"
	"strings"
)

// Example is one message of the gallery.
type Example struct {
	// Name is unique, of the form group/name.
	Name string `json:"name"`
	// About says what the example shows.
	About   string          `json:"about"`
	Message json.RawMessage `json:"message"`
}

//go:embed gallery/*.json
var galleryFiles embed.FS

// Gallery returns an example of everything the package draws, in the order of the gallery page.
func Gallery() []Example {
	var all []Example
	for _, group := range []string{"bubble", "carousel", "box", "text", "image", "button", "message", "template", "unknown"} {
		data, err := galleryFiles.ReadFile("gallery/" + group + ".json")
		if err != nil {
			panic("flexhtml: the gallery is built in: " + err.Error())
		}
		var examples []Example
		if err := json.Unmarshal(data, &examples); err != nil {
			panic("flexhtml: gallery/" + group + ".json: " + err.Error())
		}
		for _, e := range examples {
			e.Name = group + "/" + e.Name
			all = append(all, e)
		}
	}
	return all
}

// GalleryOptions are the options the gallery page is drawn with: its pictures are drawn from their addresses, so that
// the page needs nothing from elsewhere.
func GalleryOptions() Options {
	return Options{
		Picture: drawPicture,
		Name:    func(string) string { return "うさぎ" },
		Coupon: func(string) Coupon {
			return Coupon{Title: "コーヒー豆 100円引き", Detail: "2026年12月31日まで", Picture: "https://example.com/coupon-400x260"}
		},
	}
}

// GalleryPage draws examples as one HTML page. Its Content-Security-Policy allows no script, and no style but its own.
func GalleryPage(examples []Example, o Options) (string, error) {
	var sheet Sheet
	var body strings.Builder
	for _, e := range examples {
		f, err := Render(e.Message, o)
		if err != nil {
			return "", fmt.Errorf("flexhtml: example %s: %w", e.Name, err)
		}
		quick, err := RenderQuickReply(e.Message, o)
		if err != nil {
			return "", fmt.Errorf("flexhtml: example %s: %w", e.Name, err)
		}
		sheet.Add(f.Rules...)
		sheet.Add(quick.Rules...)
		fmt.Fprintf(&body, "<section id=\"%s\"><h2>%s</h2><p class=\"about\">%s</p>\n%s%s</section>\n",
			html.EscapeString(strings.ReplaceAll(e.Name, "/", "-")), html.EscapeString(e.Name), html.EscapeString(e.About),
			f.HTML, quick.HTML)
	}
	css := Stylesheet() + sheet.CSS() + galleryCSS
	sum := sha256.Sum256([]byte(css))
	policy := "default-src 'none';img-src data:;style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	return "<!DOCTYPE html>\n<html lang=\"ja\"><head><meta charset=\"utf-8\"/>" +
		"<meta http-equiv=\"Content-Security-Policy\" content=\"" + html.EscapeString(policy) + "\"/>" +
		"<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"/><title>Flex gallery</title>" +
		"<style>" + css + "</style></head>\n<body>\n" + body.String() + "</body></html>\n", nil
}

const galleryCSS = `
body{margin:0;padding:16px;background:#8cabd8;display:flex;flex-wrap:wrap;gap:20px;align-items:flex-start;font-family:sans-serif}
section{min-width:0;max-width:min(100%,540px)}
section:has(.fx-strip){max-width:100%}
h2{margin:0;font-size:13px;color:#12263f}
.about{margin:0 0 6px;font-size:11px;color:#22384f}
`

var picturePattern = regexp.MustCompile(`([a-z]+)[0-9]*-([0-9]+)x([0-9]+)(?:-([a-z]+))?$`)

// letters is the size of the words in a picture.
func letters(w, h string) string {
	x, _ := strconv.Atoi(w)
	y, _ := strconv.Atoi(h)
	return strconv.Itoa(min(x, y) / 10)
}

// drawPicture makes a plain SVG of the size its address ends with (…/name-400x300), in a colour of its name.
func drawPicture(kind PictureKind, address string) string {
	if kind == Sticker || kind == Emoji {
		return ""
	}
	w, h, name, color := "1040", "700", "picture", ""
	if m := picturePattern.FindStringSubmatch(address); m != nil {
		name, w, h, color = m[1], m[2], m[3], m[4]
	}
	sum := fnv.New32a()
	sum.Write([]byte(address)) // never fails
	hue := strconv.Itoa(int(sum.Sum32() % 360))
	fill := "hsl(" + hue + " 45% 62%)"
	switch color {
	case "gold":
		fill = "#f5b301"
	case "gray":
		fill = "#c5cad0"
	case "green":
		fill = "#27ae60"
	}
	inside := "<rect width='100%' height='100%' fill='" + fill + "'/><circle cx='50%' cy='42%' r='18%' fill='#fff' fill-opacity='.55'/>" +
		"<rect x='6%' y='6%' width='88%' height='88%' fill='none' stroke='#fff' stroke-opacity='.6' stroke-width='1.5%'/>" +
		"<text x='50%' y='84%' font-size='" + letters(w, h) + "' text-anchor='middle' fill='#fff' font-family='sans-serif'>" + name + " " + w + "×" + h + "</text>"
	if name == "star" {
		inside = "<path fill='" + fill + "' d='M8 .8l2.2 4.6 5 .7-3.6 3.5.9 5L8 12.2l-4.5 2.4.9-5L.8 6.1l5-.7z'/>"
	}
	svg := "<svg xmlns='http://www.w3.org/2000/svg' width='" + w + "' height='" + h + "' viewBox='0 0 " + w + " " + h + "'>" + inside + "</svg>"
	return "data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString([]byte(svg))
}

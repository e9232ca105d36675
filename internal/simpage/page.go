// Package simpage is what people and tests see of a LINE simulator: the chat page under /simulator/ and the control API
// under /simulator/api/. docs/simulator.md describes both.
//
// It is meant for a developer's own machine: whoever reaches it can act as any person.
package simpage

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"path"
	"strings"
	"sync"

	"osusume/internal/flexhtml"
	"osusume/internal/linesim"
)

// Config is what one page shows. Only Sim is required.
type Config struct {
	Sim *linesim.Sim
	// Title stands above the page; default the account's name.
	Title string
	// People are introduced by name and story, in this order, before everybody else.
	People []Person
	Links  []Link
	// Tries are words to type first.
	Tries []Words
	// FixedWebhook refuses to point the webhook elsewhere.
	FixedWebhook bool
	// Images serves what lies under /simulator/images/; nil means none.
	Images http.Handler
	// ImageBase is the address by which messages name those images; the page shows its own copies.
	ImageBase string
	// Tour begins the guided tour for who has not seen it.
	Tour bool
}

// Person is one of the introduced.
type Person struct {
	ID    string // of the LINE user
	Story Words
}

// Link leads to another page of the same program.
type Link struct {
	Label Words
	URL   string
}

// Words are a text in the page's two languages.
type Words struct {
	JA string `json:"ja"`
	EN string `json:"en"`
}

func (w Words) in(lang string) string {
	if lang == "en" {
		return w.EN
	}
	return w.JA
}

// Page answers everything under /simulator/.
type Page struct {
	cfg  Config
	sim  *linesim.Sim
	mux  *http.ServeMux
	done chan struct{}
	stop sync.Once

	faults faultSwitches
}

// New makes the page. Close ends its live connections.
func New(cfg Config) *Page {
	p := &Page{cfg: cfg, sim: cfg.Sim, mux: http.NewServeMux(), done: make(chan struct{})}
	if p.cfg.Title == "" {
		p.cfg.Title = "LINE simulator"
	}
	p.routes()
	return p
}

// Close ends the live connections, which otherwise stay open for as long as a browser looks.
func (p *Page) Close() { p.stop.Do(func() { close(p.done) }) }

func (p *Page) routes() {
	p.mux.HandleFunc("GET /simulator/{$}", p.index)
	p.mux.HandleFunc("GET /simulator", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/simulator/", http.StatusPermanentRedirect)
	})
	p.mux.HandleFunc("GET /simulator/static/{name}", p.static)
	if p.cfg.Images != nil {
		p.mux.Handle("GET /simulator/images/", http.StripPrefix("/simulator/images/", p.cfg.Images))
	}
	p.apiRoutes()
}

// policy lets nothing in but the page's own files and the pictures messages name. Frames, plugins, inline code and inline
// styles are shut out.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob: https: http:; media-src https: http:; " +
	"connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// ServeHTTP answers a request below /simulator.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	p.mux.ServeHTTP(w, r)
}

//go:embed static
var files embed.FS

var pageTemplate = template.Must(template.ParseFS(files, "static/page.html"))

// kinds are the media types of the page's own files.
var kinds = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
}

func (p *Page) static(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	kind := kinds[path.Ext(name)]
	body, err := files.ReadFile("static/" + name)
	if name == "flex.css" {
		body, err = []byte(flexhtml.Stylesheet()), nil
	}
	if err != nil || kind == "" {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = w.Write(body)
}

// language is the page's: asked for, else the browser's.
func language(r *http.Request) string {
	switch lang := r.URL.Query().Get("lang"); lang {
	case "ja", "en":
		return lang
	}
	accept := strings.ToLower(r.Header.Get("Accept-Language"))
	ja, en := strings.Index(accept, "ja"), strings.Index(accept, "en")
	if en >= 0 && (ja < 0 || en < ja) {
		return "en"
	}
	return "ja"
}

func (p *Page) index(w http.ResponseWriter, r *http.Request) {
	lang := language(r)
	other, otherName := "en", "English"
	if lang == "en" {
		other, otherName = "ja", "日本語"
	}
	words := map[string]string{}
	for key, text := range texts {
		words[key] = text.in(lang)
	}
	var tries []string
	for _, t := range p.cfg.Tries {
		tries = append(tries, t.in(lang))
	}
	settings, err := json.Marshal(map[string]any{
		"lang": lang, "words": words, "tries": tries, "tour": p.cfg.Tour, "fixedWebhook": p.cfg.FixedWebhook,
	})
	if err != nil {
		http.Error(w, "the page could not be made", http.StatusInternalServerError)
		return
	}
	type link struct{ Label, URL string }
	var links []link
	for _, l := range p.cfg.Links {
		links = append(links, link{l.Label.in(lang), l.URL})
	}
	var b bytes.Buffer
	err = pageTemplate.Execute(&b, map[string]any{
		"Lang": lang, "Other": other, "OtherName": otherName, "Title": p.cfg.Title, "W": words, "Settings": string(settings), "Links": links,
	})
	if err != nil {
		http.Error(w, fmt.Sprintf("the page could not be made: %v", err), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(b.Bytes())
}

package simpage

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"osusume/internal/linesim"
)

// callView is one API call of the bot.
type callView struct {
	At        int64  `json:"at"`
	Endpoint  string `json:"endpoint"`
	Path      string `json:"path"`
	RequestID string `json:"requestId"`
	Status    int    `json:"status"`
	Request   any    `json:"request,omitempty"`
	Response  any    `json:"response,omitempty"`
}

// jsonOrText shows bytes as the JSON they are, or as text when they are cut or something else.
func jsonOrText(b []byte) any {
	if len(b) == 0 {
		return nil
	}
	if json.Valid(b) {
		return json.RawMessage(b)
	}
	return strings.ToValidUTF8(string(b), string(utf8.RuneError))
}

func (p *Page) calls(r *http.Request) (any, error) {
	limit, err := number(r, "limit", 100, mostEntries)
	if err != nil {
		return nil, err
	}
	all := p.sim.Calls()
	if n := len(all) - int(limit); n > 0 {
		all = all[n:]
	}
	out := make([]callView, 0, len(all))
	for _, c := range all {
		out = append(out, callView{c.At.UnixMilli(), c.Endpoint, c.Path, c.RequestID, c.Status, jsonOrText(c.Request), jsonOrText(c.Response)})
	}
	return map[string]any{"calls": out}, nil
}

// webhookView is one webhook request as LINE's console would tell of it.
type webhookView struct {
	At         int64    `json:"at"`
	TookMS     int64    `json:"tookMs"`
	EventIDs   []string `json:"eventIds"`
	Redelivery bool     `json:"redelivery"`
	Status     int      `json:"status"`
	Reason     string   `json:"reason"`
	Detail     string   `json:"detail,omitempty"`
	Body       any      `json:"body"`
}

func webhookOf(d linesim.Delivery) webhookView {
	v := webhookView{
		At: d.At.UnixMilli(), TookMS: d.Took.Milliseconds(), EventIDs: d.EventIDs, Redelivery: d.Redelivery, Status: d.Status, Body: jsonOrText(d.Body),
	}
	if v.EventIDs == nil {
		v.EventIDs = []string{}
	}
	switch {
	case d.OK():
		v.Reason = "OK"
	case d.Timeout:
		v.Reason, v.Detail = "REQUEST_TIMEOUT", "no answer within 2 seconds"
	case d.Status != 0:
		v.Reason, v.Detail = "ERROR_STATUS_CODE", fmt.Sprintf("the bot answered %d", d.Status)
	default:
		v.Reason, v.Detail = "COULD_NOT_CONNECT", fmt.Sprint(d.Err)
	}
	return v
}

func (p *Page) webhooks(r *http.Request) (any, error) {
	limit, err := number(r, "limit", 100, mostEntries)
	if err != nil {
		return nil, err
	}
	all := p.sim.Deliveries()
	if n := len(all) - int(limit); n > 0 {
		all = all[n:]
	}
	out := make([]webhookView, 0, len(all))
	for _, d := range all {
		out = append(out, webhookOf(d))
	}
	return map[string]any{"webhooks": out}, nil
}

// pulse is how often the stream says that it lives, so that a browser notices a server that is gone.
const pulse = 15 * time.Second

// stream tells by Server-Sent Events that something changed; the page then asks for what it shows.
func (p *Page) stream(w http.ResponseWriter, r *http.Request) {
	out := http.NewResponseController(w)
	// A server may bound how long an answer takes; this one takes as long as somebody looks.
	if err := errors.Join(out.SetWriteDeadline(time.Time{}), out.SetReadDeadline(time.Time{})); err != nil {
		http.Error(w, "live updates do not work on this connection", http.StatusNotImplemented)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	ticker := time.NewTicker(pulse)
	defer ticker.Stop()
	for {
		revision, next := p.sim.Changed()
		if _, err := fmt.Fprintf(w, "data: {\"revision\":%d}\n\n", revision); err != nil {
			return
		}
		if out.Flush() != nil {
			return
		}
		select {
		case <-next:
		case <-ticker.C:
		case <-p.done:
			return
		case <-r.Context().Done():
			return
		}
		// A burst of changes is told once.
		select {
		case <-time.After(20 * time.Millisecond):
		case <-p.done:
			return
		}
	}
}

// content serves what a person sent, to the page that shows it.
func (p *Page) content(w http.ResponseWriter, r *http.Request) {
	kind, data, ok := p.sim.Content(r.PathValue("message"))
	if !ok {
		http.NotFound(w, r)
		return
	}
	if !strings.HasPrefix(kind, "image/") || strings.HasPrefix(kind, "image/svg") {
		kind = "application/octet-stream"
		w.Header().Set("Content-Disposition", "attachment")
	}
	w.Header().Set("Content-Type", kind)
	_, _ = w.Write(data)
}

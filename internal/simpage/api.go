package simpage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"

	"osusume/internal/linesim"
)

// apiRoutes is the control API.
func (p *Page) apiRoutes() {
	read := func(path string, f func(*http.Request) (any, error)) {
		p.mux.Handle("GET /simulator/api"+path, answering(f))
	}
	act := func(method, path string, f func(*http.Request) (any, error)) {
		p.mux.Handle(method+" /simulator/api"+path, answering(onlyJSON(f)))
	}
	read("/state", p.state)
	read("/chats", func(*http.Request) (any, error) { return map[string]any{"chats": p.chats()}, nil })
	read("/chats/{chat}", p.oneChat)
	read("/chats/{chat}/entries", p.entries)
	read("/chats/{chat}/entries/{seq}", p.entryDetails)
	read("/events/{event}", p.event)
	read("/calls", p.calls)
	read("/webhooks", p.webhooks)
	read("/faults", func(*http.Request) (any, error) { return p.faults.read(), nil })
	read("/check", p.check)
	act("POST", "/users", p.addUser)
	act("POST", "/groups", p.addGroup)
	act("POST", "/chats/{chat}/events", p.addEvent)
	act("POST", "/events", p.addRaw)
	act("POST", "/events/{event}/redeliver", p.redeliver)
	act("PUT", "/webhook", p.setWebhook)
	act("POST", "/webhook/verify", p.verify)
	act("PUT", "/faults", p.setFaults)
	act("POST", "/time", p.moveTime)
	act("PUT", "/quota", p.setQuota)
	act("POST", "/validate", p.validate)
	p.mux.HandleFunc("GET /simulator/api/stream", p.stream)
	p.mux.HandleFunc("GET /simulator/api/content/{message}", p.content)
	p.mux.Handle("/simulator/api/", answering(func(r *http.Request) (any, error) {
		return nil, problem{http.StatusNotFound, "there is no " + r.Method + " " + r.URL.Path + "; docs/simulator.md lists what there is"}
	}))
}

// problem is a refusal with its status.
type problem struct {
	status  int
	message string
}

func (e problem) Error() string { return e.message }

func wrong(format string, args ...any) error {
	return problem{http.StatusBadRequest, fmt.Sprintf(format, args...)}
}

var errNoChat = problem{http.StatusNotFound, "there is no such user, group or room; add it first"}

func answering(f func(*http.Request) (any, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v, err := f(r)
		status := http.StatusOK
		if err != nil {
			status = http.StatusInternalServerError
			var p problem
			if errors.As(err, &p) {
				status = p.status
			}
			v = map[string]string{"error": err.Error()}
		}
		b, err := json.Marshal(v)
		if err != nil {
			status, b = http.StatusInternalServerError, []byte(`{"error":"the answer could not be written"}`)
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(status)
		_, _ = w.Write(append(b, '\n'))
	})
}

// onlyJSON keeps other sites' pages out: a browser sends this media type across origins only after asking, and is told no.
func onlyJSON(f func(*http.Request) (any, error)) func(*http.Request) (any, error) {
	return func(r *http.Request) (any, error) {
		kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if err != nil || kind != "application/json" {
			return nil, problem{http.StatusUnsupportedMediaType, "send JSON, with Content-Type: application/json"}
		}
		return f(r)
	}
}

// maxBody leaves room for a picture in base64.
const maxBody = 16 << 20

func decode(r *http.Request, to any) error {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return wrong("the body could not be read")
	}
	if len(body) > maxBody {
		return problem{http.StatusRequestEntityTooLarge, "the body is larger than 16 MiB"}
	}
	if len(body) == 0 {
		return nil
	}
	if err := json.Unmarshal(body, to); err != nil {
		return wrong("the body is not the JSON that is expected here: %v", err)
	}
	return nil
}

func number(r *http.Request, name string, fallback, most int64) (int64, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return fallback, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, wrong("%s must be a number from 0", name)
	}
	return min(n, most), nil
}

// chatView is a conversation in the list.
type chatView struct {
	ID       string   `json:"id"`
	Kind     string   `json:"kind"`
	Name     string   `json:"name"`
	Language string   `json:"language,omitempty"`
	Picture  string   `json:"picture,omitempty"`
	Friend   bool     `json:"friend"`
	Blocked  bool     `json:"blocked"`
	Loading  bool     `json:"loading"`
	Members  []string `json:"members,omitempty"`
	Story    *Words   `json:"story,omitempty"`
	Last     int64    `json:"last"`
	ReadTo   int64    `json:"readTo,omitempty"` // Unix ms
}

func viewOf(c linesim.ChatInfo) chatView {
	v := chatView{
		ID: c.ID, Kind: c.Kind, Name: c.Name, Language: c.Language, Picture: c.Picture, Friend: c.Friend, Blocked: c.Blocked,
		Loading: c.Loading, Members: c.Members, Last: c.Last,
	}
	if !c.ReadTo.IsZero() {
		v.ReadTo = c.ReadTo.UnixMilli()
	}
	return v
}

// chats lists the introduced first.
func (p *Page) chats() []chatView {
	out := []chatView{}
	known := map[string]bool{}
	for _, person := range p.cfg.People {
		if c, ok := p.sim.Chat(person.ID); ok {
			v := viewOf(c)
			v.Story = &person.Story
			known[person.ID] = true
			out = append(out, v)
		}
	}
	for _, c := range p.sim.Chats() {
		if !known[c.ID] {
			out = append(out, viewOf(c))
		}
	}
	return out
}

func (p *Page) oneChat(r *http.Request) (any, error) {
	c, ok := p.sim.Chat(r.PathValue("chat"))
	if !ok {
		return nil, errNoChat
	}
	return viewOf(c), nil
}

func (p *Page) state(*http.Request) (any, error) {
	url, active := p.sim.Endpoint()
	limit, used := p.sim.Quota()
	stats := p.sim.Stats()
	return map[string]any{
		"now": p.sim.Now().UnixMilli(), "botName": p.sim.BotName(), "revision": p.sim.Revision(), "chats": p.chats(), "faults": p.faults.read(),
		"webhook": map[string]any{"url": url, "active": active},
		"quota":   map[string]int{"limit": limit, "used": used},
		"channel": map[string]string{
			"id": p.sim.ChannelID(), "secret": p.sim.ChannelSecret(), "token": p.sim.ChannelToken(), "botUserId": p.sim.BotUserID(),
		},
		"counts": map[string]int64{
			"webhookRequests": stats.Requests.Load(), "timeouts": stats.Timeouts.Load(), "refused": stats.Refused.Load(),
			"events": stats.Events.Load(), "accepted": stats.Accepted.Load(), "replies": stats.Replies.Load(),
			"badReplies": stats.BadReplies.Load(), "pushes": stats.Pushes.Load(), "apiCalls": stats.Calls.Load(),
		},
	}, nil
}

const (
	mostEntries = 500
	pageEntries = 100
)

// entries gives the newest entries, those before a sequence number, or those changed since a revision.
func (p *Page) entries(r *http.Request) (any, error) {
	id := r.PathValue("chat")
	c, ok := p.sim.Chat(id)
	if !ok {
		return nil, errNoChat
	}
	limit, err := number(r, "limit", pageEntries, mostEntries)
	if err != nil {
		return nil, err
	}
	before, err := number(r, "before", 0, 1<<62)
	if err != nil {
		return nil, err
	}
	since, err := number(r, "since", 0, 1<<62)
	if err != nil {
		return nil, err
	}
	var page linesim.Page
	if r.URL.Query().Has("since") {
		page = p.sim.Since(id, since, int(limit))
	} else {
		page = p.sim.Before(id, before, int(limit))
	}
	views := make([]entryView, 0, len(page.Entries))
	for _, e := range page.Entries {
		views = append(views, p.view(id, language(r), e))
	}
	return map[string]any{"chat": viewOf(c), "entries": views, "revision": page.Revision, "more": page.More}, nil
}

func (p *Page) find(chatID, seq string) (linesim.Entry, bool) {
	n, err := strconv.ParseInt(seq, 10, 64)
	if err != nil {
		return linesim.Entry{}, false
	}
	page := p.sim.Before(chatID, n+1, 1)
	if len(page.Entries) == 1 && page.Entries[0].Seq == n {
		return page.Entries[0], true
	}
	return linesim.Entry{}, false
}

// entryDetails is the raw JSON behind one line of a conversation.
func (p *Page) entryDetails(r *http.Request) (any, error) {
	e, ok := p.find(r.PathValue("chat"), r.PathValue("seq"))
	if !ok {
		return nil, problem{http.StatusNotFound, "there is no such entry"}
	}
	out := map[string]any{"entry": p.view(r.PathValue("chat"), language(r), e)}
	if e.Message != nil {
		out["message"], out["requestId"] = e.Message.Raw, e.Message.RequestID
	}
	if e.EventID != "" {
		if rec, ok := p.sim.Record(e.EventID); ok {
			out["event"] = recordView(rec)
		}
	}
	return out, nil
}

func recordView(r linesim.Record) map[string]any {
	type delivery struct {
		At         int64 `json:"at"`
		Status     int   `json:"status"`
		Timeout    bool  `json:"timeout"`
		Redelivery bool  `json:"redelivery"`
	}
	type reply struct {
		At        int64  `json:"at"`
		RequestID string `json:"requestId"`
		Messages  int    `json:"messages"`
	}
	deliveries, replies := []delivery{}, []reply{}
	for _, d := range r.Deliveries {
		deliveries = append(deliveries, delivery{d.At.UnixMilli(), d.Status, d.Timeout, d.Redelivery})
	}
	for _, a := range r.Replies {
		replies = append(replies, reply{a.At.UnixMilli(), a.RequestID, a.Messages})
	}
	return map[string]any{
		"id": r.Event.ID, "json": json.RawMessage(r.Event.JSON(false)), "accepted": r.Accepted(), "deliveries": deliveries,
		"replies": replies, "refusedReplies": r.Refused,
	}
}

// maxWait bounds how long a call may wait for an answer.
const maxWait = 30 * time.Second

// event is what became of an event; with ?wait=5s it waits for the reply first.
func (p *Page) event(r *http.Request) (any, error) {
	id := r.PathValue("event")
	if text := r.URL.Query().Get("wait"); text != "" {
		wait, err := time.ParseDuration(text)
		if err != nil || wait < 0 {
			return nil, wrong("wait must be a duration such as 5s")
		}
		if err := p.await(r.Context(), id, min(wait, maxWait)); err != nil {
			return nil, err
		}
	}
	rec, ok := p.sim.Record(id)
	if !ok {
		return nil, problem{http.StatusNotFound, "there is no such event"}
	}
	view := recordView(rec)
	messages := []json.RawMessage{}
	if len(rec.Replies) > 0 {
		done, cancel := context.WithTimeout(r.Context(), time.Second)
		defer cancel()
		answer, err := p.sim.WaitReply(done, id)
		if err == nil {
			for _, m := range answer {
				messages = append(messages, m.Raw)
			}
		}
	}
	view["messages"] = messages
	return view, nil
}

func (p *Page) await(ctx context.Context, id string, wait time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	if _, err := p.sim.WaitReply(ctx, id); err != nil {
		if errors.Is(err, linesim.ErrNotAnswered) {
			return nil // the caller sees that there is no reply
		}
		return problem{http.StatusNotFound, "there is no such event"}
	}
	// A bot may reply before it answers the webhook; the caller wants to see both.
	for {
		_, next := p.sim.Changed()
		if rec, ok := p.sim.Record(id); !ok || rec.Accepted() {
			return nil
		}
		select {
		case <-next:
		case <-ctx.Done():
			return nil
		}
	}
}

func (p *Page) check(*http.Request) (any, error) {
	problems := p.sim.Check()
	if problems == nil {
		problems = []string{}
	}
	return map[string]any{"problems": problems}, nil
}

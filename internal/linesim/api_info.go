package linesim

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

func (s *Sim) botInfo(*call) response {
	return answer(http.StatusOK, map[string]any{
		"userId": s.cfg.BotUserID, "basicId": "@osusume", "displayName": s.cfg.BotName, "chatMode": "bot", "markAsReadMode": "auto",
	})
}

func profileOf(c *chat) map[string]any {
	v := map[string]any{"userId": c.id, "displayName": c.name}
	for name, value := range map[string]string{"language": c.language, "pictureUrl": c.picture, "statusMessage": c.status} {
		if value != "" {
			v[name] = value
		}
	}
	return v
}

func (s *Sim) profile(c *call) response {
	u := s.chat(c.params[0])
	if u == nil || kindOf(c.params[0]) != "user" {
		return failure(http.StatusNotFound, "Not found")
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.blocked || (!u.friend && u.wroteAt.IsZero()) {
		return failure(http.StatusNotFound, "Not found")
	}
	return answer(http.StatusOK, profileOf(u))
}

func (s *Sim) group(c *call) *chat {
	g := s.chat(c.params[0])
	if g == nil || kindOf(g.id) == "user" || !strings.HasPrefix(c.r.URL.Path, "/v2/bot/"+kindOf(g.id)+"/") {
		return nil
	}
	return g
}

func (s *Sim) memberProfile(c *call) response {
	g, u := s.group(c), s.chat(c.params[1])
	if g == nil || u == nil || !slices.Contains(g.members, u.id) {
		return failure(http.StatusNotFound, "Not found")
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	v := profileOf(u)
	delete(v, "language")
	delete(v, "statusMessage")
	return answer(http.StatusOK, v)
}

func (s *Sim) groupSummary(c *call) response {
	g := s.group(c)
	if g == nil {
		return failure(http.StatusNotFound, "Not found")
	}
	return answer(http.StatusOK, map[string]any{"groupId": g.id, "groupName": g.name})
}

func (s *Sim) memberCount(c *call) response {
	g := s.group(c)
	if g == nil {
		return failure(http.StatusNotFound, "Not found")
	}
	return answer(http.StatusOK, map[string]any{"count": len(g.members)})
}

func (s *Sim) memberIDs(c *call) response {
	g := s.group(c)
	if g == nil {
		return failure(http.StatusNotFound, "Not found")
	}
	return answer(http.StatusOK, map[string]any{"memberIds": g.members})
}

func (s *Sim) leave(c *call) response {
	g := s.group(c)
	if g == nil {
		return failure(http.StatusNotFound, "Not found")
	}
	g.mu.Lock()
	g.friend, g.blocked = false, true
	g.mu.Unlock()
	s.watch.bump()
	return response{status: http.StatusOK, body: okEmpty, mime: jsonMIME}
}

// followers is open to verified accounts only; this channel counts as one.
func (s *Sim) followers(c *call) response {
	limit := 300
	if v := c.r.URL.Query().Get("limit"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 || n > 1000 {
			return failure(http.StatusBadRequest, "Invalid limit")
		}
		limit = n
	}
	after := c.r.URL.Query().Get("start")
	page := []string{}
	for _, id := range s.Users() {
		u := s.chat(id)
		u.mu.Lock()
		friend := u.friend && !u.blocked
		u.mu.Unlock()
		if friend && id > after {
			if len(page) == limit {
				return answer(http.StatusOK, map[string]any{"userIds": page, "next": page[limit-1]})
			}
			page = append(page, id)
		}
	}
	return answer(http.StatusOK, map[string]any{"userIds": page})
}

func (s *Sim) loading(c *call) response {
	var v struct {
		ChatID  string `json:"chatId"`
		Seconds *int   `json:"loadingSeconds"`
	}
	if json.Unmarshal(c.body, &v) != nil {
		return failure(http.StatusBadRequest, "The request body could not be parsed as JSON (line: 1, column: 1)")
	}
	if !validID(v.ChatID, 'U') {
		return refuse(&APIError{Status: http.StatusBadRequest, Message: "The request body has 1 error(s)", Details: []ErrorDetail{{Message: "Invalid chatId", Property: "chatId"}}})
	}
	seconds := 20
	if v.Seconds != nil {
		seconds = *v.Seconds
	}
	if seconds < 5 || seconds > 60 || seconds%5 != 0 {
		return refuse(&APIError{Status: http.StatusBadRequest, Message: "The request body has 1 error(s)", Details: []ErrorDetail{{
			Message: "Must be a multiple of 5 between 5 and 60", Property: "loadingSeconds",
		}}})
	}
	if u := s.chat(v.ChatID); u != nil {
		u.mu.Lock()
		u.loading = s.Now().Add(time.Duration(seconds) * time.Second)
		u.mu.Unlock()
		s.watch.bump()
	}
	return response{status: http.StatusAccepted, body: okEmpty, mime: jsonMIME}
}

func (s *Sim) markAsRead(c *call) response {
	var v struct {
		Token string `json:"markAsReadToken"`
	}
	if json.Unmarshal(c.body, &v) != nil || v.Token == "" {
		return refuse(&APIError{Status: http.StatusBadRequest, Message: "The request body has 1 error(s)", Details: []ErrorDetail{{Message: "May not be empty", Property: "markAsReadToken"}}})
	}
	id, ok := s.marks.Load(v.Token)
	if !ok {
		return failure(http.StatusBadRequest, "Invalid markAsReadToken")
	}
	if u := s.chat(id.(string)); u != nil {
		u.mu.Lock()
		u.readTo = s.Now()
		u.mu.Unlock()
		s.watch.bump()
	}
	return response{status: http.StatusOK, body: okEmpty, mime: jsonMIME}
}

func (s *Sim) quotaInfo(*call) response {
	limit, _ := s.quota.read(s.Now())
	if limit == 0 {
		return answer(http.StatusOK, map[string]any{"type": "none"})
	}
	return answer(http.StatusOK, map[string]any{"type": "limited", "value": limit})
}

func (s *Sim) consumption(*call) response {
	_, used := s.quota.read(s.Now())
	return answer(http.StatusOK, map[string]any{"totalUsage": used})
}

// fileOf finds what a user sent.
func (s *Sim) fileOf(id string) (f *content, gone bool) {
	s.chats.Range(func(_, v any) bool {
		c := v.(*chat)
		c.mu.Lock()
		defer c.mu.Unlock()
		f, gone = c.contents[id], c.unsent[id]
		return f == nil && !gone
	})
	return f, gone
}

func (s *Sim) content(c *call) response {
	f, gone := s.fileOf(c.params[0])
	switch {
	case gone:
		return failure(http.StatusGone, "The content is gone")
	case f == nil:
		return failure(http.StatusNotFound, "Not found")
	case s.Now().Before(f.ready):
		return response{status: http.StatusAccepted, body: okEmpty, mime: jsonMIME}
	}
	return response{status: http.StatusOK, body: f.bytes, mime: f.mime}
}

func (s *Sim) transcoding(c *call) response {
	f, gone := s.fileOf(c.params[0])
	switch {
	case gone:
		return failure(http.StatusGone, "The content is gone")
	case f == nil:
		return failure(http.StatusNotFound, "Not found")
	case s.Now().Before(f.ready):
		return answer(http.StatusOK, map[string]string{"status": "processing"})
	}
	return answer(http.StatusOK, map[string]string{"status": "succeeded"})
}

func (s *Sim) getEndpoint(*call) response {
	url := *s.webhook.Load()
	if url == "" {
		return failure(http.StatusNotFound, "Not found")
	}
	return answer(http.StatusOK, map[string]any{"endpoint": url, "active": s.active.Load()})
}

const maxEndpoint = 500

// putEndpoint takes http as well, which LINE refuses: this platform is meant for loopback.
func (s *Sim) putEndpoint(c *call) response {
	var v struct {
		Endpoint string `json:"endpoint"`
	}
	if json.Unmarshal(c.body, &v) != nil || !webURL(v.Endpoint) {
		return refuse(&APIError{Status: http.StatusBadRequest, Message: "The request body has 1 error(s)", Details: []ErrorDetail{{Message: "Invalid webhook endpoint URL", Property: "endpoint"}}})
	}
	s.SetWebhookURL(v.Endpoint)
	return response{status: http.StatusOK, body: okEmpty, mime: jsonMIME}
}

func webURL(url string) bool {
	return len(url) <= maxEndpoint && (strings.HasPrefix(url, "https://") || strings.HasPrefix(url, "http://"))
}

func (s *Sim) testEndpoint(c *call) response {
	var v struct {
		Endpoint string `json:"endpoint"`
	}
	if len(c.body) > 0 && json.Unmarshal(c.body, &v) != nil {
		return failure(http.StatusBadRequest, "The request body could not be parsed as JSON (line: 1, column: 1)")
	}
	if v.Endpoint == "" {
		v.Endpoint = *s.webhook.Load()
	}
	if !webURL(v.Endpoint) {
		return failure(http.StatusBadRequest, "Invalid webhook endpoint URL")
	}
	body := s.Body(false)
	d := s.postTo(c.r.Context(), v.Endpoint, body, Sign(s.ChannelSecret(), body))
	out := map[string]any{"success": d.OK(), "timestamp": stamp(s.Now()), "statusCode": d.Status}
	switch {
	case d.OK():
		out["reason"], out["detail"] = "OK", strconv.Itoa(d.Status)
	case d.Timeout:
		out["reason"], out["detail"] = "REQUEST_TIMEOUT", "TLS handshake or request took longer than "+s.cfg.WebhookTimeout.String()
	case d.Status != 0:
		out["reason"], out["detail"] = "ERROR_STATUS_CODE", strconv.Itoa(d.Status)
	default:
		out["reason"], out["detail"] = "COULD_NOT_CONNECT", fmt.Sprint(d.Err)
	}
	return answer(http.StatusOK, out)
}

// TestWebhook is what the test endpoint does, for Go callers.
func (s *Sim) TestWebhook(ctx context.Context) Delivery { return s.Verify(ctx) }

type linkToken struct {
	userID string
	until  time.Time
}

func (s *Sim) issueLinkToken(c *call) response {
	u := s.chat(c.params[0])
	if u == nil || kindOf(u.id) != "user" {
		return failure(http.StatusNotFound, "Not found")
	}
	token := s.hex()
	s.links.Store(token, &linkToken{userID: u.id, until: s.Now().Add(LinkTokenLife)})
	return answer(http.StatusOK, map[string]string{"linkToken": token})
}

package linesim

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"
)

func (s *Sim) parse(c *call, d destination) (*request, *APIError) {
	return parseRequest(c.body, d, !s.cfg.SkipValidation)
}

// reply: one use of one token, within a minute of a delivery and twenty minutes of the event.
func (s *Sim) reply(c *call) response {
	if _, given := c.r.Header["X-Line-Retry-Key"]; given {
		return failure(http.StatusBadRequest, "The retry key is not supported by this API")
	}
	r, bad := s.parse(c, toReplyToken)
	if bad != nil {
		s.stats.BadReplies.Add(1)
		if st := s.byToken(replyTokenOf(c.body)); st != nil {
			st.mu.Lock()
			st.refused++
			st.mu.Unlock()
		}
		return refuse(bad)
	}
	defer r.t.release()
	st := s.byToken(r.replyTo)
	now := s.Now()
	if st == nil {
		s.stats.BadReplies.Add(1)
		return failure(http.StatusBadRequest, "Invalid reply token")
	}
	st.mu.Lock()
	if len(st.replies) > 0 || st.lastAt.IsZero() || now.Sub(st.lastAt) > TokenUse || now.Sub(st.event.At) > TokenLife {
		st.refused++
		st.mu.Unlock()
		s.stats.BadReplies.Add(1)
		return failure(http.StatusBadRequest, "Invalid reply token")
	}
	st.replies = append(st.replies, Replied{At: now, RequestID: c.requestID, Messages: int(r.t.nodes[r.messages].size)})
	st.mu.Unlock()
	s.stats.Replies.Add(1)

	if !s.cfg.DropRecords {
		s.count("reply", now, 1)
	}
	sent, body := s.sentMessages(r, c.requestID, st.event.ID, now)
	delivered := s.show(st.event.ChatID, sent)
	st.mu.Lock()
	if s.cfg.KeepMessages >= 0 {
		st.answer = sent
	}
	st.mu.Unlock()
	close(st.answered)
	if s.cfg.DropRecords {
		s.forget(st)
	}
	s.hook(Sent{Kind: "reply", To: st.event.ChatID, EventID: st.event.ID, RequestID: c.requestID, At: now, Delivered: delivered}, sent)
	return response{status: http.StatusOK, body: body, mime: jsonMIME}
}

func replyTokenOf(body []byte) string {
	var v struct {
		ReplyToken string `json:"replyToken"`
	}
	if json.Unmarshal(body, &v) != nil {
		return ""
	}
	return v.ReplyToken
}

func (s *Sim) hook(sent Sent, messages []Message) {
	if s.cfg.OnSend == nil {
		return
	}
	for _, m := range messages {
		sent.Messages = append(sent.Messages, m.Raw)
	}
	s.cfg.OnSend(sent)
}

// sentMessages gives every message its id and quote token, and the answer that names them. Messages are copied only
// when somebody will look at them.
func (s *Sim) sentMessages(r *request, requestID, eventID string, now time.Time) ([]Message, []byte) {
	t := r.t
	keep := s.cfg.KeepMessages >= 0 || s.cfg.OnSend != nil
	var sent []Message
	b := append(make([]byte, 0, 128), `{"sentMessages":[`...)
	for e := t.nodes[r.messages].first; e >= 0; e = t.nodes[e].next {
		id, quote := s.messageID(), ""
		if t.nodes[e].index > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, `{"id":"`...), id...), '"')
		if r.quotable(e) {
			quote = s.hex()
			b = append(append(append(b, `,"quoteToken":"`...), quote...), '"')
		}
		b = append(b, '}')
		if keep {
			sent = append(sent, Message{
				ID: id, RequestID: requestID, EventID: eventID, At: now, Type: t.field(e, "type"), AltText: t.field(e, "altText"),
				QuoteToken: quote, Raw: append([]byte(nil), t.raw(e)...),
			})
		}
	}
	return sent, append(b, "]}"...)
}

// show puts messages into a conversation; false when nobody is there to get them.
func (s *Sim) show(chatID string, sent []Message) bool {
	c := s.chat(chatID)
	if c == nil {
		return false
	}
	c.mu.Lock()
	blocked := c.blocked
	c.loading = time.Time{}
	c.mu.Unlock()
	if blocked {
		return false
	}
	if s.cfg.KeepMessages >= 0 {
		for i := range sent {
			m := sent[i]
			s.note(chatID, Entry{At: m.At, From: "bot", EventID: m.EventID, ID: m.ID, Kind: m.Type, Text: m.AltText, Message: &m})
		}
	}
	return true
}

// reachable says whether a push arrives: friends, groups with the bot, and people who wrote within seven days.
func (s *Sim) reachable(c *chat) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.blocked && (c.friend || s.Now().Sub(c.wroteAt) < 7*24*time.Hour)
}

func (s *Sim) push(c *call) response {
	r, bad := s.parse(c, toOne)
	if bad != nil {
		return refuse(bad)
	}
	defer r.t.release()
	if !validID(r.to[0], 'U', 'C', 'R') {
		return refuse(&APIError{
			Status: http.StatusBadRequest, Message: "The property, 'to', in the request body is invalid (line: -, column: -)",
		})
	}
	chat := s.chat(r.to[0])
	if chat == nil {
		return failure(http.StatusBadRequest, "Failed to send messages")
	}
	if bad := s.unit(c.body); bad != nil {
		return refuse(bad)
	}
	return s.once(c, func() response {
		ok := s.reachable(chat)
		count := 0
		if ok {
			count = max(len(chat.members), 1)
		}
		if !s.quota.take(s.Now(), count) {
			return failure(http.StatusTooManyRequests, quotaText)
		}
		s.stats.Pushes.Add(1)
		now := s.Now()
		s.count("push", now, count)
		sent, body := s.sentMessages(r, c.requestID, "", now)
		if ok {
			s.show(r.to[0], sent)
		}
		s.hook(Sent{Kind: "push", To: r.to[0], RequestID: c.requestID, RetryKey: c.r.Header.Get("X-Line-Retry-Key"), At: now, Delivered: ok}, sent)
		return response{status: http.StatusOK, body: body, mime: jsonMIME}
	})
}

func (s *Sim) multicast(c *call) response {
	r, bad := s.parse(c, toMany)
	if bad != nil {
		return refuse(bad)
	}
	defer r.t.release()
	if bad := s.unit(c.body); bad != nil {
		return refuse(bad)
	}
	return s.once(c, func() response {
		var to []*chat
		for _, id := range r.to {
			if chat := s.chat(id); chat != nil && s.reachable(chat) {
				to = append(to, chat)
			}
		}
		if !s.quota.take(s.Now(), len(to)) {
			return failure(http.StatusTooManyRequests, quotaText)
		}
		s.stats.Pushes.Add(1)
		now := s.Now()
		s.count("multicast", now, len(to))
		sent, _ := s.sentMessages(r, c.requestID, "", now)
		for _, chat := range to {
			s.show(chat.id, sent)
		}
		s.hook(Sent{Kind: "multicast", RequestID: c.requestID, RetryKey: c.r.Header.Get("X-Line-Retry-Key"), At: now, Delivered: len(to) > 0}, sent)
		return response{status: http.StatusOK, body: okEmpty, mime: jsonMIME}
	})
}

func (s *Sim) validate(c *call) response {
	r, bad := parseRequest(c.body, toNobody, true)
	if bad != nil {
		return refuse(bad)
	}
	r.t.release()
	return response{status: http.StatusOK, body: okEmpty, mime: jsonMIME}
}

type retryShard struct {
	mu   sync.Mutex
	keys map[string]*retryEntry
}

// maxRetryKeys a shard holds before the old ones are swept out.
const maxRetryKeys = 10_000

type retryEntry struct {
	at        time.Time
	requestID string
	sent      json.RawMessage // sentMessages of a push
}

// once does a send at most once per retry key and day. A second call while the first is under way counts as accepted.
func (s *Sim) once(c *call, send func() response) response {
	values, given := c.r.Header["X-Line-Retry-Key"]
	if !given || s.cfg.NoRetryKeys {
		return send()
	}
	key := strings.ToLower(strings.Join(values, ""))
	if !isUUID(key) {
		return failure(http.StatusBadRequest, "The retry key is invalid")
	}
	shard := &s.retry[shardOf(key)]
	now := s.Now()
	shard.mu.Lock()
	if e := shard.keys[key]; e != nil && now.Sub(e.at) < RetryKeyLife {
		res := accepted(e)
		shard.mu.Unlock()
		return res
	}
	if len(shard.keys) >= maxRetryKeys {
		for k, e := range shard.keys {
			if now.Sub(e.at) >= RetryKeyLife {
				delete(shard.keys, k)
			}
		}
	}
	entry := &retryEntry{at: now, requestID: c.requestID}
	shard.keys[key] = entry
	shard.mu.Unlock()

	res := send()

	shard.mu.Lock()
	defer shard.mu.Unlock()
	if res.status/100 != 2 {
		delete(shard.keys, key) // only accepted requests are remembered
		return res
	}
	var v struct {
		Sent json.RawMessage `json:"sentMessages"`
	}
	if json.Unmarshal(res.body, &v) == nil {
		entry.sent = v.Sent
	}
	return res
}

func accepted(e *retryEntry) response {
	res := answer(http.StatusConflict, struct {
		Message string          `json:"message"`
		Sent    json.RawMessage `json:"sentMessages,omitempty"`
	}{"The retry key is already accepted", e.sent})
	res.extra = [2]string{"X-Line-Accepted-Request-Id", e.requestID}
	return res
}

func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if s[i] != '-' {
				return false
			}
		} else if !isHex(s[i]) {
			return false
		}
	}
	return true
}

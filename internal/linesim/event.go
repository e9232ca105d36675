package linesim

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Event is one webhook event as the platform keeps it. Build one with the …Event methods, send it with Enqueue or
// Deliver.
type Event struct {
	ID         string
	Type       string
	Mode       string // active or standby
	UserID     string // who acts; may be empty in groups
	ChatID     string // where it happens: the user, group or room; empty when the event has no source
	ReplyToken string // empty when it cannot be answered
	MessageID  string
	At         time.Time

	fields []field
	raw    json.RawMessage // sent as it is instead of everything above
}

type field struct {
	name  string
	value json.RawMessage
}

func (e *Event) set(name string, value any) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		panic("linesim: event property " + name + ": " + err.Error()) // values are ours or were JSON before
	}
	e.fields = append(e.fields, field{name, bytes.TrimRight(b.Bytes(), "\n")})
}

// JSON is the event object as it stands in a webhook body.
func (e *Event) JSON(redelivery bool) []byte { return e.append(nil, redelivery) }

func (e *Event) append(b []byte, redelivery bool) []byte {
	if e.raw != nil {
		return append(b, e.raw...)
	}
	b = append(b, `{"type":`...)
	b = quoted(b, e.Type)
	for _, f := range e.fields {
		b = append(b, ',')
		b = quoted(b, f.name)
		b = append(b, ':')
		b = append(b, f.value...)
	}
	b = append(b, `,"webhookEventId":`...)
	b = quoted(b, e.ID)
	b = append(b, `,"deliveryContext":{"isRedelivery":`...)
	b = strconv.AppendBool(b, redelivery)
	b = append(b, `},"timestamp":`...)
	b = strconv.AppendInt(b, e.At.UnixMilli(), 10)
	if e.ChatID != "" {
		b = append(b, `,"source":`...)
		b = appendSource(b, e.ChatID, e.UserID)
	}
	if e.ReplyToken != "" && e.Mode == "active" {
		b = append(b, `,"replyToken":`...)
		b = quoted(b, e.ReplyToken)
	}
	b = append(b, `,"mode":`...)
	b = quoted(b, e.Mode)
	return append(b, '}')
}

func appendSource(b []byte, chatID, userID string) []byte {
	kind := map[byte]string{'C': "group", 'R': "room"}[chatID[0]]
	if kind == "" {
		b = append(b, `{"type":"user","userId":`...)
		b = quoted(b, chatID)
		return append(b, '}')
	}
	b = append(b, `{"type":"`+kind+`","`+kind+`Id":`...)
	b = quoted(b, chatID)
	if userID != "" {
		b = append(b, `,"userId":`...)
		b = quoted(b, userID)
	}
	return append(b, '}')
}

// quoted appends a JSON string. The identifiers here are plain; anything else takes the long way.
func quoted(b []byte, s string) []byte {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] >= 0x7F || s[i] == '"' || s[i] == '\\' {
			j, err := json.Marshal(s)
			if err != nil {
				return append(b, `""`...)
			}
			return append(b, j...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

// Standby is the event as a channel gets it while another one is answering: without a reply token.
func (e Event) Standby() Event {
	e.Mode = "standby"
	return e
}

// Without gives the event without one of its own properties, to see how a bot takes it.
func (e Event) Without(name string) Event {
	e.fields = append([]field(nil), e.fields...)
	for i, f := range e.fields {
		if f.name == name {
			e.fields = append(e.fields[:i], e.fields[i+1:]...)
			break
		}
	}
	return e
}

// RawEvent is any text put into the events array as it is: a poisoned event beside good ones. It is not recorded.
func RawEvent(text string) Event { return Event{raw: json.RawMessage(text)} }

type eventShard struct {
	mu      sync.RWMutex
	byID    map[string]*eventState
	byToken map[string]*eventState
}

// eventState is an event with its fate.
type eventState struct {
	mu         sync.Mutex
	event      Event
	deliveries []Delivered
	lastAt     time.Time // of the last delivery: the reply token's minute starts here
	acceptedAt time.Time
	replies    []Replied
	refused    int
	answer     []Message
	answered   chan struct{} // closed on the first accepted reply
}

// answerable types carry a reply token (line-platform §1.6).
func answerable(kind string) bool {
	switch kind {
	case "message", "messageEdited", "follow", "join", "memberJoined", "postback", "videoPlayComplete", "beacon", "accountLink", "membership":
		return true
	}
	return false
}

// NewEvent makes an event of any type, known to LINE or not. chatID may be empty (no source); fields are the properties
// beyond the common ones.
func (s *Sim) NewEvent(kind, chatID, userID string, fields map[string]any) Event {
	e := s.newEvent(kind, chatID, userID)
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	for _, name := range sorted(names) {
		e.set(name, fields[name])
	}
	return e
}

func (s *Sim) newEvent(kind, chatID, userID string) Event {
	at := s.Now()
	e := Event{ID: s.ulid(at), Type: kind, Mode: "active", ChatID: chatID, UserID: userID, At: at.Truncate(time.Millisecond)}
	if answerable(kind) {
		e.ReplyToken = s.hex()
	}
	s.stats.Events.Add(1)
	return e
}

// remember makes the event known, so that its reply token works. The first copy counts.
func (s *Sim) remember(e Event) *eventState {
	if e.ID == "" {
		return &eventState{event: e, answered: make(chan struct{})}
	}
	shard := &s.events[shardOf(e.ID)]
	shard.mu.Lock()
	st := shard.byID[e.ID]
	fresh := st == nil
	if fresh {
		st = &eventState{event: e, answered: make(chan struct{})}
		shard.byID[e.ID] = st
	}
	shard.mu.Unlock()
	if fresh && e.ReplyToken != "" && e.Mode == "active" {
		token := &s.events[shardOf(e.ReplyToken)]
		token.mu.Lock()
		token.byToken[e.ReplyToken] = st
		token.mu.Unlock()
	}
	return st
}

func (s *Sim) forget(st *eventState) {
	shard := &s.events[shardOf(st.event.ID)]
	shard.mu.Lock()
	delete(shard.byID, st.event.ID)
	shard.mu.Unlock()
	// The token stays known as used until its life is over; only the state behind it is let go.
	token := &s.events[shardOf(st.event.ReplyToken)]
	token.mu.Lock()
	delete(token.byToken, st.event.ReplyToken)
	token.mu.Unlock()
}

func (s *Sim) byID(id string) *eventState {
	shard := &s.events[shardOf(id)]
	shard.mu.RLock()
	defer shard.mu.RUnlock()
	return shard.byID[id]
}

func (s *Sim) byToken(token string) *eventState {
	shard := &s.events[shardOf(token)]
	shard.mu.RLock()
	defer shard.mu.RUnlock()
	return shard.byToken[token]
}

// kindOf is the kind of conversation an id names: user, group, room or empty.
func kindOf(id string) string {
	switch {
	case strings.HasPrefix(id, "U"):
		return "user"
	case strings.HasPrefix(id, "C"):
		return "group"
	case strings.HasPrefix(id, "R"):
		return "room"
	}
	return ""
}

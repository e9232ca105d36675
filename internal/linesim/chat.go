package linesim

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"
)

// chat is a conversation: a user's, a group's or a room's.
type chat struct {
	mu       sync.Mutex
	id       string
	name     string
	language string
	picture  string
	status   string
	friend   bool
	blocked  bool
	wroteAt  time.Time // a non-friend who wrote within 7 days can be pushed to
	members  []string
	loading  time.Time // the animation shows until then
	readTo   time.Time
	entries  []Entry
	contents map[string]*content
	unsent   map[string]bool
	changed  int64 // revision of the last change of entries
}

// Entry is one line of a conversation, in the order it appeared.
type Entry struct {
	At      time.Time
	From    string // "user", "bot" or "system"
	UserID  string // who, in groups
	EventID string // the event it is, or answers
	ID      string // message id
	Kind    string // message type, "postback", "follow" …
	Text    string // words typed, display text of a button, or the event's name
	Message *Message
	Unsent  bool
	Data    string // of a postback
	Seq     int64  // rises along the conversation
	Rev     int64  // revision of its last change
}

// content is what a user sent beyond text.
type content struct {
	mime  string
	bytes []byte
	ready time.Time // video and audio are transcoded first
}

// User is what AddUser takes. Language is BCP 47; empty means that the person did not agree to tell it.
type User struct {
	ID       string
	Name     string
	Language string
	Picture  string
	Status   string
	Friend   bool // has followed already, without an event
}

// ErrUnknownUser means that AddUser was not called for an id.
var ErrUnknownUser = errors.New("linesim: no such user or group")

// UserID makes a user id from any short name, the same in every run: for scripts and tests.
func UserID(name string) string { return "U" + hexName(name) }

// GroupID makes a group id from any short name.
func GroupID(name string) string { return "C" + hexName(name) }

func hexName(name string) string {
	var b [32]byte
	const digits = "0123456789abcdef"
	v := uint64(14695981039346656037)
	for i := range 32 {
		for j := range len(name) {
			v = (v ^ uint64(name[j])) * 1099511628211
		}
		v = (v ^ uint64(i) + 0x9E37) * 1099511628211
		b[i] = digits[v>>60]
	}
	return string(b[:])
}

// AddUser makes a person known to the platform.
func (s *Sim) AddUser(id, displayName, language string) {
	s.AddUserDetails(User{ID: id, Name: displayName, Language: language})
}

// AddUserDetails makes a person known with all of a profile.
func (s *Sim) AddUserDetails(u User) {
	s.chats.LoadOrStore(u.ID, &chat{id: u.ID, name: u.Name, language: u.Language, picture: u.Picture, status: u.Status, friend: u.Friend})
	s.watch.bump()
}

// AddGroup makes a group (or, with an id that begins with R, a room) known. The bot is in it once Join was called.
func (s *Sim) AddGroup(id, name string, members ...string) {
	s.chats.LoadOrStore(id, &chat{id: id, name: name, friend: true, members: members})
	s.watch.bump()
}

func (s *Sim) chat(id string) *chat {
	if c, ok := s.chats.Load(id); ok {
		return c.(*chat)
	}
	return nil
}

// Users lists the ids of all users.
func (s *Sim) Users() []string {
	var out []string
	s.chats.Range(func(k, _ any) bool {
		if kindOf(k.(string)) == "user" {
			out = append(out, k.(string))
		}
		return true
	})
	return sorted(out)
}

func (s *Sim) note(chatID string, e Entry) {
	c := s.chat(chatID)
	if c == nil || s.cfg.KeepMessages < 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.entries) >= s.cfg.KeepMessages*2 {
		c.entries = append(c.entries[:0:0], c.entries[len(c.entries)-s.cfg.KeepMessages:]...)
	}
	c.changed = s.watch.bump()
	e.Seq, e.Rev = c.changed, c.changed
	c.entries = append(c.entries, e)
}

// Transcript is the whole conversation, oldest first (the last KeepMessages at least).
func (s *Sim) Transcript(chatID string) []Entry {
	c := s.chat(chatID)
	if c == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]Entry(nil), c.entries...)
}

// Messages are the bot's messages of a conversation, oldest first.
func (s *Sim) Messages(chatID string) []Message {
	var out []Message
	for _, e := range s.Transcript(chatID) {
		if e.Message != nil {
			out = append(out, *e.Message)
		}
	}
	return out
}

// Buttons are what the person can press now: the buttons of the bot's last answer in reading order, then the quick
// replies of the very last message.
func (s *Sim) Buttons(chatID string) []Button {
	t := s.Transcript(chatID)
	last := -1
	for i := len(t) - 1; i >= 0; i-- {
		if t[i].Message != nil {
			last = i
			break
		}
	}
	if last < 0 {
		return nil
	}
	from := last
	for from > 0 && t[from-1].Message != nil && t[from-1].Message.RequestID == t[last].Message.RequestID {
		from--
	}
	var out []Button
	for i := from; i <= last; i++ {
		out = append(out, t[i].Message.Buttons()...)
	}
	if last == len(t)-1 { // any newer line makes quick replies vanish
		out = append(out, t[last].Message.QuickReplies()...)
	}
	return out
}

// Loading says whether the loading animation shows in a conversation.
func (s *Sim) Loading(userID string) bool {
	c := s.chat(userID)
	if c == nil {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return s.Now().Before(c.loading)
}

// ErrNotAnswered means that no reply to an event was accepted before the context ended.
var ErrNotAnswered = errors.New("linesim: the event was not answered")

// WaitReply waits for the accepted reply to an event and gives its messages.
func (s *Sim) WaitReply(ctx context.Context, eventID string) ([]Message, error) {
	st := s.byID(eventID)
	if st == nil {
		return nil, fmt.Errorf("linesim: unknown event %s", eventID)
	}
	select {
	case <-st.answered:
		st.mu.Lock()
		defer st.mu.Unlock()
		return append([]Message(nil), st.answer...), nil
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: %w", ErrNotAnswered, ctx.Err())
	}
}

// Content is a file a user sends.
func (c *chat) keep(id string, v *content) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.contents == nil {
		c.contents = map[string]*content{}
	}
	c.contents[id] = v
}

// Message is a message object the bot sent, as accepted.
type Message struct {
	ID         string
	RequestID  string
	EventID    string // the event it answers; empty for a push
	At         time.Time
	Type       string
	AltText    string
	QuoteToken string
	Raw        json.RawMessage
}

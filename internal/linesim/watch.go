package linesim

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// Watchers and readers of a conversation that goes on. Every change of anything a person could see raises the revision;
// whoever shows conversations asks for what is newer than what it has.

// watch is the revision and those who wait for the next.
type watch struct {
	mu   sync.Mutex
	rev  int64
	next chan struct{} // closed at the next change; nil while nobody waits
}

func (w *watch) bump() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rev++
	if w.next != nil {
		close(w.next)
		w.next = nil
	}
	return w.rev
}

// Changed gives the revision now, and a channel that closes when it is no longer the newest.
func (s *Sim) Changed() (revision int64, next <-chan struct{}) {
	w := &s.watch
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.next == nil {
		w.next = make(chan struct{})
	}
	return w.rev, w.next
}

// Revision is the number of changes so far.
func (s *Sim) Revision() int64 {
	s.watch.mu.Lock()
	defer s.watch.mu.Unlock()
	return s.watch.rev
}

// ChatInfo is a conversation as its list shows it.
type ChatInfo struct {
	ID       string
	Kind     string // user, group or room
	Name     string
	Language string
	Picture  string
	Friend   bool // of a group: the bot is in it
	Blocked  bool
	Members  []string
	Loading  bool      // the animation shows now
	ReadTo   time.Time // the bot marked everything before as read
	Last     int64     // the last entry's sequence number, 0 = none
}

func (s *Sim) info(c *chat) ChatInfo {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := ChatInfo{
		ID: c.id, Kind: kindOf(c.id), Name: c.name, Language: c.language, Picture: c.picture, Friend: c.friend, Blocked: c.blocked,
		Members: slices.Clone(c.members), Loading: s.Now().Before(c.loading), ReadTo: c.readTo,
	}
	if n := len(c.entries); n > 0 {
		i.Last = c.entries[n-1].Seq
	}
	return i
}

// Chat is one conversation; ok is false when there is none of that id.
func (s *Sim) Chat(id string) (i ChatInfo, ok bool) {
	c := s.chat(id)
	if c == nil {
		return ChatInfo{}, false
	}
	return s.info(c), true
}

// Chats lists every conversation, ordered by id.
func (s *Sim) Chats() []ChatInfo {
	var out []ChatInfo
	s.chats.Range(func(_, v any) bool {
		out = append(out, s.info(v.(*chat)))
		return true
	})
	slices.SortFunc(out, func(a, b ChatInfo) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// Page is a part of a conversation: entries by rising sequence number.
type Page struct {
	Entries []Entry
	// Revision is what to ask Since with the next time.
	Revision int64
	// More says that older entries than these are kept.
	More bool
}

// Before gives the last limit entries older than seq (0 = the newest).
func (s *Sim) Before(chatID string, seq int64, limit int) Page {
	p := Page{Revision: s.Revision()} // read first: what comes in between is then asked for once more, not missed
	c := s.chat(chatID)
	if c == nil {
		return p
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	end := len(c.entries)
	if seq > 0 {
		end, _ = slices.BinarySearchFunc(c.entries, seq, func(e Entry, seq int64) int { return cmp.Compare(e.Seq, seq) })
	}
	begin := max(0, end-limit)
	p.Entries, p.More = slices.Clone(c.entries[begin:end]), begin > 0
	return p
}

// Since gives the entries that were added or changed after a revision. When they are more than limit, the oldest of them
// are given and Revision leads to the rest.
func (s *Sim) Since(chatID string, revision int64, limit int) Page {
	p := Page{Revision: s.Revision()}
	c := s.chat(chatID)
	if c == nil {
		return p
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.changed <= revision {
		return p
	}
	for _, e := range c.entries {
		if e.Rev > revision {
			p.Entries = append(p.Entries, e)
		}
	}
	if len(p.Entries) > limit {
		slices.SortFunc(p.Entries, func(a, b Entry) int { return cmp.Compare(a.Rev, b.Rev) })
		p.Entries = p.Entries[:limit]
		p.Revision = p.Entries[limit-1].Rev
		slices.SortFunc(p.Entries, func(a, b Entry) int { return cmp.Compare(a.Seq, b.Seq) })
	}
	return p
}

// touch marks the line of an event as changed: its webhook was delivered, or was not. Only recent lines are looked at.
func (s *Sim) touch(chatID, eventID string) {
	const recent = 50
	c := s.chat(chatID)
	if c == nil || eventID == "" {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := len(c.entries) - 1; i >= max(0, len(c.entries)-recent); i-- {
		if e := &c.entries[i]; e.EventID == eventID && e.From != "bot" {
			c.changed = s.watch.bump()
			e.Rev = c.changed
			return
		}
	}
}

// SetProfile changes what the platform tells of a person; empty values stay as they are.
func (s *Sim) SetProfile(u User) bool {
	c := s.chat(u.ID)
	if c == nil {
		return false
	}
	c.mu.Lock()
	for to, value := range map[*string]string{&c.name: u.Name, &c.language: u.Language, &c.picture: u.Picture, &c.status: u.Status} {
		if value != "" {
			*to = value
		}
	}
	c.mu.Unlock()
	s.watch.bump()
	return true
}

// deliveryLog keeps the last webhook requests for people to read.
type deliveryLog struct {
	mu   sync.Mutex
	ring []Delivery
	next int
}

func (l *deliveryLog) add(d Delivery) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.ring) < logSize {
		l.ring = append(l.ring, d)
	} else {
		l.ring[l.next] = d
	}
	l.next = (l.next + 1) % logSize
}

// Deliveries are the last webhook requests, oldest first; none are kept when records are dropped.
func (s *Sim) Deliveries() []Delivery {
	l := &s.posted
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.ring) < logSize {
		return slices.Clone(l.ring)
	}
	return append(slices.Clone(l.ring[l.next:]), l.ring[:l.next]...)
}

// Content is what a user sent beyond text: its type and bytes.
func (s *Sim) Content(messageID string) (mime string, data []byte, ok bool) {
	f, gone := s.fileOf(messageID)
	if f == nil || gone {
		return "", nil, false
	}
	return f.mime, f.bytes, true
}

// Endpoint is the webhook URL, and whether events go there.
func (s *Sim) Endpoint() (url string, active bool) { return *s.webhook.Load(), s.active.Load() }

// Quota is the month's limit (0 = none) and what is used of it.
func (s *Sim) Quota() (limit, used int) { return s.quota.read(s.Now()) }

// BotName is the account's display name.
func (s *Sim) BotName() string { return s.cfg.BotName }

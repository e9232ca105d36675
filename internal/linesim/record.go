package linesim

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Delivered is one time an event was posted.
type Delivered struct {
	At         time.Time
	Status     int
	Timeout    bool
	Redelivery bool
}

// Replied is one accepted reply to an event.
type Replied struct {
	At        time.Time
	RequestID string
	Messages  int
}

// Record is what became of one event.
type Record struct {
	Event      Event
	Deliveries []Delivered
	AcceptedAt time.Time // first 2xx; zero = never
	Replies    []Replied // accepted ones: more than one cannot be, unless the platform is broken
	Refused    int       // replies refused for this event's token
}

// Accepted says whether the bot took responsibility for the event.
func (r Record) Accepted() bool { return !r.AcceptedAt.IsZero() }

func (st *eventState) record() Record {
	st.mu.Lock()
	defer st.mu.Unlock()
	return Record{
		Event: st.event, Deliveries: slices.Clone(st.deliveries), AcceptedAt: st.acceptedAt,
		Replies: slices.Clone(st.replies), Refused: st.refused,
	}
}

// Record is the fate of one event; ok is false for one that is unknown or was dropped (DropRecords).
func (s *Sim) Record(eventID string) (r Record, ok bool) {
	st := s.byID(eventID)
	if st == nil {
		return Record{}, false
	}
	return st.record(), true
}

// Records are the fates of all events, oldest first.
func (s *Sim) Records() []Record {
	var out []Record
	for i := range s.events {
		s.events[i].mu.RLock()
		for _, st := range s.events[i].byID {
			out = append(out, st.record())
		}
		s.events[i].mu.RUnlock()
	}
	slices.SortFunc(out, func(a, b Record) int {
		if c := a.Event.At.Compare(b.Event.At); c != 0 {
			return c
		}
		return slices.Compare([]byte(a.Event.ID), []byte(b.Event.ID))
	})
	return out
}

// Unanswered are the events the bot accepted, could answer, and did not.
func (s *Sim) Unanswered() []Record {
	return slices.DeleteFunc(s.Records(), func(r Record) bool {
		return !r.Accepted() || r.Event.ReplyToken == "" || r.Event.Mode != "active" || len(r.Replies) > 0
	})
}

// Undelivered are the events the bot never answered 2xx.
func (s *Sim) Undelivered() []Record {
	return slices.DeleteFunc(s.Records(), func(r Record) bool { return r.Accepted() })
}

// Sent is one accepted send.
type Sent struct {
	Kind      string // reply, push, multicast
	To        string // conversation; for a multicast empty
	EventID   string // what a reply answers
	RequestID string
	RetryKey  string
	At        time.Time
	Messages  []json.RawMessage // valid during the hook only when KeepMessages is negative; otherwise for good
	Delivered bool              // false: accepted, but nobody got it (blocked)
}

// APICall is one line of the platform's log.
type APICall struct {
	At        time.Time
	Endpoint  string
	Path      string
	RequestID string
	Status    int
	Request   []byte // the beginning of the body
	Response  []byte // errors only
}

// callLog keeps the last calls for people to read.
type callLog struct {
	mu    sync.Mutex
	ring  []APICall
	next  int
	total int64
}

const (
	logSize     = 500
	logBodySize = 32 << 10
)

func (l *callLog) add(c APICall) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.ring) < logSize {
		l.ring = append(l.ring, c)
	} else {
		l.ring[l.next] = c
	}
	l.next = (l.next + 1) % logSize
	l.total++
}

// Calls are the last API calls, oldest first: all that failed, and the others too unless records are dropped.
func (s *Sim) Calls() []APICall {
	l := &s.logged
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.ring) < logSize {
		return slices.Clone(l.ring)
	}
	return append(slices.Clone(l.ring[l.next:]), l.ring[:l.next]...)
}

// Check gives one sentence for every broken promise a bot can be held to: accepted events without an answer, replies
// that LINE refused, and more than one accepted reply. An empty list is a clean run.
func (s *Sim) Check() []string {
	var out []string
	for _, r := range s.Records() {
		id := r.Event.ID
		switch {
		case len(r.Replies) > 1:
			out = append(out, fmt.Sprintf("event %s (%s) was answered %d times", id, r.Event.Type, len(r.Replies)))
		case r.Accepted() && r.Event.ReplyToken != "" && r.Event.Mode == "active" && len(r.Replies) == 0:
			out = append(out, fmt.Sprintf("event %s (%s) was accepted at %s and never answered", id, r.Event.Type, r.AcceptedAt.Format(time.RFC3339Nano)))
		}
	}
	return out
}

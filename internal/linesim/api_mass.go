package linesim

import (
	"encoding/json"
	"net/http"
	"regexp"
	"sync"
	"time"
)

// Sends to everybody or to a part of the friends, what was sent a day, and units of statistics.

// mass is what the platform remembers of them.
type mass struct {
	mu        sync.Mutex
	narrow    map[string]narrowcast
	delivered map[string]map[string]int // day → kind → messages
	units     map[string]map[string]int // month → unit → sends
}

type narrowcast struct {
	at     time.Time
	target int
}

// narrowcastTime is how long a narrowcast is under way.
const narrowcastTime = 2 * time.Second

// count notes messages that were sent, by Japan's days.
func (s *Sim) count(kind string, now time.Time, n int) {
	m := &s.mass
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.delivered == nil {
		m.delivered = map[string]map[string]int{}
	}
	day := now.In(japan).Format("20060102")
	if m.delivered[day] == nil {
		m.delivered[day] = map[string]int{}
	}
	m.delivered[day][kind] += n
}

// friends are the people a broadcast reaches.
func (s *Sim) friends() []*chat {
	var out []*chat
	for _, id := range s.Users() {
		c := s.chat(id)
		c.mu.Lock()
		ok := c.friend && !c.blocked
		c.mu.Unlock()
		if ok {
			out = append(out, c)
		}
	}
	return out
}

// toFriends sends to every friend; it is the same for a broadcast and a narrowcast, whose filters this platform does not
// have people's attributes for.
func (s *Sim) toFriends(c *call, kind string, status int, begun func(n int, now time.Time)) response {
	r, bad := s.parse(c, toNobody)
	if bad != nil {
		return refuse(bad)
	}
	defer r.t.release()
	return s.once(c, func() response {
		to := s.friends()
		if !s.quota.take(s.Now(), len(to)) {
			return failure(http.StatusTooManyRequests, quotaText)
		}
		s.stats.Pushes.Add(1)
		now := s.Now()
		s.count(kind, now, len(to))
		sent, _ := s.sentMessages(r, c.requestID, "", now)
		for _, chat := range to {
			s.show(chat.id, sent)
		}
		begun(len(to), now)
		s.hook(Sent{Kind: kind, RequestID: c.requestID, RetryKey: c.r.Header.Get("X-Line-Retry-Key"), At: now, Delivered: len(to) > 0}, sent)
		return response{status: status, body: okEmpty, mime: jsonMIME}
	})
}

func (s *Sim) broadcast(c *call) response {
	return s.toFriends(c, "broadcast", http.StatusOK, func(int, time.Time) {})
}

func (s *Sim) narrowcast(c *call) response {
	return s.toFriends(c, "narrowcast", http.StatusAccepted, func(n int, now time.Time) {
		s.mass.mu.Lock()
		defer s.mass.mu.Unlock()
		if s.mass.narrow == nil {
			s.mass.narrow = map[string]narrowcast{}
		}
		s.mass.narrow[c.requestID] = narrowcast{at: now, target: n}
	})
}

func (s *Sim) narrowcastProgress(c *call) response {
	id := c.r.URL.Query().Get("requestId")
	s.mass.mu.Lock()
	n, ok := s.mass.narrow[id]
	s.mass.mu.Unlock()
	if !ok || s.Now().Sub(n.at) > 14*24*time.Hour {
		return failure(http.StatusNotFound, "Not found")
	}
	if s.Now().Sub(n.at) < narrowcastTime {
		return answer(http.StatusOK, map[string]any{"phase": "sending", "acceptedTime": stamp(n.at)})
	}
	return answer(http.StatusOK, map[string]any{
		"phase": "succeeded", "successCount": n.target, "failureCount": 0, "targetCount": n.target,
		"acceptedTime": stamp(n.at), "completedTime": stamp(n.at.Add(narrowcastTime)),
	})
}

// deliveredCount is the number of messages sent on a day; LINE has counted a day when it is over.
func deliveredCount(kind string) handler {
	return func(s *Sim, c *call) response {
		day := c.r.URL.Query().Get("date")
		at, err := time.ParseInLocation("20060102", day, japan)
		if err != nil {
			return failure(http.StatusBadRequest, "The value for the 'date' parameter is invalid")
		}
		if !s.Now().After(at.AddDate(0, 0, 1)) {
			return answer(http.StatusOK, map[string]any{"status": "unready"})
		}
		s.mass.mu.Lock()
		n := s.mass.delivered[day][kind]
		s.mass.mu.Unlock()
		return answer(http.StatusOK, map[string]any{"status": "ready", "success": n})
	}
}

// maxUnits a month; LINE drops what is beyond without a word.
const maxUnits = 1000

var unitName = regexp.MustCompile(`^[a-zA-Z0-9_]{1,30}$`)

// unit checks and notes the customAggregationUnits of a push or multicast.
func (s *Sim) unit(body []byte) *APIError {
	var v struct {
		Units []string `json:"customAggregationUnits"`
	}
	if json.Unmarshal(body, &v) != nil || len(v.Units) == 0 {
		return nil
	}
	if len(v.Units) > 1 || !unitName.MatchString(v.Units[0]) {
		return &APIError{Status: http.StatusBadRequest, Message: "The request body has 1 error(s)", Details: []ErrorDetail{{
			Message: "Must be one name of up to 30 letters, digits and underscores", Property: "customAggregationUnits",
		}}}
	}
	m := &s.mass
	month := s.Now().In(japan).Format("200601")
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.units == nil {
		m.units = map[string]map[string]int{}
	}
	if m.units[month] == nil {
		m.units[month] = map[string]int{}
	}
	if _, known := m.units[month][v.Units[0]]; known || len(m.units[month]) < maxUnits {
		m.units[month][v.Units[0]]++
	}
	return nil
}

func (s *Sim) unitNames() []string {
	m := &s.mass
	m.mu.Lock()
	defer m.mu.Unlock()
	names := []string{}
	for name := range m.units[s.Now().In(japan).Format("200601")] {
		names = append(names, name)
	}
	return sorted(names)
}

func (s *Sim) aggregationInfo(*call) response {
	return answer(http.StatusOK, map[string]any{"numOfCustomAggregationUnits": len(s.unitNames())})
}

func (s *Sim) aggregationList(c *call) response {
	const page = 100
	names, after := s.unitNames(), c.r.URL.Query().Get("start")
	out := map[string]any{}
	part := []string{}
	for _, name := range names {
		if name <= after {
			continue
		}
		if len(part) == page {
			out["next"] = part[page-1]
			break
		}
		part = append(part, name)
	}
	out["customAggregationUnits"] = part
	return answer(http.StatusOK, out)
}

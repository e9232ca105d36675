package linesim

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"
)

// Delivery is one webhook request as it went.
type Delivery struct {
	At         time.Time
	Took       time.Duration
	EventIDs   []string
	Redelivery bool
	Status     int // 0 when there was no answer
	Timeout    bool
	Err        error
	Body       []byte
}

// OK says whether the platform counts it as received.
func (d Delivery) OK() bool { return d.Status >= 200 && d.Status < 300 }

// ErrNoWebhook means that no webhook URL is set.
var ErrNoWebhook = errors.New("linesim: no webhook URL is set")

// Sign is the x-line-signature of a body.
func Sign(secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = mac.Write(body)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// Post sends any body to the webhook with any signature header ("" = none): for forged, huge and broken requests.
func (s *Sim) Post(ctx context.Context, body []byte, signature string) Delivery {
	return s.postTo(ctx, *s.webhook.Load(), body, signature)
}

func (s *Sim) postTo(ctx context.Context, url string, body []byte, signature string) Delivery {
	d := Delivery{At: s.Now(), Body: body}
	if url == "" {
		d.Err = ErrNoWebhook
		return d
	}
	began := time.Now() //nolint:forbidigo // a duration on the wire, not a moment of the simulated world
	ctx, cancel := context.WithTimeout(ctx, s.cfg.WebhookTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		d.Err = err
		return d
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	req.Header.Set("User-Agent", "LineBotWebhook/2.0")
	if signature != "" {
		req.Header["x-line-signature"] = []string{signature} // LINE's own spelling; header names have no case
	}
	s.stats.Requests.Add(1)
	res, err := s.post.Do(req)
	if err == nil {
		_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<20))
		_ = res.Body.Close()
		d.Status = res.StatusCode
	}
	d.Took, d.Err = time.Since(began), err //nolint:forbidigo // as above
	d.Timeout = errors.Is(err, context.DeadlineExceeded)
	switch {
	case d.Timeout:
		s.stats.Timeouts.Add(1)
	case !d.OK():
		s.stats.Refused.Add(1)
	}
	return d
}

// Body is the webhook body that carries the events.
func (s *Sim) Body(redelivery bool, events ...Event) []byte {
	b := make([]byte, 0, 128+512*len(events))
	b = append(b, `{"destination":"`+s.cfg.BotUserID+`","events":[`...)
	for i := range events {
		if i > 0 {
			b = append(b, ',')
		}
		b = events[i].append(b, redelivery)
	}
	return append(b, "]}"...)
}

// Deliver posts the events in one signed request, in this order, and waits for the answer. The same event may stand in
// it twice, or be delivered again later: that is a duplicate. No redelivery follows a failure.
func (s *Sim) Deliver(ctx context.Context, events ...Event) Delivery {
	return s.deliver(ctx, s.rememberAll(events), false)
}

// Verify posts the empty request of the console's Verify button.
func (s *Sim) Verify(ctx context.Context) Delivery { return s.Deliver(ctx) }

// Redeliver posts known events again, as the platform does when the first answer was no 2xx: the same ids, tokens and
// timestamps, and isRedelivery true.
func (s *Sim) Redeliver(ctx context.Context, eventIDs ...string) Delivery {
	var states []*eventState
	for _, id := range eventIDs {
		if st := s.byID(id); st != nil {
			states = append(states, st)
		}
	}
	return s.deliver(ctx, states, true)
}

func (s *Sim) rememberAll(events []Event) []*eventState {
	states := make([]*eventState, len(events))
	for i, e := range events {
		states[i] = s.remember(e)
	}
	return states
}

func (s *Sim) deliver(ctx context.Context, states []*eventState, redelivery bool) Delivery {
	events := make([]Event, len(states))
	idents := make([]string, 0, len(states))
	now := s.Now()
	for i, st := range states {
		events[i] = st.event
		if st.event.ID != "" {
			idents = append(idents, st.event.ID)
		}
		st.mu.Lock()
		st.lastAt = now
		st.mu.Unlock()
	}
	body := s.Body(redelivery, events...)
	d := s.Post(ctx, body, Sign(s.ChannelSecret(), body))
	d.EventIDs, d.Redelivery = idents, redelivery
	for _, st := range states {
		st.mu.Lock()
		st.deliveries = append(st.deliveries, Delivered{At: now, Status: d.Status, Timeout: d.Timeout, Redelivery: redelivery})
		first := d.OK() && st.acceptedAt.IsZero()
		if first {
			st.acceptedAt = s.Now()
		}
		st.mu.Unlock()
		if first {
			s.stats.Accepted.Add(1)
		}
	}
	if !s.cfg.DropRecords {
		s.posted.add(d)
		for i := range events {
			s.touch(events[i].ChatID, events[i].ID)
		}
		s.watch.bump()
	}
	if s.cfg.OnDelivery != nil {
		s.cfg.OnDelivery(d)
	}
	return d
}

// Enqueue hands events to the platform's own delivery: in order per conversation, several per request when Batch allows,
// redelivered when the answer is no 2xx. It never blocks.
func (s *Sim) Enqueue(events ...Event) {
	for _, st := range s.rememberAll(events) {
		key := st.event.ChatID
		if key == "" {
			key = st.event.ID
		}
		s.queues[hashOf(key)%uint32(len(s.queues))].put(st) //nolint:gosec // a handful of queues
	}
}

type postQueue struct {
	mu      sync.Mutex
	items   []*eventState
	ready   chan struct{}
	stopped bool
}

func newPostQueue() *postQueue { return &postQueue{ready: make(chan struct{}, 1)} }

func (q *postQueue) put(st *eventState) {
	q.mu.Lock()
	q.items = append(q.items, st)
	q.mu.Unlock()
	select {
	case q.ready <- struct{}{}:
	default:
	}
}

func (q *postQueue) stop() {
	q.mu.Lock()
	q.stopped, q.items = true, nil
	q.mu.Unlock()
}

func (q *postQueue) take(limit int) []*eventState {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := min(limit, len(q.items))
	if n == 0 || q.stopped {
		return nil
	}
	batch := append([]*eventState(nil), q.items[:n]...)
	q.items = q.items[n:]
	if len(q.items) == 0 {
		q.items = nil
	}
	return batch
}

func (s *Sim) postLoop(q *postQueue) {
	defer s.wait.Done()
	for {
		select {
		case <-s.life.Done():
			return
		case <-q.ready:
		}
		if s.cfg.BatchWait > 0 && !s.sleep(s.cfg.BatchWait) {
			return
		}
		for batch := q.take(s.cfg.Batch); len(batch) > 0; batch = q.take(s.cfg.Batch) {
			if !s.active.Load() {
				continue // webhook usage is off: LINE keeps nothing either
			}
			s.first(batch)
		}
	}
}

// WebhookFaults are what a network does to webhooks on their way, as shares of 0 to 1 of the requests.
type WebhookFaults struct {
	Duplicate float64 // posted twice, the second copy without isRedelivery
	Again     float64 // accepted, and redelivered all the same, as when the answer was lost
	Late      float64 // held back, so that later events of the same person come first
}

// SetWebhookFaults switches them; the zero value ends all.
func (s *Sim) SetWebhookFaults(f WebhookFaults) { s.webhookFaults.Store(&f) }

func (s *Sim) chance(p float64) bool { return p > 0 && float64(s.random()>>11)/(1<<53) < p }

// first is the first delivery of a batch.
func (s *Sim) first(batch []*eventState) {
	var f WebhookFaults
	if set := s.webhookFaults.Load(); set != nil {
		f = *set
	}
	if s.chance(f.Late) {
		s.later(func() { s.firstNow(batch) })
		return
	}
	if s.chance(f.Duplicate) {
		s.later(func() { s.deliver(s.life, batch, false) })
	}
	if s.firstNow(batch) && s.chance(f.Again) {
		s.later(func() { s.deliver(s.life, batch, true) })
	}
}

func (s *Sim) firstNow(batch []*eventState) bool {
	d := s.deliver(s.life, batch, false)
	if !d.OK() && !s.cfg.Redelivery.Off {
		s.again(batch)
	}
	return d.OK()
}

// later does something within the next 50 ms.
func (s *Sim) later(f func()) {
	wait := time.Duration(s.random() % uint64(50*time.Millisecond)) //nolint:gosec // under 50 ms
	s.wait.Add(1)
	go func() {
		defer s.wait.Done()
		if s.sleep(wait) {
			f()
		}
	}()
}

// again redelivers a failed batch on its own, while later events go on: LINE promises no order here.
func (s *Sim) again(batch []*eventState) {
	s.wait.Add(1)
	go func() {
		defer s.wait.Done()
		wait := s.cfg.Redelivery.First
		for range s.cfg.Redelivery.Times {
			if !s.sleep(wait) {
				return
			}
			if s.deliver(s.life, batch, true).OK() {
				return
			}
			wait = min(wait*2, s.cfg.Redelivery.Limit)
		}
	}()
}

// sleep waits in real time; false when the Sim ended meanwhile.
func (s *Sim) sleep(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-s.life.Done():
		return false
	}
}

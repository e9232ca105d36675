package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"go.uber.org/zap"

	"osusume/internal/clock"
	"osusume/internal/keyring"
	"osusume/internal/queue"
)

// MaxBody is the largest request that is read, in bytes. LINE documents none; its largest known batch is far below.
const MaxBody = 1 << 20

// Wait is how long a request waits for its commit before it answers 503. LINE gives up after 2 s.
const Wait = 1500 * time.Millisecond

// Keys gives the inbox key that new payloads are sealed under. It is asked once a request and must answer from memory.
type Keys interface {
	Current() (id int64, key keyring.DataKey, err error)
}

// Metrics counts what the door does. Reasons and stages come from closed lists.
type Metrics interface {
	// WebhookRequest counts one answered request by its HTTP status.
	WebhookRequest(status int)
	// WebhookBad counts an event set aside, by reason.
	WebhookBad(reason string)
	// WebhookStored counts the new events of one transaction and tells how long it took.
	WebhookStored(events int, took time.Duration)
}

// Config is what a Handler needs. Optional fields say so.
type Config struct {
	Secrets [][]byte // one channel secret, or old and new during a rotation
	Ring    *keyring.Ring
	Inbox   Inbox
	Keys    Keys
	OptOut  func(text string) bool // dialog.IsOptOut
	Clock   clock.Clock
	Log     *zap.Logger

	// Metrics may be nil.
	Metrics Metrics
	// Stored is called after a commit that stored new events, to wake the worker. It must not block; it may be nil.
	Stored func()
	// Destination is the bot's own user id. When set, webhooks for another bot are refused. May be empty.
	Destination string
	// BatchLimit bounds the events of one transaction and Room those that wait; 0 means 500 and 20,000.
	BatchLimit, Room int
}

// Handler answers LINE's webhook: POST /callback.
//
// It answers 200 with an empty body after the events are committed; 400 for a bad signature or body, 405, 413 above
// MaxBody, 503 when they cannot be stored in time. The server around it must set ReadHeaderTimeout and ReadTimeout (2 s
// is LINE's patience): the handler itself does not bound how slowly a body arrives.
//
// There is no limit on a person's messages: the contract answers 20 a second from one customer. Withdrawals overtake
// everything else that waits, so a flood delays nobody's.
type Handler struct {
	cfg    Config
	verify *verifier
	sort   sorter
	group  *group
}

// New checks the configuration. Requests are answered 503 until Start.
func New(cfg Config) (*Handler, error) {
	verify, err := newVerifier(cfg.Secrets)
	if err != nil {
		return nil, err
	}
	if cfg.Ring == nil || cfg.Inbox == nil || cfg.Keys == nil || cfg.OptOut == nil || cfg.Clock == nil || cfg.Log == nil {
		return nil, errors.New("webhook: Ring, Inbox, Keys, OptOut, Clock and Log are required")
	}
	if cfg.Metrics == nil {
		cfg.Metrics = noMetrics{}
	}
	if cfg.BatchLimit <= 0 {
		cfg.BatchLimit = 500
	}
	if cfg.Room <= 0 {
		cfg.Room = 20_000
	}
	h := &Handler{cfg: cfg, verify: verify, sort: sorter{ring: cfg.Ring, optOut: cfg.OptOut}}
	h.group = &group{
		inbox: cfg.Inbox, limit: cfg.BatchLimit, room: cfg.Room, timeout: Wait, stored: h.stored,
		wake: make(chan struct{}, 1), ended: make(chan struct{}),
	}
	return h, nil
}

// Start begins to store. Of ctx only the values are used: what waits when ctx is cancelled has a right to be stored, so
// Stop alone ends the handler.
func (h *Handler) Start(ctx context.Context) { h.group.start(context.WithoutCancel(ctx)) }

// Stop refuses new requests, stores what waits and returns. It may be called more than once, and before Start.
func (h *Handler) Stop() { h.group.stop() }

func (h *Handler) stored(events int, took time.Duration) {
	h.cfg.Metrics.WebhookStored(events, took)
	if events > 0 && h.cfg.Stored != nil {
		h.cfg.Stored()
	}
}

// ServeHTTP answers one webhook request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status := h.serve(w, r)
	h.cfg.Metrics.WebhookRequest(status)
	if status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", http.MethodPost)
	}
	w.Header()["Content-Length"] = zeroLength
	w.WriteHeader(status)
}

var zeroLength = []string{"0"}

func (h *Handler) serve(w http.ResponseWriter, r *http.Request) int {
	if r.Method != http.MethodPost {
		return http.StatusMethodNotAllowed
	}
	if r.ContentLength > MaxBody {
		return http.StatusRequestEntityTooLarge
	}
	buf := bodies.Get().(*[]byte)
	defer bodies.Put(buf)
	body, err := readBody(*buf, http.MaxBytesReader(w, r.Body, MaxBody), r.ContentLength)
	*buf = body[:0]
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return http.StatusRequestEntityTooLarge
		}
		return http.StatusBadRequest
	}
	if !h.verify.good(r.Header.Get("X-Line-Signature"), body) {
		return http.StatusBadRequest
	}
	destination, events, err := splitEnvelope(body)
	if err != nil {
		h.cfg.Log.Warn("webhook body refused", zap.Error(err)) // one of three constant errors: no content
		return http.StatusBadRequest
	}
	if h.cfg.Destination != "" && destination != h.cfg.Destination {
		h.cfg.Log.Warn("webhook for another bot refused")
		return http.StatusBadRequest
	}
	if len(events) == 0 {
		return http.StatusOK
	}
	return h.store(r.Context(), events)
}

func (h *Handler) store(ctx context.Context, events []json.RawMessage) int {
	keyID, key, err := h.cfg.Keys.Current()
	if err != nil {
		h.cfg.Log.Error("no key to seal events with", zap.Error(err))
		return http.StatusServiceUnavailable
	}
	seal := func(plain []byte, context string) (int64, []byte) { return keyID, key.Seal(plain, context) }
	one := &waiting{size: len(events), done: make(chan error, 1)}
	one.intake.Events = make([]queue.In, 0, len(events))
	receivedMS := clock.Millis(h.cfg.Clock)
	for _, raw := range events {
		if reason := h.sort.add(&one.intake, raw, receivedMS, seal); reason != "" {
			h.cfg.Metrics.WebhookBad(reason)
		}
	}
	if n := len(one.intake.Bad); n > 0 {
		h.cfg.Log.Warn("webhook events set aside", zap.Int("events", n), zap.String("first_reason", one.intake.Bad[0].Reason))
	}
	if err := h.wait(ctx, one); err != nil {
		h.cfg.Log.Error("webhook events not stored", zap.Int("events", len(events)), zap.Error(err))
		return http.StatusServiceUnavailable
	}
	return http.StatusOK
}

func (h *Handler) wait(ctx context.Context, one *waiting) error {
	if err := h.group.put(one); err != nil {
		return err
	}
	timer := time.NewTimer(Wait)
	defer timer.Stop()
	select {
	case err := <-one.done:
		return err
	case <-timer.C:
		return context.DeadlineExceeded
	case <-ctx.Done(): // the sender has gone; the events are stored all the same
		return ctx.Err()
	}
}

// bodies keeps read buffers. The events are sealed, and so copied, before a request returns its buffer.
var bodies = sync.Pool{New: func() any { b := make([]byte, 0, 8<<10); return &b }}

// readBody reads to the end into buf, growing it as needed.
func readBody(buf []byte, r io.Reader, length int64) ([]byte, error) {
	buf = buf[:0]
	if want := int(min(length, MaxBody)) + 1; want > cap(buf) {
		buf = make([]byte, 0, want)
	}
	for {
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if errors.Is(err, io.EOF) {
			return buf, nil
		}
		if err != nil {
			return buf, err
		}
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}
	}
}

type noMetrics struct{}

func (noMetrics) WebhookRequest(int)               {}
func (noMetrics) WebhookBad(string)                {}
func (noMetrics) WebhookStored(int, time.Duration) {}

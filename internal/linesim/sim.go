// Package linesim is LINE's messaging platform on loopback: it signs and delivers webhooks, answers the Messaging API's
// api and data hosts with LINE's own rules, limits and error shapes, and has faults that tests switch on. It knows
// nothing of osusume and can stand in for LINE's servers with any bot.
//
// A Sim is an http.Handler. Users act through its methods (Follow, SendText, Press …); what the bot sends is read back
// with Messages, WaitReply or the OnSend hook, and Records tells a checker what became of every event.
package linesim

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"osusume/internal/clock"
)

// Config is what a channel is. The zero value works: secret, token and ids are made up, validation is on.
type Config struct {
	ChannelID     string
	ChannelSecret string
	ChannelToken  string // the long-lived token; more are issued by the token endpoints
	BotUserID     string // destination of webhooks, U and 32 hexadecimal digits
	BotName       string
	WebhookURL    string // where events are posted; may be set later with SetWebhookURL
	Clock         clock.Clock
	Seed          uint64 // identifiers; 0 = different in every run

	SkipValidation bool // accept message objects unseen
	Quota          int  // counted messages a month; 0 = no limit
	RateLimits     bool // LINE's token buckets per endpoint
	NoRetryKeys    bool // forget retry keys at once, as a broken platform would

	Batch          int           // at most so many events in one request; default 1
	BatchWait      time.Duration // wait so long for more events; default not at all
	Posters        int           // concurrent webhook requests; default 32. Events of one user stay in order.
	WebhookTimeout time.Duration // default LINE's 2 s
	Redelivery     Redelivery

	KeepMessages int  // per conversation; default 1000, negative none
	DropRecords  bool // forget an event once it is answered: for load that runs long
	// OnSend is called for every accepted send, before its answer goes out. It must be quick and safe for concurrent use.
	OnSend func(Sent)
	// OnDelivery is called after each webhook request.
	OnDelivery func(Delivery)
}

// Redelivery is what the platform does with events that got no 2xx. On by default, unlike LINE's console.
type Redelivery struct {
	Off   bool
	First time.Duration // wait before the first redelivery; default 200 ms, doubling
	Limit time.Duration // longest wait; default 5 s
	Times int           // default 30
}

// Reply tokens and retry keys live so long.
const (
	TokenUse      = time.Minute      // from a delivery
	TokenLife     = 20 * time.Minute // from the event
	RetryKeyLife  = 24 * time.Hour
	LinkTokenLife = 10 * time.Minute
)

const shards = 64

// Sim is the platform for one channel.
type Sim struct {
	cfg      Config
	clock    clock.Clock
	offset   atomic.Int64 // nanoseconds added to the clock by Advance
	seed     uint64
	counter  atomic.Uint64
	messages atomic.Int64
	webhook  atomic.Pointer[string]
	active   atomic.Bool // webhook usage is on
	secret   atomic.Pointer[string]

	events [shards]eventShard
	retry  [shards]retryShard
	chats  sync.Map // id → *chat
	tokens sync.Map // access token → expiry in Unix ms, 0 = never
	links  sync.Map // link token → *linkToken
	marks  sync.Map // markAsReadToken → chat id
	quota  quota
	limits limits
	faults atomic.Pointer[func(Call) Fault]

	webhookFaults atomic.Pointer[WebhookFaults]

	calls sync.Map // endpoint → *atomic.Int64
	stats Stats

	post   *http.Client
	queues []*postQueue
	life   context.Context // ends with Close
	end    context.CancelFunc
	wait   sync.WaitGroup
	server *http.Server
	logged callLog
	posted deliveryLog
	mass   mass
	menus  richMenus

	coupons coupons

	watch watch
}

// Stats are running counts, readable at any time.
type Stats struct {
	Requests   atomic.Int64 // webhook requests posted
	Timeouts   atomic.Int64 // … without an answer in time
	Refused    atomic.Int64 // … answered outside 2xx
	Events     atomic.Int64 // events made
	Accepted   atomic.Int64 // events answered 2xx at least once
	Replies    atomic.Int64 // replies accepted
	BadReplies atomic.Int64 // replies refused
	Pushes     atomic.Int64 // pushes and multicasts accepted
	Calls      atomic.Int64 // API calls
}

// New makes a platform. Close ends its deliveries.
func New(cfg Config) *Sim {
	s := &Sim{cfg: cfg, clock: cfg.Clock, seed: cfg.Seed}
	s.life, s.end = context.WithCancel(context.Background())
	if s.clock == nil {
		s.clock = clock.System{}
	}
	if s.seed == 0 {
		var b [8]byte
		_, _ = rand.Read(b[:])
		s.seed = binary.LittleEndian.Uint64(b[:])
	}
	c := &s.cfg
	fill(&c.ChannelID, func() string { return "2000000000" })
	fill(&c.ChannelSecret, s.hex)
	fill(&c.ChannelToken, func() string { return s.hex() + s.hex() })
	fill(&c.BotUserID, func() string { return "U" + s.hex() })
	fill(&c.BotName, func() string { return "おすすめ" })
	c.Batch = max(c.Batch, 1)
	c.Posters = orDefault(c.Posters, 32)
	c.WebhookTimeout = orDefault(c.WebhookTimeout, 2*time.Second)
	c.Redelivery.First = orDefault(c.Redelivery.First, 200*time.Millisecond)
	c.Redelivery.Limit = orDefault(c.Redelivery.Limit, 5*time.Second)
	c.Redelivery.Times = orDefault(c.Redelivery.Times, 30)
	c.KeepMessages = orDefault(c.KeepMessages, 1000)
	s.secret.Store(&c.ChannelSecret)
	s.tokens.Store(c.ChannelToken, int64(0))
	s.messages.Store(500_000_000_000_000_000 + s.Now().UnixMilli()%100_000_000_000*1_000_000)
	for i := range s.events {
		s.events[i].byID = map[string]*eventState{}
		s.events[i].byToken = map[string]*eventState{}
		s.retry[i].keys = map[string]*retryEntry{}
	}
	s.quota.init(c.Quota)
	s.post = &http.Client{Transport: &http.Transport{
		MaxIdleConns: c.Posters * 2, MaxIdleConnsPerHost: c.Posters * 2, IdleConnTimeout: 30 * time.Second, DisableCompression: true,
	}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	s.SetWebhookURL(c.WebhookURL)
	for range c.Posters {
		q := newPostQueue()
		s.queues = append(s.queues, q)
		s.wait.Add(1)
		go s.postLoop(q)
	}
	return s
}

func orDefault[T int | time.Duration](v, d T) T {
	if v == 0 {
		return d
	}
	return v
}

func fill(s *string, f func() string) {
	if *s == "" {
		*s = f()
	}
}

// Start serves the API on addr ("127.0.0.1:0") and gives its base URL, which is good for both of LINE's hosts.
func (s *Sim) Start(addr string) (string, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(context.Background(), "tcp", addr)
	if err != nil {
		return "", fmt.Errorf("linesim: listen: %w", err)
	}
	s.server = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	s.wait.Add(1)
	go func() {
		defer s.wait.Done()
		if err := s.server.Serve(l); err != nil && !errors.Is(err, http.ErrServerClosed) {
			return // the listener broke; callers see refused connections
		}
	}()
	return "http://" + l.Addr().String(), nil
}

// Close stops serving and delivering. Events that were not delivered stay undelivered.
func (s *Sim) Close() {
	s.end()
	for _, q := range s.queues {
		q.stop()
	}
	if s.server != nil {
		_ = s.server.Close()
	}
	s.wait.Wait()
	s.post.CloseIdleConnections()
}

// Now is the platform's time: the clock plus what Advance added.
func (s *Sim) Now() time.Time { return s.clock.Now().Add(time.Duration(s.offset.Load())) }

// Advance moves the platform's time; a negative d moves it back.
func (s *Sim) Advance(d time.Duration) { s.offset.Add(int64(d)) }

// Stats are the running counts.
func (s *Sim) Stats() *Stats { return &s.stats }

// ChannelSecret, ChannelToken, ChannelID and BotUserID are the channel's, given or made up.
func (s *Sim) ChannelSecret() string { return *s.secret.Load() }

// ChannelToken is the long-lived access token.
func (s *Sim) ChannelToken() string { return s.cfg.ChannelToken }

// ChannelID is the channel's number.
func (s *Sim) ChannelID() string { return s.cfg.ChannelID }

// BotUserID is the destination of webhooks.
func (s *Sim) BotUserID() string { return s.cfg.BotUserID }

// SetChannelSecret reissues the secret: the old one is worth nothing at once, as with LINE.
func (s *Sim) SetChannelSecret(secret string) { s.secret.Store(&secret) }

// SetWebhookURL says where events go. An empty URL turns the webhook off.
func (s *Sim) SetWebhookURL(url string) {
	s.webhook.Store(&url)
	s.active.Store(url != "")
}

// random gives 64 bits that never repeat within a run: a counter through a mixing function, without a lock.
func (s *Sim) random() uint64 {
	z := s.seed + s.counter.Add(1)*0x9E3779B97F4A7C15
	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9
	z = (z ^ (z >> 27)) * 0x94D049BB133111EB
	return z ^ (z >> 31)
}

// hex gives 32 hexadecimal digits.
func (s *Sim) hex() string {
	var b [32]byte
	const digits = "0123456789abcdef"
	for i := 0; i < 32; i += 16 {
		v := s.random()
		for j := range 16 {
			b[i+j] = digits[v&15]
			v >>= 4
		}
	}
	return string(b[:])
}

func (s *Sim) uuid() string {
	h := s.hex()
	return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-a" + h[17:20] + "-" + h[20:]
}

// ulid is a webhookEventId: 48 bits of time and 80 random bits in Crockford's alphabet.
func (s *Sim) ulid(at time.Time) string {
	const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	var b [26]byte
	ms := uint64(at.UnixMilli()) //nolint:gosec // after 1970
	for i := 9; i >= 0; i-- {
		b[i] = alphabet[ms&31]
		ms >>= 5
	}
	for i := 10; i < 26; {
		v := s.random()
		for j := 0; j < 8; j++ {
			b[i] = alphabet[v&31]
			v >>= 5
			i++
		}
	}
	return string(b[:])
}

// messageID is a string of 18 digits, as LINE's are: too long for a floating-point number.
func (s *Sim) messageID() string { return strconv.FormatInt(s.messages.Add(1), 10) }

func shardOf(key string) uint32 { return hashOf(key) % shards }

func hashOf(key string) uint32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(key))
	return h.Sum32()
}

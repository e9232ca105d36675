package linesim

import (
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Call is one API call as a fault decision sees it.
type Call struct {
	Endpoint string // like "POST /v2/bot/message/reply"; path parameters as {userId}
	N        int64  // 1 for the first call of this endpoint
	Method   string
	Path     string
	Random   uint64 // drawn from the seed, for probabilities
}

// Fault is what goes wrong with one call. The zero value is no fault.
type Fault struct {
	Delay   time.Duration // real time before anything is done
	Late    time.Duration // real time after it was done, before the answer
	Status  int           // answer this and do nothing
	Message string        // … with this text; default LINE's for the status
	// AcceptThen does everything, then answers this status: the outcome is unknown to the caller.
	AcceptThen int
	// Drop cuts the connection without doing anything; AcceptThenDrop after doing it.
	Drop, AcceptThenDrop bool
}

// SetFaults decides the fate of every API call from now on; nil ends all faults. The function must be safe for
// concurrent use.
func (s *Sim) SetFaults(decide func(Call) Fault) {
	if decide == nil {
		s.faults.Store(nil)
		return
	}
	s.faults.Store(&decide)
}

// The endpoints faults are most often about.
const (
	ReplyEndpoint   = "POST /v2/bot/message/reply"
	PushEndpoint    = "POST /v2/bot/message/push"
	ProfileEndpoint = "GET /v2/bot/profile/{userId}"
)

// On limits a fault to one endpoint ("" = all) and the calls first to last (last 0 = all later ones).
func On(endpoint string, first, last int64, f Fault) func(Call) Fault {
	return func(c Call) Fault {
		if (endpoint == "" || c.Endpoint == endpoint) && c.N >= first && (last == 0 || c.N <= last) {
			return f
		}
		return Fault{}
	}
}

// Sometimes gives the fault to a share p (0 to 1) of the calls of an endpoint ("" = all), repeatably for a seed.
func Sometimes(endpoint string, p float64, f Fault) func(Call) Fault {
	return func(c Call) Fault {
		if (endpoint == "" || c.Endpoint == endpoint) && float64(c.Random>>11)/(1<<53) < p {
			return f
		}
		return Fault{}
	}
}

// Faults tries several decisions; the first that is a fault counts. Each sees its own random number.
func Faults(decide ...func(Call) Fault) func(Call) Fault {
	return func(c Call) Fault {
		for _, f := range decide {
			if got := f(c); got != (Fault{}) {
				return got
			}
			c.Random = c.Random*6364136223846793005 + 1442695040888963407
		}
		return Fault{}
	}
}

func (s *Sim) fault(endpoint string, r *http.Request) Fault {
	decide := s.faults.Load()
	if decide == nil {
		return Fault{}
	}
	n, _ := s.calls.LoadOrStore(endpoint, new(atomic.Int64))
	return (*decide)(Call{
		Endpoint: endpoint, N: n.(*atomic.Int64).Add(1), Method: r.Method, Path: r.URL.Path, Random: s.random(),
	})
}

// limits are LINE's token buckets, per endpoint and method (line-platform §2.7).
type limits struct {
	mu      sync.Mutex
	buckets map[string]*bucket
}

type bucket struct {
	tokens float64
	at     time.Time
}

// perSecond is the rate and the size of an endpoint's bucket.
func perSecond(endpoint string) (rate, size float64) {
	switch endpoint {
	case "POST /v2/bot/message/multicast":
		return 200, 200
	case "POST /v2/bot/chat/loading/start":
		return 100, 100
	case "POST /v2/bot/channel/webhook/test", "POST /v2/bot/message/broadcast", "POST /v2/bot/message/narrowcast":
		return 60.0 / 3600, 60
	case "GET /v2/bot/channel/webhook/endpoint", "PUT /v2/bot/channel/webhook/endpoint":
		return 1000.0 / 60, 1000
	case "POST /v2/oauth/accessToken":
		return 370, 370
	}
	return 2000, 2000
}

func (s *Sim) limited(endpoint string) bool {
	if !s.cfg.RateLimits {
		return false
	}
	rate, size := perSecond(endpoint)
	now := s.Now()
	s.limits.mu.Lock()
	defer s.limits.mu.Unlock()
	if s.limits.buckets == nil {
		s.limits.buckets = map[string]*bucket{}
	}
	b := s.limits.buckets[endpoint]
	if b == nil {
		b = &bucket{tokens: size, at: now}
		s.limits.buckets[endpoint] = b
	}
	if d := now.Sub(b.at).Seconds(); d > 0 {
		b.tokens = min(size, b.tokens+d*rate)
	}
	b.at = now
	if b.tokens < 1 {
		return true
	}
	b.tokens--
	return false
}

// quota counts messages a month, in Japan's months.
type quota struct {
	mu    sync.Mutex
	limit int
	used  int
	month string
}

func (q *quota) init(limit int) { q.limit = limit }

var japan = time.FixedZone("JST", 9*3600)

// take reserves n messages; false when the month has no room for them.
func (q *quota) take(now time.Time, n int) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.roll(now)
	if q.limit > 0 && q.used+n > q.limit {
		return false
	}
	q.used += n
	return true
}

func (q *quota) roll(now time.Time) {
	if m := now.In(japan).Format("2006-01"); m != q.month {
		q.month, q.used = m, 0
	}
}

func (q *quota) read(now time.Time) (limit, used int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.roll(now)
	return q.limit, q.used
}

// SetQuota changes the month's limit (0 = none) and what is used of it.
func (s *Sim) SetQuota(limit, used int) {
	s.quota.mu.Lock()
	defer s.quota.mu.Unlock()
	s.quota.roll(s.Now())
	s.quota.limit, s.quota.used = limit, used
}

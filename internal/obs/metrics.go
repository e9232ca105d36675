package obs

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"osusume/internal/queue"
)

// other is the label value of everything outside a closed set.
const other = "other"

// labelSet is the closed set of values a label may have. A value from outside becomes "other", so that no input can
// bring a name, a word or an id into a metric, or make a new time series.
type labelSet map[string]bool

func newLabelSet(values ...string) labelSet {
	set := labelSet{other: true}
	for _, v := range values {
		set[v] = true
	}
	return set
}

func (s labelSet) value(v string) string {
	if s[v] {
		return v
	}
	return other
}

// labelValues is the whole list of labels with what they may say; a test compares it with what is exported.
func labelValues() map[string]labelSet {
	return map[string]labelSet{
		"status": newLabelSet("200", "400", "405", "413", "503"),
		"reason": newLabelSet("not_object", "encoding", "depth", "duplicate_key", "event_id", "type", "timestamp", "field_type", "message",
			"postback", "unsend", "source_id"),
		"end":     newLabelSet("answered", "silent", "given_up", "lost", "failed"),
		"kind":    newLabelSet("reply", "push"),
		"outcome": newLabelSet("accepted", "refused", "no_answer", "rate_limited", "over_quota", "not_sent"),
		"state":   newLabelSet("queued", "sent", "failed", "unknown", "suppressed"),
		"part":    newLabelSet("database", "schema", "key", "model"),
	}
}

// Metrics counts what happens, in its own registry. Safe for concurrent use.
type Metrics struct {
	registry *prometheus.Registry
	labels   map[string]labelSet

	requests   *prometheus.CounterVec
	bad        *prometheus.CounterVec
	stored     prometheus.Counter
	storeTime  prometheus.Histogram
	turns      *prometheus.CounterVec
	batchSize  prometheus.Histogram
	batchTime  prometheus.Histogram
	attempts   *prometheus.CounterVec
	callTime   *prometheus.HistogramVec
	ended      *prometheus.CounterVec
	ready      *prometheus.GaugeVec
	products   prometheus.Gauge
	loadedTime prometheus.Gauge
}

// NewMetrics makes the metrics with every series at zero.
func NewMetrics() *Metrics {
	seconds := []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2, 5, 10, 30}
	m := &Metrics{registry: prometheus.NewRegistry(), labels: labelValues()}
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "osusume", Name: name, Help: help}, labels)
	}
	histogram := func(name, help string, buckets []float64) prometheus.Histogram {
		return prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: "osusume", Name: name, Help: help, Buckets: buckets})
	}
	gauge := func(name, help string) prometheus.Gauge {
		return prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "osusume", Name: name, Help: help})
	}
	m.requests = counter("webhook_requests_total", "Webhook requests by the status they were answered with.", "status")
	m.bad = counter("webhook_bad_events_total", "Events that could not be understood and were set aside, by reason.", "reason")
	m.stored = prometheus.NewCounter(prometheus.CounterOpts{Namespace: "osusume", Name: "webhook_events_total", Help: "New events stored."})
	m.storeTime = histogram("webhook_store_seconds", "Time of one transaction that stores events.", seconds)
	m.turns = counter("turns_total", "Events taken up by the worker, by how they ended.", "end")
	m.batchSize = histogram("turn_batch_events", "Events in one batch of turns.", []float64{1, 2, 5, 10, 20, 50, 100, 200, 500})
	m.batchTime = histogram("turn_batch_seconds", "Time of one batch of turns.", seconds)
	m.attempts = counter("send_attempts_total", "Calls to LINE that send, by kind and outcome.", "kind", "outcome")
	m.callTime = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: "osusume", Name: "send_attempt_seconds", Help: "Time of one call to LINE that sends.", Buckets: seconds,
	}, []string{"kind"})
	m.ended = counter("messages_total", "Messages that will not be tried again, by kind and where they ended.", "kind", "state")
	m.ready = prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: "osusume", Name: "ready", Help: "1 when the part can serve."}, []string{"part"})
	m.products = gauge("model_products", "Products in the catalog in use.")
	m.loadedTime = gauge("model_loaded_timestamp_seconds", "When the catalog and what was learned were last loaded.")
	m.registry.MustRegister(m.requests, m.bad, m.stored, m.storeTime, m.turns, m.batchSize, m.batchTime, m.attempts, m.callTime,
		m.ended, m.ready, m.products, m.loadedTime, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Handler serves the metrics in Prometheus' text format.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry})
}

func (m *Metrics) label(name, value string) string { return m.labels[name].value(value) }

// WebhookRequest counts one answered webhook request by its HTTP status.
func (m *Metrics) WebhookRequest(status int) {
	m.requests.WithLabelValues(m.label("status", strconv.Itoa(status))).Inc()
}

// WebhookBad counts one event set aside.
func (m *Metrics) WebhookBad(reason string) { m.bad.WithLabelValues(m.label("reason", reason)).Inc() }

// WebhookStored counts the new events of one transaction.
func (m *Metrics) WebhookStored(events int, took time.Duration) {
	m.stored.Add(float64(events))
	m.storeTime.Observe(took.Seconds())
}

// TurnBatch counts one batch of turns.
func (m *Metrics) TurnBatch(events int, took time.Duration) {
	m.batchSize.Observe(float64(events))
	m.batchTime.Observe(took.Seconds())
}

// Turns counts n events that ended as answered, silent, given_up, lost or failed.
func (m *Metrics) Turns(end string, n int) {
	m.turns.WithLabelValues(m.label("end", end)).Add(float64(n))
}

// Attempted counts one call to LINE that sends.
func (m *Metrics) Attempted(kind queue.OutKind, outcome queue.Outcome, took time.Duration) {
	k := m.label("kind", kindNames[kind])
	m.attempts.WithLabelValues(k, m.label("outcome", outcomeNames[outcome])).Inc()
	m.callTime.WithLabelValues(k).Observe(took.Seconds())
}

// Ended counts one message that will not be tried again.
func (m *Metrics) Ended(kind queue.OutKind, state queue.OutState) {
	m.ended.WithLabelValues(m.label("kind", kindNames[kind]), m.label("state", stateNames[state])).Inc()
}

var (
	kindNames    = map[queue.OutKind]string{queue.Reply: "reply", queue.Push: "push"}
	outcomeNames = map[queue.Outcome]string{
		queue.Accepted: "accepted", queue.Refused: "refused", queue.NoAnswer: "no_answer", queue.RateLimited: "rate_limited",
		queue.OverQuota: "over_quota", queue.NotSent: "not_sent",
	}
	stateNames = map[queue.OutState]string{
		queue.Queued: "queued", queue.Sent: "sent", queue.Failed: "failed", queue.Unknown: "unknown", queue.Suppressed: "suppressed",
	}
)

// Ready says whether a part can serve: database, schema, key or model.
func (m *Metrics) Ready(part string, ready bool) {
	value := 0.0
	if ready {
		value = 1
	}
	m.ready.WithLabelValues(m.label("part", part)).Set(value)
}

// ModelLoaded notes that a model of so many products is in use since then.
func (m *Metrics) ModelLoaded(products int, at time.Time) {
	m.products.Set(float64(products))
	m.loadedTime.Set(float64(at.UnixMilli()) / 1000)
}

package obs

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
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
		"status": newLabelSet("none", "200", "202", "400", "401", "403", "404", "405", "409", "413", "429", "499", "500", "502", "503", "504"),
		"event": newLabelSet("message", "postback", "follow", "unfollow", "join", "leave", "memberJoined", "memberLeft",
			"unsend", "accountLink", "videoPlayComplete", "beacon", "things", "module", "membership", "bad", "duplicate"),
		"kind":  newLabelSet("reply", "push"),
		"state": newLabelSet("queued", "sent", "failed", "unknown", "suppressed"),
		"end":   newLabelSet("answered", "silent", "given_up", "lost", "failed"),
		"call":  newLabelSet("reply", "push", "profile", "bot_info", "token", "quota", "consumption", "loading", "validate", "webhook_endpoint", "webhook_test"),
		"part":  newLabelSet("database", "schema", "model", "line", "worker"),
	}
}

// Metrics counts what happens, in its own registry. Safe for concurrent use.
type Metrics struct {
	registry *prometheus.Registry
	labels   map[string]labelSet

	requests     *prometheus.CounterVec
	requestTime  prometheus.Histogram
	events       *prometheus.CounterVec
	turns        *prometheus.CounterVec
	batchSize    prometheus.Histogram
	batchTime    prometheus.Histogram
	sends        *prometheus.CounterVec
	answerTime   prometheus.Histogram
	calls        *prometheus.CounterVec
	callTime     prometheus.Histogram
	ready        *prometheus.GaugeVec
	modelProduct prometheus.Gauge
	modelTime    prometheus.Gauge
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
	m.requestTime = histogram("webhook_request_seconds", "Time from a webhook request to its answer.", seconds)
	m.events = counter("webhook_events_total", "Webhook events by their type; bad ones and duplicates by that.", "event")
	m.turns = counter("turns_total", "Events taken up by the worker, by how they ended.", "end")
	m.batchSize = histogram("turn_batch_events", "Events in one batch of turns.", []float64{1, 2, 5, 10, 20, 50, 100, 200, 500})
	m.batchTime = histogram("turn_batch_seconds", "Time of one batch of turns.", seconds)
	m.sends = counter("sends_total", "Attempts to send a message, by kind and by the state they led to.", "kind", "state")
	m.answerTime = histogram("answer_seconds", "Time from the receipt of an event to LINE's acceptance of its answer.", seconds)
	m.calls = counter("line_calls_total", "Calls to the Messaging API by call and status; none means no answer.", "call", "status")
	m.callTime = histogram("line_call_seconds", "Time of one call to the Messaging API.", seconds)
	m.ready = prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: "osusume", Name: "ready", Help: "1 when the part can serve."}, []string{"part"})
	m.modelProduct = gauge("model_products", "Products in the catalog in use.")
	m.modelTime = gauge("model_loaded_timestamp_seconds", "When the catalog and what was learned were last loaded.")
	m.registry.MustRegister(m.requests, m.requestTime, m.events, m.turns, m.batchSize, m.batchTime, m.sends, m.answerTime,
		m.calls, m.callTime, m.ready, m.modelProduct, m.modelTime, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Handler serves the metrics in Prometheus' text format.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry})
}

func (m *Metrics) label(name, value string) string { return m.labels[name].value(value) }

func (m *Metrics) status(code int) string {
	if code == 0 {
		return "none"
	}
	return m.label("status", strconv.Itoa(code))
}

// WebhookRequest counts one answered webhook request.
func (m *Metrics) WebhookRequest(status int, took time.Duration) {
	m.requests.WithLabelValues(m.status(status)).Inc()
	m.requestTime.Observe(took.Seconds())
}

// WebhookEvents counts n events of LINE's type, or "bad" or "duplicate" ones.
func (m *Metrics) WebhookEvents(event string, n int) {
	m.events.WithLabelValues(m.label("event", event)).Add(float64(n))
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

// Send counts one attempt to send a reply or a push, with the state it led to.
func (m *Metrics) Send(kind, state string) {
	m.sends.WithLabelValues(m.label("kind", kind), m.label("state", state)).Inc()
}

// Answered observes the time from an event's receipt to LINE's acceptance of the answer.
func (m *Metrics) Answered(took time.Duration) { m.answerTime.Observe(took.Seconds()) }

// LineCall counts one call to the Messaging API; status 0 means that no answer came.
func (m *Metrics) LineCall(call string, status int, took time.Duration) {
	m.calls.WithLabelValues(m.label("call", call), m.status(status)).Inc()
	m.callTime.Observe(took.Seconds())
}

// Ready says whether a part can serve: database, schema, model, line or worker.
func (m *Metrics) Ready(part string, ready bool) {
	value := 0.0
	if ready {
		value = 1
	}
	m.ready.WithLabelValues(m.label("part", part)).Set(value)
}

// ModelLoaded notes that a model of so many products is in use since then.
func (m *Metrics) ModelLoaded(products int, at time.Time) {
	m.modelProduct.Set(float64(products))
	m.modelTime.Set(float64(at.UnixMilli()) / 1000)
}

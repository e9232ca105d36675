package obs

import (
	"encoding/json"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"osusume/internal/queue"
)

// exerciseAll calls every method that counts, with a hostile word wherever a string goes in.
func exerciseAll(m *Metrics, word string) {
	m.WebhookRequest(200)
	m.WebhookRequest(777)
	m.WebhookBad(word)
	m.WebhookStored(2, time.Millisecond)
	m.TurnBatch(3, time.Second)
	m.Turns(word, 1)
	m.Attempted(queue.OutKind(99), queue.Outcome(99), time.Second)
	m.Attempted(queue.Push, queue.Accepted, time.Second)
	m.Ended(queue.OutKind(99), queue.OutState(99))
	m.Ended(queue.Reply, queue.Sent)
	m.Ready(word, true)
	m.ModelLoaded(10, time.Unix(1, 0))
}

func TestLabelsComeFromClosedSetsWhateverIsPassedIn(t *testing.T) {
	t.Parallel()
	const canary = "U0123456789abcdef山田"
	m := NewMetrics()
	exerciseAll(m, canary)
	families, err := m.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	allowed := labelValues()
	seen := map[string]bool{}
	for _, family := range families {
		if !strings.HasPrefix(family.GetName(), "osusume_") {
			continue // Go's and the process's own, which no input reaches
		}
		for _, metric := range family.GetMetric() {
			for _, label := range metric.GetLabel() {
				seen[label.GetName()] = true
				if !allowed[label.GetName()][label.GetValue()] {
					t.Errorf("%s has %s=%q, which is not in the closed list", family.GetName(), label.GetName(), label.GetValue())
				}
			}
		}
	}
	for name := range allowed {
		if !seen[name] {
			t.Errorf("label %q is in the list but on no metric that exerciseAll touched", name)
		}
	}
	recorder := httptest.NewRecorder()
	m.Handler().ServeHTTP(recorder, httptest.NewRequest("GET", "/metrics", nil))
	body := recorder.Body.String()
	if strings.Contains(body, canary) || !strings.Contains(body, `osusume_send_attempts_total{kind="push",outcome="accepted"} 1`) {
		t.Errorf("the exported text is not as counted:\n%s", body)
	}
}

func TestTwoMetricsStandBesideEachOther(t *testing.T) {
	t.Parallel()
	a, b := NewMetrics(), NewMetrics()
	a.Ended(queue.Reply, queue.Sent)
	families, err := b.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == "osusume_messages_total" && len(f.GetMetric()) > 0 {
			t.Error("what one server counted shows in another's metrics")
		}
	}
}

func TestLoggerWritesJSONAwayFromATerminalAndHonoursTheLevel(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	log, err := NewLogger("warn", &out, false)
	if err != nil {
		t.Fatal(err)
	}
	log.Info("hidden")
	log.Named("sender").Warn("send failed", zap.Int("status", 500))
	var line struct {
		Level, Time, Logger, Msg string
		Status                   int
	}
	if err := json.Unmarshal([]byte(out.String()), &line); err != nil {
		t.Fatalf("not one JSON line: %q", out.String())
	}
	if line.Level != "warn" || line.Logger != "sender" || line.Msg != "send failed" || line.Status != 500 || !strings.HasSuffix(line.Time, "Z") {
		t.Errorf("line = %+v", line)
	}
}

func TestLoggerRefusesUnknownLevels(t *testing.T) {
	t.Parallel()
	for _, level := range []string{"loud", "fatal", "panic", "INFO "} {
		if _, err := NewLogger(level, io.Discard, false); err == nil {
			t.Errorf("level %q was accepted", level)
		}
	}
	for _, level := range []string{"debug", "info", "warn", "error"} {
		if _, err := NewLogger(level, io.Discard, true); err != nil {
			t.Errorf("level %q: %v", level, err)
		}
	}
}

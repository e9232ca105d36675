package webhook_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"go.uber.org/zap"

	"osusume/internal/queue"
	"osusume/webhook"
)

type nullInbox struct{}

func (nullInbox) Append(_ context.Context, in queue.Intake) (int, error) { return len(in.Events), nil }

// BenchmarkHandler is one event a request through an inbox that stores nothing; BenchmarkBareHandler, the yardstick,
// only reads the body and answers.
func BenchmarkHandler(b *testing.B) {
	h := setup(b, func(c *webhook.Config) { c.Inbox, c.Log, c.Stored = nullInbox{}, zap.NewNop(), nil })
	run(b, h)
}

func BenchmarkBareHandler(b *testing.B) {
	run(b, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			b.Error(err)
		}
		w.WriteHeader(http.StatusOK)
	}))
}

func run(b *testing.B, h http.Handler) {
	body := envelope(said("01J0000000000000000000000", "おすすめを教えてください"))
	signature := sign(secret, body)
	b.ReportAllocs()
	b.SetParallelism(64)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r := httptest.NewRequest(http.MethodPost, "/callback", strings.NewReader(body))
			r.Header.Set("X-Line-Signature", signature)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != 200 {
				b.Errorf("answered %d", w.Code)
			}
		}
	})
}

package linesim_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"osusume/internal/linesim"
)

// BenchmarkReplies is the ceiling of any load run: events delivered, validated replies of three bubbles accepted, and
// both sides of the connection on this machine. The bot here does nothing but answer.
func BenchmarkReplies(b *testing.B) {
	message, err := os.ReadFile("testdata/carousel.json")
	if err != nil {
		b.Fatal(err)
	}
	tail := append(append([]byte(`","messages":`), message...), '}')
	var api atomic.Pointer[string]
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256, MaxIdleConns: 256}}
	tokens := make(chan string, 4096)
	var left atomic.Int64
	left.Store(int64(b.N))
	done := make(chan struct{})
	var s *linesim.Sim
	s = linesim.New(linesim.Config{
		Batch: 50, Posters: 8, KeepMessages: -1, DropRecords: true,
		OnSend: func(sent linesim.Sent) {
			switch n := left.Add(-1); {
			case n == 0:
				close(done)
			case n >= 200:
				s.Enqueue(s.TextEvent(sent.To, "おすすめ"))
			}
		},
	})
	defer s.Close()
	base, err := s.Start("127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	api.Store(&base)
	hook := http.Server{Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		for rest := string(body); ; {
			_, after, ok := strings.Cut(rest, `"replyToken":"`)
			if !ok {
				return
			}
			tokens <- strings.Clone(after[:32])
			rest = after[32:]
		}
	}), ReadHeaderTimeout: time.Second}
	l := listen(b)
	go func() { _ = hook.Serve(l) }()
	defer hook.Close()
	s.SetWebhookURL("http://" + l.Addr().String())
	var wg sync.WaitGroup
	ctx, cancel := context.WithCancel(b.Context())
	for range 64 {
		wg.Go(func() {
			for {
				var token string
				select {
				case token = <-tokens:
				case <-ctx.Done():
					return
				}
				body := append([]byte(`{"replyToken":"`+token), tail...)
				req, _ := http.NewRequestWithContext(ctx, http.MethodPost, *api.Load()+"/v2/bot/message/reply", bytes.NewReader(body))
				req.Header.Set("Authorization", "Bearer "+s.ChannelToken())
				req.Header.Set("Content-Type", "application/json")
				res, err := client.Do(req)
				if err != nil {
					return
				}
				_, _ = io.Copy(io.Discard, res.Body)
				_ = res.Body.Close()
				if res.StatusCode != http.StatusOK {
					panic("refused: " + strconv.Itoa(res.StatusCode))
				}
			}
		})
	}
	b.ResetTimer()
	for i := range min(200, b.N) {
		id := linesim.UserID(fmt.Sprint(i))
		s.AddUser(id, "x", "ja")
		s.Enqueue(s.TextEvent(id, "おすすめ"))
	}
	<-done
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "replies/s")
	cancel()
	wg.Wait()
}

package app

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"osusume/internal/clock"
)

func TestReadyzNamesThePartThatCannotServeAndRecovers(t *testing.T) {
	t.Parallel()
	var broken atomic.Bool
	now := clock.NewFake(time.Unix(1, 0))
	ready := &readiness{now: now.Now, note: func(string, bool) {}, parts: []part{
		{"database", func(context.Context) error {
			if broken.Load() {
				return errors.New("gone: password hunter2")
			}
			return nil
		}},
		{"model", func(context.Context) error { return nil }},
	}}
	ask := func() (int, string) {
		now.Advance(time.Second)
		w := httptest.NewRecorder()
		ready.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/readyz", nil))
		return w.Code, w.Body.String()
	}
	if code, _ := ask(); code != 200 {
		t.Fatalf("ready: %d", code)
	}
	broken.Store(true)
	code, body := ask()
	if code != 503 || !strings.Contains(body, "database") || strings.Contains(body, "model") || strings.Contains(body, "hunter2") {
		t.Errorf("broken: %d %q", code, body)
	}
	broken.Store(false)
	if code, body := ask(); code != 200 {
		t.Errorf("recovered: %d %q", code, body)
	}
	ready.stop()
	if code, body := ask(); code != 503 || !strings.Contains(body, "stopping") {
		t.Errorf("stopping: %d %q", code, body)
	}
}

func TestPublicRoutes(t *testing.T) {
	t.Parallel()
	door := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.WriteHeader(http.StatusMethodNotAllowed)
		}
	})
	routes := publicRoutes(door, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), nil)
	cases := []struct {
		method, path string
		want         int
	}{
		{"POST", "/callback", 200}, {"GET", "/callback", 405}, {"GET", "/healthz", 200}, {"GET", "/readyz", 200}, {"GET", "/", 200},
		{"HEAD", "/healthz", 200}, {"POST", "/healthz", 405}, {"GET", "/console/", 404}, {"GET", "/metrics", 404},
		{"GET", "/debug/pprof/", 404}, {"POST", "/callback/", 404}, {"GET", "/favicon.ico", 404},
	}
	for _, c := range cases {
		w := httptest.NewRecorder()
		routes.ServeHTTP(w, httptest.NewRequest(c.method, c.path, nil))
		if w.Code != c.want {
			t.Errorf("%s %s: %d, want %d", c.method, c.path, w.Code, c.want)
		}
	}
}

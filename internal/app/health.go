package app

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// checkDeadline bounds one look at one part: whoever asks /readyz wants an answer, not a hanging connection.
const checkDeadline = 2 * time.Second

// checkMemory is how long an answer of /readyz is used again, so that asking often costs the database nothing.
const checkMemory = 250 * time.Millisecond

// part is something the server needs to serve.
type part struct {
	name  string // one of obs' closed list
	check func(context.Context) error
}

// readiness answers /readyz.
type readiness struct {
	parts []part
	now   func() time.Time
	note  func(part string, ready bool) // tells metrics

	mu      sync.Mutex
	at      time.Time
	problem string
	closing bool
}

// stop makes the server unready for good, so that nothing new is sent to it while it ends.
func (r *readiness) stop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closing = true
}

// problems gives one line that names the parts that cannot serve, empty when all can.
func (r *readiness) problems(ctx context.Context) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closing {
		return "the server is stopping"
	}
	if now := r.now(); now.Sub(r.at) >= checkMemory || now.Before(r.at) {
		r.problem, r.at = r.look(ctx), now
	}
	return r.problem
}

func (r *readiness) look(ctx context.Context) string {
	ctx, cancel := context.WithTimeout(ctx, checkDeadline)
	defer cancel()
	failing := make([]string, len(r.parts))
	var wait sync.WaitGroup
	for i, p := range r.parts {
		wait.Go(func() {
			err := p.check(ctx)
			r.note(p.name, err == nil)
			if err != nil {
				failing[i] = p.name
			}
		})
	}
	wait.Wait()
	var names []string
	for _, name := range failing {
		if name != "" {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "not ready: " + strings.Join(names, ", ")
}

func (r *readiness) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	// The look is not the asker's: one that hangs up must not make the next one read "not ready".
	problem := r.problems(context.WithoutCancel(request.Context()))
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	if problem != "" {
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprintln(w, problem)
		return
	}
	fmt.Fprintln(w, "ready")
}

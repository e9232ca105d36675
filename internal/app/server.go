package app

import (
	"context"
	"errors"

	"go.uber.org/zap"

	"osusume/internal/clock"
)

// serverOptions is what a caller of startServer may hand in; the zero value is right for `serve`.
type serverOptions struct {
	log   *zap.Logger // nil: nothing is logged
	clock clock.Clock // nil: the machine's
}

// server is a running osusume: listeners, worker, sender and housekeeping. Stop ends it.
type server struct {
	addr string
}

// startServer starts everything that `serve` runs and returns when the public listener takes webhooks. Port 0 in
// settings.Addr is allowed; Addr says which one it became. The server lives until Stop, or until ctx ends.
func startServer(_ context.Context, _ Settings, _ serverOptions) (*server, error) {
	return nil, errors.New("serve is not wired yet")
}

// Addr is the host and port of the public listener.
func (s *server) Addr() string { return s.addr }

// URL is the address of the public listener for a client on this machine.
func (s *server) URL() string { return "http://" + s.addr }

// Stop ends the server gracefully: no new webhooks, what is being done is finished, then everything is closed. It takes
// at most ten seconds and may be called more than once.
func (s *server) Stop() error { return nil }

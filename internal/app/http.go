package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	stdlog "log"
	"net"
	"net/http"
	"net/http/pprof"
	"time"

	"go.uber.org/zap"
)

// frontPage is the address without a path.
const frontPage = "GET /{$}"

// publicRoutes is everything the outside can reach. door answers LINE's webhook; pages are what a command adds.
func publicRoutes(door, ready http.Handler, pages map[string]http.Handler) http.Handler {
	mux := http.NewServeMux()
	for path, page := range pages {
		mux.Handle(path, page)
	}
	mux.Handle("/callback", door) // the door refuses other methods than POST itself
	mux.Handle("GET /readyz", ready)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { sayPlain(w, "alive") })
	if pages[frontPage] == nil {
		mux.HandleFunc(frontPage, func(w http.ResponseWriter, _ *http.Request) {
			sayPlain(w, "osusume is running. LINE's webhook is /callback.")
		})
	}
	return mux
}

// privateRoutes is what operators reach on the private listener.
func privateRoutes(metrics http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", metrics)
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return mux
}

func sayPlain(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	fmt.Fprintln(w, text)
}

// listener is one HTTP server on one socket.
type listener struct {
	server *http.Server
	socket net.Listener
	done   chan struct{}
}

// listen takes the socket, so that a port in use stops the start before anything else is done; serve answers on it.
// write bounds the time an answer may take; 0 is no bound.
func listen(ctx context.Context, addr string, write time.Duration, log *zap.Logger) (*listener, error) {
	socket, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	return &listener{
		socket: socket, done: make(chan struct{}),
		server: &http.Server{
			// LINE waits two seconds for an answer, so a slower body is nobody we serve.
			ReadHeaderTimeout: 2 * time.Second, ReadTimeout: 5 * time.Second, WriteTimeout: write,
			IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10,
			ErrorLog: stdlog.New(panicLog{log}, "", 0),
		},
	}, nil
}

// panicLog takes what net/http would print. Of that only a panic of ours matters; its stack is kept, the peer's address
// and the panic's value are not, since they may be a person's.
type panicLog struct{ log *zap.Logger }

func (p panicLog) Write(text []byte) (int, error) {
	if stack, ok := bytes.CutPrefix(text, []byte("http: panic serving ")); ok {
		_, stack, _ = bytes.Cut(stack, []byte("\n"))
		p.log.Error("a request handler panicked", zap.ByteString("stack", stack))
	}
	return len(text), nil
}

func (l *listener) serve(handler http.Handler, log *zap.Logger) {
	l.server.Handler = handler
	go func() {
		defer close(l.done)
		if err := l.server.Serve(l.socket); !errors.Is(err, http.ErrServerClosed) {
			log.Error("a listener ended", zap.Error(err))
		}
	}()
}

// stop lets requests under way end until ctx does, then cuts them.
func (l *listener) stop(ctx context.Context) error {
	err := l.server.Shutdown(ctx)
	if err != nil {
		err = errors.Join(err, l.server.Close())
	}
	_ = l.socket.Close() // closed already unless serve was never called
	return err
}
